"""`margin` against brute force over subsets, and on small worlds."""

from __future__ import annotations

import numpy as np
import pytest
from twins import plain, worlds
from twins.worlds import built

from cablenet.build import build_network
from cablenet.metrics import METRICS, Options
from cablenet.metrics.margin import country_margins
from cablenet.scenarios import losses
from cablenet.testing import chain, ring, small_world, trunk_and_branch

measure = METRICS["margin"].measure


def asked(net) -> np.ndarray:
    """Countries with a gateway and with a hub abroad: of others no margin is told."""
    return np.array([bool(plain.hubs_abroad(net, c)) and bool((net.gateways.country == c).any())
                     for c in range(len(net.country_id))])


@pytest.mark.parametrize("unit", ["cable", "station"])
@pytest.mark.parametrize("seed", range(worlds.WORLDS))
def test_margin_equals_brute_force_over_subsets(seed, unit):
    net = worlds.network(seed)
    got = measure(net, worlds.failures(seed), Options()).country[f"margin_{unit}s"]
    mine = asked(net)
    for row, lost in enumerate(worlds.losses(seed)):
        want = np.array(plain.margins(net, plain.alive_after(net, lost), unit))
        assert got[row, mine].tolist() == want[mine].tolist()


def test_a_ring_stands_one_cable_and_not_two():
    net = built(ring)
    assert country_margins(net).tolist() == [np.inf, 2, 2, 2]
    assert country_margins(net, "station").tolist() == [np.inf, 1, 1, 1]  # its own, or the hub's
    got = measure(net, losses.cable_losses(net, ["ab"]), Options())
    assert got.country["margin_cables"][0].tolist() == [np.inf, 1, 1, 1]
    assert got.scenario["countries_within_one_cable"].tolist() == [3]


def test_a_cable_in_two_pieces_counts_once():
    # BB hangs on both pieces of `xx`: losing that one system isolates it
    #   AA ==xx/1== BB ==xx/2== A2
    net = build_network(small_world(
        [("a", "AA", 0, 0), ("b", "BB", 10, 0), ("b2", "BB", 10, 5), ("c", "AA", 20, 0)],
        {"xx": [("a", "b"), ("b2", "c")]}, hubs=["AA"]))
    assert country_margins(net)[net.country_index("BB")] == 1


def test_a_spare_way_round_one_piece_of_a_cable_counts_when_it_fails():
    # two ways from BB to AA: over yy's piece to m and zz, or over yy's other piece straight.
    # xx runs beside yy's first piece, so yy alone isolates nobody; with xx gone it does.
    #   BB ==yy/1, xx== m --zz-- AA        BB2 ==yy/2== AA2
    net = build_network(small_world(
        [("b", "BB", 0, 0), ("m", "MM", 10, 0), ("a", "AA", 20, 0), ("b2", "BB", 0, 9),
         ("a2", "AA", 20, 9)],
        {"xx": [("b", "m")], "yy": [("b", "m"), ("b2", "a2")], "zz": [("m", "a")]}, hubs=["AA"]))
    bb = net.country_index("BB")
    assert country_margins(net)[bb] == 2
    got = measure(net, losses.cable_losses(net, ["xx", "yy", "zz"]), Options())
    assert got.country["margin_cables"][:, bb].tolist() == [1, 1, 1]


def test_a_land_border_to_a_hub_makes_the_margin_infinite():
    net = build_network(small_world([("a", "AA", 0, 0), ("b", "BB", 10, 0)],
                                    {"ab": [("a", "b")]}, hubs=["AA"], borders=[("AA", "BB")]))
    assert country_margins(net)[net.country_index("BB")] == np.inf


def test_a_branch_is_one_cable_from_isolation_like_its_trunk():
    assert country_margins(built(trunk_and_branch)).tolist() == [np.inf, 1, 1]
    assert country_margins(built(chain)).tolist() == [np.inf, 1, 1]
