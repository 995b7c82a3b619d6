"""Past repairs: errors by phase and order, on a schedule written by hand."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest
from cablenet_geodata import path

from cablenet.validation.repair_replays import (
    SOURCE,
    _order,
    check_replays,
    phase_errors,
    read_replays,
    with_ships_at,
)


def plan(*rows):
    """A schedule of (cable, ship, depart, arrive, done) in days."""
    return SimpleNamespace(schedule=pd.DataFrame([
        {"cable_id": cable, "ship_id": ship, "ship": ship.title(), "depart_day": depart,
         "arrive_day": arrive, "done_day": done, "done_h": 24 * done, "held_by": "the voyage"}
        for cable, ship, depart, arrive, done in rows]))


def test_errors_are_ours_less_seen_by_phase():
    found = phase_errors(plan(("x", "anna", 2.0, 10.0, 30.0)), {"seen": [
        {"cable": "x", "days": 24, "depart": 5, "arrive": 15, "ship": "bella"}]})
    assert found == [
        "x: ship sails on day 2.0, seen 5 (-3.0), ship on site on day 10.0, seen 15 (-5.0), "
        "restored on day 30.0, seen 24 (+6.0), on site and test on day 20.0, seen 9 (+11.0); "
        "Anna, it was bella; held by the voyage"]


def test_what_we_do_not_repair_is_said():
    assert phase_errors(plan(("x", "anna", 1, 2, 3)), {"seen": [{"cable": "y", "days": 9}]}) == [
        "y: not repaired in our plan"]


@pytest.mark.parametrize(("done", "share", "status"), [
    ((10, 20, 30), 1.0, "pass"), ((30, 20, 10), 0.0, "miss"), ((10, 30, 20), 0.667, "miss")])
def test_order_counts_pairs_that_came_back_on_different_days(done, share, status):
    ours = plan(*((cable, "anna", 1, 2, day) for cable, day in zip("xyz", done, strict=True)))
    replay = {"seen": [{"cable": cable, "days": days, "sources": "A"}
                       for cable, days in (("x", 1), ("y", 2), ("z", 3))]}
    check, = _order("repair-t", ours, replay)
    assert (check.ours, check.status) == (share, status)


def test_pairs_of_one_day_do_not_count():
    replay = {"seen": [{"cable": "x", "days": 5, "sources": "A"},
                       {"cable": "y", "days": 7, "sources": "A"},
                       {"cable": "z", "days": 7, "sources": "A"}]}
    ours = plan(("x", "anna", 1, 2, 3), ("y", "anna", 1, 2, 9), ("z", "anna", 1, 2, 4))
    check, = _order("repair-t", ours, replay)
    assert check.detail[0].startswith("2 of 2 pairs")


def test_the_shipped_replays_name_known_cables_and_sources():
    import cablenet as cn

    tables = cn.atlas().tables
    cables = set(tables["cables"]["cable_id"])
    sources = set(tables["sources"]["source_id"])
    ships = set(tables["ships"]["ship_id"])
    replays = read_replays(path("validation") / SOURCE)["replay"]
    assert len(replays) == 4
    for replay in replays:
        rows = [*replay["seen"], *replay.get("ships", []), *([replay["first"]]
                                                             if "first" in replay else [])]
        for row in rows:
            assert set(row["sources"].split(";")) <= sources
            assert row.get("ship", "niwa") in ships
        assert {fault["cable"] for fault in replay.get("faults", [])} <= cables


def test_without_the_file_nothing_is_replayed(tmp_path):
    assert [check.status for check in check_replays(tmp_path)] == ["skipped"]


def test_a_ship_can_lie_elsewhere_than_at_its_base():
    import cablenet as cn

    net = cn.build_network(cn.atlas())
    moved = with_ships_at(net, [{"ship": "reliance", "lon": 147.1, "lat": -9.5}])
    ships = moved.layers.tables["ships"].set_index("ship_id")
    assert (ships.geometry["reliance"].x, ships.geometry["reliance"].y) == (147.1, -9.5)
    assert with_ships_at(net, []) is net
