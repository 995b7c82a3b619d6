"""Published interdiction totals and critical-node optima, and small cases by brute force."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import networkx as nx
import pytest

from cablenet.validation import critical_nodes, interdiction
from cablenet.validation.interdiction import (
    FLOW_ARCS,
    FLOWS,
    PATH_ARCS,
    PATHS,
    UNMET,
    least_flow,
    longest_path,
)

DATA = Path(__file__).parents[2] / "../shared/data"
needs_data = pytest.mark.skipif(not (DATA / "critical_nodes").exists(),
                                reason="no critical-node instances beside the repository")


def test_every_published_interdiction_is_reproduced_and_proved():
    checks = interdiction.check_interdiction()
    assert [check.ours for check in checks] == [*FLOWS, *PATHS]
    assert {check.status for check in checks} == {"pass"}


@pytest.mark.parametrize("attacks", range(3))
def test_interdiction_equals_every_set_of_arcs_tried(attacks):
    flows, paths = [], []
    for stopped in combinations(range(6), attacks):
        graph = nx.DiGraph([("Start", "End", {"capacity": 0, "weight": 2 * UNMET})])
        graph.add_edges_from((a, b, {"capacity": c}) for i, (a, b, c) in enumerate(FLOW_ARCS)
                             if i not in stopped)
        flows.append(nx.maximum_flow_value(graph, "Start", "End"))
        graph = nx.DiGraph([("Start", "End", {"weight": 2 * UNMET})])
        graph.add_edges_from((a, b, {"weight": c}) for i, (a, b, c) in enumerate(PATH_ARCS)
                             if i not in stopped)
        paths.append(nx.dijkstra_path_length(graph, "Start", "End"))
    assert least_flow(FLOW_ARCS, attacks).value == min(flows) == FLOWS[attacks]
    assert longest_path(PATH_ARCS, attacks).value == max(paths) == PATHS[attacks]


@pytest.mark.parametrize("seed", range(20))
def test_critical_nodes_equal_every_set_tried(seed):
    graph = nx.gnm_random_graph(9, 9 + seed % 6, seed=seed)
    beside = {n: frozenset(graph[n]) for n in graph}
    count = 1 + seed % 3
    least = min(critical_nodes.pairs_left(beside, gone)
                for gone in combinations(range(9), count))
    found = critical_nodes.remove_nodes(beside, count)
    assert found.pairs_left == found.bound == least


def test_critical_nodes_without_data_are_skipped():
    assert [c.status for c in critical_nodes.check_critical_nodes(None)] == ["skipped"]


@needs_data
def test_the_published_critical_node_optima_are_proved():
    checks = critical_nodes.check_critical_nodes(DATA)
    assert [check.ours for check in checks] == [268, 806, 195, 194]
    assert {check.status for check in checks} == {"pass"}
