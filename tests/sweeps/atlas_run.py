"""A real sweep in a process of its own, to be killed: `atlas_run.py --out DIR [--resume]`.

All triples of the atlas' cables in some forty chunks.
"""

from __future__ import annotations

import argparse
import sys

import cablenet as cn
from cablenet.sweeps.compiled import exhaustive_sweep
from cablenet.sweeps.runner import run_sweep


def main() -> None:
    """Run or resume."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--out", required=True)
    asked.add_argument("--resume", action="store_true")
    words = asked.parse_args()
    job = exhaustive_sweep(cn.build_network(cn.atlas()), order=3)
    vars(sys.modules[type(job).__module__])["CHUNK_S"] = 0.007  # before the job asks for it
    assert job.chunks > 10
    run_sweep(job, words.out, workers=2, resume=words.resume)


if __name__ == "__main__":
    main()
