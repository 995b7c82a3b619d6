"""Permits, weather, spares, fleets and canals in `plan_repairs`: each clock worked out by hand."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from repair.test_dispatch import outage, sea

import cablenet as cn
from cablenet.build import build_network
from cablenet.errors import InfeasibleError, InputError, UnknownNameError
from cablenet.repair import RepairRules, plan_repairs
from cablenet.repair.case import repair_case
from cablenet.repair.check_calls import check_calls
from cablenet.repair.durations import (
    LOADING,
    WORK_DEEP,
    WORK_SHALLOW,
    between,
    spare_km,
    work_stage,
)
from cablenet.repair.fleet import fleet_of
from cablenet.repair.jobs import jobs_of
from cablenet.repair.weather import season_at

ONE = [("one", 0, 0, "ZONE", 10.0)]


def with_depots(net, *depots):
    """The same map with depots as (id, lon, zones, km in stock)."""
    table = gpd.GeoDataFrame([
        {"depot_id": key, "name": key.title(), "zones": zones, "spare_km": km,
         "geometry": shapely.Point(lon, 0)} for key, lon, zones, km in depots],
        geometry="geometry", crs="EPSG:4326")
    return build_network(net.layers.with_tables(depots=table))


def with_ships(net, **columns):
    ships = net.layers.ships
    for name, value in columns.items():
        ships[name] = value
    return build_network(net.layers.with_tables(ships=ships), as_of=net.as_of)


def test_a_stage_runs_straight_from_low_through_typical_to_high():
    assert [between(4, 8, 20, q) for q in (0.0, 0.25, 0.5, 0.75, 1.0)] == [4, 6, 8, 14, 20]


def test_work_is_longer_where_the_sea_bed_moved():
    assert work_stage(100.0) is WORK_SHALLOW
    assert work_stage(np.nan) is WORK_DEEP
    # halfway between typical and longest: (7 + 12) / 2 and (8 + 20) / 2
    assert work_stage(100.0, "slope failure").typical == 9.5
    assert work_stage(3000.0, "slope_failure").typical == 14.0


def test_spare_cable_grows_with_depth():
    # 1 km + 2.5 x depth, and 20 km more after a slide
    assert spare_km(100.0) == pytest.approx(1.25)
    assert spare_km(4000.0, "earthquake") == pytest.approx(31.0)


def test_a_cautious_plan_takes_longer_permits_work_and_tests():
    # quantile 0.75: work 14 d, test 1.5 d; permit (2 + 10 + 30: 20 d) from the nomination
    net = sea(ships=ONE)
    typical, = jobs_of(net, outage(net, (5.0, "near")))
    careful, = jobs_of(net, outage(net, (5.0, "near")), rules=RepairRules(quantile=0.75))
    assert (typical.work_h, typical.test_h) == (8 * 24, 24)
    assert (careful.work_h, careful.test_h) == (14 * 24, 36)


def test_a_draw_is_the_same_for_the_same_seed_and_keeps_to_the_range():
    net = sea(ships=ONE)
    hit = outage(net, (5.0, "near"), (15.0, "far"))
    drawn = [[job.work_h for job in jobs_of(net, hit, rules=RepairRules(draw=seed))]
             for seed in range(40)]
    assert drawn[3] == [job.work_h for job in jobs_of(net, hit, rules=RepairRules(draw=3))]
    flat = np.array(drawn) / 24
    assert 4 <= flat.min() < 6
    assert 14 < flat.max() <= 20
    # the mean of such a range is (low + 2 typical + high) / 4 = 10; 80 draws, sd 4.4: +- 1.5
    assert flat.mean() == pytest.approx(10.0, abs=1.5)


def test_hard_seasons_lengthen_the_work():
    assert season_at(65.0, 15.0, 7).factor == 1.5
    assert season_at(65.0, 15.0, 12) is None
    assert season_at(119.0, 23.0, 1).factor == 1.4
    assert season_at(-140.0 - 360.0, 50.0, 1).factor == 1.4
    assert season_at(119.0, 23.0, None) is None
    with pytest.raises(InputError, match="month"):
        season_at(0.0, 0.0, 13)


def test_a_fast_lane_counts_from_the_fault_and_for_any_ship():
    waters = [("bb", "eez", "BB", "near/1")]
    net = sea(ships=[("one", 0, 0, "OTHER", 10.0)],
              permits=[("BB", 30.0, "nomination", False)], waters=waters)
    hit = outage(net, (5.0, "near"))
    slow = plan_repairs(net, hit)
    # nominated at 12 h, 30 days: 732 h
    assert slow.schedule.loc[0, "start_h"] == 732
    assert slow.schedule.loc[0, "held_by"] == "permit of BB, there on day 30.5"
    fast = plan_repairs(net, hit, rules=RepairRules(fast_lane={"BB": 3.0}))
    # 3 days = 72 h; the chartered ship arrives at 156 + 37 = 193 h
    assert fast.schedule.loc[0, "permit_h"] == 72
    assert fast.schedule.loc[0, "start_h"] == 193
    assert fast.schedule.loc[0, "held_by"] == "charter of One, then its voyage"


def test_a_permit_bound_to_a_ship_waits_for_its_charter_and_spares_the_own_flag():
    waters = [("bb", "eez", "BB", "near/1")]
    net = sea(ships=[("one", 0, 0, "OTHER", 10.0), ("two", 0, 0, "OTHER", 10.0)],
              permits=[("BB", 30.0, "nomination", False)], waters=waters)
    permits = net.layers.tables["permits"].copy()
    permits["ship_bound"] = True
    permits["own_flag_days"] = 4.0
    net = build_network(net.layers.with_tables(permits=permits))
    net = with_ships(net, flag=["CC", "BB"])
    case = repair_case(net, outage(net, (5.0, "near")))
    # located 12 h + charter 120 h + 30 d = 852 h; own flag 12 + 120 + 96 = 228 h
    assert case.problem.permit_h.tolist() == [[852], [228]]
    assert plan_repairs(net, outage(net, (5.0, "near"))).schedule.loc[0, "ship"] == "Two"


def test_a_ship_calls_at_the_depot_that_holds_the_spares_before_its_first_work():
    net = with_depots(sea(ships=ONE), ("harbour", 2.0, "ZONE", np.nan))
    plan = plan_repairs(net, outage(net, (5.0, "near"), (6.0, "near")))
    first, second = plan.schedule.sort_values("start_h").to_dict("records")
    # base to depot 2 degrees and on to 5 E: the same 37 h at sea as straight, and 36 h to load
    assert first["depot"] == "Harbour"
    assert (first["depart_h"], first["arrive_h"]) == (36, 36 + 37 + LOADING.hours)
    assert first["load_h"] == 36
    # the second job's spares are aboard
    assert (second["depot"], second["load_h"]) == ("", 0)


def test_a_depot_beside_the_base_needs_no_call():
    net = with_depots(sea(ships=ONE), ("quay", 0.1, "ZONE", np.nan), ("other", 9.0, "OTHER", 5.0))
    plan = plan_repairs(net, outage(net, (5.0, "near")))
    assert plan.schedule.loc[0, "arrive_h"] == 73
    assert not plan.schedule.loc[0, "depot"]


def test_no_spares_left_is_named_and_the_rest_is_planned():
    # unknown depth counts as 3,000 m: 8.5 km a job; 10 km serve one job, the worthier near
    net = with_depots(sea(ships=ONE), ("quay", 0.1, "ZONE", 10.0))
    plan = plan_repairs(net, outage(net, (15.0, "far"), (5.0, "near")))
    assert plan.schedule["cable_id"].tolist() == ["near"]
    assert plan.not_served["reason"].tolist() == [
        "no spares left: 8.5 km of cable needed, no depot of ZONE has more than 1.5 km"]
    with pytest.raises(InfeasibleError, match="no spares left"):
        empty = with_depots(sea(ships=ONE), ("quay", 0.1, "ZONE", 1.0))
        plan_repairs(empty, outage(empty, (5.0, "near")))


def test_more_depots_or_ships_or_fast_permits_never_worsen_the_optimum():
    rng = np.random.default_rng(5)
    for _ in range(6):
        lon = np.sort(rng.uniform(0.5, 19.5, 5)).round(2)
        net = with_depots(sea(ships=[("one", 0, 0, "ZONE", 10.0), ("two", 19, 0, "OTHER", 12.0)],
                              permits=[("BB", 20.0, "nomination", False)],
                              waters=[("bb", "eez", "BB", "near/1")]),
                          ("far-off", 12.0, "ZONE", np.nan))
        hit = outage(net, *((float(x), "near" if x < 10 else "far") for x in lon))
        plain = plan_repairs(net, hit).certificate.objective
        for rules in (RepairRules(added_ships=(("x", (4.0, 0.0)),)),
                      RepairRules(added_spares=(("x", (4.0, 0.0)),)),
                      RepairRules(fast_lane={"BB": 2.0})):
            assert plan_repairs(net, hit, rules=rules).certificate.objective <= plain + 1e-9


def test_with_a_ship_for_every_job_nobody_queues_and_without_permits_nobody_waits_for_one():
    waters = [("bb", "eez", "BB", "near/1"), ("bb2", "eez", "BB", "far/1")]
    many = [(f"s{i}", 0, 0, "ZONE", 10.0) for i in range(4)]
    net = sea(ships=many, permits=[("BB", 30.0, "nomination", False)], waters=waters)
    hit = outage(net, (5.0, "near"), (6.0, "near"), (15.0, "far"), (18.0, "far"))
    rows = plan_repairs(net, hit, rules=RepairRules(fast_lane={"BB": 0.0})).schedule
    assert (rows["queue_days"] == 0).all()
    # the optimum is pure transit: each job is done as early as a ship alone could
    assert (rows["start_h"] == rows["arrive_h"]).all()
    case = repair_case(net, hit, rules=RepairRules(fast_lane={"BB": 0.0}))
    alone = case.problem.earliest().min(axis=0)
    assert sorted(rows["done_h"]) == sorted(alone)


def test_a_pooled_fleet_ignores_agreements():
    net = sea(ships=[("one", 0, 0, "OTHER", 10.0)])
    plan = plan_repairs(net, outage(net, (5.0, "near")), rules=RepairRules(pooled=True))
    assert plan.schedule.loc[0, "depart_h"] == 36
    assert plan.schedule.loc[0, "in_contract"]


def test_a_contract_comes_before_a_charter():
    # 'far' is under OTHER now and worth more; the only ship is under ZONE and serves near first
    net = sea(ships=ONE)
    cables = net.layers.cables
    cables["maintenance_agreement"] = np.where(cables["cable_id"] == "far", "OTHER", "ZONE")
    net = build_network(net.layers.with_tables(cables=cables))
    plan = plan_repairs(net, outage(net, (15.0, "far"), (5.0, "near")),
                        weights={"far": 1000.0, "near": 1.0})
    assert plan.schedule["cable_id"].tolist() == ["near", "far"]


def test_a_busy_ship_comes_later_and_a_shallow_one_not_at_all():
    net = sea(ships=ONE)
    net = build_network(net.layers, as_of="2026-06-01")
    net = with_ships(net, free_from="2026-06-11")
    # free after 10 days, then mobilise 24 h: 264 h
    row = plan_repairs(net, outage(net, (5.0, "near"))).schedule.iloc[0]
    assert row["depart_h"] == 264
    assert row["held_by"] == "One, free from day 10.0"
    ship, = fleet_of(with_ships(sea(ships=ONE), max_depth_m=50.0))
    assert ship.max_depth_m == 50.0


def test_what_is_too_deep_for_every_ship_is_named():
    net = with_ships(sea(ships=ONE), max_depth_m=50.0)
    profile = pd.DataFrame([{"segment_id": key, "km_from": 0.0, "km_to": 1200.0, "depth_m": 900.0}
                            for key in ("near/1", "far/1")])
    net = build_network(net.layers.with_tables(depth_profile=profile))
    with pytest.raises(InfeasibleError, match="900 m is deeper than any ship works"):
        plan_repairs(net, outage(net, (5.0, "near")))


def test_days_that_cannot_be_are_named():
    net = sea(ships=ONE)
    permits = net.layers.tables["permits"].copy()
    permits["days_low"] = 9.0
    net = build_network(net.layers.with_tables(permits=permits))
    with pytest.raises(InputError, match="do not rise"):
        plan_repairs(net, outage(net, (5.0, "near")))
    with pytest.raises(InputError, match="negative"):
        RepairRules(fast_lane={"BB": -1.0})
    with pytest.raises(InputError, match="quantile"):
        RepairRules(quantile=1.5)
    with pytest.raises(InputError, match="lon, lat"):
        RepairRules(added_ships=(("x", (0.0, 95.0)),))
    with pytest.raises(InputError, match="weights"):
        plan_repairs(net, outage(net, (5.0, "near")), weights={"near": -1.0})


def test_the_checker_finds_work_without_spares_and_a_charter_before_a_contract():
    net = with_depots(sea(ships=ONE), ("harbour", 2.0, "ZONE", np.nan))
    hit = outage(net, (5.0, "near"))
    case, plan = repair_case(net, hit), plan_repairs(net, hit)
    parts = (case.ships, case.jobs, case.spares, case.depots)
    assert check_calls(plan.schedule, *parts) == []
    for column, value, finding in (("depot_id", "", "without spares"), ("load_h", 1, "too briefly"),
                                   ("depart_h", 3, "other work")):
        bad = plan.schedule.copy()
        bad.loc[0, column] = value
        assert any(finding in text for text in check_calls(bad, *parts)), column


def test_a_schedule_costs_its_ship_days():
    # called at 73 - 37 - 24 = 12 h, left at 265 h: 253 h at 60,000 a day
    net = sea(ships=ONE)
    plan = plan_repairs(net, outage(net, (5.0, "near")))
    assert plan.ships_used().loc[0, "ship_days"] == pytest.approx(253 / 24)
    assert plan.cost_musd == pytest.approx(253 / 24 * 0.06)


def test_ships_pass_suez_unless_it_is_closed():
    # Mumbai to Marseille: some 8,500 km by Suez, some 19,500 round the Cape
    mumbai, marseille = (72.8, 18.8), (5.3, 43.2)
    open_km = cn.ship_router().distance_km(*mumbai, *marseille)
    closed_km = cn.ship_router(frozenset({"suez"})).distance_km(*mumbai, *marseille)
    assert 8000 < open_km < 9200
    assert 18500 < closed_km < 21000
    with pytest.raises(UnknownNameError, match="suez"):
        cn.ship_router(frozenset({"suze"}))
