"""Shortest paths after failures against networkx, and what is left alone."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
import scipy.sparse as sp

from cablenet.kernels.paths import ShortestPaths


@pytest.mark.parametrize("seed", range(100))
def test_costs_after_every_failure_equal_networkx(seed):
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(3, 12)), int(rng.integers(2, 25))
    a, b = rng.integers(0, n, (2, m))
    b = np.where(a == b, (b + 1) % n, b)
    cost = rng.integers(1, 9, m).astype(float)
    in_service = rng.random(m) < 0.9
    roots, starts = np.unique(rng.integers(0, n, 2)), np.arange(n)
    paths = ShortestPaths(n, a, b, cost, in_service, roots, starts)
    failed = rng.random((12, m)) < 0.2
    failed[5] = failed[6]  # two alike
    got = np.repeat(paths.intact[None], 12, axis=0)
    for rows, costs in paths.after(sp.csr_array(failed)):
        got[rows] = costs
    for row in range(12):
        graph = nx.Graph()
        graph.add_nodes_from(range(n))
        for i in np.flatnonzero(in_service & ~failed[row]):
            u, v = int(a[i]), int(b[i])
            old = graph[u][v]["cost"] if graph.has_edge(u, v) else np.inf
            graph.add_edge(u, v, cost=min(old, cost[i]))
        for k, root in enumerate(roots):
            want = nx.single_source_dijkstra_path_length(graph, int(root), weight="cost")
            assert got[row, k].tolist() == [want.get(node, np.inf) for node in range(n)]


def test_a_failure_off_every_path_is_left_alone():
    # 0 - 1 - 2 in a row, and a long way 0 - 2 that no shortest path takes
    paths = ShortestPaths(3, np.array([0, 1, 0]), np.array([1, 2, 2]), np.array([1.0, 1.0, 9.0]),
                          np.ones(3, bool), np.array([0]), np.arange(3))
    assert paths.used.tolist() == [[True, True, False]]
    off, on = (sp.csr_array(np.array([row], bool)) for row in ([0, 0, 1], [0, 1, 0]))
    assert list(paths.after(off)) == []
    (rows, costs), = paths.after(on)
    assert rows.tolist() == [0] and costs.tolist() == [[0.0, 1.0, 9.0]]
