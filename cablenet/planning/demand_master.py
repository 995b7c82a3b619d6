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

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, sparse

from cablenet.planning.demand_case import Cut

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

    def lower(self, built: Built) -> float:
        """What the cut says a plan falls short by at least, Tbps."""
        gain = zip(self.cut.options, self.cut.gain, strict=True)
        return self.cut.least - sum(value for k, value in gain if k in built)

    @property
    def hopeless(self) -> bool:
        """Whether all candidates together do not keep a promise."""
        return self.weight is None and sum(self.cut.gain) < self.cut.least * (1 - 1e-9)


def best_choice(cost: Floats, held: Sequence[Held], limit_s: float, *, least_loss: bool = False,
                budget: float | None = None, refused: Sequence[Built] = (),
                kept: Built = frozenset()) -> tuple[Built, float] | None:
    """The best choice under some cuts, and its bound, by HiGHS, with all of `kept` in it; None
    where there is none.

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
    for plan in refused:
        entries += [(len(low), k, -1.0) for k in sorted(plan)]
        low.append(1.0 - len(plan))
    if budget is not None:
        entries += [(len(low), k, -float(price)) for k, price in enumerate(cost)]
        low.append(-budget * (1 + 1e-12))
    goal = np.concatenate([np.zeros(many) if least_loss else cost, np.array(weights, float)])
    table = np.array(entries, float).reshape(-1, 3)
    matrix = sparse.csr_matrix(
        (table[:, 2], (table[:, 0].astype(np.int64), table[:, 1].astype(np.int64))),
        shape=(len(low), len(goal)))
    whole = np.arange(len(goal)) < many
    least = np.zeros(len(goal))
    least[sorted(kept)] = 1.0
    found = optimize.milp(
        goal, integrality=whole.astype(int),
        bounds=optimize.Bounds(least, np.where(whole, 1.0, np.inf)),
        constraints=optimize.LinearConstraint(matrix, np.array(low), np.inf) if low else (),
        options={"mip_rel_gap": 0.0, "time_limit": max(5.0, limit_s)})
    if found.status == 2:
        return None
    if found.x is None:
        raise TimeoutError("the master ran out of time")
    built = frozenset(np.flatnonzero(found.x[:many] > 0.5).tolist())
    bound = found.mip_dual_bound if found.mip_dual_bound is not None else found.fun
    return built, float(min(bound, found.fun))


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
