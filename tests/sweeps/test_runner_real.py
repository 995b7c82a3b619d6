"""The real sweep of the atlas through the runner: pairs of cables, in many small chunks."""

from __future__ import annotations

import json
import sys

import pyarrow.parquet as pq
import pytest
from interruptions import file_hashes

import cablenet as cn
from cablenet.sweeps.compiled import exhaustive_sweep
from cablenet.sweeps.runner import run_sweep


@pytest.fixture(scope="module")
def job():
    """All single cables and pairs of the atlas, a millisecond or so a chunk."""
    with pytest.MonkeyPatch.context() as patch:
        job = exhaustive_sweep(cn.build_network(cn.atlas()), order=2)
        patch.setattr(sys.modules[type(job).__module__], "CHUNK_S", 5e-4)
        assert job.chunks >= 3  # the chunk size is now settled
    return job


def test_the_real_sweep_is_the_same_interrupted_and_whole(job, tmp_path):
    whole = run_sweep(job, tmp_path / "whole", workers=0)
    assert whole.solved == len(job.unit_id) * (len(job.unit_id) + 1) // 2

    def interrupt(progress):
        if progress.done > progress.total / 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match="go on with --resume"):
        run_sweep(job, tmp_path / "broken", workers=2, progress=interrupt)
    broken = run_sweep(job, tmp_path / "broken", workers=2, resume=True)
    assert broken.digest == whole.digest
    assert file_hashes(broken.out) == file_hashes(whole.out)
    assert sum(line.rows for line in whole.chunks) == sum(
        pq.read_table(whole.aggregate("orders"))["harmful"].to_pylist())


def test_the_manifest_tells_how_to_make_the_sweep_again(job, tmp_path):
    run = run_sweep(job, tmp_path / "out", workers=0)
    header = json.loads((run.out / "manifest.jsonl").read_text().splitlines()[0])
    assert header["job"]["order"] == 2
    assert header["job"]["unit"] == "cable"
    assert header["job"]["network_fingerprint"]
