"""Sets of scenarios: names, picking, joining, recipes and mismatches."""

from __future__ import annotations

import numpy as np
import pytest
from twins.worlds import built

import cablenet as cn
from cablenet.build import build_network
from cablenet.errors import InputError, MismatchError, NothingHitError, UnknownNameError
from cablenet.scenarios import SOURCES, Recipe, as_set, concat, cuts, losses, named
from cablenet.scenarios.scenario_set import recipe
from cablenet.testing import chain, random_candidates, ring, small_world


@pytest.fixture(scope="module")
def net():
    return built(ring)


@pytest.fixture(scope="module")
def sweep(net):
    return losses.all_losses(net, order=2)


def same(one, other) -> bool:
    return (one.names == other.names and (one.failed != other.failed).nnz == 0
            and np.array_equal(one.rate_per_year, other.rate_per_year, equal_nan=True)
            and one.faults.equals(other.faults))


def test_a_set_reads_like_a_list_of_names(sweep):
    assert len(sweep) == 10
    assert list(sweep)[:4] == ["AB", "BC", "CD", "DA"]
    assert "10 scenarios over" in repr(sweep)


def test_a_pick_by_name_number_slice_or_list_is_still_a_set(sweep):
    assert sweep["BC"].names == ("BC",)
    assert sweep[1].names == ("BC",)
    assert sweep[-1].names == ("CD + DA",)
    assert sweep[np.int64(1)].names == ("BC",)
    assert sweep[1:3].names == ("BC", "CD")
    assert sweep[[3, 0]].names == ("DA", "AB")


def test_an_unknown_name_lists_the_nearest(sweep):
    with pytest.raises(UnknownNameError, match=r"no scenario 'AB \+ CDE'; nearest: AB \+ CD"):
        sweep["AB + CDE"]
    with pytest.raises(IndexError):
        sweep[99]


def test_a_pick_keeps_its_faults_and_numbers_them_anew(net):
    both = cuts.cut(net, 5, 0) + cuts.cut(net, 10, -5)
    picked = both[1]
    assert picked.faults["scenario"].tolist() == [0]
    assert picked.faults["segment_id"].tolist() == ["bc/1"]
    assert both[[1, 0]].faults.set_index("scenario")["segment_id"].to_dict() == {
        0: "bc/1", 1: "ab/1"}


def test_sets_of_different_networks_do_not_mix(net, sweep):
    other = built(chain)
    with pytest.raises(MismatchError, match="cannot be joined"):
        sweep + losses.cable_losses(other)
    with pytest.raises(MismatchError, match=r"recipe\.regenerate"):
        as_set(other, sweep)
    with pytest.raises(NothingHitError, match="no scenarios were given"):
        concat([])


def test_the_same_map_asked_on_another_day_is_another_network(sweep):
    later = build_network(ring(), as_of="2030-01-01")
    with pytest.raises(MismatchError):
        sweep.check_network(later)


def test_a_recipe_made_again_on_the_same_network_gives_the_same_set(net, sweep):
    for made in (sweep, sweep["AB + CD"], sweep[2:5], sweep + cuts.cut(net, 5, 0),
                 (cuts.cut(net, 5, 0) + cuts.cut(net, 10, -5))[1],
                 named.together(net, "both", [{"kind": "cut", "lon": 5, "lat": 0},
                                              {"kind": "denial", "country": "CC"}])):
        assert same(made.recipe.regenerate(net), made)
        assert as_set(net, made.recipe).names == made.names


def test_a_pick_of_a_name_that_comes_twice_is_made_again_as_the_row_it_was(net):
    twice = cuts.cut(net, 5, 0, name="cut") + cuts.cut(net, 10, -5, name="cut")
    for picked in (twice[1], twice[[1, 0]], twice[:]):
        assert same(picked.recipe.regenerate(net), picked)


def test_a_recipe_can_be_stored_as_text(net, sweep):
    import json

    text = json.dumps(sweep["AB"].recipe.parts)
    back = Recipe(tuple((name, params) for name, params in json.loads(text)))
    assert same(back.regenerate(net), sweep["AB"])


def test_a_recipe_lets_what_was_built_since_fail_too():
    layers = ring()
    net = build_network(layers, candidates=random_candidates(1, layers, 2))
    sweep = losses.all_losses(net)
    built = net.with_service(np.ones(len(net.links), bool))
    assert len(sweep) == 4
    assert len(sweep.recipe.regenerate(built)) == 6


def test_a_pick_of_which_nothing_is_left_is_an_error_and_not_an_empty_set(net, sweep):
    other = built(chain)
    with pytest.raises(NothingHitError):
        sweep["AB"].recipe.regenerate(other)


def test_a_recipe_of_an_unknown_source_is_refused(net):
    with pytest.raises(UnknownNameError, match="no scenario source 'cuts'; nearest: cut"):
        recipe("cuts", lon=1).regenerate(net)
    assert "cut" in SOURCES


def test_parts_together_are_one_scenario_and_share_no_fault_twice(net):
    part = {"kind": "cut", "lon": 5, "lat": 0}
    got = named.together(net, "twice", [part, part])
    assert len(got) == 1
    assert len(got.faults) == 1
    with pytest.raises(InputError, match="event: 'twice' kind: 'cutt' is no kind of failure"):
        named.together(net, "twice", [{"kind": "cutt"}])
    with pytest.raises(NothingHitError, match="has no parts"):
        named.together(net, "nothing", [])


def test_named_events_that_hit_nothing_that_day_are_left_out(net):
    events = [{"name": "hit", "parts": [{"kind": "cut", "lon": 5, "lat": 0}],
               "rate_per_year": 0.1},
              {"name": "miss", "parts": [{"kind": "cut", "lon": 5, "lat": -5}]}]
    got = named.events_from_records(net, events)
    assert got.names == ("hit",)
    assert got.rate_per_year.tolist() == [0.1]
    assert same(got.recipe.regenerate(net), got)
    with pytest.raises(NothingHitError, match="none of the named events"):
        named.events_from_records(net, events[1:])


def test_masks_cannot_be_written_to_through_the_rates(sweep):
    with pytest.raises(ValueError, match="read-only"):
        sweep.rate_per_year[0] = 1.0


def test_single_failures_are_cables_stations_and_the_named_events_that_hit():
    """One cable through the Luzon Strait, and one through no water that an event is named after."""
    strait, far = (cn.build_network(small_world(
        [("t", "TW", lon, lat + 3.4), ("p", "PH", lon, lat)], {"one": [("t", "p")]}, hubs=["TW"]))
        for lon, lat in ((120.7, 18.5), (-150.0, -40.0)))
    plain = ("ONE", "P (PH)", "T (TW)")
    found = cn.single_failures(strait)
    assert found.names[:3] == plain and "Luzon Strait earthquake" in found.names[3:]
    assert same(as_set(strait, found.recipe), found)  # they can be made again on another network
    gone = cn.single_failures(far)
    assert [name for name in gone.names if name in plain] == list(plain)
    assert "Luzon Strait earthquake" not in gone.names


def test_a_map_that_no_named_event_touches_has_single_losses_only():
    net = cn.build_network(small_world(
        [("a", "AA", 0, 0), ("d", "DD", 0, -10)], {"ad": [("a", "d")]}, hubs=["AA"]))
    assert cn.single_failures(net).names == ("AD", "A (AA)", "D (DD)")
