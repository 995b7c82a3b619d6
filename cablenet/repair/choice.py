"""The exact dispatch: choose routes so that every job is on one, by OR-Tools, with proof.

Sets: jobs J, kinds of ships K (n[k] ships alike), routes R (each of one kind; the best order of its
set of jobs; regret c[r] >= 0). Variables: x[r] = 1 if a ship of that kind sails route r. Minimise
sum c[r] x[r] with, for every job, sum of x[r] over the routes that serve it = 1, and for every
kind, sum of x[r] over its routes <= n[k]. The weighted completion is the regret plus a constant.
Among covers of equal regret one of few hours at sea is taken: c[r] is scaled up and those added.

Before that, the linear relaxation's prices, rounded to whole numbers, give each route a reduced
regret and the whole a lower bound L (exact, since everything is whole); no plan better than one of
regret U sails a route of reduced regret above U - L, so such routes are dropped.

Many jobs: local search for a plan, then in turn column generation for a bound, a cover by the
routes it knows for a better plan, and cuts for a better bound, until the routes within the gap can
all be listed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy.optimize import linear_sum_assignment

from cablenet.kernels.jit import HAS_COMPILER
from cablenet.repair.columns import SCALE, raise_bound, start_master
from cablenet.repair.cover import cover, promising
from cablenet.repair.problem import NEVER, Dispatch
from cablenet.repair.route_cuts import find_cuts
from cablenet.repair.route_list import list_routes
from cablenet.repair.routes import Column, Routes, enumerate_routes, good_routes, kinds_of
from cablenet.repair.search import ROUNDS_PER_JOB, search_routes

LABELS_PER_SECOND = 5_000
"""Routes grown for each second of the limit: a count, so that the answer is the same everywhere."""
FIRST_SHARE = 8
FEW_JOBS = 12
"""Up to so many, all routes are listed outright; above, column generation (compiled loops)."""
PRICED_PER_SECOND = 2_000_000
"""Labels priced for each second of the limit, a count as well."""
MOST_ROUTES, MANY = 50_000, 8_000
COVER_SHARE = 4
"""The selection gets so much of the limit (its deterministic seconds) each time."""


@dataclass(frozen=True)
class Choice:
    """A route for each ship, its weighted completion, and what is proven."""

    routes: Routes
    status: Literal["optimal", "feasible"]
    objective: int
    bound: int
    seconds: float


def choose_routes(problem: Dispatch, *, seed: int, limit: float) -> Choice:
    """The routes of least weighted completion; every job must have a ship that is able.

    Routes are enumerated up to a part of the regret of a good plan found first, then up to twice
    as much, and so on. The best cover by them is proven as soon as its regret lies within what was
    enumerated; until then a better plan must hold a route of more, which bounds the optimum.
    """
    if problem.n_jobs == 0:
        return Choice(((),) * problem.n_ships, "optimal", 0, 0, 0.0)
    if problem.n_jobs > FEW_JOBS and HAS_COMPILER:
        return choose_by_columns(problem, seed=seed, limit=limit)
    best = good_routes(problem)
    least = int((problem.weight * problem.earliest().min(axis=0)).sum())
    regret = sum(problem.cost(ship, route) for ship, route in enumerate(best)) - least
    kinds = kinds_of(problem)
    searched, seconds = -1, 0.0
    proven = max(0, queue_bound(problem) - least)
    left = int(limit * LABELS_PER_SECOND)
    while searched < regret and proven < regret:
        searched = min(regret, max(regret // FIRST_SHARE, 2 * searched + 1))
        columns, grown = enumerate_routes(problem, kinds, searched, left)
        left -= grown
        if columns is None:
            break
        columns, _ = promising(problem, kinds, columns, regret)
        chosen, within, spent = cover(problem, kinds, columns, seed, limit)
        seconds += spent
        proven = max(proven, min(within, searched + 1))
        if chosen is not None:
            found = sum(problem.cost(ship, route) for ship, route in enumerate(chosen)) - least
            if found <= regret:
                best, regret = chosen, found
    bound = min(proven, regret)
    return Choice(best, "optimal" if bound == regret else "feasible", least + regret,
                  least + bound, seconds)


def choose_by_columns(problem: Dispatch, *, seed: int, limit: float) -> Choice:
    """The same by local search, column generation, and a cover by all routes within the gap.

    Where the routes within the gap are too many to list, a better plan is sought among those
    known, and the answer is "feasible" with its bound. Rounds of search and of pricing are counts,
    so the same seed gives the same answer.
    """
    kinds = kinds_of(problem)
    alone = (problem.weight * problem.earliest().min(axis=0)).astype(np.int64)
    least = int(alone.sum())
    rounds = max(1, int(ROUNDS_PER_JOB * problem.n_jobs * min(1.0, limit / 20.0)))
    best, met = search_routes(problem, first_routes(problem), seed=seed, rounds=rounds)
    value, seconds = _value(problem, best), 0.0
    bound = max(queue_bound(problem), least)
    master = start_master(problem, kinds, best, met)
    most = int(limit * PRICED_PER_SECOND)
    while bound < value:
        shares = raise_bound(master, value, most)
        bound = max(bound, -(-master.best.bound // SCALE))
        cuts = find_cuts(master.visits([route for _, route in master.routes[:len(shares)]]),
                         shares, master.cuts)
        last = not cuts or master.labels > most
        known = [Column(kind, route, problem.cost(kinds[kind][0], route), 0)
                 for kind, route in sorted(master.known) if len(set(route)) == len(route)]
        for every in (False, True):  # every plan up to `value` is among the routes listed
            columns = list_routes(master, value, MOST_ROUTES) if every else known
            if bound >= value or columns is None:
                break
            columns, low = promising(problem, kinds, [
                replace(column, regret=column.regret - int(alone[list(column.route)].sum()))
                for column in columns], value - least)
            if every:
                bound = max(bound, min(value, least + low))
            if len(columns) > MANY and not last:
                break  # cuts are cheaper than a selection among so many
            chosen, within, spent = cover(problem, kinds, columns, seed, limit / COVER_SHARE)
            seconds += spent
            if chosen is not None and _value(problem, chosen) < value:
                best, value = chosen, _value(problem, chosen)
            if every:
                bound = max(bound, min(value, least + within))
        if last:
            break
        master.add_cuts(cuts)
    bound = min(bound, value)
    return Choice(best, "optimal" if bound == value else "feasible", value, bound, seconds)


def first_routes(problem: Dispatch) -> Routes:
    """A plan to begin with: each job goes last on the ship that would be done with it soonest."""
    routes: list[list[int]] = [[] for _ in range(problem.n_ships)]
    for job in np.argsort(-problem.weight, kind="stable").tolist():
        _, ship = min((list(problem.clock(ship, [*routes[ship], job]))[-1][2], ship)
                      for ship in np.flatnonzero(problem.able[:, job]).tolist())
        routes[ship].append(job)
    return tuple(map(tuple, routes))


def _value(problem: Dispatch, routes: Routes) -> int:
    return sum(problem.cost(ship, route) for ship, route in enumerate(routes))


def queue_bound(problem: Dispatch) -> int:
    """A lower bound on the weighted completion: every job in a place of some ship's queue.

    The p-th job of a ship cannot start before the ship's first start of all, plus the p - 1
    shortest works and as many of the shortest legs; nor before the ship could start there at the
    soonest. Each job takes one place and no place is taken twice: the
    cheapest such assignment costs no more than any plan.
    """
    jobs = problem.n_jobs
    worth = np.full((jobs, problem.n_ships, jobs), float(NEVER) * NEVER)
    straight = problem.earliest() - problem.work_h - problem.test_h
    for ship in range(problem.n_ships):
        able = np.flatnonzero(problem.able[ship])
        if not len(able):
            continue
        legs = problem.leg_h[ship][np.ix_(able, able)][~np.eye(len(able), dtype=bool)]
        before = np.concatenate([[0], np.cumsum(np.sort(problem.work_h[able]))[:-1]])
        queue = straight[ship, able].min() + before + np.arange(len(able)) * legs.min(initial=NEVER)
        queue[0] = 0
        start = np.maximum(queue[None, :], straight[ship, able][:, None])
        done = start + (problem.work_h + problem.test_h)[able][:, None]
        worth[able, ship, :len(able)] = done * problem.weight[able][:, None]
    table = worth.reshape(jobs, -1)
    return int(table[linear_sum_assignment(table)].sum())
