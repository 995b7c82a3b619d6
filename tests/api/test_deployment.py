"""What starts the service elsewhere: units and image name commands of ours, and all of it ends."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest
import typer
from cablenet_api import Settings

import cablenet as cn
from cablenet.cli.entry import app
from cablenet.testing import ring
from tests.api.live_process import wait_for

ROOT = Path(__file__).parents[2]
UNITS = sorted((ROOT / "deploy").glob("*.service"))


def parsed(words: list[str]) -> tuple[str, dict[str, object]]:
    """The command that words name, and its options as it reads them; nothing runs."""
    group = typer.main.get_command(app)
    assert isinstance(group, click.Group) or hasattr(group, "commands")
    command = group.commands[words[0]]
    return words[0], command.make_context(words[0], words[1:]).params


def started_by(unit: Path) -> list[str]:
    line = next(one for one in unit.read_text().splitlines() if one.startswith("ExecStart="))
    program, *words = shlex.split(line.removeprefix("ExecStart="))
    assert program == "/opt/cablenet/.venv/bin/cablenet"
    return words


def test_the_units_start_one_server_without_workers_and_workers_beside_it() -> None:
    commands = dict(parsed(started_by(unit)) for unit in UNITS)
    assert set(commands) == {"serve", "worker"}
    assert commands["serve"]["workers"] == 0  # each worker is a unit, to be counted by
    assert commands["serve"]["host"] == "127.0.0.1"  # the gateway ends TLS


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_finds_nothing_wrong_with_a_unit(unit: Path, tmp_path: Path) -> None:
    copy = tmp_path / unit.name
    copy.write_text(unit.read_text().replace("/opt/cablenet/.venv/bin/cablenet", "/bin/true"))
    done = subprocess.run(["systemd-analyze", "verify", str(copy)], capture_output=True, text=True)
    told = [line for line in done.stderr.splitlines() if unit.stem.split("@")[0] in line]
    assert not told


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGKILL])
def test_the_workers_of_a_server_end_with_it(tmp_path: Path, sent: signal.Signals) -> None:
    cn.write_layers(ring(), tmp_path / "map.json")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-c", "import cablenet.cli; cablenet.cli.main()", "serve", "--map",
         "map.json", "--port", str(port)],
        cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    workers: list[int] = []
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz", server)
        workers = [pid for pid in children(server.pid) if "spawn_main" in command(pid)]
        assert len(workers) == 1
        server.send_signal(sent)
        server.wait(60)
        ends = time.monotonic() + 30
        while any("spawn_main" in command(pid) for pid in workers):
            assert time.monotonic() < ends, "a worker went on without its server"
            time.sleep(0.05)
    finally:
        server.kill()
        for pid in workers:
            if "spawn_main" in command(pid):
                os.kill(pid, signal.SIGKILL)
        server.communicate()


def children(pid: int) -> list[int]:
    """Processes that a process has started (Linux)."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(one) for task in tasks for one in (task / "children").read_text().split()]


def command(pid: int) -> str:
    """What a process runs; nothing once it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def test_the_image_serves_to_members_from_a_folder_of_its_own() -> None:
    text = (ROOT / "Dockerfile").read_text()
    entry, *words = json.loads(found(r"^ENTRYPOINT (.*)$", text)) + json.loads(
        found(r"^CMD (.*)$", text))
    assert entry == "cablenet"
    assert parsed(words)[1]["host"] == "0.0.0.0"
    volume = found(r"^VOLUME (.*)$", text)
    assert f"install -d -o cablenet -m 700 {volume}" in text  # else it would be root's
    assert text.index("install -d") < text.index("USER cablenet") < text.index("VOLUME")
    given = dict(one.split("=") for one in found(r"^ENV (.*)$", text).split())
    known = {f"CABLENET_{name.upper()}" for name in Settings.model_fields}
    assert set(given) <= known and given["CABLENET_LOGIN"] == "tokens"
    assert given["CABLENET_FILES"].startswith(volume)
    assert text.index("python -m cablenet.maps.vendor") < text.index("--no-deps .")


def found(pattern: str, text: str) -> str:
    match = re.search(pattern, text, re.MULTILINE)
    assert match is not None, pattern
    return match.group(1)
