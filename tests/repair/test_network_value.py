"""Repairs valued by what the network gets back: clocks and Tbps worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from repair.test_dispatch import outage, sea

from cablenet.build import build_network
from cablenet.errors import InputError
from cablenet.repair import plan_repairs
from cablenet.repair.network_value import NetworkValue, marginal_weights


def valued(far=40.0, near=4.0):
    """AA --near-- BB --far-- CC in series, demand 1 Tbps a country, one ship beside CC.

    Demand by pair, both ways: AA-BB 0.667 + 0.85, AA-CC 0.333 + 0.85, BB-CC 0.15 + 0.15.
    """
    net = sea(ships=[("one", 20, 0, "ZONE", 10.0)])
    layers = net.layers
    segments = layers.segments
    for table in ("design_capacity_tbps", "lit_capacity_tbps"):
        segments[table] = np.where(segments["cable_id"] == "far", far, near)
    return build_network(layers.with_tables(segments=segments))


def test_sections_in_series_are_worth_more_together():
    net = valued()
    hit = outage(net, (5.0, "near"), (15.0, "far"))
    value = NetworkValue(net, hit, hit.faults["link"].tolist())
    # nothing: all 3; near alone leaves CC's 0.333 + 0.85 + 0.3; far alone brings 0.3 back
    assert value.unserved_tbps([]) == pytest.approx(3.0)
    assert value.unserved_tbps([0]) == pytest.approx(0.3333333 + 0.85 + 0.3)
    assert value.unserved_tbps([1]) == pytest.approx(2.7)
    assert value.unserved_tbps([0, 1]) == pytest.approx(0.0, abs=1e-9)
    # near: half of (3 - 1.48333) + (2.7 - 0); far: half of 0.3 + 1.48333
    assert marginal_weights(value.unserved_tbps, 2) == pytest.approx([2.108333, 0.891667], abs=1e-5)
    # 100 h of 3 Tbps, 100 h of 2.7, then all is back
    assert value.demand_days([200.0, 100.0], 500.0) == pytest.approx((300 + 270) / 24)


def test_the_network_decides_what_is_mended_first():
    # far first: back at 289 and 554 h: (289 x 3 + 265 x 2.7) / 24 = 65.94 Tbps-days
    # near first: back at 361 and 626 h: (361 x 3 + 265 x 1.48333) / 24 = 61.50
    net = valued()
    hit = outage(net, (5.0, "near"), (15.0, "far"))
    by_lit = plan_repairs(net, hit)
    assert by_lit.schedule["cable_id"].tolist() == ["far", "near"]
    plan = plan_repairs(net, hit, objective="demand_days")
    assert plan.schedule["cable_id"].tolist() == ["near", "far"]
    assert plan.schedule["done_h"].tolist() == [361, 626]
    assert plan.certificate.objective == pytest.approx((361 * 3 + 265 * 1.4833333) / 24)
    assert plan.certificate.bound == plan.certificate.objective
    assert (plan.certificate.status, plan.form) == ("optimal", "coupled")
    assert plan.to_json()["objective_unit"] == "Tbps-days of demand unserved"


def test_the_curve_follows_demand_by_country_and_class():
    net = valued()
    plan = plan_repairs(net, outage(net, (5.0, "near"), (15.0, "far"))).with_traffic()
    steps = plan.restoration.steps
    assert steps["unserved_tbps"].tolist() == pytest.approx([3.0, 2.7, 0.0], abs=1e-9)
    assert plan.restoration.loss("unserved_tbps") == pytest.approx((289 * 3 + 265 * 2.7) / 24)
    table = plan.restoration.unserved
    first = table[table["day"] == 0].groupby("country")["unserved_tbps"].sum()
    # demand is counted by who asks: AA 1, BB 1, CC 1
    assert first.to_dict() == pytest.approx({"AA": 1.0, "BB": 1.0, "CC": 1.0})
    assert table.loc[table["day"] == 0, "unserved_tbps"].sum() == pytest.approx(3.0)
    assert plan.to_json()["unserved"]


def test_service_is_back_for_good_when_the_last_gap_closes():
    # far first: day 289 / 24, then near on day 554 / 24. Of its 1 Tbps BB misses 1, then 0.85 (only
    # its 0.15 to CC is back), then nothing: 95 % from the second repair on, 15 % from the first
    net = valued()
    plan = plan_repairs(net, outage(net, (5.0, "near"), (15.0, "far")))
    days = plan.restoration.service_days(0.95).set_index("country")
    assert days["day"].to_dict() == pytest.approx(dict.fromkeys(["AA", "BB", "CC"], 554 / 24))
    early = plan.restoration.service_days(0.15).set_index("country")
    assert early.loc["BB", "day"] == pytest.approx(289 / 24)
    assert early.loc["AA", "day"] == pytest.approx(554 / 24)  # all of AA's demand crosses near
    assert days.loc["BB", "most_unserved_tbps"] == pytest.approx(1.0)
    with pytest.raises(InputError, match="share above 0"):
        plan.restoration.service_days(1.5)


def test_a_plan_for_demand_is_never_worse_than_the_additive_one():
    rng = np.random.default_rng(3)
    for _ in range(5):
        net = valued(far=float(rng.uniform(2, 50)), near=float(rng.uniform(2, 50)))
        places = [(float(x), "near" if x < 10 else "far")
                  for x in rng.uniform(0.5, 19.5, 3).round(2)]
        hit = outage(net, *places)
        plan = plan_repairs(net, hit, objective="demand_days")
        plain = plan_repairs(net, hit)
        done = plain.schedule.set_index("job_id")["done_h"]
        hours = [float(done[job.id]) for job in plain.jobs]
        value = plain.restoration.value
        until = max(90 * 24.0, *hours, float(plan.schedule["done_h"].max()))
        assert plan.certificate.objective <= value.demand_days(hours, until) + 1e-6
        assert plan.certificate.bound <= plan.certificate.objective + 1e-9


def test_one_job_done_as_early_as_can_be_is_optimal():
    # far is whole, so BB and CC still talk: 361 h of 2.7 Tbps
    net = valued()
    plan = plan_repairs(net, outage(net, (5.0, "near")), objective="demand_days")
    assert plan.certificate.status == "optimal"
    assert plan.certificate.objective == pytest.approx(361 * 2.7 / 24)


def test_an_unknown_objective_is_named():
    net = valued()
    with pytest.raises(InputError, match="weighted, demand_days or a"):
        plan_repairs(net, outage(net, (5.0, "near")), objective="fastest")
