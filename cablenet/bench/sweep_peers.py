"""Connected parts and largest flows under failures, in the libraries a user would pick instead.

Each is built once and keeps its graph between scenarios. What is timed is the library's own work,
from the failed links to component labels or flow values; turning labels into "who is cut off" is
common to all and not timed, which favours the peers.
"""

from __future__ import annotations

from collections.abc import Callable

import igraph
import networkx as nx
import numpy as np
import rustworkx
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, maximum_flow

from cablenet.network import Network
from cablenet.solvers import UNLIMITED, FlowNetwork, undirected

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Labels = Callable[[Ints], Ints]
"""Component labels (N,) without some links, given as positions among the links in service."""
Flows = Callable[[Ints], Ints]
"""Largest flows by country without some links, given as numbers of the network."""


def label_makers(n: int, a: Ints, b: Ints) -> dict[str, Labels]:
    """The peers by name, over the same nodes and undirected links."""
    return {"networkx": _networkx(n, a, b), "scipy": _scipy(n, a, b), "igraph": _igraph(n, a, b),
            "rustworkx": _rustworkx(n, a, b)}


def _networkx(n: int, a: Ints, b: Ints) -> Labels:
    graph: nx.MultiGraph[int] = nx.MultiGraph()
    graph.add_nodes_from(range(n))
    edges = list(zip(a.tolist(), b.tolist(), range(len(a)), strict=True))
    graph.add_edges_from(edges)  # type: ignore[arg-type]  # keys of a multigraph

    def labels(lost: Ints) -> Ints:
        gone = [edges[i] for i in lost.tolist()]
        graph.remove_edges_from(gone)
        out = np.empty(n, np.int64)
        for number, part in enumerate(nx.connected_components(graph)):
            out[list(part)] = number
        graph.add_edges_from(gone)
        return out

    return labels


def _scipy(n: int, a: Ints, b: Ints) -> Labels:
    a, b = a.astype(np.int32), b.astype(np.int32)
    ones = np.ones(len(a), np.int8)

    def labels(lost: Ints) -> Ints:
        stands = np.ones(len(a), bool)
        stands[lost] = False
        graph = coo_array((ones[stands], (a[stands], b[stands])), shape=(n, n)).tocsr()
        return np.asarray(connected_components(graph, directed=False)[1], np.int64)

    return labels


def _igraph(n: int, a: Ints, b: Ints) -> Labels:
    whole = igraph.Graph(n, np.stack([a, b], axis=1).tolist())

    def labels(lost: Ints) -> Ints:
        graph = whole.copy()
        graph.delete_edges(lost.tolist())
        return np.array(graph.connected_components().membership)

    return labels


def _rustworkx(n: int, a: Ints, b: Ints) -> Labels:
    graph = rustworkx.PyGraph(multigraph=True)
    graph.add_nodes_from(range(n))
    number = list(graph.add_edges_from([(u, v, None) for u, v in
                                        zip(a.tolist(), b.tolist(), strict=True)]))

    def labels(lost: Ints) -> Ints:
        for link in lost.tolist():
            graph.remove_edge_from_index(number[link])
        out = np.empty(n, np.int64)
        for part, nodes in enumerate(rustworkx.connected_components(graph)):
            out[list(nodes)] = part
        for link in lost.tolist():
            number[link] = graph.add_edge(int(a[link]), int(b[link]), None)
        return out

    return labels


def flow_makers(net: Network, capacity: Ints, countries: Ints) -> dict[str, Flows]:
    """Largest flows of these countries in each library; `capacity` (L,) in whole Gbps."""
    gates = net.gateways
    live = np.flatnonzero(net.links.in_service)
    tails, heads = undirected(net.links.a[live], net.links.b[live])
    n = len(net.nodes)
    problems = []
    for country in countries.tolist():
        mine = gates.node[gates.country == country]
        hubs = gates.node[net.hubs[gates.country[net.hubs] != country]]
        problems.append((np.concatenate([tails, np.full(len(mine), n), hubs]),
                         np.concatenate([heads, mine, np.full(len(hubs), n + 1)]),
                         len(mine) + len(hubs)))

    def capacities(lost: Ints, ends: int) -> Ints:
        left = capacity.copy()
        left[lost] = 0
        return np.concatenate([left[live], left[live], np.full(ends, UNLIMITED)])

    return {"ortools": _ortools(problems, capacities, n), "scipy": _scipy_flow(
        problems, capacities, n), "igraph": _igraph_flow(problems, capacities, n)}


Problem = tuple[Ints, Ints, int]


def _ortools(problems: list[Problem], capacities: Callable[[Ints, int], Ints], n: int) -> Flows:
    solvers = [FlowNetwork(tails, heads) for tails, heads, _ in problems]

    def flows(lost: Ints) -> Ints:
        return np.array([solver.max_flow(capacities(lost, ends), n, n + 1)
                         for solver, (*_, ends) in zip(solvers, problems, strict=True)])

    return flows


def _scipy_flow(problems: list[Problem], capacities: Callable[[Ints, int], Ints],
                n: int) -> Flows:
    most = 2**30  # its capacities are 32-bit

    def flows(lost: Ints) -> Ints:
        out = []
        for tails, heads, ends in problems:
            width = np.minimum(capacities(lost, ends), most)
            order = np.lexsort((heads, tails))  # parallel links become one
            key = tails[order] * (n + 2) + heads[order]
            first = np.flatnonzero(np.concatenate([[True], np.diff(key) > 0]))
            total = np.minimum(np.add.reduceat(width[order], first), most).astype(np.int32)
            graph = csr_array((total, (tails[order][first], heads[order][first])),
                              shape=(n + 2, n + 2))
            out.append(int(maximum_flow(graph, n, n + 1).flow_value))
        return np.array(out)

    return flows


def _igraph_flow(problems: list[Problem], capacities: Callable[[Ints, int], Ints],
                 n: int) -> Flows:
    graphs = [igraph.Graph(n + 2, np.stack([tails, heads], axis=1).tolist(), directed=True)
              for tails, heads, _ in problems]

    def flows(lost: Ints) -> Ints:
        return np.array([int(graph.maxflow_value(n, n + 1, capacities(lost, ends).tolist()))
                         for graph, (*_, ends) in zip(graphs, problems, strict=True)])

    return flows


def cut_of_labels(net: Network, label: Ints) -> Flags:
    """(G,) which gateways reach no hub abroad, from component labels."""
    gates = net.gateways
    hubs: dict[int, set[int]] = {}
    for hub in net.hubs.tolist():
        hubs.setdefault(int(label[gates.node[hub]]), set()).add(int(gates.country[hub]))
    return np.array([not hubs.get(int(part), set()) - {int(country)} for part, country in
                     zip(label[gates.node], gates.country, strict=True)], bool)


