"""The contracted graph answers as the whole graph does, in every scenario."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from twins.reach import reached

from cablenet.kernels import reach
from cablenet.kernels.contract import NEVER, contract
from cablenet.kernels.flow_graph import reduce_flow_graph

UNLIMITED = 10**12


def random_graph(seed):
    """Nodes, links with rows (some never fail), and which nodes are asked about."""
    rng = np.random.default_rng(seed)
    n, m, rows = int(rng.integers(4, 16)), int(rng.integers(3, 30)), int(rng.integers(1, 9))
    a, b = rng.integers(0, n, (2, m))
    row = np.where(rng.random(m) < 0.25, NEVER, rng.integers(0, rows, m))
    keep = rng.random(n) < 0.5
    keep[:2] = True
    return rng, n, a, b, row, rows, keep


@pytest.mark.parametrize("seed", range(200))
def test_kept_nodes_are_reached_as_in_the_whole_graph(seed):
    rng, n, a, b, row, rows, keep = random_graph(seed)
    small = contract(n, a, b, row, keep)
    fails = rng.random((70, rows)) < 0.4
    alive = reach.pack(~fails)
    found = np.zeros((small.n_places, alive.shape[1]), np.uint64)
    found[small.place[0]] = reach.ALL
    order = reach.piece_order(small.n_places, small.indptr, small.joins, small.place[:1])
    reach.spread(small.indptr, small.joins, alive[small.row], found, order)
    got = reach.unpack(found, 70)
    assert len(small) == 0 or np.diff(small.indptr).min() >= 2
    for scenario in range(70):
        stands = [r == NEVER or not fails[scenario, r] for r in row]
        want = reached(a, b, stands, n, [0])
        for node in np.flatnonzero(keep):
            assert got[scenario, small.place[node]] == (node in want)


def test_a_cable_in_one_piece_becomes_one_piece_of_all_its_places():
    # trunk 0 - 1 - 2 - 3 of row 5, a branching unit 1 that nobody asks about: one piece of three
    a, b = np.array([0, 1, 2]), np.array([1, 2, 3])
    small = contract(4, a, b, np.full(3, 5), np.array([True, False, True, True]))
    assert small.row.tolist() == [5]
    assert sorted(small.joins.tolist()) == sorted(small.place[[0, 2, 3]].tolist())
    assert small.place[1] == -1


@pytest.mark.parametrize("seed", range(200))
def test_the_reduced_graph_has_the_same_largest_flows(seed):
    rng, n, a, b, row, rows, keep = random_graph(seed)
    capacity = rng.integers(0, 20, len(a))
    capacity[rng.random(len(a)) < 0.2] = UNLIMITED
    small = reduce_flow_graph(n, a, b, capacity, row, keep, UNLIMITED)
    if small.place[0] == small.place[1]:
        return  # joined without limit for good
    for _ in range(8):
        fails = rng.random(rows + 1) < 0.4
        fails[-1] = False  # the place of NEVER
        want = flow(n, a, b, np.where(fails[row], 0, capacity), 0, 1)
        got = flow(small.n_places, small.a, small.b, np.where(fails[small.row], 0, small.capacity),
                   small.place[0], small.place[1])
        assert min(got, UNLIMITED) == min(want, UNLIMITED)


def flow(n, a, b, capacity, source, sink):
    graph = nx.DiGraph()
    graph.add_nodes_from(range(n))
    for u, v, c in zip(a.tolist(), b.tolist(), capacity.tolist(), strict=True):
        for s, t in ((u, v), (v, u)):
            if s != t:
                old = graph[s][t]["capacity"] if graph.has_edge(s, t) else 0
                graph.add_edge(s, t, capacity=old + c)
    return nx.maximum_flow_value(graph, int(source), int(sink))
