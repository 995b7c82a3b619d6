"""The flow optimum: most served level by level, ties max-min fair, then least delay.

That makes the served amounts unique, whatever way they were found. Three steps: `detours` solves
one program in which a level weighs a hundred times the next and any level far more than delay;
`proof` shows without the solver that the weights did what they should (if not, they are raised and
the program solved again); `fairness` finds who may be traded against whom, and the program is
solved once more with the fair shares fixed, for the least delay.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from cablenet.traffic.detours import Detours, Fixed
from cablenet.traffic.fairness import Ties, find_ties
from cablenet.traffic.filling import Filling
from cablenet.traffic.problem import FlowProblem, Outage, intact
from cablenet.traffic.proof import STEP, Proof, again, broken_rules, prove
from cablenet.traffic.standing import GBPS, Flow, Standing, standing_of
from cablenet.traffic.start import first_prices
from cablenet.traffic.trees import TreeFinder

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

WEIGHT_MS = 1e4
"""What a Tbps of the last level left unserved weighs against delay: a detour of a million km."""
HEAVY = 0.05
"""Share of all Tbps x ms whose loss makes a start from scratch the faster way."""
RESET_ROWS = 4000
"""A program that has grown beyond this starts anew from the intact optimum."""


@dataclass(frozen=True, eq=False)
class Optimum:
    """The answer for one outage.

    Attributes
    ----------
    unserved_tbps
        (D, P) what each demand goes without, by level
    flow_tbps
        (R, A) what each aim sends over each arc
    price_ms
        (A,) ms x Tbps of delay that one more Tbps of room would save at these served amounts; NaN
        on lost arcs, and where room limits what is served
    saves_tbps
        (A,) Tbps of demand that one more Tbps of room would serve, all levels alike; NaN on lost
        arcs. Prices jump where an answer is degenerate: a little more room saves no more than
        this, a little less costs no less
    proofs
        one for each level; `proved` says whether all of them hold
    """

    problem: FlowProblem
    outage: Outage
    unserved_tbps: Floats
    flow_tbps: sparse.csr_array
    price_ms: Floats
    saves_tbps: Floats
    proofs: tuple[Proof, ...]

    @property
    def served_tbps(self) -> Floats:
        """(D, P)"""
        return np.asarray(self.problem.tbps - self.unserved_tbps)

    @property
    def arc_tbps(self) -> Floats:
        """(A,) load of each arc."""
        return np.asarray(self.flow_tbps.sum(axis=0), np.float64).ravel()

    @property
    def delay_tbps_ms(self) -> float:
        """Total round trip of all that is served, Tbps x ms."""
        return float(self.arc_tbps @ self.problem.delay_ms)

    @property
    def proved(self) -> bool:
        """Whether every level reaches its bound, and every rule is kept; asks no solver."""
        checked = [again(self.problem, self.outage, proof, self.unserved_tbps)
                   for proof in self.proofs]
        return all(proof.holds for proof in checked) and not broken_rules(
            self.problem, self.outage, self.unserved_tbps, self.flow_tbps)


class FlowSolver:
    """Solves one problem for one outage after another, each from where the last one ended.

    `intact` is the answer with nothing lost; `standing` is where programs start, and may be handed
    to another solver of the same problem, which then starts there at once.
    """

    def __init__(self, problem: FlowProblem, standing: Standing | None = None) -> None:
        self.problem = problem
        self.finder = TreeFinder(problem)
        self._weight = WEIGHT_MS * STEP ** np.arange(problem.levels - 1, -1, -1.0)
        state = intact(problem)
        if standing is None:
            self.standing = self._start(state, None)
            self.standing = standing_of(problem, self.finder, self._fresh().solve(state))
        else:
            self.standing = standing
        self._program = self._fresh()
        self._carried = np.zeros(len(problem.tail))
        self.intact = self.solve(state)
        self._carried = self.intact.arc_tbps * problem.delay_ms

    def _start(self, outage: Outage, price: Floats | None) -> Standing:
        """Standing trees under good prices for one state."""
        prices = first_prices(self.problem, self.finder, outage, WEIGHT_MS, price)
        trees = self.finder.find(np.where(outage.lost, np.inf, self.problem.delay_ms + prices))
        return Standing(trees.arc, np.zeros((0, 2), np.int64), prices)

    def _fresh(self, standing: Standing | None = None, weight: Floats | None = None) -> Detours:
        return Detours(self.problem, self.finder, standing or self.standing,
                       self._weight if weight is None else weight)

    def reset(self) -> None:
        """Forget what earlier outages left behind; the next answer depends on nothing but it."""
        self._program = self._fresh()

    def _begin(self, outage: Outage) -> tuple[Detours, Standing]:
        """The program to use: where much is lost, one that starts from trees of that state."""
        if self._carried[outage.lost].sum() > HEAVY * max(self._carried.sum(), 1e-300):
            standing = self._start(outage, self.standing.price)
            return self._fresh(standing), standing
        if self._program.size > RESET_ROWS:
            self.reset()
        return self._program, self.standing

    def solve(self, outage: Outage) -> Optimum:
        """The optimum under an outage.

        Raises
        ------
        ArithmeticError
            if a program does not solve, or an answer cannot be proved
        """
        program, standing = self._begin(outage)
        flow, proofs, weight = self._proved(program, standing, outage)
        left = flow.unserved / GBPS
        if proofs[-1].price.any():
            ties = find_ties(self.problem, outage, proofs[-1], left)
            if ties.clusters:
                flow = self._shared_out(program, standing, outage, ties, left)
                left = flow.unserved / GBPS
                proofs = tuple(again(self.problem, outage, proof, left) for proof in proofs)
        if not all(proof.holds for proof in proofs):
            raise ArithmeticError(f"fair shares cost service: {[p.gap for p in proofs]}")
        return Optimum(self.problem, outage, left, sparse.csr_array(flow.gbps / GBPS),
                       np.where(outage.lost | (flow.price > weight[-1] / 10), np.nan, flow.price),
                       np.where(outage.lost, np.nan, _saves(proofs)), proofs)

    def _proved(self, program: Detours, standing: Standing,
                outage: Outage) -> tuple[Flow, tuple[Proof, ...], Floats]:
        """The weighted optimum and its proofs, under heavier weights where they fail."""
        weight, flow = self._weight, program.solve(outage)
        for _ in range(3):
            proofs = prove(self.problem, outage, self.finder, flow.unserved / GBPS, flow.price,
                           weight)
            if len(proofs) == self.problem.levels and all(proof.holds for proof in proofs):
                return flow, proofs, weight
            weight = weight * 30.0
            flow = self._fresh(standing, weight).solve(outage)
        raise ArithmeticError(
            "the optimum could not be proved: gaps of "
            + ", ".join(f"{proof.gap:g}" for proof in proofs) + " Tbps")

    def _shared_out(self, program: Detours, standing: Standing, outage: Outage, ties: Ties,
                    left: Floats) -> Flow:
        """Fair shares fixed, then the least delay."""
        asked = self.problem.tbps * GBPS
        settled: Fixed = {(int(d), int(level)): 0.0 for d, level in np.argwhere(ties.none)}
        settled |= {(int(d), int(level)): float(asked[d, level])
                    for d, level in np.argwhere(ties.all)}
        equal = dict(settled)
        for rows, missing in zip(ties.clusters, ties.unserved_tbps, strict=True):
            amount = asked[rows[:, 0], rows[:, 1]]
            share = min(missing * GBPS / amount.sum(), 1.0)
            equal |= {(int(d), int(level)): share * float(asked[d, level]) for d, level in rows}
        if not ties.mixed:
            try:
                return program.solve(outage, equal)
            except ArithmeticError:
                self.reset()  # not every cluster can have equal shares
        weightless = replace(self.problem, delay_ms=1e-9 * self.problem.delay_ms)
        filling = Filling(weightless, self.finder, standing, self._weight)
        tied = {(int(d), int(level)): float(left[d, level]) * GBPS
                for rows in ties.clusters for d, level in rows}
        return self._fresh(standing).solve(outage, filling.fill(outage, settled, tied))


def _saves(proofs: tuple[Proof, ...]) -> Floats:
    """What one more Tbps of room lets through: the price of the heaviest level it helps."""
    out = np.zeros_like(proofs[0].price)
    for proof in proofs:
        out = np.where(out > 0, out, proof.price)
    return out
