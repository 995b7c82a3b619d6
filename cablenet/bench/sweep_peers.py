"""Connected parts under failures, in the libraries a user would loop over instead of a sweep.

Each graph is built once. The forms are the fastest of those tried on the TeleGeography map:
networkx and rustworkx take edges out and put them back (a copy costs rustworkx as much), igraph
deletes edges by number from a copy and is asked for bare membership (a third of the time of a
subgraph of the edges left), scipy gets a matrix whose rows are sorted once and only masked
afterwards (a third of the time of one made from pairs). What is timed is the library's own work,
from the failed links to labels; turning labels into "who is cut off" is not, which favours them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import igraph
import networkx as nx
import numpy as np
import rustworkx
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from cablenet.bench.case import timed
from cablenet.network import Network

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Labels = Callable[[Ints], Ints]
"""Component labels (N,) without some links, given as positions in the list of links."""


def label_makers(n: int, a: Ints, b: Ints) -> dict[str, Labels]:
    """The peers by name, over the same nodes and undirected links."""
    return {"networkx": _networkx(n, a, b), "scipy": _scipy(n, a, b), "igraph": _igraph(n, a, b),
            "rustworkx": _rustworkx(n, a, b)}


def timed_labels(makers: dict[str, Labels], lost: Sequence[Ints], answer: Callable[[Ints], Flags],
                 ours: Flags) -> tuple[dict[str, float], bool]:
    """Seconds a scenario of each peer, and whether all of them answer as we do in each scenario.

    Parameters
    ----------
    lost
        the failed links of each of S scenarios
    answer
        from labels to who is cut off, a row of `ours`
    """
    seconds, equal = {}, True
    for name, labels in makers.items():
        spent, found = timed(lambda f=labels: [  # type: ignore[misc]  # mypy infers no defaults
            f(one) for one in lost])
        seconds[name] = spent / len(lost)
        equal &= bool((np.array([answer(label) for label in found]) == ours).all())
    return seconds, equal


def cut_of_labels(net: Network, label: Ints) -> Flags:
    """(G,) which gateways reach no hub abroad, from component labels."""
    gates = net.gateways
    hubs: dict[int, set[int]] = {}
    for hub in net.hubs.tolist():
        hubs.setdefault(int(label[gates.node[hub]]), set()).add(int(gates.country[hub]))
    return np.array([not hubs.get(int(part), set()) - {int(country)} for part, country in
                     zip(label[gates.node], gates.country, strict=True)], bool)


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
    order = np.lexsort((b, a))
    place = np.empty(len(a), np.int64)
    place[order] = np.arange(len(a))
    column, start = b[order].astype(np.int32), np.searchsorted(a[order], np.arange(n + 1))
    ones = np.ones(len(a))

    def labels(lost: Ints) -> Ints:
        stands = np.ones(len(a), bool)
        stands[place[lost]] = False
        left = column[stands]
        before = np.concatenate([[0], np.cumsum(stands)])[start].astype(np.int32)
        graph = csr_matrix((ones[:len(left)], left, before), shape=(n, n))
        return np.asarray(connected_components(graph, directed=False)[1], np.int64)

    return labels


def _igraph(n: int, a: Ints, b: Ints) -> Labels:
    whole = igraph.Graph(n, np.stack([a, b], axis=1).tolist())

    def labels(lost: Ints) -> Ints:
        graph = whole.copy()
        graph.delete_edges(lost.tolist())
        return np.array(igraph.GraphBase.connected_components(graph))

    return labels


def _rustworkx(n: int, a: Ints, b: Ints) -> Labels:
    graph = rustworkx.PyGraph(multigraph=True)
    graph.add_nodes_from(range(n))
    ends = list(zip(a.tolist(), b.tolist(), strict=True))
    number = list(graph.add_edges_from_no_data(ends))

    def labels(lost: Ints) -> Ints:
        gone = lost.tolist()
        for link in gone:
            graph.remove_edge_from_index(number[link])
        out = np.empty(n, np.int64)
        for part, nodes in enumerate(rustworkx.connected_components(graph)):
            out[list(nodes)] = part
        for link in gone:
            u, v = ends[link]
            number[link] = graph.add_edge(u, v, None)
        return out

    return labels
