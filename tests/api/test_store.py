"""The store: migrations, transactions, keyed names, and PostgreSQL's second wall."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from cablenet_api.store import Store, tables
from cablenet_api.store.keyed import digest_of, given_out
from cablenet_api.store.store import EVERY
from cablenet_api.store.tables import documents, jobs, metadata, organisations, versions, workspaces
from sqlalchemy import insert, select, text

from cablenet.errors import InputError

WALLED = {workspaces: workspaces.c.id, documents: documents.c.workspace,
          versions: versions.c.workspace, jobs: jobs.c.organisation}
"""Tables with row-level security, each with the column it goes by."""


@pytest.fixture
def store(database: str):
    made = Store(database)
    yield made
    made.close()


def test_migrations_make_exactly_the_declared_tables(store: Store) -> None:
    with store.reading(EVERY) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_opening_twice_changes_nothing(database: str, store: Store) -> None:
    store.open()
    head = ScriptDirectory(str(Path(tables.__file__).parent / "migrations")).get_current_head()
    again = Store(database)
    with again.reading(EVERY) as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).all() == [
            (head,)]
    again.close()


def test_an_error_leaves_nothing_half_written(store: Store, name: str) -> None:
    with pytest.raises(ZeroDivisionError), store.writing(EVERY) as connection:
        connection.execute(insert(organisations).values(id=name, name=name))
        raise ZeroDivisionError
    with store.reading(EVERY) as connection:
        assert not connection.execute(
            select(organisations).where(organisations.c.name == name)).all()


def test_sqlite_writes_ahead_and_waits(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'a.sqlite'}")
    with store.writing(EVERY) as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
        assert connection.execute(text("PRAGMA foreign_keys")).scalar_one() == 1
    store.close()


def test_the_sqlite_file_is_for_its_owner_only(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'a.sqlite'}")
    store.open()
    assert stat.S_IMODE((tmp_path / "a.sqlite").stat().st_mode) == 0o600
    store.close()


@pytest.mark.parametrize("address", ["", "nothing", "sqlite://", "sqlite:///:memory:", "mysql://x",
                                     "postgresql://x/y", "sqlite+aiosqlite:///x"])
def test_an_address_that_cannot_be_is_refused_without_being_told_back(address: str) -> None:
    with pytest.raises(InputError, match="database"):
        Store(address)


def test_names_given_out_do_not_show_that_two_workspaces_hold_the_same() -> None:
    digest = digest_of(b"the same map")
    one, other = given_out(b"1" * 32, digest, "map"), given_out(b"2" * 32, digest, "map")
    assert one != other and digest[:32] not in (one, other)
    assert one == given_out(b"1" * 32, digest, "map")
    assert one != given_out(b"1" * 32, digest_of(b"another map"), "map")


def test_postgresql_hides_rows_even_from_queries_that_forget_to_ask(
        store: Store, name: str) -> None:
    with store.reading(EVERY) as connection:
        if connection.dialect.name != "postgresql":
            pytest.skip("SQLite has no row-level security: the queries are its only wall")
    mine, other, space = f"m{name}", f"o{name}", f"w{name}"
    with store.writing(EVERY) as connection:
        for key in (mine, other):
            connection.execute(insert(organisations).values(id=key, name=key))
        connection.execute(insert(workspaces).values(id=space, name="x", key=b"k" * 32))
        connection.execute(text("INSERT INTO parties VALUES (:w, :o)"), {"w": space, "o": mine})
        connection.execute(insert(documents).values(id=space, workspace=space, kind="scenario",
                                                    version=1))
        connection.execute(insert(versions).values(
            document=space, version=1, workspace=space, organisation=mine, person="p",
            written_at="t", digest="d", body="{}"))
        connection.execute(insert(jobs).values(
            id=space, organisation=mine, person="p", process="x", inputs="{}", state="dismissed",
            message="", attempts=0, revision=1, created_at="t", changed_at="t"))
    for organisation, seen in ((mine, 1), (other, 0), ("", 0)):
        with store.writing(organisation) as connection:
            for table, key in WALLED.items():
                assert len(connection.execute(select(table)).all()) == seen
                changed = connection.execute(table.update().values({key.name: key}))
                assert changed.rowcount == seen
    with store.open().connect() as connection:  # nobody said on whose behalf
        assert not connection.execute(select(documents)).all()
