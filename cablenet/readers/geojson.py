"""Read GeoJSON with our own parser: closed types, checked numbers, geometry built from arrays.

User text never reaches GDAL or GEOS. A file is a FeatureCollection in WGS84; anything else is one
clear error that names file, feature and cure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from cablenet.errors import Problem, ReadError
from cablenet.readers.json_text import LIMIT_MB, file_problem, read_json

Floats = NDArray[np.float64]
KINDS = ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon")
SHOWN = 20
MOST_FEATURES = 200_000


@dataclass(frozen=True, eq=False)
class Feature:
    """One feature: its number in the file from 1, properties, geometry type and coordinates."""

    number: int
    properties: Mapping[str, object]
    kind: str | None
    coordinates: object

    @property
    def name(self) -> str:
        for key in ("id", "name"):
            if isinstance(self.properties.get(key), str):
                return f"feature {self.number} {self.properties[key]}"
        return f"feature {self.number}"


def read_features(path: Path, limit_mb: float = LIMIT_MB) -> list[Feature]:
    """The features of a GeoJSON file.

    Raises
    ------
    ReadError
        when it is no FeatureCollection, not in WGS84, or any feature is malformed
    """
    value = read_json(path, limit_mb)
    if not isinstance(value, dict) or value.get("type") != "FeatureCollection":
        raise file_problem(path, "is no GeoJSON FeatureCollection",
                           "give an object with type FeatureCollection and a list of features")
    _check_crs(path, value.get("crs"))
    items = value.get("features")
    if not isinstance(items, list):
        raise file_problem(path, "has no list of features", "add it", column="features")
    if len(items) > MOST_FEATURES:
        raise file_problem(path, f"has {len(items):,} features, more than {MOST_FEATURES:,}",
                           "leave out what is no cable and no landing", column="features")
    features: list[Feature] = []
    problems: list[Problem] = []
    for number, item in enumerate(items, start=1):
        message = _fault(item)
        if message:
            problems.append(Problem(path.name, f"feature {number}", "", message,
                                    "give GeoJSON features as RFC 7946 has them"))
            if len(problems) == SHOWN:
                break
            continue
        geometry = item.get("geometry") or {}
        features.append(Feature(number, item.get("properties") or {}, geometry.get("type"),
                                geometry.get("coordinates")))
    if problems:
        raise ReadError(problems)
    return features


def line_parts(feature: Feature, file: str,
               problems: list[Problem]) -> tuple[list[Floats], int]:
    """The lines of a feature as arrays, and how many were dropped for want of two vertices.

    A feature without geometry has none; faults are appended to `problems`.
    """
    if feature.kind is None:
        return [], 0
    if feature.kind not in ("LineString", "MultiLineString"):
        problems.append(Problem(file, feature.name, "geometry",
                                f"is a {feature.kind}, not a line", "give lines here"))
        return [], 0
    parts = feature.coordinates if feature.kind == "MultiLineString" else [feature.coordinates]
    if not isinstance(parts, list):
        problems.append(_malformed(file, feature, "has no list of coordinates"))
        return [], 0
    lines: list[Floats] = []
    dropped = 0
    for part in parts:
        if isinstance(part, list) and len(part) == 0:
            dropped += 1
            continue
        xy = positions(part, file, feature, problems)
        if xy is None:
            continue
        keep = np.append(True, (np.diff(xy, axis=0) != 0).any(axis=1))
        xy = xy[keep]
        if len(xy) < 2:
            dropped += 1
        else:
            lines.append(xy)
    return lines, dropped


def point_position(feature: Feature, file: str) -> tuple[float, float]:
    """The place of a point feature; NaN, NaN where it has no geometry."""
    if feature.kind is None:
        return float("nan"), float("nan")
    problems: list[Problem] = []
    at = feature.coordinates
    if feature.kind == "MultiPoint" and isinstance(at, list) and len(at) == 1:
        at = at[0]
    elif feature.kind != "Point":
        raise ReadError([Problem(file, feature.name, "geometry",
                                 f"is a {feature.kind}, not a Point", "give points here")])
    xy = positions([at], file, feature, problems)
    if problems or xy is None:
        raise ReadError(problems)
    return float(xy[0, 0]), float(xy[0, 1])


def positions(value: object, file: str, feature: Feature,
              problems: list[Problem]) -> Floats | None:
    """A list of positions as an array (K, 2), or None with the fault told."""
    try:
        plain = set(map(type, chain.from_iterable(value))) <= {float, int}  # type: ignore[arg-type]  # JSON is Any to mypy
        array = np.array(value if plain else None)
    except (TypeError, ValueError, OverflowError):
        array = np.array(None)
    if array.ndim != 2 or array.shape[1] not in (2, 3, 4) or array.dtype.kind not in "fiu":
        problems.append(_malformed(file, feature, "has coordinates that are no lon, lat numbers"))
        return None
    xy = array[:, :2].astype(float)
    fault = coordinate_fault(xy)
    if fault:
        problems.append(Problem(file, feature.name, "geometry", *fault))
        return None
    return xy


def coordinate_fault(xy: Floats) -> tuple[str, str] | None:
    """What is wrong with lon, lat values, and the cure; None when nothing is."""
    if not np.isfinite(xy).all():
        return "has a coordinate that is not a finite number", "mend the coordinate"
    if (np.abs(xy[:, 1]) > 90).any():
        worst = xy[np.argmax(np.abs(xy[:, 1])), 1]
        return (f"has latitude {worst:g}, beyond 90 degrees",
                "give lon, lat in degrees (EPSG:4326), longitude first")
    if (np.abs(xy[:, 0]) > 540).any():
        worst = xy[np.argmax(np.abs(xy[:, 0])), 0]
        return f"has longitude {worst:g}, far beyond 180 degrees", "give lon, lat in degrees"
    return None


def polygon(feature: Feature, file: str, problems: list[Problem]) -> shapely.Geometry | None:
    """The polygon or multi-polygon of a feature, or None with the fault told."""
    if feature.kind not in ("Polygon", "MultiPolygon"):
        problems.append(Problem(file, feature.name, "geometry", f"is a {feature.kind}, no Polygon",
                                "give polygons here"))
        return None
    parts = [feature.coordinates] if feature.kind == "Polygon" else feature.coordinates
    if not isinstance(parts, list) or not parts:
        problems.append(_malformed(file, feature, "has no rings"))
        return None
    shapes = []
    for rings in parts:
        if not isinstance(rings, list) or not rings:
            problems.append(_malformed(file, feature, "has no rings"))
            return None
        arrays = [array for ring in rings
                  if (array := positions(ring, file, feature, problems)) is not None]
        if len(arrays) < len(rings):
            return None
        shape = polygon_from_rings(arrays)
        if shape is None:
            problems.append(_malformed(file, feature, "has a ring that is not closed"))
            return None
        shapes.append(shape)
    return shapes[0] if feature.kind == "Polygon" else shapely.multipolygons(shapes)


def polygon_from_rings(rings: Sequence[Floats]) -> shapely.Polygon | None:
    """A polygon of an outer ring and its holes; None when a ring is not closed."""
    if any(len(ring) < 4 or (ring[0] != ring[-1]).any() for ring in rings):
        return None
    made = [shapely.linearrings(ring) for ring in rings]
    return shapely.Polygon(made[0], made[1:])


def _malformed(file: str, feature: Feature, message: str) -> Problem:
    return Problem(file, feature.name, "geometry", message, "give GeoJSON as RFC 7946 has it")


def _fault(item: object) -> str:
    """What is wrong with one member of `features`; '' when nothing is."""
    if not isinstance(item, dict) or item.get("type") != "Feature":
        return "is no Feature"
    if not isinstance(item.get("properties"), (dict, type(None))):
        return "has properties that are no object"
    geometry = item.get("geometry")
    if geometry is None:
        return ""
    if not isinstance(geometry, dict):
        return "has a geometry that is no object"
    if geometry.get("type") not in KINDS:
        return f"has a geometry of type '{str(geometry.get('type'))[:40]}'"
    return ""


def _check_crs(path: Path, crs: object) -> None:
    """RFC 7946 knows only WGS84; older files name it in a `crs` member."""
    if crs is None:
        return
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    plain = str(name).upper().replace("::", ":")
    if not plain.endswith(("CRS84", "EPSG:4326")):
        raise file_problem(path, f"is in the coordinate system {str(name)[:60]}",
                           "convert it to EPSG:4326 (longitude, latitude in degrees)",
                           column="crs")
