"""Which landmass a place stands on: the polygon it lies in, else the nearest of its own country."""

from __future__ import annotations

from collections.abc import Collection

import geopandas as gpd
import numpy as np
import shapely
import shapely.ops
from numpy.typing import NDArray

from cablenet.geo.geodesic import KM_PER_DEGREE

NEAR_KM = 25.0
"""A place this near to a polygon of its country stands on it: small islets are not drawn."""
JOINED_KM = 5.0
"""Assumed: two landmasses of one country no further apart than this are joined by a bridge."""

Floats = NDArray[np.float64]
Texts = NDArray[np.object_]


class Land:
    """Land parts, each of one country on one landmass, ready to be asked.

    Parameters
    ----------
    parts
        columns `landmass_id`, `country` (ISO 3166-1 alpha-2), polygon geometry in EPSG:4326
    """

    def __init__(self, parts: gpd.GeoDataFrame) -> None:
        self._shapes = np.asarray(parts.geometry.array, object)
        self._mass = parts["landmass_id"].to_numpy(object)
        self._country = parts["country"].fillna("").to_numpy(object)
        self._tree = shapely.STRtree(self._shapes)

    def find(self, lon: Floats, lat: Floats, country: Texts) -> Texts:
        """Landmass ids ('' where none lies within `NEAR_KM`).

        The polygon of the same country that holds the place comes first, then the nearest
        polygon of that country, then the nearest of any.
        """
        points: Texts = np.array(
            shapely.points((np.asarray(lon) + 180.0) % 360.0 - 180.0, lat), object, ndmin=1)
        found: Texts = np.array([""] * len(lon), object)
        place, part = self._tree.query(points, predicate="intersects")
        same = self._country[part] == country[place]
        found[place[same]] = self._mass[part[same]]
        for i in np.flatnonzero(found == ""):
            near = self._near(points[i], NEAR_KM)
            mine = [(km, mass) for km, mass, owner in near if owner == country[i]]
            best = min(mine or [(km, mass) for km, mass, _ in near], default=(0.0, ""))
            found[i] = best[1]
        return found

    def joined_to(self, lon: float, lat: float, country: str, masses: Collection[str]) -> str:
        """One of `masses` that a bridge may join to the landmass of a place ('' if none).

        The nearest of the country's landmasses named, if it comes within `JOINED_KM` of the
        landmass that the place stands on.
        """
        home = self.find(np.array([lon]), np.array([lat]), np.array([country], object))[0]
        own = self._country == country
        others = np.flatnonzero(own & np.isin(self._mass, list(masses)))
        best = (JOINED_KM, "")
        for shape in self._shapes[own & (self._mass == home)]:
            window = shapely.box(*shape.bounds).buffer(_reach_deg(JOINED_KM, shape.bounds[3]))
            for part in others[shapely.intersects(window, self._shapes[others])]:
                coast = shapely.clip_by_rect(self._shapes[part], *window.bounds)
                near = (shape if coast.is_empty
                        else shapely.clip_by_rect(shape, *_widened(coast.bounds)))
                if not coast.is_empty and not near.is_empty:
                    ends = shapely.ops.nearest_points(near, coast)
                    best = min(best, (_gap_km(*ends), str(self._mass[part])))
        return best[1]

    def _near(self, point: shapely.Point, limit_km: float) -> list[tuple[float, str, str]]:
        """(km, landmass, country) of the parts within a distance of a place."""
        parts = self._tree.query(point, predicate="dwithin",
                                 distance=_reach_deg(limit_km, point.y))
        gaps = [_gap_km(point, shapely.ops.nearest_points(point, self._shapes[part])[1])
                for part in parts]
        return [(km, str(self._mass[part]), str(self._country[part]))
                for km, part in sorted(zip(gaps, parts, strict=True)) if km <= limit_km]


def _reach_deg(km: float, lat: float) -> float:
    """Degrees that hold twice a distance in any direction at a latitude."""
    return float(2.0 * km / KM_PER_DEGREE / max(np.cos(np.radians(lat)), 0.05))


def _widened(bounds: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """Bounds with a margin of `JOINED_KM` at least."""
    wide = _reach_deg(JOINED_KM, max(abs(bounds[1]), abs(bounds[3])))
    return bounds[0] - wide, bounds[1] - wide, bounds[2] + wide, bounds[3] + wide


def _gap_km(a: shapely.Point, b: shapely.Point) -> float:
    """Distance of two places that are near each other."""
    squeeze = max(float(np.cos(np.radians(a.y))), 0.05)
    return float(KM_PER_DEGREE * np.hypot((b.x - a.x) * squeeze, b.y - a.y))
