"""Who gets in: tokens, roles, OIDC bearer tokens, and the service without login."""

from __future__ import annotations

import time
from pathlib import Path

import jwt
import pytest
from cablenet_api import Settings, create_app, serve
from cablenet_api.access.oidc import Provider
from cablenet_api.access.roles import MAY
from cablenet_api.store import Store
from cablenet_api.store.store import EVERY
from cablenet_api.store.tables import tokens
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from sqlalchemy import select, update
from starlette.testclient import TestClient

from cablenet.errors import InputError
from tests.api.conftest import House, Member, ring_network

ISSUER, AUDIENCE = "https://id.example", "cablenet"
RSA, OTHER = (rsa.generate_private_key(65537, 2048) for _ in range(2))
CURVE = ec.generate_private_key(ec.SECP256R1())
PROVIDER = Provider(ISSUER, AUDIENCE, lambda bearer: RSA.public_key())


def test_a_token_is_kept_as_a_hash_only(house: House, name: str) -> None:
    who = house.admit(name)
    store = Store(house.settings.database)
    with store.reading(EVERY) as connection:
        rows = connection.execute(select(tokens).where(tokens.c.organisation == who.organisation))
        kept = " ".join(str(value) for row in rows for value in row)
    store.close()
    assert who.token.split("_", 2)[2] not in kept and who.token not in kept


def test_a_member_makes_uses_and_takes_back_a_token(house: House, name: str) -> None:
    who = house.admit(name, "viewer")
    made = who.ask("POST", "/tokens", {"label": "laptop", "days": 1}).json()
    other = Member(who.client, who.organisation, who.person, made["secret"])
    assert other.ask("GET", "/me").json()["person"] == who.person
    listed = who.ask("GET", "/tokens")
    assert {one["label"] for one in listed.json()} == {"first token", "laptop"}
    assert made["secret"] not in listed.text
    assert who.ask("DELETE", f"/tokens/{made['id']}").status_code == 204
    assert other.ask("GET", "/me").status_code == 401


def test_nobody_takes_back_the_token_of_another(house: House, name: str) -> None:
    who, colleague = house.admit(name), house.admit(name)
    key = who.ask("GET", "/tokens").json()[0]["id"]
    assert colleague.ask("DELETE", f"/tokens/{key}").status_code == 404
    assert who.ask("GET", "/me").status_code == 200


def test_an_expired_token_is_none(house: House, name: str) -> None:
    who = house.admit(name)
    store = Store(house.settings.database)
    with store.writing(EVERY) as connection:
        connection.execute(update(tokens).where(tokens.c.organisation == who.organisation).values(
            expires_at="2020-01-01T00:00:00.000000+00:00"))
    store.close()
    assert who.ask("GET", "/me").status_code == 401


@pytest.mark.parametrize("header", [
    None, "", "Bearer", "Bearer ", "Basic eDp5", "Bearer cn_", "Bearer cn_" + "0" * 32,
    "Bearer cn_" + "0" * 32 + "_" + "a" * 43, "Bearer x.y.z", "Bearer " + "a" * 5000,
])
def test_without_a_good_token_nothing_is_told(house: House, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    reply = house.client.get("/me", headers=headers)
    assert (reply.status_code, reply.json()["type"]) == (401, "/problems/not-logged-in")
    assert reply.headers["www-authenticate"] == "Bearer"


def test_a_token_with_one_letter_changed_is_none(house: House, name: str) -> None:
    who = house.admit(name)
    last = "A" if who.token[-2] != "A" else "B"
    forged = Member(who.client, who.organisation, who.person,
                    who.token[:-2] + last + who.token[-1])
    assert forged.ask("GET", "/me").status_code == 401


def test_scores_are_for_members_where_there_is_login(house: House, name: str) -> None:
    asked = {"events": [{"kind": "cable_loss", "cable": "ab"}]}
    assert house.client.post("/score", json=asked).status_code == 401
    assert house.client.get("/names").status_code == 401
    assert house.admit(name, "viewer").ask("POST", "/score", asked).status_code == 200


@pytest.mark.parametrize("role", sorted(MAY))
def test_me_says_what_the_role_holds(house: House, name: str, role: str) -> None:
    me = house.admit(name, role).ask("GET", "/me").json()
    assert (me["role"], me["organisation_name"]) == (role, name)
    assert me["may"] == sorted(MAY[role])


def test_only_an_admin_changes_members(house: House, name: str) -> None:
    admin, who = house.admit(name), house.admit(name, "planner")
    path = f"/members/{who.person}"
    assert who.ask("PUT", path, {"role": "admin"}).status_code == 403
    assert who.ask("DELETE", f"/members/{admin.person}").status_code == 403
    assert admin.ask("PUT", path, {"role": "viewer"}).status_code == 200
    assert who.ask("GET", "/me").json()["role"] == "viewer"
    assert admin.ask("DELETE", path).status_code == 204
    assert who.ask("GET", "/me").status_code == 401
    assert admin.ask("DELETE", path).status_code == 404


def test_the_last_admin_stays(house: House, name: str) -> None:
    admin = house.admit(name)
    path = f"/members/{admin.person}"
    assert admin.ask("PUT", path, {"role": "viewer"}).status_code == 409
    assert admin.ask("DELETE", path).status_code == 409
    assert admin.ask("GET", "/me").json()["role"] == "admin"


def claims(**changed: object) -> dict[str, object]:
    now = int(time.time())
    made = {"iss": ISSUER, "aud": AUDIENCE, "sub": "kiran", "iat": now, "exp": now + 600, **changed}
    return {key: value for key, value in made.items() if value is not None}


def _confused() -> str:
    """A token signed by HS256 with the public key as its secret: known to all, so worth nothing.
    (PyJWT refuses to make it; the signature is made by hand.)"""
    import base64
    import hashlib
    import hmac
    import json

    def part(value: bytes) -> str:
        return base64.urlsafe_b64encode(value).rstrip(b"=").decode()

    public = RSA.public_key().public_bytes(serialization.Encoding.PEM,
                                           serialization.PublicFormat.SubjectPublicKeyInfo)
    body = ".".join(part(json.dumps(one).encode())
                    for one in ({"alg": "HS256", "typ": "JWT"}, claims()))
    return f"{body}.{part(hmac.new(public, body.encode(), hashlib.sha256).digest())}"


BAD_TOKENS = {
    "alg none": lambda: jwt.encode(claims(), None, algorithm="none"),
    "a public key as secret": _confused,
    "wrong audience": lambda: jwt.encode(claims(aud="another"), RSA, algorithm="RS256"),
    "no audience": lambda: jwt.encode(claims(aud=None), RSA, algorithm="RS256"),
    "wrong issuer": lambda: jwt.encode(claims(iss="https://evil.example"), RSA, algorithm="RS256"),
    "expired": lambda: jwt.encode(claims(exp=int(time.time()) - 60), RSA, algorithm="RS256"),
    "never expires": lambda: jwt.encode(claims(exp=None), RSA, algorithm="RS256"),
    "not yet": lambda: jwt.encode(claims(nbf=int(time.time()) + 600), RSA, algorithm="RS256"),
    "no subject": lambda: jwt.encode(claims(sub=None), RSA, algorithm="RS256"),
    "a NUL in the subject": lambda: jwt.encode(claims(sub="a\0b"), RSA, algorithm="RS256"),
    "unknown key": lambda: jwt.encode(claims(), OTHER, algorithm="RS256"),
    "another kind of key": lambda: jwt.encode(claims(), CURVE, algorithm="ES256"),
    "an unknown person": lambda: jwt.encode(claims(sub="stranger"), RSA, algorithm="RS256"),
    "cut short": lambda: jwt.encode(claims(), RSA, algorithm="RS256")[:-10],
}


@pytest.fixture(scope="module")
def federated(house: House):
    app = create_app(house.settings, load_network=ring_network, provider=PROVIDER)
    with TestClient(app) as client:
        yield client
    app.state.store.close()


@pytest.mark.parametrize("what", sorted(BAD_TOKENS))
def test_a_provider_token_that_does_not_hold_is_refused(federated: TestClient, what: str) -> None:
    reply = federated.get("/me", headers={"Authorization": f"Bearer {BAD_TOKENS[what]()}"})
    assert reply.status_code == 401, what


def test_a_provider_token_stands_for_the_member_of_its_subject(
        house: House, federated: TestClient, name: str) -> None:
    person = f"kiran {name}"
    first = house.admit(f"a {name}", "planner", person)
    headers = {"Authorization": f"Bearer {jwt.encode(claims(sub=person), RSA, algorithm='RS256')}"}
    assert federated.get("/me", headers=headers).json()["organisation"] == first.organisation
    second = house.admit(f"b {name}", "viewer", person)
    assert federated.get("/me", headers=headers).status_code == 401  # for which of the two?
    for one, role in ((first, "planner"), (second, "viewer")):
        me = federated.get("/me", headers={**headers, "Cablenet-Organisation": one.organisation})
        assert me.json()["role"] == role
    third = house.admit(f"c {name}")
    assert federated.get("/me", headers={
        **headers, "Cablenet-Organisation": third.organisation}).status_code == 401


@pytest.mark.parametrize(("host", "address", "status"), [
    ("http://127.0.0.1", "127.0.0.1", 200), ("http://localhost:8000", "127.0.0.1", 200),
    ("http://[::1]", "::1", 200), ("http://127.0.0.1", "10.0.0.7", 401),
    ("http://evil.example", "127.0.0.1", 401), ("http://10.0.0.7", "10.0.0.7", 401),
])
def test_without_login_this_machine_alone_is_answered(tmp_path: Path, host: str, address: str,
                                                      status: int) -> None:
    app = create_app(Settings(database=f"sqlite:///{tmp_path / 'a.sqlite'}"),
                     load_network=ring_network)
    with TestClient(app, base_url=host, client=(address, 50_000)) as client:
        assert client.get("/me").status_code == status
    app.state.store.close()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.7", "example.org", ""])
def test_without_login_no_other_address_is_listened_on(host: str) -> None:
    with pytest.raises(InputError, match="without login"):
        serve(host=host)
