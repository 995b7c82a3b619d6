"""Activations over HTTP: opened under a plan in force, logged, forecast again, judged."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.api.conftest import House, Member
from tests.api.test_plans import Party, draft, export, parties, step

__all__ = ["parties"]  # the fixture
CUT = {"kind": "together", "name": "cut", "parts": [
    {"kind": "cut", "lon": 5.0, "lat": 0.0, "cable": "ab"},
    {"kind": "cut", "lon": 10.0, "lat": -5.0, "cable": "bc"}]}
FAULT = datetime(2026, 3, 1, tzinfo=UTC)
Parties = tuple[Party, Party, str]


def bring_into_force(india: Party, japan: Party, path: str) -> None:
    put_to_review(india, path)
    sign_by_both(india, japan, path)


def put_to_review(india: Party, path: str) -> None:
    for what in ("compute_annex", "submit"):
        assert step(india.planner, path, step=what).status_code == 200


def sign_by_both(india: Party, japan: Party, path: str) -> None:
    for party in (india, japan):
        assert step(party.signatory, path, step="sign", signature=party.signature(
            export(party.signatory, path))).status_code == 200
    assert step(japan.signatory, path, step="enter_into_force").status_code == 200


@pytest.fixture
def in_force(parties: Parties) -> Parties:
    """India, Japan and their workspace with a plan in force for the loss of ab and bc."""
    india, japan, space = parties
    body = draft(india.admin, japan.admin) | {"targets": [
        {"measure": "declare_hours", "at_most": 4}, {"measure": "restored_days", "at_most": 10}]}
    path = india.planner.ask("POST", f"{space}/plans", body).headers["location"]
    bring_into_force(india, japan, path)
    return parties


def opened(who: Member, space: str, event: object = CUT, **more: object) -> str:
    """An exercise that begins on 1 March 2026; its path."""
    reply = who.ask("POST", f"{space}/incidents", {
        "event": event, "simulated": True, "started": FAULT.isoformat(), **more})
    assert reply.status_code == 201, reply.text
    return str(reply.headers["location"])


def tell(who: Member, path: str, what: str, **asked: object):
    tag = who.ask("GET", path).headers["etag"]
    return who.ask("POST", f"{path}/{what}", asked, **{"If-Match": tag})


def at(hour: float) -> str:
    return (FAULT + timedelta(hours=hour)).isoformat()


def jobs_of(kept: dict[str, Any], which: int = -1) -> dict[str, Any]:
    return {job["job"]: job for job in kept["kept"]["forecasts"][which]["jobs"]}


def test_an_event_opens_the_nearest_plan_with_a_forecast(in_force: Parties) -> None:
    """Both cables have one section each, and both are hit: likeness 1."""
    india, japan, space = in_force
    shown = japan.planner.ask("GET", opened(india.planner, space)).json()
    kept = shown["kept"]
    assert (kept["scenario"], kept["likeness"], kept["version"]) == ("two", 1.0, 1)
    jobs = jobs_of(shown)
    assert {job["cable"] for job in jobs.values()} == {"ab", "bc"}
    for job in jobs.values():
        hours = job["hours"]
        assert hours["located"] <= hours["ship_sailed"] < hours["on_site"] < hours["restored"]
        assert hours["permit_granted"] < hours["restored"]


def test_a_ship_that_sails_late_is_late_by_as_much(in_force: Parties) -> None:
    """The ship sails 30 hours late; its way takes as long as forecast, then come permit and work:
    restored = max(on site + 30, permit) + work, with work = restored - max(on site, permit)."""
    india, _, space = in_force
    path = opened(india.planner, space)
    before = jobs_of(india.planner.ask("GET", path).json())["J1"]
    hours = before["hours"]
    for name, hour in (("located", 10.0), ("ship_sailed", hours["ship_sailed"] + 30)):
        reply = tell(india.planner, path, "actuals", at=at(hour), step=name, job="J1",
                     ship=before["ship"])
        assert reply.status_code == 200, reply.text
    again = tell(india.planner, path, "forecasts").json()
    late = jobs_of(again)["J1"]
    work = hours["restored"] - max(hours["on_site"], hours["permit_granted"])
    permit = max(hours["permit_granted"], hours["ship_sailed"] + 30)  # not granted yet: not before
    assert late["ship"] == before["ship"]
    assert late["hours"]["on_site"] == pytest.approx(hours["on_site"] + 30)
    assert late["hours"]["restored"] == pytest.approx(max(hours["on_site"] + 30, permit) + work)
    assert jobs_of(again, 0)["J1"] == before  # the first forecast stands beside it
    other = jobs_of(again)["J2"]
    assert other["hours"]["ship_sailed"] >= hours["ship_sailed"] + 30  # nothing is begun before now


def test_what_is_restored_leaves_the_forecast_and_what_is_left_is_planned(in_force: Parties
                                                                         ) -> None:
    india, _, space = in_force
    path = opened(india.planner, space)
    tell(india.planner, path, "actuals", at=at(100), step="restored", job="J1")
    again = tell(india.planner, path, "forecasts", now=at(120)).json()
    jobs = jobs_of(again)
    assert set(jobs) == {"J2"} and jobs["J2"]["cable"] == "bc"
    assert jobs["J2"]["hours"]["ship_sailed"] >= 120
    tell(india.planner, path, "actuals", at=at(500), step="restored", job="J2")
    assert jobs_of(tell(india.planner, path, "forecasts").json()) == {}


def test_a_cable_whose_fault_is_not_found_yet_gets_its_jobs_when_it_is(in_force: Parties) -> None:
    india, _, space = in_force
    path = opened(india.planner, space, {"kind": "cable_loss", "cable": "ab"})
    first = india.planner.ask("GET", path).json()["kept"]["forecasts"][0]
    assert first["jobs"] == [] and "no fault at sea" in first["notes"][0]
    found = tell(india.planner, path, "forecasts", now=at(9), event=CUT["parts"][0])
    assert found.status_code == 200 and set(jobs_of(found.json())) == {"J1"}
    assert jobs_of(found.json())["J1"]["hours"]["located"] >= 9
    tell(india.planner, path, "actuals", at=at(12), step="located", job="J1")
    refused = tell(india.planner, path, "forecasts", event=CUT)
    assert refused.status_code == 409 and "entered already" in refused.json()["detail"]


def test_the_clock_of_an_exercise_does_not_go_back_and_a_real_event_has_the_worlds(
        in_force: Parties) -> None:
    india, _, space = in_force
    path = opened(india.planner, space)
    assert tell(india.planner, path, "actuals", at=at(3), step="declared").status_code == 200
    back = tell(india.planner, path, "forecasts", now=at(2))
    assert back.status_code == 409 and "does not go back" in back.json()["detail"]
    assert tell(india.planner, path, "actuals", at=at(9), now=at(8), step="note", text="?"
                ).status_code == 409  # what lies ahead is no actual
    real = opened(india.planner, space, simulated=False)
    told = tell(india.planner, real, "closing", now=at(2))
    assert told.status_code == 409 and "world's clock" in told.json()["detail"]
    later = {"event": CUT, "started": "2999-01-01T00:00:00Z"}
    assert india.planner.ask("POST", f"{space}/incidents", later).status_code == 409


def test_the_report_judges_targets_and_a_closed_log_takes_nothing(in_force: Parties) -> None:
    """Declared after 3 of 4 hours: reached. Restored after 480 h = 20 days of 10: not."""
    india, japan, space = in_force
    path = opened(india.planner, space)
    tell(japan.planner, path, "actuals", at=at(3), step="declared", text="by the ministry")
    for job, hour in (("J1", 240.0), ("J2", 480.0)):
        tell(india.planner, path, "actuals", at=at(hour), step="restored", job=job)
    assert tell(india.planner, path, "closing").status_code == 200
    refused = tell(india.planner, path, "actuals", at=at(480), step="note", text="late")
    assert refused.status_code == 409 and "closed" in refused.json()["detail"]
    report = japan.reviewer.ask("GET", f"{path}/report").json()
    assert [(one["measure"], one["value"], one["reached"]) for one in report["targets"]] == [
        ("declare_hours", 3.0, True), ("restored_days", 20.0, False)]
    assert (report["open_jobs"], report["simulated"]) == ([], True)
    first = jobs_of(india.planner.ask("GET", path).json(), 0)["J1"]["hours"]["restored"]
    assert [one["error_h"] for one in report["phases"] if one["job"] == "J1"] == [
        pytest.approx(240 - first)]
    assert [one["organisation"] for one in report["log"]] == [
        japan.admin.organisation, *[india.admin.organisation] * 2]


def test_roles_conditions_and_plans_that_are_not_in_force(house: House, in_force: Parties) -> None:
    india, japan, space = in_force
    path = opened(india.planner, space)
    entry = {"at": at(1), "step": "declared"}
    assert japan.signatory.ask("POST", f"{space}/incidents", {"event": CUT}).status_code == 403
    assert tell(japan.signatory, path, "actuals", **entry).status_code == 403
    assert india.planner.ask("POST", f"{path}/actuals", entry).status_code == 428
    for what, body in (("actuals", entry), ("forecasts", {}), ("closing", {})):
        stale = india.planner.ask("POST", f"{path}/{what}", body, **{"If-Match": '"x"'})
        assert stale.status_code == 412
    other = india.planner.ask("POST", f"{space}/plans", {"title": "draft"}).json()["id"]
    named = india.planner.ask("POST", f"{space}/incidents", {"event": CUT, "plan": other})
    assert named.status_code == 409 and "not in force" in named.json()["detail"]
    far = india.planner.ask("POST", f"{space}/incidents", {
        "event": {"kind": "cable_loss", "cable": "cd"}})
    assert far.status_code == 409 and "name one" in far.json()["detail"]
    bad = india.planner.ask("POST", f"{space}/incidents", {
        "event": {"kind": "cable_loss", "cable": "no such"}})
    assert (bad.status_code, bad.json()["type"]) == (422, "/problems/unknown-name")
    assert [one["id"] for one in india.planner.ask("GET", f"{space}/incidents").json()["items"]
            ] == [path.rsplit("/", 1)[1]]
