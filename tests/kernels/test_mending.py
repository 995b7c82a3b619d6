"""Mending: as much is joined as a largest flow allows, and what comes out is a flow that fits."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import Any

import networkx as nx
import numpy as np
import pytest

from cablenet.kernels.mending import around_nodes, mend, parts_left
from cablenet.traffic.joining import LargestFlows

NODES, LINKS = 8, 13


def case(seed: int) -> tuple[np.ndarray, ...]:
    """A connected graph, a flow towards node 0 along shortest ways, lost links, little room."""
    rng = np.random.default_rng(seed)
    ends = [(i, int(rng.integers(0, i))) for i in range(1, NODES)]
    ends += [tuple(rng.choice(NODES, 2, replace=False).tolist()) for _ in range(LINKS - NODES + 1)]
    a, b = np.array(ends).T
    tail, head = np.concatenate([a, b]), np.concatenate([b, a])
    arcs_of: dict[tuple[int, int], list[int]] = {}
    for arc, ends_of in enumerate(zip(tail.tolist(), head.tolist(), strict=True)):
        arcs_of.setdefault(ends_of, []).append(arc)
    graph: nx.DiGraph[Any] = nx.DiGraph(list(arcs_of))
    sent, flow = np.zeros(NODES), np.zeros((1, 2 * LINKS))
    for node in range(1, NODES):
        way = nx.shortest_path(graph, node, 0)
        sent[node] = rng.integers(0, 16) / 4
        for u, v in pairwise(way):
            flow[0, min(arcs_of[u, v])] += sent[node]
    lost = np.zeros(LINKS, bool)
    lost[rng.choice(LINKS, 2, replace=False)] = True
    room = np.where(np.tile(lost, 2), 0.0, rng.integers(0, 12, 2 * LINKS) / 4)
    return tail, head, sent, flow, np.flatnonzero(np.tile(lost, 2)), room


def largest_join(tail: np.ndarray, head: np.ndarray, flow: np.ndarray, lost: np.ndarray,
                 room: np.ndarray) -> tuple[float, float]:
    """Surplus in all, and how much of it the slow twin joins."""
    gain = np.zeros(NODES)
    np.add.at(gain, tail[lost], flow[0, lost])
    np.subtract.at(gain, head[lost], flow[0, lost])
    gain[0] = 0.0
    graph: nx.DiGraph[Any] = nx.DiGraph()
    graph.add_nodes_from(["from", "to"])

    def allow(u: object, v: object, amount: float) -> None:
        before = graph[u][v]["capacity"] if graph.has_edge(u, v) else 0.0
        graph.add_edge(u, v, capacity=before + amount)

    for arc in range(len(tail)):
        allow(int(tail[arc]), int(head[arc]), float(room[arc]))
        if arc not in lost:
            allow(int(head[arc]), int(tail[arc]), float(flow[0, arc]))
    for node in range(NODES):
        if gain[node] > 0:
            allow("from", node, float(gain[node]))
        elif gain[node] < 0:
            allow(node, "to", float(-gain[node]))
    graph.add_edge(0, "to", capacity=1e6)
    return float(np.maximum(gain, 0).sum()), float(nx.maximum_flow_value(graph, "from", "to"))


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("block", range(6))
def test_what_stays_stuck_is_what_a_largest_flow_leaves(block: int, compiled: bool) -> None:
    """By the loop, and by largest flows as without numba."""
    none = np.zeros(0, np.int64)
    for seed in range(30 * block, 30 * block + 30):
        tail, head, sent, flow, lost, room = case(seed)
        start, around = around_nodes(NODES, tail, head)
        left, change, stuck = room.copy(), np.zeros_like(flow), np.zeros(1)
        way = (partial(mend, start, around, tail, head) if compiled
               else LargestFlows(NODES, tail, head).mend)
        way(np.zeros(1, np.int64), flow, lost, np.zeros(1, np.int64), none, none, np.zeros(0),
            left, np.zeros_like(room), change, stuck)
        surplus, joined = largest_join(tail, head, flow, lost, room)
        assert stuck[0] == pytest.approx(surplus - joined)
        mended = flow[0] + change[0]
        assert (mended > -1e-12).all() and not mended[lost].any()
        used = np.maximum(change[0], 0.0)
        assert (used <= room + 1e-12).all()
        net = np.bincount(tail, mended, NODES) - np.bincount(head, mended, NODES)
        assert np.maximum(sent - net, 0.0)[1:].sum() == pytest.approx(stuck[0])
        if compiled:
            assert (net[1:] <= sent[1:] + 1e-9).all()  # nothing comes out of nothing


def test_parts_are_those_that_hang_together() -> None:
    for seed in range(40):
        tail, head, *_, lost, _ = case(seed)
        gone = np.isin(np.arange(len(tail)), lost)
        part = parts_left(*around_nodes(NODES, tail, head), tail, head, gone)
        other = LargestFlows(NODES, tail, head).parts_left(gone)
        assert len(set(zip(part.tolist(), other.tolist(), strict=True))) == len(set(part.tolist()))
        graph = nx.Graph(list(zip(tail[~gone].tolist(), head[~gone].tolist(), strict=True)))
        graph.add_nodes_from(range(NODES))
        assert len(set(part.tolist())) == nx.number_connected_components(graph)
        assert all(len(set(part[list(some)].tolist())) == 1
                   for some in nx.connected_components(graph))
