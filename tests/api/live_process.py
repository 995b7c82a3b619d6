"""A service in a process of its own on a free port of 127.0.0.1, and readers in theirs.

Readers never share a process with the service: GDAL and a server's threads in one have dead-locked.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SERVER = Path(__file__).with_name("live_server.py")
WAIT_S = 60


@contextmanager
def live_service(database: str, world: str, login: str = "none") -> Iterator[str]:
    """The address of a running service; it is ended by its process id."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen([sys.executable, str(SERVER), database, world, login, str(port)],
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz", server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.send_signal(signal.SIGKILL)
        server.communicate()


def wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + WAIT_S
    while time.monotonic() < ends:
        if server.poll() is not None:
            raise AssertionError(f"the service ended: {server.stderr.read().decode()}")
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise AssertionError(f"the service did not answer within {WAIT_S} s")


def read_by(*command: str, timeout: float = 60, **environment: str) -> str:
    """What a reader prints; it fails when the reader does, or hangs."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout,
                          env={**os.environ, "GDAL_HTTP_TIMEOUT": "30", **environment})
    assert done.returncode == 0, done.stderr + done.stdout
    assert "ERROR" not in done.stderr, done.stderr
    return done.stdout
