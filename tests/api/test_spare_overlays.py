"""Private overlays of spare depots: what each tier lets partners see of repair plans, and hides."""

from __future__ import annotations

import io
import json
import math
import random
import sqlite3
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from cablenet_api.processes.inputs import RepairsInputs
from cablenet_api.processes.overlaid_repairs import in_grains_by_country
from cablenet_api.processes.repairs import plan_of
from cablenet_api.store import Store
from cablenet_api.workspaces.laying import world_with
from cablenet_api.workspaces.overlays import KeptOverlay, OverlayContent
from cablenet_api.worlds import World

from tests.api.conftest import House, Member, ring_network
from tests.api.test_jobs import until, worker
from tests.api.test_overlays import Pair, laid, pair

__all__ = ["pair"]  # the fixture
CUT = {"kind": "cut", "lon": 5.0, "lat": 0.0, "cable": "ab"}
BOTH = {"kind": "together", "name": "both", "parts": [
    CUT, {"kind": "cut", "lon": 0.0, "lat": -5.0, "cable": "da"}]}
SECRET = "Xylophone Quay"
DEPOT: dict[str, object] = {"name": SECRET, "port": "c", "cables": ["ab"]}
PLACE = shapely.Point(10, -10)
FORMS = ("json", "geojson", "parquet", "gpkg")


def spares(tier: str, **more: object) -> dict[str, object]:
    return {"lit_tbps": {}, "name": f"spares at {SECRET}", "tier": tier,
            "depots": [{**DEPOT, **more}]}


def named(path: str) -> dict[str, str]:
    _, _, workspace, _, overlay = path.split("/")
    return {"workspace": workspace, "overlay": overlay}


def ask(who: Member, event: object = CUT, **inputs: object):
    return who.ask("POST", "/processes/repairs/execution", {"inputs": {
        "event": event, **inputs}})


def job_of(who: Member, event: object = CUT, **inputs: object) -> str:
    reply = ask(who, event, **inputs)
    assert reply.status_code == 201, reply.text
    return f"/jobs/{reply.json()['jobID']}"


def ended(who: Member, job: str) -> Any:
    until(lambda: who.ask("GET", job).json()["status"] in ("successful", "failed"))
    return who.ask("GET", f"{job}/results").json()


def everything_told(who: Member, job: str, folder: Path) -> bytes:
    """The raw bytes of all that can be read of a job, compressed forms unpacked, with headers."""
    root = f"{job}/layers"
    layers = [one["id"] for one in who.ask("GET", f"{root}/collections").json()["collections"]]
    pages = [job, "/jobs", f"{job}/events", root, f"{root}/api", f"{root}/conformance",
             f"{root}/collections", *(f"{job}/results?f={form}" for form in FORMS)]
    for layer in layers:
        items = who.ask("GET", f"{root}/collections/{layer}/items").json()["features"]
        pages += [f"{root}/collections/{layer}", f"{root}/collections/{layer}/items",
                  *(f"{root}/collections/{layer}/items/{one['id']}" for one in items),
                  *(f"{job}/results?f={form}&layer={layer}" for form in ("geojson", "parquet"))]
    told = b""
    for page in pages:
        reply = who.ask("GET", page)
        assert reply.status_code in (200, 406), (page, reply.text)
        told += reply.content + json.dumps(dict(reply.headers)).encode()
        if "f=parquet" in page and reply.status_code == 200:
            told += pd.read_parquet(io.BytesIO(reply.content)).to_csv().encode()
        if "f=gpkg" in page and reply.status_code == 200:
            (folder / "told.gpkg").write_bytes(reply.content)
            base = sqlite3.connect(folder / "told.gpkg")
            told += "\n".join(base.iterdump()).encode()
            base.close()
    return told


def hides(told: bytes) -> bool:
    return not any(word in told for word in (b"Xylophone", b"overlay-depot", SECRET.encode(
        "utf-16-le")))


def nearest_voyage(who: Member, job: str) -> float:
    """Degrees between the hidden depot and the nearest voyage of a plan."""
    reply = who.ask("GET", f"{job}/results?f=geojson&layer=voyages").json()
    return float(gpd.GeoDataFrame.from_features(reply).distance(PLACE).min())


def test_owner_and_partner_at_tier_full_see_the_effect_and_only_the_owner_the_depot(
        house: House, store: Store, pair: Pair, tmp_path: Path) -> None:
    """By hand: on the shared map no depot is known, so spares are aboard and nothing is loaded.
    With the overlay the ship goes by way of the depot and loads for a day and a half."""
    india, japan, space = pair
    path = laid(india, space, **spares("full"))
    ours, theirs = (job_of(who, overlay=named(path)) for who in (india, japan))
    plain = job_of(japan)
    with worker(house, tmp_path):
        mine, seen, shared = ended(india, ours), ended(japan, theirs), ended(japan, plain)
    rows = [found["schedule"][0] for found in (mine, seen, shared)]
    assert [row["depot"] for row in rows] == [SECRET, "", ""]
    assert [row["load_days"] for row in rows] == [1.5, 1.5, 0.0]
    assert rows[1]["done_day"] == rows[0]["done_day"] > rows[2]["done_day"] + 1.5
    assert seen["network"] == mine["network"] == shared["network"]  # nothing to try guesses with
    assert nearest_voyage(india, ours) < 1.0 < 5.0 < nearest_voyage(japan, theirs)
    told = everything_told(japan, theirs, tmp_path)
    assert hides(told) and not hides(everything_told(india, ours, tmp_path))
    for page in (path, f"{space}/overlays", f"{space}/audit", f"{space}/audit/export", "/audit",
                 "/audit/export", f"{path}/questions", "/jobs", "/layers/collections/depots/items"):
        assert hides(japan.ask("GET", page).content), page
    log = [one for one in india.ask("GET", "/audit").json()["items"]
           if one["action"] == "ask of overlay"]
    assert [one["organisation"] for one in log] == [japan.organisation]  # the owner's own are none


def test_without_spares_the_owner_reads_the_stock_and_a_partner_neither_stock_nor_reason(
        house: House, store: Store, pair: Pair, tmp_path: Path) -> None:
    """By hand: the depth of the ring's sea is unknown and counts as 3,000 m: 8.5 km of cable."""
    india, japan, space = pair
    path = laid(india, space, **spares("full", spare_km=7.25))
    made = [job_of(who, BOTH, overlay=named(path)) for who in (india, japan)]
    alone = [job_of(who, overlay=named(path)) for who in (india, japan)]
    with worker(house, tmp_path):
        mine, seen = (ended(who, job) for who, job in zip((india, japan), made, strict=True))
        why, hidden = (ended(who, job) for who, job in zip((india, japan), alone, strict=True))
    assert "more than 7.2 km" in mine["not_served"][0]["reason"]
    assert [one["reason"] for one in seen["not_served"]] == ["no spares left"]
    assert "more than 7.2 km" in why["detail"]
    assert hidden["detail"] == ("infeasible: no plan can be made with this overlay; only its owner "
                                "is told why")
    assert b"7.2" not in japan.ask("GET", f"{alone[1].removesuffix('/results')}").content


def test_the_aggregated_tier_tells_countries_in_grains_and_counts_questions(
        house: House, store: Store, pair: Pair, tmp_path: Path) -> None:
    india, japan, space = pair
    path = laid(india, space, **spares("aggregated"), grain_tbps=2.0, grain_days=4.0, questions=2)
    seen = japan.ask("GET", path).json()
    assert [seen[key] for key in ("grain_tbps", "grain_days", "grain_km")] == [2.0, 4.0, 50.0]
    first = job_of(japan, BOTH, overlay=named(path))
    again = job_of(japan, {**BOTH, "name": "in other words"}, overlay=named(path))
    mine = job_of(india, BOTH, overlay=named(path), objective="demand_days")
    goal = job_of(japan, BOTH, overlay=named(path), objective="demand_days")
    spent = ask(japan, CUT, overlay=named(path))
    assert (spent.status_code, spent.json()["type"]) == (429, "/problems/budget-spent")
    fair = ask(japan, BOTH, overlay=named(path), fairness={
        "parties": {"B": ["BB"], "D": ["DD"]}, "most": 2})
    assert (fair.status_code, fair.json()["type"]) == (409, "/problems/step-not-allowed")
    with worker(house, tmp_path):
        told, same, exact, last = (ended(who, job) for who, job in (
            (japan, first), (japan, again), (india, mine), (japan, goal)))
    assert set(told) == {"network", "tier", "level", "horizon_days", "grains", "countries"}
    assert same == told
    grains = {"unserved_tbps_days": 8.0, "days_below": 4.0, "spares_days": 4.0}
    assert told["grains"] == grains
    assert [row["country"] for row in told["countries"]] == ["AA", "BB", "CC", "DD"]
    right = {row["country"]: row for row in exact["countries"]}
    for row in last["countries"]:
        for name, grain in grains.items():
            assert row[name] % grain == 0
            assert abs(row[name] - right[row["country"]][name]) <= 1.5 * grain
    assert right["BB"]["days_below"] > 10 and right["BB"]["spares_days"] == 1.5
    assert hides(everything_told(japan, goal, tmp_path))
    layers = japan.ask("GET", f"{goal}/layers/collections").json()["collections"]
    assert [one["id"] for one in layers] == ["country_repairs"]
    asked = {one["organisation"]: one["questions"]
             for one in india.ask("GET", f"{path}/questions").json()}
    assert asked == {japan.organisation: 2}


def test_two_overlays_that_differ_in_hidden_detail_look_the_same_byte_by_byte_at_tier_none(
        house: House, store: Store, pair: Pair, tmp_path: Path) -> None:
    """And both look as if there were none at all, to plans on the shared map too."""
    india, japan, space = pair
    inputs = {"objective": "demand_days"}

    def all_that_japan_sees(path: str) -> list[tuple[int, bytes]]:
        replies = [ask(japan, BOTH, overlay=named(path), **inputs), japan.ask("GET", path),
                   japan.ask("GET", f"{path}/questions"), japan.ask("GET", f"{space}/overlays"),
                   japan.ask("GET", f"{space}/audit"), japan.ask("GET", "/layers/collections")]
        job = job_of(japan, BOTH, **inputs)
        plan = ended(japan, job)
        assert plan.pop("seconds") >= 0  # a clock, and no two runs of anything share it
        return [*((reply.status_code, reply.content) for reply in replies),
                (200, json.dumps(plan).encode()),
                *((200, japan.ask("GET", f"{job}/results?f={form}&layer={layer}").content)
                  for form in ("geojson", "parquet") for layer in ("repair_jobs", "voyages",
                                                                   "restoration"))]

    with worker(house, tmp_path):
        without = all_that_japan_sees(f"{space}/overlays/{'0' * 32}")
        path = laid(india, space, **spares("none"))
        before = all_that_japan_sees(path)
        tag = india.ask("GET", path).headers["etag"]
        other = spares("none", port="d", cables=["da", "ab"], spare_km=9.0, name="Elsewhere")
        assert india.ask("PUT", path, other, **{"If-Match": tag}).status_code == 200
        after = all_that_japan_sees(path)
    assert before == after == without
    assert before[0][0] == before[1][0] == 404
    assert b"budget" not in before[0][1]


def test_a_job_tells_what_the_tier_allows_when_it_runs_and_a_key_sent_twice_asks_once(
        house: House, store: Store, pair: Pair, name: str, tmp_path: Path) -> None:
    india, japan, space = pair
    path = laid(india, space, **spares("aggregated", port="c"))
    body = {"inputs": {"event": CUT, "overlay": named(path)}}
    first, again = (japan.ask("POST", "/processes/repairs/execution", body,
                              **{"Idempotency-Key": name}) for _ in range(2))
    assert first.status_code == again.status_code == 201
    assert first.json()["jobID"] == again.json()["jobID"]
    assert again.headers["idempotency-replayed"] == "true"
    assert [one["questions"] for one in india.ask("GET", f"{path}/questions").json()] == [1]
    tag = india.ask("GET", path).headers["etag"]
    assert india.ask("PUT", path, spares("none"), **{"If-Match": tag}).status_code == 200
    with worker(house, tmp_path):
        refused = ended(japan, f"/jobs/{first.json()['jobID']}")
    assert refused["detail"] == "not-found: no such overlay"


def test_a_difference_of_exact_plans_tells_of_the_depot(pair: Pair) -> None:
    """What the aggregated tier is there for: at tier full, days with the overlay less days on the
    shared map are the way round by the depot, with the loading of a day and a half."""
    base = World(ring_network(None))
    kept = kept_overlay(OverlayContent.model_validate(spares("full")))
    asked = RepairsInputs.model_validate({"event": CUT})
    with_it, without = (plan_of(world, asked).disclosed().schedule.loc[0, "done_day"]
                        for world in (world_with(base, kept), base))
    assert with_it - without > 1.5 + 2.0  # ten degrees out of the way at 10 knots: 2.5 days


def kept_overlay(content: OverlayContent, secret: bytes = b"s" * 32) -> KeptOverlay:
    return KeptOverlay("o", "in", 1, content, "", secret)


GRAIN, QUESTIONS, WORLDS = 4.0, 16, 400


def test_a_differencing_attack_on_days_errs_as_theory_says() -> None:
    """As for capacities: averaging 16 answers leaves grain / (2 sqrt(16)) = 0.5 days, one answer
    grain / 2 = 2, one difference 2 sqrt(2). 400 worlds: good to 3.5 percent; 12 are allowed."""
    drawn = random.Random(7)
    single, mean, pairs = [], [], []
    for number in range(WORLDS):
        hidden = 20.0 + number % 40 / 4
        kept = kept_overlay(OverlayContent.model_validate(
            {**spares("aggregated"), "grain_days": GRAIN}), drawn.randbytes(32))
        exact = pd.DataFrame({"country": ["BB"], "unserved_tbps_days": 0.0, "days_below": hidden,
                              "spares_days": 0.0})
        heard = [in_grains_by_country(exact, f"question {one}", kept).loc[0, "days_below"]
                 for one in range(QUESTIONS)]
        assert all(one % GRAIN == 0 for one in heard)
        single.append(heard[0] - hidden)
        pairs.append(heard[1] - heard[2])
        mean.append(sum(heard) / QUESTIONS - hidden)
    for errors, wanted in ((mean, 0.5), (single, 2.0), (pairs, 2.0 * math.sqrt(2.0))):
        rms = math.sqrt(sum(error * error for error in errors) / WORLDS)
        assert rms == pytest.approx(wanted, rel=0.12)


def test_stocks_that_round_alike_plan_alike_so_that_no_row_of_depths_finds_them() -> None:
    """A job without spares is never done, whatever is rounded afterwards."""
    base = World(ring_network(None))

    def stock(km: float, **how: bool) -> float:
        content = OverlayContent.model_validate({**spares("aggregated", spare_km=km),
                                                 "grain_km": 20.0})
        depots = world_with(base, kept_overlay(content), **how).network.layers.tables["depots"]
        return float(depots["spare_km"].iloc[0])

    assert [stock(km, coarse=True) for km in (9.9, 10.1, 29.9, 31.0)] == [0.0, 20.0, 20.0, 40.0]
    assert stock(29.9) == 29.9


BAD: dict[str, tuple[dict[str, object], str]] = {
    "unknown port": ({"port": "zz"}, "unknown-name"),
    "unknown cable": ({"cables": ["zz"]}, "unknown-name"),
    "unknown agreement": ({"cables": [], "agreements": ["zz"]}, "unknown-name"),
    "negative spares": ({"spare_km": -1.0}, "invalid-request"),
    "a word for a number": ({"spare_km": "12"}, "invalid-request"),
    "no cables": ({"cables": []}, "invalid-request"),
    "cables and agreements": ({"agreements": ["RING"]}, "invalid-request"),
    "beyond what is known": ({"cellar": 3}, "invalid-request"),
}


@pytest.mark.parametrize("how", BAD)
def test_bad_depots_are_refused_and_nothing_is_kept(pair: Pair, how: str) -> None:
    india, _, space = pair
    more, kind = BAD[how]
    reply = india.ask("POST", f"{space}/overlays", spares("full", **more))
    assert (reply.status_code, reply.json()["type"]) == (422, f"/problems/{kind}")
    assert india.ask("GET", f"{space}/overlays").json()["items"] == []


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_that_are_none_are_refused(pair: Pair, number: str) -> None:
    india, _, space = pair
    text = json.dumps(spares("full", spare_km=0.125)).replace("0.125", number)
    reply = india.client.post(f"{space}/overlays", content=text, headers={
        "Authorization": f"Bearer {india.token}", "Content-Type": "application/json"})
    assert reply.status_code in (400, 422)
    assert india.ask("GET", f"{space}/overlays").json()["items"] == []


def test_stocks_of_known_depots_and_empty_overlays(pair: Pair) -> None:
    india, _, space = pair
    for body, kind in (({"spare_km": {"zz": 3.0}}, "unknown-name"),
                       ({"spare_km": {"zz": -3.0}}, "invalid-request"), ({}, "invalid-request")):
        reply = india.ask("POST", f"{space}/overlays", {"name": "x", **body})
        assert (reply.status_code, reply.json()["type"]) == (422, f"/problems/{kind}")


def test_overlays_of_others_and_maps_beside_overlays_are_refused_and_make_no_job(
        house: House, store: Store, pair: Pair, name: str) -> None:
    india, _, space = pair
    other = house.admit(f"other {name}")
    path = laid(india, space, **spares("full"))
    mine = other.ask("POST", "/workspaces", {"name": "mine"}).json()["id"]
    for named_one in (named(path), {**named(path), "workspace": mine}):
        reply = ask(other, overlay=named_one)
        assert (reply.status_code, reply.json()["type"]) == (404, "/problems/not-found")
    both = ask(india, overlay=named(path), map={"workspace": mine, "map": "0" * 32})
    assert (both.status_code, both.json()["type"]) == (422, "/problems/invalid-request")
    wrong = ask(india, {**CUT, "cable": "zz"}, overlay=named(path))
    assert wrong.status_code == 422
    for who in (other, india):
        assert who.ask("GET", "/jobs").json()["jobs"] == []
