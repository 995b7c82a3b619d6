"""`make soak`: twenty kills at random moments, of toy and real sweeps; takes minutes.

    python tests/sweeps/soak.py [--moments 20] [--seed 1] [-- COMMAND ...]

The toy sweep is killed on this machine and on Dask, then the triples of the atlas, or what COMMAND
sweeps (say `cablenet sweep --order 2`): `--out DIR` and `--resume` are put behind it.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from dask_cluster import cluster
from interruptions import HERE, Start, file_hashes, kill_at_random, start_toy, wait_until
from toy import Squares

from cablenet.sweeps.job import DIED
from cablenet.sweeps.runner import open_sweep, run_sweep


def soak_local(folder: Path, moments: int, seed: int) -> str:
    """The toy sweep, killed, on one to four workers."""
    slow = Squares(400, seconds=0.03)
    calm = run_sweep(Squares(400), folder / "calm", workers=0)
    draw = random.Random(seed)

    def start(out: Path, resume: bool) -> subprocess.Popen[str]:
        return start_toy(slow, out, workers=draw.randint(1, 4), resume=resume)

    return _compare(start, calm.out, folder / "killed", moments, seed, longest_s=0.8)


def soak_command(folder: Path, command: list[str], moments: int, seed: int) -> str:
    """A real sweep, killed, by its command line."""
    def start(out: Path, resume: bool) -> subprocess.Popen[str]:
        words = [*command, "--out", str(out), *(["--resume"] if resume else [])]
        return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                start_new_session=True)

    began = time.monotonic()
    calm = start(folder / "calm", False)
    _, said = calm.communicate(timeout=600)
    assert calm.returncode == 0, said
    longest_s = max(0.5, (time.monotonic() - began) / 2)
    return _compare(start, folder / "calm", folder / "killed", moments, seed, longest_s)


def soak_dask(folder: Path, moments: int, seed: int) -> str:
    """Workers killed at random moments, a chunk that kills, and last the scheduler."""
    calm = run_sweep(Squares(400), folder / "calm", workers=0)
    draw = random.Random(seed)
    with cluster(folder) as there:
        run = run_sweep(Squares(40, kills=(7,)), folder / "poisoned", scheduler=there.address)
        assert [(line.chunk, line.error) for line in run.failures] == [(7, DIED)]
        assert run.solved + run.failed == run.scenarios
        sweep = start_toy(Squares(400, seconds=0.2), folder / "out", scheduler=there.address)
        parts = folder / "out" / "parts"
        wait_until(lambda: len(list(parts.glob("*.parquet"))) > 1, "the first parts")
        for _ in range(moments):
            time.sleep(draw.uniform(0.0, 1.0))
            wait_until(lambda: bool(there.workers()), "a worker")
            _kill(draw.choice(there.workers()))
        assert sweep.poll() is None, sweep.communicate()
        there.scheduler.kill()
        _, said = sweep.communicate(timeout=60)
        assert sweep.returncode == 2, said
        assert "was lost" in said, said
    print(f"dask: {len(list(parts.glob('*.parquet')))} of 400 chunks when the scheduler died")
    run_sweep(Squares(400), folder / "out", workers=2, resume=True)
    return _same(folder / "out", calm.out, moments + 1)


def _kill(pid: int) -> None:
    subprocess.run(["kill", "-9", str(pid)], check=False)  # it may have gone meanwhile


def _compare(start: Start, calm: Path, out: Path, moments: int, seed: int,
             longest_s: float) -> str:
    return _same(out, calm, kill_at_random(start, out, moments, seed, longest_s))


def _same(out: Path, calm: Path, kills: int) -> str:
    assert file_hashes(out) == file_hashes(calm), f"{out} and {calm} differ"
    return f"{kills} kills, {len(file_hashes(out))} files equal, digest {open_sweep(out).digest}"


def main() -> None:
    """Soak, and print a line for each kind."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--moments", type=int, default=20)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("command", nargs="*")
    words = asked.parse_args()
    with tempfile.TemporaryDirectory() as place:
        for name in ("local", "dask", "real"):
            folder = Path(place) / name
            folder.mkdir()
            began = time.monotonic()
            if name == "local":
                said = soak_local(folder, words.moments, words.seed)
            elif name == "dask":
                said = soak_dask(folder, words.moments, words.seed)
            else:
                command = words.command or [sys.executable, str(HERE / "atlas_run.py")]
                said = soak_command(folder, command, words.moments, words.seed)
            print(f"{name}: {said} ({time.monotonic() - began:.0f} s)")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
