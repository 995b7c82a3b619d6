"""A cut hits one section at one place, or it is an error."""

from __future__ import annotations

import pytest
from twins.worlds import built

from cablenet.build import build_network
from cablenet.errors import NothingHitError, UnknownNameError
from cablenet.metrics import METRICS, Options
from cablenet.scenarios import cuts
from cablenet.testing import chain, ring, small_world, trunk_and_branch


def lost_ids(net, scenarios, row=0):
    return [str(net.links.id[i]) for i in scenarios.links_lost(row)]


def isolated(net, scenarios):
    return METRICS["isolated"].measure(net, scenarios, Options()).country["isolated"][0].tolist()


def test_a_cut_takes_exactly_the_nearest_section():
    net = built(ring)
    assert lost_ids(net, cuts.cut(net, 5, 0.05)) == ["ab/1"]
    assert lost_ids(net, cuts.cut(net, 10.02, -5)) == ["bc/1"]


def test_a_cut_says_where_the_fault_lies():
    # 5 degrees along the equator from a are 556.6 km
    net = built(ring)
    fault = cuts.cut(net, 5, 0.05, cause="anchor").faults.iloc[0]
    assert (fault["segment_id"], fault["cause"], fault["scenario"]) == ("ab/1", "anchor", 0)
    assert fault["km_from_a"] == pytest.approx(556.6, abs=0.1)
    assert (fault["lon"], fault["lat"]) == (pytest.approx(5, abs=1e-3), pytest.approx(0, abs=1e-9))


def test_a_cut_that_hits_nothing_is_an_error_that_says_what_to_do():
    net = built(ring)
    with pytest.raises(NothingHitError, match=r"within 25 km of 5, -5; .*widen within_km"):
        cuts.cut(net, 5, -5)
    assert lost_ids(net, cuts.cut(net, 5, -5, within_km=600, cable="ab")) == ["ab/1"]


def test_the_limit_is_a_geodesic_distance():
    # 0.2 degrees of latitude at the equator are 22.1 km, 0.23 are 25.4
    net = built(ring)
    cuts.cut(net, 5, 0.2)
    with pytest.raises(NothingHitError):
        cuts.cut(net, 5, 0.23)


def test_a_cut_of_a_named_cable_passes_over_nearer_ones():
    net = build_network(small_world([("a", "AA", 0, 0), ("b", "BB", 10, 0)],
                                    {"one": [("a", "b")], "two": [("a", "b")]}, hubs=["AA"]))
    assert lost_ids(net, cuts.cut(net, 5, 0, cable="two")) == ["two/1"]
    assert lost_ids(net, cuts.cut(net, 5, 0, cable="TWO")) == ["two/1"]  # by its name
    with pytest.raises(UnknownNameError, match=r"cable 'tow'; nearest: .*two"):
        cuts.cut(net, 5, 0, cable="tow")


def test_what_is_out_of_service_cannot_be_cut():
    world = ring()
    cables = world.cables.assign(status=["planned", "live", "live", "live"])  # ab is planned
    net = build_network(world.with_tables(cables=cables))
    with pytest.raises(NothingHitError):
        cuts.cut(net, 5, 0)


def test_cutting_one_side_of_a_ring_isolates_nobody_and_both_sides_split_it():
    net = built(ring)
    one, other = cuts.cut(net, 5, 0), cuts.cut(net, 0, -5)
    assert isolated(net, one) == [0, 0, 0, 0]
    from cablenet.scenarios.named import together

    both = together(net, "both sides", [{"kind": "cut", "lon": 5, "lat": 0},
                                        {"kind": "cut", "lon": 0, "lat": -5}])
    assert sorted(lost_ids(net, both)) == ["ab/1", "da/1"]
    assert isolated(net, both) == [0, 1, 1, 1]
    assert isolated(net, other) == [0, 0, 0, 0]


def test_a_cut_branch_leaves_the_trunk_alone():
    # sections tb/1 a-u, tb/2 u-c, tb/3 u-b; b and its branch are cut off, CC is not
    net = built(trunk_and_branch)
    got = cuts.cut(net, 10, -3)
    assert lost_ids(net, got) == ["tb/3"]
    assert isolated(net, got) == [0, 1, 0]


def test_a_cut_trunk_leaves_both_halves_fed_from_their_own_ends():
    net = built(trunk_and_branch)
    got = cuts.cut(net, 5, 0)
    assert lost_ids(net, got) == ["tb/1"]
    assert isolated(net, got) == [0, 1, 1]


def test_a_cut_chain_isolates_what_lies_behind_it():
    net = built(chain)
    assert isolated(net, cuts.cut(net, 15, 0)) == [0, 0, 1]
    assert isolated(net, cuts.cut(net, 5, 0)) == [0, 1, 1]


def test_a_cut_across_the_dateline_is_the_same_from_both_sides():
    net = build_network(small_world([("a", "AA", 170, 0), ("b", "BB", -170, 0)],
                                    {"ab": [("a", "b")]}, hubs=["AA"]))
    # the small world draws 170 to -170 the long way on paper; unwrapped it is the short way
    assert net.links.length_km[net.link_index("ab/1")] == pytest.approx(20 * 111.3195, abs=0.1)
    for lon in (-178, 182):
        got = cuts.cut(net, lon, 0.1)
        assert lost_ids(net, got) == ["ab/1"]
        assert got.faults["lon"].iloc[0] == pytest.approx(-178, abs=1e-3)
