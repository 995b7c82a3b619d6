"""The same bytes come from a Dask cluster, also when its workers and its scheduler are killed."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path

import pytest
from dask_cluster import cluster
from interruptions import file_hashes
from toy import Squares

from cablenet.errors import InputError, SweepError
from cablenet.sweeps import dask_pool
from cablenet.sweeps.runner import run_sweep, tallies_of

pytest.importorskip("distributed", reason="needs cablenet[scale]")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """Forty chunks of the toy sweep, solved in this process."""
    return run_sweep(Squares(40), tmp_path_factory.mktemp("sweep") / "out", workers=0)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="finds the workers in /proc")
def test_a_sweep_outlives_its_dask_workers_and_then_its_scheduler(undisturbed, tmp_path,
                                                                  monkeypatch):
    """A chunk that raises is listed, a killed worker is noticed by nobody, a scheduler stops it."""
    monkeypatch.setattr(dask_pool, "CONNECT_S", 30.0)  # a cold cluster on a busy machine
    out = tmp_path / "out"
    killed = []

    def kill(progress):
        if progress.done >= 800 and not killed:
            killed.extend(there.workers()[:1])
            os.kill(killed[0], signal.SIGKILL)
        if progress.done >= 2500 and len(killed) == 1:
            there.scheduler.kill()
            killed.append(there.scheduler.pid)

    with cluster(tmp_path) as there:
        run = run_sweep(Squares(40), tmp_path / "calm", scheduler=there.address)
        assert file_hashes(run.out) == file_hashes(undisturbed.out)
        assert [one["sum"].tobytes() for one in tallies_of(Squares(4), scheduler=there.address)] \
            == [one["sum"].tobytes() for one in tallies_of(Squares(4), workers=0)]
        run = run_sweep(Squares(40, raises=(3,)), tmp_path / "poisoned", scheduler=there.address)
        assert [(line.chunk, line.error) for line in run.failures] == [
            (3, "ValueError: chunk 3 is poisoned")]
        assert (run.solved, run.failed) == (3900, 100)
        with pytest.raises(SweepError, match=r"scheduler tcp://.* was lost; \d+ of 40 chunks"):
            run_sweep(Squares(40, seconds=0.05), out, scheduler=there.address, progress=kill)
    assert len(killed) == 2
    run = run_sweep(Squares(40), out, workers=2, resume=True)
    assert file_hashes(run.out) == file_hashes(undisturbed.out)


def test_an_unreachable_scheduler_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(dask_pool, "CONNECT_S", 0.5)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, but nobody listens
        address = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(SweepError, match=f"no Dask scheduler answers at {address}"):
            run_sweep(Squares(), tmp_path / "out", scheduler=address)


@pytest.fixture
def tls_cluster():
    """Two workers behind mutual TLS, in this process, with the files to reach them."""
    from distributed import LocalCluster
    from distributed.security import Security

    pytest.importorskip("cryptography", reason="makes the certificates")
    security = Security.temporary()
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=False, protocol="tls://",
                      host="127.0.0.1", security=security, dashboard_address=None) as there:
        yield there.scheduler_address, security


def written(folder, security):
    folder.mkdir()
    tls = dask_pool.Tls(folder / "ca.pem", folder / "cert.pem", folder / "key.pem")
    tls.ca.write_text(security.tls_ca_file)
    tls.cert.write_text(security.tls_client_cert)
    tls.key.write_text(security.tls_client_key)
    return tls


def test_tls_lets_in_who_has_the_certificate_and_nobody_else(tls_cluster, undisturbed, tmp_path):
    address, security = tls_cluster
    run = run_sweep(Squares(40), tmp_path / "out", scheduler=address,
                    tls=written(tmp_path / "ours", security))
    assert file_hashes(run.out) == file_hashes(undisturbed.out)
    stranger = written(tmp_path / "theirs", type(security).temporary())
    with pytest.raises(SweepError, match="no Dask scheduler answers"):
        run_sweep(Squares(40), tmp_path / "none", scheduler=address, tls=stranger)


def test_tls_files_that_are_not_there_are_named(tmp_path):
    tls = dask_pool.Tls(tmp_path / "ca.pem", tmp_path / "cert.pem", tmp_path / "key.pem")
    with pytest.raises(InputError, match=r"TLS ca file .*ca\.pem: there is no such file"):
        run_sweep(Squares(), tmp_path / "out", scheduler="tls://127.0.0.1:1", tls=tls)
    with pytest.raises(InputError, match="is written tls://"):
        run_sweep(Squares(), tmp_path / "out", scheduler="tcp://127.0.0.1:1", tls=tls)
