"""Whole cables, whole stations, and all their combinations."""

from __future__ import annotations

from functools import cache
from math import comb

import pytest
from twins.worlds import built

from cablenet.build import build_network
from cablenet.errors import InputError, NothingHitError, UnknownNameError
from cablenet.metrics import METRICS, Options
from cablenet.scenarios import losses
from cablenet.testing import chain, ring, small_world, trunk_and_branch


def lost_ids(net, scenarios, row=0):
    return {str(net.links.id[i]) for i in scenarios.links_lost(row)}


def isolated(net, scenarios):
    return METRICS["isolated"].measure(net, scenarios, Options()).country["isolated"][0].tolist()


def test_a_lost_cable_loses_every_section():
    net = built(chain)
    assert lost_ids(net, losses.cable_losses(net, ["ch"])) == {"ch/1", "ch/2"}


def test_a_lost_station_loses_every_link_that_ends_there():
    net = built(ring)
    assert lost_ids(net, losses.station_losses(net, ["b"])) == {"ab/1", "bc/1", "b>BB-gw"}


def test_a_lost_landing_on_a_branch_does_not_cut_the_trunk():
    net = built(trunk_and_branch)
    got = losses.station_losses(net, ["b"])
    assert lost_ids(net, got) == {"tb/3", "b>BB-gw"}
    assert isolated(net, got) == [0, 1, 0]


def test_a_lost_landing_on_a_chain_cuts_what_lies_behind():
    net = built(chain)
    assert isolated(net, losses.station_losses(net, ["b"])) == [0, 1, 1]


def test_default_losses_are_all_that_is_in_service():
    net = built(ring)
    assert list(losses.cable_losses(net)) == ["AB", "BC", "CD", "DA"]
    assert list(losses.station_losses(net)) == ["A (AA)", "B (BB)", "C (CC)", "D (DD)"]


@pytest.mark.parametrize(("unit", "count"), [("cable", 4), ("segment", 4), ("station", 4)])
def test_all_losses_of_order_two_are_every_single_and_every_pair(unit, count):
    net = built(ring)
    got = losses.all_losses(net, order=2, unit=unit)
    assert len(got) == count + comb(count, 2)
    assert len(set(got.names)) == len(got)


def test_a_pair_loses_what_both_lose():
    net = built(ring)
    both = losses.all_losses(net, order=2)["AB + CD"]
    assert lost_ids(net, both) == {"ab/1", "cd/1"}


def test_too_many_rows_are_refused_before_they_are_made():
    net = built(ring)
    with pytest.raises(InputError, match="order 0"):
        losses.all_losses(net, order=0)
    with pytest.raises(InputError, match="no unit 'ship'; known: cable, segment, station"):
        losses.all_losses(net, unit="ship")


def test_a_joint_loss_is_one_scenario_of_cables_and_stations():
    net = built(ring)
    got = losses.joint_loss(net, "storm", cables=["cd"], stations=["b"])
    assert got.names == ("storm",)
    assert lost_ids(net, got) == {"ab/1", "bc/1", "b>BB-gw", "cd/1"}
    with pytest.raises(NothingHitError, match="names no cable and no station"):
        losses.joint_loss(net, "nothing")


def test_losing_a_cable_that_is_not_in_service_is_an_error():
    world = ring()
    net = build_network(world.with_tables(
        cables=world.cables.assign(status=["retired", "live", "live", "live"])))
    with pytest.raises(NothingHitError, match="'AB' hits nothing that is in service"):
        losses.cable_losses(net, ["ab"])


def test_unknown_cables_and_stations_are_named_with_the_nearest():
    net = built(ring)
    with pytest.raises(UnknownNameError, match="no cable 'abc'"):
        losses.cable_losses(net, ["abc"])
    with pytest.raises(UnknownNameError, match="no station, branching unit or gateway 'z'"):
        losses.station_losses(net, ["z"])


@cache
def two_of_one_name():
    """Two systems that carry one name, as happens in real maps."""
    world = small_world([("a", "AA", 0, 0), ("b", "BB", 10, 0), ("c", "CC", 20, 0)],
                        {"ab": [("a", "b")], "bc": [("b", "c")]}, hubs=["AA"])
    return build_network(world.with_tables(cables=world.cables.assign(name="Same")))


@pytest.mark.parametrize("make", [losses.cable_losses, losses.all_losses])
def test_cables_of_one_name_are_told_apart(make):
    net = two_of_one_name()
    got = make(net)
    assert got.names == ("Same", "Same #2")
    assert lost_ids(net, got["Same #2"]) == {"bc/1"}
