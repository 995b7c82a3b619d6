"""A worker on the ring, whose cut sets stand still until a file appears: for tests that kill it."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from threading import Event

from cablenet_api import Settings, run_worker
from cablenet_api.processes.table import PROCESSES
from ring_world import ring_network  # beside this file, which is run as a script

database, folder = sys.argv[1], Path(sys.argv[2])
PLAIN = PROCESSES["cut-sets"]


def stand_still(world, asked, desk):
    (folder / "begun").touch()
    while not (folder / "go").exists():
        Event().wait(0.02)
    return PLAIN.run(world, asked, desk)


PROCESSES["cut-sets"] = replace(PLAIN, run=stand_still)
run_worker(Settings(database=database, lease_s=1.0, job_s=float(sys.argv[3])),
           load_network=ring_network)
