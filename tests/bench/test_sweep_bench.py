"""The sweep bench on small worlds: every peer answers as we do, and a wrong answer would show."""

from __future__ import annotations

import numpy as np
import pytest
from twins import plain, worlds

from cablenet.bench import sweep_bench, sweep_peers
from cablenet.bench.flow_peers import FLOW_PEERS, FlowQuestions
from cablenet.bench.peer_graphs import MapGraph
from cablenet.scenarios.units import units_of
from cablenet.solvers import UNLIMITED


@pytest.mark.parametrize("seed", [2, 6])
def test_all_cases_run_and_all_answers_agree(seed):
    net = worlds.network(seed)
    told = []
    cases = sweep_bench.cases_of(
        net, lambda *news: told.append(news), sample=25, growth=(100, 1000),
        flow_sample={"ortools": 12, "scipy": 4, "igraph": 4, "networkx": 2})
    assert all(case.equal for case in cases), [case.case for case in cases if not case.equal]
    assert {name for case in cases for name in case.peers} == {
        "networkx", "scipy", "igraph", "rustworkx", "ortools"}
    assert sum("growth" in case.case for case in cases) == 2
    assert told[-1][1] == told[-1][2]
    alone, handed, both = (case for case in cases if "every 1 to 2 cables, " in case.case)
    assert alone.ours_s == handed.ours_s
    assert both.peers["igraph"] == alone.peers["igraph"] / 2  # granted to them on two cores


@pytest.mark.parametrize("seed", range(0, worlds.WORLDS, 8))
def test_peers_find_the_gateways_that_the_definitions_say(seed):
    net = worlds.network(seed)
    live = np.flatnonzero(net.links.in_service)
    position = {int(link): i for i, link in enumerate(live)}
    units = units_of(net)
    lost = units.members(0)
    want = plain.isolated(net, {int(i) for i in live} - set(lost.tolist()))
    for name, labels in sweep_peers.label_makers(
            len(net.nodes), net.links.a[live], net.links.b[live]).items():
        for _ in range(2):  # the graph is whole again after the first time
            label = labels(np.array([position[int(link)] for link in lost]))
            assert sweep_peers.cut_of_labels(net, label).tolist() == want, name


def test_one_wrong_label_in_one_scenario_is_seen():
    net = worlds.network(2)
    graph, units = MapGraph.of(net), units_of(net)
    lost = graph.lost(units, np.array([[0], [1]]))
    honest = graph.makers()["scipy"]
    ours = np.array([graph.cut(honest(one)) for one in lost])
    lonely = int(net.gateways.node[np.flatnonzero(~ours[1] & ~graph.intact)[0]])

    def wrong(links):
        label = honest(links).copy()
        if len(links) == len(lost[1]) and (links == lost[1]).all():
            label[lonely] = -1
        return label

    assert sweep_peers.timed_labels({"a": honest}, lost, graph.cut, ours)[1]
    assert not sweep_peers.timed_labels({"a": honest, "b": wrong}, lost, graph.cut, ours)[1]


@pytest.mark.parametrize("name", sorted(FLOW_PEERS))
def test_flow_libraries_on_a_graph_worked_out_by_hand(name):
    """0 =3= 1 (two links of 3 side by side), 1 -4- 2, 0 -5- 2 and an unlimited 2 - 3.

    From 0 to 3: 5 straight and min(3 + 3, 4) = 4 by way of 1, so 9; from 0 and 2 to 1: 6 + 4 = 10.
    Without one link of 3: 5 + 3 = 8, and 3 + 4 = 7. Without anything else than 1 - 2: nothing from
    0, 4 from 2.
    """
    asked = FlowQuestions(4, np.array([0, 0, 1, 0, 2]), np.array([1, 1, 2, 2, 3]),
                          (np.array([0]), np.array([0, 2])), (np.array([3]), np.array([1])))
    solve = FLOW_PEERS[name](asked)
    for capacity, want in (([3, 3, 4, 5, UNLIMITED], [9, 10]), ([0, 3, 4, 5, UNLIMITED], [8, 7]),
                           ([0, 0, 4, 0, 0], [0, 4]), ([3, 3, 4, 5, UNLIMITED], [9, 10])):
        assert solve(np.array(capacity)).tolist() == want
