"""Versioned documents of a workspace: nothing is overwritten, no update is lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, insert, select, update

from cablenet_api.access.tokens import Caller
from cablenet_api.journal import record
from cablenet_api.problems import RefusedError
from cablenet_api.store.keyed import digest_of, given_out, new_key, now
from cablenet_api.store.tables import documents, organisations, versions
from cablenet_api.workspaces.spaces import Space


@dataclass(frozen=True)
class Document:
    """One version of a document: who wrote it, when, and what it says."""

    id: str
    kind: str
    version: int
    organisation: str
    person: str
    written_at: str
    body: str
    etag: str


def add_document(connection: Connection, space: Space, caller: Caller, kind: str,
                 body: bytes) -> Document:
    """A new document, at version 1."""
    key = new_key()
    connection.execute(insert(documents).values(id=key, workspace=space.id, kind=kind, version=1))
    made = _write(connection, space, caller, key, 1, body)
    record(connection, space.id, caller, f"add {kind}", f"{kind} {key} 1", body)
    return made


def document_of(connection: Connection, space: Space, kind: str, key: str) -> Document:
    """The newest version of a document."""
    row = connection.execute(_newest(space, kind).where(documents.c.id == key)).one_or_none()
    if row is None:
        raise RefusedError("not-found", f"no such {kind}")
    return _document(space, row)


def version_of(connection: Connection, space: Space, kind: str, key: str,
               version: int | None) -> Document:
    """One version of a document; None: the newest."""
    if version is None:
        return document_of(connection, space, kind, key)
    row = connection.execute(_all(space, kind).where(
        documents.c.id == key, versions.c.version == version)).one_or_none()
    if row is None:
        raise RefusedError("not-found", f"no such version of this {kind}")
    return _document(space, row)


def history_of(connection: Connection, space: Space, kind: str, key: str, limit: int
               ) -> list[Document]:
    """The last versions of a document, the newest first."""
    rows = connection.execute(_all(space, kind).where(documents.c.id == key)
                              .order_by(versions.c.version.desc()).limit(limit))
    found = [_document(space, row) for row in rows]
    if not found:
        raise RefusedError("not-found", f"no such {kind}")
    return found


def documents_of(connection: Connection, space: Space, kind: str, after: str,
                 limit: int) -> list[Document]:
    """The newest versions of documents whose ids follow one, in the order of ids."""
    rows = connection.execute(_newest(space, kind).where(documents.c.id > after)
                              .order_by(documents.c.id).limit(limit))
    return [_document(space, row) for row in rows]


def replace_document(connection: Connection, space: Space, caller: Caller, old: Document,
                     body: bytes, deed: str = "replace") -> Document:
    """The next version; refused when `old` is no longer the newest. `deed` is for the log."""
    moved = connection.execute(
        update(documents).where(documents.c.id == old.id, documents.c.workspace == space.id,
                                documents.c.version == old.version)
        .values(version=old.version + 1)).rowcount
    if moved != 1:
        raise RefusedError("changed-meanwhile", "somebody wrote a newer version meanwhile")
    made = _write(connection, space, caller, old.id, old.version + 1, body)
    record(connection, space.id, caller, f"{deed} {old.kind}",
           f"{old.kind} {old.id} {made.version}", body)
    return made


def erase_document(connection: Connection, space: Space, caller: Caller, old: Document) -> None:
    """Take a document away, with all its versions; refused when `old` is not the newest."""
    connection.execute(delete(versions).where(versions.c.document == old.id))
    gone = connection.execute(delete(documents).where(
        documents.c.id == old.id, documents.c.workspace == space.id,
        documents.c.version == old.version)).rowcount
    if gone != 1:
        raise RefusedError("changed-meanwhile", "somebody wrote a newer version meanwhile")
    record(connection, space.id, caller, f"erase {old.kind}",
           f"{old.kind} {old.id} {old.version}")


def _write(connection: Connection, space: Space, caller: Caller, key: str, version: int,
           body: bytes) -> Document:
    connection.execute(insert(versions).values(
        document=key, version=version, workspace=space.id, organisation=caller.organisation,
        person=caller.person, written_at=now(), digest=digest_of(body), body=body.decode()))
    row = connection.execute(_every(space).where(versions.c.document == key,
                                                 versions.c.version == version)).one()
    return _document(space, row)


def _every(space: Space) -> Select[Any]:
    return (select(versions, organisations.c.name, documents.c.kind)
            .join(organisations, organisations.c.id == versions.c.organisation)
            .join(documents, documents.c.id == versions.c.document)
            .where(versions.c.workspace == space.id))


def _all(space: Space, kind: str) -> Select[Any]:
    return _every(space).where(documents.c.workspace == space.id, documents.c.kind == kind)


def _newest(space: Space, kind: str) -> Select[Any]:
    return _all(space, kind).where(documents.c.version == versions.c.version)


def _document(space: Space, row: Row[Any]) -> Document:
    etag = given_out(space.key, row.digest, row.document, str(row.version))
    return Document(row.document, row.kind, row.version, row.name, row.person, row.written_at,
                    row.body, f'"{etag}"')
