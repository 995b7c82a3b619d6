"""The master of a plan for demand: the cheapest choice, or the least loss, under the cuts so far.

Sets: candidates k, cuts (s, C, least, gain) of failures s and countries C. Data: cost[k], budget,
weight[s] (rate x duration).
Variables: z[k] in {0, 1}, built or not; loss[s, c] >= 0 where it counts.
Minimise  sum cost z  (a promise alone), or  sum weight[s] loss[s, c]  (with a budget), subject to
 * promises: for every cut  sum gain[k] z[k] >= least;
 * loss: for every cut  sum over C of loss[s, c] + sum gain[k] z[k] >= least;
 * sum cost z <= budget, and no plan that holds all of a refused one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, sparse

from cablenet.planning.demand_oracle import Cut

Floats = NDArray[np.float64]
Built = frozenset[int]


@dataclass(frozen=True, eq=False)
class Held:
    """A cut of a question and failure; `weight` of the failure where loss counts, None for a
    promise."""

    question: int
    row: int
    cut: Cut
    weight: float | None

    @property
    def hopeless(self) -> bool:
        """Whether all candidates together do not keep a promise."""
        return self.weight is None and sum(self.cut.gain) < self.cut.least * (1 - 1e-9)


@dataclass(frozen=True, eq=False)
class Choice:
    """What the master chose: (K,) `level`, 1 for what is built, and its proven bound.

    `dear` (K,) is what each candidate costs beyond what the cuts so far say it is worth.
    """

    level: Floats
    bound: float
    dear: Floats

    @property
    def built(self) -> Built:
        """What is built whole."""
        return frozenset(np.flatnonzero(self.level > 0.5).tolist())


def best_choice(cost: Floats, held: Sequence[Held], limit_s: float, *, least_loss: bool = False,
                budget: float | None = None, refused: Sequence[Built] = (),
                kept: Built = frozenset(), whole: bool = True, gap: float = 0.0) -> Choice | None:
    """The best choice under some cuts, to a `gap`, and its bound, by HiGHS, with all of `kept` in
    it; None where there is none. Unless `whole`, cables may be built in part.

    Raises
    ------
    TimeoutError
        no choice was found in `limit_s` seconds
    """
    losses: dict[tuple[int, int, int], int] = {}
    weights: list[float] = []
    entries: list[tuple[int, int, float]] = []
    low: list[float] = []
    many = len(cost)
    for one in held:
        scale = 1.0 / max(one.cut.least, 1e-12)
        entries += [(len(low), k, gain * scale)
                    for k, gain in zip(one.cut.options, one.cut.gain, strict=True)]
        for country in one.cut.countries if one.weight is not None else ():
            key = (one.question, one.row, country)
            if key not in losses:
                losses[key] = many + len(losses)
                weights.append(float(one.weight or 0.0))
            entries.append((len(low), losses[key], scale))
        low.append(1.0)
    _limit(entries, low, cost, budget, refused)
    goal = np.concatenate([np.zeros(many) if least_loss else cost, np.array(weights, float)])
    matrix = _matrix(entries, len(low), len(goal))
    cable = np.arange(len(goal)) < many
    least = np.zeros(len(goal))
    least[sorted(kept)] = 1.0
    most = np.where(cable, 1.0, np.inf)
    if not whole:
        return _in_part(goal, matrix, np.array(low), np.stack([least, most], axis=1), many)
    found = optimize.milp(
        goal, integrality=cable.astype(int), bounds=optimize.Bounds(least, most),
        constraints=optimize.LinearConstraint(matrix, np.array(low), np.inf) if low else (),
        options={"mip_rel_gap": gap, "time_limit": max(5.0, limit_s)})
    if found.status == 2:
        return None
    if found.x is None:
        raise TimeoutError("the master ran out of time")
    bound = found.mip_dual_bound if found.mip_dual_bound is not None else found.fun
    level = np.asarray(found.x[:many] > 0.5, np.float64)
    return Choice(level, float(min(bound, found.fun)), np.where(level > 0, 0.0, cost))


def _limit(entries: list[tuple[int, int, float]], low: list[float], cost: Floats,
           budget: float | None, refused: Sequence[Built]) -> None:
    """Add the rows of the budget and of the refused plans."""
    for plan in refused:
        entries += [(len(low), k, -1.0) for k in sorted(plan)]
        low.append(1.0 - len(plan))
    if budget is not None:
        entries += [(len(low), k, -float(price)) for k, price in enumerate(cost)]
        low.append(-budget * (1 + 1e-12))


def _matrix(entries: Sequence[tuple[int, int, float]], rows: int, columns: int
            ) -> sparse.csr_matrix:
    table = np.array(entries, float).reshape(-1, 3)
    return sparse.csr_matrix(
        (table[:, 2], (table[:, 0].astype(np.int64), table[:, 1].astype(np.int64))),
        shape=(rows, columns))


def _in_part(goal: Floats, matrix: sparse.csr_matrix, low: Floats, bounds: Floats,
             many: int) -> Choice | None:
    """The linear relaxation."""
    rows: Any = {"A_ub": -matrix, "b_ub": -low, "bounds": bounds}
    found: Any = optimize.linprog(goal, method="highs", **rows)
    if found.status == 2:
        return None
    if found.x is None:
        raise TimeoutError("the master ran out of time")
    level = np.where(found.x[:many] < 1e-7, 0.0, np.minimum(found.x[:many], 1.0))
    dear = np.where(level > 0, 0.0, np.maximum(found.lower.marginals[:many], 0.0))
    return Choice(level, float(found.fun), dear)


def gathered(cost: Floats, kept_by: Sequence[Sequence[Built]], limit_s: float, *,
             budget: float | None = None, refused: Sequence[Built] = ()) -> Built | None:
    """The cheapest plan that holds, for every failure, one of the sets known to keep its promise.

    Sets: failures s with known sets U[s, i]. Variables: z[k] as above, y[s, i] in {0, 1}.
    Minimise  sum cost z  subject to  sum over i of y[s, i] >= 1  and  z[k] >= y[s, i] for k in
    U[s, i], within the budget and none of the refused.
    """
    return least_known(cost, [*kept_by], (), limit_s, budget=budget, refused=refused)


def least_known(cost: Floats, kept_by: Sequence[Sequence[Built]],
                known: Sequence[Sequence[tuple[Built, float]]], limit_s: float, *,
                budget: float | None = None, refused: Sequence[Built] = ()) -> Built | None:
    """The plan that loses least by what smaller plans are known to lose; where no losses are
    `known`, the cheapest.

    As `gathered`, with sets and losses of each failure of which one is taken: minimise the sum of
    loss[s, i] y[s, i].
    """
    many = column = len(cost)
    entries: list[tuple[int, int, float]] = []
    low: list[float] = []
    goal = [0.0] * many if known else cost.tolist()
    for sets in [*([(some, 0.0) for some in one] for one in kept_by), *known]:
        if not sets:
            return None
        first = column
        for some, loss in sets:
            for k in sorted(some):
                entries += [(len(low), k, 1.0), (len(low), column, -1.0)]
                low.append(0.0)
            goal.append(loss)
            column += 1
        entries += [(len(low), one, 1.0) for one in range(first, column)]
        low.append(1.0)
    _limit(entries, low, cost, budget, refused)
    matrix = _matrix(entries, len(low), column)
    found = optimize.milp(
        np.array(goal), integrality=np.ones(column, int), bounds=optimize.Bounds(0.0, 1.0),
        constraints=optimize.LinearConstraint(matrix, np.array(low), np.inf) if low else (),
        options={"mip_rel_gap": 1e-4, "time_limit": max(5.0, limit_s)})
    return None if found.x is None else frozenset(
        np.flatnonzero(found.x[:many] > 0.5).tolist())


def smallest_conflict(cost: Floats, held: Sequence[Held], limit_s: float, budget: float | None,
                      refused: Sequence[Built]) -> list[Held]:
    """Cuts that no plan keeps one by one; else a smallest set that the budget cannot keep."""
    hopeless = [one for one in held if one.hopeless]
    if hopeless:
        return hopeless
    core = [one for one in held if one.weight is None]
    for one in list(core):
        fewer = [other for other in core if other is not one]
        if best_choice(cost, fewer, limit_s, budget=budget, refused=refused) is None:
            core = fewer
    return core
