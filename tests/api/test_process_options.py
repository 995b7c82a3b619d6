"""Options of processes: the library's own, typed, and refused before a job is made."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from cablenet_api.processes.table import PROCESSES, compute, find
from cablenet_api.worlds import World

import cablenet as cn
from cablenet.testing import small_world
from tests.api.conftest import House
from tests.api.ring_world import ring_network

CUT_AB, CUT_DA = ({"kind": "cut", "lon": lon, "lat": lat, "cable": cable}
                  for lon, lat, cable in ((5.0, 0.0, "ab"), (0.0, -5.0, "da")))
BOTH = {"kind": "together", "name": "both", "parts": [CUT_AB, CUT_DA]}
PARTIES = {"B": ["BB"], "D": ["DD"]}


@pytest.fixture(scope="module")
def world() -> World:
    return World(ring_network(None))


def answer(world: World, process: str, **inputs: object) -> dict[str, Any]:
    found = PROCESSES[process]
    return compute(found, world, found.inputs.model_validate(inputs))


def test_every_example_of_inputs_is_valid() -> None:
    shown = {key: one.inputs.model_json_schema().get("examples", [])
             for key, one in PROCESSES.items()}
    assert {"worst", "repairs", "simulate-years", "fortify"} <= {
        key for key, examples in shown.items() if examples}
    for key, examples in shown.items():
        for example in examples:
            PROCESSES[key].inputs.model_validate(example)


def test_a_pair_loses_each_other_by_two_cuts_of_a_ring(world: World) -> None:
    """By hand: BB and CC are joined both ways round; one cut leaves the other way, two part both
    gateways from each other. The world's worst two, ab and da, cut BB, CC and DD from the hub."""
    assert answer(world, "worst", k=1, pair=["BB", "CC"])["objective"] == 0
    assert answer(world, "worst", k=2, pair=["BB", "CC"])["objective"] == 2
    assert answer(world, "worst", k=2)["objective"] == 3


def test_the_least_chance_leaves_single_losses_only(world: World) -> None:
    """By hand: above the chance of the two likeliest cables together one cable fails at most, and
    one cable of a ring isolates nobody; below that of any two the limit changes nothing."""
    net = world.network
    rate = np.zeros(len(net.cable_id))
    wet = net.links.cable >= 0
    np.add.at(rate, net.links.cable[wet], cn.fault_model(net).faults_per_year[wet])
    chance = np.sort(-np.expm1(-rate))
    between = float(chance[-1] * (chance[-2] + 1) / 2)
    assert chance[0] > 0
    assert answer(world, "worst", k=2, min_rate=between)["objective"] == 0
    assert answer(world, "worst", k=2, min_rate=float(chance[0] * chance[1] / 2))["objective"] == 3


def test_repairs_for_a_service_level_that_is_fair(world: World) -> None:
    """By hand: with ab and da cut the hub is apart from all others; the first cable mended joins
    them again, with room for everybody. BB is below its level, and each party waits, so long."""
    for goal in ({"service_level": {"level": 0.9, "countries": ["BB"]}},
                 {"objective": "demand_days"}):
        found = answer(world, "repairs", event=BOTH, fairness={"parties": PARTIES, "most": 1},
                       **goal)
        first = min(row["done_day"] for row in found["schedule"])
        assert first < max(row["done_day"] for row in found["schedule"])
        assert [row["mean_wait_days"] for row in found["parties"]] == pytest.approx([first] * 2)
        lost = found["restoration"][0]["unserved_tbps"]
        assert lost > 0
        felt = 1 if "service_level" in goal else lost
        assert found["objective"] == pytest.approx(felt * first)


TWO = {"losses": 2, "unit": "cable", "countries": ["CC"]}


def test_a_promise_of_two_losses_is_kept_by_one_new_cable(world: World) -> None:
    """By hand: CC hangs on two ways round, ab + bc and cd + da; one loss of each cuts it off, so
    2 x 2 pairs do. A third way that shares nothing is enough, and less is not."""
    found = answer(world, "survival", promises=[TWO])
    assert (found["status"], len(found["chosen"])) == ("optimal", 1)
    walked = found["walked"][0]
    assert (walked["isolations_before"], walked["isolations_after"]) == (4, 0)
    assert {found["cables"][0][end] for end in ("from_country", "to_country")} == {"AA", "CC"}
    with pytest.raises(cn.errors.InfeasibleError, match="budget"):
        answer(world, "survival", promises=[TWO], budget_musd=found["cost_musd"] / 2)


def test_new_cables_keep_to_their_limits(world: World) -> None:
    """Without a cable from AA, CC is tied to BB or DD, whose stations no cable's loss takes; where
    a cable must land in DD too, one more is built unless that one lands there."""
    limits = {"never_joined": [["CC", "AA"]], "must_land": ["BB", "DD"]}
    found = answer(world, "survival", promises=[{**TWO, "losses": 1}], **limits)
    ends = [{row["from_country"], row["to_country"]} for row in found["cables"]]
    assert {"BB", "DD"} <= set().union(*ends) and {"AA", "CC"} not in ends
    for process in ("survival", "demand"):
        promises = [TWO] if process == "survival" else [HALF]
        with pytest.raises(cn.errors.InfeasibleError, match="never_joined AA, DD"):
            answer(two_places(), process, promises=promises, never_joined=[["AA", "DD"]])


def two_places() -> World:
    """AA, the hub, and DD on one cable `ad`, ten degrees of sea apart; each asks for 1 Tbps."""
    return World(cn.build_network(small_world(
        [("a", "AA", 0, 0), ("d", "DD", 0, -10)], {"ad": [("a", "d")]}, hubs=["AA"])))


HALF = {"share": 0.5, "countries": ["DD"], "failures": ["AD"]}


def test_a_share_is_kept_by_the_only_cable_that_can_and_both_are_told() -> None:
    """By hand: DD asks for 1 Tbps and loses all with ad, so half of it falls short; a second cable
    to AA brings all back, and AA's own 1 Tbps with it. Without a station nothing helps."""
    found = answer(two_places(), "demand", promises=[HALF])
    assert (found["status"], found["chosen"]) == ("optimal", ["new:a:d"])
    assert [(row["short_before_tbps"], row["short_after_tbps"]) for row in found["answers"]] == [
        (0.5, 0.0)]
    swept = {row["failure"]: (row["before_swept_tbps"], row["after_swept_tbps"])
             for row in found["losses"]}
    assert swept == {"AD": (2.0, 0.0), "A (AA)": (2.0, 2.0), "D (DD)": (2.0, 2.0)}
    assert found["objective"] == found["cost_musd"] > 0
    with pytest.raises(cn.errors.InfeasibleError):
        answer(two_places(), "demand", promises=[HALF], budget_musd=found["cost_musd"] / 2)
    everything = {"promises": [{"share": 0.5, "countries": ["DD"]}]}
    with pytest.raises(cn.errors.InfeasibleError, match="2 of the promises"):
        answer(two_places(), "demand", **everything)
    left = answer(two_places(), "demand", leave_out_impossible=True, **everything)
    assert left["chosen"] == ["new:a:d"] and len(left["left_out"]) == 2


def test_a_budget_is_spent_where_least_is_lost_then() -> None:
    """By hand: with the cable only the two stations' losses remain, 2 Tbps each, and without a
    budget for it nothing changes."""
    none, enough = (answer(two_places(), "demand", budget_musd=budget) for budget in (0, 500))
    assert none["chosen"] == [] and none["loss_after"] == none["loss_before"]
    assert enough["chosen"] == ["new:a:d"]
    days = {row["failure"]: row["days_a_year"] for row in enough["losses"]}
    assert enough["loss_before"] == pytest.approx(2 * sum(days.values()))
    assert enough["loss_after"] == pytest.approx(2 * (days["A (AA)"] + days["D (DD)"]))
    assert enough["objective_unit"] == "Tbps-days a year"


def test_a_demand_plan_leaves_its_cables_and_its_tables_as_layers() -> None:
    process = PROCESSES["demand"]
    found = find(process, two_places(), process.inputs.model_validate({"promises": [HALF]}))
    layers = found.draw()
    assert list(layers) == ["new_cables", "losses", "promised"]
    line, = layers["new_cables"].geometry
    assert line.bounds == pytest.approx((0.0, -10.0, 0.0, 0.0), abs=0.3)
    assert layers["losses"]["failure"].tolist() == ["AD", "A (AA)", "D (DD)"]
    assert layers["promised"]["failure"].tolist() == ["AD"]


DRAWN = {"years": 400, "metrics": ["isolated", "capacity_loss"], "pairs": [["BB", "DD"]],
         "seed": 3}


def test_drawn_years_tell_the_risk_that_their_rows_add_up_to(world: World) -> None:
    """By hand: AA is the hub and never cut off; whatever is told a year is the sum of the rows
    that are kept, one for each loss of a year, over 400; a cable of 10 Tbps out for an hour takes
    10 Tbps-hours from whoever reached the hub by it."""
    process = PROCESSES["sweep"]
    found = find(process, world, process.inputs.model_validate(DRAWN))
    layers, told = found.draw(), found.answer
    assert told["scenarios"] == told["solved"] == 400
    assert list(layers) == ["countries", "capacity", "pairs", "years", "rows"]
    assert len(layers["years"]) == 400
    rows = layers["rows"].groupby(["heading", "label"])["value"].sum() / 400
    assert set(told["risk"]) == {"isolated_h", "isolated_people_h", "isolated_user_h",
                                 "capacity_loss_tbps_h", "parted_h"}
    for heading, risk in told["risk"].items():
        for one in risk["a_year"]:
            assert one["expected"] == pytest.approx(rows.get((heading, one["label"]), 0.0))
    capacity = {one["label"]: one["expected"] for one in
                told["risk"]["capacity_loss_tbps_h"]["a_year"]}
    assert capacity["AA"] == 0.0 and min(capacity[one] for one in ("BB", "CC", "DD")) > 0
    down = {one["label"]: one["expected"] for one in told["risk"]["isolated_h"]["a_year"]}
    share = {one["label"]: one["availability"] for one in told["availability"]["countries"]}
    assert share == pytest.approx({one: 1 - hours / 8766 for one, hours in down.items()})
    assert [one["label"] for one in told["availability"]["pairs"]] == ["BB-DD"]
    again = answer(world, "sweep", **DRAWN)
    assert again["digest"] == told["digest"] != answer(world, "sweep", **{**DRAWN, "seed": 4}
                                                       )["digest"]
    calm = answer(world, "sweep", years=50, hazards=["background"])
    assert "solar_storm" in told["recipe"]["causes"] and "solar_storm" not in calm["recipe"][
        "causes"]


@pytest.mark.parametrize(("process", "inputs"), [
    ("sweep", {"years": 10, "samples": 10}),
    ("sweep", {"years": 10, "events": [CUT_AB]}),
    ("sweep", {"years": 0}),
    ("sweep", {"years": 10**9}),
    ("sweep", {"years": 10, "metrics": ["unserved"]}),
    ("sweep", {"years": 10, "hazards": ["dragons"]}),
    ("sweep", {"years": 10, "pairs": [["BB", "BB"]]}),
    ("sweep", {"years": 10, "pairs": [["BB"]]}),
    ("sweep", {"order": 2, "pairs": [["BB", "DD"]]}),
    ("demand", {}),
    ("demand", {"promises": [{"share": 90}]}),
    ("demand", {"promises": [{"share": 0.0}]}),
    ("demand", {"promises": [{"countries": []}]}),
    ("demand", {"budget_musd": -1}),
    ("demand", {"budget_musd": 1, "must_land": ["India"]}),
    ("demand", {"budget_musd": 1, "never_joined": [["AA"]]}),
    ("survival", {"promises": [TWO], "ready_by": 20.5}),
    ("demand", {"budget_musd": 1, "gap": 2}),
    ("demand", {"budget_musd": 1, "time_limit_s": 1e9}),
    ("worst", {"k": 2, "pair": ["BB"]}),
    ("worst", {"k": 2, "pair": ["BB", "BB"]}),
    ("worst", {"k": 2, "pair": ["BB", "CC"], "country": "BB"}),
    ("worst", {"k": 2, "pair": ["BB", "CC"], "metric": "unserved_tbps"}),
    ("worst", {"k": 2, "min_rate": 0}),
    ("worst", {"k": 2, "min_rate": 1.5}),
    ("survival", {"promises": []}),
    ("survival", {"promises": [{**TWO, "losses": 0}]}),
    ("survival", {"promises": [{**TWO, "unit": "place"}]}),
    ("repairs", {"event": BOTH, "objective": "speed"}),
    ("repairs", {"event": BOTH, "service_level": {"level": 90}}),
    ("repairs", {"event": BOTH, "service_level": {"level": 0.9}, "objective": "demand_days"}),
    ("repairs", {"event": BOTH, "fairness": {"parties": {"B": ["BB"]}, "most": 2}}),
    ("repairs", {"event": BOTH, "fairness": {"parties": {**PARTIES, "D": ["BB"]}, "most": 2}}),
    ("repairs", {"event": BOTH, "fairness": {"parties": PARTIES, "most": 0.5}}),
])
def test_what_contradicts_is_refused_and_makes_no_job(house: House, name: str, process: str,
                                                      inputs: object) -> None:
    who = house.admit(name)
    reply = who.ask("POST", f"/processes/{process}/execution", {"inputs": inputs})
    assert (reply.status_code, reply.json()["type"]) == (422, "/problems/invalid-request")
    assert who.ask("GET", "/jobs").json()["jobs"] == []
