"""The audit log in the database: every write leaves an entry, and every tampering is found."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from cablenet_api.audit import Entry, verify
from cablenet_api.plans.errors import BrokenChainError
from cablenet_api.plans.signing import key_to_pem, new_key, public_text
from cablenet_api.store import Store
from cablenet_api.store.store import EVERY
from jsonschema import Draft202012Validator
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

import cablenet as cn
from cablenet.cli.entry import main
from tests.api.conftest import LOSS, House, Member
from tests.api.dateline_world import dateline_world
from tests.api.live import served
from tests.api.test_incidents import CUT, bring_into_force
from tests.api.test_plans import Party, draft, parties

__all__ = ["parties"]
KEPT = {"name": "one cable", "events": [LOSS]}
COMPUTES = {"POST /score", "POST /workspaces/{workspace}/overlays/{overlay}/scores",
            "POST /workspaces/{workspace}/plan-matches", "POST /desk/outage", "POST /desk/traffic"}
"""Keep nothing, so they leave no entry."""
ELSEWHERE = {"POST /workspaces/{workspace}/received-plans"}
"""Needs a plan signed by two parties; its entry is looked for in test_exchange.py."""


def log_of(who: Member, place: str = "") -> list[Entry]:
    reply = who.ask("GET", f"{place}/audit/export")
    assert reply.status_code == 200
    return [Entry.model_validate_json(line) for line in reply.text.splitlines()]


class Watched:
    """Somebody whose writes are watched: each must leave one entry, in one chain."""

    def __init__(self, who: Member, space: str, seen: dict[str, str]) -> None:
        self.who, self.space, self.seen = who, space, seen

    def does(self, operation: str, path: str, body: object = None, tag: bool = False) -> Any:
        before = [len(log_of(self.who)), len(log_of(self.who, self.space))]
        headers = {"If-Match": self.who.ask("GET", path).headers["etag"]} if tag else {}
        reply = self.who.ask(operation.split(" ")[0], path, body, **headers)
        assert reply.status_code < 300, reply.text
        after = [log_of(self.who), log_of(self.who, self.space)]
        added = [log[old:] for log, old in zip(after, before, strict=True)]
        entries = [entry for some in added for entry in some]
        assert len(entries) == 1, operation
        assert (entries[0].actor, entries[0].organisation) == (self.who.person,
                                                               self.who.organisation)
        self.seen[operation] = entries[0].action
        return reply


def test_every_write_of_the_description_leaves_one_entry(house: House, name: str,
                                                         parties: tuple[Party, Party, str]) -> None:
    india, _, space = parties
    seen: dict[str, str] = {}
    admin = Watched(india.admin, space, seen)
    admin.does("POST /tokens", "/tokens", {"label": "x"})
    person = house.admit(f"in {name}", "viewer").person
    admin.does("PUT /members/{person}", f"/members/{person}", {"role": "planner"})
    admin.does("DELETE /members/{person}", f"/members/{person}")
    third = house.admit(f"xx {name}").organisation
    admin.does("POST /workspaces/{workspace}/parties", f"{space}/parties", {"organisation": third})
    job = admin.does("POST /processes/{process}/execution", "/processes/cut-sets/execution",
                     {"inputs": {"max_order": 1}}).json()["jobID"]
    admin.does("DELETE /jobs/{job}", f"/jobs/{job}")
    kept = admin.does("POST /workspaces/{workspace}/scenarios", f"{space}/scenarios", KEPT
                      ).headers["location"]
    one = "/workspaces/{workspace}/scenarios/{scenario}"
    admin.does(f"PUT {one}", kept, KEPT, tag=True)
    admin.does(f"DELETE {one}", kept, tag=True)
    over = {"name": "x", "tier": "full", "lit_tbps": {"ab": 20.0}}
    laid = admin.does("POST /workspaces/{workspace}/overlays", f"{space}/overlays", over
                      ).headers["location"]
    one = "/workspaces/{workspace}/overlays/{overlay}"
    admin.does(f"PUT {one}", laid, over, tag=True)
    admin.does(f"DELETE {one}", laid, tag=True)
    chart = {"name": "chart", "map": json.loads(json.dumps(cn.layers_document(dateline_world())))}
    drawn = admin.does("POST /workspaces/{workspace}/maps", f"{space}/maps", chart
                       ).headers["location"]
    admin.does("PUT /workspaces/{workspace}/maps/{map}", drawn, chart, tag=True)
    Watched(india.signatory, space, seen).does(
        "POST /workspaces/{workspace}/keys", f"{space}/keys", {"public_key": "a" * 43})
    seen |= plan_and_incident(parties)
    spare = india.admin.ask("POST", "/tokens", {"label": "y"}).json()["id"]
    admin.does("DELETE /tokens/{token}", f"/tokens/{spare}")
    founded = india.admin.ask("POST", "/workspaces", {"name": "new"}).json()["id"]
    assert [entry.action for entry in log_of(india.admin, f"/workspaces/{founded}")] == [
        "found workspace"]
    seen["POST /workspaces"] = "found workspace"
    writes = {f"{verb.upper()} {path}"
              for path, verbs in house.client.get("/openapi.json").json()["paths"].items()
              for verb in verbs if verb != "get"}
    assert set(seen) == writes - COMPUTES - ELSEWHERE
    for log in (log_of(india.planner), log_of(india.planner, space)):
        assert verify(log) == len(log)


def plan_and_incident(parties: tuple[Party, Party, str]) -> dict[str, str]:
    """The writes of plans and incidents, each found in the log of the workspace by its action."""
    india, japan, space = parties
    for party in (india, japan):  # the signatory's own key again, after the probe
        party.signatory.ask("POST", f"{space}/keys",
                            {"public_key": public_text(party.key.public_key())})
    path = india.planner.ask("POST", f"{space}/plans", draft(india.admin, japan.admin)
                             ).headers["location"]
    read = india.planner.ask("GET", path)
    india.planner.ask("PUT", path, draft(india.admin, japan.admin),
                      **{"If-Match": read.headers["etag"]})
    bring_into_force(india, japan, path)
    opened = india.planner.ask("POST", f"{space}/incidents", {"event": CUT}).headers["location"]
    for what, body in (("actuals", {"at": "2999-01-01T00:00:00Z", "step": "note"}),
                       ("actuals", None), ("forecasts", {}), ("closing", {})):
        shown = india.planner.ask("GET", opened)
        if body is None:
            body = {"at": shown.json()["kept"]["started"], "step": "declared"}
        india.planner.ask("POST", f"{opened}/{what}", body,
                          **{"If-Match": shown.headers["etag"]})
    told = [entry.action for entry in log_of(japan.admin, space)]
    wanted = {"POST /workspaces/{workspace}/plans": "add plan",
              "PUT /workspaces/{workspace}/plans/{plan}": "replace plan",
              "POST /workspaces/{workspace}/plans/{plan}/steps": "sign plan",
              "POST /workspaces/{workspace}/incidents": "add incident"}
    one = "POST /workspaces/{workspace}/incidents/{incident}"
    wanted |= {f"{one}/actuals": "enter 'declared' in incident",
               f"{one}/forecasts": "forecast incident", f"{one}/closing": "close incident"}
    assert {action: told.count(action) for action in wanted.values()} == {
        action: 2 if action == "sign plan" else 1 for action in wanted.values()}
    assert "enter 'note' in incident" not in told  # what was refused was not done
    return wanted


def test_what_was_refused_leaves_no_entry_and_strangers_read_nothing(house: House, name: str
                                                                     ) -> None:
    mine, other = house.admit(f"m {name}"), house.admit(f"o {name}")
    space = f"/workspaces/{mine.ask('POST', '/workspaces', {'name': 'x'}).json()['id']}"
    mine.ask("POST", f"{space}/scenarios", {"name": "", "events": []})
    assert [entry.action for entry in log_of(mine, space)] == ["found workspace"]
    for what in ("audit", "audit/head", "audit/export"):
        assert other.ask("GET", f"{space}/{what}").status_code == 404
    assert [entry.action for entry in log_of(other)] == ["admit member"]
    assert log_of(other)[0].actor == "operator of the service"


def test_pages_and_head_tell_the_same_log(house: House, name: str) -> None:
    who = house.admit(name)
    for number in range(4):
        who.ask("POST", "/tokens", {"label": f"t{number}"})
    found, after = [], 0
    while after is not None:
        page = who.ask("GET", f"/audit?limit=2&after={after}").json()
        found += page["items"]
        after = page["next"]
    assert [Entry.model_validate(one) for one in found] == log_of(who)
    last = log_of(who)[-1]
    assert who.ask("GET", "/audit/head").json() == {"number": 5, "hash": last.hash}


def test_writers_at_the_same_moment_make_one_chain(house: House, name: str) -> None:
    who = house.admit(name)
    space = f"/workspaces/{who.ask('POST', '/workspaces', {'name': 'x'}).json()['id']}"
    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(lambda _: who.ask("POST", f"{space}/scenarios", KEPT).status_code,
                             range(18)))
    assert made == [201] * 18  # nobody is refused for the log's sake
    assert verify(log_of(who, space)) == 19


@pytest.fixture
def store(house: House):
    made = Store(house.settings.database)
    yield made
    made.close()


@pytest.mark.parametrize("deed", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit"])
def test_the_database_itself_refuses_to_change_entries(house: House, store: Store, name: str,
                                                       deed: str) -> None:
    house.admit(name)
    with pytest.raises(DBAPIError, match="append only"), store.writing(EVERY) as connection:
        connection.execute(text(deed))


TAMPERING = {
    "a changed entry": "UPDATE audit SET actor = 'nobody' WHERE log = :log AND number = 3",
    "a changed content": "UPDATE audit SET content = before WHERE log = :log AND number = 2",
    "two in another order": "UPDATE audit SET number = CASE number WHEN 2 THEN -3 ELSE -2 END "
                            "WHERE log = :log AND number IN (2, 3);"
                            "UPDATE audit SET number = -number WHERE log = :log AND number < 0",
    "one taken out": "DELETE FROM audit WHERE log = :log AND number = 3",
    "a lost tail": "DELETE FROM audit WHERE log = :log AND number > 3",
    "the whole log written anew": "DELETE FROM audit WHERE log = :log AND number > 1",
}


def test_every_line_of_an_export_is_what_the_description_says(house: House, name: str) -> None:
    """Also where a name holds a line separator of Unicode: only a line feed ends a line."""
    who = house.admit(name)
    assert who.ask("PUT", f"/members/odd%E2%80%A8{name}", {"role": "viewer"}).status_code == 200
    document = who.ask("GET", "/openapi.json").json()
    for path in ("/audit/export", "/workspaces/{workspace}/audit/export"):
        answer = document["paths"][path]["get"]["responses"]["200"]["content"]
        line = answer["application/x-ndjson"]["schema"]["contentSchema"]
        assert line == {"$ref": "#/components/schemas/Entry"}
    checks = Draft202012Validator({**line, "components": document["components"]})
    lines = who.ask("GET", "/audit/export").text.removesuffix("\n").split("\n")
    assert len(lines) == who.ask("GET", "/audit/head").json()["number"] > 0
    assert any("\u2028" in one for one in lines)
    for one in lines:
        checks.validate(json.loads(one))


@pytest.mark.parametrize("how", TAMPERING)
def test_what_an_administrator_does_behind_the_service_is_found_by_a_checkpoint(
        house: House, store: Store, name: str, tmp_path: Path, how: str,
        capsys: pytest.CaptureFixture[str]) -> None:
    """The party takes a checkpoint of the served log; then somebody with all rights on the
    database takes the guards away and changes rows."""
    who = house.admit(name)
    for number in range(4):
        who.ask("POST", "/tokens", {"label": f"t{number}"})
    files = {key: tmp_path / key for key in ("token", "key.pem", "held.json")}
    files["token"].write_text(who.token)
    files["key.pem"].write_bytes(key_to_pem(new_key(), None))
    with served(house.client.app) as address:
        log = f"{address}/audit/export"
        words = ["--token-file", str(files["token"])]
        assert cli("audit", "checkpoint", log, *words, "--key", str(files["key.pem"]),
                   "--organisation", who.organisation, "--out", str(files["held.json"])) == 0
        held = ["--checkpoint", str(files["held.json"])]
        assert cli("audit", "verify", log, *words, *held) == 0
        with store.writing(EVERY) as connection:
            tamper(connection, TAMPERING[how], who.organisation)
        if how == "the whole log written anew":  # a chain that holds in itself, by the service
            for number in range(5):
                who.ask("POST", "/tokens", {"label": f"u{number}"})
            assert cli("audit", "verify", log, *words) == 0
        capsys.readouterr()
        assert cli("audit", "verify", log, *words, *held, "--json") == 1
        assert json.loads(capsys.readouterr().out)["whole"] is False
    if how not in ("a lost tail", "the whole log written anew"):
        with pytest.raises(BrokenChainError):
            verify(log_of(who))  # the chain alone tells of these


def cli(*words: str) -> int:
    with pytest.raises(SystemExit) as end:
        main(list(words))
    return int(end.value.code or 0)


def tamper(connection: Any, deeds: str, log: str) -> None:
    """Take the triggers away, change rows, put the triggers back."""
    sqlite = connection.dialect.name == "sqlite"
    kept = {}
    if sqlite:
        rows = connection.execute(text(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
        kept = {row.name: row.sql for row in rows}
        for trigger in kept:
            connection.execute(text(f"DROP TRIGGER {trigger}"))
    else:
        connection.execute(text("ALTER TABLE audit DISABLE TRIGGER audit_append_only"))
    for deed in deeds.split(";"):
        connection.execute(text(deed), {"log": log})
    if sqlite:
        for made in kept.values():
            connection.execute(text(made))
    else:
        connection.execute(text("ALTER TABLE audit ENABLE TRIGGER audit_append_only"))
