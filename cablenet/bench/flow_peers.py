"""Largest flows under failures, in the libraries a user would loop over instead of a sweep.

Every graph is built once, arcs both ways; a scenario sets capacities and asks for one flow after
another, cold. Links side by side are one arc where the library knows no parallel ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import igraph
import networkx as nx
import numpy as np
from networkx.algorithms.flow import dinitz
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from cablenet.network import Network
from cablenet.solvers import UNLIMITED, FlowNetwork, undirected

Ints = NDArray[np.int64]
Flows = Callable[[Ints], Ints]
"""(Q,) the largest flow of each question, when links have these capacities (L,)."""
WIDEST = 2**30
"""Stands for no limit where capacities have 32 bits; more than all cables together."""


@dataclass(frozen=True, eq=False)
class FlowQuestions:
    """Q questions about one graph of N nodes and L undirected links: what the largest flow is from
    all of `sources[q]` to all of `sinks[q]`."""

    n: int
    a: Ints
    b: Ints
    sources: tuple[Ints, ...]
    sinks: tuple[Ints, ...]

    def __len__(self) -> int:
        return len(self.sources)

    def arcs(self, q: int) -> tuple[Ints, Ints]:
        """Both directions of every link, then arcs from node N to the sources of question q and
        from its sinks to node N + 1."""
        tails, heads = undirected(self.a, self.b)
        start, end = self.sources[q], self.sinks[q]
        return (np.concatenate([tails, np.full(len(start), self.n), end]),
                np.concatenate([heads, start, np.full(len(end), self.n + 1)]))

    def widths(self, q: int, capacity: Ints) -> Ints:
        """Capacities of the arcs of question q."""
        ends = len(self.sources[q]) + len(self.sinks[q])
        return np.concatenate([capacity, capacity, np.full(ends, UNLIMITED)])


def questions_of(net: Network, countries: Ints, place: Ints, n: int, a: Ints,
                 b: Ints) -> FlowQuestions:
    """From each country's gateways to the hubs abroad, on a graph where node i is `place[i]`."""
    gates = net.gateways
    hub_country = gates.country[net.hubs]
    return FlowQuestions(
        n, a, b, tuple(np.unique(place[gates.node[gates.country == c]]) for c in countries),
        tuple(np.unique(place[gates.node[net.hubs[hub_country != c]]]) for c in countries))


def ortools_flows(asked: FlowQuestions) -> Flows:
    """OR-Tools SimpleMaxFlow."""
    solvers = [FlowNetwork(*asked.arcs(q)) for q in range(len(asked))]

    def flows(capacity: Ints) -> Ints:
        return np.array([solver.max_flow(asked.widths(q, capacity), asked.n, asked.n + 1)
                         for q, solver in enumerate(solvers)])

    return flows


def igraph_flows(asked: FlowQuestions) -> Flows:
    """igraph's push-relabel."""
    graphs = [igraph.Graph(asked.n + 2, np.stack(asked.arcs(q), axis=1).tolist(), directed=True)
              for q in range(len(asked))]

    def flows(capacity: Ints) -> Ints:
        return np.array([int(graph.maxflow_value(
            asked.n, asked.n + 1, asked.widths(q, capacity).tolist()))
            for q, graph in enumerate(graphs)])

    return flows


def scipy_flows(asked: FlowQuestions) -> Flows:
    """scipy's dinic on matrices whose pattern is made once."""
    size = asked.n + 2
    patterns = []
    for q in range(len(asked)):
        tails, heads = asked.arcs(q)
        pairs, arc = np.unique(tails * size + heads, return_inverse=True)
        start = np.searchsorted(pairs // size, np.arange(size + 1)).astype(np.int32)
        patterns.append((arc, (pairs % size).astype(np.int32), start))

    def flows(capacity: Ints) -> Ints:
        out = []
        for q, (arc, heads, start) in enumerate(patterns):
            total = np.bincount(arc, np.minimum(asked.widths(q, capacity), WIDEST))
            width = np.minimum(total, WIDEST).astype(np.int32)
            graph = csr_array((width, heads, start), shape=(size, size))
            out.append(int(maximum_flow(graph, asked.n, asked.n + 1).flow_value))
        return np.array(out)

    return flows


def networkx_flows(asked: FlowQuestions) -> Flows:
    """networkx with dinitz, the fastest of its algorithms here; one graph, ends added by turns."""
    graph: nx.DiGraph[int] = nx.DiGraph()
    tails, heads = undirected(asked.a, asked.b)
    pairs, arc = np.unique(tails * asked.n + heads, return_inverse=True)
    ends = list(zip((pairs // asked.n).tolist(), (pairs % asked.n).tolist(), strict=True))
    graph.add_nodes_from(range(asked.n))
    graph.add_edges_from(ends)
    source, sink = asked.n, asked.n + 1

    def flows(capacity: Ints) -> Ints:
        total = np.bincount(arc, np.concatenate([capacity, capacity])).astype(np.int64)
        nx.set_edge_attributes(graph, dict(zip(ends, total.tolist(), strict=True)), "capacity")
        out = []
        for start, end in zip(asked.sources, asked.sinks, strict=True):
            graph.add_edges_from((source, node) for node in start.tolist())
            graph.add_edges_from((node, sink) for node in end.tolist())
            out.append(int(nx.maximum_flow_value(graph, source, sink, flow_func=dinitz)))
            graph.remove_nodes_from([source, sink])
        return np.array(out)

    return flows


FLOW_PEERS: dict[str, Callable[[FlowQuestions], Flows]] = {
    "ortools": ortools_flows, "igraph": igraph_flows, "scipy": scipy_flows,
    "networkx": networkx_flows,
}
