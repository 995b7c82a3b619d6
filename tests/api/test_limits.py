"""Limits of one organisation: never above those of all, and never silently nobody's."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cablenet_api import Settings, create_app
from cablenet_api.access.limits import warn_of_nobody
from cablenet_api.settings import JobLimits
from cablenet_api.store import Store
from fastapi.testclient import TestClient

from tests.api.conftest import House, ring_network

STARTED = """
import sys
from threading import Event
import uvicorn
from cablenet_api import Settings, server
from cablenet_api.jobs.worker import run_worker
from tests.api.ring_world import ring_network
settings, stop = Settings(database=sys.argv[1]), Event()
stop.set()
run_worker(settings, load_network=ring_network, stop=stop)
server.create_app = lambda settings, made=server.create_app: made(
    settings, load_network=ring_network)
uvicorn.run = lambda *_, **__: None
server.serve(settings=settings)
"""


def test_a_limit_above_that_of_all_is_refused_with_both_and_the_cure() -> None:
    Settings(job_s=60, organisation_limits={"A": {"job_s": 60}})  # as high is not above
    with pytest.raises(ValueError, match=(
            r"job_s of 'A' is 61, above the installation's 60; lower it, or raise CABLENET_JOB_S; "
            r"job_mb of 'A' is 9000, above the installation's 8000; .*CABLENET_JOB_MB")):
        Settings(job_s=60, organisation_limits={"A": {"job_s": 61, "job_mb": 9000}})


def test_limits_for_a_name_that_nobody_has_are_told_and_counted(
        house: House, store: Store, name: str, caplog: pytest.LogCaptureFixture) -> None:
    """Of three names one is an organisation's, one is mistyped, one is like nothing there is."""
    house.admit(f"Ministry {name}")
    settings = house.settings.model_copy(update={"organisation_limits": {
        f"Ministry {name}": JobLimits(job_s=5), f"Minstry {name}": JobLimits(job_s=5),
        "qqqqqqqqqqqq": JobLimits(job_mb=50)}})
    warn_of_nobody(store, settings)
    told = [record.getMessage() for record in caplog.records]
    assert [record.levelname for record in caplog.records] == ["WARNING"] * 2
    assert f"'Minstry {name}', and no organisation" in told[0]
    assert f"is 'Ministry {name}' meant?" in told[0] and "meant" not in told[1]
    page = metrics(settings)
    assert "\ncablenet_limits_of_nobody 2.0\n" in page and "inistry" not in page
    house.admit(f"Minstry {name}")
    assert "\ncablenet_limits_of_nobody 1.0\n" in metrics(settings)


def metrics(settings: Settings) -> str:
    app = create_app(settings, load_network=ring_network)
    with TestClient(app) as client:
        text = client.get("/metrics").text
    app.state.store.close()
    return str(text)


def test_no_limits_no_warning(house: House, store: Store, caplog: pytest.LogCaptureFixture
                              ) -> None:
    warn_of_nobody(store, house.settings)
    assert not caplog.records and "\ncablenet_limits_of_nobody 0.0\n" in metrics(house.settings)


def test_server_and_worker_warn_when_they_start(tmp_path: Path) -> None:
    """Each is started on a database where nobody is, with limits for somebody."""
    kept = f"sqlite:///{tmp_path / 'kept.sqlite'}"
    store = Store(kept)
    store.open()
    store.close()
    env = {**os.environ, "CABLENET_ORGANISATION_LIMITS": '{"Atlantis": {"job_s": 5}}'}
    said = subprocess.run([sys.executable, "-c", STARTED, kept], env=env, text=True,
                          capture_output=True, timeout=120)
    assert said.returncode == 0, said.stderr
    assert said.stderr.count("names 'Atlantis', and no organisation is called so") == 2
