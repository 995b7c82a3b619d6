"""Checks say pass, miss or skipped, with both figures; corridors and lengths on lines by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely

from cablenet import catalogue
from cablenet.testing import ring
from cablenet.validation import run_checks
from cablenet.validation.check import at_least, between
from cablenet.validation.corridors import corridor_pairs
from cablenet.validation.lengths import length_ratios
from cablenet.validation.outage_events import COLUMNS

DATA = Path(__file__).parents[2] / "../shared/data"


def test_a_check_passes_or_misses_and_says_both_figures() -> None:
    assert at_least("x", 0.9, 0.8, "s").status == "pass"
    assert at_least("x", 0.7, 0.8, "s").status == "miss"
    assert between("x", 0.5, 0.3, 0.8, "s").to_json()["status"] == "pass"
    assert between("x", 0.9, 0.3, 0.8, "s").status == "miss"


def test_two_cables_share_a_corridor_where_they_run_close_for_long_enough() -> None:
    """0.3 degrees of latitude is 33 km, 1 degree 111 km; 10 degrees along the equator 1,113 km."""
    lines = {"a": [shapely.LineString([(0, 0), (10, 0)])],
             "near": [shapely.LineString([(0, 0.3), (10, 0.3)])],
             "far": [shapely.LineString([(0, 1.5), (10, 1.5)])]}
    ends = {name: np.array(line[0].coords) for name, line in lines.items()}
    assert corridor_pairs(lines, ends) == {("a", "near")}


def test_a_short_crossing_is_no_corridor() -> None:
    lines = {"a": [shapely.LineString([(0, 0), (10, 0)])],
             "across": [shapely.LineString([(5, -5), (5, 5)])]}
    ends = {name: np.array(line[0].coords) for name, line in lines.items()}
    assert corridor_pairs(lines, ends) == set()


def test_a_ratio_is_drawn_over_published() -> None:
    """The side of the ring from 0 to 10 degrees along the equator is 1,113.195 km (WGS84)."""
    layers = ring()
    layers = layers.with_tables(cables=layers.cables.assign(length_km=2226.39))
    table = length_ratios(layers).set_index("cable_id")
    assert table.loc["ab", "ratio"] == pytest.approx(0.5, rel=1e-5)


def test_the_atlas_keeps_its_promises(tmp_path: Path) -> None:
    """Misses are published, so only the promises of the atlas itself are held here.

    Past outages take minutes: they are left out by a folder without events. Published instances
    are left out by handing in the map alone: each kind has a test of its own.
    """
    world = DATA / "telegeography_v3_2022"
    for name, columns in COLUMNS.items():
        (tmp_path / name).write_text(",".join(columns) + "\n")
    checks = {check.id: check for check in run_checks(world if world.is_dir() else None,
                                                      events=tmp_path)}
    held = ["drawn-length-within-0.8-1.25-of-published", "demand-served-on-the-intact-atlas",
            "chokepoint-recall-all", *[f"utilisation-{c}" for c in ("IN", "JP", "TW", "SG")]]
    if world.is_dir():
        held.append("corridor-pairs-recall")
    assert {key: checks[key].status for key in held} == dict.fromkeys(held, "pass")


def test_named_areas_of_the_catalogue_can_be_scored() -> None:
    table = catalogue.chokepoints()
    assert "Luzon Strait earthquake" in set(table["name"])
    assert table["name"].is_unique
