"""Draw every leg of every cable over the sea and join it to the shore at its stations."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import pandas as pd
import shapely
from branching import Placer
from separation import moved_point, separated
from topology import System

from cablenet.geo.geodesic import distance_km
from cablenet.geo.sea_grid import SeaMask
from cablenet.geo.sea_router import SeaRouter, SeaTree

DECIMALS = 4
REACH_KM = (1500.0, 3500.0, 8000.0, np.inf)
"""Searches end at one of these costs: most legs are short, and short searches are quick."""


@dataclass(frozen=True, eq=False)
class Shore:
    """Land polygons in a tree, to stop a line where it meets the land."""

    tree: shapely.STRtree

    def contact(self, sea: np.ndarray, station: np.ndarray) -> np.ndarray | None:
        """The place just off land on the straight way from the sea to a station.

        None where the way meets land at once; the station itself where it meets none.
        """
        turn = np.array([360.0 * np.floor((sea[0] + 180.0) / 360.0), 0.0])
        sea, station = sea - turn, station - turn
        line = shapely.LineString([sea, station])
        hits = self.tree.query(line, predicate="intersects")
        if not len(hits):
            return station + turn
        meets = shapely.intersection(line, self.tree.geometries[hits])
        touch = min(shapely.distance(shapely.Point(sea), meet) for meet in meets)
        share = 0.9 * touch / max(line.length, 1e-12)
        return turn + sea + share * (station - sea) if touch > 1e-3 else None


class Drawer:
    """Draws legs with search trees that are kept for the last few hundred roots."""

    def __init__(self, router: SeaRouter, clearance: np.ndarray, shore: Shore,
                 stations: pd.DataFrame) -> None:
        self.router, self.clearance, self.shore = router, clearance, shore
        self.lon = stations.lon.to_dict()
        self.lat = stations.lat.to_dict()
        self._tree = lru_cache(maxsize=250)(lambda cell, reach: router.tree(
            float(router.mesh.lon[cell]), float(router.mesh.lat[cell]), reach))

    def place(self, root: str | int) -> tuple[float, float]:
        """Where a station or a cell lies."""
        if isinstance(root, str):
            return self.lon[root], self.lat[root]
        return float(self.router.mesh.lon[root]), float(self.router.mesh.lat[root])

    def tree_of(self, root: str | int, reach_km: float = np.inf) -> SeaTree:
        """The search tree from a station or a cell, at least as far as `reach_km`."""
        return self._from(*self.place(root), reach_km)

    def _from(self, lon: float, lat: float, reach_km: float = np.inf) -> SeaTree:
        reach = next(step for step in REACH_KM if step >= reach_km)
        return replace(self._tree(self.router.nearest(lon, lat), reach), lon=lon, lat=lat)

    def wet_line(self, cable_id: str, ends: list[tuple[float, float]],
                 at_sea: tuple[bool, bool]) -> shapely.LineString:
        """One wet line between two places; an end `at_sea` is a unit and is met exactly."""
        (lon1, lat1), (lon2, lat2) = ends
        straight = float(distance_km(lon1, lat1, lon2, lat2))
        tree = self._from(lon1, lat1, 2.0 * straight + 500.0)
        if not np.isfinite(self.router.cost_km(tree, lon2, lat2)):
            tree = self._from(lon1, lat1)
        xy = self.router.way(tree, lon2, lat2)
        if len(xy) > 1:
            xy = separated(cable_id, xy, self.clearance, self.router.mask)
        xy = self._finish(xy, ends[1], at_sea[1])
        xy = self._finish(xy[::-1], ends[0], at_sea[0])[::-1]
        return _line(xy)

    def _finish(self, xy: np.ndarray, end: tuple[float, float], at_sea: bool) -> np.ndarray:
        place = np.array(end)
        place[0] += 360.0 * np.round((xy[-1, 0] - place[0]) / 360.0)
        if np.allclose(xy[-1], place, atol=1e-9):
            return xy
        last = place if at_sea else self.shore.contact(xy[-1], place)
        return xy if last is None else np.vstack([xy, last])


def _line(xy: np.ndarray) -> shapely.LineString:
    """A line rounded for publication, its first vertex in -180..180, at least two vertices."""
    xy = np.round(xy, DECIMALS)
    keep = np.concatenate([[True], np.any(np.diff(xy, axis=0) != 0, axis=1)])
    xy = xy[keep]
    if len(xy) == 1:
        xy = np.vstack([xy, xy + np.array([0.0, 1e-4])])
    xy[:, 0] -= 360.0 * np.floor((xy[0, 0] + 180.0) / 360.0)
    return shapely.LineString(np.round(xy, DECIMALS))


def draw_systems(systems: list[System], drawer: Drawer, placer: Placer, mask: SeaMask
                 ) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Segments, branching units and landing roles of all systems."""
    segments, units, roles = [], [], []
    for system in systems:
        plan = placer.plan(system)
        places = {}
        for bu_id, cell in plan.cells.items():
            lon, lat = moved_point(system.cable_id, float(placer.mesh.lon[cell]),
                                   float(placer.mesh.lat[cell]), drawer.clearance, mask)
            places[bu_id] = (round(lon, DECIMALS), round(lat, DECIMALS))
            units.append((bu_id, system.cable_id, *places[bu_id]))
        for number, leg in enumerate(plan.legs, start=1):
            ends = [places.get(node) or (drawer.lon[node], drawer.lat[node])
                    for node in (leg.from_id, leg.to_id)]
            line = _line(np.array(ends)) if leg.kind == "land" else drawer.wet_line(
                system.cable_id, ends, (leg.from_id in places, leg.to_id in places))
            segments.append((f"{system.cable_id}/{number}", system.cable_id, leg.from_id,
                             leg.to_id, leg.kind, leg.role, line))
        roles += [(system.cable_id, station, role) for station, role in plan.roles.items()]
    return (
        pd.DataFrame(segments, columns=["segment_id", "cable_id", "from_id", "to_id", "kind",
                                        "role", "geometry"]),
        pd.DataFrame(units, columns=["bu_id", "cable_id", "lon", "lat"]),
        pd.DataFrame(roles, columns=["cable_id", "station_id", "role"]),
    )


def landing_gaps_km(segments: pd.DataFrame, stations: pd.DataFrame) -> pd.DataFrame:
    """How far each wet end lies from its station."""
    rows = []
    for row in segments[segments.kind == "wet"].itertuples():
        xy = shapely.get_coordinates(row.geometry)
        for node, end in ((row.from_id, xy[0]), (row.to_id, xy[-1])):
            if node in stations.index:
                at = stations.loc[node]
                rows.append((row.segment_id, node,
                             float(distance_km(end[0], end[1], at.lon, at.lat))))
    return pd.DataFrame(rows, columns=["segment_id", "station_id", "gap_km"])
