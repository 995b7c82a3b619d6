"""Every operation of the service x every role x ids of others: nothing is found, nothing shows.

The table is made from the service's own description: a route without a row here fails the build.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from cablenet_api import Settings, create_app
from cablenet_api.access.roles import MAY
from cablenet_api.plans.canonical import digest
from cablenet_api.plans.document import PlanDocument
from cablenet_api.plans.exchange import SignedPlan
from cablenet_api.plans.signing import new_key, public_text, sign, statement_for
from cablenet_api.workspaces.plans import DEED

import cablenet as cn
from cablenet.testing import ring
from tests.api.conftest import LOSS, House, Member, ring_network
from tests.api.test_incidents import CUT, bring_into_force
from tests.api.test_plans import Party, draft

OPEN = {"GET /", "GET /health", "GET /healthz", "GET /readyz", "GET /problems/{slug}",
        "GET /metrics", "GET /schemas", "GET /schemas/{file}"}
"""Tell nothing of anybody, and ask for no token."""
SCENARIOS = {"name": "probe", "events": [LOSS]}


def signed_probe() -> dict[str, Any]:
    """A signed plan of the right form, by keys that nobody knows."""
    document = PlanDocument(title="probe")
    made = [sign(statement_for("probe", 1, digest(document), organisation=who, office="o",
                               signed_at=datetime(2026, 1, 1, tzinfo=UTC)), new_key())
            for who in ("a", "b")]
    signed = SignedPlan(plan="probe", version=1, state="signed", document=document,
                        signatures=made)
    return dict(json.loads(signed.model_dump_json(by_alias=True)))


RECEIVED = {"signed": signed_probe()}
A_MAP = {"name": "probe", "map": cn.layers_document(ring())}
LAYER_PAGES = ("", "/conformance", "/api", "/collections", "/collections/{collection}",
               "/collections/{collection}/items", "/collections/{collection}/items/{feature}")
OWN = {
    "GET /me": None, "GET /desk/map": None, "GET /desk/cells": None,
    "POST /desk/outage": {"events": [LOSS]}, "POST /desk/traffic": {"events": [LOSS]},
    "GET /names": None, "POST /score": {"events": [LOSS]}, "GET /members": None,
    "PUT /members/{person}": {"role": "viewer"}, "DELETE /members/{person}": None,
    "GET /tokens": None, "POST /tokens": {"label": "probe"}, "GET /workspaces": None,
    "POST /workspaces": {"name": "probe"}, "GET /processes": None,
    "GET /processes/{process}": None, "GET /audit": None, "GET /audit/head": None,
    "GET /audit/export": None,
    "POST /processes/{process}/execution": {"inputs": {"max_order": 1}}, "GET /jobs": None,
    **dict.fromkeys(f"GET /layers{page}" for page in LAYER_PAGES),
}
"""Act within the caller's own organisation whatever is asked; with a body to ask with."""
FOREIGN = {
    "DELETE /tokens/{token}": None, "GET /workspaces/{workspace}": None,
    "GET /workspaces/{workspace}/parties": None,
    "POST /workspaces/{workspace}/parties": {"organisation": "0" * 32},
    "GET /workspaces/{workspace}/scenarios": None,
    "POST /workspaces/{workspace}/scenarios": SCENARIOS,
    "GET /workspaces/{workspace}/scenarios/{scenario}": None,
    "PUT /workspaces/{workspace}/scenarios/{scenario}": SCENARIOS,
    "DELETE /workspaces/{workspace}/scenarios/{scenario}": None,
    "GET /workspaces/{workspace}/plans": None,
    "POST /workspaces/{workspace}/plans": {"title": "probe"},
    "GET /workspaces/{workspace}/plans/{plan}": None,
    "PUT /workspaces/{workspace}/plans/{plan}": {"title": "probe"},
    "POST /workspaces/{workspace}/plans/{plan}/steps": {"step": "submit"},
    "GET /workspaces/{workspace}/plans/{plan}/changes": None,
    "GET /workspaces/{workspace}/plans/{plan}/history": None,
    "GET /workspaces/{workspace}/plans/{plan}/stale": None,
    "GET /workspaces/{workspace}/plans/{plan}/print/{form}": None,
    "POST /workspaces/{workspace}/plan-matches": {"event": LOSS},
    "POST /workspaces/{workspace}/keys": {"public_key": "a" * 43},
    "GET /workspaces/{workspace}/keys": None,
    "GET /workspaces/{workspace}/incidents": None,
    "POST /workspaces/{workspace}/incidents": {"event": LOSS},
    "GET /workspaces/{workspace}/incidents/{incident}": None,
    "POST /workspaces/{workspace}/incidents/{incident}/actuals": {
        "at": "2026-01-01T00:00:00Z", "step": "declared"},
    "POST /workspaces/{workspace}/incidents/{incident}/forecasts": {},
    "POST /workspaces/{workspace}/incidents/{incident}/closing": {},
    "GET /workspaces/{workspace}/incidents/{incident}/report": None,
    "GET /workspaces/{workspace}/overlays": None,
    "POST /workspaces/{workspace}/overlays": {"name": "probe", "lit_tbps": {"ab": 1.0}},
    "GET /workspaces/{workspace}/overlays/{overlay}": None,
    "PUT /workspaces/{workspace}/overlays/{overlay}": {"name": "probe", "lit_tbps": {"ab": 1.0}},
    "DELETE /workspaces/{workspace}/overlays/{overlay}": None,
    "GET /workspaces/{workspace}/overlays/{overlay}/questions": None,
    "POST /workspaces/{workspace}/overlays/{overlay}/scores": {"events": [LOSS]},
    "GET /workspaces/{workspace}/audit": None, "GET /workspaces/{workspace}/audit/head": None,
    "GET /workspaces/{workspace}/audit/export": None,
    "GET /workspaces/{workspace}/maps": None, "POST /workspaces/{workspace}/maps": A_MAP,
    "GET /workspaces/{workspace}/maps/{map}": None,
    "PUT /workspaces/{workspace}/maps/{map}": A_MAP,
    "GET /workspaces/{workspace}/maps/{map}/export/{format}": None,
    **dict.fromkeys(f"GET /workspaces/{{workspace}}/maps/{{map}}/layers{page}"
                    for page in LAYER_PAGES),
    "GET /workspaces/{workspace}/received-plans": None,
    "POST /workspaces/{workspace}/received-plans": RECEIVED,
    "GET /workspaces/{workspace}/received-plans/{received}": None,
    "GET /workspaces/{workspace}/received-plans/{received}/file": None,
    "GET /jobs/{job}": None, "GET /jobs/{job}/results": None, "GET /jobs/{job}/events": None,
    "DELETE /jobs/{job}": None,
    **dict.fromkeys(f"GET /jobs/{{job}}/layers{page}" for page in LAYER_PAGES),
}
"""Name something by id: 404 for an id of others."""
DOCUMENTS = {kind: f"/workspaces/{{workspace}}/{kinds}/{{{kind}}}" for kind, kinds in {
    "scenario": "scenarios", "plan": "plans", "incident": "incidents", "map": "maps",
    "overlay": "overlays", "received": "received-plans"}.items()}
"""Every kind of document that a workspace holds, and where one is read."""
ROUND = {"process": "cut-sets", "form": "md", "format": "json", "collection": "cables",
         "feature": "ab"}
"""Names in paths that are everybody's."""


class Unknown(dict[str, str]):
    """Values for paths; for every other name an id that nothing has."""

    def __missing__(self, _: str) -> str:
        return "0" * 32


def operations() -> set[str]:
    app = create_app(Settings(login="tokens"), load_network=ring_network)
    return {f"{verb.upper()} {path}" for path, verbs in app.openapi()["paths"].items()
            for verb in verbs}


def test_every_operation_has_a_row_in_the_table() -> None:
    assert operations() == OPEN | set(OWN) | set(FOREIGN)


@dataclass(frozen=True)
class Held:
    """What others hold: ids for paths, the ETags of their documents, and who may read them."""

    ids: dict[str, str]
    etags: dict[str, str]
    owner: Member


@pytest.fixture(scope="module")
def held(house: House) -> Held:
    """Two parties with a plan in force, an incident under it, and one of every other document."""
    name = uuid4().hex[:12]
    india, japan = Party(house, f"others {name}"), Party(house, f"more of them {name}")
    other = india.admin

    def made(who: Member, path: str, body: object) -> str:
        reply = who.ask("POST", path, body)
        assert reply.status_code == 201, reply.text
        return str(reply.json().get("id") or reply.json()["jobID"])

    workspace = made(other, "/workspaces", {"name": f"secret space {name}"})
    space, secret = f"/workspaces/{workspace}", {"name": f"secret plan {name}"}
    other.ask("POST", f"{space}/parties", {"organisation": japan.admin.organisation})
    for party in (india, japan):
        party.signatory.ask("POST", f"{space}/keys",
                            {"public_key": public_text(party.key.public_key())})
    plan = made(other, f"{space}/plans",
                {**draft(india.admin, japan.admin), "title": f"secret plan {name}"})
    bring_into_force(india, japan, f"{space}/plans/{plan}")
    signed = other.ask("GET", f"{space}/plans/{plan}/print/signed?which=in_force").json()
    documents = {
        "plan": plan, "scenario": made(other, f"{space}/scenarios", {**SCENARIOS, **secret}),
        "incident": made(other, f"{space}/incidents", {"event": CUT}),
        "received": made(india.signatory, f"{space}/received-plans", {"signed": signed}),
        "map": made(other, f"{space}/maps", {**A_MAP, **secret}),
        "overlay": made(other, f"{space}/overlays",
                        {**secret, "tier": "full", "lit_tbps": {"ab": 12.5}})}
    ids = {**documents, **ROUND, "workspace": workspace, "person": other.person,
           "token": other.ask("GET", "/tokens").json()[0]["id"],
           "job": made(other, "/processes/cut-sets/execution", {"inputs": {"max_order": 1}})}
    return Held(ids, etags_of(other, ids), other)


def etags_of(owner: Member, ids: dict[str, str]) -> dict[str, str]:
    """The ETag of each document as it stands; of a received plan, which nobody changes, none."""
    found = {}
    for kind, path in DOCUMENTS.items():
        reply = owner.ask("GET", path.format(**ids))
        assert reply.status_code == 200, (kind, reply.text)
        if kind != "received":
            found[kind] = reply.headers["etag"]
    return found


def kind_of(path: str) -> str | None:
    """The kind of document that a path below a workspace names."""
    return next((kind for kind in DOCUMENTS if f"{{{kind}}}" in path), None)


def test_every_name_below_a_workspace_is_a_document_or_no_secret() -> None:
    named = {name for operation in FOREIGN if "{workspace}" in operation
             for name in re.findall(r"{(\w+)}", operation)}
    assert named - {"workspace"} - set(ROUND) == set(DOCUMENTS)


@pytest.mark.parametrize("role", sorted(MAY))
def test_ids_of_others_are_not_found_and_nothing_of_them_shows(house: House, name: str,
                                                               held: Held, role: str) -> None:
    who = house.admit(f"mine {name}", role)
    for operation, body in {**FOREIGN, **OWN}.items():
        verb, path = operation.split(" ")
        tag = held.etags.get(kind_of(path) or "", held.etags["scenario"])
        reply = who.ask(verb, path.format(**held.ids), body, **{"If-Match": tag})
        if operation in FOREIGN:
            wanted = 404
            if operation == "DELETE /jobs/{job}" and "write" not in MAY[role]:
                wanted = 403  # refused by the role alone, before the id is looked at
            assert reply.status_code == wanted, operation
        assert_hides(reply, held, operation)


@pytest.mark.parametrize("role", sorted(MAY))
def test_a_document_of_others_is_not_found_in_a_workspace_of_ones_own(
        house: House, name: str, held: Held, role: str) -> None:
    """Here the workspace is the caller's, so only the document can be what is not found."""
    keeper = house.admit(f"mine {name}")
    who = keeper if role == "admin" else house.admit(f"mine {name}", role)
    mine = keeper.ask("POST", "/workspaces", {"name": "mine"}).json()["id"]
    for operation, body, wanted in below_a_workspace(role):
        assert_not_found(who, mine, held, operation, body, wanted)
    assert etags_of(held.owner, held.ids) == held.etags  # and nothing has been done to any


def test_a_document_is_not_found_in_another_workspace_of_its_owner(held: Held) -> None:
    """Its owner may read it, so nothing but the workspace keeps the two apart."""
    second = held.owner.ask("POST", "/workspaces", {"name": "second"}).json()["id"]
    for operation, body, wanted in below_a_workspace("admin"):
        assert_not_found(held.owner, second, held, operation, body, wanted)
    assert etags_of(held.owner, held.ids) == held.etags


@pytest.mark.parametrize(("path", "body"), [
    ("/workspaces/{mine}/incidents", {"event": CUT, "plan": "{plan}"}),
    ("/processes/repairs/execution", {"inputs": {"event": CUT, "overlay": {
        "workspace": "{mine}", "overlay": "{overlay}"}}}),
    ("/processes/repairs/execution", {"inputs": {"event": CUT, "overlay": {
        "workspace": "{workspace}", "overlay": "{overlay}"}}}),
])
def test_a_body_that_names_a_document_of_others_is_answered_as_one_that_names_nothing(
        house: House, name: str, held: Held, path: str, body: object) -> None:
    who = house.admit(f"mine {name}")
    mine = who.ask("POST", "/workspaces", {"name": "mine"}).json()["id"]

    def asked(ids: dict[str, str]) -> Any:
        told = json.dumps(body)
        for what, key in {**ids, "mine": mine}.items():
            told = told.replace(f"{{{what}}}", key)
        return who.ask("POST", path.format(mine=mine), json.loads(told))

    reply, nobody = asked(held.ids), asked(dict.fromkeys(held.ids, "0" * 32))
    assert reply.status_code == nobody.status_code and 400 <= reply.status_code < 500
    assert reply.text == nobody.text
    assert_hides(reply, held, path)


def below_a_workspace(role: str) -> Iterator[tuple[str, Any, int]]:
    """Every operation on a document, with a body, and what one not found answers to a role.

    403 is for a role that may not do it with any document; each step of a plan goes by its own.
    An overlay is looked for first: who does not own it is not told by a 403 that it is there."""
    for operation, body in FOREIGN.items():
        if "{workspace}" not in operation or kind_of(operation) is None:
            continue
        if operation.endswith("/steps"):
            for step, deed in DEED.items():
                if step != "sign":
                    asked = {"step": step, **({"text": "probe"} if step == "object" else {})}
                    yield operation, asked, 404 if deed in MAY[role] else 403
            continue
        reads = operation.startswith("GET") or "{overlay}" in operation
        yield operation, body, 404 if reads or "write" in MAY[role] else 403


def assert_not_found(who: Member, workspace: str, held: Held, operation: str, body: Any,
                     wanted: int) -> None:
    verb, path = operation.split(" ")
    tag = held.etags.get(kind_of(path) or "", '"none"')
    reply = who.ask(verb, path.format(**{**held.ids, "workspace": workspace}), body,
                    **{"If-Match": tag})
    assert reply.status_code == wanted, (operation, body, reply.text)
    assert_hides(reply, held, operation)


def assert_hides(reply: Any, held: Held, operation: str) -> None:
    told = reply.text + json.dumps(dict(reply.headers))
    for what, secret in held.ids.items():
        if what in ROUND:
            continue
        told_myself = what == "person" and ("{person}" in operation or "GET /audit" in operation)
        if not told_myself and "/members" not in operation:
            assert secret not in told, (operation, what)
    assert "secret space" not in told and "secret plan" not in told
    assert not [tag for tag in held.etags.values() if tag in told], operation


@pytest.mark.parametrize("operation", sorted(set(OWN) | set(FOREIGN)))
def test_without_a_token_every_operation_answers_401_before_it_looks(house: House, operation: str
                                                                     ) -> None:
    verb, path = operation.split(" ")
    filled: Any = path.format_map(Unknown(form="md", format="json", process="cut-sets", person="x",
                                          collection="cables", feature="ab"))
    body = {**OWN, **FOREIGN}[operation]
    assert house.client.request(verb, filled, json=body).status_code == 401
