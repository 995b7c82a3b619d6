"""A sweep of the service on a Dask cluster behind mutual TLS; a job beyond its memory."""

from __future__ import annotations

from pathlib import Path

import pytest
from cablenet_api import Settings
from cablenet_api.jobs.worker import tls_of
from cablenet_api.processes.desk import Desk
from cablenet_api.processes.table import PROCESSES, compute, find
from cablenet_api.worlds import World
from pydantic import ValidationError

from tests.api.conftest import House
from tests.api.ring_world import ring_network
from tests.api.test_jobs import job_by, until, worker

FILES = ("ca", "cert", "key")


def test_a_sweep_on_a_cluster_behind_tls_has_the_digest_of_one_here(tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed", reason="needs cablenet[scale]")
    security = distributed.security.Security.temporary()
    held = (security.tls_ca_file, security.tls_client_cert, security.tls_client_key)
    for name, text in zip(FILES, held, strict=True):
        (tmp_path / name).write_text(text)
    process, world = PROCESSES["sweep"], World(ring_network(None))
    asked = process.inputs(samples=300, order=2, seed=7, metrics=["margin"])
    with distributed.LocalCluster(n_workers=1, threads_per_worker=1, processes=False,
                                  protocol="tls://", host="127.0.0.1", security=security,
                                  dashboard_address=None) as there:
        settings = Settings(scheduler=there.scheduler_address, **{
            f"scheduler_{name}": str(tmp_path / name) for name in FILES})
        desk = Desk(tmp_path / "work", scheduler=settings.scheduler, tls=tls_of(settings))
        found = find(process, world, asked, desk).answer
    assert found["digest"] == compute(process, world, asked)["digest"]


@pytest.mark.parametrize("given", [
    {"scheduler": "tls://h:1"}, {"scheduler": "tls://h:1", "scheduler_ca": "a"},
    {"scheduler": "tcp://h:1", **{f"scheduler_{name}": "a" for name in FILES}},
    {f"scheduler_{name}": "a" for name in FILES},
])
def test_half_of_tls_is_refused_at_the_start(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="scheduler"):
        Settings(**given)


@pytest.mark.usefixtures("store")  # jobs that other tests left would come first
def test_a_job_beyond_its_memory_fails_alone(house: House, name: str, tmp_path: Path,
                                             monkeypatch: pytest.MonkeyPatch) -> None:
    """1 MB of address space is less than the computation has when it begins."""
    monkeypatch.setenv("CABLENET_JOB_MB", "1")
    who = house.admit(name)
    jobs = [job_by(who, "worst", {"k": 2}) for _ in range(2)]
    with worker(house, tmp_path) as one:
        until(lambda: all(who.ask("GET", f"/jobs/{job}").json()["status"] == "failed"
                          for job in jobs))
        assert one.poll() is None  # the worker lives, and has come to the second job
    for job in jobs:
        status = who.ask("GET", f"/jobs/{job}").json()
        assert "memory" in status["message"] and status["attempts"] == 1
