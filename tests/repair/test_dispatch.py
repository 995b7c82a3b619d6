"""`plan_repairs` on a small sea: clocks worked out by hand, permits, contracts, restoration."""

from __future__ import annotations

from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from cablenet.build import build_network
from cablenet.errors import InfeasibleError, InputError
from cablenet.repair import plan_repairs
from cablenet.repair.check_schedule import check_schedule
from cablenet.repair.durations import transit_hours
from cablenet.repair.fleet import fleet_of
from cablenet.repair.jobs import jobs_of
from cablenet.repair.sea_legs import sea_legs
from cablenet.scenarios import areas, cuts, losses
from cablenet.scenarios.faults import faults_at
from cablenet.scenarios.scenario_set import Recipe, concat, scenario_set
from cablenet.testing import small_world


def sea(ships=(), permits=(), waters=(), **cable):
    """Two countries on two cables along the equator, each 10 degrees (1,113.19 km) long.

    AA --near-- BB --far-- CC      AA is the hub; ships as (id, lon, lat, zones, speed)
    """
    layers = small_world(
        [("a", "AA", 0, 0), ("b", "BB", 10, 0), ("c", "CC", 20, 0)],
        {"near": [("a", "b")], "far": [("b", "c")]},
        hubs=["AA"], lit_tbps={"near": 10.0, "far": 4.0})
    cables = layers.cables.copy()
    cables["maintenance_agreement"] = cable.get("agreement", "ZONE")
    tables = {
        "cables": cables,
        "maintenance_agreements": pd.DataFrame([
            {"agreement_id": "ZONE", "name": "Zone", "mobilise_days": 1.0},
            {"agreement_id": "OTHER", "name": "Other", "mobilise_days": 1.0}]),
        "permits": pd.DataFrame([
            {"country": country, "days_low": days, "days_typical": days, "days_high": days,
             "clock": clock, "refused": refused}
            for country, days, clock, refused in (*permits, ("DEFAULT", 0.0, "fault", False))]),
    }
    if ships:
        tables["ships"] = gpd.GeoDataFrame([
            {"ship_id": key, "name": key.title(), "zones": zones, "status": "active",
             "speed_kn": speed, "can_repair": True, "geometry": shapely.Point(lon, lat)}
            for key, lon, lat, zones, speed in ships], geometry="geometry", crs="EPSG:4326")
    if waters:
        tables["jurisdictions"] = gpd.GeoDataFrame([
            {"jurisdiction_id": key, "kind": kind, "claimants": claimants,
             "geometry": shapely.box(0, -1, 20, 1)} for key, kind, claimants, *_ in waters],
            geometry="geometry", crs="EPSG:4326")
        tables["segment_jurisdictions"] = pd.DataFrame([
            {"segment_id": segment, "km_from": 0.0, "km_to": 1200.0, "jurisdiction_id": key}
            for key, _, _, segment in waters])
    return build_network(layers.with_tables(**tables))


def outage(net, *places):
    """Cuts at longitudes on the equator, as one scenario."""
    parts = [cuts.cut(net, lon, 0.0, cable=cable) for lon, cable in places]
    faults = concat(parts).faults.assign(scenario=0)
    return scenario_set(net, ["outage"], [faults["link"].to_numpy(np.int64)], parts[0].recipe,
                        faults=faults)


def test_one_repair_takes_locate_mobilise_transit_work_and_test():
    # ship at AA, cut at 5 E: 556.6 km x 1.2 = 667.9 km = 360.7 nm at 10 kn = 36.07 h -> 37 h.
    # locate 12 + mobilise 24 + transit 37 = 73; unknown depth: 8 d = 192; test 24: 289 h.
    net = sea(ships=[("one", 0, 0, "ZONE", 10.0)])
    plan = plan_repairs(net, outage(net, (5.0, "near")))
    row = plan.schedule.iloc[0]
    assert (row["depart_h"], row["arrive_h"], row["start_h"]) == (36, 73, 73)
    assert (row["leave_h"], row["done_h"]) == (265, 289)
    assert row["longest_wait"] == "work"
    # weight 10 (lit Tbps) x 289 h = 120.42 Tbps-days
    assert plan.certificate.objective == pytest.approx(10 * 289 / 24)
    assert plan.certificate.status == "optimal"
    assert plan.certificate.checked


def test_the_more_valuable_cable_is_mended_first():
    # one ship halfway: 4 Tbps far or 10 Tbps near first, both equally distant
    net = sea(ships=[("one", 10, 0, "ZONE", 10.0)])
    plan = plan_repairs(net, outage(net, (15.0, "far"), (5.0, "near")))
    assert plan.schedule["cable_id"].tolist() == ["near", "far"]
    turned = plan_repairs(net, outage(net, (15.0, "far"), (5.0, "near")),
                          weights={"far": 10.0, "near": 4.0})
    assert turned.schedule["cable_id"].tolist() == ["far", "near"]


def test_a_ship_outside_the_contract_waits_five_days_for_its_charter():
    # depart at locate 12 + mobilise 24 + charter 120 = 156 h
    net = sea(ships=[("one", 0, 0, "OTHER", 10.0)])
    plan = plan_repairs(net, outage(net, (5.0, "near")))
    assert plan.schedule.loc[0, "depart_h"] == 156
    assert not plan.schedule.loc[0, "in_contract"]
    assert any("charter" in note for note in plan.notes)


def test_other_ships_are_sent_only_where_none_is_under_contract_or_when_asked_for():
    # the contracted ship lies 10 degrees off; the other one at the fault, but to be chartered
    net = sea(ships=[("far", 20, 0, "ZONE", 1.0), ("near", 5, 0, "OTHER", 10.0)])
    assert plan_repairs(net, outage(net, (5.0, "near"))).schedule.loc[0, "ship"] == "Far"
    freely = plan_repairs(net, outage(net, (5.0, "near")), charter=True)
    assert freely.schedule.loc[0, "ship"] == "Near"


def test_disputed_waters_ask_every_claimant_and_the_slowest_counts():
    # BB 3 days from the fault, CC 20 days from the nomination (0.5 d): 20.5 d = 492 h
    net = sea(ships=[("one", 0, 0, "ZONE", 10.0)],
              permits=[("BB", 3.0, "fault", False), ("CC", 20.0, "nomination", False)],
              waters=[("disputed-x", "disputed", "BB;CC", "near/1")])
    job, = jobs_of(net, outage(net, (5.0, "near")))
    assert job.asked == ("BB", "CC")
    assert job.permit_h() == 492
    plan = plan_repairs(net, outage(net, (5.0, "near")))
    assert plan.schedule.loc[0, "start_h"] == 492
    assert plan.schedule.loc[0, "longest_wait"] == "permit"


def test_the_high_seas_ask_nobody():
    net = sea(permits=[("BB", 3.0, "fault", False)],
              waters=[("high-seas", "high_seas", None, "near/1")])
    job, = jobs_of(net, outage(net, (5.0, "near")))
    assert (job.asked, job.permit_h()) == ((), 0)


def test_refused_waters_are_listed_and_not_lost():
    net = sea(ships=[("one", 0, 0, "ZONE", 10.0)], permits=[("CC", 9.0, "fault", True)],
              waters=[("CC-eez", "eez", "CC", "far/1")])
    plan = plan_repairs(net, outage(net, (5.0, "near"), (15.0, "far")))
    assert plan.schedule["cable_id"].tolist() == ["near"]
    assert plan.not_served["reason"].tolist() == ["CC refuses the permit"]
    assert plan.restoration.at(90.0)["links_down"] == 1
    with pytest.raises(InfeasibleError) as raised:
        plan_repairs(net, outage(net, (15.0, "far")))
    assert "CC refuses" in raised.value.conflict[0]


def test_without_ships_no_plan_can_exist():
    net = sea()
    with pytest.raises(InfeasibleError, match="0 ships"):
        plan_repairs(net, outage(net, (5.0, "near")))


class Sea:
    """A mesh of four cells: up from the equator at 5 E, along 10 N, and down at 0 E; one apart."""

    mesh = SimpleNamespace(lon=np.array([5.0, 5.0, 0.0, 0.0, 90.0]),
                           lat=np.array([0.0, 10.0, 10.0, 0.0, 50.0]))

    def __init__(self, base_cell):
        self.base_cell = base_cell

    def nearest(self, lon, lat):
        return self.base_cell if lon == 0 else 0

    def tree(self, lon, lat):
        return SimpleNamespace(start=0, before=np.array([-9999, 0, 1, 2, -9999]))


def test_where_the_router_knows_no_way_no_ship_sails():
    net = sea(ships=[("one", 0, 0, "ZONE", 10.0)])
    with pytest.raises(InfeasibleError, match="no ship can sail"):
        plan_repairs(net, outage(net, (5.0, "near")), router=Sea(base_cell=4))


def test_a_router_gives_the_length_of_its_way():
    net = sea(ships=[("one", 0, 0, "ZONE", 10.0)])
    jobs = jobs_of(net, outage(net, (5.0, "near")))
    legs = sea_legs(fleet_of(net), jobs, Sea(base_cell=3))
    # up 10 degrees (1,105.85 km), along 5 at 10 N (548.11 km), down again: 2,759.8 km
    assert legs.from_base[0, 0] == pytest.approx(2759.8, abs=1.0)
    assert not legs.assumed


def test_a_fault_on_land_needs_no_ship():
    net = sea()
    segments = net.layers.segments
    segments["kind"] = np.where(segments["cable_id"] == "near", "land", "wet")
    net = build_network(net.layers.with_tables(segments=segments))
    link = net.link_index("near/1")
    hit = scenario_set(net, ["digger"], [np.array([link])], Recipe(()),
                       faults=faults_at(net, [0], [link], [500.0], "digger"))
    plan = plan_repairs(net, hit)
    assert not len(plan.schedule)
    # locate 0.5 d + 3 d by road
    assert plan.restoration.steps["day"].tolist() == [0.0, 3.5]
    assert plan.restoration.steps["isolated_people"].tolist() == [2_000_000.0, 0.0]
    assert "0 repairs" in repr(plan)
    assert any("land legs" in note for note in plan.notes)


def test_the_curve_counts_people_until_their_cable_is_back():
    # near cut isolates BB and CC (a million each); mended after 289 h
    net = sea(ships=[("one", 0, 0, "ZONE", 10.0)])
    curve = plan_repairs(net, outage(net, (5.0, "near"))).restoration
    assert curve.steps["isolated_people"].tolist() == [2_000_000.0, 0.0]
    assert curve.steps["lost_lit_tbps"].tolist() == [10.0, 0.0]
    assert curve.loss("lost_lit_tbps") == pytest.approx(10.0 * 289 / 24)
    assert curve.at(12.0)["links_down"] == 1
    assert curve.at(12.05)["links_down"] == 0


def test_the_land_side_of_a_lost_station_is_mended_by_crews():
    # the disk takes station b with its backhaul; its crews need 0.5 + 7 d, the ship far longer
    net = sea(ships=[("one", 0, 0, "ZONE", 10.0)])
    plan = plan_repairs(net, areas.disk(net, 10.0, 0.0, 50.0, name="harbour"))
    steps = plan.restoration.steps
    assert steps["day"].iloc[1] == 7.5
    assert steps["restored"].iloc[1] == "land side of lost stations"
    assert steps["lost_lit_tbps"].iloc[0] == 14.0
    assert steps["links_down"].iloc[-1] == 0


def test_a_cable_with_two_faults_is_back_when_both_are_mended():
    net = sea(ships=[("one", 0, 0, "ZONE", 10.0), ("two", 10, 0, "ZONE", 10.0)])
    plan = plan_repairs(net, outage(net, (1.0, "near"), (6.0, "near")))
    assert len(plan.schedule) == 2
    assert len(plan.restoration.steps) == 2
    assert plan.restoration.steps["day"].iloc[1] == plan.schedule["done_day"].max()
    # lit capacity of the cable is shared among its two faults
    assert plan.schedule["weight"].tolist() == [5.0, 5.0]


def test_what_has_no_place_cannot_be_sailed_to():
    net = sea(ships=[("one", 0, 0, "ZONE", 10.0)])
    with pytest.raises(InputError, match="no fault at sea"):
        plan_repairs(net, losses.cable_losses(net, ["near"]))
    both = concat([cuts.cut(net, 5.0, 0.0), cuts.cut(net, 15.0, 0.0)])
    with pytest.raises(InputError, match="one outage at a time"):
        plan_repairs(net, both)


def test_a_ship_that_is_away_or_cannot_repair_is_no_ship():
    net = sea(ships=[("one", 0, 0, "ZONE", 10.0), ("two", 1, 0, "ZONE", 10.0),
                     ("three", 2, 0, "ZONE", 10.0)])
    ships = net.layers.ships
    ships["status"] = ["active", "retired", "active"]
    ships["can_repair"] = [True, True, False]
    again = build_network(net.layers.with_tables(ships=ships))
    assert [ship.id for ship in fleet_of(again)] == ["one"]


def plan_and_parts():
    net = sea(ships=[("one", 0, 0, "ZONE", 10.0), ("two", 20, 0, "OTHER", 12.0)])
    hit = outage(net, (5.0, "near"), (15.0, "far"), (18.0, "far"))
    plan = plan_repairs(net, hit)
    ships, jobs = fleet_of(net), jobs_of(net, hit)
    return plan, ships, jobs, sea_legs(ships, jobs, None)


def test_the_checker_accepts_the_plan_and_finds_every_broken_rule():
    plan, ships, jobs, legs = plan_and_parts()
    whole = round(plan.certificate.objective * 24 * 100)
    assert check_schedule(plan.schedule, ships, jobs, legs, whole) == []
    for column, change, finding in (
        ("depart_h", -40, "before it is free"), ("arrive_h", -20, "faster than it can"),
        ("start_h", -1, "before it arrives"), ("leave_h", -1, "works too briefly"),
        ("done_h", -1, "tests too briefly"),
    ):
        bad = plan.schedule.copy()
        bad.loc[0, column] += change
        found = check_schedule(bad, ships, jobs, legs, whole)
        assert any(finding in text for text in found), column
    assert check_schedule(plan.schedule, ships, jobs, legs, whole + 1)
    assert check_schedule(plan.schedule.iloc[1:], ships, jobs, legs, whole)


def test_a_plan_can_be_read_drawn_and_sent():
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    plan, *_ = plan_and_parts()
    assert "3 repairs" in repr(plan)
    assert len(plan.to_geo()) == 3
    assert {"status", "objective", "bound", "gap", "seconds", "checked"} <= set(plan.to_json())
    assert plan.plot().get_title(loc="left") == "outage: what each repair takes"
    assert plan.restoration.plot("isolated_people").get_title() == "outage"
    plt.close("all")
    assert "person-days" in repr(plan.restoration)


def test_hours_at_sea_are_rounded_up():
    assert transit_hours(18.52, 10.0) == 1
    assert transit_hours(18.53, 10.0) == 2
    assert transit_hours(0.0, 10.0) == 0


def test_the_same_seed_gives_the_same_plan():
    first, second = (plan_and_parts()[0] for _ in range(2))
    pd.testing.assert_frame_equal(first.schedule, second.schedule)
