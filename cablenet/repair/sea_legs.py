"""Distances over the sea between bases, depots and faults, with a call for spares on the way."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cablenet.geo import geodesic
from cablenet.repair.durations import DETOUR
from cablenet.repair.fleet import SeaRoutes, Ship
from cablenet.repair.jobs import Job
from cablenet.repair.rules import Place
from cablenet.repair.spares import Depot, Spares

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
NO_CALL = -1
AT_BASE_KM = 60.0
"""A ship whose base lies so near to a depot loads there while it mobilises."""


@dataclass(frozen=True, eq=False)
class SeaLegs:
    """Distances to each job, km, with the call at a depot that the way holds.

    Attributes
    ----------
    from_base, between
        (S, J) from each ship's base and (J, J) from each job; infinite where there is no way
    call_base, call_between
        the same shapes: the depot called at on the way, by number; -1 for none
    assumed
        true without a router: great circle x 1.2
    """

    from_base: Floats
    between: Floats
    assumed: bool
    call_base: Ints
    call_between: Ints

    def only(self, jobs: Ints) -> SeaLegs:
        """The same for some of the jobs."""
        pairs = np.ix_(jobs, jobs)
        return SeaLegs(self.from_base[:, jobs], self.between[pairs], self.assumed,
                       self.call_base[:, jobs], self.call_between[pairs])


class Distances:
    """Km between places by one search from each that is asked about; remembered."""

    def __init__(self, router: SeaRoutes | None) -> None:
        self.router = router
        self._trees: dict[Place, Any] = {}
        self._km: dict[tuple[Place, Place], float] = {}

    def km(self, start: Place, end: Place) -> float:
        """From `start`, where the search begins (a fault or a depot), to `end`."""
        if (start, end) not in self._km:
            self._km[start, end] = self._km[end, start] = self._measure(start, end)
        return self._km[start, end]

    def line(self, start: Place, end: Place) -> Floats | None:
        """The way (n, 2) from `end` to `start`; None without a router."""
        if self.router is None:
            return None
        tree = self._tree(start)
        return np.asarray(self.router.way(tree, *end))[::-1]

    def _tree(self, place: Place) -> Any:
        """A search; None where the place lies too far inland for any ship."""
        if place not in self._trees:
            assert self.router is not None
            try:
                self._trees[place] = self.router.tree(*place)
            except ValueError:
                self._trees[place] = None
        return self._trees[place]

    def _measure(self, start: Place, end: Place) -> float:
        """Along the cells of the mesh, 2 to 10 % above the shortest on voyages of a day or more."""
        if self.router is None:
            return 0.0 if start == end else (
                float(geodesic.distance_km(*start, *end)) * DETOUR.typical)
        tree = self._tree(start)
        if tree is None:
            return math.inf
        if start == end:
            return 0.0
        try:
            cells = [self.router.nearest(*end)]
        except ValueError:
            return math.inf
        while cells[-1] != tree.start:
            cells.append(int(tree.before[cells[-1]]))
            if cells[-1] < 0:
                return math.inf
        mesh = self.router.mesh
        lon = np.array([end[0], *mesh.lon[cells], start[0]])
        lat = np.array([end[1], *mesh.lat[cells], start[1]])
        return float(geodesic.distance_km(lon[:-1], lat[:-1], lon[1:], lat[1:]).sum())


def sea_legs(ships: Sequence[Ship], jobs: Sequence[Job], router: SeaRoutes | None = None, *,
             spares: Sequence[Spares] = (), depots: Sequence[Depot] = (),
             distances: Distances | None = None) -> SeaLegs:
    """The ways from all bases and jobs to all jobs, each with the call for spares it needs.

    A ship loads at the depot of a job's spares that is quickest on its way; at a depot beside its
    base it has loaded when it mobilises. From one job to another of the same spares it goes
    straight; otherwise it calls first, even where an earlier call could have served (assumed).
    """
    far = distances or Distances(router)
    lists = list(spares) or [Spares()] * len(jobs)
    at_job = [(job.lon, job.lat) for job in jobs]
    at_depot = [(depot.lon, depot.lat) for depot in depots]
    from_base = np.zeros((len(ships), len(jobs)))
    call_base = np.full((len(ships), len(jobs)), NO_CALL, np.int64)
    between = np.zeros((len(jobs), len(jobs)))
    call_between = np.full((len(jobs), len(jobs)), NO_CALL, np.int64)
    for j, place in enumerate(at_job):
        for s, ship in enumerate(ships):
            base = (ship.lon, ship.lat)
            here = [d for d in lists[j].depots
                    if geodesic.distance_km(*base, *at_depot[d]) <= AT_BASE_KM]
            from_base[s, j], call_base[s, j] = _way(
                far, base, place, () if here else lists[j].depots, at_depot)
        for i, other in enumerate(at_job):
            same = lists[i].key == lists[j].key
            between[i, j], call_between[i, j] = _way(
                far, other, place, () if same else lists[j].depots, at_depot)
    return SeaLegs(from_base, between, far.router is None, call_base, call_between)


def _way(far: Distances, start: Place, end: Place, calls: Sequence[int],
         at_depot: Sequence[Place]) -> tuple[float, int]:
    """Km, and the depot called at: the one of the shortest way."""
    if not calls:
        return far.km(end, start), NO_CALL
    ways = [(far.km(at_depot[d], start) + far.km(end, at_depot[d]), d) for d in calls]
    return min(ways)


def job_depot_km(jobs: Sequence[Job], depots: Sequence[Depot],
                 far: Distances) -> Mapping[tuple[int, int], float]:
    """Km from each job to each depot whose stock is counted, by their numbers."""
    return {(j, d): far.km((job.lon, job.lat), (depot.lon, depot.lat))
            for j, job in enumerate(jobs) for d, depot in enumerate(depots)
            if not math.isnan(depot.stock_km)}
