"""The one door to networkx: a network as a frozen graph that a notebook can query."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import networkx as nx

if TYPE_CHECKING:
    from cablenet.network import Network


def to_networkx(net: Network) -> Any:
    """A frozen `networkx.MultiGraph` of the links in service.

    Nodes carry `kind`, `name`, `country`, `lon`, `lat`; edges are keyed by link id and carry
    `link`, `cable_id`, `length_km` and `lit_tbps`.
    """
    from cablenet.network import NODE_KINDS

    graph = nx.MultiGraph(name=net.name)
    nodes, links = net.nodes, net.links
    for i, node in enumerate(nodes.id):
        graph.add_node(str(node), kind=NODE_KINDS[nodes.kind[i]], name=str(nodes.name[i]),
                       country=str(nodes.country[i]), lon=float(nodes.lon[i]),
                       lat=float(nodes.lat[i]))
    for i in range(len(links)):
        if links.in_service[i]:
            cable = int(links.cable[i])
            graph.add_edge(str(nodes.id[links.a[i]]), str(nodes.id[links.b[i]]),
                           key=str(links.id[i]), link=i,
                           cable_id=str(net.cable_id[cable]) if cable >= 0 else "",
                           length_km=float(links.length_km[i]),
                           lit_tbps=float(links.lit_tbps[i]))
    return nx.freeze(graph)
