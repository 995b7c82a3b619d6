"""A sweep outlives kills, poisoned chunks and Ctrl-C, and counts every scenario."""

from __future__ import annotations

import os
import signal

import pytest
from interruptions import (
    children_of,
    file_hashes,
    is_alive,
    kill_at_random,
    offspring_of,
    start_toy,
    wait_until,
)
from toy import Squares

from cablenet.errors import SweepError
from cablenet.sweeps.job import DIED
from cablenet.sweeps.runner import run_sweep

SLOW = Squares(60, seconds=0.03)
"""About a second on two workers."""


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """Sixty chunks of the toy sweep, solved in this process."""
    return run_sweep(Squares(60), tmp_path_factory.mktemp("sweep") / "out", workers=0)


def test_a_run_killed_at_three_random_moments_ends_with_the_same_bytes(undisturbed, tmp_path):
    out = tmp_path / "out"
    kills = kill_at_random(lambda out, resume: start_toy(SLOW, out, workers=2, resume=resume),
                           out, moments=3, seed=3, longest_s=0.5)
    assert kills == 3
    assert file_hashes(out) == file_hashes(undisturbed.out)


def test_a_killed_worker_is_replaced_and_its_chunk_solved(undisturbed, tmp_path):
    strangers = offspring_of(os.getpid())  # a browser of other tests, say
    killed = []

    def kill_one(progress):
        victims = [pid for server in children_of(os.getpid()) for pid in children_of(server)
                   if pid not in strangers]
        if progress.done >= 500 and not killed and victims:
            os.kill(victims[0], signal.SIGKILL)
            killed.append(victims[0])

    run = run_sweep(SLOW, tmp_path / "out", workers=2, progress=kill_one)
    assert killed
    assert run.digest == undisturbed.digest


def test_poisoned_chunks_are_listed_and_all_others_solved(undisturbed, tmp_path):
    """Chunk 3 raises and 7 kills its worker, always; 9 kills and 11 raises the first time only."""
    (tmp_path / "marks").mkdir()
    job = Squares(60, raises=(3,), kills=(7,), raises_once=(11,), kills_once=(9,),
                  marks=str(tmp_path / "marks"))
    run = run_sweep(job, tmp_path / "out", workers=2)
    assert [(line.chunk, line.error) for line in run.failures] == [
        (3, "ValueError: chunk 3 is poisoned"), (7, DIED)]
    assert (run.solved, run.failed, run.scenarios) == (5800, 200, 6000)
    mended = run_sweep(Squares(60), tmp_path / "out", workers=1, resume=True)
    assert mended.digest == undisturbed.digest


def test_in_this_process_a_chunk_that_raises_is_tried_three_times(tmp_path):
    (tmp_path / "marks").mkdir()
    job = Squares(4, raises=(2,), raises_once=(1,), marks=str(tmp_path / "marks"))
    run = run_sweep(job, tmp_path / "out", workers=0)
    assert [line.chunk for line in run.failures] == [2]
    with_one_try = run_sweep(Squares(4, raises_once=(3,), marks=str(tmp_path / "marks")),
                             tmp_path / "one", workers=0, tries=1)
    assert [line.chunk for line in with_one_try.failures] == [3]


def test_ctrl_c_ends_with_one_line_and_keeps_what_is_done(undisturbed, tmp_path):
    out = tmp_path / "out"
    run = start_toy(SLOW, out, workers=2)
    wait_until(lambda: len(list(out.glob("parts/*.parquet"))) >= 4, "four parts")
    os.killpg(run.pid, signal.SIGINT)
    _, said = run.communicate(timeout=30)
    assert run.returncode == 130
    assert said.count("\n") == 1
    assert said.startswith("cablenet: stopped; ")
    assert not is_alive(run.pid)
    assert run_sweep(Squares(60), out, workers=0, resume=True).digest == undisturbed.digest


class Unloadable(Squares):
    """A job that no worker can load."""

    def __reduce__(self):
        return eval, ("1 / 0",)


def test_a_job_that_no_worker_can_load_says_so(tmp_path):
    with pytest.raises(SweepError, match="cannot load the job: ZeroDivisionError"):
        run_sweep(Unloadable(), tmp_path / "out", workers=2)


class Deadly(Squares):
    """A job that kills whoever loads it."""

    def __reduce__(self):
        return eval, ("__import__('os')._exit(7)",)


def test_workers_that_never_start_end_the_sweep(tmp_path):
    with pytest.raises(SweepError, match=r"no worker lives to its first chunk \(exit code 7\)"):
        run_sweep(Deadly(), tmp_path / "out", workers=1)
