"""Geodesic measures on WGS84: lengths of lines, places along them, and how near a place they pass.

All coordinates are lon, lat in degrees; lines may be unwrapped (longitudes beyond 180). Distances
are kilometres on the WGS84 ellipsoid (Karney's algorithm through `pyproj.Geod`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from pyproj import Geod

GEOD = Geod(ellps="WGS84")
EARTH_RADIUS_KM = 6371.0088
KM_PER_DEGREE = EARTH_RADIUS_KM * np.pi / 180
STEP_KM = 5.0

Floats = NDArray[np.float64]


def distance_km(lon1: ArrayLike, lat1: ArrayLike, lon2: ArrayLike, lat2: ArrayLike) -> Floats:
    """Geodesic distance between places, element by element."""
    first, second = np.broadcast_arrays(np.asarray(lon1, float), np.asarray(lon2, float))
    third, fourth = np.broadcast_arrays(np.asarray(lat1, float), np.asarray(lat2, float))
    return np.asarray(GEOD.inv(first, third, second, fourth)[2], float) / 1000.0


def line_lengths_km(lines: Any) -> Floats:
    """Geodesic length of each line of an array of LineStrings."""
    coordinates, owner = shapely.get_coordinates(lines, return_index=True)
    count = len(np.atleast_1d(np.asarray(lines, dtype=object)))
    if len(coordinates) < 2:
        return np.zeros(count)
    step = distance_km(coordinates[:-1, 0], coordinates[:-1, 1],
                       coordinates[1:, 0], coordinates[1:, 1])
    same = owner[1:] == owner[:-1]
    return np.asarray(np.bincount(owner[1:][same], step[same], minlength=count), float)


def line_length_km(line: shapely.LineString) -> float:
    """Geodesic length of one line."""
    return float(line_lengths_km([line])[0])


def vertex_km(line: shapely.LineString) -> Floats:
    """Distance along the line of each of its vertices, from 0."""
    xy = shapely.get_coordinates(line)
    return np.concatenate([[0.0], np.cumsum(
        distance_km(xy[:-1, 0], xy[:-1, 1], xy[1:, 0], xy[1:, 1]))])


def point_at_km(line: shapely.LineString, km: float) -> tuple[float, float]:
    """The place `km` along the line; lon is wrapped into -180..180."""
    at = vertex_km(line)
    xy = shapely.get_coordinates(line)
    i = int(np.clip(np.searchsorted(at, km, side="right") - 1, 0, len(at) - 2))
    span = at[i + 1] - at[i]
    share = 0.0 if span == 0 else float(np.clip((km - at[i]) / span, 0.0, 1.0))
    lon, lat = xy[i] + share * (xy[i + 1] - xy[i])
    return wrap_lon(float(lon)), float(lat)


def wrap_lon(lon: float) -> float:
    """The same meridian in -180..180."""
    return (lon + 180.0) % 360.0 - 180.0


def densify(line: shapely.LineString, step_km: float = STEP_KM) -> tuple[Floats, Floats]:
    """Vertices at most `step_km` apart along the drawn (straight in lon, lat) line, and their km.

    Returns
    -------
    coordinates (K, 2), km (K,)
    """
    xy = shapely.get_coordinates(line)
    at = vertex_km(line)
    parts = np.maximum(1, np.ceil(np.diff(at) / step_km).astype(int))
    shares = np.concatenate([np.arange(n) / n for n in parts])
    leg = np.repeat(np.arange(len(parts)), parts)
    dense = xy[leg] + shares[:, None] * (xy[leg + 1] - xy[leg])
    km = at[leg] + shares * np.diff(at)[leg]
    return np.vstack([dense, xy[-1:]]), np.append(km, at[-1])


def nearest_on_line(line: shapely.LineString, lon: float, lat: float) -> tuple[float, float]:
    """The least distance (km) from a place to a line, and where on it (km from its start).

    The line is projected azimuthally about the place, which keeps distances from that place true
    along every direction, so the nearest point found in the plane is the nearest on the ground.
    """
    xy, km = densify(line, 25.0)
    azimuth, _, metres = GEOD.inv(np.full(len(xy), lon), np.full(len(xy), lat), xy[:, 0], xy[:, 1])
    away = np.asarray(metres) / 1000.0
    angle = np.radians(np.asarray(azimuth))
    plane = np.column_stack([away * np.sin(angle), away * np.cos(angle)])
    start, leg = plane[:-1], np.diff(plane, axis=0)
    square = np.maximum((leg**2).sum(axis=1), 1e-12)
    share = np.clip(-(start * leg).sum(axis=1) / square, 0.0, 1.0)
    gap = np.hypot(*(start + share[:, None] * leg).T)
    i = int(np.argmin(gap))
    return float(gap[i]), float(km[i] + share[i] * (km[i + 1] - km[i]))


def disk(lon: float, lat: float, radius_km: float, vertices: int = 128) -> shapely.Polygon:
    """The geodesic disk as a polygon in lon, lat, unwrapped about its centre.

    A disk over a pole becomes a cap: every longitude within half a turn of its centre, from its
    edge to the pole.
    """
    azimuths = np.linspace(0, 360, vertices, endpoint=False)
    lons, lats, _ = GEOD.fwd(np.full(vertices, lon), np.full(vertices, lat), azimuths,
                             np.full(vertices, radius_km * 1000.0))
    lons = lon + (np.asarray(lons) - lon + 180.0) % 360.0 - 180.0
    ring = np.column_stack([lons, lats])
    pole = float(np.copysign(90.0, lat))
    if float(distance_km(lon, lat, lon, pole)) >= radius_km:
        return shapely.Polygon(ring)
    ring = ring[np.argsort(lons)]
    low, high = ring[0, 1], ring[-1, 1]
    return shapely.Polygon([(lon - 180.0, pole), (lon - 180.0, low), *ring,
                            (lon + 180.0, high), (lon + 180.0, pole)])
