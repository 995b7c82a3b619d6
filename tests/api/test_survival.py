"""Three kills and one restart of the database under load; the long form is `make soak`."""

from __future__ import annotations

import os

import pytest
from cablenet_api.processes.table import PROCESSES, compute
from cablenet_api.worlds import World

from tests.api.ring_world import ring_network
from tests.api.soak import SWEEP, soak

pytestmark = pytest.mark.skipif(
    "PYTEST_XDIST_WORKER" in os.environ,
    reason="restarts the database that other tests use: `make test` runs it by itself")


def test_no_acknowledged_write_is_lost_and_sweeps_end_as_if_undisturbed(database: str) -> None:
    restart = os.environ.get("CABLENET_TEST_RESTART") if database.startswith("postgres") else None
    figures = soak(database, kills=3, restarts=1, restart=restart, seed=3, writers=2,
                   between_s=(0.3, 1.5))
    process = PROCESSES["sweep"]
    undisturbed = compute(process, World(ring_network(None)), process.inputs.model_validate(SWEEP))
    assert figures["digest"] == undisturbed["digest"]
    assert figures["acknowledged"]  # there was a load
