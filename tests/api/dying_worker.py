"""A worker on the ring that kills itself by kill -9 after the first chunk of a sweep, once.

The second of its kind writes into `resumed` how much it found done.
"""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from threading import Event

from cablenet_api import Settings, run_worker
from cablenet_api.processes.table import PROCESSES
from ring_world import ring_network  # beside this file, which is run as a script

database, folder, worker = sys.argv[1], Path(sys.argv[2]), os.getpid()
PLAIN = PROCESSES["sweep"]


def dies_once(world, asked, desk):
    def tell(share: float) -> None:
        if not (folder / "died").exists() and share > 0:
            (folder / "died").touch()
            os.kill(worker, signal.SIGKILL)
            Event().wait(30)  # the computation must end with its worker, and not go on alone
            (folder / "orphan").touch()
        if (folder / "died").exists() and not (folder / "resumed").exists():
            (folder / "resumed").write_text(str(share))
        desk.tell(share)

    return PLAIN.run(world, asked, replace(desk, tell=tell))


PROCESSES["sweep"] = replace(PLAIN, run=dies_once)
run_worker(Settings(database=database, lease_s=1.0), load_network=ring_network)
