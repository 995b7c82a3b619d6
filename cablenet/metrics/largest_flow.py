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

from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from cablenet.kernels.contract import NEVER
from cablenet.kernels.flow_graph import FlowGraph, reduce_flow_graph
from cablenet.solvers import UNLIMITED, FlowNetwork, undirected

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Rows = NDArray[np.integer[Any]]
MOST_BOUNDS = 128
"""Bounds that are kept; beyond, new ones settle little and each costs a product."""


class Bounds:
    """Linear bounds: a value less the product of `per_row` (I, R) with the failed rows."""

    def __init__(self, rows: int) -> None:
        self.count = 0
        self._at = np.zeros(MOST_BOUNDS, np.int64)
        self._per_row = np.zeros((0, rows), np.int64)

    def add(self, value: int, per_row: Ints) -> None:
        """Keep one more, while there is room."""
        if self.count == MOST_BOUNDS:
            return
        if self.count == len(self._per_row):
            more = np.zeros((max(8, self.count), self._per_row.shape[1]), np.int64)
            self._per_row = np.concatenate([self._per_row, more])[:MOST_BOUNDS]
        self._per_row[self.count], self._at[self.count] = per_row, value
        self.count += 1

    def first(self, count: int) -> None:
        """Keep only so many."""
        self.count = min(self.count, count)

    @property
    def per_row(self) -> Ints:
        """(I, R) how much each bound gives up for each row."""
        return self._per_row[:self.count]

    def values(self, failed: sp.csr_array) -> Ints:
        """(S, I) every bound for every set of failed rows."""
        return np.asarray(self._at[:self.count] - failed @ self.per_row.T, np.int64)


class LargestFlow:
    """Flows of one country. Picklable; the solver's network is made on first use.

    Attributes
    ----------
    base
        the intact value, `UNLIMITED` or more where nothing limits it
    solved
        how many flows the solver was asked for
    """

    def __init__(self, graph: FlowGraph, n_rows: int, sources: Ints, sinks: Ints) -> None:
        """`sources` and `sinks` are places of the graph, `n_rows` how many rows may fail."""
        self.n_rows, self.solved = n_rows, 0
        self.flows, self.cuts = Bounds(n_rows), Bounds(n_rows)
        self._network: FlowNetwork | None = None
        if len(np.intersect1d(sources, sinks)):
            self.base = UNLIMITED
            return
        self._take(graph, sources, sinks)
        if self._ends[0] == self._ends[1]:  # ways without limit that never fail
            self.base = UNLIMITED
            return
        intact = self._solve(np.empty(0, np.int64))
        self.base = intact[0]
        if self.base < UNLIMITED:
            self._keep(*intact)

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "_network": None}

    def _take(self, graph: FlowGraph, sources: Ints, sinks: Ints) -> None:
        """The part of the graph that matters here: all sources one place, all sinks another."""
        joins = [np.stack([np.full(len(ends) - 1, ends[0]), ends[1:]]) for ends in (sources, sinks)]
        a, b = np.concatenate(joins, axis=1)
        keep = np.zeros(graph.n_places, bool)
        keep[[sources[0], sinks[0]]] = True
        self._graph = mine = reduce_flow_graph(
            graph.n_places, np.concatenate([graph.a, a]), np.concatenate([graph.b, b]),
            np.concatenate([graph.capacity, np.full(len(a), UNLIMITED)]),
            np.concatenate([graph.row, np.full(len(a), NEVER)]), keep, UNLIMITED)
        self._ends = int(mine.place[sources[0]]), int(mine.place[sinks[0]])
        self._failing = np.flatnonzero(mine.row != NEVER)
        row = mine.row[self._failing]
        keys = np.concatenate([row * mine.n_places + mine.a[self._failing],
                               row * mine.n_places + mine.b[self._failing]])
        where, self._corner = np.unique(keys, return_inverse=True)
        self._corner_row = where // max(mine.n_places, 1)
        self._here: Flags = np.zeros(self.n_rows, bool)
        self._here[row] = True

    def values(self, failed: sp.csr_array) -> Ints:
        """(S,) the largest flow when these rows fail; `failed` is (S, R), 1 where a row fails."""
        return self.brackets(failed)[0]

    def brackets(self, failed: sp.csr_array, tolerance: float = 0.0) -> tuple[Ints, Ints]:
        """(S,) proven lower and upper bounds, at most `tolerance` times the intact flow apart.

        Without a tolerance both are the largest flow. With one, they depend on what was asked
        before; `forget` makes them the same again.
        """
        low = np.full(failed.shape[0], self.base, np.int64)
        high = low.copy()
        if self.base >= UNLIMITED or self.base == 0:
            return low, high
        touched = np.flatnonzero(failed @ (self.flows.per_row[0] > 0).astype(np.int64))
        if len(touched):
            low[touched], high[touched] = self._touched(failed[touched],
                                                        int(tolerance * self.base))
        return low, high

    def forget(self, bounds: int) -> None:
        """Keep only the first bounds, those every worker starts with."""
        self.flows.first(bounds)
        self.cuts.first(bounds)

    def _touched(self, failed: sp.csr_array, apart: int) -> tuple[Ints, Ints]:
        """Brackets by the bounds at hand, one product a pattern; what stays open is solved."""
        per_row = np.concatenate([self.flows.per_row, self.cuts.per_row])
        known: Flags = np.asarray(np.any(per_row > 0, axis=0))
        first, same = _patterns(failed, known)
        some = failed[first]
        low = self.flows.values(some).max(axis=1)[same]
        high = self.cuts.values(some).min(axis=1)[same]
        still = np.flatnonzero(low + apart < high)
        if len(still):
            first, same = _patterns(failed[still], self._here)
            chosen = still[first]
            lower, upper = self._settle(failed[chosen], low[chosen], high[chosen], apart)
            low[still], high[still] = lower[same], upper[same]
        return low, high

    def _settle(self, failed: sp.csr_array, low: Ints, high: Ints,
                apart: int) -> tuple[Ints, Ints]:
        """Solve one after another; each new flow and cut settles what it can of the rest."""
        bounds, rows = failed.indptr, failed.indices
        for case in range(failed.shape[0]):
            if low[case] + apart >= high[case]:
                continue
            value, entering, total, crossing = found = self._solve(
                rows[bounds[case]:bounds[case + 1]])
            self._keep(*found)
            np.maximum(low, value - failed @ entering, out=low)
            np.minimum(high, total - failed @ crossing, out=high)
        return low, high

    def _keep(self, value: int, entering: Ints, total: int, crossing: Ints) -> None:
        self.flows.add(value, entering)
        self.cuts.add(total, crossing)

    def _solve(self, failed: Rows) -> tuple[int, Ints, int, Ints]:
        """The largest flow when these rows fail, by the solver, with the bounds it gives.

        Returns
        -------
        its value and the units entering each row; the intact capacity of its cut, and how much
        of that is of each row
        """
        graph, m = self._graph, len(self._graph)
        dead = np.zeros(self.n_rows + 1, bool)  # the last stands for links that never fail
        dead[failed] = True
        capacity = np.where(dead[graph.row], 0, graph.capacity)
        if self._network is None:
            self._network = FlowNetwork(*undirected(graph.a, graph.b))
        value = self._network.max_flow(np.concatenate([capacity, capacity]), *self._ends)
        self.solved += 1
        flows = self._network.flows()
        net = (flows[:m] - flows[m:])[self._failing]
        balance = np.bincount(self._corner, np.concatenate([net, -net]))
        entering = np.bincount(self._corner_row, np.maximum(balance, 0.0), self.n_rows)
        near = np.zeros(graph.n_places, bool)
        near[self._network.source_side()] = True
        across = near[graph.a] != near[graph.b]
        mine = across[self._failing]
        crossing = np.bincount(graph.row[self._failing][mine],
                               graph.capacity[self._failing][mine], self.n_rows)
        return (value, entering.astype(np.int64), int(graph.capacity[across].sum()),
                crossing.astype(np.int64))


def _patterns(failed: sp.csr_array, rows: Flags) -> tuple[Ints, Ints]:
    """Which scenario is the first with its set of these rows, and the number of each one's set.

    A set is told by the sum of random 62-bit marks of its rows: two sets of a million share a sum
    with a chance below 1e-7.
    """
    marks = np.random.default_rng(len(rows)).integers(1, 2**62, len(rows), np.int64) * rows
    _, first, same = np.unique(failed @ marks, return_index=True, return_inverse=True)
    return first, same.ravel()
