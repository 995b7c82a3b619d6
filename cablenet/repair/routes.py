"""Good routes fast, and all routes worth a look: the two halves of the exact dispatch.

The *regret* of a job is its weight times the hours it is done later than the earliest that any
ship could manage alone. Regrets are never negative, so in a plan of total regret R no route has
more than R: enumerating every route up to a limit, and choosing among them, proves a plan optimal
as soon as its total is within the limit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cablenet.repair.problem import BASE, Dispatch

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
            problem.base_h, problem.leg_h, problem.ready_h, problem.able, problem.permit_h))
        found.setdefault(key, []).append(ship)
    return list(found.values())


def enumerate_routes(problem: Dispatch, kinds: Sequence[Sequence[int]], limit: int,
                     most: int) -> tuple[list[Column] | None, int]:
    """Every route of regret up to `limit`, the best order of each set only; and the work done.

    None instead of the routes where more than `most` had to be grown.

    Grown job by job. Of two routes over the same jobs that end at the same job, one that is
    neither earlier nor of less regret (nor, all else equal, shorter) is dropped: it leads nowhere
    better.
    """
    best = problem.earliest().min(axis=0)
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
                    key = (jobs | {job}, job)
                    sail = problem.sail_h(ship, at, job)
                    for free, regret, sailed, route in labels:
                        done = problem.done(ship, job, problem.arrival(ship, at, free, job))
                        total = regret + int(problem.weight[job]) * (done - int(best[job]))
                        if total > limit:
                            continue
                        label = (done - int(problem.test_h[job]), total, sailed + sail,
                                 (*route, job))
                        grown += _keep(following.setdefault(key, []), label)
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
