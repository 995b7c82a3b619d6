"""Every operation of the service x every role x ids of others: nothing is found, nothing shows.

The table is made from the service's own description: a route without a row here fails the build.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from cablenet_api import Settings, create_app
from cablenet_api.access.roles import MAY
from cablenet_api.plans.canonical import digest
from cablenet_api.plans.document import PlanDocument
from cablenet_api.plans.exchange import SignedPlan
from cablenet_api.plans.signing import new_key, sign, statement_for

import cablenet as cn
from cablenet.testing import ring
from tests.api.conftest import LOSS, House, ring_network

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


def secrets_of(house: House, name: str) -> tuple[dict[str, str], str]:
    """What others hold: ids for paths, and the ETag of their document."""
    other = house.admit(f"others {name}", person=f"secret person {name}")
    space = other.ask("POST", "/workspaces", {"name": f"secret space {name}"}).json()["id"]
    kept = other.ask("POST", f"/workspaces/{space}/scenarios",
                     {**SCENARIOS, "name": f"secret plan {name}"}).json()
    plan = other.ask("POST", f"/workspaces/{space}/plans", {"title": f"secret plan {name}"}).json()
    over = other.ask("POST", f"/workspaces/{space}/overlays", {
        "name": f"secret plan {name}", "tier": "full", "lit_tbps": {"ab": 12.5}}).json()
    drawn = other.ask("POST", f"/workspaces/{space}/maps",
                      {**A_MAP, "name": f"secret plan {name}"}).json()
    token = other.ask("GET", "/tokens").json()[0]["id"]
    job = other.ask("POST", "/processes/cut-sets/execution", {"inputs": {"max_order": 1}}).json()
    return {"workspace": space, "scenario": kept["id"], "plan": plan["id"], "token": token,
            "incident": plan["id"], "received": plan["id"], "map": drawn["id"],
            "overlay": over["id"], "job": job["jobID"], "process": "cut-sets", "form": "md",
            "format": "json",
            "collection": "cables", "feature": "ab", "person": other.person}, kept["etag"]


@pytest.mark.parametrize("role", sorted(MAY))
def test_ids_of_others_are_not_found_and_nothing_of_them_shows(house: House, name: str,
                                                               role: str) -> None:
    ids, etag = secrets_of(house, name)
    keeper = house.admit(f"mine {name}")
    who = keeper if role == "admin" else house.admit(f"mine {name}", role)
    mine = keeper.ask("POST", "/workspaces", {"name": "mine"}).json()["id"]
    for operation, body in {**FOREIGN, **OWN}.items():
        verb, path = operation.split(" ")
        reply = who.ask(verb, path.format(**ids), body, **{"If-Match": etag})
        if operation in FOREIGN:
            wanted = {404}
            if operation == "DELETE /jobs/{job}" and "write" not in MAY[role]:
                wanted = {403}  # refused by the role alone, before the id is looked at
            assert reply.status_code in wanted, operation
        assert_hides(reply.text + json.dumps(dict(reply.headers)), ids, etag, operation)
    # a document of others under a workspace of one's own is as little to be found
    for verb, body in (("GET", None), ("PUT", SCENARIOS), ("DELETE", None)):
        path = f"/workspaces/{mine}/scenarios/{ids['scenario']}"
        status = who.ask(verb, path, body, **{"If-Match": etag}).status_code
        assert status == 404 or (status == 403 and verb != "GET" and "write" not in MAY[role])


def assert_hides(told: str, ids: dict[str, str], etag: str, operation: str) -> None:
    for what, secret in ids.items():
        if what in ("process", "form", "format", "collection", "feature"):
            continue
        told_myself = what == "person" and ("{person}" in operation or "GET /audit" in operation)
        if not told_myself and "/members" not in operation:
            assert secret not in told, (operation, what)
    assert "secret space" not in told and "secret plan" not in told and etag not in told


@pytest.mark.parametrize("operation", sorted(set(OWN) | set(FOREIGN)))
def test_without_a_token_every_operation_answers_401_before_it_looks(house: House, operation: str
                                                                     ) -> None:
    verb, path = operation.split(" ")
    filled: Any = path.format_map(Unknown(form="md", format="json", process="cut-sets", person="x",
                                          collection="cables", feature="ab"))
    body = {**OWN, **FOREIGN}[operation]
    assert house.client.request(verb, filled, json=body).status_code == 401
