"""Good first prices of full arcs, by subgradient steps on the Lagrangian bound.

For prices p >= 0 on the arcs, sum_d t_d dist_p(d) - sum_a room_a p_a bounds the least total delay
from below (Held, Wolfe & Crowder 1974). Each step moves p along what is overloaded, its length by
Polyak's rule. The prices only choose the standing trees that `detours` starts from: a poor start
costs time, never the answer.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cablenet.traffic.problem import FlowProblem, Outage
from cablenet.traffic.trees import TreeFinder, chains

Floats = NDArray[np.float64]


def first_prices(problem: FlowProblem, finder: TreeFinder, outage: Outage, ceiling_ms: float,
                 start: Floats | None = None, steps: int = 150) -> Floats:
    """(A,) prices in ms, near those of the optimum.

    Parameters
    ----------
    ceiling_ms
        demands whose cheapest way costs more go unserved
    start
        prices to begin with: those of a similar state
    """
    aim = problem.aims[2]
    amount, arcs = problem.tbps.sum(axis=1), len(problem.tail)
    price = np.zeros(arcs) if start is None else np.where(outage.lost, 0.0, start)
    best, best_price = -np.inf, price.copy()
    smooth: Floats | None = None
    scale, idle = (1.0 if start is None else 0.3), 0
    for _ in range(steps):
        trees = finder.find(np.where(outage.lost, np.inf, problem.delay_ms + price))
        cost = trees.cost[aim, problem.source]
        served = np.flatnonzero(cost < ceiling_ms)
        indptr, path = chains(problem, trees.arc, aim[served], problem.source[served])
        load = np.bincount(path, np.repeat(amount[served], np.diff(indptr)),
                           minlength=arcs).astype(np.float64)
        if price.max(initial=0.0) == 0.0 and np.all(load <= outage.room_tbps):
            break
        bound = float(amount @ np.minimum(cost, ceiling_ms) - outage.room_tbps @ price)
        smooth = load if smooth is None else 0.9 * smooth + 0.1 * load
        if bound > best:
            best, best_price, idle = bound, price.copy(), 0
        else:
            idle += 1
            if idle == 8:
                scale, idle, price = 0.7 * scale, 0, best_price.copy()
        slope = 0.3 * load + 0.7 * smooth - outage.room_tbps
        slope = np.where((price <= 0) & (slope < 0), 0.0, slope)
        length = float(slope @ slope)
        if length == 0.0:
            break
        goal = 0.05 * max(abs(best), 1e-9) + best
        price = np.maximum(price + scale * (goal - bound) / length * slope, 0.0)
        price[outage.lost] = 0.0
    return best_price
