"""The largest flow from one country to the hubs abroad, for thousands of failures, exactly.

A flow found once says something about every failure, and so does a cut:

* *Lower bound.* Let a flow of value v send e_r units into row r (units that enter the links of r
  from elsewhere). Split the flow into paths that, at every place, go on within a row as far as
  the row's own inflow and outflow match; those that use r carry at most e_r together, since each
  enters r at least once (what is left over goes in circles and carries nothing). Taking all paths
  away that use a failed row leaves a flow that uses none, of value at least v - sum of e_r over the
  failed rows.
* *Upper bound.* Let a cut have capacity c, of which x_r is of links of row r. The failed links
  carry nothing any more, so no flow exceeds c - sum of x_r over the failed rows.

Where the two meet, the largest flow is known and nothing is computed. With the intact flow alone
this says that failures off its path change nothing. Each failure that must be solved gives a new
flow and a new cut, which settle many of the failures that follow. Failures that agree on all rows
that any bound knows are one pattern, asked once. Every value is exact, whatever was solved before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from cablenet.kernels.contract import NEVER
from cablenet.kernels.flow_graph import FlowGraph
from cablenet.kernels.flow_in_turn import largest_flows_in_turn
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

    @property
    def per_row(self) -> Ints:
        """(I, R) how much each bound gives up for each row."""
        return self._per_row[:self.count]

    def values(self, failed: sp.csr_array) -> Ints:
        """(S, I) every bound for every set of failed rows."""
        return np.asarray(self._at[:self.count] - failed @ self.per_row.T, np.int64)


@dataclass(frozen=True, eq=False)
class Turns:
    """S states in turn: which rows fail and which come back when each begins.

    `fails[fail_start[s]:fail_start[s + 1]]` fail with state s, `backs[...]` likewise; before the
    first state nothing has failed.
    """

    fail_start: Ints
    fails: Ints
    back_start: Ints
    backs: Ints

    @property
    def states(self) -> int:
        return len(self.fail_start) - 1

    @staticmethod
    def of(failed: sp.csr_array) -> Turns:
        """From (S, R) which rows are out in each state."""
        size = failed.shape[0]
        now = sp.csr_array(failed.astype(np.int8))
        before = sp.vstack([sp.csr_array((1, failed.shape[1]), dtype=np.int8), now[:size - 1]],
                           format="csr")
        change = sp.csr_array(now - before).tocoo()
        state, row, sign = change.row.astype(np.int64), change.col.astype(np.int64), change.data
        failing, back = sign > 0, sign < 0
        return Turns(*_lists(state[failing], row[failing], size),
                     *_lists(state[back], row[back], size))


@dataclass(frozen=True, eq=False)
class _Intact:
    """A largest flow with nothing failed, a least cut, and the graph as lists."""

    flow: Ints
    near: Flags
    start: Ints
    around: Ints
    row_start: Ints
    row_links: Ints


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
        self._intact: _Intact | None = None
        if len(np.intersect1d(sources, sinks)):
            self.base = UNLIMITED
            return
        self._take(graph, sources, sinks)
        intact = self._solve(np.empty(0, np.int64))
        self.base = intact[0]
        if self.base < UNLIMITED:
            self._keep(*intact)

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "_network": None}

    def _take(self, graph: FlowGraph, sources: Ints, sinks: Ints) -> None:
        """The graph with one place before all sources and one behind all sinks."""
        n, extra = graph.n_places, len(sources) + len(sinks)
        self._graph = FlowGraph(
            n + 2, graph.place, np.concatenate([graph.a, np.full(len(sources), n), sinks]),
            np.concatenate([graph.b, sources, np.full(len(sinks), n + 1)]),
            np.concatenate([graph.capacity, np.full(extra, UNLIMITED)]),
            np.concatenate([graph.row, np.full(extra, NEVER)]))
        self._ends = n, n + 1
        self._failing = np.flatnonzero(graph.row != NEVER)
        row = graph.row[self._failing]
        keys = np.concatenate([row * n + graph.a[self._failing], row * n + graph.b[self._failing]])
        where, self._corner = np.unique(keys, return_inverse=True)
        self._corner_row = where // max(n, 1)
        self._here: Flags = np.zeros(self.n_rows, bool)
        self._here[row] = True

    def values(self, failed: sp.csr_array) -> Ints:
        """(S,) the largest flow when these rows fail; `failed` is (S, R), 1 where a row fails."""
        out = np.full(failed.shape[0], self.base, np.int64)
        if self.base >= UNLIMITED or self.base == 0:
            return out
        touched = np.flatnonzero(failed @ (self.flows.per_row[0] > 0).astype(np.int64))
        if len(touched):
            out[touched] = self._touched(failed[touched])
        return out

    def value(self, rows: Rows) -> int:
        """The largest flow when these rows fail, for one who waits: no bound is kept."""
        if self.base >= UNLIMITED or self.base == 0 or not self.flows.per_row[0, rows].any():
            return self.base
        failed = np.zeros(self.n_rows, np.int64)
        failed[rows] = 1
        spared = self.base - int(failed @ self.flows.per_row[0])
        if spared >= self.base - int(failed @ self.cuts.per_row[0]):
            return spared
        graph, dead = self._graph, np.append(failed.astype(bool), False)
        capacity = np.where(dead[graph.row], 0, graph.capacity)
        if self._network is None:
            self._network = FlowNetwork(*undirected(graph.a, graph.b))
        return self._network.max_flow(np.concatenate([capacity, capacity]), *self._ends)

    def values_in_turn(self, turns: Turns) -> Ints:
        """(S,) the same for states that follow one another, each mended from the one before.

        Quick where numba is installed (`kernels.jit.HAS_COMPILER`).
        """
        if self.base >= UNLIMITED or self.base == 0:
            return np.full(turns.states, self.base, np.int64)
        graph, (source, sink) = self._graph, self._ends
        if self._intact is None:
            self._solve(np.empty(0, np.int64))
            assert self._network is not None
            m = len(graph)
            flows = self._network.flows()
            near = np.zeros(graph.n_places, bool)
            near[self._network.source_side()] = True
            order = np.argsort(graph.row[self._failing], kind="stable")
            links = self._failing[order]
            self._intact = _Intact(
                flows[:m] - flows[m:], near, *_lists(
                    np.concatenate([graph.a, graph.b]), np.tile(np.arange(m), 2), graph.n_places),
                np.searchsorted(graph.row[links], np.arange(self.n_rows + 1)), links)
        known = self._intact
        found = largest_flows_in_turn(
            known.start, known.around, graph.a, graph.b, graph.capacity, known.row_start,
            known.row_links, source, sink, known.flow.copy(), known.near.copy(), self.base,
            turns.fail_start, turns.fails, turns.back_start, turns.backs)
        return np.asarray(found, np.int64)

    def _touched(self, failed: sp.csr_array) -> Ints:
        """Values by the bounds at hand, one product a pattern; what they leave open is solved."""
        per_row = np.concatenate([self.flows.per_row, self.cuts.per_row])
        known: Flags = np.asarray(np.any(per_row > 0, axis=0))
        first, same = _patterns(failed, known)
        some = failed[first]
        low: Ints = np.max(self.flows.values(some), axis=1)[same]
        high: Ints = np.min(self.cuts.values(some), axis=1)[same]
        still = np.flatnonzero(low < high)
        if len(still):
            first, same = _patterns(failed[still], self._here)
            chosen = still[first]
            low[still] = self._settle(failed[chosen], low[chosen], high[chosen])[same]
        return low

    def _settle(self, failed: sp.csr_array, low: Ints, high: Ints) -> Ints:
        """Solve one after another; each new flow and cut settles what it can of the rest."""
        bounds, rows = failed.indptr, failed.indices
        for case in range(failed.shape[0]):
            if low[case] >= high[case]:
                continue
            value, entering, total, crossing = found = self._solve(
                rows[bounds[case]:bounds[case + 1]])
            self._keep(*found)
            np.maximum(low, value - failed @ entering, out=low)
            np.minimum(high, total - failed @ crossing, out=high)
        return low

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


def _lists(owner: Ints, item: Ints, owners: int) -> tuple[Ints, Ints]:
    """The items of each owner, one after another: where each list starts, and the items."""
    order = np.argsort(owner, kind="stable")
    starts = np.searchsorted(owner[order], np.arange(owners + 1))
    return starts.astype(np.int64), item[order].astype(np.int64)


def _patterns(failed: sp.csr_array, rows: Flags) -> tuple[Ints, Ints]:
    """Which scenario is the first with its set of these rows, and the number of each one's set.

    A set is told by the sum of random 62-bit marks of its rows: two sets of a million share a sum
    with a chance below 1e-7.
    """
    marks = np.random.default_rng(len(rows)).integers(1, 2**62, len(rows), np.int64) * rows
    _, first, same = np.unique(failed @ marks, return_index=True, return_inverse=True)
    return first, same.ravel()
