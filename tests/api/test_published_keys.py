"""Keys of an identity provider: a made-up `kid` must not make them be read again and again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import jwt
import pytest
from cablenet_api.access.oidc import REFRESH_S, PublishedKeys
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PRIVATE = Ed25519PrivateKey.generate()


@dataclass
class Published:
    """What the provider answers, how often it was asked, and the time on the clock."""

    kids: list[str] = field(default_factory=lambda: ["first"])
    status: int = 200
    asked: int = 0
    now: float = 1_000.0
    port: int = 0

    def document(self) -> bytes:
        key = jwt.algorithms.OKPAlgorithm.to_jwk(PRIVATE.public_key(), as_dict=True)
        return json.dumps({"keys": [{**key, "kid": kid, "use": "sig"} for kid in self.kids]}
                          ).encode()

    def keys(self) -> PublishedKeys:
        client = jwt.PyJWKClient(f"http://127.0.0.1:{self.port}/jwks", lifespan=300, timeout=5)
        return PublishedKeys(client, lambda: self.now)


@pytest.fixture
def published() -> Iterator[Published]:
    made = Published()

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked += 1
            self.send_response(made.status)
            self.end_headers()
            self.wfile.write(made.document())

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        made.port = server.server_port
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield made
        server.shutdown()
        thread.join()


def token(kid: str | None) -> str:
    return jwt.encode({"sub": "kiran"}, PRIVATE, algorithm="EdDSA",
                      headers={} if kid is None else {"kid": kid})


def test_made_up_kids_read_the_keys_once_a_minute_at_most(published: Published) -> None:
    keys = published.keys()
    for number in range(20):
        with pytest.raises(jwt.PyJWTError):
            keys.find(token(f"made up {number}"))
    assert published.asked == 2  # at first, and once more for the first unknown one
    published.now += REFRESH_S - 1
    with pytest.raises(jwt.PyJWTError):
        keys.find(token("another"))
    assert published.asked == 2
    assert keys.find(token("first")) is not None  # known keys hold good all the while
    published.now += 1
    for kid in ("one more", None):
        with pytest.raises(jwt.PyJWTError):
            keys.find(token(kid))
    assert published.asked == 3


def test_a_new_key_is_found_within_a_minute(published: Published) -> None:
    keys = published.keys()
    assert keys.find(token("first")) is not None
    published.kids = ["second"]
    assert keys.find(token("second")) is not None
    published.kids = ["third"]
    with pytest.raises(jwt.PyJWTError):
        keys.find(token("third"))
    published.now += REFRESH_S
    assert keys.find(token("third")) is not None
    assert published.asked == 3


def test_a_provider_that_fails_is_not_asked_more_often(published: Published) -> None:
    """Known keys go on holding good, and an unknown one costs one failing request a minute."""
    keys = published.keys()
    assert keys.find(token("first")) is not None
    published.status = 500
    with pytest.raises(jwt.PyJWKClientConnectionError):
        keys.find(token("made up"))
    for _ in range(10):
        with pytest.raises(jwt.InvalidKeyError):
            keys.find(token("made up"))
    assert keys.find(token("first")) is not None
    assert published.asked == 2
