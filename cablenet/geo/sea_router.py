"""Shortest ways over the sea: search trees on the mesh, pulled taut into clean lines.

`SeaRouter.from_arrays(...)` builds the mesh once (a few seconds); `tree` searches from one place
to the whole ocean, `route` gives a line, `distance_km` its geodesic length. Costs are kilometres
times a factor raster (near coasts, in the shallows and in waters cables avoid it is above 1);
`plain=True` leaves the factors out, for ships.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from cablenet.geo.geodesic import EARTH_RADIUS_KM, line_length_km
from cablenet.geo.sea_grid import BASE, SMALL, SeaMask, SeaMesh, all_seas, world_ocean
from cablenet.geo.sea_passages import FAR_DEGREES, Passage, with_passages
from cablenet.geo.sea_sight import is_clear
from cablenet.geo.sea_waters import without_waters

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
LEG_KM = 100.0
"""Longest leg of a drawn line; longer ones get vertices on the great circle."""
SNAP_KM = 60.0
"""A place further than this from the sea cannot be a start or an end."""
SLACK = 1.004
"""A shortcut may cost this much more than the way it replaces."""


@dataclass(frozen=True, eq=False)
class SeaTree:
    """Cheapest ways from one place to every cell: `cost_km` (inf where unreached), `before`."""

    lon: float
    lat: float
    start: int
    cost_km: Floats
    before: NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class SeaRouter:
    """A mesh with edge costs, ready for searches. `factor` is (1800, 3600) from the south-west.

    `closed` are waters that are no sea here; a place in or behind them is at no sea.
    """

    mask: SeaMask
    mesh: SeaMesh
    factor: Floats
    graph: csr_matrix
    finder: cKDTree
    passages: tuple[Passage, ...] = ()
    closed: shapely.Geometry | None = None

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any], *, plain: bool = False,
                    passages: tuple[Passage, ...] = ()) -> SeaRouter:
        """Build from the shipped arrays: code, mixed, bits, fine, factor (fiftieths, uint8)."""
        mask = SeaMask(np.asarray(arrays["code"]), np.asarray(arrays["mixed"], dtype=np.int64),
                       np.asarray(arrays["bits"]), np.asarray(arrays["fine"], dtype=bool))
        factor = np.asarray(arrays["factor"], dtype=float) / 50.0
        return cls.from_mask(mask, np.ones_like(factor) if plain else factor, passages)

    @classmethod
    def from_file(cls, path: Path | str, *, plain: bool = False,
                  passages: tuple[Passage, ...] = ()) -> SeaRouter:
        """Build from the shipped `sea_mesh.npz`."""
        with np.load(path, allow_pickle=False) as arrays:
            return cls.from_arrays(arrays, plain=plain, passages=passages)

    @classmethod
    def from_mask(cls, mask: SeaMask, factor: Floats,
                  passages: tuple[Passage, ...] = ()) -> SeaRouter:
        """Build the mesh of a mask, open its passages, and give its edges their costs."""
        mesh = world_ocean(with_passages(all_seas(mask), passages))
        return cls(mask, mesh, factor, _weighted(mesh, factor),
                   cKDTree(unit_vectors(mesh.lon, mesh.lat)), passages)

    def with_factor(self, factor: Floats) -> SeaRouter:
        """The same sea where a kilometre costs otherwise; `factor` is (1800, 3600), above 0."""
        return SeaRouter(self.mask, self.mesh, factor, _weighted(self.mesh, factor), self.finder,
                         self.passages, self.closed)

    def without(self, waters: shapely.Geometry) -> SeaRouter:
        """The sea without some waters; passages that lie by them are shut too."""
        open_passages = tuple(passage for passage in self.passages if not shapely.dwithin(
            shapely.LineString(passage.line), waters, FAR_DEGREES))
        made = SeaRouter.from_mask(without_waters(self.mask, waters), self.factor, open_passages)
        closed = waters if self.closed is None else shapely.union(self.closed, waters)
        shapely.prepare(closed)
        return replace(made, closed=closed)

    def nearest_cells(self, lon: Floats, lat: Floats) -> Ints:
        """`nearest` for many places at once; -1 beyond `SNAP_KM`, or behind closed waters."""
        chord, found = self.finder.query(unit_vectors(lon, lat), k=12)
        cells = np.asarray(found)
        away = np.asarray(chord) * EARTH_RADIUS_KM
        beyond = np.round(np.maximum(
            away - self.mesh.side[cells] / (BASE * SMALL) * 111.2 / 2, 0.0), 1)
        best = np.lexsort((away, beyond), axis=1)[:, 0]
        rows = np.arange(len(cells))
        found = np.where(beyond[rows, best] > SNAP_KM, -1, cells[rows, best]).astype(np.int64)
        return np.where(self._shut_in(lon, lat, found), -1, found)

    def _shut_in(self, lon: Floats, lat: Floats, cells: Ints) -> NDArray[np.bool_]:
        """Where the way from a place straight to its cell crosses closed waters."""
        shut = np.zeros(len(cells), bool)
        if self.closed is None or not len(cells):
            return shut
        x = np.asarray(self.mesh.lon[cells], float)
        x = x + 360.0 * np.round((lon - x) / 360.0)
        for turn in (-360.0, 0.0, 360.0):
            ends = np.stack([np.column_stack([lon + turn, lat]),
                             np.column_stack([x + turn, self.mesh.lat[cells]])], axis=1)
            shut |= shapely.intersects(shapely.linestrings(ends), self.closed)
        return shut & (cells >= 0)

    def nearest(self, lon: float, lat: float) -> int:
        """The cell that holds a place or lies nearest to it; ValueError beyond `SNAP_KM`."""
        cell = int(self.nearest_cells(np.array([lon]), np.array([lat]))[0])
        if cell < 0 and self.closed is not None:
            raise ValueError(f"({lon}, {lat}) lies at no open sea, or in or behind closed waters")
        if cell < 0:
            km = float(self.finder.query(unit_vectors(np.array([lon]), np.array([lat]))[0])[0])
            raise ValueError(f"({lon}, {lat}) lies {km * EARTH_RADIUS_KM:.0f} km from the sea")
        return cell

    def tree(self, lon: float, lat: float, limit_km: float = np.inf) -> SeaTree:
        """Search from one place; cells costing more than `limit_km` stay at infinity."""
        start = self.nearest(lon, lat)
        cost, before = dijkstra(self.graph, indices=np.array([start]), return_predecessors=True,
                                limit=limit_km)
        return SeaTree(lon, lat, start, cost[0], np.asarray(before[0], dtype=np.int32))

    def cost_km(self, tree: SeaTree, lon: float, lat: float) -> float:
        """Cost from the tree's root to a place."""
        return float(tree.cost_km[self.nearest(lon, lat)])

    def way(self, tree: SeaTree, lon: float, lat: float) -> Floats:
        """The taut line (n, 2) from the tree's root to a place, unwrapped, without land ends.

        It starts and ends in the cells nearest to the two places, or at the places themselves
        where those lie in the sea.
        """
        cell = self.nearest(lon, lat)
        if not np.isfinite(tree.cost_km[cell]):
            raise ValueError(f"no way by sea from ({tree.lon}, {tree.lat}) to ({lon}, {lat})")
        cells = [cell]
        while cells[-1] != tree.start:
            cells.append(int(tree.before[cells[-1]]))
        cells.reverse()
        xy = np.column_stack([self.mesh.lon[cells], self.mesh.lat[cells]])
        xy[:, 0] = np.unwrap(xy[:, 0], period=360.0)
        xy = self._with_end(xy, lon, lat)
        xy = self._with_end(xy[::-1], tree.lon, tree.lat)[::-1]
        return self.taut(xy)

    def route(self, lon1: float, lat1: float, lon2: float, lat2: float) -> shapely.LineString:
        """The line a cable would take from one place to another, unwrapped."""
        xy = self.way(self.tree(lon1, lat1), lon2, lat2)
        return shapely.LineString(great_legs(xy if len(xy) > 1 else np.vstack([xy, xy])))

    def distance_km(self, lon1: float, lat1: float, lon2: float, lat2: float) -> float:
        """Geodesic length of `route`."""
        return line_length_km(self.route(lon1, lat1, lon2, lat2))

    def _with_end(self, xy: Floats, lon: float, lat: float) -> Floats:
        """Append a place that lies in the sea in sight of the line's last vertex."""
        lon += 360.0 * np.round((xy[-1, 0] - lon) / 360.0)
        end = np.array([[lon, lat]])
        if np.allclose(end, xy[-1:]) or not is_clear(self.mask, *np.vstack([xy[-1:], end]).T):
            return xy
        return np.vstack([xy, end])

    def taut(self, xy: Floats, rounds: int = 3) -> Floats:
        """Pull a line straight where the sea is clear and no dearer water lies between."""
        for turn in range(rounds):
            before = len(xy)
            xy = self._pull(xy if turn == 0 else _halved(xy))
            if turn and len(xy) >= before and turn > 1:
                break
        return xy

    def _pull(self, xy: Floats) -> Floats:
        along = np.concatenate([[0.0], np.cumsum(self._leg_costs(xy))])
        kept, i, last = [0], 0, len(xy) - 1
        while i < last:
            reach, step = i + 1, 2
            while i + step <= last and self._shortcut(xy, along, i, i + step):
                reach, step = i + step, step * 2
            low, high = reach, min(i + step, last + 1)
            if high == last + 1 and self._shortcut(xy, along, i, last):
                low = high = last
            while high - low > 1:
                middle = (low + high) // 2
                if self._shortcut(xy, along, i, middle):
                    low = middle
                else:
                    high = middle
            i = low
            kept.append(i)
        return xy[kept]

    def _shortcut(self, xy: Floats, along: Floats, i: int, j: int) -> bool:
        if j == i + 1:
            return True
        line = great_legs(xy[[i, j]], 50.0)
        if self._leg_costs(line).sum() > (along[j] - along[i]) * SLACK:
            return False
        return is_clear(self.mask, line[:, 0], line[:, 1])

    def _leg_costs(self, xy: Floats) -> Floats:
        """Cost of each leg, the factor taken at its quarter points."""
        start, step = xy[:-1], np.diff(xy, axis=0)
        km = sphere_km(start[:, 0], start[:, 1], xy[1:, 0], xy[1:, 1])
        total = np.zeros(len(start))
        for share in (0.125, 0.375, 0.625, 0.875):
            at = start + share * step
            total += sample(self.factor, at[:, 0], at[:, 1])
        return km * total / 4


def _weighted(mesh: SeaMesh, factor: Floats) -> csr_matrix:
    """The mesh as a graph: kilometres times the mean factor of the two cells."""
    at = sample(factor, mesh.lon, mesh.lat)
    cost = sphere_km(mesh.lon[mesh.a], mesh.lat[mesh.a], mesh.lon[mesh.b], mesh.lat[mesh.b])
    cost *= (at[mesh.a] + at[mesh.b]) / 2
    count = len(mesh.lon)
    graph = coo_matrix((cost, (mesh.a, mesh.b)), shape=(count, count)).tocsr()
    return (graph + graph.T).tocsr()


def _halved(xy: Floats, step_km: float = 30.0) -> Floats:
    """The same line with vertices at most `step_km` apart, on its great circles."""
    return great_legs(xy, step_km)


def great_legs(xy: Floats, step_km: float = LEG_KM) -> Floats:
    """The line with vertices on the great circles of its legs, at most `step_km` apart."""
    km = sphere_km(xy[:-1, 0], xy[:-1, 1], xy[1:, 0], xy[1:, 1])
    count = np.maximum(1, np.ceil(km / step_km - 1e-9).astype(int))
    if (count == 1).all():
        return xy
    leg = np.repeat(np.arange(len(km)), count)
    share = (np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)) / count[leg]
    unit = unit_vectors(xy[:, 0], xy[:, 1])
    angle = np.maximum(km[leg] / EARTH_RADIUS_KM, 1e-12)
    first, second = np.sin((1 - share) * angle), np.sin(share * angle)
    at = (first[:, None] * unit[leg] + second[:, None] * unit[leg + 1]) / np.sin(angle)[:, None]
    lon = np.degrees(np.arctan2(at[:, 1], at[:, 0]))
    lat = np.degrees(np.arctan2(at[:, 2], np.hypot(at[:, 0], at[:, 1])))
    linear = xy[leg, 0] + share * (xy[leg + 1, 0] - xy[leg, 0])
    lon += 360.0 * np.round((linear - lon) / 360.0)
    dense = np.column_stack([lon, lat])
    dense[share == 0] = xy[leg[share == 0]]
    return np.vstack([dense, xy[-1:]])


def sample(raster: Floats, lon: Floats, lat: Floats) -> Floats:
    """Values of a world raster (rows from the south, columns from -180) at places."""
    rows, columns = raster.shape
    row = np.clip(((lat + 90.0) * (rows / 180.0)).astype(np.int64), 0, rows - 1)
    column = np.mod(np.floor((lon + 180.0) * (columns / 360.0)).astype(np.int64), columns)
    return np.asarray(raster[row, column])


def unit_vectors(lon: Floats, lat: Floats) -> Floats:
    """Places as unit vectors (n, 3)."""
    x, y = np.radians(lon), np.radians(lat)
    return np.column_stack([np.cos(y) * np.cos(x), np.cos(y) * np.sin(x), np.sin(y)])


def sphere_km(lon1: Floats, lat1: Floats, lon2: Floats, lat2: Floats) -> Floats:
    """Distances on the sphere (fast, within 0.6 %), for searches only."""
    y1, y2 = np.radians(lat1), np.radians(lat2)
    h = np.sin((y2 - y1) / 2) ** 2 \
        + np.cos(y1) * np.cos(y2) * np.sin(np.radians(lon2 - lon1) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(h, 1.0))))
