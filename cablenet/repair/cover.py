"""The best cover of all jobs by routes, and which of many routes such a cover may use."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.optimize import linprog

from cablenet.repair.problem import Dispatch
from cablenet.repair.rank_cuts import RankCut, all_paid, find_rank_cuts
from cablenet.repair.routes import Column, Routes
from cablenet.solvers import IntegerProgram, cheapest_cover

ROUNDS = 30
"""Rounds of cuts at most."""
FEW = 300
"""So few columns need no more cuts, and are covered with whole numbers throughout."""
MANY = 1500
"""With more columns than that the dear cuts are cheaper than a selection."""
SLOW = 0.05
"""Otherwise cuts end when a round of them closes less than this part of the gap."""
NODES_PER_SECOND = 40
"""Branches of SCIP for each second of the limit: a count, so that the answer is the same."""
NEVER_S = 3600.0


def promising(problem: Dispatch, kinds: list[list[int]], columns: list[Column],
              target: int) -> tuple[list[Column], int]:
    """The columns that a cover of regret up to `target` may use, and a bound on any cover's regret.

    For whole prices p[j] of the jobs, tolls t[c] >= 0 of cuts (of which a route pays h[c, r] and a
    plan b[c] at most) and q[k] <= 0 of the kinds with c[r] - sum p[j in r] + sum h[c, r] t[c]
    - q[kind of r] >= 0, any cover costs at least L = sum p[j] - sum b[c] t[c] + sum n[k] q[k], plus
    the reduced regret of each route it uses. Cuts are added as long as there are many columns.
    """
    number = np.array([len(ships) for ships in kinds], np.int64)
    cuts: list[RankCut] = []
    bound = 0
    for _ in range(ROUNDS):
        if not columns:
            break
        kind = np.array([column.kind for column in columns], np.int64)
        regret = np.array([column.regret for column in columns], np.int64)
        visits = _visits(problem.n_jobs, columns)
        paid, most = all_paid(cuts, visits), np.array([cut.most for cut in cuts], np.int64)
        of_kind: Any = sp.csr_array((np.ones(len(columns)), (kind, np.arange(len(columns)))),
                                    shape=(len(kinds), len(columns)))
        serves: Any = sp.csr_array(visits)
        relaxed: Any = linprog(
            regret.astype(float), A_ub=sp.vstack([of_kind, sp.csr_array(paid)]),
            b_ub=np.concatenate([number, most]), A_eq=serves,
            b_eq=np.ones(problem.n_jobs), method="highs")
        if relaxed.status != 0:
            break
        price = np.round(relaxed.eqlin.marginals).astype(np.int64)
        toll = np.maximum(0, np.round(-relaxed.ineqlin.marginals[len(kinds):])).astype(np.int64)
        reduced = regret - price @ visits + toll @ paid
        of_ships = np.zeros(len(kinds), np.int64)
        np.minimum.at(of_ships, kind, reduced)
        here = int(price.sum() - toll @ most + number @ of_ships)
        slow = cuts and here - bound < SLOW * (target - bound)
        bound = max(bound, here)
        keep = reduced - of_ships[kind] <= target - here
        columns = [column for column, kept in zip(columns, keep, strict=True) if kept]
        many = len(columns) > MANY
        if len(columns) <= FEW or (slow and not many):
            break
        more = find_rank_cuts(visits, relaxed.x, cuts, dear=many)
        if not more:
            break
        cuts += more
    return columns, bound


def _visits(jobs: int, columns: list[Column]) -> NDArray[np.int64]:
    visits = np.zeros((jobs, len(columns)), np.int64)
    for number, column in enumerate(columns):
        visits[list(column.route), number] = 1
    return visits


def cover(problem: Dispatch, kinds: list[list[int]], columns: list[Column], seed: int,
          limit: float) -> tuple[Routes | None, int, float]:
    """The best cover of all jobs by the columns: routes by ship, proven least regret, seconds.

    Few columns by CP-SAT, which counts in whole numbers and breaks ties by hours at sea; many by
    SCIP, which is faster with them, to a gap of 0.
    """
    if {job for column in columns for job in column.route} != set(range(problem.n_jobs)):
        return None, sum(column.regret for column in columns) + 1, 0.0
    if len(columns) <= FEW:
        return _cover_few(problem, kinds, columns, seed, limit)
    return _cover_many(problem, kinds, columns, limit)


def _cover_many(problem: Dispatch, kinds: list[list[int]], columns: list[Column],
                limit: float) -> tuple[Routes | None, int, float]:
    visits, kind = _visits(problem.n_jobs, columns), np.array([column.kind for column in columns])
    rows = [(np.flatnonzero(row), 1, 1) for row in visits]
    rows += [(np.flatnonzero(kind == k), 0, len(ships)) for k, ships in enumerate(kinds)]
    status, chosen, bound, seconds = cheapest_cover(
        np.array([column.regret for column in columns], np.int64), rows, limit_s=NEVER_S,
        most_nodes=max(1, int(limit * NODES_PER_SECOND)))
    if status == "infeasible":
        return None, sum(column.regret for column in columns) + 1, seconds
    least = max(0, math.ceil(bound - 1e-3)) if math.isfinite(bound) else 0
    if status == "unknown":
        return None, least, seconds
    on = np.zeros(len(columns), bool)
    on[chosen] = True
    return _routes(problem, kinds, columns, on), least, seconds


def _routes(problem: Dispatch, kinds: list[list[int]], columns: list[Column],
            chosen: NDArray[np.bool_]) -> Routes:
    """The columns chosen, each on a ship of its kind."""
    routes: list[tuple[int, ...]] = [()] * problem.n_ships
    free = [list(ships) for ships in kinds]
    for number in np.flatnonzero(chosen).tolist():
        routes[free[columns[number].kind].pop(0)] = columns[number].route
    return tuple(routes)


def _cover_few(problem: Dispatch, kinds: list[list[int]], columns: list[Column], seed: int,
               limit: float) -> tuple[Routes | None, int, float]:
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
    chosen = np.array([bool(answer.values[f"x{r}"]) for r in range(len(columns))])
    return _routes(problem, kinds, columns, chosen), least, answer.seconds
