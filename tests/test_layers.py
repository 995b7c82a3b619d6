"""The map: fingerprints, dates, overlays, and that nobody can change it by accident."""

from __future__ import annotations

import datetime as dt
from functools import cache

import pandas as pd
import pytest
import shapely

from cablenet.build import build_network
from cablenet.errors import LayersError, UnknownNameError
from cablenet.layers import Overlay, Patch, layers_from_tables
from cablenet.testing import random_world, ring


@cache
def world():
    return ring()


def overlay(*patches, tier="public"):
    return Overlay("Ministry", tier, patches)


def test_tables_are_read_by_name_and_unknown_ones_are_refused():
    layers = world()
    assert layers.cables.equals(layers["cables"])
    assert "cables" in dir(layers)
    with pytest.raises(UnknownNameError, match="no table 'cabels'; nearest: cables"):
        layers["cabels"]
    with pytest.raises(AttributeError, match="no table 'cabels'"):
        _ = layers.cabels
    assert repr(layers) == "<Layers 'ring': 4 cables, 4 stations, 4 segments>"


def test_changing_a_table_that_was_handed_out_never_changes_the_map():
    layers = ring()
    before = layers.fingerprint
    frame = layers.cables
    frame.loc[0, "name"] = "changed"
    frame["length_km"] = 5.0
    assert layers.cables["name"].iloc[0] == "AB"
    assert layers.cables["length_km"].isna().all()
    assert before == layers_from_tables(dict(layers.tables), name="again").fingerprint


def test_the_same_map_has_the_same_fingerprint_whatever_the_order_of_rows():
    layers = random_world(5)
    mixed = {name: frame.sample(frac=1, random_state=1) for name, frame in layers.tables.items()}
    assert layers_from_tables(mixed, name="mixed").fingerprint == layers.fingerprint


@pytest.mark.parametrize(("layer", "column", "value"), [
    ("cables", "name", "Another"), ("cables", "lit_capacity_tbps", 10.000001),
    ("cables", "lit_capacity_tbps", None), ("landings", "feeds", True),
    ("stations", "geometry", shapely.Point(0, 1e-9)),
    ("cables", "in_service_from", "2020-01-01")])
def test_one_changed_cell_changes_the_fingerprint(layer, column, value):
    key = {"landings": "ab|a", "stations": "a"}.get(layer, "ab")
    changed = world().with_overlay(overlay(Patch(layer, key, column, value)))
    assert changed.fingerprint != world().fingerprint


def test_the_day_is_part_of_the_fingerprint():
    dated = world().dated(dt.date(2024, 1, 1))
    assert dated.fingerprint != world().fingerprint
    assert dated.as_of == dt.date(2024, 1, 1)
    assert "as of 2024-01-01" in repr(dated)


def test_an_overlay_changes_cells_and_keeps_every_id():
    changed = world().with_overlay(overlay(
        Patch("cables", "bc", "lit_capacity_tbps", 99.0), Patch("cables", "bc", "name", "B to C")))
    assert changed.cables["cable_id"].equals(world().cables["cable_id"])
    assert changed.cables.set_index("cable_id").loc["bc", "lit_capacity_tbps"] == 99.0
    assert world().cables.set_index("cable_id").loc["bc", "lit_capacity_tbps"] == 10.0
    one, other = build_network(world()), build_network(changed)
    assert one.links.id.tolist() == other.links.id.tolist()
    assert one.nodes.id.tolist() == other.nodes.id.tolist()
    assert other.links.lit_tbps[other.link_index("bc/1")] == 99.0


def test_an_overlay_may_add_whole_rows():
    changed = world().with_overlay(overlay(
        Patch("cables", "bd", row={"cable_id": "bd", "name": "BD", "status": "live"}),
        Patch("segments", "bd/1", row={
            "segment_id": "bd/1", "cable_id": "bd", "from_id": "b", "to_id": "d", "kind": "wet",
            "geometry": shapely.LineString([(10, 0), (0, -10)])}),
        Patch("landings", "bd|b", row={"cable_id": "bd", "station_id": "b"}),
        Patch("landings", "bd|d", row={"cable_id": "bd", "station_id": "d"})))
    net = build_network(changed)
    assert net.links.in_service[net.link_index("bd/1")]
    assert len(net.cable_id) == 5


def test_an_overlay_may_fill_a_table_that_was_empty():
    changed = world().with_overlay(overlay(
        Patch("aliases", "cables|Old Name",
              row={"layer": "cables", "alias": "Old Name", "id": "ab"})))
    assert build_network(changed).cable_index("Old Name") == 0


def test_overlays_remember_owner_tier_and_order():
    first = Overlay("A", "restricted", (Patch("cables", "ab", "name", "One"),))
    second = Overlay("B", "confidential", (Patch("cables", "ab", "name", "Two"),))
    changed = world().with_overlay(first).with_overlay(second)
    assert [(o.owner, o.tier) for o in changed.overlays] == [
        ("A", "restricted"), ("B", "confidential")]
    assert changed.cables["name"].iloc[0] == "Two"
    assert "2 overlays" in repr(changed)


BAD_PATCHES = [
    (Patch("cabels", "ab", "name", "x"), "no table 'cabels'"),
    (Patch("cables", "zz", "name", "x"), "no such row in cables"),
    (Patch("cables", "ab", "nam", "x"), "cannot be patched"),
    (Patch("cables", "ab", "cable_id", "x"), "cannot be patched"),
    (Patch("cables", "ab", row={"cable_id": "ab", "name": "x", "status": "live"}),
     "already a row of cables"),
    (Patch("cables", "ab", "status", "alive"), "'alive' is not one of"),
    (Patch("cables", "ab", "length_km", "long"), "'long' is not a number"),
    (Patch("landings", "ab|a", "feeds", "perhaps"), "neither true nor false"),
    (Patch("stations", "a", "geometry", shapely.Point(0, 95)), "latitude beyond 90"),
    (Patch("segments", "ab/1", "to_id", "z"), "'z' is not in stations"),
]


@pytest.mark.parametrize(("patch", "message"), BAD_PATCHES)
def test_a_bad_patch_is_refused_with_its_place(patch, message):
    with pytest.raises(LayersError) as caught:
        world().with_overlay(overlay(patch))
    assert len(caught.value.problems) == 1
    assert message in str(caught.value)


def test_all_bad_patches_come_at_once():
    with pytest.raises(LayersError) as caught:
        world().with_overlay(overlay(*[patch for patch, _ in BAD_PATCHES[:5]]))
    assert len(caught.value.problems) == 5
    assert "overlay of Ministry" in str(caught.value)


def test_replaced_tables_are_checked_again():
    with pytest.raises(LayersError):
        world().with_tables(cables=pd.DataFrame({"cable_id": ["ab"]}))
