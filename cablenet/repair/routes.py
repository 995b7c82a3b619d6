"""Good routes fast, and all routes worth a look: the two halves of the exact dispatch.

The *regret* of a job is its weight times the hours it is done later than the earliest that any
ship could manage alone; that of a route is the sum over its jobs. Given a price for each job, the
*reduced regret* of a route is its regret less the prices of its jobs: a plan sails routes of low
reduced regret, so only those are enumerated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cablenet.repair.problem import BASE, Dispatch

Ints = NDArray[np.int64]
Routes = tuple[tuple[int, ...], ...]
Label = tuple[int, int, int, tuple[int, ...]]
"""When the ship is free, the regret so far, the hours at sea so far, and the route."""


@dataclass(frozen=True)
class Column:
    """The best order in which one kind of ship serves one set of jobs.

    Of orders of equal regret it is one of fewest hours at sea.
    """

    kind: int
    route: tuple[int, ...]
    regret: int
    sail_h: int


def kinds_of(problem: Dispatch) -> list[list[int]]:
    """Ships that are alike in every number, together."""
    found: dict[bytes, list[int]] = {}
    for ship in range(problem.n_ships):
        key = b"".join(np.ascontiguousarray(table[ship]).tobytes() for table in (
            problem.base_h, problem.leg_h, problem.ready_h, problem.able))
        found.setdefault(key, []).append(ship)
    return list(found.values())


def enumerate_routes(problem: Dispatch, kinds: Sequence[Sequence[int]], price: Ints, limit: int,
                     most: int) -> tuple[list[Column] | None, int]:
    """Every route of reduced regret up to `limit` (and some above), the best order of each set.

    Grown job by job. Of two routes over the same jobs that end at the same job, one that is
    neither earlier nor of less regret (nor, all else equal, shorter) is dropped: it leads nowhere
    better. So is one that no further jobs can bring down to the limit: a job more earns its price
    at most, less the regret of being done no sooner than after the work so far.

    Returns
    -------
    The routes, None where more than `most` had to be grown; and how many were.
    """
    best = problem.earliest().min(axis=0)
    whole = problem.work_h + problem.test_h
    columns: list[Column] = []
    grown = 0
    for kind, ships in enumerate(kinds):
        ship = ships[0]
        able = [int(job) for job in np.flatnonzero(problem.able[ship])]
        layer: dict[tuple[frozenset[int], int], list[Label]] = {
            (frozenset(), BASE): [(0, 0, 0, ())]}
        cheapest: dict[frozenset[int], tuple[int, int, tuple[int, ...]]] = {}
        while layer:
            following: dict[tuple[frozenset[int], int], list[Label]] = {}
            for (jobs, at), labels in layer.items():
                for job in able:
                    if job in jobs:
                        continue
                    more = jobs | {job}
                    kept = following.setdefault((more, job), [])
                    paid = sum(int(price[j]) for j in more)
                    rest = np.array([j for j in able if j not in more], np.int64)
                    sail = problem.sail_h(ship, at, job)
                    for free, regret, sailed, route in labels:
                        done = problem.done(job, problem.arrival(ship, at, free, job))
                        total = regret + int(problem.weight[job]) * (done - int(best[job]))
                        then = done - int(problem.test_h[job])
                        if total - paid > limit + _gain(problem, price, rest, whole, best, then):
                            continue
                        grown += _keep(kept, (then, total, sailed + sail, (*route, job)))
                        if grown > most:
                            return None, grown
            for (jobs, _), labels in following.items():
                for _, regret, sailed, route in labels:
                    if jobs not in cheapest or (regret, sailed, route) < cheapest[jobs]:
                        cheapest[jobs] = (regret, sailed, route)
            layer = {key: labels for key, labels in following.items() if labels}
        columns += [Column(kind, route, regret, sailed)
                    for regret, sailed, route in cheapest.values()]
    return columns, grown


def _gain(problem: Dispatch, price: Ints, rest: Ints, whole: Ints, best: Ints, free: int) -> int:
    """The most that further jobs can take off the reduced regret of a route free at this hour."""
    late = np.maximum(0, free + whole[rest] - best[rest])
    return int(np.maximum(0, price[rest] - problem.weight[rest] * late).sum())


def _keep(labels: list[Label], label: Label) -> int:
    """Add a label unless another is as good; drop those it beats. 1 if added."""
    if any(_beats(other, label) for other in labels):
        return 0
    labels[:] = [other for other in labels if not _beats(label, other)]
    labels.append(label)
    return 1


def _beats(one: Label, other: Label) -> bool:
    return one[0] <= other[0] and one[1] <= other[1] and (one[:2] != other[:2]
                                                          or one[2] <= other[2])


def good_routes(problem: Dispatch) -> Routes:
    """A plan by best insertion, then jobs moved and exchanged while that helps."""
    routes: list[list[int]] = [[] for _ in range(problem.n_ships)]
    costs = [0] * problem.n_ships
    earliest = problem.earliest()
    order = sorted(range(problem.n_jobs),
                   key=lambda job: (-int(problem.weight[job]), int(earliest[:, job].min()), job))
    for job in order:
        _insert(problem, routes, costs, job)
    improved = True
    while improved:
        improved = _move(problem, routes, costs) or _exchange(problem, routes, costs)
    return tuple(tuple(route) for route in routes)


def _insert(problem: Dispatch, routes: list[list[int]], costs: list[int], job: int) -> int:
    """Put a job where it costs least; returns the rise in cost."""
    rise, ship, place = min(
        (problem.cost(ship, [*routes[ship][:place], job, *routes[ship][place:]]) - costs[ship],
         ship, place)
        for ship in range(problem.n_ships) if problem.able[ship, job]
        for place in range(len(routes[ship]) + 1))
    routes[ship].insert(place, job)
    costs[ship] += rise
    return rise


def _move(problem: Dispatch, routes: list[list[int]], costs: list[int]) -> bool:
    """Take one job out and put it where it costs least; true if anything got better."""
    better = False
    for job in range(problem.n_jobs):
        ship = next(s for s, route in enumerate(routes) if job in route)
        before = [list(route) for route in routes], list(costs), sum(costs)
        routes[ship].remove(job)
        costs[ship] = problem.cost(ship, routes[ship])
        _insert(problem, routes, costs, job)
        if sum(costs) < before[2]:
            better = True
        else:
            routes[:], costs[:] = before[0], before[1]
    return better


def _exchange(problem: Dispatch, routes: list[list[int]], costs: list[int]) -> bool:
    """Let two jobs change places; true if anything got better."""
    better = False
    for first in range(problem.n_jobs):
        for second in range(first + 1, problem.n_jobs):
            one, two = (next(s for s, route in enumerate(routes) if job in route)
                        for job in (first, second))
            if not (problem.able[one, second] and problem.able[two, first]):
                continue
            turned = {first: second, second: first}
            new = {s: [turned.get(job, job) for job in routes[s]] for s in {one, two}}
            change = sum(problem.cost(s, route) - costs[s] for s, route in new.items())
            if change < 0:
                for s, route in new.items():
                    routes[s], costs[s] = route, problem.cost(s, route)
                better = True
    return better
