"""`Dispatch`: the repair problem as whole hours and whole weights, and the clock of a route."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cablenet.repair.durations import LOCATE, OUT_OF_CONTRACT, transit_hours
from cablenet.repair.fleet import SeaLegs, Ship
from cablenet.repair.jobs import Job

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
BASE = -1
NEVER = 10**6


@dataclass(frozen=True, eq=False)
class Dispatch:
    """J jobs and S ships, all in whole hours since the faults.

    Attributes
    ----------
    base_h, leg_h
        (S, J) and (S, J, J) hours from the base and between jobs; where a call at a depot lies on
        the way, with it
    ready_h
        (S, J) the earliest hour at which a ship may set out for a job: located, mobilised, and
        chartered where it is not under contract
    able
        (S, J) whether the ship can get there
    permit_h
        (S, J) the hour from which a ship may work at a job: permits may be tied to a ship
    work_h, test_h, weight
        (J,)
    """

    base_h: Ints
    leg_h: Ints
    ready_h: Ints
    able: Flags
    permit_h: Ints
    work_h: Ints
    test_h: Ints
    weight: Ints

    @property
    def n_ships(self) -> int:
        return len(self.base_h)

    @property
    def n_jobs(self) -> int:
        return len(self.weight)

    def arrival(self, ship: int, at: int, free_h: int, job: int) -> int:
        """The hour a ship that is free at a job (or BASE) reaches another job."""
        return max(free_h, int(self.ready_h[ship, job])) + self.sail_h(ship, at, job)

    def sail_h(self, ship: int, at: int, job: int) -> int:
        """Hours at sea from a job (or BASE) to another job."""
        return int(self.base_h[ship, job] if at == BASE else self.leg_h[ship, at, job])

    def done(self, ship: int, job: int, arrival_h: int) -> int:
        """The hour traffic is back when the ship arrives at this hour."""
        return int(max(arrival_h, self.permit_h[ship, job]) + self.work_h[job] + self.test_h[job])

    def clock(self, ship: int, route: Sequence[int]) -> Iterator[tuple[int, int, int]]:
        """(job, arrival, done) along a route, each job as early as can be."""
        at, free = BASE, 0
        for job in route:
            arrival = self.arrival(ship, at, free, job)
            done = self.done(ship, job, arrival)
            yield job, arrival, done
            at, free = job, done - int(self.test_h[job])

    def cost(self, ship: int, route: Sequence[int]) -> int:
        """Weighted completion of a route: sum of weight x hour of completion."""
        return sum(int(self.weight[job]) * done for job, _, done in self.clock(ship, route))

    def earliest(self) -> Ints:
        """(S, J) the hour each job would be done if the ship went there first; NEVER if unable."""
        arrival = self.ready_h + self.base_h
        done = np.maximum(arrival, self.permit_h) + self.work_h + self.test_h
        return np.where(self.able, done, NEVER)


def dispatch_problem(ships: Sequence[Ship], jobs: Sequence[Job], legs: SeaLegs, *,
                     charter: bool) -> Dispatch:
    """Distances, contracts and permits as whole hours, each rounded up.

    Ships outside a cable's agreement may serve a job when `charter` says so, or when no ship under
    contract can reach it.
    """
    def hours(ship: Ship, km: float) -> int:
        return transit_hours(km, ship.speed_kn) if np.isfinite(km) else NEVER

    base = np.array([[hours(ship, km) for km in legs.from_base[s]]
                     for s, ship in enumerate(ships)], np.int64).reshape(len(ships), len(jobs))
    between = np.array([[[hours(ship, km) for km in row] for row in legs.between]
                        for ship in ships], np.int64).reshape(len(ships), len(jobs), len(jobs))
    ready = np.array([[LOCATE.hours + ship.mobilise_h
                       + (0 if ship.is_contracted_for(job) else OUT_OF_CONTRACT.hours)
                       for job in jobs] for ship in ships], np.int64).reshape(base.shape)
    allowed = np.array([not job.refused_by for job in jobs], bool)
    able = (base < NEVER) & allowed
    contracted = able & np.array([[ship.is_contracted_for(job) for job in jobs]
                                  for ship in ships], bool).reshape(base.shape)
    if not charter:
        able &= contracted | ~contracted.any(axis=0)
    return Dispatch(
        base_h=base, leg_h=between, ready_h=ready, able=able,
        permit_h=np.tile(np.array([job.permit_h for job in jobs], np.int64), (len(ships), 1)),
        work_h=np.array([job.work_h for job in jobs], np.int64),
        test_h=np.array([job.test_h for job in jobs], np.int64),
        weight=np.array([job.weight for job in jobs], np.int64),
    )
