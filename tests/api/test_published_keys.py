"""Keys of an identity provider: kept while it is down, and not read again for made-up tokens."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

import jwt
import pytest
from cablenet_api import Settings, admit_member, create_app
from cablenet_api.access.oidc import Provider, provider_at
from cablenet_api.access.published_keys import HELD_S, KEPT_S, REFRESH_S, PublishedKeys
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.testclient import TestClient

from cablenet.errors import InputError
from tests.api.ring_world import ring_network

PRIVATE = Ed25519PrivateKey.generate()
ISSUER, AUDIENCE = "https://login.example", "urn:cablenet"
SILENT = jwt.PyJWKClientConnectionError


@dataclass
class Published:
    """What the provider answers and how, how often it was asked, and the time on the clock."""

    kids: list[str] = field(default_factory=lambda: ["first"])
    status: int = 200
    asked: int = 0
    now: float = 1_000.0
    port: int = 0
    held_back: Event | None = None  # set: answers wait for it

    def document(self) -> bytes:
        key = jwt.algorithms.OKPAlgorithm.to_jwk(PRIVATE.public_key(), as_dict=True)
        return json.dumps({"keys": [{**key, "kid": kid, "use": "sig"} for kid in self.kids]}
                          ).encode()

    def keys(self, wait_s: float = 5.0) -> PublishedKeys:
        return PublishedKeys(f"http://127.0.0.1:{self.port}/jwks", lambda: self.now, wait_s)


@pytest.fixture
def published() -> Iterator[Published]:
    made = Published()

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked += 1
            if made.held_back is not None:
                made.held_back.wait(30)
            self.send_response(made.status)
            self.end_headers()
            self.wfile.write(made.document())

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: Any) -> None:
            """Quiet: who has asked may have gone."""

    with Server(("127.0.0.1", 0), Answer) as server:
        made.port = server.server_port
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield made
        if made.held_back is not None:
            made.held_back.set()
        server.shutdown()
        thread.join()


def token(kid: str | None, **claims: object) -> str:
    return jwt.encode({"sub": "kiran", **claims}, PRIVATE, algorithm="EdDSA",
                      headers={} if kid is None else {"kid": kid})


def soon(act: Callable[[], Any], seconds: float = 1.0) -> Any:
    """What is done within so many seconds, or a failure."""
    begun = time.monotonic()
    found = act()
    assert time.monotonic() - begun < seconds
    return found


def until(is_so: Callable[[], bool]) -> None:
    ends = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < ends
        Event().wait(0.01)


def test_made_up_kids_read_the_keys_once_a_minute_at_most(published: Published) -> None:
    keys = published.keys()
    for number in range(20):
        with pytest.raises(jwt.InvalidKeyError):
            keys.find(token(f"made up {number}"))
    assert published.asked == 2  # at first, and once more for the first unknown one
    published.now += REFRESH_S - 1
    with pytest.raises(jwt.InvalidKeyError):
        keys.find(token("another"))
    assert published.asked == 2
    assert keys.find(token("first")) is not None  # known keys hold good all the while
    published.now += 1
    for kid in ("one more", None):
        with pytest.raises(jwt.InvalidKeyError):
            keys.find(token(kid))
    assert published.asked == 3


def test_a_new_key_is_found_within_a_minute_and_a_withdrawn_one_lasts_five(published: Published
                                                                           ) -> None:
    keys = published.keys()
    assert keys.find(token("first")) is not None
    published.kids = ["second"]
    assert keys.find(token("second")) is not None
    published.kids = ["third"]
    with pytest.raises(jwt.InvalidKeyError):
        keys.find(token("third"))
    published.now += REFRESH_S
    assert keys.find(token("third")) is not None
    assert published.asked == 3
    published.kids = []
    published.now += KEPT_S - 1
    assert keys.find(token("third")) is not None
    published.now += 1
    with pytest.raises(jwt.InvalidKeyError):
        keys.find(token("third"))


def test_known_keys_hold_for_a_day_while_the_provider_fails_and_unknown_ones_are_not_judged(
        published: Published) -> None:
    keys = published.keys()
    known = keys.find(token("first"))
    published.status = 500
    for _ in range(10):
        with pytest.raises(SILENT):
            keys.find(token("made up"))
    assert published.asked == 2  # one failing request a minute, however many ask
    published.now += KEPT_S
    assert [soon(lambda: keys.find(token("first"))) for _ in range(10)] == [known] * 10
    until(lambda: published.asked == 3)  # in the background: nobody waited
    published.now += HELD_S
    with pytest.raises(SILENT):
        keys.find(token("first"))
    published.status = 200

    def again() -> bool:
        """Known to be down, so nobody waits; but it is asked again, once a minute."""
        published.now += REFRESH_S
        try:
            return keys.find(token("first")) is not None
        except SILENT:
            return False

    until(again)


def test_a_provider_that_does_not_answer_holds_nobody_up(published: Published) -> None:
    """It takes the connection and says nothing: whoever must wait does so for `wait_s` at most."""
    keys = published.keys(wait_s=0.3)
    known = keys.find(token("first"))
    published.held_back = Event()
    published.now += KEPT_S
    assert soon(lambda: keys.find(token("first"))) is known
    def flood() -> None:  # one has waited for all
        for _ in range(20):
            with pytest.raises(SILENT):
                keys.find(token("made up"))

    soon(flood)
    assert published.asked == 2
    published.held_back.set()
    until(lambda: keys._known.read_at == published.now)
    assert soon(lambda: keys.find(token("first"))) is not None


def test_an_answer_that_drips_or_never_ends_is_given_up(published: Published,
                                                        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cablenet_api.access.published_keys.MOST_BYTES", 100)
    with pytest.raises(SILENT):
        published.keys().find(token("first"))
    monkeypatch.undo()
    monkeypatch.setattr("cablenet_api.access.published_keys.WAIT_S", 1e-9 + 0.0)
    with pytest.raises(SILENT):
        published.keys().find(token("first"))


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"keys": 3}', b"\xff", b"[" * 100_000])
def test_an_answer_that_is_no_set_of_keys_takes_none_away(published: Published, body: bytes,
                                                          monkeypatch: pytest.MonkeyPatch) -> None:
    keys = published.keys()
    known = keys.find(token("first"))
    monkeypatch.setattr(published, "document", lambda: body)
    published.now += KEPT_S
    assert keys.find(token("first")) is known
    with pytest.raises(SILENT):
        keys.find(token("made up"))


def test_an_address_that_is_not_of_the_web_is_refused() -> None:
    with pytest.raises(InputError, match="no address of the web"):
        provider_at(ISSUER, AUDIENCE, "file:///etc/passwd")


@pytest.fixture
def service(published: Published, tmp_path: Path) -> Iterator[TestClient]:
    """A service that asks this provider; `kiran` is a planner."""
    settings = Settings(database=f"sqlite:///{tmp_path / 'kept.sqlite'}", login="tokens")
    admit_member(settings, "ministry", "kiran", "planner", 1)
    app = create_app(settings, load_network=ring_network, provider=Provider(
        ISSUER, AUDIENCE, published.keys(wait_s=0.5).find))
    with TestClient(app) as made:
        yield made
    app.state.store.close()


@pytest.mark.parametrize("how", ["fails", "hangs"])
def test_a_provider_stopped_in_the_middle_stops_nobody_who_is_known(
        service: TestClient, published: Published, how: str) -> None:
    """The service answers who has a known key, tells others to come back, and recovers."""
    now = int(time.time())
    good = {"iss": ISSUER, "aud": AUDIENCE, "iat": now, "exp": now + 600}

    def me(kid: str, **changed: object) -> Any:
        bearer = token(kid, **{**good, **changed})
        return soon(lambda: service.get("/me", headers={"Authorization": f"Bearer {bearer}"}), 3.0)

    assert me("first").json()["person"] == "kiran"
    if how == "fails":
        published.status = 503
    else:
        published.held_back = Event()
    for minutes in (0, 6, 60):
        published.now += minutes * 60
        assert me("first").status_code == 200
        assert me("first", aud="urn:another").status_code == 401  # judged as ever
        refused = me("second")
        assert (refused.status_code, refused.json()["type"]) == (
            503, "/problems/provider-unavailable")
        assert refused.headers["retry-after"] == "60"
        assert refused.headers["content-type"] == "application/problem+json"
    published.status, published.kids = 200, ["first", "second"]
    if published.held_back is not None:
        published.held_back.set()
    published.now += KEPT_S
    until(lambda: me("second").status_code == 200)
    assert me("third").status_code == 401
