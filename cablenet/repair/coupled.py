"""Dispatch for what the network gets back: the worth of a repair depends on what else is mended.

Minimise the integral over time of worth(all jobs) - worth(jobs mended by then): demand-days that
stay unserved. `worth` is any function of a set of jobs that never falls when a job joins; each
repair is done as early as its route allows. Up to `EXACT_JOBS` by branch and bound: routes are
built ship by ship, and jobs not yet placed are taken to be done as soon as any ship left could, so
no completion of the branch costs less. For more jobs, moves and swaps from a given start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from cablenet.repair.choice import first_routes
from cablenet.repair.problem import BASE, NEVER, Dispatch
from cablenet.repair.routes import Routes

Worth = Callable[[frozenset[int]], float]
EXACT_JOBS = 8
SLACK = 1e-9
"""Relative; worths are floats."""


@dataclass(frozen=True)
class CoupledChoice:
    """Routes, worth-hours lost under them, a lower bound, and what is proven."""

    routes: Routes
    status: Literal["optimal", "feasible"]
    objective: float
    bound: float


@dataclass(eq=False)
class Loss:
    """Worth-hours lost for hours of completion; each set of jobs is asked for once."""

    worth: Worth
    known: dict[frozenset[int], float] = field(default_factory=dict)

    def of(self, mended: frozenset[int]) -> float:
        if mended not in self.known:
            self.known[mended] = float(self.worth(mended))
        return self.known[mended]

    def __call__(self, done: dict[int, int]) -> float:
        whole = self.of(frozenset(done))
        mended: frozenset[int] = frozenset()
        total, before = 0.0, 0
        for hour in sorted(set(done.values())):
            total += (hour - before) * (whole - self.of(mended))
            mended |= {job for job, at in done.items() if at == hour}
            before = hour
        return total


def choose_coupled(problem: Dispatch, worth: Worth, start: Routes | None = None) -> CoupledChoice:
    """The routes that lose least; never worse than `start` (say, the additive plan).

    Parameters
    ----------
    worth
        what the network serves when these jobs are mended (and the rest not), in any unit: for a
        network the demand served with the links of all other jobs failed, where a cable with two
        faults is whole only when both jobs are in the set; must not fall as the set grows
    start
        every job on one route of a ship that is able
    """
    loss = Loss(worth)
    routes = first_routes(problem) if start is None else start
    best = improve(problem, loss, routes)
    if problem.n_jobs <= EXACT_JOBS:
        found = _branch(problem, loss, best)
        value = loss(_done(problem, found))
        return CoupledChoice(found, "optimal", value, value)
    value = loss(_done(problem, best))
    alone = problem.earliest().min(axis=0)
    bound = min(value, loss({job: int(alone[job]) for job in range(problem.n_jobs)}))
    return CoupledChoice(best, "optimal" if bound == value else "feasible", value, bound)


def improve(problem: Dispatch, loss: Loss, routes: Routes) -> Routes:
    """Jobs moved and exchanged while that loses less."""
    value = loss(_done(problem, routes))
    better = True
    while better:
        better = False
        for other in _neighbours(problem, routes):
            found = loss(_done(problem, other))
            if found < value - SLACK * max(1.0, value):
                routes, value, better = other, found, True
                break
    return routes


def _neighbours(problem: Dispatch, routes: Routes) -> Iterator[Routes]:
    place = {job: ship for ship, route in enumerate(routes) for job in route}
    for job in sorted(place):
        rest = [tuple(other for other in route if other != job) for route in routes]
        for ship in range(problem.n_ships):
            if problem.able[ship, job]:
                for at in range(len(rest[ship]) + 1):
                    moved = (*rest[ship][:at], job, *rest[ship][at:])
                    if moved != routes[ship]:
                        yield (*rest[:ship], moved, *rest[ship + 1:])
    for one in sorted(place):
        for two in sorted(place):
            if one < two and problem.able[place[one], two] and problem.able[place[two], one]:
                turned = {one: two, two: one}
                yield tuple(tuple(turned.get(job, job) for job in route) for route in routes)


def _done(problem: Dispatch, routes: Routes) -> dict[int, int]:
    return {job: done for ship, route in enumerate(routes)
            for job, _, done in problem.clock(ship, route)}


def _branch(problem: Dispatch, loss: Loss, start: Routes) -> Routes:
    """The best of all routes: ship by ship, a job more or on to the next ship."""
    best, value = start, loss(_done(problem, start))
    jobs = range(problem.n_jobs)
    straight = problem.earliest()
    later = [straight[ship:].min(axis=0) if ship < problem.n_ships else [NEVER] * problem.n_jobs
             for ship in range(problem.n_ships + 1)]

    def visit(ship: int, at: int, free: int, routes: Routes, done: dict[int, int]) -> None:
        nonlocal best, value
        left = [job for job in jobs if job not in done]
        if not left:
            found = loss(done)
            if found < value:
                best, value = (*routes, *((),) * (problem.n_ships - len(routes))), found
            return
        if ship == problem.n_ships:
            return
        soonest = {job: int(later[ship + 1][job]) for job in left}
        for job in left:
            if problem.able[ship, job]:  # at the earliest with no job between but the one begun
                here = problem.done(ship, job, max(free, int(problem.ready_h[ship, job])))
                soonest[job] = min(soonest[job], here)
        if max(soonest.values()) >= NEVER or loss(done | soonest) >= value * (1 - SLACK):
            return
        for job in sorted(left, key=lambda job: soonest[job]):
            if problem.able[ship, job]:
                end = problem.done(ship, job, problem.arrival(ship, at, free, job))
                grown = (*routes[:ship], (*(routes[ship] if len(routes) > ship else ()), job))
                visit(ship, job, end - int(problem.test_h[job]), grown, done | {job: end})
        visit(ship + 1, BASE, 0, routes if len(routes) > ship else (*routes, ()), done)

    visit(0, BASE, 0, (), {})
    return best
