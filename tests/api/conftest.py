"""A service on a small world, asked through the ASGI door without a network."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from cablenet_api import Settings, create_app
from starlette.testclient import TestClient

import cablenet as cn
from cablenet.testing import ring


def ring_network(as_of: date | None) -> cn.Network:
    """Four countries on a ring of four cables, AA the hub: see `cablenet.testing.ring`."""
    return cn.build_network(ring(), as_of=as_of)


@pytest.fixture
def client() -> Iterator[TestClient]:
    app = create_app(Settings(max_body_bytes=100_000), load_network=ring_network)
    with TestClient(app, raise_server_exceptions=False) as found:
        yield found
