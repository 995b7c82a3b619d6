"""Two parties from a shared workspace to an after-action report, over HTTP, on both stores."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
from cablenet_api import Settings, create_app
from cablenet_api.audit import Entry, verify
from cablenet_api.plans.exchange import unpacked
from cablenet_api.plans.signing import public_text

from tests.api.conftest import House, Member
from tests.api.live import served
from tests.api.ring_world import changed_network, ring_network
from tests.api.test_incidents import CUT, jobs_of, put_to_review, sign_by_both, tell
from tests.api.test_jobs import until
from tests.api.test_plans import Party, draft, export, step

WORKER = Path(__file__).with_name("ring_worker.py")


@contextmanager
def worker(database: str) -> Iterator[None]:
    begun = subprocess.Popen([sys.executable, str(WORKER), database, "5"], start_new_session=True,
                             env=dict(os.environ))
    try:
        yield
    finally:
        os.killpg(begun.pid, signal.SIGKILL)
        begun.wait()


@contextmanager
def house_at(database: str, load_network: object) -> Iterator[House]:
    """The service behind a socket, on one map."""
    settings = Settings(database=database, login="tokens", max_body_bytes=100_000)
    app = create_app(settings, load_network=load_network)
    with served(app) as address, httpx2.Client(base_url=address, timeout=60) as client:
        yield House(settings, client)
    app.state.store.close()


def moved(party: Party, house: House) -> None:
    """The same people, asking another server on the same database."""
    for role in ("admin", "planner", "reviewer", "signatory"):
        setattr(party, role, replace(getattr(party, role), client=house.client))


def test_from_workspace_to_after_action_report(database: str, name: str) -> None:
    with house_at(database, ring_network) as house:
        india, japan = Party(house, f"in {name}"), Party(house, f"jp {name}")
        made = india.admin.ask("POST", "/workspaces", {"name": "sea"}).json()
        space = f"/workspaces/{made['id']}"
        assert japan.planner.ask("GET", space).status_code == 404
        india.admin.ask("POST", f"{space}/parties", {"organisation": japan.admin.organisation})
        for party in (india, japan):
            assert party.signatory.ask("POST", f"{space}/keys", {
                "public_key": public_text(party.key.public_key())}).status_code == 201
        harm = sweep(house, india.planner, database)
        plan = draft(india.admin, japan.admin) | {"targets": [
            {"measure": "declare_hours", "at_most": 4}]}
        path = india.planner.ask("POST", f"{space}/plans", plan).headers["location"]
        assert {"ab", "bc"} in harm  # the plan is for a pair that the sweep has found
        assert step(japan.signatory, path, step="enter_into_force").status_code == 409
        put_to_review(india, path)
        objection_and_answer(india, japan, path)
        approval(india, japan, path)
        sign_by_both(india, japan, path)
        assert japan.planner.ask("GET", f"{path}/stale").json() == []

    with house_at(database, changed_network) as house:  # the map is updated
        for party in (india, japan):
            moved(party, house)
        told = [one["sentence"] for one in japan.planner.ask("GET", f"{path}/stale").json()]
        assert told[0] == ("the network under the plan changed: cd changed in capacity or extent")
        assert step(japan.planner, path, step="revise").status_code == 200
        shown = japan.planner.ask("GET", path).json()
        assert (shown["open"]["number"], shown["open"]["state"], shown["in_force"]["number"]) == (
            2, "draft", 1)
        put_to_review(india, path)
        approval(india, japan, path)
        sign_by_both(india, japan, path)
        assert japan.planner.ask("GET", f"{path}/stale").json() == []
        activate(india, japan, space, path)
        signed = india.planner.ask("GET", f"{path}/print/signed?which=in_force").text
        keys = {party.admin.organisation: public_text(party.key.public_key())
                for party in (india, japan)}
        assert unpacked(signed, keys).number == 2  # anybody with the keys can check it
        log = [Entry.model_validate_json(line) for line in japan.reviewer.ask(
            "GET", f"{space}/audit/export").text.splitlines()]
        assert verify(log) == len(log)
        steps = Counter(one.action for one in log)
        assert steps["sign plan"] == steps["approve plan"] == 4  # two parties, two versions
        assert (steps["object plan"], steps["replace plan"], steps["submit plan"]) == (1, 1, 3)
        assert {one.organisation for one in log} == {india.admin.organisation,
                                                     japan.admin.organisation}


def objection_and_answer(india: Party, japan: Party, path: str) -> None:
    """Japan's reviewer wants reports twice as often: nobody signs until India has changed that."""
    assert step(japan.reviewer, path, step="object", text="12 hours between reports is too long"
                ).status_code == 200
    for party in (india, japan):
        held = step(party.signatory, path, step="sign", signature=party.signature(
            export(party.signatory, path)))
        assert held.status_code == 409 and japan.admin.organisation in held.json()["detail"]
    read = india.planner.ask("GET", path)
    kept = read.json()["open"]["kept"]
    assert [(one["organisation"], one["text"]) for one in kept["objections"]] == [
        (japan.admin.organisation, "12 hours between reports is too long")]
    answer = kept["document"]
    assert answer["communications"]["sitrep_every_hours"] == 12
    answer["communications"]["sitrep_every_hours"] = 6
    told = india.planner.ask("PUT", path, answer, **{"If-Match": read.headers["etag"]})
    assert told.status_code == 200, told.text
    assert (told.json()["open"]["state"], told.json()["open"]["kept"]["objections"]) == (
        "draft", [])
    again = step(india.planner, path, step="submit")
    assert again.status_code == 200 and again.json()["open"]["state"] == "in review"


def approval(india: Party, japan: Party, path: str) -> None:
    """Each party's reviewer has nothing against what is to be signed; a planner's word is none."""
    assert step(japan.planner, path, step="approve").status_code == 403
    for party in (india, japan):
        told = step(party.reviewer, path, step="approve")
        assert told.status_code == 200, told.text
        assert told.json()["open"]["kept"]["document"]["communications"][
            "sitrep_every_hours"] == 6


def sweep(house: House, who: Member, database: str) -> list[set[str]]:
    """The pairs of cables whose loss isolates somebody, by a sweep that a worker does.

    By hand: all 6 pairs of the ring's cables, as any two cuts part somebody from AA."""
    reply = who.ask("POST", "/processes/sweep/execution", {"inputs": {"order": 2}})
    assert reply.status_code == 201, reply.text
    job = reply.headers["location"]
    with worker(database):
        until(lambda: who.ask("GET", job).json()["status"] not in ("accepted", "running"))
    found = who.ask("GET", f"{job}/results").json()
    assert (found["scenarios"], found["failed"]) == (10, 0)
    pairs = [{str(value) for key, value in row.items() if key.startswith("unit_")}
             for row in found["worst"]]
    assert len(pairs) == 6
    return pairs


def activate(india: Party, japan: Party, space: str, plan: str) -> None:
    """A real event, matched, logged by both, forecast again, closed and judged."""
    match = japan.planner.ask("POST", f"{space}/plan-matches", {"event": CUT}).json()
    assert (match[0]["plan"], match[0]["likeness"]) == (plan.rsplit("/", 1)[1], 1.0)
    reply = india.planner.ask("POST", f"{space}/incidents", {"event": CUT})
    assert reply.status_code == 201, reply.text
    incident = reply.headers["location"]
    first = jobs_of(reply.json())
    assert (reply.json()["kept"]["version"], set(first)) == (2, {"J1", "J2"})

    def now() -> str:
        return datetime.now(UTC).isoformat()

    assert tell(india.planner, incident, "actuals", at=now(), step="declared").status_code == 200
    for what in ("located", "ship_sailed", "permit_granted"):
        assert tell(japan.planner, incident, "actuals", at=now(), step=what, job="J1",
                    ship=first["J1"]["ship"]).status_code == 200
    again = jobs_of(tell(india.planner, incident, "forecasts").json())
    hours = first["J1"]["hours"]
    # located, called and permitted at once: what is left is the way and the work
    work = hours["restored"] - max(hours["on_site"], hours["permit_granted"])
    assert again["J1"]["hours"]["restored"] == pytest.approx(
        hours["on_site"] - hours["ship_sailed"] + work, abs=0.2)
    for job in ("J1", "J2"):
        assert tell(japan.planner, incident, "actuals", at=now(), step="restored", job=job
                    ).status_code == 200
    assert tell(india.planner, incident, "closing").status_code == 200
    report = japan.signatory.ask("GET", f"{incident}/report").json()
    assert report["open_jobs"] == [] and report["targets"][0]["reached"] is True
    assert [(one["job"], one["phase"]) for one in report["phases"] if one["phase"] == "whole"] == [
        ("J1", "whole"), ("J2", "whole")]
    assert {one["organisation"] for one in report["log"]} == {india.admin.organisation,
                                                             japan.admin.organisation}
