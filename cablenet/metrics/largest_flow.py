"""The largest flow from one country to the hubs abroad, for thousands of failures, exactly.

A flow found once says something about every failure, and so does a cut:

* *Lower bound.* Let a flow of value v send e_r units into row r (units that enter the links of r
  from elsewhere). Split the flow into paths; those that use r carry at most e_r together, since
  each enters r at least once. Taking all paths away that use a failed row leaves a flow that uses
  none, of value at least v - sum of e_r over the failed rows.
* *Upper bound.* Let a cut have capacity c, of which x_r is of links of row r. The failed links
  carry nothing any more, so no flow exceeds c - sum of x_r over the failed rows.

Where the two meet, the largest flow is known and nothing is computed. With the intact flow alone
this says that failures off its path change nothing. Each failure that must be solved gives a new
flow and a new cut, which settle many of the failures that follow. Failures that agree on all rows
that any bound knows are one pattern, asked once. Every value is exact, whatever was solved before.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from cablenet.kernels.contract import NEVER
from cablenet.kernels.flow_graph import FlowGraph
from cablenet.solvers import UNLIMITED, FlowNetwork, undirected

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
MOST_BOUNDS = 96
"""Bounds that are kept; beyond, new ones settle little and each costs a product."""


@dataclass(eq=False)
class Bounds:
    """Linear bounds: `at` (I,) less the product of `per_row` (R, I) with the failed rows."""

    per_row: Ints
    at: Ints

    @staticmethod
    def none(rows: int) -> Bounds:
        return Bounds(np.empty((rows, 0), np.int64), np.empty(0, np.int64))

    def with_one(self, value: int, per_row: Ints) -> Bounds:
        return Bounds(np.column_stack([self.per_row, per_row]), np.append(self.at, value))

    def first(self, n: int) -> Bounds:
        return Bounds(self.per_row[:, :n], self.at[:n])

    def last(self) -> Bounds:
        return Bounds(self.per_row[:, -1:], self.at[-1:])

    def values(self, failed: sp.csr_array) -> Ints:
        """(S, I) every bound for every set of failed rows."""
        return np.asarray(self.at[None, :] - failed @ self.per_row, np.int64)


@dataclass(eq=False)
class LargestFlow:
    """Flows of one country. Picklable; the solver's network is made on first use.

    `sources` and `sinks` are places of the graph. `base` is the intact value, `UNLIMITED` or more
    where nothing limits it.
    """

    graph: FlowGraph
    n_rows: int
    sources: Ints
    sinks: Ints
    base: int = 0
    solved: int = 0
    flows: Bounds = field(init=False)
    cuts: Bounds = field(init=False)

    def __post_init__(self) -> None:
        self.flows, self.cuts = Bounds.none(self.n_rows), Bounds.none(self.n_rows)
        self._network: FlowNetwork | None = None
        if len(np.intersect1d(self.sources, self.sinks)):
            self.base = UNLIMITED
        else:
            self.base = self.solve(np.empty(0, np.int64))

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "_network": None}

    def values(self, failed: sp.csr_array) -> Ints:
        """(S,) the largest flow when these rows fail; `failed` is (S, R), 1 where a row fails."""
        out = np.full(failed.shape[0], self.base, np.int64)
        if self.base >= UNLIMITED or self.base == 0:
            return out
        touched = np.flatnonzero(failed @ (self.flows.per_row[:, 0] > 0).astype(np.int64))
        if len(touched):
            out[touched] = self._touched(failed[touched])
        return out

    def _touched(self, failed: sp.csr_array) -> Ints:
        """Values by the bounds at hand, one product a pattern; what they leave open is solved."""
        known = (self.flows.per_row > 0).any(axis=1) | (self.cuts.per_row > 0).any(axis=1)
        first, same = _patterns(failed, known)
        some = failed[first]
        low = self.flows.values(some).max(axis=1)[same]
        high = self.cuts.values(some).min(axis=1)[same]
        still = np.flatnonzero(low < high)
        if len(still):
            here = np.zeros(self.n_rows + 1, bool)
            here[self.graph.row] = True
            first, same = _patterns(failed[still], here[:-1])
            chosen = still[first]
            low[still] = self._settle(failed[chosen], low[chosen], high[chosen])[same]
        return low

    def _settle(self, failed: sp.csr_array, low: Ints, high: Ints) -> Ints:
        """Solve one after another; each new flow and cut settles what it can of the rest."""
        left = np.arange(failed.shape[0])
        while len(left):
            row, left = int(left[0]), left[1:]
            low[row] = self.solve(failed.indices[failed.indptr[row]:failed.indptr[row + 1]])
            rest = failed[left]
            low[left] = np.maximum(low[left], self.flows.last().values(rest)[:, 0])
            high[left] = np.minimum(high[left], self.cuts.last().values(rest)[:, 0])
            if len(self.flows.at) > MOST_BOUNDS:
                self.flows, self.cuts = self.flows.first(MOST_BOUNDS), self.cuts.first(MOST_BOUNDS)
            left = left[low[left] < high[left]]
        return low

    def solve(self, failed: Ints) -> int:
        """The largest flow when these rows fail, by the solver; its flow and cut are kept."""
        graph = self.graph
        dead = np.zeros(self.n_rows + 1, bool)  # the last stands for links that never fail
        dead[failed] = True
        capacity = np.where(dead[graph.row], 0, graph.capacity)
        source, sink = graph.n_places, graph.n_places + 1
        if self._network is None:
            tails, heads = undirected(graph.a, graph.b)
            self._network = FlowNetwork(
                np.concatenate([tails, np.full(len(self.sources), source), self.sinks]),
                np.concatenate([heads, self.sources, np.full(len(self.sinks), sink)]))
        free = np.full(len(self.sources) + len(self.sinks), UNLIMITED)
        value = self._network.max_flow(np.concatenate([capacity, capacity, free]), source, sink)
        self.solved += 1
        if value < UNLIMITED:
            self.flows = self.flows.with_one(value, self._entering(self._network.flows()))
            self.cuts = self.cuts.with_one(*self._crossing(self._network.source_side()))
        return value

    def _entering(self, flows: Ints) -> Ints:
        """(R,) units that enter each row's links from elsewhere."""
        graph, m = self.graph, len(self.graph)
        net = flows[:m] - flows[m:2 * m]
        row, n = graph.row, graph.n_places
        some = (row != NEVER) & (net != 0)
        keys = np.concatenate([row[some] * n + graph.a[some], row[some] * n + graph.b[some]])
        where, of = np.unique(keys, return_inverse=True)
        balance = np.bincount(of, np.concatenate([net[some], -net[some]]), len(where))
        return np.bincount(where // n, np.maximum(balance, 0.0), self.n_rows).astype(np.int64)

    def _crossing(self, side: Ints) -> tuple[int, Ints]:
        """The intact capacity of a cut, and (R,) how much of it is of each row."""
        graph = self.graph
        near = np.zeros(graph.n_places + 2, bool)
        near[side] = True
        across = near[graph.a] != near[graph.b]
        mine = across & (graph.row != NEVER)
        per_row = np.bincount(graph.row[mine], graph.capacity[mine], self.n_rows)
        return int(graph.capacity[across].sum()), per_row.astype(np.int64)


def _patterns(failed: sp.csr_array, rows: Flags) -> tuple[Ints, Ints]:
    """Which scenario is the first with its set of these rows, and the number of each one's set.

    A set is told by the sum of random 62-bit marks of its rows: two sets of a million share a sum
    with a chance below 1e-7.
    """
    marks = np.random.default_rng(len(rows)).integers(1, 2**62, len(rows), np.int64) * rows
    _, first, same = np.unique(failed @ marks, return_index=True, return_inverse=True)
    return first, same.ravel()
