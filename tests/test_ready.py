"""A network kept ready answers as `score` and `flow_optimum` do, whatever was asked before."""

from __future__ import annotations

import numpy as np
import pytest

import cablenet as cn
from cablenet.errors import MismatchError
from cablenet.testing import random_world, ring


@pytest.mark.parametrize("seed", range(12))
def test_scores_equal_those_of_score_in_any_order(seed: int) -> None:
    net = cn.build_network(random_world(seed))
    ready = cn.keep_ready(net)
    sweep = cn.all_losses(net, order=2)
    wanted = cn.score(net, sweep, ["isolated", "capacity_loss"])
    for rows in (range(len(sweep)), reversed(range(len(sweep)))):
        for row in rows:
            found = ready.scores(sweep[sweep.names[row]])
            for metric, part in found.parts.items():
                for name, values in part.country.items():
                    assert np.array_equal(values[0], wanted.parts[metric].country[name][row])
                for name, values in part.scenario.items():
                    assert values[0] == pytest.approx(wanted.parts[metric].scenario[name][row])


def test_the_ring_loses_one_of_two_ways() -> None:
    net = cn.build_network(ring())
    found = cn.keep_ready(net).scores(cn.cable_losses(net, ["ab"]))
    # BB, CC and DD reach AA by both ways round, 10 Tbps each; the loss of ab leaves one
    assert found.parts["capacity_loss"].country["capacity_loss_tbps"].tolist() == [[0, 10, 10, 10]]
    assert found.parts["capacity_loss"].country["capacity_loss_share"].tolist() == [[0, .5, .5, .5]]


def test_traffic_is_the_flow_optimum_after_any_other_failure() -> None:
    net = cn.build_network(random_world(3))
    ready = cn.keep_ready(net)
    sweep = cn.all_losses(net, order=1)
    for name in (*sweep.names, *sweep.names):
        wanted = cn.flow_optimum(net, sweep[name])
        found = ready.traffic(sweep[name])
        assert np.allclose(found.after.unserved_tbps, wanted.after.unserved_tbps, atol=1e-7)
        assert found.after.proved


def test_the_same_failure_goes_the_same_ways_whatever_was_asked_before() -> None:
    net = cn.build_network(random_world(13))
    ready, sweep = cn.keep_ready(net), cn.all_losses(net, order=1)
    first: dict[str, bytes] = {}
    for name in (*sweep.names, *reversed(sweep.names)):
        flow = ready.traffic(sweep[name]).after.flow_tbps.toarray().tobytes()
        assert first.setdefault(name, flow) == flow


def test_a_map_without_capacities_gets_the_assumed_rule_and_says_so() -> None:
    world = ring()
    bare = world.with_tables(
        segments=world.segments.assign(lit_capacity_tbps=float("nan")),
        cables=world.cables.assign(lit_capacity_tbps=float("nan")))
    ready = cn.keep_ready(cn.build_network(bare))
    assert ready.capacity_rule == "by-length"
    assert cn.keep_ready(cn.build_network(ring())).capacity_rule is None


def test_failures_of_another_network_are_refused() -> None:
    net, other = cn.build_network(ring()), cn.build_network(random_world(1))
    with pytest.raises(MismatchError):
        cn.keep_ready(net).scores(cn.all_losses(other, order=1))
