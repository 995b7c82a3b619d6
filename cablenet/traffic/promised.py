"""`PromisedFlow`: the least that countries fall short of a promised amount, and why not less.

Sets: demands d, each of one country c; arcs a. Data: need[c], the promised Tbps of c.
Variables: flows, u[d] unserved of each demand (`cablenet.traffic.detours`), short[c] >= 0.
Minimise  sum short, then sum u, then delay (each lighter than the one before), subject to
sum of u over the demands of c  <=  asked[c] - need[c] + short[c].

The proof is weak duality. Take prices p >= 0 on arcs and 0 <= w <= 1 on countries. Whatever is
served,  sum short  >=  sum_c w_c need_c - sum_d t_d max(0, w_c(d) - dist_p(d)) - sum_a room_a p_a,
since what is served of d pays at least dist_p(d) of the room it takes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import dijkstra

from cablenet.traffic.detours import TOLERANCE, Detours
from cablenet.traffic.problem import FlowProblem, Outage
from cablenet.traffic.standing import GBPS, Flow, Standing
from cablenet.traffic.trees import TreeFinder, Trees

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

SERVE_MS = 1e4
"""What a Tbps unserved weighs against delay, as in `cablenet.traffic.optimum`."""
PROMISE_MS = 1e7
"""What a promised Tbps unserved weighs: a thousand times one that is not promised."""
OVERFLOW_MS = 3e7
"""First cost of a Tbps beyond an arc's room: above the promise, so that what falls short shows
from the first program on; below it, all promises are kept by overflow until that is gone."""


@dataclass(frozen=True, eq=False)
class Promised:
    """The best answer to one outage: (C,) `short_tbps`, (D,) `unserved_tbps`, (R, A) `flow_tbps` of
    each aim, and the prices that tell why: (A,) `price` and (C,) `weight`, 1 for a promised Tbps.

    Not `exact` where the search ended as soon as prices proved most of what falls short: then only
    these are of use.
    """

    short_tbps: Floats
    unserved_tbps: Floats
    flow_tbps: sparse.csr_array
    price: Floats
    weight: Floats
    exact: bool = True


class PromisedFlow(Detours):
    """The program of `detours` with one level, and one row more for each country of a promise."""

    overflow_ms = OVERFLOW_MS

    def __init__(self, problem: FlowProblem, finder: TreeFinder, standing: Standing,
                 country: Ints, countries: int) -> None:
        super().__init__(problem, finder, standing, np.array([SERVE_MS]))
        self._country = country
        asked = self._asked.sum(axis=1)
        self._total = np.bincount(country, asked, minlength=countries)
        never = np.bincount(country, np.where(self._never, asked, 0.0), minlength=countries)
        self._served_at_most = self._total - never
        self.rounds = 0
        self._need, self._within, self._exact = np.zeros(countries), 0.0, True
        self._rows = [self._lp.add_row(float(amount)) for amount in self._served_at_most]
        self._short = [self._column(PROMISE_MS, {row: -1.0}, {}, {}) for row in self._rows]
        self._mu = np.zeros(countries)

    def promise(self, outage: Outage, need_tbps: Floats, within: float = 0.0) -> Promised:
        """The least shortfall of (C,) `need_tbps` under an outage; 0 promises nothing.

        Parameters
        ----------
        within
            end when prices prove all but this share of what falls short
        """
        self._need, self._within, self._exact = need_tbps, within, True
        slack = self._served_at_most - need_tbps * GBPS
        for row, column, value in zip(self._rows, self._short, slack.tolist(), strict=True):
            self._lp.limit(row, max(value, 0.0))
            self._lp.bounds(column, 0.0, float("inf"))
        self._open(outage, {})
        try:
            flow, value, row_price = self._generate(outage)
        finally:
            self._close(outage)
        price, _ = self._prices(row_price)
        short = value[self._short] + np.maximum(-slack, 0.0)
        return Promised(short / GBPS, flow.unserved[:, 0] / GBPS,
                        sparse.csr_array(flow.gbps / GBPS), price / PROMISE_MS,
                        np.minimum(self._mu / PROMISE_MS, 1.0), self._exact)

    def _generate(self, outage: Outage) -> tuple[Flow, Floats, Floats]:
        """As in `Detours`, but it ends as soon as an answer keeps the promise: delay is no matter.
        """
        room = outage.room_tbps * GBPS
        while True:
            value, row_price, _ = self._lp.solve()
            price, relief = self._prices(row_price)
            over = not np.all(value[list(self._overflow.values())] <= TOLERANCE)
            if self._within > 0 and self._proved(outage, value, price):
                self._exact = False
                break
            grown = self._add_broken(value, room)
            if not grown and not over and value[self._short].sum() <= TOLERANCE:
                break
            weight = self.problem.delay_ms + price
            trees = self._finder.find(np.where(outage.lost, np.inf, weight))
            potential = self._potential(weight, relief)
            grown |= self._add_priced(trees, potential, weight)
            grown |= self._add_dear(trees, potential)
            self.rounds += 1
            if grown:
                continue
            if not over:
                break
            if self._overflow_cost > 1e3 * PROMISE_MS:
                raise ArithmeticError("no flow keeps within the room of all arcs")
            self._overflow_costs(10.0 * self._overflow_cost)
        return Flow(self._by_aim(value), self._left(value), price, 0.0), value, row_price

    def _proved(self, outage: Outage, value: Floats, price: Floats) -> bool:
        """Whether prices prove nearly all of what falls short now, and of what still overflows."""
        slack = self._served_at_most - self._need * GBPS
        short = float(value[self._short].sum() + np.maximum(-slack, 0.0).sum())
        if short <= TOLERANCE:
            return False
        proof = shortfall(self.problem, self._finder, outage.lost,
                          np.minimum(price / PROMISE_MS, 1.0),
                          np.minimum(self._mu / PROMISE_MS, 1.0), self._need, self._country)
        said = proof.least - float(outage.room_tbps @ proof.price)
        return said * GBPS >= (1.0 - self._within) * short

    def _prices(self, row_price: Floats) -> tuple[Floats, Floats]:
        self._mu = np.minimum(row_price[self._rows], PROMISE_MS)
        return super()._prices(row_price)

    def _add_unserved(self, demand: int, level: int) -> None:
        aim, source = int(self._aim[demand]), int(self.problem.source[demand])
        places = dict.fromkeys(self._places(aim, source).tolist(), -1.0)
        arcs = {int(self._tree_of[place]): -1.0 for place in places}
        self._unserved[demand, level] = self._column(
            SERVE_MS - self._delay0[aim, source], {self._rows[self._country[demand]]: 1.0}, arcs,
            places, upper=self._asked[demand, level])

    def _add_dear(self, trees: Trees, potential: Floats) -> bool:
        """Unserved columns where serving costs more than it is worth to the demand's country."""
        least = np.minimum(trees.cost[self._aim, self.problem.source],
                           potential[self._aim, self.problem.source])
        worth = SERVE_MS + self._mu[self._country]
        dear = np.flatnonzero((least > worth * (1 + 1e-9)) & ~self._never
                              & (self._asked[:, 0] > 0))
        new = [demand for demand in dear.tolist() if (demand, 0) not in self._unserved]
        for demand in new:
            self._add_unserved(demand, 0)
        return bool(new)


@dataclass(frozen=True, eq=False)
class Shortfall:
    """A proof: no answer falls short by less than  least - sum over arcs of room[a] price[a]."""

    weight: Floats
    price: Floats
    least: float


def shortfall(problem: FlowProblem, finder: TreeFinder, lost: Flags, price: Floats,
              weight: Floats, need_tbps: Floats, country: Ints) -> Shortfall:
    """The proof that prices (A,) and country weights (C,) give, by shortest paths alone."""
    trees = finder.find(np.where(lost, np.inf, price))
    distance = trees.cost[problem.aims[2], problem.source]
    worth = np.maximum(weight[country] - distance, 0.0)
    least = float(weight @ need_tbps) - float(problem.tbps.sum(axis=1) @ worth)
    return Shortfall(weight, np.where(lost, 0.0, price), least)


def lifted(problem: FlowProblem, finder: TreeFinder, lost: Flags, price: Floats, open_: Flags,
           sources: Sequence[int] | Ints) -> Floats:
    """Prices for arcs that are `open_` (not built, no room yet), so that distances stay.

    An arc from u to v gets the most that any target is nearer from v than from u, but no more than
    what is left of 1 after the way from the nearest of the `sources` to u.
    """
    near = np.minimum(finder.find(np.where(lost | open_, np.inf, price)).cost, 1.0)
    arcs = np.flatnonzero(open_ & ~lost)
    tail, head = problem.tail[arcs], problem.head[arcs]
    out = price.copy()
    gain = np.max(near[:, tail] - near[:, head], axis=0, initial=0.0)
    out[arcs] = np.maximum(gain, 0.0)
    away = _from(problem, np.where(lost, np.inf, out), np.asarray(sources, np.int64))
    spare = np.maximum(1.0 - away[tail], 0.0)
    gain = np.max(np.minimum(near[:, tail], spare[None, :]) - near[:, head], axis=0, initial=0.0)
    out[arcs] = np.maximum(gain, 0.0)
    return out


def _from(problem: FlowProblem, weight: Floats, sources: Ints) -> Floats:
    """(N,) cheapest way from the nearest of some nodes."""
    n = problem.n_nodes
    usable = np.flatnonzero(np.isfinite(weight))
    order = usable[np.argsort(-weight[usable], kind="stable")]  # the cheapest of a pair is last
    pair = problem.tail[order] * n + problem.head[order]
    _, last = np.unique(pair[::-1], return_index=True)
    arcs = order[::-1][last]
    graph = sparse.csr_matrix((weight[arcs], (problem.tail[arcs], problem.head[arcs])),
                              shape=(n, n))
    if not len(sources):
        return np.full(n, np.inf)
    return np.asarray(dijkstra(graph, indices=np.unique(sources), min_only=True), np.float64)
