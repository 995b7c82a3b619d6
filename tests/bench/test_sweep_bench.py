"""The sweep bench on small worlds: every peer answers as we do, and a wrong answer would show."""

from __future__ import annotations

import numpy as np
import pytest
from twins import plain, worlds

from cablenet.bench import sweep_bench, sweep_peers
from cablenet.scenarios.units import units_of


@pytest.mark.parametrize("seed", [2, 6])
def test_all_cases_run_and_all_answers_agree(seed):
    net = worlds.network(seed)
    told = []
    cases = sweep_bench.cases_of(
        net, lambda *news: told.append(news), sample=25, growth=(100, 1000),
        flow_sample={"ortools": 12, "scipy": 4, "igraph": 4})
    assert all(case.equal for case in cases)
    assert {name for case in cases for name in case.peers} == {
        "networkx", "scipy", "igraph", "rustworkx", "ortools"}
    assert sum("growth" in case.case for case in cases) == 2
    assert told[-1][1] == told[-1][2]


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
