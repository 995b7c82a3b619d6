"""A Dask cluster on this machine, of processes that a test may kill."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from interruptions import HERE, children_of, is_alive, wait_until


@dataclass
class Cluster:
    """A scheduler and the nannies of its workers, each a process group of its own."""

    address: str
    scheduler: subprocess.Popen[bytes]
    nannies: list[subprocess.Popen[bytes]]

    def workers(self) -> list[int]:
        """Processes of the workers: what a nanny starts and starts again."""
        return [pid for nanny in self.nannies for pid in children_of(nanny.pid)
                if "spawn_main" in Path(f"/proc/{pid}/cmdline").read_text()]


@contextmanager
def cluster(folder: Path, workers: int = 2) -> Iterator[Cluster]:
    """Start a scheduler and workers on 127.0.0.1; end them all."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    scheduler = _start(folder, "scheduler", "--port", str(port))
    nannies = [_start(folder, "worker", address, "--nthreads", "1", "--memory-limit", "0",
                      "--local-directory", str(folder)) for _ in range(workers)]
    try:
        yield Cluster(address, scheduler, nannies)
    finally:
        orphans = [pid for nanny in nannies for pid in children_of(nanny.pid)]
        for process in (scheduler, *nannies):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(30)
        wait_until(lambda: not any(map(is_alive, orphans)), "the end of the workers")


def _start(folder: Path, what: str, *words: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(HERE), "PYTHONWARNINGS": "",
                   "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1"}
    with (folder / f"{what}.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.dask_{what}", *words, "--host", "127.0.0.1",
             "--no-dashboard"], env=environment, stdout=log, stderr=log, start_new_session=True)
