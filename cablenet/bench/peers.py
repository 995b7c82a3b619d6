"""The same answers in plain networkx, each in the best form its users would write."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import networkx as nx
import numpy as np
from networkx.algorithms.flow import dinitz
from numpy.typing import NDArray

from cablenet.layers import Layers
from cablenet.network import Network
from cablenet.scenarios.scenario_set import ScenarioSet

Graph = Any
Floats = NDArray[np.float64]


def graph_from_tables(layers: Layers, net: Network) -> Graph:
    """A multigraph of what is in service, edge by edge, lengths from the network."""
    graph: Graph = nx.MultiGraph()
    for frame, key in ((layers.stations, "station_id"), (layers.branching_units, "bu_id"),
                       (layers.gateways, "gateway_id")):
        graph.add_nodes_from(frame[key])
    links = net.links
    for i in np.flatnonzero(links.in_service).tolist():
        graph.add_edge(net.nodes.id[links.a[i]], net.nodes.id[links.b[i]], key=i,
                       ms=2 * float(links.latency_ms[i]), tbps=float(links.lit_tbps[i]))
    return graph


def isolated_people(net: Network, graph: Graph, events: ScenarioSet) -> Floats:
    """(S, C) people behind gateways that reach no hub abroad, beyond the intact case."""
    base = _people_cut(net, graph)
    return np.array([_people_cut(net, failed) - base for failed in _each(net, graph, events)])


def added_latency(net: Network, graph: Graph, events: ScenarioSet) -> Floats:
    """(S, C) demand-weighted rise of the shortest round trip, ms."""
    before = _round_trips(net, graph)
    out = []
    for failed in _each(net, graph, events):
        after = _round_trips(net, failed)
        country = net.gateways.country[net.demands.from_gateway]
        left = np.isfinite(before) & np.isfinite(after)
        weight = net.demands.tbps * left
        with np.errstate(invalid="ignore"):
            rise = np.where(left, after - before, 0.0)
        total = np.bincount(country, weight, minlength=len(net.country_id))
        added = np.bincount(country, weight * rise, minlength=len(net.country_id))
        out.append(np.divide(added, total, out=np.zeros_like(total), where=total > 0))
    return np.array(out)


def capacity_loss(net: Network, graph: Graph, events: ScenarioSet) -> Floats:
    """(S, C) fall of the largest flow to the hubs abroad, Tbps."""
    base = _country_flows(net, graph)
    return np.array([base - _country_flows(net, failed) for failed in _each(net, graph, events)])


def margins(net: Network, graph: Graph, events: ScenarioSet) -> Floats:
    """(S, C) fewest whole cables that isolate each country, cables as nodes of a flow network."""
    return np.array([[_margin(net, failed, c) for c in range(len(net.country_id))]
                     for failed in _each(net, graph, events)])


def _each(net: Network, graph: Graph, events: ScenarioSet) -> Iterator[Graph]:
    """The graph without each scenario's links; edges are put back afterwards."""
    ends = {i: (net.nodes.id[net.links.a[i]], net.nodes.id[net.links.b[i]], i)
            for i in range(len(net.links))}
    for row in range(len(events)):
        lost = [(*ends[i], dict(graph.edges[ends[i]])) for i in events.links_lost(row).tolist()
                if graph.has_edge(*ends[i])]
        graph.remove_edges_from([edge[:3] for edge in lost])
        yield graph
        graph.add_edges_from(lost)


def _people_cut(net: Network, graph: Graph) -> Floats:
    gates, ids = net.gateways, net.nodes.id
    out = np.zeros(len(net.country_id))
    component = {node: i for i, part in enumerate(nx.connected_components(graph)) for node in part}
    for g in range(len(gates)):
        abroad = [ids[gates.node[h]] for h in net.hubs if gates.country[h] != gates.country[g]]
        if component[ids[gates.node[g]]] not in {component[hub] for hub in abroad}:
            out[gates.country[g]] += gates.people[g]
    return out


def _round_trips(net: Network, graph: Graph) -> Floats:
    gates, ids, demands = net.gateways, net.nodes.id, net.demands
    trips = {t: nx.single_source_dijkstra_path_length(
        graph, ids[gates.node[t]], weight=lambda u, v, d: min(e["ms"] for e in d.values()))
        for t in np.unique(demands.to_gateway).tolist()}
    return np.array([trips[t].get(ids[gates.node[s]], np.inf) for s, t in
                     zip(demands.from_gateway.tolist(), demands.to_gateway.tolist(), strict=True)])


def _country_flows(net: Network, graph: Graph) -> Floats:
    directed: Graph = nx.DiGraph()
    for u, v, data in graph.edges(data=True):
        tbps = data["tbps"]
        for a, b in ((u, v), (v, u)):
            if np.isnan(tbps) or (directed.has_edge(a, b) and "capacity" not in directed[a][b]):
                directed.add_edge(a, b)
                directed[a][b].pop("capacity", None)
            else:
                old = directed[a][b]["capacity"] if directed.has_edge(a, b) else 0
                directed.add_edge(a, b, capacity=old + round(tbps * 1000))
    out = np.zeros(len(net.country_id))
    for country in range(len(net.country_id)):
        with _ends(net, directed, country) as possible:
            if possible:
                try:
                    out[country] = nx.maximum_flow_value(
                        directed, "source", "sink", flow_func=dinitz) / 1000
                except nx.NetworkXUnbounded:
                    out[country] = 0.0
    return out


class _ends:  # noqa: N801 - reads as a verb in the with statement
    """Add a source at a country's gateways and a sink at the hubs abroad, and take them away."""

    def __init__(self, net: Network, graph: Graph, country: int) -> None:
        gates, ids = net.gateways, net.nodes.id
        self._graph = graph
        self._mine = [ids[n] for n in gates.node[gates.country == country]]
        self._hubs = [ids[gates.node[h]] for h in net.hubs if gates.country[h] != country]

    def __enter__(self) -> bool:
        self._graph.add_edges_from(("source", node) for node in self._mine)
        self._graph.add_edges_from((node, "sink") for node in self._hubs)
        return bool(self._mine and self._hubs)

    def __exit__(self, *_: object) -> None:
        self._graph.remove_nodes_from([n for n in ("source", "sink") if n in self._graph])


def _margin(net: Network, graph: Graph, country: int) -> float:
    """A minimum cut in which each connected piece of a cable is a node of capacity 1."""
    split: Graph = nx.DiGraph()
    links = net.links
    by_cable: dict[int, Any] = {}
    for u, v, i in graph.edges(keys=True):
        cable = int(links.cable[i])
        if cable < 0:
            split.add_edge(u, v)
            split.add_edge(v, u)
        else:
            by_cable.setdefault(cable, nx.Graph()).add_edge(u, v)
    for cable, sections in by_cable.items():
        for number, piece in enumerate(nx.connected_components(sections)):
            into, out = (cable, number, "in"), (cable, number, "out")
            split.add_edge(into, out, capacity=1)
            for node in piece:
                split.add_edge(node, into)
                split.add_edge(out, node)
    with _ends(net, split, country) as possible:
        if not possible:
            return float("inf")
        try:
            return float(nx.maximum_flow_value(split, "source", "sink", flow_func=dinitz))
        except nx.NetworkXUnbounded:
            return float("inf")
