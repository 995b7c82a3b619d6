"""The one door to networkx: the links in service as a frozen graph that a notebook can query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import networkx as nx


def frozen_multigraph(
    name: str,
    nodes: Iterable[tuple[str, Mapping[str, object]]],
    edges: Iterable[tuple[str, str, str, Mapping[str, object]]],
) -> Any:
    """A frozen `networkx.MultiGraph`; edges are (from, to, key, attributes)."""
    graph: Any = nx.MultiGraph(name=name)
    graph.add_nodes_from(nodes)
    graph.add_edges_from(edges)
    return nx.freeze(graph)
