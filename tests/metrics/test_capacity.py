"""`capacity_loss` against nx.maximum_flow and on small worlds."""

from __future__ import annotations

import numpy as np
import pytest
from twins import plain, worlds
from twins.worlds import built

from cablenet.build import build_network
from cablenet.errors import MissingCapacityError, UnknownNameError
from cablenet.metrics import METRICS, Options
from cablenet.metrics.capacity import capacities
from cablenet.scenarios import losses
from cablenet.testing import chain, ring, small_world

measure = METRICS["capacity_loss"].measure


@pytest.mark.parametrize("seed", range(worlds.WORLDS))
def test_capacity_loss_equals_networkx_max_flow(seed):
    net = worlds.network(seed)
    got = measure(net, worlds.failures(seed), Options())
    intact = plain.alive_after(net, [])
    for c in range(len(net.country_id)):
        before = plain.flow_to_hubs(net, c, intact, net.links.lit_tbps)
        if np.isinf(before):  # an unlimited way to a hub: nothing to lose
            assert not got.country["capacity_loss_tbps"][:, c].any()
            continue
        for row, lost in enumerate(worlds.losses(seed)):
            after = plain.flow_to_hubs(net, c, plain.alive_after(net, lost), net.links.lit_tbps)
            loss = (before - after) / 1000
            assert got.country["capacity_loss_tbps"][row, c] == pytest.approx(loss)
            share = loss * 1000 / before if before else 0.0
            assert got.country["capacity_loss_share"][row, c] == pytest.approx(share)
    assert got.scenario["capacity_loss_tbps"] == pytest.approx(
        got.country["capacity_loss_tbps"].sum(axis=1))


def test_losing_one_side_of_a_ring_halves_each_flow():
    # every country reaches AA both ways round, 10 Tbps each; one section less leaves 10 of 20
    net = built(ring)
    got = measure(net, losses.cable_losses(net, ["ab"]), Options())
    assert got.country["capacity_loss_tbps"][0].tolist() == [0, 10, 10, 10]
    assert got.scenario["capacity_loss_worst_share"].tolist() == [0.5]


def test_missing_capacities_ask_for_a_rule_by_name():
    net = build_network(small_world([("a", "AA", 0, 0), ("b", "BB", 10, 0)],
                                    {"ab": [("a", "b")]}, hubs=["AA"], lit_tbps=None))
    events = losses.cable_losses(net)
    with pytest.raises(MissingCapacityError, match=r"1 of 1 sections .* unit-per-cable"):
        measure(net, events, Options())
    got = measure(net, events, Options("unit-per-cable"))
    assert got.scenario["capacity_loss_tbps"].tolist() == [1.0]
    with pytest.raises(UnknownNameError, match="unit-per-cable"):
        measure(net, events, Options("unit-per-cabel"))


def test_the_length_rule_gives_long_cables_forty_and_short_ones_ten():
    # 20 degrees on the equator are 2,226 km, 60 are 6,679 km
    net = build_network(small_world(
        [("a", "AA", 0, 0), ("b", "BB", 20, 0), ("c", "CC", 60, 0)],
        {"ab": [("a", "b")], "ac": [("a", "c")]}, hubs=["AA"], lit_tbps=None))
    lit = capacities(net, "by-length")
    assert [lit[net.link_index(key)] for key in ("ab/1", "ac/1")] == [10, 40]
    assert np.isinf(lit[net.link_index("b>BB-gw")])


def test_a_landing_on_the_way_is_lost_with_the_chain_and_takes_what_lies_behind():
    net = built(chain)
    got = measure(net, losses.station_losses(net, ["b"]), Options())
    assert got.country["capacity_loss_tbps"][0].tolist() == [0, 10, 10]
