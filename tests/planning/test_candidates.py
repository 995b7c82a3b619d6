"""Candidates proposed for named countries, and the price model."""

from __future__ import annotations

import pytest
import shapely

from cablenet.build import build_network
from cablenet.errors import InputError, UnknownNameError
from cablenet.planning import default_candidates, plan_redundancy
from cablenet.planning.candidates import proposals
from cablenet.planning.prices import cable_cost_musd
from cablenet.testing import ring, small_world


def straight(lon1, lat1, lon2, lat2):
    return shapely.LineString([(lon1, lat1), (lon2, lat2)])


def test_the_price_model_counts_kilometres_and_landings():
    # 1,000 km x 0.03 + 2 x 5 = 40; low 17 + 6 = 23; high 50 + 40 = 90 million USD
    assert cable_cost_musd(1000.0) == pytest.approx((23.0, 40.0, 90.0))


def test_the_nearest_stations_of_each_neighbour_are_proposed_once():
    # CC to BB and DD (1,113 and 1,106 km) within 1,200 km; AA is 1,560 km away
    frame = default_candidates(ring(), ["CC"], straight, reach_km=1200.0)
    assert frame["candidate_id"].tolist() == ["new:b:c", "new:c:d"]
    assert (frame["cost_low_musd"] < frame["cost_musd"]).all()
    both = default_candidates(ring(), ["CC", "BB"], straight, reach_km=1200.0)
    assert both["candidate_id"].is_unique


def test_the_frame_goes_straight_into_a_network_and_a_plan():
    layers = small_world([("a", "AA", 0, 0), ("b", "BB", 10, 0)], {"ab": [("a", "b")]},
                         hubs=["AA"])
    net = build_network(layers, candidates=default_candidates(layers, ["BB"], straight))
    options = proposals(net)
    assert len(options) == 1
    assert not options.modelled[0]
    assert plan_redundancy(net, countries=["BB"]).chosen == ("new:a:b",)


def test_what_cannot_be_proposed_says_why():
    with pytest.raises(UnknownNameError):
        default_candidates(ring(), ["ZZ"], straight)
    with pytest.raises(InputError, match="reach_km"):
        default_candidates(ring(), ["CC"], straight, reach_km=10.0)


def test_cables_under_way_or_retired_are_no_candidates():
    layers = ring()
    cables = layers.cables.copy()
    cables["status"] = ["building", "retired", "planned", "live"]
    net = build_network(layers.with_tables(cables=cables))
    assert [str(net.cable_id[c]) for c in proposals(net).cable] == ["cd"]
