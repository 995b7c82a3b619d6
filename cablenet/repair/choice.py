"""The exact dispatch: choose routes so that every job is on one, by OR-Tools, with proof.

Sets: jobs J, kinds of ships K (n[k] ships alike), routes R (each of one kind; the best order of its
set of jobs; regret c[r] >= 0). Variables: x[r] = 1 if a ship of that kind sails route r. Minimise
sum c[r] x[r] with, for every job, sum of x[r] over the routes that serve it = 1, and for every
kind, sum of x[r] over its routes <= n[k]. The weighted completion is the regret plus a constant.
Among covers of equal regret one of few hours at sea is taken: c[r] is scaled up and those added.

Proof. For whole prices p[j], let d[r] = c[r] - sum of p[j] over r's jobs be the reduced regret, and
q[k] the least d of any route of kind k, or 0 if that is positive. Every plan costs at least
L = sum p[j] + sum n[k] q[k], plus d[r] - q[k] for each route it sails. So once all routes of d up
to U - L are enumerated, the best cover by them is at least as good as any plan better than U.
The prices are those of the linear relaxation over the routes known, rounded; as everything is
whole, the bound is exact.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from typing import Any, Literal

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.optimize import linprog

from cablenet.repair.problem import BASE, NEVER, Dispatch
from cablenet.repair.routes import Column, Routes, enumerate_routes, good_routes, kinds_of
from cablenet.solvers import IntegerProgram

LABELS_PER_SECOND = 5_000
"""Routes grown for each second of the limit: a count, so that the answer is the same everywhere."""
FIRST_SHARE = 8
ROUNDS = 30

Ints = NDArray[np.int64]


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

    Rounds of enumeration, prices and choice, from prices of zero, until the best plan found is
    proven, nothing changes any more, or the work allowed is done.
    """
    if problem.n_jobs == 0:
        return Choice(((),) * problem.n_ships, "optimal", 0, 0, 0.0)
    best = good_routes(problem)
    least = int((problem.weight * problem.earliest().min(axis=0)).sum())
    regret = sum(problem.cost(ship, route) for ship, route in enumerate(best)) - least
    proven = max(0, queue_bound(problem) - least)
    kinds, seconds, left = kinds_of(problem), 0.0, int(limit * LABELS_PER_SECOND)
    price, reach = np.zeros(problem.n_jobs, np.int64), regret // FIRST_SHARE
    pool = {(column.kind, frozenset(column.route)): column
            for column in _as_columns(problem, kinds, best)}
    for _ in range(ROUNDS):
        columns, grown = enumerate_routes(problem, kinds, price, reach, left // 2)
        left -= grown
        if columns is None:
            if reach == 0:
                break
            reach //= 4
            continue
        bound = lower_bound(kinds, columns, price)
        pool |= {(column.kind, frozenset(column.route)): column for column in columns}
        known = list(pool.values())
        near, following = promising(problem, kinds, known, regret)
        chosen, within, spent = _cover(problem, kinds, near, seed, limit)
        seconds += spent
        proven = max(proven, bound, min(within, bound + reach + 1))
        if chosen is not None:
            found = sum(problem.cost(ship, route) for ship, route in enumerate(chosen)) - least
            if found <= regret:
                best, regret = chosen, found
        if proven >= regret or following is None:
            break
        price = following
        reach = max(0, regret - lower_bound(kinds, known, price))
    bound = min(proven, regret)
    return Choice(best, "optimal" if bound == regret else "feasible", least + regret,
                  least + bound, seconds)


def _as_columns(problem: Dispatch, kinds: list[list[int]], routes: Routes) -> list[Column]:
    """The routes of a plan as columns."""
    best = problem.earliest().min(axis=0)
    kind_of = {ship: kind for kind, ships in enumerate(kinds) for ship in ships}
    columns = []
    for ship, route in enumerate(routes):
        if route:
            regret = problem.cost(ship, route) - sum(
                int(problem.weight[job] * best[job]) for job in route)
            sailed = sum(problem.sail_h(ship, at, job)
                         for at, job in zip((BASE, *route), route, strict=False))
            columns.append(Column(kind_of[ship], route, regret, sailed))
    return columns


def lower_bound(kinds: list[list[int]], columns: list[Column], price: Ints) -> int:
    """L of the module's proof; no route outside `columns` may have a reduced regret below 0."""
    of_kind = [0] * len(kinds)
    for column in columns:
        reduced = column.regret - int(price[list(column.route)].sum())
        of_kind[column.kind] = min(of_kind[column.kind], reduced)
    return int(price.sum()) + sum(len(ships) * q for ships, q in zip(kinds, of_kind, strict=True))


def queue_bound(problem: Dispatch) -> int:
    """A lower bound on the weighted completion from the queue alone.

    Let every ship be at work as soon as any ship can be anywhere, sail in no time and need no
    permit. For m machines alike the weighted completion is then at least 1/m of that of one
    machine in the best order (weight over work) plus (m - 1)/2m of sum weight x work.

    References
    ----------
    Eastman, Even, Isaacs (1964), Bounds for the optimal scheduling of n jobs on m processors,
    Management Science 11.
    """
    work: list[int] = problem.work_h.tolist()
    weight: list[int] = problem.weight.tolist()
    ships = int(problem.able.any(axis=1).sum())
    first = int(np.where(problem.able, problem.ready_h + problem.base_h, NEVER).min())
    order = sorted(range(problem.n_jobs), key=lambda job: Fraction(work[job], weight[job]))
    alone = sum(weight[job] * clock for job, clock in zip(
        order, accumulate(work[job] for job in order), strict=True))
    each = sum(w * p for w, p in zip(weight, work, strict=True))
    queue = Fraction(alone, ships) + Fraction(ships - 1, 2 * ships) * each
    return math.ceil(queue) + int(((first + problem.test_h) * problem.weight).sum())


def promising(problem: Dispatch, kinds: list[list[int]], columns: list[Column],
              target: int) -> tuple[list[Column], Ints | None]:
    """The columns that a cover of regret up to `target` may use, and the prices that say so.

    None instead of prices where the columns cover no plan at all.
    """
    served = {job for column in columns for job in column.route}
    if len(served) < problem.n_jobs:
        return columns, None
    lengths = [len(column.route) for column in columns]
    serves: Any = sp.csr_array((
        np.ones(sum(lengths)),
        (np.concatenate([np.array(column.route, np.int64) for column in columns]),
         np.repeat(np.arange(len(columns)), lengths))), shape=(problem.n_jobs, len(columns)))
    kind = np.array([column.kind for column in columns], np.int64)
    of_kind: Any = sp.csr_array((np.ones(len(columns)), (kind, np.arange(len(columns)))),
                                shape=(len(kinds), len(columns)))
    number = np.array([len(ships) for ships in kinds], np.int64)
    regret = np.array([column.regret for column in columns], np.int64)
    relaxed: Any = linprog(regret.astype(float), A_ub=of_kind, b_ub=number.astype(float),
                           A_eq=serves, b_eq=np.ones(problem.n_jobs), method="highs")
    if relaxed.status != 0:
        return columns, None
    price = np.round(relaxed.eqlin.marginals).astype(np.int64)
    reduced = regret - (serves.T @ price).astype(np.int64)
    of_ships = np.zeros(len(kinds), np.int64)
    np.minimum.at(of_ships, kind, reduced)
    bound = int(price.sum() + (number * of_ships).sum())
    keep = reduced - of_ships[kind] <= target - bound
    return [column for column, kept in zip(columns, keep, strict=True) if kept], price


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
