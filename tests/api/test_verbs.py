"""Every verb of the library as a process: answers by hand on small worlds, layers, limits."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import shapely
from cablenet_api.jobs.results import keep_layers
from cablenet_api.processes.desk import Desk
from cablenet_api.processes.found import Found
from cablenet_api.processes.table import PROCESSES, find
from cablenet_api.store import Store
from cablenet_api.store.files import Files
from cablenet_api.worlds import World

import cablenet as cn
from tests.api.conftest import House, Member
from tests.api.ring_world import agreed_network, ring_network
from tests.api.test_jobs import worker
from tests.api.test_overlays import Pair, laid, pair
from tests.api.test_process_options import two_places
from tests.api.test_spare_overlays import ended, named, spares

__all__ = ["pair"]  # the fixture
PAGE = (Path(__file__).parents[2] / "docs/processes.md").read_text(encoding="utf-8")
CUT = {"kind": "cut", "lon": 5.0, "lat": 0.0, "cable": "ab"}
QUICK: dict[str, tuple[Callable[[None], cn.Network], dict[str, Any]]] = {
    "fortify": (ring_network, {"harden": 1, "k": 2}),
    "worst-curve": (ring_network, {"most": 3}),
    "fewest": (ring_network, {}),
    "worst-places": (ring_network, {"count": 2, "draws": 3}),
    "draws": (ring_network, {"events": [CUT], "draws": 4}),
    "routes": (ring_network, {"start": "a", "end": [10, -10]}),
    "solar-shares": (ring_network, {"spacing_km": 600, "chances": [1, 1, 0.5]}),
    "check": (ring_network, {}),
    "simulate-years": (agreed_network, {"years": 20, "sea_router": False, "policies": [
        {"name": "more", "added_ships": ["C"]}]}),
    "spares": (agreed_network, {"agreement": "RING", "years": 10, "sea_router": False}),
    "repair-prices": (agreed_network, {"event": CUT, "ports": ["c"]}),
}
"""Each new process with inputs that take moments on a ring."""


def ask(process: str, network: Callable[[None], cn.Network] | None = None, *,
        most: int = 10**9, folder: Path = Path("/nowhere"), **inputs: object) -> Found:
    one = PROCESSES[process]
    world = World((network or QUICK[process][0])(None))
    return find(one, world, one.inputs.model_validate(inputs or QUICK[process][1]),
                Desk(folder, most_scenarios=most))


@cache
def asked_once(process: str) -> Found:
    return ask(process)


def test_examples_name_stations_and_agreements_that_the_atlas_has() -> None:
    layers = cn.atlas()
    names = {"start": set(layers.stations["name"]), "end": set(layers.stations["name"]),
             "agreement": set(layers.maintenance_agreements["agreement_id"])}
    shown = [(key, example[key]) for one in PROCESSES.values()
             for example in one.inputs.model_json_schema().get("examples", [])
             for key in names if isinstance(example.get(key), str)]
    assert len(shown) >= 3
    assert [pair for pair in shown if pair[1] not in names[pair[0]]] == []


def cells(text: str) -> set[str]:
    return {name for row in text.splitlines() if row.startswith("| `")
            for name in re.findall(r"`(\w+)`", row.split("|")[1])}


def test_the_page_says_of_every_verb_which_process_it_is_or_why_none() -> None:
    verbs = {name for name in cn.__all__ if callable(getattr(cn, name))
             and not inspect.isclass(getattr(cn, name))}
    as_process, none = PAGE.split("## Verbs that are no process")
    told, excused = cells(as_process), cells(none)
    assert told | excused == verbs and not told & excused
    named_there = {name for row in as_process.splitlines() if row.startswith("| `")
                   for name in re.findall(r"`([a-z-]+)`", row.split("|")[2])}
    assert named_there == set(PROCESSES)


def test_what_to_harden_on_a_ring() -> None:
    """By hand: AA is the hub. The worst two, ab and da, cut BB, CC and DD off. With da hardened the
    worst is ab with cd (BB, CC); with ab and da hardened bc with cd (CC); with three, nothing."""
    for harden, left in ((1, 2), (2, 1), (3, 0)):
        found = ask("fortify", harden=harden, k=2)
        assert found.answer["before"]["objective"] == 3
        assert (found.answer["objective"], found.answer["status"]) == (left, "optimal")
        layers = found.draw()
        assert list(layers) == ["hardened", "attacks", "countries"]
        assert sorted(layers["hardened"]["id"]) == sorted(found.answer["hardened"])
        lengths = shapely.length(layers["hardened"].geometry.array)
        assert lengths == pytest.approx(10, abs=0.01)  # degrees: each cable is ten long
        assert list(layers["attacks"]["isolated_countries"]) == [3, left][:1 + (left > 0)]
    nobody = ask("fortify", harden=1, k=1)  # one loss isolates nobody of a ring
    assert (nobody.answer["objective"], nobody.answer["hardened"]) == (0, [])
    assert list(nobody.draw()) == ["hardened"] and nobody.draw()["hardened"].empty


def test_the_curve_and_the_fewest_of_a_ring() -> None:
    """By hand: one loss does nothing, two cut three countries off, a third adds none; each but the
    hub takes two."""
    curve = asked_once("worst-curve")
    assert [row["objective"] for row in curve.answer["curve"]] == [0, 3, 3]
    assert curve.draw()["curve"]["k"].tolist() == [1, 2, 3]
    fewest = asked_once("fewest")
    assert {key: row["objective"] for key, row in fewest.answer["countries"].items()} == {
        "BB": 2, "CC": 2, "DD": 2}
    assert fewest.answer["already"] == ["AA"]
    lines = fewest.draw()["fewest"]
    assert [len(line.geoms) for line in lines.geometry] == [2, 2, 2]


def test_the_worst_places_and_how_sure_scores_are() -> None:
    """By hand: at A both ways to the hub end, and three million live beyond; a cut of ab takes 10
    of the 20 Tbps that each of three countries reaches the hub by, whatever else is drawn."""
    places = asked_once("worst-places")
    assert places.answer["worst"][0]["value"] == 3_000_000
    assert "near A" in places.answer["worst"][0]["place"]
    assert places.draw()["places"].geometry.iloc[0].distance(shapely.Point(0, 0)) == 0
    sure = asked_once("draws").answer
    capacity, = (row for row in sure["ranges"] if row["column"] == "capacity_loss_tbps")
    assert capacity["value"] == 30 and capacity["low"] < capacity["high"]
    assert all(row["low"] == row["high"] == 0 for row in sure["ranges"]
               if row["column"] == "isolated_people")
    assert sure["moved_most_by"]["isolated_people"] == []
    assert sure["moved_most_by"]["capacity_loss_tbps"][0]["swing"] > 0


def test_a_storm_takes_what_its_chances_say() -> None:
    """By hand: sections of some 1,100 km have one repeater at 600 km; below 40 degrees it fails
    with 0.5, and both cables of a landing point with 0.25."""
    found = asked_once("solar-shares")
    assert (found.answer["cables"], found.answer["landing_points"]) == (0.5, 0.25)
    layers = found.draw()
    assert set(layers["solar_cables"]["chance"]) == {0.5}
    assert set(layers["solar_points"]["chance"]) == {0.25}


def test_ways_across_the_ring_and_the_health_of_its_map() -> None:
    """By hand: from (0, 0) to (10, -10) is 10 x 111 km x sqrt 2, some 1,566 km."""
    way = asked_once("routes").draw()["routes"].iloc[0]
    assert way["length_km"] == pytest.approx(1_566, rel=0.02)
    ends = [shapely.Point(way.geometry.coords[n]) for n in (0, -1)]
    assert [end.distance(place) < 0.2 for end, place in zip(
        ends, (shapely.Point(0, 0), shapely.Point(10, -10)), strict=True)] == [True, True]
    health = asked_once("check").answer
    assert (health["usable"], health["counts"]["cables"], health["errors"]) == (True, 4, [])


def test_a_past_outage_beside_what_was_seen() -> None:
    """FALCON, 1 February 2008: figures of five countries of the Gulf are known."""
    listed = ask("replay", ring_network, event=None).answer["outages"]
    assert len(listed) == len(cn.past_outages())
    told = ask("replay", ring_network, event="E2008_FEB_FALCON").answer["countries"]
    assert {row["country"] for row in told} == {"AE", "OM", "KW", "QA", "BH"}
    assert {row["country"]: row["seen"] for row in told}["AE"] == "high"
    with pytest.raises(cn.errors.UnknownNameError, match="E1858_ATLANTIC"):
        ask("replay", ring_network, event="E1858_ATLANTIC")


def test_simulated_years_add_up_and_policies_face_the_same_ones() -> None:
    """By hand: an outage is the sum of its stages; two ships today, three with one more at C, and
    the same faults under both."""
    found = asked_once("simulate-years")
    policies = found.answer["policies"]
    assert [(row["policy"], row["ships"]) for row in policies] == [("today", 2), ("more", 3)]
    layers = found.draw()
    assert list(layers) == ["policies", "agreements", "fleet", "mended"]
    mended = layers["mended"]
    stages = mended[["locate_days", "wait_spares_days", "wait_ship_days", "sail_days",
                     "wait_permit_days", "work_days", "test_days"]].sum(axis=1)
    assert stages.to_numpy() == pytest.approx(mended["outage_days"].to_numpy())
    by_policy = dict(iter(mended.groupby("policy")))
    assert len(by_policy["today"]) == found.answer["today"]["faults_per_year"] * 20
    assert sorted(by_policy["today"]["lon"]) == sorted(by_policy["more"]["lon"])
    assert len(layers["fleet"]) == 5
    traffic = ask("simulate-years", agreed_network, years=3, traffic=True, sea_router=False)
    assert list(traffic.draw())[-1] == "country_traffic"


def test_spares_lie_at_ports_and_are_those_of_the_library() -> None:
    net, found = agreed_network(None), asked_once("spares")
    plan = cn.plan_spares(net, cn.fault_model(net), "RING", years=10)
    wanted = json.loads(json.dumps(plan.to_json()))
    assert {key: found.answer[key] for key in wanted if key != "seconds"} == {
        key: value for key, value in wanted.items() if key != "seconds"}
    at = {"B": (10, 0), "D": (0, -10)}
    for row in found.draw()["spares"].itertuples():
        assert (row.geometry.x, row.geometry.y) == at[row.depot]


def test_a_permit_day_saves_a_day_of_the_one_repair_that_waits_for_it() -> None:
    """By hand: one fault, of a cable that carries 10 Tbps; its ship is there before the permit, so
    a day earlier is a day of 10; another ship at C finds it no sooner."""
    rows = {row["lever"]: row for row in asked_once("repair-prices").answer["prices"]}
    assert rows["permit day"]["saves"] == rows["permit day"]["order_kept"] == 10
    assert rows["permit day"]["last_day"] == rows["nothing"]["last_day"] - 1
    assert (rows["ship"]["what"], rows["ship"]["saves"]) == ("c", 0)


def test_prices_are_told_in_the_unit_of_the_objective() -> None:
    found = ask("repair-prices", event=CUT, ports=["c"], objective="demand_days").answer
    assert asked_once("repair-prices").answer["unit"] == "days x weight"
    assert found["unit"] == "Tbps-days unserved"
    assert all(row["saves"] > -1e-6 and row["dual"] is None for row in found["prices"])


def test_a_curve_of_budgets_begins_with_nothing_built() -> None:
    found = ask("demand-curve", lambda _: two_places().network, budgets_musd=[500, 0])
    none, enough = found.answer["points"]
    assert (none["budget_musd"], none["cables"], enough["chosen"]) == (0, 0, "new:a:d")
    assert none["loss_tbps_days_a_year"] == found.answer["loss_before"]
    assert enough["loss_tbps_days_a_year"] < none["loss_tbps_days_a_year"]
    assert found.draw()["budgets"]["budget_musd"].tolist() == [0, 500]


@pytest.mark.parametrize("process", QUICK)
def test_the_same_question_leaves_the_same_answer_and_the_same_files(
        process: str, tmp_path: Path) -> None:
    def timeless(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: timeless(one) for key, one in value.items() if key != "seconds"}
        return [timeless(one) for one in value] if isinstance(value, list) else value

    first, second = asked_once(process), ask(process)
    assert timeless(first.answer) == timeless(second.answer)
    files = Files(tmp_path)
    assert keep_layers(files, first) == keep_layers(files, second)


@pytest.mark.parametrize(("process", "inputs", "count"), [
    ("simulate-years", {"years": 6, "policies": [{"name": "aid", "mutual_aid": True}]}, 12),
    ("spares", {"agreement": "RING", "years": 6}, 12),
    ("bases", {"agreement": "RING", "years": 6}, 12),
    ("draws", {"events": [CUT], "draws": 12}, 12),
    ("worst-places", {"count": 2, "draws": 6}, 12),
])
def test_years_and_draws_count_towards_the_limit_of_scenarios(
        process: str, inputs: dict[str, Any], count: int) -> None:
    with pytest.raises(cn.errors.InputError, match=rf"^{count} .*may ask for {count - 1};"):
        ask(process, agreed_network, most=count - 1, **inputs)


@pytest.mark.parametrize(("process", "inputs"), [
    ("fortify", {"k": 2}), ("fortify", {"harden": 0, "k": 2}),
    ("fortify", {"harden": 1, "k": 2, "pair": ["IN", "IN"]}),
    ("fortify", {"harden": 1, "k": 2, "pair": ["IN", "JP"], "country": "IN"}),
    ("fortify", {"harden": 1, "k": 2, "overlay": {"workspace": "0" * 32, "overlay": "0" * 32}}),
    ("worst-curve", {"most": 31}), ("fewest", {"unit": "ship"}), ("worst-places", {"draws": 1}),
    ("draws", {"events": []}), ("draws", {"events": [CUT], "what": ["lit", "lit"]}),
    ("routes", {"start": "a"}), ("routes", {"start": [0, 91], "end": "a"}),
    ("solar-shares", {"chances": [1, 1]}), ("solar-shares", {"chances": [1, 1, 2]}),
    ("check", {"fast": True}), ("replay", {"map": {"workspace": "0" * 32, "map": "0" * 32}}),
    ("simulate-years", {"years": 10_001}), ("simulate-years", {"policies": [{"name": "today"}]}),
    ("simulate-years", {"policies": [{"name": "x", "fast_lane": {"IN": -1}}]}),
    ("simulate-years", {"policies": [{"name": "x", "joined": [["A"]]}]}),
    ("spares", {}), ("spares", {"agreement": "RING", "depots": 0}),
    ("repair-prices", {}), ("repair-prices", {"event": CUT, "ports": []}),
    ("demand-curve", {"budgets_musd": []}), ("demand-curve", {"budgets_musd": [-1]}),
])
def test_what_makes_no_sense_is_refused_and_makes_no_job(
        house: House, store: Store, name: str, process: str, inputs: object) -> None:
    who = house.admit(name)
    reply = who.ask("POST", f"/processes/{process}/execution", {"inputs": inputs})
    assert (reply.status_code, reply.json()["type"]) == (422, "/problems/invalid-request")
    assert who.ask("GET", "/jobs").json()["jobs"] == []


def start(who: Member, process: str, **inputs: object) -> Any:
    return who.ask("POST", f"/processes/{process}/execution", {"inputs": inputs})


ON_OVERLAYS = {"repair-prices": {"event": CUT}, "simulate-years": {"years": 2},
               "spares": {"agreement": "RING", "years": 2}}


def test_an_owner_prices_repairs_with_an_overlay_and_the_depot_counts(
        house: House, store: Store, pair: Pair, tmp_path: Path) -> None:
    """By hand, as of `repairs`: without known depots spares are aboard; with the overlay the ship
    goes by way of its depot and loads for a day and a half."""
    india, _, space = pair
    path = laid(india, space, **spares("aggregated"))
    both = [start(india, "repair-prices", event=CUT, **more) for more in
            ({"overlay": named(path)}, {})]
    with worker(house, tmp_path):
        mine, plain = (ended(india, f"/jobs/{one.json()['jobID']}")["prices"] for one in both)
    assert (mine[0]["lever"], plain[0]["lever"]) == ("nothing", "nothing")
    assert mine[0]["last_day"] > plain[0]["last_day"] + 1.5


@pytest.mark.parametrize("process", ON_OVERLAYS)
@pytest.mark.parametrize(("tier", "status"), [("none", 404), ("aggregated", 409), ("full", 409)])
def test_a_partner_learns_nothing_of_an_overlay_by_years_and_prices(
        house: House, store: Store, pair: Pair, process: str, tier: str, status: int) -> None:
    """Refused before a job is made, in the same words whatever the overlay holds."""
    india, japan, space = pair
    asked = {**ON_OVERLAYS[process]}
    told = [start(japan, process, overlay=named(laid(india, space, **spares(tier, **more))),
                  **asked) for more in ({}, {"spare_km": 7.25})]
    assert [reply.status_code for reply in told] == [status] * 2
    assert told[0].json() == told[1].json()
    assert japan.ask("GET", "/jobs").json()["jobs"] == []
    assert start(india, process, overlay=named(laid(india, space, **spares(tier))),
                 **asked).status_code == 201
