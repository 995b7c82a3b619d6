"""Read WKB with closed types and checked sizes; geometry is built from arrays.

A count in hostile WKB may promise billions of vertices: every count is held against the bytes
that are left before anything is allocated. Z and M values are dropped.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from cablenet.readers.geojson import coordinate_fault, polygon_from_rings

Floats = NDArray[np.float64]
NAMES = {1: "Point", 2: "LineString", 3: "Polygon", 6: "MultiPolygon"}


class WkbError(ValueError):
    """What is wrong with one WKB value; readers turn it into a row of a `ReadError`."""


def read_wkb(data: bytes) -> shapely.Geometry:
    """The Point, LineString, Polygon or MultiPolygon that the bytes hold, and nothing else."""
    shape: shapely.Geometry
    shape, at = _geometry(data, 0, nested=False)
    if at != len(data):
        raise WkbError(f"has {len(data) - at} bytes too many")
    return shape


def read_geopackage_blob(data: bytes) -> shapely.Geometry:
    """The geometry of a GeoPackage blob: its header, an envelope that is skipped, and WKB."""
    if len(data) < 8 or data[:2] != b"GP":
        raise WkbError("is no GeoPackage geometry")
    envelope = (data[3] >> 1) & 7
    if envelope > 4:
        raise WkbError("has an unknown envelope")
    return read_wkb(data[8 + (0, 32, 48, 48, 64)[envelope]:])


def _geometry(data: bytes, at: int, *, nested: bool) -> tuple[Any, int]:
    order, kind, width, at = _head(data, at)
    if kind == 1:
        xy, at = _vertices(data, at, order, width, 1)
        return shapely.points(xy[0]), at
    if kind == 2:
        count, at = _count(data, at, order, 8 * width)
        xy, at = _vertices(data, at, order, width, count)
        if count < 2:
            raise WkbError("is a line of fewer than two vertices")
        return shapely.linestrings(xy), at
    if kind == 3:
        return _polygon(data, at, order, width)
    if kind == 6 and not nested:
        count, at = _count(data, at, order, 9)
        parts = []
        for _ in range(count):
            part, at = _geometry(data, at, nested=True)
            if part.geom_type != "Polygon":
                raise WkbError("has a part that is no polygon")
            parts.append(part)
        return shapely.multipolygons(parts), at
    raise WkbError(f"is of WKB type {kind}; known: {', '.join(NAMES.values())}")


def _polygon(data: bytes, at: int, order: str, width: int) -> tuple[Any, int]:
    count, at = _count(data, at, order, 4)
    rings: list[Floats] = []
    for _ in range(count):
        size, at = _count(data, at, order, 8 * width)
        xy, at = _vertices(data, at, order, width, size)
        rings.append(xy)
    shape = polygon_from_rings(rings) if rings else None
    if shape is None:
        raise WkbError("has a ring that is not closed, or none")
    return shape, at


def _head(data: bytes, at: int) -> tuple[str, int, int, int]:
    """Byte order, plain type, numbers per vertex, and where the content starts."""
    if len(data) < at + 5 or data[at] not in (0, 1):
        raise WkbError("is no WKB")
    order = "<" if data[at] else ">"
    (kind,) = struct.unpack_from(f"{order}I", data, at + 1)
    if kind & 0x20000000:
        raise WkbError("is EWKB with a coordinate system inside; give plain WKB")
    width = 2 + bool(kind & 0x80000000) + bool(kind & 0x40000000)
    kind &= 0x0FFFFFFF
    if 1000 <= kind < 4000:
        width += 2 if kind >= 3000 else 1
        kind %= 1000
    return order, kind, width, at + 5


def _count(data: bytes, at: int, order: str, least: int) -> tuple[int, int]:
    if len(data) < at + 4:
        raise WkbError("ends too early")
    (count,) = struct.unpack_from(f"{order}I", data, at)
    if count * least > len(data) - at - 4:
        raise WkbError(f"promises {count} parts in {len(data) - at - 4} bytes")
    return count, at + 4


def _vertices(data: bytes, at: int, order: str, width: int, count: int) -> tuple[Floats, int]:
    if len(data) < at + 8 * width * count:
        raise WkbError("ends too early")
    flat = np.frombuffer(data, dtype=f"{order}f8", count=width * count, offset=at)
    xy = np.ascontiguousarray(flat.reshape(count, width)[:, :2], dtype=np.float64)
    fault = coordinate_fault(xy)
    if fault:
        raise WkbError(fault[0])
    return xy, at + 8 * width * count
