"""A worker on the ring world, run as a script: DATABASE, and the longest silence in seconds."""

from __future__ import annotations

import sys

from cablenet_api import Settings, run_worker
from ring_world import ring_network  # beside this file, which is run as a script

run_worker(Settings(database=sys.argv[1], lease_s=float(sys.argv[2])), load_network=ring_network)
