"""Geometry of all features of a file at once: fast when all is well, precise when something is not.

The fast way builds one array for the whole file. It gives up at the first doubt, and the slow way
then looks at feature after feature and tells each fault.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from cablenet.errors import Problem, ReadError
from cablenet.readers.geojson import (
    Feature,
    coordinate_fault,
    point_position,
    polygon,
    positions,
)
from cablenet.schema import Geometry

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
SHOWN = 20


class _DoubtError(Exception):
    """The fast way is not sure; the slow one has to look."""


def feature_shapes(features: Sequence[Feature], kind: Geometry, file: str) -> list[Any]:
    """One geometry per feature; None where it has none.

    Raises
    ------
    ReadError
        naming the features whose geometry is of another kind or malformed
    """
    try:
        return {"Point": _points, "LineString": _lines, "Polygon": _polygons}[kind](features)
    except _DoubtError:
        pass
    problems: list[Problem] = []
    make = {"Point": _point, "LineString": _line, "Polygon": _polygon}[kind]
    shapes = [make(feature, file, problems) for feature in features]
    if len(problems) > SHOWN:
        more = len(problems) - SHOWN
        problems = [*problems[:SHOWN], Problem(file, "", "geometry", f"and {more} more", "")]
    if problems:
        raise ReadError(problems)
    return shapes


def _points(features: Sequence[Feature]) -> list[Any]:
    if any(feature.kind != "Point" for feature in features):
        raise _DoubtError
    shapes = shapely.points(_array([feature.coordinates for feature in features]))
    return list(np.atleast_1d(np.asarray(shapes, dtype=object)))


def _lines(features: Sequence[Feature]) -> list[Any]:
    if any(feature.kind != "LineString" for feature in features):
        raise _DoubtError
    lines = [feature.coordinates for feature in features]
    xy, count = _joined(lines, 2)
    shapes = shapely.linestrings(xy, indices=np.repeat(np.arange(len(lines)), count))
    return list(np.atleast_1d(np.asarray(shapes, dtype=object)))


def _polygons(features: Sequence[Feature]) -> list[Any]:
    if not features:
        return []
    parts: list[Any] = []
    owner: list[int] = []
    for number, feature in enumerate(features):
        if feature.kind not in ("Polygon", "MultiPolygon") or not isinstance(
                feature.coordinates, list):
            raise _DoubtError
        own = [feature.coordinates] if feature.kind == "Polygon" else feature.coordinates
        if not own or any(not isinstance(rings, list) or not rings for rings in own):
            raise _DoubtError
        parts += own
        owner += [number] * len(own)
    rings = list(chain.from_iterable(parts))
    xy, count = _joined(rings, 4)
    last = np.cumsum(count) - 1
    if (xy[last] != xy[last - count + 1]).any():
        raise _DoubtError
    made: Any = shapely.linearrings(xy, indices=np.repeat(np.arange(len(rings)), count))
    of_part = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    whole = np.asarray(shapely.polygons(made, indices=of_part), dtype=object)
    shapes: list[Any] = []
    at = 0
    for number, size in enumerate(np.bincount(owner, minlength=len(features)).tolist()):
        many = features[number].kind == "MultiPolygon"
        shapes.append(shapely.multipolygons(whole[at:at + size]) if many else whole[at])
        at += size
    return shapes


def _joined(lines: Sequence[Any], least: int) -> tuple[Floats, Ints]:
    """All positions of many lines as one array, and how many each line has."""
    if not set(map(type, lines)) <= {list}:
        raise _DoubtError
    count = np.array(list(map(len, lines)), dtype=np.int64)
    if (count < least).any():
        raise _DoubtError
    return _array(list(chain.from_iterable(lines))), count


def _array(places: Sequence[Any]) -> Floats:
    """Positions as an array (K, 2); every number a JSON number within range."""
    if not places:
        return np.empty((0, 2))
    if set(map(type, places)) != {list} or set(map(len, places)) != {2}:
        raise _DoubtError
    flat = list(chain.from_iterable(places))
    if not set(map(type, flat)) <= {float, int}:
        raise _DoubtError
    try:
        xy = np.array(flat, dtype=np.float64).reshape(-1, 2)
    except OverflowError:
        raise _DoubtError from None
    if coordinate_fault(xy):
        raise _DoubtError
    return xy


def _point(feature: Feature, file: str, problems: list[Problem]) -> Any:
    try:
        lon, lat = point_position(feature, file)
    except ReadError as error:
        problems += error.problems
        return None
    return None if np.isnan(lon) else shapely.Point(lon, lat)


def _line(feature: Feature, file: str, problems: list[Problem]) -> Any:
    if feature.kind is None or feature.coordinates == []:
        return None
    if feature.kind != "LineString":
        problems.append(Problem(file, feature.name, "geometry",
                                f"is a {feature.kind}, not a LineString",
                                "split it; lines over the dateline go on past 180"))
        return None
    xy = positions(feature.coordinates, file, feature, problems)
    if xy is None:
        return None
    if len(xy) < 2:
        problems.append(Problem(file, feature.name, "geometry", "is a line of one vertex",
                                "give it two or more"))
        return None
    return shapely.LineString(xy)


def _polygon(feature: Feature, file: str, problems: list[Problem]) -> Any:
    return None if feature.kind is None else polygon(feature, file, problems)
