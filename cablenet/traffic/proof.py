"""Proof without a solver that an answer is the most that can be served, level by level.

Weak duality. Take prices p >= 0 on the arcs and weights w_0 > ... > w_k = 1 on the first k + 1
levels. Whatever is served, sum_l w_l served_l <= sum_a room_a p_a + sum_d sum_l t_dl max(0, w_l -
dist_p(d)), since an amount served on any way pays at least dist_p(d) of the room it takes. Where an
answer reaches the bound, no other answer has a larger weighted sum; and where that holds for the
first level, then the first two, and so on, no answer serves a higher level better, nor a lower one
without hurting a higher. Whole-number prices, rounded from the solver's, do as well as any others:
the check stands by itself and only needs shortest paths.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from cablenet.traffic.problem import FlowProblem, Outage
from cablenet.traffic.trees import TreeFinder

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

STEP = 100.0
"""How many times heavier a level weighs than the next."""
TOLERANCE_TBPS = 1e-6
PARTS = (1.0, 2.0, 3.0, 4.0, 6.0)


@dataclass(frozen=True, eq=False)
class Proof:
    """For levels up to `level`: (A,) whole-number `price` of arcs, (D,) cheapest `distance` of each
    demand under it, and the `gap` between bound and answer, weighted Tbps."""

    level: int
    price: Floats
    distance: Floats
    gap: float

    @property
    def holds(self) -> bool:
        """Whether bound and answer meet."""
        return self.gap <= TOLERANCE_TBPS * STEP ** self.level


def prove(problem: FlowProblem, outage: Outage, finder: TreeFinder, unserved_tbps: Floats,
          price: Floats, weight: Floats) -> tuple[Proof, ...]:
    """One proof for each level, from the solver's prices and its weight of each level.

    Prices that count full arcs are whole numbers or simple fractions, plus some delay, which is
    light against any level; the first rounding whose bound is met is taken.
    """
    out = []
    for level in range(problem.levels):
        tried = [_bound(problem, outage, finder, unserved_tbps, level,
                        np.round(price / weight[level] * part) / part) for part in PARTS]
        out.append(next((proof for proof in tried if proof.holds),
                        min(tried, key=lambda proof: proof.gap)))
        if not out[-1].holds:
            break
    return tuple(out)


def again(problem: FlowProblem, outage: Outage, proof: Proof, unserved_tbps: Floats) -> Proof:
    """The same prices against another answer."""
    return replace(proof, gap=_gap(problem, outage, unserved_tbps, proof.level, proof.price,
                                   proof.distance))


def elsewhere(problem: FlowProblem, outage: Outage, finder: TreeFinder, proofs: tuple[Proof, ...],
              unserved_tbps: Floats) -> tuple[Proof, ...]:
    """The same prices under another outage, with an answer to it."""
    return tuple(_bound(problem, outage, finder, unserved_tbps, proof.level,
                        np.where(outage.lost, 0.0, proof.price)) for proof in proofs)


def _bound(problem: FlowProblem, outage: Outage, finder: TreeFinder, unserved_tbps: Floats,
           level: int, price: Floats) -> Proof:
    trees = finder.find(np.where(outage.lost, np.inf, price))
    distance = trees.cost[problem.aims[2], problem.source]
    gap = _gap(problem, outage, unserved_tbps, level, price, distance)
    return Proof(level, price, distance, gap)


def _gap(problem: FlowProblem, outage: Outage, unserved_tbps: Floats, level: int, price: Floats,
         distance: Floats) -> float:
    """Bound less weighted service, Tbps."""
    weights = STEP ** np.arange(level, -1, -1.0)
    worth = np.maximum(weights[None, :] - distance[:, None], 0.0)
    asked, left = problem.tbps[:, :level + 1], unserved_tbps[:, :level + 1]
    # worth - weight before the sum, so that what is wholly served cancels exactly
    paid = asked * (worth - weights) + left * weights
    return float(outage.room_tbps @ price) + float(paid.sum())


def broken_rules(problem: FlowProblem, outage: Outage, unserved_tbps: Floats,
                 flow_tbps: sparse.csr_array) -> list[str]:
    """What an answer breaks: room, lost or refused arcs, conservation, what is asked."""
    out: list[str] = []
    flow = flow_tbps.toarray()
    scale = 1e-7 * max(1.0, float(outage.room_tbps[np.isfinite(outage.room_tbps)].max(initial=0)))
    target, refusal, aim = problem.aims
    over = flow.sum(axis=0) - outage.room_tbps
    if over.max(initial=0.0) > scale:
        out.append(f"an arc carries {over.max():g} Tbps more than its room")
    if flow.min(initial=0.0) < -scale:
        out.append("a flow is negative")
    if flow[:, outage.lost].max(initial=0.0) > scale:
        out.append("a lost arc carries traffic")
    if (flow * problem.refused[refusal]).max(initial=0.0) > scale:
        out.append("an arc carries traffic it refuses")
    served = problem.tbps - unserved_tbps
    if unserved_tbps.min(initial=0.0) < -scale or served.min(initial=0.0) < -scale:
        out.append("a demand is served more than it asks, or less than nothing")
    want = np.zeros((len(target), problem.n_nodes))
    np.add.at(want, (aim, problem.source), served.sum(axis=1))
    for row in range(len(target)):
        net = (np.bincount(problem.tail, flow[row], minlength=problem.n_nodes)
               - np.bincount(problem.head, flow[row], minlength=problem.n_nodes))
        net[target[row]] = 0.0
        if np.abs(net - want[row]).max(initial=0.0) > scale:
            out.append(f"traffic to node {target[row]} appears or vanishes on the way")
            break
    return out
