"""Reachability one scenario at a time, by networkx."""

from __future__ import annotations

import networkx as nx


def reached(a, b, alive, n_nodes: int, sources) -> set[int]:
    """Nodes joined to a source over the links alive."""
    graph = nx.Graph()
    graph.add_nodes_from(range(n_nodes))
    graph.add_edges_from((int(u), int(v)) for u, v, on in zip(a, b, alive, strict=True) if on)
    found: set[int] = set()
    for source in sources:
        found |= nx.node_connected_component(graph, int(source))
    return found
