"""Sections cut off from every feeding landing go dark."""

from __future__ import annotations

import numpy as np
import pytest
from twins import plain, worlds

from cablenet.build import build_network
from cablenet.scenarios import cuts, losses
from cablenet.testing import chain, trunk_and_branch


@pytest.mark.parametrize("seed", range(worlds.WORLDS))
def test_dark_sections_equal_the_slow_twin(seed):
    net, scenarios = worlds.network(seed), worlds.failures(seed)
    live = set(np.flatnonzero(net.links.in_service).tolist())
    for row, lost in enumerate(worlds.losses(seed)):
        left = live - set(lost)
        want = (live & set(lost)) | plain.dark(net, left)
        assert set(scenarios.links_lost(row).tolist()) == want


def test_the_random_worlds_do_go_dark_at_times():
    dark = 0
    for seed in range(worlds.WORLDS):
        live = set(np.flatnonzero(worlds.network(seed).links.in_service).tolist())
        dark += sum(len(plain.dark(worlds.network(seed), live - set(lost)))
                    for lost in worlds.losses(seed))
    assert dark > 20


def fed_from(make, *stations):
    """A small world whose cable is powered from the named landings only."""
    layers = make()
    feeds = layers.landings["station_id"].isin(stations)
    return build_network(layers.with_tables(
        cables=layers.cables.assign(power_feed="stations"),
        landings=layers.landings.assign(feeds=feeds)))


def lost_ids(net, scenarios):
    return net.links.id[scenarios.links_lost(0)].tolist()


def test_what_lies_beyond_a_cut_goes_dark_when_only_one_end_feeds():
    # a feeds; a cut between a and b darkens b - c as well
    net = fed_from(chain, "a")
    assert lost_ids(net, cuts.cut(net, 5, 0)) == ["ch/1", "ch/2"]
    assert lost_ids(net, cuts.cut(net, 15, 0)) == ["ch/2"]


def test_both_ends_feeding_keep_both_sides_of_a_cut_alight():
    net = fed_from(chain, "a", "c")
    assert lost_ids(net, cuts.cut(net, 5, 0)) == ["ch/1"]


def test_a_branch_without_a_feed_of_its_own_lives_on_the_trunk():
    net = fed_from(trunk_and_branch, "a", "c")
    assert lost_ids(net, cuts.cut(net, 5, 0)) == ["tb/1"]  # u still fed from c
    assert lost_ids(net, cuts.cut(net, 10, -3)) == ["tb/3"]


def test_a_lost_feeding_station_darkens_the_whole_cable():
    net = fed_from(chain, "a")
    assert set(lost_ids(net, losses.station_losses(net, ["a"]))) == {"a>AA-gw", "ch/1", "ch/2"}


def test_an_unpowered_cable_never_goes_dark():
    net = build_network(chain())
    assert lost_ids(net, cuts.cut(net, 5, 0)) == ["ch/1"]
