"""The bench prints what its readers rely on, and both sides agree."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cablenet.bench.build_bench import score_cases
from cablenet.bench.case import Case
from cablenet.bench.peers import graph_from_tables
from cablenet.build import build_network
from cablenet.layers import Layers
from cablenet.testing import chain, ring, trunk_and_branch


def test_a_ratio_is_the_fastest_peer_over_ours() -> None:
    case = Case("x", 3, 0.5, {"slow": 10.0, "fast": 2.0}).to_json()
    assert case["ratio_to_fastest_peer"] == 4.0
    assert Case("x", 3, 0.5).to_json()["ratio_to_fastest_peer"] is None


@pytest.mark.parametrize("world", [ring, chain, trunk_and_branch])
def test_our_answers_equal_networkx(world: Callable[[], Layers]) -> None:
    """Worlds of cables in one piece: the peer knows no better way for others."""
    layers = world()
    net = build_network(layers)
    cases = score_cases(net, graph_from_tables(layers, net), lambda *_: None, 7)
    assert len(cases) == 4
    assert all(case.equal for case in cases), [case.case for case in cases if not case.equal]
