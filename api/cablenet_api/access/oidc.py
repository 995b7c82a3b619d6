"""Bearer tokens of an identity provider (OpenID Connect): checked in full, or refused."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import jwt

from cablenet_api.problems import RefusedError

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
"""Signatures by key pairs only: `none` and shared secrets (HS256) are never taken."""

FindKey = Callable[[str], Any]


@dataclass(frozen=True)
class Provider:
    """An identity provider: who issues, for whom, and where its public keys are found."""

    issuer: str
    audience: str
    find_key: FindKey  # from a whole token to the public key that its header names

    def subject(self, bearer: str) -> str | None:
        """The `sub` of a token that holds good today; None for every other."""
        try:
            claims = jwt.decode(
                bearer, self.find_key(bearer), algorithms=list(ALGORITHMS), issuer=self.issuer,
                audience=self.audience, leeway=30,
                options={"require": ["exp", "iat", "iss", "aud", "sub"]})
        except jwt.PyJWKClientConnectionError as error:
            raise RefusedError("provider-unavailable", "its keys cannot be read") from error
        except (jwt.PyJWTError, ValueError, TypeError):  # TypeError: a key of another kind
            return None
        subject: str = claims["sub"]
        return subject if 0 < len(subject) <= 200 and subject.isprintable() else None


REFRESH_S = 60.0
"""An unknown `kid` makes the keys be read again at most so often: anybody can invent one."""


@dataclass
class PublishedKeys:
    """A provider's public keys, kept for as long as `client` keeps them.

    A key that is not among them may be new, so they are read again, but once a minute at most; that
    counts whether or not the provider answers, so a flood of made-up tokens is no flood to it.
    """

    client: jwt.PyJWKClient
    clock: Callable[[], float] = time.monotonic
    _read_again_at: float | None = None
    _lock: Lock = field(default_factory=Lock)

    def find(self, bearer: str) -> Any:
        """The key that a token's header names.

        Raises
        ------
        jwt.PyJWTError
            no token, a key the provider does not publish, or keys that cannot be read
        """
        kid = jwt.get_unverified_header(bearer).get("kid")
        known = _named(self.client.get_signing_keys(), kid)
        if known is None and self._may_read_again():
            known = _named(self.client.get_signing_keys(refresh=True), kid)
        if known is None:
            raise jwt.InvalidKeyError("the provider publishes no such key")
        return known

    def _may_read_again(self) -> bool:
        with self._lock:  # not held while reading: who has a known key does not wait
            now = self.clock()
            if self._read_again_at is not None and now - self._read_again_at < REFRESH_S:
                return False
            self._read_again_at = now
            return True


def _named(keys: list[jwt.PyJWK], kid: object) -> Any:
    return next((one.key for one in keys if one.key_id == kid), None)


def provider_at(issuer: str, audience: str, keys: str) -> Provider:
    """A provider whose keys are read from its JWKS address, and kept for five minutes."""
    client = jwt.PyJWKClient(keys, lifespan=300, timeout=5)
    return Provider(issuer, audience, PublishedKeys(client).find)
