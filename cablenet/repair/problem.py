"""`Dispatch`: the repair problem as whole hours and whole weights, and the clock of a route."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cablenet.repair.durations import LOADING, transit_hours
from cablenet.repair.fleet import Ship
from cablenet.repair.jobs import Job
from cablenet.repair.sea_legs import SeaLegs

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
        """(S, J) the hour at which each job could be done at the soonest; NEVER if unable.

        Straight from the base, or by way of other jobs where that is sooner: a ship may work
        nearby while its charter for the next job runs.
        """
        other = np.where(self.able, self.work_h + self.test_h, 0)
        start = np.where(self.able, np.maximum(self.ready_h + self.base_h, self.permit_h), NEVER)
        while True:
            free = start + np.where(self.able, self.work_h, 0)
            there = (np.maximum(free[:, :, None], self.ready_h[:, None, :]) + self.leg_h).min(
                axis=1, initial=NEVER)
            by_others = np.where(self.able, np.maximum(there, self.permit_h), NEVER)
            if (by_others >= start).all():
                return np.where(self.able, np.minimum(start + other, NEVER), NEVER)
            start = np.minimum(start, by_others)


def dispatch_problem(ships: Sequence[Ship], jobs: Sequence[Job], legs: SeaLegs, *,
                     charter: bool) -> Dispatch:
    """Distances, calls, contracts and permits as whole hours, each rounded up.

    Ships outside a cable's agreement may serve a job when `charter` says so, or when no ship of the
    map under contract can. What a ship does under contract comes before what it is chartered for.
    """
    shape = (len(ships), len(jobs))

    def table(value: Callable[[Ship, Job], int], kind: type = np.int64) -> NDArray[Any]:
        return np.array([[value(ship, job) for job in jobs] for ship in ships], kind).reshape(shape)

    load = np.where(legs.call_base >= 0, LOADING.hours, 0)
    base = np.array([_hours(ship, legs.from_base[s]) for s, ship in enumerate(ships)],
                    np.int64).reshape(shape)
    base = np.where(base < NEVER, base + load, NEVER)
    load_between = np.where(legs.call_between >= 0, LOADING.hours, 0)
    between = np.array([[_hours(ship, row) for row in legs.between] for ship in ships],
                       np.int64).reshape(len(ships), len(jobs), len(jobs))
    between = np.where(between < NEVER, between + load_between, NEVER)
    contract = table(lambda ship, job: ship.is_contracted_for(job), bool)
    between = np.where(~contract[:, :, None] & contract[:, None, :], NEVER, between)
    able = base < NEVER
    able &= table(lambda ship, job: not job.refused_by and ship.reaches_down_to(job), bool)
    owned = np.array([not ship.added for ship in ships], bool)
    if not charter:
        able &= contract | ~(able & contract & owned[:, None]).any(axis=0)
    return Dispatch(
        base_h=base, leg_h=between, ready_h=table(lambda ship, job: ship.ready_h(job)), able=able,
        permit_h=table(lambda ship, job: job.permit_h(ship.flag, ship.charter_h(job))),
        work_h=np.array([job.work_h for job in jobs], np.int64),
        test_h=np.array([job.test_h for job in jobs], np.int64),
        weight=np.array([job.weight for job in jobs], np.int64),
    )


def _hours(ship: Ship, km: NDArray[np.float64]) -> list[int]:
    """Whole hours at sea, NEVER where there is no way."""
    return [transit_hours(float(way), ship.speed_kn) if np.isfinite(way) else NEVER for way in km]
