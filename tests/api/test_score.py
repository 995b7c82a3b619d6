"""`POST /score` on a ring of four countries: each kind of failure, and what comes back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cablenet_api import create_app
from starlette.testclient import TestClient

import cablenet as cn
from tests.api.ring_world import ring_network

ATLAS = Path(__file__).parents[2] / "geodata/cablenet_geodata/land.parquet"
needs_atlas = pytest.mark.skipif(not ATLAS.exists(), reason="the shipped atlas is not built yet")
SQUARE = [[9, -6], [11, -6], [11, -4], [9, -4], [9, -6]]
"""A square round the middle of cable bc, which runs from (10, 0) to (10, -10)."""


def ask(client: TestClient, *events: dict[str, Any], **more: Any) -> dict[str, Any]:
    reply = client.post("/score", json={"events": list(events), **more})
    assert reply.status_code == 200, reply.text
    answer: dict[str, Any] = reply.json()
    return answer


@pytest.mark.parametrize(("event", "cables"), [
    ({"kind": "cable_loss", "cable": "ab"}, ["ab"]),
    ({"kind": "station_loss", "station": "b"}, ["ab", "bc"]),
    ({"kind": "cut", "lon": 10, "lat": -5}, ["bc"]),
    ({"kind": "cut", "lon": 10.1, "lat": -5, "cable": "bc", "within_km": 20}, ["bc"]),
    ({"kind": "disk", "lon": 10, "lat": 0, "radius_km": 50}, ["ab", "bc"]),
    ({"kind": "polygon", "area": {"type": "Polygon", "coordinates": [SQUARE]}}, ["bc"]),
    ({"kind": "denial", "country": "CC"}, ["bc", "cd"]),
])
def test_each_kind_of_failure_hits_what_it_names(client: TestClient, event: dict[str, Any],
                                                 cables: list[str]) -> None:
    assert ask(client, event)["scenarios"][0]["cables_hit"] == cables
    named = ask(client, {**event, "name": "ours"})["scenarios"][0]
    assert (named["name"], named["cables_hit"]) == ("ours", cables)


def test_cutting_both_sides_of_a_ring_isolates_what_lies_between(client: TestClient) -> None:
    both = {"kind": "together", "name": "both sides", "parts": [
        {"kind": "cable_loss", "cable": "ab"}, {"kind": "cut", "lon": 10, "lat": -5}]}
    answer = ask(client, both, countries=["BB", "CC"])["scenarios"][0]
    assert answer["name"] == "both sides"
    assert answer["values"]["isolated_countries"] == 1
    assert {one["country"]: one["values"]["isolated_people"] for one in answer["countries"]} == {
        "BB": 1_000_000, "CC": 0}


def test_a_cut_says_where_the_ship_must_go(client: TestClient) -> None:
    fault, = ask(client, {"kind": "cut", "lon": 10, "lat": -5})["scenarios"][0]["faults"]
    assert fault["segment_id"] == "bc/1"
    assert (fault["lon"], fault["lat"]) == pytest.approx((10, -5), abs=1e-4)
    assert fault["depth_m"] is None


def test_the_answer_is_what_the_library_says(client: TestClient) -> None:
    net = ring_network(None)
    metrics = list(cn.METRICS)
    scores = cn.score(net, cn.cable_losses(net, ["ab", "cd"]), metrics)
    answer = ask(client, *({"kind": "cable_loss", "cable": key} for key in ("ab", "cd")),
                 metrics=metrics)
    assert answer["network"]["fingerprint"] == net.fingerprint
    assert answer["network"]["atlas_fingerprint"] == net.layers.fingerprint
    for row, (_, expected) in zip(answer["scenarios"], scores.to_frame().iterrows(), strict=True):
        assert row["values"] == expected.to_dict()
        countries = scores.by_country(row["event"]).replace(np.inf, np.nan)
        for one in row["countries"]:
            given = [np.nan if value is None else value for value in one["values"].values()]
            np.testing.assert_array_equal(given, countries.loc[one["country"]])


def test_every_value_has_a_heading_with_a_unit(client: TestClient) -> None:
    answer = ask(client, {"kind": "cable_loss", "cable": "ab"}, metrics=list(cn.METRICS))
    row = answer["scenarios"][0]
    assert [heading["name"] for heading in answer["headings"]] == list(row["values"])
    assert ([heading["name"] for heading in answer["country_headings"]]
            == list(row["countries"][0]["values"]))
    assert all(heading["unit"] for key in ("headings", "country_headings")
               for heading in answer[key])


def test_a_number_without_bound_is_null(client: TestClient) -> None:
    """AA is the only hub, so no hub lies abroad for it and its margin is without bound."""
    answer = ask(client, {"kind": "cable_loss", "cable": "cd"}, metrics=["margin"],
                 countries=["AA", "BB"])
    found = {one["country"]: one["values"]["margin_cables"]
             for one in answer["scenarios"][0]["countries"]}
    # without cd, BB hangs on ab alone
    assert found == {"AA": None, "BB": 1}


def test_scenarios_come_back_in_the_order_of_the_request(client: TestClient) -> None:
    keys = ["cd", "ab", "da", "bc"]
    answer = ask(client, *({"kind": "cable_loss", "cable": key} for key in keys))
    assert [row["cables_hit"] for row in answer["scenarios"]] == [[key] for key in keys]
    assert [row["event"] for row in answer["scenarios"]] == [0, 1, 2, 3]


def test_the_same_question_has_the_same_answer(client: TestClient) -> None:
    event = {"kind": "disk", "lon": 10, "lat": 0, "radius_km": 50}
    assert ask(client, event) == ask(client, event)


@needs_atlas
def test_the_shipped_atlas_answers_for_the_luzon_strait() -> None:
    client = TestClient(create_app())
    names = client.get("/names").json()
    assert {"IN", "JP", "TW"} <= set(names["countries"])
    assert "Luzon Strait earthquake" in names["named_events"]
    answer = ask(client, {"kind": "named_event", "event": "Luzon Strait earthquake"},
                 {"kind": "named_event", "event": "Bab el-Mandeb"},
                 metrics=list(cn.METRICS), countries=["IN", "JP", "TW"])
    luzon, bab = answer["scenarios"]
    assert luzon["cables_hit"] and luzon["faults"]
    assert bab["countries"][0]["values"]["isolated"] == 0, "Bab el-Mandeb does not isolate India"


@needs_atlas
def test_a_past_day_is_another_network() -> None:
    client = TestClient(create_app())
    event = {"kind": "named_event", "event": "Bab el-Mandeb"}
    then = ask(client, event, as_of="2010-06-01")["network"]
    now = ask(client, event)["network"]
    assert then["as_of"] == "2010-06-01"
    assert then["links_in_service"] < now["links_in_service"]
    assert then["fingerprint"] != now["fingerprint"]
