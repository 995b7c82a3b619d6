"""The 180th meridian: lines kept unwrapped inside, and cut at +-180 for everything published.

Unwrapped means that no two neighbouring vertices are more than 180 degrees apart, so a Pacific
line may run from 140 to 236. RFC 7946 3.1.9 asks published geometry to be cut at the antimeridian.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.affinity import translate

Floats = NDArray[np.float64]


def unwrap_lons(lons: Floats) -> Floats:
    """Longitudes shifted by whole turns so that neighbours are at most 180 degrees apart."""
    return np.asarray(np.unwrap(np.asarray(lons, float), period=360.0))


def unwrap(line: shapely.LineString) -> shapely.LineString:
    """The same line without a jump at the dateline; its first vertex stays in -180..180."""
    xy = shapely.get_coordinates(line).copy()
    xy[:, 0] = unwrap_lons(xy[:, 0])
    xy[:, 0] -= 360.0 * np.floor((xy[0, 0] + 180.0) / 360.0)
    return shapely.LineString(xy)


def cut(shape: Any) -> Any:
    """One geometry, cut at +-180 and shifted back into -180..180 (multi-part where cut)."""
    low, _, high, _ = shape.bounds
    if shape.is_empty or (low >= -180.0 and high <= 180.0):
        return shape
    if shape.geom_type == "LineString":
        lines = _cut_line(shapely.get_coordinates(shape))
        return lines[0] if len(lines) == 1 else shapely.MultiLineString(lines)
    first = int(np.floor((low + 180.0) / 360.0))
    last = int(np.ceil((high + 180.0) / 360.0))
    parts: list[Any] = []
    for turn in range(first, last):
        window = shapely.box(-180.0 + 360.0 * turn, -90.0, 180.0 + 360.0 * turn, 90.0)
        piece = shape.intersection(window)
        if not piece.is_empty:
            parts += list(getattr(translate(piece, xoff=-360.0 * turn), "geoms",
                                  [translate(piece, xoff=-360.0 * turn)]))
    kind: str = shape.geom_type.removeprefix("Multi")
    parts = [part for part in parts if part.geom_type == kind]
    if len(parts) == 1:
        return parts[0]
    several: dict[str, Any] = {"LineString": shapely.MultiLineString,
                               "Polygon": shapely.MultiPolygon, "Point": shapely.MultiPoint}
    return several[kind](parts)


def _cut_line(xy: Floats) -> list[shapely.LineString]:
    """The parts of a line on each side of the dateline, in their order along it.

    Not by overlay, which would take a stretch that the line runs twice only once.
    """
    turn = np.floor((xy[:, 0] + 180.0) / 360.0)
    lines: list[shapely.LineString] = []
    part: list[Floats] = [xy[0]]
    here = turn[0]
    for (x0, y0), (x1, y1) in pairwise(xy):
        while abs(x1 - 360.0 * here) > 180.0:
            step = 1.0 if x1 > 360.0 * here else -1.0
            edge = 360.0 * here + step * 180.0
            share = (edge - x0) / (x1 - x0)
            part.append(np.array([edge, y0 + share * (y1 - y0)]))
            lines += _moved(part, here)
            part = [part[-1]]
            here += step
        part.append(np.array([x1, y1]))
    return lines + _moved(part, here)


def _moved(part: list[Floats], turn: float) -> list[shapely.LineString]:
    """One part shifted back into -180..180; nothing where it is a mere point."""
    xy = np.array(part)
    xy[:, 0] -= 360.0 * turn
    return [shapely.LineString(xy)] if (xy != xy[0]).any() else []


def cut_all(shapes: Any) -> NDArray[np.object_]:
    """`cut` for an array of geometries."""
    return np.array([cut(shape) for shape in shapes], dtype=object)


def cut_together(lines: Iterable[shapely.LineString]) -> shapely.MultiLineString:
    """Lines as one geometry, each cut at +-180."""
    return shapely.MultiLineString([part for line in map(cut, lines)
                                    for part in getattr(line, "geoms", [line])])


def copies_near(shape: Any, low: float, high: float) -> list[Any]:
    """The shape shifted by whole turns, every copy that can meet the longitudes low..high."""
    left, _, right, _ = shape.bounds
    turns = range(int(np.ceil((low - right) / 360.0)), int(np.floor((high - left) / 360.0)) + 1)
    return [translate(shape, xoff=360.0 * turn) if turn else shape for turn in turns]
