"""One service on a small world, or on the shipped atlas, until it is killed."""

from __future__ import annotations

import sys
from datetime import date

import uvicorn
from cablenet_api import Settings, create_app
from cablenet_api.worlds import load_atlas

import cablenet as cn
from tests.api.dateline_world import dateline_world

database, world, login, port = sys.argv[1:]


def small(as_of: date | None) -> cn.Network:
    return cn.build_network(dateline_world(), as_of=as_of)


app = create_app(Settings(database=database, login=login),
                 load_network=load_atlas if world == "atlas" else small)
uvicorn.run(app, host="127.0.0.1", port=int(port), log_level="error", timeout_keep_alive=30)
