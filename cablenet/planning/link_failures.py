"""`RoutingTest`: whether capacities carry all demand after a link has failed, and if not, why not.

Sets: links e (undirected, both directions share the capacity), sources s, nodes v.
Variables: x[s, a] >= 0, flow from source s over arc a; u[s, v] >= 0, demand not carried.
Objective: minimise sum u.
Constraints: flow in - flow out at v from s >= demand[s, v] - u[s, v]; sum over sources and both
directions <= capacity[e], 0 for the link that failed.

The prices mu of the capacities give a metric inequality (M. Iri 1971; K. Onaga, O. Kakusho 1971):
whatever capacities y carry all demand, sum mu[e] y[e] >= sum demand[s, v] min(1, dist(s, v)), with
distances under mu over the links left. It is worked out from mu alone by shortest paths, so it
holds whatever the solver's tolerance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import dijkstra

from cablenet.solvers import LinearProgram

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

SMALL = 1e-6
"""Unserved demand below this, in modules, is none; prices below it are dropped."""


@dataclass(frozen=True, eq=False)
class DesignProblem:
    """Links to be given whole modules of one size, and demands between nodes.

    Attributes
    ----------
    n_nodes, a, b
        N nodes and the ends of L links; no two links join the same nodes
    cost
        (L,) of one module
    source, target, demand
        (D,) in modules; direction does not matter
    """

    n_nodes: int
    a: Ints
    b: Ints
    cost: Floats
    source: Ints
    target: Ints
    demand: Floats

    def __len__(self) -> int:
        return len(self.a)

    def table(self) -> Floats:
        """(N, N) demand, each pair once, from the node that covers more of the pairs."""
        low, high = np.minimum(self.source, self.target), np.maximum(self.source, self.target)
        out = np.zeros((self.n_nodes, self.n_nodes))
        np.add.at(out, (low, high), self.demand)
        return out


@dataclass(frozen=True, eq=False)
class Metric:
    """A metric inequality: sum factor[e] y[e] >= least, for the state in which `failed` is lost."""

    factor: Floats
    least: float
    failed: int


class RoutingTest:
    """One linear program for all states: only the capacities change, and each start is warm."""

    def __init__(self, problem: DesignProblem) -> None:
        self.problem = problem
        demand = problem.table()
        self._sources = np.flatnonzero(demand.any(axis=1))
        self._demand = demand[self._sources]
        self._program = LinearProgram()
        tail, head = np.concatenate([problem.a, problem.b]), np.concatenate([problem.b, problem.a])
        links = len(problem)
        self._rooms = [self._program.add_row(0.0) for _ in range(links)]
        for row, source in enumerate(self._sources.tolist()):
            keep = np.array([self._program.add_row(-self._demand[row, node])
                             for node in range(problem.n_nodes)])
            for arc in range(2 * links):
                ends = [(int(keep[tail[arc]]), 1.0), (int(keep[head[arc]]), -1.0)]
                inside = [pair for pair, node in zip(ends, (tail[arc], head[arc]), strict=True)
                          if node != source]
                self._program.add_column(0.0, [self._rooms[arc % links], *(r for r, _ in inside)],
                                         [1.0, *(f for _, f in inside)])
            for node in np.flatnonzero(self._demand[row]).tolist():
                self._program.add_column(1.0, [int(keep[node])], [-1.0])

    def unserved(self, capacity: Floats, failed: int) -> tuple[float, Metric]:
        """Demand that capacities (L,) cannot carry with a link failed (-1: none), in modules, and
        the inequality that says so."""
        room = np.maximum(capacity, 0.0).copy()
        if failed >= 0:
            room[failed] = 0.0
        for row, value in zip(self._rooms, room.tolist(), strict=True):
            self._program.limit(row, value)
        _, prices, left = self._program.solve()
        factor = prices[:len(room)].copy()
        factor[factor < SMALL] = 0.0
        if failed >= 0:
            factor[failed] = 0.0
        return left, self.metric(factor, failed)

    def metric(self, factor: Floats, failed: int) -> Metric:
        """The metric inequality of prices (L,) in a state."""
        problem = self.problem
        left = np.flatnonzero(np.arange(len(problem)) != failed)
        # zero lengths are no links to a sparse graph: lift them beyond notice
        weight = np.maximum(factor[left], 1e-12)
        graph = sparse.csr_matrix((weight, (problem.a[left], problem.b[left])),
                                  shape=2 * (problem.n_nodes,))
        distance = dijkstra(graph, directed=False, indices=self._sources)
        worth = np.minimum(1.0, np.maximum(distance - 1e-9, 0.0))
        return Metric(factor, float((self._demand * worth).sum()), failed)
