"""A signed plan goes from one installation to another, and both verify it by keys they know."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cablenet_api import Settings, create_app
from cablenet_api.plans.signing import new_key, public_text
from starlette.testclient import TestClient

from tests.api.conftest import House, Member, ring_network
from tests.api.test_plans import Party, draft, export, step

Json = dict[str, Any]


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[House]:
    """Another installation, with a database of its own."""
    settings = Settings(database=f"sqlite:///{tmp_path / 'b.sqlite'}", login="tokens",
                        files=str(tmp_path / "files"))
    app = create_app(settings, load_network=ring_network)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield House(settings, client)
    app.state.store.close()


class Here:
    """The installation where a plan is written, signed by two parties and in force."""

    def __init__(self, house: House, name: str) -> None:
        self.india, self.japan = Party(house, f"in {name}"), Party(house, f"jp {name}")
        space = self.india.admin.ask("POST", "/workspaces", {"name": "x"}).json()["id"]
        self.space = f"/workspaces/{space}"
        self.india.admin.ask("POST", f"{self.space}/parties",
                             {"organisation": self.japan.admin.organisation})
        for party in (self.india, self.japan):
            party.signatory.ask("POST", f"{self.space}/keys",
                                {"public_key": public_text(party.key.public_key())})
        planner = self.india.planner
        self.path = planner.ask("POST", f"{self.space}/plans", draft(
            self.india.admin, self.japan.admin)).headers["location"]
        step(planner, self.path, step="compute_annex")
        step(planner, self.path, step="submit")
        for party in (self.india, self.japan):
            step(party.signatory, self.path, step="sign",
                 signature=party.signature(export(party.signatory, self.path)))
        live = step(self.japan.signatory, self.path, step="enter_into_force").json()["in_force"]
        self.digest = live["digest"]
        self.signed: Json = planner.ask(
            "GET", f"{self.path}/print/signed?which=in_force").json()
        self.keys = {party.admin.organisation: public_text(party.key.public_key())
                     for party in (self.india, self.japan)}


@pytest.fixture
def here(house: House, name: str) -> Here:
    return Here(house, name)


def space_of(who: Member) -> str:
    return f"/workspaces/{who.ask('POST', '/workspaces', {'name': 'from abroad'}).json()['id']}"


def test_both_installations_verify_the_same_signed_plan(here: Here, elsewhere: House) -> None:
    admin, signatory = elsewhere.admit("abroad"), elsewhere.admit("abroad", "signatory")
    space = space_of(admin)
    reply = signatory.ask("POST", f"{space}/received-plans",
                          {"signed": here.signed, "known_keys": here.keys})
    assert reply.status_code == 201, reply.text
    told = reply.json()
    assert (told["digest"], told["version"], told["title"]) == (here.digest, 1, "Ring repair")
    assert {one["organisation"]: one["public_key"] for one in told["signers"]} == here.keys
    path = reply.headers["location"]
    assert admin.ask("GET", path).json() == told
    assert admin.ask("GET", f"{space}/received-plans").json()["items"] == [told]
    # what is handed on is what came, and the first installation finds its own signatures in it
    file = admin.ask("GET", f"{path}/file").json()
    assert file == here.signed
    back = here.japan.signatory.ask("POST", f"{here.space}/received-plans", {"signed": file})
    assert (back.status_code, back.json()["digest"]) == (201, here.digest)
    # the act stands in the audit log of the workspace
    log = admin.ask("GET", f"{space}/audit").text
    assert "add received-plan" in log


def test_the_same_plan_twice_is_kept_once(here: Here, elsewhere: House) -> None:
    admin, signatory = elsewhere.admit("abroad"), elsewhere.admit("abroad", "signatory")
    space = space_of(admin)
    body = {"signed": here.signed, "known_keys": here.keys}
    first = signatory.ask("POST", f"{space}/received-plans", body)
    # the keys are known by now, and need not be named again
    again = signatory.ask("POST", f"{space}/received-plans", {"signed": here.signed})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert len(admin.ask("GET", f"{space}/received-plans").json()["items"]) == 1


def damaged(signed: Json, keys: Json, how: str) -> tuple[Json, Json]:
    signed, keys = copy.deepcopy(signed), dict(keys)
    if how == "another text":
        signed["document"]["title"] = "Ring repair, with a secret clause"
    elif how == "another version":
        signed["version"] = 2
    elif how == "another signer's statement":
        signed["signatures"][0]["statement"]["office"] = "Minister"
    elif how == "one signature twice":
        signed["signatures"][1] = signed["signatures"][0]
    elif how == "a key nobody vouches for":
        keys.pop(next(iter(keys)))
    elif how == "keys of the file alone":
        keys = {}
    elif how == "another key":
        keys[next(iter(keys))] = public_text(new_key().public_key())
    return signed, keys


@pytest.mark.parametrize("how", [
    "another text", "another version", "another signer's statement", "one signature twice",
    "a key nobody vouches for", "keys of the file alone", "another key"])
def test_what_does_not_hold_is_refused_and_not_kept(here: Here, elsewhere: House, how: str) -> None:
    admin, signatory = elsewhere.admit("abroad"), elsewhere.admit("abroad", "signatory")
    space = space_of(admin)
    signed, keys = damaged(here.signed, here.keys, how)
    reply = signatory.ask("POST", f"{space}/received-plans",
                          {"signed": signed, "known_keys": keys})
    assert (reply.status_code, reply.json()["type"]) == (422, "/problems/bad-signature"), reply.text
    assert admin.ask("GET", f"{space}/received-plans").json()["items"] == []


def test_a_key_once_known_cannot_be_replaced_by_a_word(here: Here, elsewhere: House) -> None:
    admin, signatory = elsewhere.admit("abroad"), elsewhere.admit("abroad", "signatory")
    space = space_of(admin)
    assert signatory.ask("POST", f"{space}/received-plans", {
        "signed": here.signed, "known_keys": here.keys}).status_code == 201
    other = {**here.keys, next(iter(here.keys)): public_text(new_key().public_key())}
    reply = signatory.ask("POST", f"{space}/received-plans",
                          {"signed": here.signed, "known_keys": other})
    assert reply.status_code == 422 and "knows another key" in reply.json()["detail"]


@pytest.mark.parametrize("role", ["viewer", "planner", "reviewer", "admin"])
def test_only_a_signatory_vouches_for_keys(here: Here, elsewhere: House, role: str) -> None:
    admin = elsewhere.admit("abroad")
    space, who = space_of(admin), elsewhere.admit("abroad", role)
    body = {"signed": here.signed, "known_keys": here.keys}
    assert who.ask("POST", f"{space}/received-plans", body).status_code == 403
    outside = elsewhere.admit("others", "signatory")
    assert outside.ask("POST", f"{space}/received-plans", body).status_code == 404


def test_the_file_fits_its_schema(here: Here, elsewhere: House) -> None:
    from jsonschema import Draft202012Validator

    schema = elsewhere.client.get("/schemas/signed-plan-v1.json").json()
    assert Draft202012Validator(schema).is_valid(json.loads(json.dumps(here.signed)))
