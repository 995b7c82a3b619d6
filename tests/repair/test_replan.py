"""Planning again from the present: work under way stays, news counts, no news changes nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from repair.test_checkers import world
from repair.test_dispatch import outage, sea
from repair.test_objectives import drawn
from repair.test_repair_rules import with_depots, with_ships

from cablenet.build import build_network
from cablenet.errors import InputError, UnknownNameError
from cablenet.repair import (
    Fairness,
    RepairStep,
    ServiceLevel,
    plan_repairs,
    replan_repairs,
)
from cablenet.repair.under_way import STEPS

NEAR_FAR = ((5.0, "near"), (15.0, "far"))


def a_plan():
    """A ship at 0 E, 10 kn: near (5 E) from 73 h, left at 265, done at 289; then far (15 E)."""
    net = sea(ships=[("one", 0, 0, "ZONE", 10.0)])
    return plan_repairs(net, outage(net, *NEAR_FAR))


def same(one, other):
    pd.testing.assert_frame_equal(one.schedule, other.schedule)
    assert one.certificate.objective == pytest.approx(other.certificate.objective)
    pd.testing.assert_frame_equal(one.restoration.steps, other.restoration.steps)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10_000), day=st.floats(0, 60), later=st.floats(0, 60))
def test_without_news_nothing_changes(seed, day, later):
    rng = np.random.default_rng(seed)
    net = with_depots(sea(
        ships=[("one", 0, 0, "ZONE", 10.0), ("two", 19, 0, "OTHER", 12.0),
               ("three", 8, 0, "ZONE", 6.0)],
        permits=[("BB", 20.0, "nomination", False)], waters=[("bb", "eez", "BB", "near/1")]),
        ("harbour", 12.0, "ZONE", np.nan))
    hit = outage(net, *((float(x), "near" if x < 10 else "far")
                        for x in rng.uniform(0.5, 19.5, 1 + seed % 5).round(2)))
    plan = plan_repairs(net, hit, charter=bool(seed % 2))
    assert plan.certificate.status == "optimal"
    again = replan_repairs(plan, now_days=day)
    same(plan, again)
    same(plan, replan_repairs(again, now_days=max(day, later)))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10_000), as_planned=st.booleans())
def test_whatever_is_told_every_job_is_in_a_schedule_that_passes_its_checks(seed, as_planned):
    """Logs drawn at random, contradictions and all; `finished` raises where a check fails."""
    rng = np.random.default_rng(seed)
    net = with_depots(sea(
        ships=[("one", 0, 0, "ZONE", 10.0), ("two", 19, 0, "OTHER", 12.0)],
        permits=[("BB", 20.0, "nomination", False)], waters=[("bb", "eez", "BB", "near/1")]),
        ("harbour", 12.0, "ZONE", np.nan))
    hit = outage(net, *((float(x), "near" if x < 10 else "far")
                        for x in rng.uniform(0.5, 19.5, 4).round(2)))
    plan = plan_repairs(net, hit, charter=bool(seed % 2))
    for _ in range(2):
        drawn_ = {(f"J{rng.integers(1, 5)}", str(rng.choice(STEPS))) for _ in range(5)}
        news = [RepairStep(job, step, float(rng.uniform(0, 900)),
                           str(rng.choice(["", "one", "two"]))) for job, step in sorted(drawn_)]
        now = float(rng.uniform(0, 40))
        plan = replan_repairs(plan, now_days=now, actuals=news, as_planned=as_planned)
        assert {*plan.schedule["job_id"], *plan.not_served["job_id"]} == {
            "J1", "J2", "J3", "J4"}
        hours = plan.schedule.set_index("job_id")["done_h"].to_dict()
        told = {one.job: one for one in news if one.step == "restored" and one.hour <= now * 24}
        assert all(hours[job] == round(one.hour) for job, one in told.items())


@pytest.mark.parametrize("seed", range(3))
def test_without_news_no_objective_changes_anything(seed):
    net, hit = drawn(seed)
    for objective, fairness in (("demand_days", None), (ServiceLevel(0.9), None),
                                ("demand_days", Fairness({"w": ("AA",), "e": ("CC",)}, 50.0))):
        plan = plan_repairs(net, hit, objective=objective, fairness=fairness)
        for day in (0.0, 4.0, 15.0, 200.0):
            same(plan, replan_repairs(plan, now_days=day))


def test_a_repair_that_ends_late_delays_what_follows():
    plan = a_plan()
    # near is left at 300 instead of 265: all that follows is 35 h later
    late = replan_repairs(plan, now_days=11.0, actuals=[RepairStep("J1", "repair_done", 300.0)])
    rows, was = (one.schedule.set_index("job_id") for one in (late, plan))
    assert rows.loc["J1", ["start_h", "leave_h", "done_h"]].tolist() == [73, 300, 324]
    assert rows.loc["J2", "done_h"] == was.loc["J2", "done_h"] + 35
    assert rows.loc["J2", "held_by"] == "One, busy with NEAR (J1) until day 12.5"
    assert late.certificate.objective == pytest.approx(
        plan.certificate.objective + 35 * (10 + 4) / 24)
    assert any("planned again on day 11: 1 repairs done or under way" in n for n in late.notes)


def test_what_was_told_once_holds_on():
    plan = a_plan()
    step = RepairStep("J1", "repair_done", 300.0)
    late = replan_repairs(plan, now_days=11.0, actuals=[step])
    same(late, replan_repairs(late, now_days=12.0))
    # told again, mended: the later word counts
    better = replan_repairs(late, now_days=12.0, actuals=[RepairStep("J1", "repair_done", 265.0)])
    same(plan, better)


def test_news_of_a_permit_turns_the_order():
    # the ship lies between the faults; near is worth more, but BB's permit now comes on day 40
    net = sea(ships=[("one", 10, 0, "ZONE", 10.0)], permits=[("BB", 1.0, "fault", False)],
              waters=[("bb", "eez", "BB", "near/1")])
    plan = plan_repairs(net, outage(net, *NEAR_FAR))
    assert plan.schedule["cable_id"].tolist() == ["near", "far"]
    turned = replan_repairs(plan, now_days=0.5,
                            actuals=[RepairStep("J1", "permit_granted", 40 * 24)])
    assert turned.schedule["cable_id"].tolist() == ["far", "near"]
    assert turned.schedule.set_index("job_id").loc["J1", "start_h"] == 960
    assert turned.schedule["held_by"].iloc[1] == "permit of BB, there on day 40.0"
    # once the ship has sailed for near (at 36 h) it keeps it
    stays = replan_repairs(plan, now_days=2.0,
                           actuals=[RepairStep("J1", "permit_granted", 40 * 24)])
    assert stays.schedule["cable_id"].tolist() == ["near", "far"]


def test_another_ship_has_sailed_than_planned():
    net = sea(ships=[("one", 0, 0, "ZONE", 10.0), ("two", 1, 0, "ZONE", 10.0)])
    plan = plan_repairs(net, outage(net, (5.0, "near")))
    assert plan.schedule["ship_id"].tolist() == ["two"]
    other = replan_repairs(plan, now_days=2.0,
                           actuals=[RepairStep("J1", "ship_sailed", 40.0, ship="one")])
    # 37 h at sea from 0 E
    assert other.schedule[["ship_id", "depart_h", "arrive_h"]].values.tolist() == [["one", 40, 77]]


def test_a_ship_that_is_to_sail_later_than_planned_holds_up_its_job_only():
    plan = a_plan()
    later = replan_repairs(plan, now_days=1.0, actuals=[RepairStep("J1", "ship_sailed", 100.0)])
    # near 64 h later would cost 64 x (10 + 4); far first costs 10 x 338: near waits
    assert later.schedule["depart_h"].tolist() == [100, 329]
    assert later.schedule["job_id"].tolist() == ["J1", "J2"]


def test_a_ship_told_to_have_sailed_elsewhere_is_not_where_it_was_planned():
    # planned: near from 36 h, left at 265; told: it sailed for far at 40
    plan = a_plan()
    turned = replan_repairs(plan, now_days=5.0, actuals=[RepairStep("J2", "ship_sailed", 40.0)])
    rows = turned.schedule.set_index("job_id")
    assert rows.loc["J2", "depart_h"] == 40
    assert rows.loc["J1", "depart_h"] == rows.loc["J2", "leave_h"] >= 120
    # told after near could be done, both have begun
    later = replan_repairs(plan, now_days=15.0, actuals=[RepairStep("J2", "ship_sailed", 270.0)])
    rows = later.schedule.set_index("job_id")
    assert rows.loc[["J1", "J2"], "depart_h"].tolist() == [36, 270]


def test_only_what_is_told_has_happened():
    plan = a_plan()
    # on day 20 nobody has told of anything: both are planned from now, located half a day hence
    quiet = replan_repairs(plan, now_days=20.0, as_planned=False)
    assert quiet.schedule["depart_h"].min() >= 20 * 24
    # the ship has sailed and nothing more is told: it arrives now at the soonest
    sailed = replan_repairs(plan, now_days=20.0, as_planned=False,
                            actuals=[RepairStep("J1", "ship_sailed", 36.0)])
    first = sailed.schedule.set_index("job_id").loc["J1"]
    assert first[["depart_h", "arrive_h", "start_h"]].tolist() == [36, 480, 480]
    assert first["leave_h"] == 480 + 192
    done = replan_repairs(plan, now_days=20.0, as_planned=False,
                          actuals=[RepairStep("J1", "restored", 300.0)])
    assert done.schedule.set_index("job_id").loc["J1", "done_h"] == 300


def test_a_ship_called_now_mobilises_first():
    # the ship of both is held up at its first for 100 days; two, at 60 E, was not needed until now
    net = sea(ships=[("one", 9, 0, "ZONE", 10.0), ("two", 60, 0, "ZONE", 10.0)])
    plan = plan_repairs(net, outage(net, (8.0, "near"), (10.5, "far")))
    assert set(plan.schedule["ship_id"]) == {"one"}
    first, second = plan.schedule.sort_values("start_h")["job_id"]
    held = replan_repairs(plan, now_days=3.0,
                          actuals=[RepairStep(first, "repair_done", 100 * 24)])
    row = held.schedule.set_index("job_id").loc[second]
    assert row["ship_id"] == "two"
    assert row["depart_h"] == 72 + 24  # now and a day to mobilise


def test_spares_and_tied_permits_hold_from_where_a_ship_is():
    net = world()
    hit = outage(net, (5.0, "near"), (6.0, "near"), (15.0, "far"))
    plan = plan_repairs(net, hit, charter=True)
    for day in (0.0, 3.0, 9.0, 14.0, 30.0):
        same(plan, replan_repairs(plan, now_days=day))


def test_a_fault_restored_without_a_ship_is_off_the_list():
    net = sea(ships=[("one", 0, 0, "ZONE", 10.0)], permits=[("CC", 9.0, "fault", True)],
              waters=[("CC-eez", "eez", "CC", "far/1")])
    plan = plan_repairs(net, outage(net, *NEAR_FAR))
    assert plan.not_served["job_id"].tolist() == ["J2"]
    again = replan_repairs(plan, now_days=20.0, actuals=[RepairStep("J2", "restored", 400.0)])
    assert not len(again.not_served)
    assert again.restoration.steps["day"].iloc[-1] == pytest.approx(400 / 24)


def test_what_cannot_have_happened_is_named():
    plan = a_plan()
    with pytest.raises(UnknownNameError, match="J9"):
        replan_repairs(plan, now_days=1.0, actuals=[RepairStep("J9", "restored", 5.0)])
    with pytest.raises(UnknownNameError, match="ghost"):
        replan_repairs(plan, now_days=1.0,
                       actuals=[RepairStep("J1", "ship_sailed", 5.0, ship="ghost")])
    with pytest.raises(UnknownNameError, match="sunk"):
        RepairStep("J1", "sunk", 5.0)
    with pytest.raises(InputError, match="0 or more"):
        RepairStep("J1", "restored", -5.0)
    with pytest.raises(InputError, match="told twice"):
        replan_repairs(plan, now_days=1.0, actuals=[RepairStep("J1", "restored", 5.0)] * 2)
    with pytest.raises(InputError, match="now_days is -1"):
        replan_repairs(plan, now_days=-1.0)


def test_a_new_plan_is_never_worse_than_going_on_as_planned():
    # a slower ship than planned, drawn: the old order under the new hours costs no less
    for seed in range(6):
        rng = np.random.default_rng(seed)
        net = with_ships(sea(ships=[("one", 0, 0, "ZONE", 10.0), ("two", 19, 0, "ZONE", 12.0)]),
                         flag=["AA", "BB"])
        net = build_network(net.layers)
        hit = outage(net, *((float(x), "near" if x < 10 else "far")
                            for x in rng.uniform(0.5, 19.5, 5).round(2)))
        plan = plan_repairs(net, hit)
        first = plan.schedule.sort_values("depart_h").iloc[0]
        late = float(first["leave_h"]) + float(rng.uniform(0, 500))
        again = replan_repairs(plan, now_days=5.0, actuals=[
            RepairStep(str(first["job_id"]), "repair_done", late)])
        delay = round(late) - int(first["leave_h"])
        mine = plan.schedule[plan.schedule["ship_id"] == first["ship_id"]]
        as_it_was = plan.certificate.objective + delay * mine["weight"].sum() / 24
        assert again.certificate.objective <= as_it_was + 1e-6
