"""The tables of the store. Migrations make them; a test holds both to be the same."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData(naming_convention={
    "ix": "ix_%(table_name)s_%(column_0_name)s", "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s", "ck": "ck_%(table_name)s_%(constraint_name)s"})

KEY = String(32)
"""128 random bits in hexadecimal: a key says nothing about what it stands for."""
WHEN = String(32)
"""UTC in ISO 8601 with microseconds, so that text order is time order in both databases."""

organisations = Table(
    "organisations", metadata,
    Column("id", KEY, primary_key=True),
    Column("name", String(120), nullable=False, unique=True))

members = Table(
    "members", metadata,
    Column("organisation", ForeignKey("organisations.id"), primary_key=True),
    Column("person", String(200), primary_key=True),  # a login name, or the `sub` of OIDC
    Column("role", String(16), nullable=False),
    CheckConstraint("role IN ('viewer', 'planner', 'reviewer', 'signatory', 'admin')", "role"))

tokens = Table(
    "tokens", metadata,
    Column("id", KEY, primary_key=True),
    Column("organisation", ForeignKey("organisations.id"), nullable=False),
    Column("person", String(200), nullable=False),
    Column("label", String(120), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("expires_at", WHEN, nullable=False),
    Index(None, "organisation"))

workspaces = Table(
    "workspaces", metadata,
    Column("id", KEY, primary_key=True),
    Column("name", String(120), nullable=False),
    Column("key", LargeBinary(32), nullable=False))  # what ids and ETags given out are keyed with

parties = Table(
    "parties", metadata,
    Column("workspace", ForeignKey("workspaces.id"), primary_key=True),
    Column("organisation", ForeignKey("organisations.id"), primary_key=True),
    Index(None, "organisation"))

documents = Table(
    "documents", metadata,
    Column("id", KEY, primary_key=True),
    Column("workspace", ForeignKey("workspaces.id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Index(None, "workspace", "kind", "id"))

versions = Table(
    "versions", metadata,
    Column("document", ForeignKey("documents.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("workspace", ForeignKey("workspaces.id"), nullable=False),
    Column("organisation", ForeignKey("organisations.id"), nullable=False),
    Column("person", String(200), nullable=False),
    Column("written_at", WHEN, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("body", Text, nullable=False))

jobs = Table(
    "jobs", metadata,
    Column("id", KEY, primary_key=True),
    Column("organisation", ForeignKey("organisations.id"), nullable=False),
    Column("person", String(200), nullable=False),
    Column("process", String(40), nullable=False),
    Column("inputs", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("message", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("revision", Integer, nullable=False),  # counts changes that callers may see
    Column("worker", KEY),
    Column("lease_until", WHEN),
    Column("created_at", WHEN, nullable=False),
    Column("started_at", WHEN),
    Column("changed_at", WHEN, nullable=False),
    Column("result", Text),
    Column("progress", Integer, nullable=False, server_default="0"),  # per cent
    Column("layers", Text),  # JSON: name -> digest of its file, rows; the files lie beside
    CheckConstraint("state IN ('accepted', 'running', 'successful', 'failed', 'dismissed')",
                    "state"),
    Index(None, "organisation", "id"),
    Index("ix_jobs_waiting", "state", "lease_until"))

audit = Table(
    "audit", metadata,
    Column("log", KEY, primary_key=True),  # a workspace or an organisation
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", WHEN, nullable=False),
    Column("actor", String(120), nullable=False),
    Column("organisation", KEY),
    Column("action", String(120), nullable=False),
    Column("subject", String(120), nullable=False),
    Column("content", String(64), nullable=False),
    Column("before", String(64), nullable=False),
    Column("hash", String(64), nullable=False))

overlays = Table(
    "overlays", metadata,
    Column("id", KEY, primary_key=True),
    Column("workspace", ForeignKey("workspaces.id"), nullable=False),
    Column("organisation", ForeignKey("organisations.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("body", Text, nullable=False),
    Column("secret", LargeBinary(32), nullable=False),  # what rounded answers are drawn with
    Index(None, "workspace", "id"))

overlay_questions = Table(
    "overlay_questions", metadata,
    Column("overlay", ForeignKey("overlays.id"), primary_key=True),
    Column("organisation", ForeignKey("organisations.id"), primary_key=True),  # who asked
    Column("question", String(64), primary_key=True),  # digest of what is lost, day and score
    Column("asked_at", WHEN, nullable=False))

once = Table(
    "once", metadata,
    Column("owner", String(64), primary_key=True),  # digest of the token, or an address
    Column("key", String(200), primary_key=True),
    Column("request", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("at", WHEN, nullable=False),
    Column("status", Integer),
    Column("headers", Text),
    Column("body", Text),
    CheckConstraint("state IN ('reserved', 'written', 'answered')", "state"),
    Index(None, "at"))
