"""Workspaces: founded by one organisation, shared with others, unseen by the rest."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, insert, select

from cablenet_api.access.roles import MAY, Deed
from cablenet_api.access.tokens import Caller
from cablenet_api.problems import RefusedError
from cablenet_api.store.keyed import new_key
from cablenet_api.store.tables import organisations, parties, workspaces


@dataclass(frozen=True)
class Space:
    """One workspace, as the service sees it; its key never leaves the service."""

    id: str
    name: str
    key: bytes


def allow(caller: Caller, deed: Deed) -> None:
    """Refuse what the caller's role does not hold."""
    if deed not in MAY[caller.role]:
        raise RefusedError("not-allowed", f"a {caller.role} may not {deed}")


def found_space(connection: Connection, caller: Caller, name: str) -> Space:
    """A new workspace with one party. The transaction must be the service's own (`EVERY`): no
    organisation is a party of a workspace before it exists."""
    allow(caller, "write")
    space = Space(new_key(), name, secrets.token_bytes(32))
    connection.execute(insert(workspaces).values(**vars(space)))
    connection.execute(insert(parties).values(workspace=space.id, organisation=caller.organisation))
    return space


def space_of(connection: Connection, caller: Caller, key: str, deed: Deed = "read") -> Space:
    """A workspace in which the caller may do something.

    To who is no party it does not exist (404); only a party learns that a role is missing (403).
    """
    row = connection.execute(_seen_by(caller).where(workspaces.c.id == key)).one_or_none()
    if row is None:
        raise RefusedError("not-found", "no such workspace")
    allow(caller, deed)
    return Space(row.id, row.name, bytes(row.key))


def spaces_of(connection: Connection, caller: Caller, after: str, limit: int) -> list[Space]:
    """The caller's workspaces whose ids follow one, in the order of ids."""
    rows = connection.execute(_seen_by(caller).where(workspaces.c.id > after)
                              .order_by(workspaces.c.id).limit(limit))
    return [Space(row.id, row.name, bytes(row.key)) for row in rows]


def share_with(connection: Connection, space: Space, organisation: str) -> None:
    """Make another organisation a party; doing so twice changes nothing."""
    known = select(organisations.c.id).where(organisations.c.id == organisation)
    if connection.execute(known).one_or_none() is None:
        raise RefusedError("not-found", "no such organisation")
    if organisation not in {key for key, _ in parties_of(connection, space)}:
        connection.execute(insert(parties).values(workspace=space.id, organisation=organisation))


def parties_of(connection: Connection, space: Space) -> Sequence[tuple[str, str]]:
    """Id and name of each organisation that shares a workspace."""
    rows = connection.execute(
        select(organisations.c.id, organisations.c.name)
        .join(parties, parties.c.organisation == organisations.c.id)
        .where(parties.c.workspace == space.id).order_by(organisations.c.name))
    return [(row.id, row.name) for row in rows]


def _seen_by(caller: Caller) -> Select[Any]:
    return (select(workspaces.c.id, workspaces.c.name, workspaces.c.key)
            .join(parties, parties.c.workspace == workspaces.c.id)
            .where(parties.c.organisation == caller.organisation))
