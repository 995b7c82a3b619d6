"""The definitions of docs and design, word by word, in plain Python and networkx.

Nothing here looks at how cablenet computes anything: only the arrays of the network are read.
"""

from __future__ import annotations

from itertools import combinations
from math import inf

import networkx as nx
import numpy as np

from cablenet.network import LINK_KINDS, NODE_KINDS, Network

KM_PER_MS = 204.2
WET, LAND = LINK_KINDS.index("wet"), LINK_KINDS.index("land")


def alive_after(net: Network, lost) -> set[int]:
    """Links that still work: in service, not lost, and not gone dark."""
    left = {i for i in range(len(net.links)) if net.links.in_service[i]} - {int(i) for i in lost}
    return left - dark(net, left)


def dark(net: Network, left: set[int]) -> set[int]:
    """Wet sections of powered cables from which no feeding landing can be reached on the cable."""
    out: set[int] = set()
    for cable in range(len(net.cable_id)):
        if not net.powered[cable]:
            continue
        mine = [i for i in left if net.links.cable[i] == cable]
        feeds = {int(node) for c, node in net.feeds if c == cable}
        graph = nx.MultiGraph((int(net.links.a[i]), int(net.links.b[i])) for i in mine)
        for part in nx.connected_components(graph):
            if not part & feeds:
                out |= {i for i in mine if net.links.a[i] in part and net.links.kind[i] == WET}
    return out


def hubs_abroad(net: Network, country: int) -> list[int]:
    gates = net.gateways
    return [int(gates.node[g]) for g in range(len(gates))
            if gates.hub_weight[g] > 0 and gates.country[g] != country]


def graph_of(net: Network, alive: set[int]) -> nx.Graph:
    graph = nx.Graph()
    graph.add_nodes_from(range(len(net.nodes)))
    graph.add_edges_from((int(net.links.a[i]), int(net.links.b[i])) for i in alive)
    return graph


def isolated(net: Network, alive: set[int]) -> list[bool]:
    """Per gateway: it reaches no hub outside its country."""
    part_of = {}
    for part in nx.connected_components(graph_of(net, alive)):
        for node in part:
            part_of[node] = part
    gates = net.gateways
    return [not part_of[int(gates.node[g])] & set(hubs_abroad(net, int(gates.country[g])))
            for g in range(len(gates))]


def countries_isolated(net: Network, gateways: list[bool]) -> list[bool]:
    """Per country: it has gateways and all of them are isolated."""
    out = []
    for country in range(len(net.country_id)):
        mine = [cut for cut, c in zip(gateways, net.gateways.country, strict=True) if c == country]
        out.append(bool(mine) and all(mine))
    return out


def flow_to_hubs(net: Network, country: int, alive: set[int], lit) -> float:
    """The largest flow (Gbps) from a country's gateways to the hubs abroad; `lit` in Tbps."""
    gates = net.gateways
    mine = [int(n) for n, c in zip(gates.node, gates.country, strict=True) if c == country]
    hubs = hubs_abroad(net, country)
    if not mine or not hubs:
        return 0.0
    capacity: dict[tuple[int, int], float] = {}
    for i in alive:
        for u, v in ((int(net.links.a[i]), int(net.links.b[i])),
                     (int(net.links.b[i]), int(net.links.a[i]))):
            gbps = inf if np.isnan(lit[i]) or np.isinf(lit[i]) else round(lit[i] * 1000)
            capacity[u, v] = capacity.get((u, v), 0) + gbps
    graph = nx.DiGraph()
    graph.add_nodes_from(["source", "sink"])
    graph.add_edges_from(("source", node) for node in mine)
    graph.add_edges_from((node, "sink") for node in hubs)
    for (u, v), most in capacity.items():
        graph.add_edge(u, v, **({} if most == inf else {"capacity": most}))
    try:
        return float(nx.maximum_flow_value(graph, "source", "sink"))
    except nx.NetworkXUnbounded:
        return inf


def round_trips(net: Network, alive: set[int]) -> list[float]:
    """Per demand: the round trip (ms) of its shortest path, infinite without one."""
    graph = nx.MultiGraph()
    graph.add_nodes_from(range(len(net.nodes)))
    for i in alive:
        graph.add_edge(int(net.links.a[i]), int(net.links.b[i]),
                       weight=2 * net.links.length_km[i] / KM_PER_MS)
    node, out = net.gateways.node, []
    from_all: dict[int, dict[int, float]] = {}
    for start, goal in zip(net.demands.from_gateway, net.demands.to_gateway, strict=True):
        u, v = int(node[start]), int(node[goal])
        if u not in from_all:
            from_all[u] = nx.single_source_dijkstra_path_length(graph, u)
        out.append(from_all[u].get(v, inf))
    return out


def margins(net: Network, alive: set[int], unit: str) -> list[float]:
    """Per country: the fewest cables, or stations, whose loss isolates it; 0 where it is already.

    Every subset is tried, smallest first.
    """
    if unit == "cable":
        owners = {i: {int(net.links.cable[i])} - {-1} for i in alive}
    else:
        station = NODE_KINDS.index("station")
        owners = {i: {int(n) for n in (net.links.a[i], net.links.b[i])
                      if net.nodes.kind[n] == station} for i in alive}
    units = sorted(set().union(*owners.values())) if owners else []
    out = [inf] * len(net.country_id)
    def cut_by(gone: set[int]) -> list[bool]:
        return countries_isolated(net, isolated(net, {i for i in alive if not owners[i] & gone}))

    possible = {c for c, cut in enumerate(cut_by(set(units))) if cut}
    for size in range(len(units) + 1):
        for chosen in combinations(units, size):
            if not possible:
                return out
            for c, cut in enumerate(cut_by(set(chosen))):
                if cut and c in possible:
                    out[c] = float(size)
                    possible.discard(c)
    return out
