"""The checkers of a schedule: each rule is broken in turn, and found without a solver."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from repair.test_dispatch import outage, sea

from cablenet.build import build_network
from cablenet.repair import plan_repairs
from cablenet.repair.case import repair_case
from cablenet.repair.check_calls import check_calls
from cablenet.repair.check_schedule import check_schedule
from cablenet.repair.schedule import schedule_of


def world():
    """One ship under ZONE at 0 E, one to be chartered at 19 E, a depot at 2 E; near asks BB for a
    permit of 4 days that belongs to the ship and runs from its nomination."""
    net = sea(ships=[("one", 0, 0, "ZONE", 10.0), ("two", 19, 0, "OTHER", 12.0)],
              permits=[("BB", 4.0, "nomination", False)], waters=[("bb", "eez", "BB", "near/1")])
    permits = net.layers.tables["permits"].copy()
    permits["ship_bound"] = True
    depots = gpd.GeoDataFrame([
        {"depot_id": key, "name": key.title(), "zones": "ZONE", "spare_km": km,
         "geometry": shapely.Point(lon, 0)} for key, lon, km in (("harbour", 2.0, np.nan),)],
        geometry="geometry", crs="EPSG:4326")
    return build_network(net.layers.with_tables(permits=permits, depots=depots))


@pytest.fixture(scope="module")
def parts():
    net = world()
    hit = outage(net, (5.0, "near"), (6.0, "near"), (15.0, "far"))
    return repair_case(net, hit, charter=True), plan_repairs(net, hit, charter=True)


def wrong(case, schedule, **changed):
    """All that both checkers say."""
    seen = replace(case, **changed)
    return check_schedule(schedule, seen.ships, seen.jobs, seen.legs) + check_calls(
        schedule, seen.ships, seen.jobs, seen.spares, seen.depots)


def shifted(frame, row, hours, *columns):
    """A row with some of its hours moved, its days along."""
    for name in columns:
        frame.loc[row, f"{name}_h"] += hours
        if f"{name}_day" in frame:
            frame.loc[row, f"{name}_day"] = frame.loc[row, f"{name}_h"] / 24
    return frame


def test_a_whole_plan_passes(parts):
    case, plan = parts
    assert wrong(case, plan.schedule) == []
    assert check_schedule(plan.schedule, case.ships, case.jobs, case.legs,
                          round(plan.certificate.objective * 2400)) == []


EVERY = ("depart", "arrive", "start", "leave", "done")
FIRST, SECOND = 0, -1
SHIFTS = {
    "in two places at once": (SECOND, -200, EVERY, "before it is free"),
    "before it has mobilised": (FIRST, -30, EVERY, "before it is free"),
    "faster than its speed": (FIRST, -3, EVERY[1:], "faster than it can"),
    "loading in no time": (FIRST, -36, EVERY[1:], "faster than it can"),
    "work before arrival": (SECOND, -1, ("start",), "before it arrives"),
    "work before a ship's own permit": (FIRST, -12, EVERY, "before the permit"),
    "too little work": (FIRST, -1, ("leave",), "works too briefly"),
    "work of less than nothing": (FIRST, -900, ("leave",), "works too briefly"),
    "too short a test": (FIRST, -1, ("done",), "tests too briefly"),
}


@pytest.mark.parametrize("name", SHIFTS)
def test_every_hour_too_early_is_found(parts, name):
    case, plan = parts
    mine = plan.schedule[plan.schedule["ship_id"] == "one"].sort_values("start_h").index
    which, hours, columns, finding = SHIFTS[name]
    bad = shifted(plan.schedule.copy(), mine[which], hours, *columns)
    if finding == "before the permit":  # as soon as it is there, less an hour
        late = int(plan.schedule.loc[mine[which], "permit_h"])
        bad = shifted(plan.schedule.copy(), mine[which], late - 1 - int(
            plan.schedule.loc[mine[which], "start_h"]), *EVERY)
    assert any(finding in text for text in wrong(case, bad)), wrong(case, bad)


def test_days_that_do_not_say_what_the_hours_say_are_found(parts):
    case, plan = parts
    bad = plan.schedule.copy()
    bad.loc[0, "done_day"] -= 1
    assert any("differ from its hours" in text for text in wrong(case, bad))


def test_a_missing_a_doubled_and_an_unknown_row_are_found(parts):
    case, plan = parts
    assert wrong(case, plan.schedule.iloc[1:])
    twice = plan.schedule.copy()
    twice.loc[0, "job_id"] = twice.loc[1, "job_id"]
    assert any("exactly once" in text for text in wrong(case, twice))
    for column, value in (("ship_id", "ghost"), ("job_id", "J99")):
        strange = plan.schedule.copy()
        strange.loc[0, column] = value
        assert any("no such job, or no ship" in text for text in wrong(case, strange))


def test_spares_not_loaded_loaded_elsewhere_or_too_briefly_are_found(parts):
    case, plan = parts
    first = plan.schedule.index[plan.schedule["depot_id"] == "harbour"][0]
    without = plan.schedule.copy()
    without.loc[first, ["depot_id", "load_h"]] = ["", 0]
    assert any("works without spares" in text for text in wrong(case, without))
    brief = plan.schedule.copy()
    brief.loc[first, "load_h"] = 35
    assert any("loads too briefly" in text for text in wrong(case, brief))
    elsewhere = tuple(replace(depot, id="other") for depot in case.depots)
    bad = plan.schedule.copy()
    bad.loc[first, "depot_id"] = "nowhere"
    assert any("no depot 'nowhere'" in text for text in wrong(case, bad))
    assert any("no depot 'harbour'" in text
               for text in wrong(case, plan.schedule, depots=elsewhere))


def test_more_spares_than_a_depot_has_are_found(parts):
    case, plan = parts
    few = tuple(replace(depot, stock_km=10.0) for depot in case.depots)
    assert any("has not" in text for text in wrong(case, plan.schedule, depots=few))


def test_refused_waters_too_deep_water_and_other_work_are_found(parts):
    case, plan = parts
    refused = tuple(replace(job, refused_by=("BB",)) for job in case.jobs)
    assert any("refused" in text for text in wrong(case, plan.schedule, jobs=refused))
    deep = tuple(replace(job, depth_m=-4000.0) for job in case.jobs)
    shallow = tuple(replace(ship, max_depth_m=1000.0) for ship in case.ships)
    assert any("deeper" in text
               for text in wrong(case, plan.schedule, jobs=deep, ships=shallow))
    busy = tuple(replace(ship, free_h=5000) for ship in case.ships)
    assert any("other work" in text for text in wrong(case, plan.schedule, ships=busy))


def test_a_permit_tied_to_a_ship_is_not_another_ships(parts):
    # One has its permit at 12 + 96 h; Two must be chartered first: 12 + 120 + 96 = 228 h
    case, plan = parts
    row = plan.schedule.index[plan.schedule["cable_id"] == "near"][0]
    assert plan.schedule.loc[row, "permit_h"] == 108
    bad = plan.schedule.copy()
    bad.loc[row, "ship_id"] = "two"
    found = wrong(case, bad)
    assert any("Two: starts before the permit" in text for text in found)
    assert any("otherwise than it says" in text for text in found)


def test_a_charter_before_a_contract_is_found():
    net = world()
    cables = net.layers.cables
    cables["maintenance_agreement"] = np.where(cables["cable_id"] == "far", "OTHER", "ZONE")
    net = build_network(net.layers.with_tables(cables=cables))
    hit = outage(net, (5.0, "near"), (15.0, "far"))
    case = repair_case(net, hit, charter=True)
    near, far = (next(j for j, job in enumerate(case.jobs) if job.cable_id == name)
                 for name in ("near", "far"))
    one = next(s for s, ship in enumerate(case.ships) if ship.id == "one")
    routes = [()] * len(case.ships)
    routes[one] = (far, near)
    assert any("contract comes after a charter" in text
               for text in wrong(case, schedule_of(case, routes)))


def test_what_has_happened_is_not_judged_but_counts_for_what_follows(parts):
    case, plan = parts
    mine = plan.schedule[plan.schedule["ship_id"] == "one"].sort_values("start_h").index
    bad = shifted(plan.schedule.copy(), mine[0], -3, "arrive", "start")
    name = str(bad.loc[mine[0], "job_id"])
    assert check_schedule(bad, case.ships, case.jobs, case.legs, known={name}) == []
    late = shifted(plan.schedule.copy(), mine[0], 30, "leave", "done")
    assert any("before it is free" in text for text in check_schedule(
        late, case.ships, case.jobs, case.legs, known={name}))
