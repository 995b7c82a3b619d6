"""Tokens of a real OpenID Connect provider (oidc-provider, from npm): one holds, the others do not.

`test_access` has every broken token that can be thought up, signed by keys of the test's own; here
the keys come over HTTP from where a provider publishes them.
"""

from __future__ import annotations

import base64
import json
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from cablenet_api import Settings, admit_member, create_app
from starlette.testclient import TestClient

from tests.api.generated import MODULES, SCRIPTS, needs_node
from tests.api.ring_world import ring_network

pytestmark = needs_node


@contextmanager
def running_provider(folder: Path) -> Iterator[tuple[dict[str, str], subprocess.Popen[bytes]]]:
    """Where it listens: `issuer`, and `stranger` who issues in its name with other keys; and its
    process."""
    (folder / "node_modules").symlink_to(MODULES)
    (folder / "provider.mjs").write_bytes((SCRIPTS / "provider.mjs").read_bytes())
    with subprocess.Popen(["node", "provider.mjs"], cwd=folder, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as running:
        try:
            assert running.stdout is not None
            yield json.loads(running.stdout.readline()), running
        finally:
            running.kill()


@contextmanager
def service_of(provider: dict[str, str], folder: Path) -> Iterator[TestClient]:
    """A service that takes its tokens; `kiran` is a planner."""
    settings = Settings(
        database=f"sqlite:///{folder / 'kept.sqlite'}", login="tokens",
        oidc_issuer=provider["issuer"], oidc_audience="urn:cablenet",
        oidc_keys=f"{provider['issuer']}/jwks")
    admit_member(settings, "ministry", "kiran", "planner", 1)
    app = create_app(settings, load_network=ring_network)
    with TestClient(app) as made:
        yield made
    app.state.store.close()


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    with running_provider(tmp_path_factory.mktemp("provider")) as (found, _):
        yield found


@pytest.fixture(scope="module")
def client(provider: dict[str, str], tmp_path_factory: pytest.TempPathFactory
           ) -> Iterator[TestClient]:
    with service_of(provider, tmp_path_factory.mktemp("store")) as made:
        yield made


def issued(address: str, resource: str = "urn:cablenet") -> str:
    """A token for the client `kiran`, as the provider gives it out."""
    asked = urlencode({"grant_type": "client_credentials", "client_id": "kiran", "scope": "plan",
                       "client_secret": "known to this test", "resource": resource}).encode()
    with urllib.request.urlopen(f"{address}/token", asked, timeout=30) as reply:
        return str(json.load(reply)["access_token"])


def part(token: str, number: int) -> dict[str, Any]:
    """The header (0) or the claims (1) of a token, unchecked."""
    text = token.split(".")[number]
    return dict(json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))))


def without_signature(token: str) -> str:
    """The same claims under a header that says they need no signature."""
    header = base64.urlsafe_b64encode(b'{"alg":"none","typ":"at+jwt"}').rstrip(b"=").decode()
    return f"{header}.{token.split('.')[1]}."


def test_a_token_of_the_provider_stands_for_the_member_of_its_subject(
        provider: dict[str, str], client: TestClient) -> None:
    token = issued(provider["issuer"])
    assert (part(token, 0)["alg"], part(token, 1)["iss"]) == ("RS256", provider["issuer"])
    me = client.get("/me", headers={"Authorization": f"Bearer {token}"})
    assert me.status_code == 200, me.text
    assert (me.json()["person"], me.json()["role"]) == ("kiran", "planner")


BROKEN: dict[str, Callable[[dict[str, str]], str]] = {
    "alg none": lambda found: without_signature(issued(found["issuer"])),
    "wrong audience": lambda found: issued(found["issuer"], "urn:another"),
    "expired": lambda found: issued(found["issuer"], "urn:cablenet:expired"),
    "unknown key": lambda found: issued(found["stranger"]),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_token_that_does_not_hold_is_refused(provider: dict[str, str], client: TestClient,
                                               how: str) -> None:
    token = BROKEN[how](provider)
    claims, now = part(token, 1), part(issued(provider["issuer"]), 1)
    # wrong in the one way meant, and right in every other
    assert claims["iss"] == now["iss"] and claims["sub"] == "kiran"
    assert (claims["aud"] != "urn:cablenet") == (how == "wrong audience")
    assert (claims["exp"] < now["iat"]) == (how == "expired")
    assert (part(token, 0).get("kid") != "ours") == (how in ("unknown key", "alg none"))
    reply = client.get("/me", headers={"Authorization": f"Bearer {token}"})
    assert (reply.status_code, reply.json()["type"]) == (401, "/problems/not-logged-in")


def test_a_provider_stopped_in_the_middle(tmp_path: Path) -> None:
    """Its key was read, so its tokens go on holding; a key nobody has read cannot be judged."""
    (tmp_path / "provider").mkdir()
    with (running_provider(tmp_path / "provider") as (found, process),
          service_of(found, tmp_path) as service):
        ours, theirs = issued(found["issuer"]), issued(found["stranger"])

        def me(token: str) -> Any:
            return service.get("/me", headers={"Authorization": f"Bearer {token}"})

        assert me(ours).status_code == 200
        process.kill()
        process.wait()
        assert me(ours).json()["person"] == "kiran"
        begun = time.monotonic()
        refused = me(theirs)
        assert time.monotonic() - begun < 5.0
        assert (refused.status_code, refused.json()["type"], refused.headers["retry-after"]) == (
            503, "/problems/provider-unavailable", "60")
        assert me(ours).status_code == 200
        assert me(ours[:-4] + "AAAA").status_code == 401
