"""One database: transactions that read or write on behalf of one organisation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

import cablenet as cn
from cablenet_api.store.tables import once
from cablenet_api.store.upgrade import upgrade

EVERY = "*"
"""In place of an organisation: the service itself, which sees all (log-in, upkeep)."""
ONCE: ContextVar[tuple[str, str] | None] = ContextVar("once", default=None)
"""Owner and Idempotency-Key of the request that is being answered, if it has one."""
WAIT_S = 10
"""Longest wait for another writer, seconds (assumed: far beyond any write of ours)."""

CONNECTIONS = 15
"""Most of one process, kept open once made: on PostgreSQL each new one is a new process there, and
those beyond a small pool, made for each burst and closed after it, were half of the slowest answers
(p99 of /readyz under 200 requests a second on a loaded machine: 700 ms, kept open 400 ms)."""


class Store:
    """A database that opens, and is brought to the newest form, on first use.

    SQLite knows one writer at a time: a writing transaction takes its place at the start, so that
    it never has to give up half way. PostgreSQL gets the organisation of each transaction as a
    setting, by which its row-level policies hide what belongs to others.
    """

    def __init__(self, url: str) -> None:
        self._engine, self._ready, self._opening = _engine(url), False, Lock()

    def open(self) -> Engine:
        """The engine, its database brought to the newest form once.

        Raises
        ------
        OperationalError
            when the database does not answer
        """
        if not self._ready:
            with self._opening:
                if not self._ready:
                    upgrade(self._engine)
                    self._ready = True
        return self._engine

    @contextmanager
    def reading(self, organisation: str) -> Iterator[Connection]:
        """A transaction that sees what one organisation may see."""
        with self._transaction(organisation, writes=False) as connection:
            yield connection

    @contextmanager
    def writing(self, organisation: str, *, ends: bool = True) -> Iterator[Connection]:
        """The same, to write: all of it is kept when it ends, or nothing when an error leaves it.

        `ends`: with it the request is done, which an Idempotency-Key keeps; false where another
        transaction follows.
        """
        with self._transaction(organisation, writes=True) as connection:
            yield connection
            if ends and (name := ONCE.get()) is not None:
                _mark_written(connection, name)

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()

    @contextmanager
    def _transaction(self, organisation: str, *, writes: bool) -> Iterator[Connection]:
        with self.open().connect() as plain:
            connection = plain.execution_options(cablenet_writes=writes)
            with connection.begin():
                if connection.dialect.name == "postgresql":
                    connection.execute(text("SELECT set_config('cablenet.organisation', :o, true)"),
                                       {"o": organisation})
                yield connection


def _mark_written(connection: Connection, name: tuple[str, str]) -> None:
    """Write down, with what is written, that the request of an Idempotency-Key was done."""
    if connection.dialect.name == "postgresql":  # the last statement: nothing follows as `*`
        connection.execute(text("SELECT set_config('cablenet.organisation', :o, true)"),
                           {"o": EVERY})
    connection.execute(update(once).where(once.c.owner == name[0], once.c.key == name[1])
                       .values(state="written"))


def _engine(address: str) -> Engine:
    try:
        url = make_url(address)
        if url.drivername not in ("sqlite", "postgresql+psycopg"):
            raise cn.errors.InputError("the database must be sqlite:///FILE or "
                                       "postgresql+psycopg://USER@HOST/NAME")
        if url.drivername == "sqlite" and url.database in (None, "", ":memory:"):
            raise cn.errors.InputError("a database in memory cannot be shared among threads; "
                                       "name a file: sqlite:///FILE")
        engine = create_engine(url, pool_pre_ping=True, hide_parameters=True,
                               pool_size=CONNECTIONS, max_overflow=0)
    except (ArgumentError, NoSuchModuleError):
        # never the address itself: it may hold a password
        raise cn.errors.InputError("the database address is none that can be read") from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "do_connect", _keep_private)
        event.listen(engine, "connect", _open_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _keep_private(_: Any, __: Any, arguments: list[str], ___: Any) -> None:
    """Make the file, when it is new, for its owner alone; its companions take after it."""
    Path(arguments[0]).touch(mode=0o600)


def _open_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # BEGIN is ours, below
    for setting in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON",
                    f"busy_timeout = {WAIT_S * 1000}"):
        connection.execute(f"PRAGMA {setting}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("cablenet_writes", True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
