"""Bearer tokens of an identity provider (OpenID Connect): checked in full, or refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jwt

import cablenet as cn
from cablenet_api.access.published_keys import PublishedKeys
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


def provider_at(issuer: str, audience: str, keys: str) -> Provider:
    """A provider whose keys are read from its JWKS address.

    Raises
    ------
    InputError
        an address that is not of the web
    """
    if not keys.startswith(("https://", "http://")):
        raise cn.errors.InputError("CABLENET_OIDC_KEYS is no address of the web; give https://...")
    return Provider(issuer, audience, PublishedKeys(keys).find)
