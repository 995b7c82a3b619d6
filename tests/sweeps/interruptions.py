"""Kill a sweep with -9 at random moments, resume it, and see that nothing can be told from it."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from toy import Squares, to_json

HERE = Path(__file__).parent
Start = Callable[[Path, bool], "subprocess.Popen[str]"]
"""Starts a sweep into a folder, resuming or not."""


def start_toy(job: Squares, out: Path, **words: Any) -> subprocess.Popen[str]:
    """The toy job in a process, and a process group, of its own."""
    return subprocess.Popen(
        [sys.executable, HERE / "toy.py", to_json(job), json.dumps({"out": str(out), **words})],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)


def file_hashes(out: Path) -> dict[str, str]:
    """Every file of a result folder."""
    return {path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(out.rglob("*")) if path.is_file()}


def children_of(pid: int) -> list[int]:
    """Processes of a process; on Linux, else none."""
    listings = Path(f"/proc/{pid}/task").glob("*/children")  # each thread has its own
    try:
        return [int(word) for listing in listings for word in listing.read_text().split()]
    except FileNotFoundError:  # a thread that ended meanwhile
        return []


def offspring_of(pid: int) -> list[int]:
    """Its processes, and theirs."""
    return [one for child in children_of(pid) for one in (child, *offspring_of(child))]


def wait_until(true: Callable[[], bool], what: str, seconds: float = 30.0) -> None:
    """Wait for something to come true, and say what did not."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"not within {seconds:g} s: {what}"
        time.sleep(0.01)


def kill_at_random(start: Start, out: Path, moments: int, seed: int, longest_s: float) -> int:
    """Kill a run `moments` times, each time resuming it, then let it end; return the kills.

    A run that ends before its moment has come is begun again in the same folder, resuming.
    """
    draw = random.Random(seed)
    kills = 0
    for _ in range(moments):
        run = start(out, True)
        wait_until(lambda run=run: (out / "manifest.jsonl").exists() or run.poll() is not None,
                   "a manifest")
        try:
            run.communicate(timeout=draw.uniform(0.0, longest_s))
        except subprocess.TimeoutExpired:
            workers = offspring_of(run.pid)
            os.kill(run.pid, signal.SIGKILL)
            run.communicate(timeout=30)
            kills += 1
            wait_until(lambda workers=workers: not any(map(is_alive, workers)),
                       f"the end of the orphans {workers}")
    run = start(out, True)
    said, complained = run.communicate(timeout=120)
    assert run.returncode == 0, (said, complained)
    return kills


def is_alive(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
