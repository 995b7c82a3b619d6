"""`spread_evenly`: where traffic rides on a quiet day, when it is shared out over all good ways.

The flow optimum sends everybody down the quickest way while there is room. Real traffic is not
like that: operators hold circuits on several systems, and the fuller a system, the dearer the next
circuit on it. Here an arc of delay d and load share u costs d / (1 - u), and traffic settles where
nobody gains by moving: every way in use costs the same, none not in use costs less (J. G. Wardrop
1952). Those flows minimise the sum over arcs of -d c ln(1 - x / c), with capacity c and load x
(M. Beckmann, C. McGuire, C. Winsten 1956); it is convex, so the loads are unique. Systems of equal
length are filled to equal shares; a way half as long again is used once the shorter one is a third
full. Steps of Frank and Wolfe (1956), each with an exact line search. There is no parameter but
the precision.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cablenet.traffic.optimum import Optimum
from cablenet.traffic.trees import TreeFinder, chains

Floats = NDArray[np.float64]

PRECISION = 1e-3
"""What all traffic could still gain by moving, as a share of what it pays."""
MOST_STEPS = 1000
FULLEST = 1.0 - 1e-9


def spread_evenly(answer: Optimum, capacity_tbps: Floats, finder: TreeFinder | None = None, *,
                  precision: float = PRECISION, most_steps: int = MOST_STEPS) -> Floats:
    """The served amounts of an answer on their ways of a quiet day.

    Parameters
    ----------
    capacity_tbps
        (A,) c of each arc, above the load that the answer gives it: lit capacity, of which the
        room of the problem is what is left after headroom

    Returns
    -------
    (R, A) flow of each aim over each arc, Tbps. Flows of one aim may pass a node twice where
    steps of different kinds meet there.
    """
    problem, lost = answer.problem, answer.outage.lost
    finder = finder or TreeFinder(problem)
    served = answer.served_tbps.sum(axis=1)
    rows = np.flatnonzero(served > 0)
    aim, source, amount = problem.aims[2][rows], problem.source[rows], served[rows]
    flow = answer.flow_tbps.toarray()
    closed = lost | (capacity_tbps <= 0)
    room = np.where(closed, 1.0, capacity_tbps)
    for _ in range(most_steps):
        load = flow.sum(axis=0)
        cost = np.where(closed, np.inf, problem.delay_ms / (1.0 - load / room))
        trees = finder.find(cost)
        paid = float(load[~closed] @ cost[~closed])
        if paid - float(amount @ trees.cost[aim, source]) <= precision * paid:
            break
        indptr, arcs = chains(problem, trees.arc, aim, source)
        owner = np.repeat(np.arange(len(rows)), np.diff(indptr))
        best = np.zeros_like(flow)
        np.add.at(best, (aim[owner], arcs), amount[owner])
        move = best.sum(axis=0) - load
        flow += _step(problem.delay_ms, load, move, room) * (best - flow)
    return flow


def _step(delay: Floats, load: Floats, move: Floats, room: Floats) -> float:
    """How far along the move the sum is least, from 0 to 1 and short of filling any arc."""
    up = move > 0
    low, high = 0.0, float(min(1.0, np.min((room[up] * FULLEST - load[up]) / move[up],
                                           initial=1.0)))
    used = np.flatnonzero(move)
    for _ in range(40):
        middle = (low + high) / 2
        slope = float(np.sum(delay[used] * move[used]
                             / (1.0 - (load[used] + middle * move[used]) / room[used])))
        low, high = (middle, high) if slope < 0 else (low, middle)
    return low
