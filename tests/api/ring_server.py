"""A server on the ring world, run as a script: DATABASE, PORT, and the folder of its files."""

from __future__ import annotations

import sys

import uvicorn
from cablenet_api import Settings, create_app
from cablenet_api.server import keep_for_good
from ring_world import ring_network  # beside this file, which is run as a script

settings = Settings(database=sys.argv[1], login="tokens", files=sys.argv[3],
                    requests_per_s=1e6, requests_burst=10**6)
app = create_app(settings, load_network=ring_network)
app.state.worlds.get(None)
app.state.store.open()
keep_for_good()
uvicorn.run(app, port=int(sys.argv[2]), log_level="critical", timeout_keep_alive=30)  # as `serve`
