"""A sweep comes to the same bytes, whatever the workers and whatever lay there before."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys

import pyarrow.parquet as pq
import pytest
from interruptions import file_hashes
from toy import Squares

from cablenet.errors import InputError, MismatchError, ReadError, SweepError
from cablenet.sweeps import manifest
from cablenet.sweeps.runner import open_sweep, run_sweep


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """The toy sweep, 12 chunks, solved in this process."""
    return run_sweep(Squares(), tmp_path_factory.mktemp("sweep") / "out", workers=0)


@pytest.fixture
def copy(undisturbed, tmp_path):
    """The same in a folder that a test may damage."""
    return shutil.copytree(undisturbed.out, tmp_path / "copy")


def lines_of(out):
    return [json.loads(line) for line in (out / "manifest.jsonl").read_text().splitlines()]


def test_the_answers_are_those_worked_out_by_hand(undisturbed):
    # squares end in 1 for numbers that end in 1 or 9: 20 of every 100
    assert [line.rows for line in undisturbed.chunks] == [20] * 12
    assert pq.read_table(undisturbed.parts[1])["number"].to_pylist()[:3] == [101, 109, 111]
    # 0^2 + ... + 1199^2 = 1199 * 1200 * 2399 / 6
    assert pq.read_table(undisturbed.aggregate("total"))["sum"].to_pylist() == [575_280_200]
    # in chunk order: the last three of every hundred
    last = pq.read_table(undisturbed.aggregate("last"))["square"].to_pylist()
    assert last[:4] == [97 ** 2, 98 ** 2, 99 ** 2, 197 ** 2]
    assert (undisturbed.scenarios, undisturbed.solved, undisturbed.failed) == (1200, 1200, 0)


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_the_bytes_do_not_depend_on_the_number_of_workers(workers, undisturbed, tmp_path):
    run = run_sweep(Squares(), tmp_path / "out", workers=workers)
    assert run.digest == undisturbed.digest
    assert file_hashes(run.out) == file_hashes(undisturbed.out)


def test_a_finished_sweep_can_be_opened_again(undisturbed):
    again = open_sweep(undisturbed.out)
    assert again == undisturbed
    header = lines_of(undisturbed.out)[0]
    assert header["job"] == Squares().describe
    assert header["fingerprint"] == Squares().fingerprint


def test_progress_counts_scenarios_up_to_the_total(copy, tmp_path):
    told = []
    run_sweep(Squares(4), tmp_path / "new", workers=0, progress=told.append)
    assert [p.done for p in told] == [0, 100, 200, 300, 400]
    assert {(p.total, p.resumed, p.failed) for p in told} == {(400, 0, 0)}
    (copy / "parts/part-000003.parquet").unlink()
    told.clear()
    run_sweep(Squares(), copy, workers=0, resume=True, progress=told.append)
    assert [(p.done, p.resumed) for p in told] == [(1100, 1100), (1200, 1100)]


def truncate_manifest(out):
    path = out / "manifest.jsonl"
    path.write_bytes(path.read_bytes()[:-700])


def spoil_a_part(out):
    path = out / "parts/part-000002.parquet"
    path.write_bytes(path.read_bytes()[:-1] + b"?")


def lose_a_part(out):
    (out / "parts/part-000011.parquet").unlink()


def garble_a_line(out):
    path = out / "manifest.jsonl"
    lines = path.read_bytes().split(b"\n")
    lines[4] = b'{"chunk": 3, "stat\xff'
    lines[6] = b'{"chunk": "five", "status": "done", "scenarios": 100}'
    path.write_bytes(b"\n".join(lines))


def leave_drafts(out):
    (out / "parts/.part-000001.parquet.tmp").write_bytes(b"half a par")
    (out / "parts/part-000099.parquet").write_bytes(b"of no line")


@pytest.mark.parametrize("damage", [truncate_manifest, spoil_a_part, lose_a_part, garble_a_line,
                                    leave_drafts])
def test_resuming_mends_what_was_damaged(damage, copy, undisturbed):
    damage(copy)
    assert run_sweep(Squares(), copy, workers=0, resume=True).digest == undisturbed.digest
    assert file_hashes(copy) == file_hashes(undisturbed.out)


def test_resuming_does_again_only_what_is_missing(copy):
    old = {path: path.stat().st_mtime_ns for path in (copy / "parts").iterdir()}
    spoil_a_part(copy)
    run_sweep(Squares(), copy, workers=0, resume=True)
    changed = [path.name for path in old if path.stat().st_mtime_ns != old[path]]
    assert changed == ["part-000002.parquet"]


def test_resuming_where_nothing_is_yet_begins_anew(undisturbed, tmp_path):
    run = run_sweep(Squares(), tmp_path / "none", workers=0, resume=True)
    assert run.digest == undisturbed.digest


def test_a_sweep_is_not_begun_twice_without_resume(copy):
    before = file_hashes(copy)
    with pytest.raises(InputError, match="--resume"):
        run_sweep(Squares(), copy, workers=0)
    assert file_hashes(copy) == before


@pytest.mark.parametrize("resume", [False, True])
def test_the_sweep_of_another_network_is_refused_and_left_intact(resume, copy):
    before = file_hashes(copy)
    other = Squares(name="another")
    with pytest.raises(MismatchError) as told:
        run_sweep(other, copy, workers=0, resume=resume)
    assert Squares().fingerprint[:16] in str(told.value)
    assert other.fingerprint[:16] in str(told.value)
    assert "network toy there, another here" in str(told.value)
    assert file_hashes(copy) == before


def test_parts_of_another_writer_are_not_mixed_in(copy, monkeypatch):
    monkeypatch.setattr("cablenet.sweeps.result_folder.writer_here", lambda: "parquet-cpp 1")
    with pytest.raises(MismatchError, match="parquet-cpp 1"):
        run_sweep(Squares(), copy, workers=0, resume=True)


def test_a_folder_of_something_else_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("ten years of work")
    with pytest.raises(InputError, match="is not empty and holds no sweep"):
        run_sweep(Squares(), tmp_path, workers=0, resume=True)
    with pytest.raises(InputError, match="is a file"):
        run_sweep(Squares(), tmp_path / "thesis.txt", workers=0)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("words", ["", "{}", "not json", '{"cablenet_sweep": 99}', "[1]", "\x00"])
def test_a_manifest_that_is_none_is_refused(words, tmp_path):
    (tmp_path / "manifest.jsonl").write_text(words)
    with pytest.raises(ReadError, match=r"is not the manifest of a sweep"):
        run_sweep(Squares(), tmp_path, workers=0, resume=True)


def test_two_runs_do_not_share_a_folder(tmp_path):
    def begin_another(progress):
        if progress.done:
            run_sweep(Squares(), tmp_path / "out", workers=0, resume=True)

    with pytest.raises(InputError, match="another run is at work"):
        run_sweep(Squares(), tmp_path / "out", workers=0, progress=begin_another)


@pytest.mark.parametrize("words", [{"workers": -1}, {"tries": 0}, {"scheduler": "127.0.0.1:8786"},
                                   {"scheduler": "tcp://x:1; rm"}, {"scheduler": "tls://h:1"}])
def test_arguments_that_cannot_be_meant_are_refused(words, tmp_path):
    with pytest.raises(InputError):
        run_sweep(Squares(), tmp_path / "out", **words)
    assert not (tmp_path / "out").exists()


def test_a_sweep_of_nothing_is_refused(tmp_path):
    with pytest.raises(InputError, match="no scenarios"):
        run_sweep(Squares(0), tmp_path / "out", workers=0)


@pytest.mark.parametrize("syncs", [0, 1, 7, 8, 25, 27])
def test_a_full_disk_stops_the_sweep_and_resuming_finishes_it(syncs, undisturbed, tmp_path,
                                                              monkeypatch):
    """Two syncs a chunk: an odd number of earlier ones fails at a part, an even one at a line."""
    left = [syncs]

    def sync(handle):
        if not left[0]:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        left[0] -= 1

    with monkeypatch.context() as patch:
        patch.setattr(manifest.os, "fsync", sync)
        with pytest.raises(SweepError, match=r"the disk is full.*go on with --resume"):
            run_sweep(Squares(), tmp_path / "out", workers=0)
    for path in (tmp_path / "out").glob("parts/part-*.parquet"):
        assert path.read_bytes() == (undisturbed.out / "parts" / path.name).read_bytes()
    run = run_sweep(Squares(), tmp_path / "out", workers=0, resume=True)
    assert run.digest == undisturbed.digest
    assert file_hashes(run.out) == file_hashes(undisturbed.out)


def test_the_runner_loads_neither_dask_nor_pandas():
    code = ("import sys, cablenet.sweeps.runner; print([m for m in ('dask', 'distributed', "
            "'pandas', 'geopandas', 'scipy') if m in sys.modules])")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
