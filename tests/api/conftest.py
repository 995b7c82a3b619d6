"""A service on a small world, asked through the ASGI door without a network, on both stores."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from cablenet_api import Settings, admit_member, create_app
from cablenet_api.store import Store
from cablenet_api.store.store import EVERY
from cablenet_api.store.tables import jobs
from sqlalchemy import create_engine, delete, text
from sqlalchemy.engine import make_url
from starlette.testclient import TestClient

from tests.api.ring_world import ring_network

LOSS = {"kind": "cable_loss", "cable": "ab"}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    settings = Settings(max_body_bytes=100_000, database=f"sqlite:///{tmp_path / 'kept.sqlite'}")
    app = create_app(settings, load_network=ring_network)
    with TestClient(app, raise_server_exceptions=False) as found:
        yield found


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest,
             tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an empty database of each kind, shared by all tests of one process."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('store') / 'kept.sqlite'}"
        return
    server = os.environ.get("CABLENET_TEST_POSTGRES")
    if not server:
        pytest.skip("no PostgreSQL: run under .ci/with-postgres")
    engine = create_engine(server, isolation_level="AUTOCOMMIT", pool_pre_ping=True)
    name = f"cablenet_{uuid4().hex}"
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@dataclass(frozen=True)
class Member:
    """Somebody with a token, asking the service."""

    client: TestClient
    organisation: str
    person: str
    token: str

    def ask(self, verb: str, path: str, json: object = None, **headers: str):
        return self.client.request(verb, path, json=json, headers={
            "Authorization": f"Bearer {self.token}", **headers})


@dataclass(frozen=True)
class House:
    """A service with login, and the operator beside it who admits members."""

    settings: Settings
    client: TestClient

    def admit(self, organisation: str, role: str = "admin", person: str | None = None) -> Member:
        person = person or f"{role} {uuid4().hex[:6]}"
        made = admit_member(self.settings, organisation, person, role, 10)
        return Member(self.client, made["organisation"], person, made["secret"])


@pytest.fixture(scope="session")
def house(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    settings = Settings(database=database, login="tokens", max_body_bytes=100_000,
                        files=str(tmp_path_factory.mktemp("files")))
    app = create_app(settings, load_network=ring_network)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield House(settings, client)
    app.state.store.close()


@pytest.fixture
def store(house: House) -> Iterator[Store]:
    """The store behind the house, its queue empty."""
    made = Store(house.settings.database)
    with made.writing(EVERY) as connection:
        connection.execute(delete(jobs))
    yield made
    made.close()


@pytest.fixture
def name() -> str:
    """A name no other test has used: the databases are shared."""
    return uuid4().hex[:12]
