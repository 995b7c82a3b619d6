"""Two parties from a draft to a plan in force, over HTTP, on both stores; and every way past it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from cablenet_api.plans.exchange import ExportedVersion, unpacked
from cablenet_api.plans.signing import new_key, public_text, sign, statement_for

from tests.api.conftest import House, Member

TODAY = datetime.now(UTC).date()


def draft(india: Member, japan: Member) -> dict[str, object]:
    """A complete plan but for its annex."""
    return {
        "title": "Ring repair", "effective_date": "2026-01-01", "review_date": "2099-01-01",
        "parties": [{"organisation": india.organisation, "name": "DoT", "country": "BB"},
                    {"organisation": japan.organisation, "name": "MIC", "country": "CC"}],
        "scope": {"countries": ["BB", "CC"]},
        "scenarios": [{"id": "two", "name": "Two cables", "event": {
            "kind": "together", "name": "two", "parts": [
                {"kind": "cable_loss", "cable": "ab"}, {"kind": "cable_loss", "cable": "bc"}]}}],
        "triggers": [{"metric": "people_isolated", "at_least": 1, "level": "activate",
                      "declared_by": india.organisation, "declare_within_hours": 4}],
        "roles": [{"role": "lead authority", "organisation": india.organisation,
                   "office": "Control room", "contact_reference": "card 1"}],
        "permits": [{"country": "BB", "single_window": "DoT", "max_hours_to_issue": 48}],
        "communications": {"initial_report": "who, what, where", "sitrep_every_hours": 12,
                           "post_incident_report_days": 30,
                           "public_message_by": japan.organisation},
    }


class Party:
    """One organisation: a planner, a reviewer, and a signatory with a key of their own."""

    def __init__(self, house: House, name: str) -> None:
        self.admin, self.planner, self.reviewer, self.signatory = (
            house.admit(name, role) for role in ("admin", "planner", "reviewer", "signatory"))
        self.key = new_key()

    def signature(self, exported: ExportedVersion) -> dict[str, object]:
        """Made as `cablenet sign` makes it, from the export alone."""
        made = sign(statement_for(exported.plan, exported.version, exported.digest,
                                  organisation=self.signatory.organisation, office="Secretary",
                                  signed_at=datetime.now(UTC)), self.key)
        return json.loads(made.model_dump_json(by_alias=True))


def step(who: Member, path: str, **asked: object):
    tag = who.ask("GET", path).headers["etag"]
    return who.ask("POST", f"{path}/steps", asked, **{"If-Match": tag})


def export(who: Member, path: str) -> ExportedVersion:
    return ExportedVersion.model_validate_json(who.ask("GET", f"{path}/print/export").text)


@pytest.fixture
def parties(house: House, name: str) -> tuple[Party, Party, str]:
    """India and Japan, with the workspace that they share and their keys registered."""
    india, japan = Party(house, f"in {name}"), Party(house, f"jp {name}")
    space = f"/workspaces/{india.admin.ask('POST', '/workspaces', {'name': 'sea'}).json()['id']}"
    india.admin.ask("POST", f"{space}/parties", {"organisation": japan.admin.organisation})
    for party in (india, japan):
        reply = party.signatory.ask("POST", f"{space}/keys",
                                    {"public_key": public_text(party.key.public_key())})
        assert reply.status_code == 201, reply.text
    return india, japan, space


def test_two_parties_bring_a_plan_into_force_and_revise_it(parties: tuple[Party, Party, str]
                                                           ) -> None:
    india, japan, space = parties
    made = india.planner.ask("POST", f"{space}/plans", draft(india.admin, japan.admin))
    assert made.status_code == 201, made.text
    path = made.headers["location"]
    assert made.json()["open"]["missing"][0].startswith("annex:")
    refused = step(india.planner, path, step="submit")
    assert refused.status_code == 409 and refused.json()["type"].endswith("incomplete-plan")
    computed = step(india.planner, path, step="compute_annex").json()["open"]
    effects = computed["kept"]["document"]["annex"]["effects"][0]["countries"]
    assert [(one["country"], one["isolated"]) for one in effects] == [("BB", True), ("CC", False)]
    assert step(india.planner, path, step="submit").json()["open"]["state"] == "in review"
    assert step(japan.reviewer, path, step="object", text="one cable is missing"
                ).status_code == 200
    held = step(india.signatory, path, step="sign",
                signature=india.signature(export(india.signatory, path)))
    assert held.status_code == 409 and "objection" in held.json()["detail"]
    step(japan.reviewer, path, step="approve")
    for party in (india, japan):
        reply = step(party.signatory, path, step="sign",
                     signature=party.signature(export(party.signatory, path)))
        assert reply.status_code == 200, reply.text
    assert reply.json()["open"]["state"] == "signed"
    live = step(japan.signatory, path, step="enter_into_force").json()
    assert (live["open"], live["in_force"]["state"]) == (None, "in force")
    assert india.planner.ask("GET", f"{path}/stale").json() == []
    signed = india.planner.ask("GET", f"{path}/print/signed?which=in_force").text
    known = {party.admin.organisation: public_text(party.key.public_key())
             for party in (india, japan)}
    assert unpacked(signed, known).digest == live["in_force"]["digest"]
    step(india.planner, path, step="revise")
    again = {**draft(india.admin, japan.admin), "title": "Ring repair, second"}
    tag = india.planner.ask("GET", path).headers["etag"]
    assert india.planner.ask("PUT", path, again, **{"If-Match": tag}).json()["open"]["number"] == 2
    told = [one["sentence"] for one in india.planner.ask("GET", f"{path}/changes").json()]
    assert told[0] == "title: 'Ring repair' -> 'Ring repair, second'"
    stages = india.planner.ask("GET", f"{path}/history").json()
    # draft, annex; review, objection, approval, a signature; the other; in force; revised, edited
    assert [one["state"] for one in reversed(stages)] == [
        *["draft"] * 2, *["in review"] * 4, "signed", "in force", *["draft"] * 2]
    assert [one["stage"] for one in stages] == list(range(10, 0, -1))
    assert stages[2]["digest"] == stages[1]["digest"] != stages[0]["digest"]
    pair = india.planner.ask("GET", f"{path}/changes?before=10&after=7").json()
    assert [one["sentence"] for one in pair][:1] == [
        "title: 'Ring repair, second' -> 'Ring repair'"]
    assert india.planner.ask("GET", f"{path}/changes?before=7&after=8").json() == []
    assert india.planner.ask("GET", f"{path}/changes?before=11").status_code == 404
    match = india.planner.ask("POST", f"{space}/plan-matches", {
        "event": {"kind": "cable_loss", "cable": "ab"}}).json()
    assert [(one["scenario"], one["likeness"]) for one in match] == [("two", 0.5)]


def test_an_edit_voids_signatures_and_old_signatures_do_not_fit(
        parties: tuple[Party, Party, str]) -> None:
    india, japan, space = parties
    body = draft(india.admin, japan.admin)
    path = india.planner.ask("POST", f"{space}/plans", body).headers["location"]
    step(india.planner, path, step="compute_annex")
    step(india.planner, path, step="submit")
    old = india.signature(export(india.signatory, path))
    assert step(india.signatory, path, step="sign", signature=old).status_code == 200
    read = india.planner.ask("GET", path)
    document = {**read.json()["open"]["kept"]["document"], "title": "Changed"}
    edited = india.planner.ask("PUT", path, document, **{"If-Match": read.headers["etag"]}).json()
    assert (edited["open"]["state"], edited["open"]["kept"]["signatures"]) == ("draft", [])
    step(india.planner, path, step="submit")
    refused = step(india.signatory, path, step="sign", signature=old)
    assert refused.status_code == 422 and "read the present text" in refused.json()["detail"]
    forged = japan.signature(export(japan.signatory, path))
    refused = step(india.signatory, path, step="sign", signature=forged)
    assert refused.status_code == 422 and "another organisation" in refused.json()["detail"]


def test_roles_and_conditions_hold_for_steps(parties: tuple[Party, Party, str]) -> None:
    india, japan, space = parties
    path = india.planner.ask("POST", f"{space}/plans", draft(india.admin, japan.admin)
                             ).headers["location"]
    assert step(india.signatory, path, step="submit").status_code == 403
    assert step(india.admin, path, step="enter_into_force").status_code == 403
    assert step(india.planner, path, step="object", text="no").status_code == 403
    assert india.planner.ask("POST", f"{path}/steps", {"step": "submit"}).status_code == 428
    stale = india.planner.ask("POST", f"{path}/steps", {"step": "submit"}, **{"If-Match": '"x"'})
    assert stale.status_code == 412
    assert step(india.signatory, path, step="enter_into_force").status_code == 409
    assert step(india.planner, path, step="revise").status_code == 409
    assert india.planner.ask("GET", f"{path}/changes").status_code == 409
    assert india.planner.ask("POST", f"{space}/plans", {"title": ""}).status_code == 422


@pytest.mark.parametrize(("form", "starts"), [
    ("md", b"# Ring repair"), ("html", b"<!doctype html>"), ("pdf", b"%PDF-"),
    ("ics", b"BEGIN:VCALENDAR"), ("export", b'{"plan"'), ("gpkg", b"SQLite format 3"),
])
def test_a_plan_is_printed(parties: tuple[Party, Party, str], form: str, starts: bytes) -> None:
    india, japan, space = parties
    path = india.planner.ask("POST", f"{space}/plans", draft(india.admin, japan.admin)
                             ).headers["location"]
    assert india.planner.ask("GET", f"{path}/print/{form}").content.startswith(starts)
    assert india.planner.ask("GET", f"{path}/print/signed").status_code == 422
