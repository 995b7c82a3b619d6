"""The audit log as it is kept: one chain for each workspace, and one for each organisation.

What is done in a workspace stands in the workspace's chain, which all its parties read; what an
organisation does for itself (members, tokens, jobs, private overlays) stands in its own. An entry
is written in the transaction of what it tells, as the last step of it: either both are kept or
neither. The database refuses to change or erase entries; who goes round the database is found by
the chain and by the checkpoints that parties keep (`cablenet_api.audit`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, text

from cablenet_api.access.tokens import Caller
from cablenet_api.audit import Entry, next_entry
from cablenet_api.store.keyed import digest_of, now
from cablenet_api.store.tables import audit

OPERATOR = "operator of the service"
"""The actor of what is done on the machine itself."""


def record(connection: Connection, log: str, caller: Caller | None, action: str, subject: str,
           content: bytes = b"") -> None:
    """Write one entry; the last step of a transaction, so that nobody waits for it in a ring.

    Parameters
    ----------
    log
        the workspace or organisation whose chain this belongs to
    caller
        who did it; None: the operator
    content
        what was written; the entry holds its SHA-256
    """
    if connection.dialect.name == "postgresql":  # SQLite has one writer at a time anyway
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:log, 0))"),
                           {"log": log})
    entry = next_entry(
        last_entry(connection, log), at=datetime.fromisoformat(now()),
        actor=caller.person[:120] if caller else OPERATOR,
        organisation=caller.organisation if caller else None, action=action, subject=subject[:120],
        content=digest_of(content))
    connection.execute(insert(audit).values(log=log, **entry.model_dump(exclude={"at"}),
                                            at=entry.at.isoformat(timespec="microseconds")))


def entries(connection: Connection, log: str, after: int, limit: int) -> Sequence[Entry]:
    """Entries of one chain that follow a number, in order."""
    return [_entry(row) for row in connection.execute(
        select(audit).where(audit.c.log == log, audit.c.number > after)
        .order_by(audit.c.number).limit(limit))]


def last_entry(connection: Connection, log: str) -> Entry | None:
    """The head of one chain; None before its first entry."""
    row = connection.execute(select(audit).where(audit.c.log == log)
                             .order_by(audit.c.number.desc()).limit(1)).one_or_none()
    return None if row is None else _entry(row)


def _entry(row: Row[Any]) -> Entry:
    """As it stands, unchecked: whoever reads the log checks it."""
    words = {key: value for key, value in row._mapping.items() if key != "log"}
    return Entry.model_validate(words | {"at": datetime.fromisoformat(row.at)})
