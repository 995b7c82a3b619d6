"""Personal tokens: made, shown once, kept as a keyed hash, found again."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, insert, select

from cablenet_api.access.roles import Role
from cablenet_api.store.keyed import new_key
from cablenet_api.store.tables import members, tokens

_FORM = re.compile(r"cn_([0-9a-f]{32})_([A-Za-z0-9_-]{43})", re.ASCII)
MOST_DAYS = 366


@dataclass(frozen=True)
class Caller:
    """On whose behalf a request acts."""

    organisation: str
    person: str
    role: Role


@dataclass(frozen=True)
class NewToken:
    """A token on the day it is made: its secret is never seen again."""

    id: str
    secret: str
    expires_at: str


def make_token(connection: Connection, organisation: str, person: str, label: str,
               days: int) -> NewToken:
    """A token of one member; only its hash is kept.

    The secret is 256 random bits. Argon2 slows down guessing of what people think up; here there
    is nothing to guess, and a slow hash on every request would be a lever to stall the service.
    So the hash is one HMAC-SHA256, keyed by the token's id.
    """
    key, secret = new_key(), secrets.token_urlsafe(32)
    expires = (datetime.now(UTC) + timedelta(days=days)).isoformat(timespec="microseconds")
    connection.execute(insert(tokens).values(
        id=key, organisation=organisation, person=person, label=label,
        digest=_digest(key, secret), expires_at=expires))
    return NewToken(key, f"cn_{key}_{secret}", expires)


def caller_of(connection: Connection, bearer: str, now: str) -> Caller | None:
    """Whom a token stands for today; None when it is unknown, wrong, expired, or its person has
    left the organisation."""
    form = _FORM.fullmatch(bearer)
    if form is None:
        return None
    key, secret = form.groups()
    row = connection.execute(
        select(tokens.c.digest, tokens.c.expires_at, members.c.organisation, members.c.person,
               members.c.role)
        .join(members, (members.c.organisation == tokens.c.organisation)
              & (members.c.person == tokens.c.person))
        .where(tokens.c.id == key)).one_or_none()
    if row is None or not hmac.compare_digest(row.digest, _digest(key, secret)):
        return None
    return Caller(row.organisation, row.person, row.role) if now < row.expires_at else None


def forget_token(connection: Connection, caller: Caller, key: str) -> bool:
    """Take back one of the caller's own tokens; False when there is none of this id."""
    return connection.execute(delete(tokens).where(
        tokens.c.id == key, tokens.c.organisation == caller.organisation,
        tokens.c.person == caller.person)).rowcount == 1


def _digest(key: str, secret: str) -> str:
    return hmac.new(key.encode(), secret.encode(), hashlib.sha256).hexdigest()
