"""The exact dispatch: choose routes so that every job is on one, by OR-Tools, with proof.

Sets: jobs J, kinds of ships K (n[k] ships alike), routes R (each of one kind; the best order of its
set of jobs; regret c[r] >= 0). Variables: x[r] = 1 if a ship of that kind sails route r. Minimise
sum c[r] x[r] with, for every job, sum of x[r] over the routes that serve it = 1, and for every
kind, sum of x[r] over its routes <= n[k]. The weighted completion is the regret plus a constant.
Among covers of equal regret one of few hours at sea is taken: c[r] is scaled up and those added.

Before that, the linear relaxation's prices, rounded to whole numbers, give each route a reduced
regret and the whole a lower bound L (exact, since everything is whole); no plan better than one of
regret U sails a route of reduced regret above U - L, so such routes are dropped.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import scipy.sparse as sp
from scipy.optimize import linear_sum_assignment, linprog

from cablenet.kernels.jit import HAS_COMPILER
from cablenet.repair.columns import SCALE, list_routes, lower_bound
from cablenet.repair.problem import NEVER, Dispatch
from cablenet.repair.routes import Column, Routes, enumerate_routes, good_routes, kinds_of
from cablenet.repair.search import ROUNDS_PER_JOB, search_routes
from cablenet.solvers import IntegerProgram

LABELS_PER_SECOND = 5_000
"""Routes grown for each second of the limit: a count, so that the answer is the same everywhere."""
FIRST_SHARE = 8
FEW_JOBS = 12
"""Up to so many, all routes are listed outright; above, column generation (compiled loops)."""
PRICINGS = 150
MOST_ROUTES = 100_000
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
        columns = promising(problem, kinds, columns, regret)
        chosen, within, spent = _cover(problem, kinds, columns, seed, limit)
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
    kind_of = {ship: kind for kind, ships in enumerate(kinds) for ship in ships}
    alone = (problem.weight * problem.earliest().min(axis=0)).astype(np.int64)
    least = int(alone.sum())
    rounds = max(1, int(ROUNDS_PER_JOB * problem.n_jobs * min(1.0, limit / 20.0)))
    best, met = search_routes(problem, first_routes(problem), seed=seed, rounds=rounds)
    value = _value(problem, best)
    routes = {(kind_of[ship], route) for ship, route in met}
    master = lower_bound(problem, kinds, routes, value, PRICINGS)
    bound, seconds = max(-(-master.bound // SCALE), queue_bound(problem), least), 0.0
    last = max(done for ship, route in enumerate(best) for *_, done in problem.clock(ship, route))
    for every in (True, False, True):
        if bound >= value:
            break
        listed = list_routes(master, value, last, MOST_ROUTES) if every else [
            Column(kind, route, problem.cost(kinds[kind][0], route), 0)
            for kind, route in sorted(master.known) if len(set(route)) == len(route)]
        if listed is None:
            continue
        columns = promising(problem, kinds, [
            Column(column.kind, column.route, column.regret - int(alone[list(column.route)].sum()),
                   column.sail_h) for column in listed], value - least)
        chosen, within, spent = _cover(problem, kinds, columns, seed, limit / COVER_SHARE)
        seconds += spent
        if chosen is not None and _value(problem, chosen) < value:
            best, value = chosen, _value(problem, chosen)
        if every:  # every plan up to `value` is among these
            bound = max(bound, min(value, least + within))
            break
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


def promising(problem: Dispatch, kinds: list[list[int]], columns: list[Column],
              target: int) -> list[Column]:
    """The columns that a cover of regret up to `target` may use.

    For whole prices p[j] of the jobs and q[k] <= 0 of the kinds with
    c[r] - sum p[j in r] - q[kind of r] >= 0, any cover costs at least
    L = sum p[j] + sum n[k] q[k], plus the reduced regret of each route it uses.
    """
    if not columns:
        return columns
    serves: Any = sp.csr_array((
        np.ones(sum(len(column.route) for column in columns)),
        (np.concatenate([np.array(column.route, np.int64) for column in columns]),
         np.repeat(np.arange(len(columns)), [len(column.route) for column in columns]))),
        shape=(problem.n_jobs, len(columns)))
    kind = np.array([column.kind for column in columns], np.int64)
    of_kind: Any = sp.csr_array((np.ones(len(columns)), (kind, np.arange(len(columns)))),
                           shape=(len(kinds), len(columns)))
    number = np.array([len(ships) for ships in kinds], np.int64)
    regret = np.array([column.regret for column in columns], np.int64)
    relaxed: Any = linprog(regret.astype(float), A_ub=of_kind, b_ub=number.astype(float),
                      A_eq=serves, b_eq=np.ones(problem.n_jobs), method="highs")
    if relaxed.status != 0:
        return columns
    price = np.round(relaxed.eqlin.marginals).astype(np.int64)
    reduced = regret - (serves.T @ price).astype(np.int64)
    of_ships = np.zeros(len(kinds), np.int64)
    np.minimum.at(of_ships, kind, reduced)
    bound = int(price.sum() + (number * of_ships).sum())
    keep = reduced - of_ships[kind] <= target - bound
    return [column for column, kept in zip(columns, keep, strict=True) if kept]


def _cover(problem: Dispatch, kinds: list[list[int]], columns: list[Column], seed: int,
           limit: float) -> tuple[Routes | None, int, float]:
    """The best cover of all jobs by the columns: routes by ship, proven least regret, seconds."""
    if {job for column in columns for job in column.route} != set(range(problem.n_jobs)):
        return None, sum(column.regret for column in columns) + 1, 0.0
    program = IntegerProgram()
    columns = sorted(columns, key=lambda column: (column.kind, column.route))
    x = [program.flag(f"x{r}") for r in range(len(columns))]
    serving: list[list[int]] = [[] for _ in range(problem.n_jobs)]
    sailing: list[list[int]] = [[] for _ in kinds]
    for r, column in enumerate(columns):
        sailing[column.kind].append(r)
        for job in column.route:
            serving[job].append(r)
    beyond = sum(column.regret for column in columns) + 1
    scale = 1 + problem.n_jobs * max(column.sail_h for column in columns)
    for rows in serving:
        program.require(sum(x[r] for r in rows) == 1)
    for ships, rows in zip(kinds, sailing, strict=True):
        if rows:
            program.require(sum(x[r] for r in rows) <= len(ships))
    program.minimise(sum((column.regret * scale + column.sail_h) * flag
                         for column, flag in zip(columns, x, strict=True)))
    answer = program.solve(seed=seed, deterministic_limit=limit)
    if answer.status == "infeasible":
        return None, beyond, answer.seconds
    whole = answer.objective if answer.status == "optimal" else answer.bound
    least = max(0, math.ceil((whole - 1e-3 - (scale - 1)) / scale))
    if answer.status == "unknown":
        return None, least, answer.seconds
    routes: list[tuple[int, ...]] = [()] * problem.n_ships
    free = [list(ships) for ships in kinds]
    for r, column in enumerate(columns):
        if answer.values[f"x{r}"]:
            routes[free[column.kind].pop(0)] = column.route
    return tuple(routes), least, answer.seconds
