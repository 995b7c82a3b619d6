"""Repair plans by demand-days, service level and fairness, against every schedule there is."""

from __future__ import annotations

from itertools import combinations, pairwise, permutations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from repair.test_dispatch import outage
from repair.test_network_value import valued

from cablenet.build import build_network
from cablenet.errors import InfeasibleError, InputError, UnknownNameError
from cablenet.repair import Fairness, RepairRules, ServiceLevel, plan_repairs
from cablenet.repair.case import repair_case
from cablenet.repair.network_value import NetworkValue
from cablenet.repair.service_level import CountriesBelow
from cablenet.scenarios.scenario_set import Recipe, scenario_set
from cablenet.testing import small_world


def two_ships(far, near):
    """`valued` with a ship at either end."""
    net = valued(far, near)
    ships = gpd.GeoDataFrame([
        {"ship_id": key, "name": key.title(), "zones": "ZONE", "status": "active",
         "speed_kn": speed, "can_repair": True, "geometry": shapely.Point(lon, 0)}
        for key, lon, speed in (("one", 20, 10.0), ("two", 3, 5.0))],
        geometry="geometry", crs="EPSG:4326")
    return build_network(net.layers.with_tables(ships=ships))


def drawn(seed):
    """Two cables of random room, two ships, three or four faults."""
    rng = np.random.default_rng(seed)
    net = two_ships(float(rng.uniform(0.5, 6)), float(rng.uniform(0.5, 6)))
    places = [(float(x), "near" if x < 10 else "far")
              for x in rng.uniform(0.5, 19.5, 3 + seed % 2).round(2)]
    return net, outage(net, *places)


def every_schedule(net, hit, rules=None):
    """Hours of completion of each job under all assignments and orders, by a second clock."""
    problem = repair_case(net, hit, rules=rules).problem
    jobs = problem.n_jobs
    for order in permutations(range(jobs)):
        for cut in range(jobs + 1):
            done = np.zeros(jobs)
            for ship, route in enumerate((order[:cut], order[cut:])):
                place, free = None, 0
                for j in route:
                    sail = (problem.base_h[ship, j] if place is None
                            else problem.leg_h[ship, place, j])
                    there = max(free, problem.ready_h[ship, j]) + sail
                    free = max(there, problem.permit_h[ship, j]) + problem.work_h[j]
                    done[j], place = free + problem.test_h[j], j
            yield done


def spent(done, until, rate):
    """The area under a rate of the mended jobs, in days."""
    marks = [0.0, *sorted({hour for hour in done if hour < until}), until]
    return sum((b - a) * rate(np.flatnonzero(done <= a)) for a, b in pairwise(marks)) / 24


@pytest.mark.parametrize("seed", range(8))
def test_demand_days_are_the_least_of_all_schedules(seed):
    net, hit = drawn(seed)
    plan = plan_repairs(net, hit, objective="demand_days")
    value = plan.restoration.value
    until = max(90 * 24.0, float(plan.schedule["done_h"].max()))
    best = min(value.demand_days(done.tolist(), until) for done in every_schedule(net, hit))
    assert plan.certificate.status == "optimal"
    assert plan.certificate.objective == pytest.approx(best, abs=1e-6)
    assert plan.certificate.bound == plan.certificate.objective
    additive = plan_repairs(net, hit).schedule.set_index("job_id")["done_h"]
    hours = [float(additive[job.id]) for job in plan.jobs]
    assert best <= value.demand_days(hours, until) + 1e-6


@pytest.mark.parametrize("seed", range(6))
def test_days_below_a_level_are_the_least_of_all_schedules(seed):
    net, hit = drawn(seed)
    level = (0.5, 0.9, 0.99)[seed % 3]
    plan = plan_repairs(net, hit, objective=ServiceLevel(level))
    value = plan.restoration.value
    asked = value.demand_by_country

    def below(mended):
        return float((value.unserved_by_country(mended) > (1 - level) * asked + 1e-6).sum())

    until = max(90 * 24.0, float(plan.schedule["done_h"].max()))
    best = min(spent(done, until, below) for done in every_schedule(net, hit))
    assert plan.certificate.status == "optimal"
    assert plan.certificate.objective == pytest.approx(best, abs=1e-6)
    # the curve says the same: the days of all countries add up
    days = plan.restoration.service_days(level)["day"]
    assert np.minimum(days, until / 24).sum() == pytest.approx(plan.certificate.objective)
    assert plan.to_json()["objective_unit"] == f"country-days below {level:.0%} of demand"


@pytest.mark.parametrize("objective", ["demand_days", ServiceLevel(0.9)])
@pytest.mark.parametrize("seed", range(3))
def test_no_ship_more_spare_nearer_or_permit_faster_worsens_what_the_network_gets(seed, objective):
    net, hit = drawn(seed)
    plain = plan_repairs(net, hit, objective=objective).certificate
    assert plain.status == "optimal"
    for rules in (RepairRules(added_ships=(("x", (7.0, 0.0)),)), RepairRules(pooled=True),
                  RepairRules(added_spares=(("x", (7.0, 0.0)),)),
                  RepairRules(fast_lane={"DEFAULT": 0.0})):
        gift = plan_repairs(net, hit, objective=objective, rules=rules).certificate
        assert gift.objective <= plain.objective + 1e-6


def test_one_named_country_comes_first():
    # of BB's demand 15 % goes to CC by far, the rest crosses near; the ship lies at 20 E. far first
    # brings BB 15 % at 289 h and all at 554 h, near first 85 % at 361 h
    net = valued()
    hit = outage(net, (5.0, "near"), (15.0, "far"))
    some = plan_repairs(net, hit, objective=ServiceLevel(0.15, ("BB",)))
    assert some.schedule["cable_id"].tolist() == ["far", "near"]
    assert some.certificate.objective == pytest.approx(289 / 24)
    most = plan_repairs(net, hit, objective=ServiceLevel(0.8, ("BB",)))
    assert most.schedule["cable_id"].tolist() == ["near", "far"]
    assert most.certificate.objective == pytest.approx(361 / 24)


def test_a_level_nobody_falls_below_leaves_the_order_to_capacity():
    net = valued()  # without far, BB misses 0.15 of its 1 Tbps
    plan = plan_repairs(net, outage(net, (15.0, "far")), objective=ServiceLevel(0.5, ("BB",)))
    assert (plan.certificate.objective, plan.form) == (0.0, "additive")
    assert any("ordered by lit capacity" in note for note in plan.notes)


@pytest.mark.parametrize("seed", range(6))
def test_a_fair_plan_is_the_best_of_the_fair_schedules_or_proved_impossible(seed):
    net, hit = drawn(seed)
    rule = Fairness({"west": ("AA",), "east": ("CC",)}, 1.0 + 0.05 * (seed % 3))
    value = NetworkValue(net, hit, hit.faults["link"].tolist())
    horizon = 90 * 24.0
    first = value.unserved_by_country(())
    west, east = net.country_index("AA"), net.country_index("CC")

    def ratio(done):
        waits = [spent(done, horizon, lambda m, c=c: value.unserved_by_country(m)[c]) / first[c]
                 for c in (west, east) if first[c] > 1e-6]
        return max(waits) / min(waits) if len(waits) > 1 else 1.0

    schedules = list(every_schedule(net, hit))
    until = max(horizon, *(done.max() for done in schedules))
    fair = [value.demand_days(done.tolist(), until) for done in schedules
            if ratio(done) <= rule.most + 1e-9]
    if not fair:
        with pytest.raises(InfeasibleError, match="another's; the nearest has"):
            plan_repairs(net, hit, objective="demand_days", fairness=rule)
        return
    plan = plan_repairs(net, hit, objective="demand_days", fairness=rule)
    assert plan.certificate.status == "optimal"
    assert plan.certificate.objective == pytest.approx(min(fair), abs=1e-6)
    waits = plan.parties["mean_wait_days"].dropna()
    assert waits.max() <= rule.most * waits.min() + 1e-9
    assert plan.certificate.objective >= plan_repairs(
        net, hit, objective="demand_days").certificate.objective - 1e-9


def test_mean_waits_are_worked_out_by_hand():
    # near first: back at 361 h, far at 626 h. AA misses 1 until 361 h (all of it crosses near), but
    # its 1/3 towards CC until 626 h; CC all 1 until 626 h
    net = valued()
    hit = outage(net, (5.0, "near"), (15.0, "far"))
    plan = plan_repairs(net, hit, objective="demand_days",
                        fairness=Fairness({"one": ("AA",), "two": ("CC",)}, 3.0))
    table = plan.parties.set_index("party")
    assert table["lost_tbps"].to_dict() == pytest.approx({"one": 1.0, "two": 1.0})
    assert table.loc["one", "mean_wait_days"] == pytest.approx((361 + 265 / 3) / 24)
    assert table.loc["two", "mean_wait_days"] == pytest.approx(626 / 24)
    assert plan.to_json()["parties"][1]["party"] == "two"


def test_weights_can_be_fair_too():
    net, hit = drawn(3)
    plain = plan_repairs(net, hit)
    loose = plan_repairs(net, hit, fairness=Fairness({"a": ("AA",), "c": ("CC",)}, 50.0))
    assert loose.certificate.objective == pytest.approx(plain.certificate.objective)
    assert loose.form == "coupled"


def test_a_floor_is_below_every_part_of_a_set():
    # a mesh of four countries whose cables are too small for all: any part of any set of repairs
    for seed in range(4):
        rng = np.random.default_rng(seed)
        cables = ("ab", "bc", "cd", "da", "ac")
        layers = small_world(
            [("a", "AA", 0, 0), ("b", "BB", 6, 0), ("c", "CC", 6, 5), ("d", "DD", 0, 5)],
            {"ab": [("a", "b")], "bc": [("b", "c")], "cd": [("c", "d")], "da": [("d", "a")],
             "ac": [("a", "c")]}, hubs=["AA", "CC"],
            lit_tbps={name: float(rng.uniform(0.3, 2.5)) for name in cables})
        net = build_network(layers)
        links = [net.link_index(f"{name}/1") for name in cables]
        value = NetworkValue(net, scenario_set(net, ["x"], [np.array(links)], Recipe(())), links)
        below = CountriesBelow(value, ServiceLevel(0.8))
        for size in range(6):
            for whole in combinations(range(5), size):
                for part_size in range(size + 1):
                    for part in combinations(whole, part_size):
                        assert (value.least_unserved_tbps(whole)
                                <= value.unserved_tbps(part) + 1e-6)
                        assert below.least(whole) <= below.number(part)


def test_wrong_levels_and_parties_are_named():
    net = valued()
    hit = outage(net, (5.0, "near"))
    with pytest.raises(InputError, match="share above 0"):
        ServiceLevel(90)
    with pytest.raises(UnknownNameError, match="ZZ"):
        plan_repairs(net, hit, objective=ServiceLevel(0.9, ("ZZ",)))
    with pytest.raises(InputError, match="two or more parties"):
        Fairness({"one": ("AA",)}, 2.0)
    with pytest.raises(InputError, match="named twice"):
        Fairness({"one": ("AA",), "two": ("AA", "BB")}, 2.0)
    with pytest.raises(InputError, match="give 1"):
        Fairness({"one": ("AA",), "two": ("BB",)}, 0.5)
    with pytest.raises(UnknownNameError, match="ZZ"):
        plan_repairs(net, hit, fairness=Fairness({"one": ("ZZ",), "two": ("BB",)}, 2.0))
