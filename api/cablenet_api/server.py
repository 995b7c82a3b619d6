"""`serve`: run the service until it is stopped."""

from __future__ import annotations

from threading import Thread

import uvicorn

import cablenet as cn
from cablenet_api.app import create_app
from cablenet_api.desk_map import map_of
from cablenet_api.routes.callers import is_loopback
from cablenet_api.settings import Settings
from cablenet_api.worlds import World


def serve(host: str = "127.0.0.1", port: int = 8000, settings: Settings | None = None) -> None:
    """Load the atlas, open the database, then answer on an address; what cannot be had stops it.

    Raises
    ------
    InputError
        for an address other machines can reach, on a service without login
    """
    settings = settings or Settings()
    if settings.login == "none" and not is_loopback(host):
        raise cn.errors.InputError(
            f"--host {host}: a service without login listens on 127.0.0.1 only; "
            "for other machines set --login tokens and admit members (cablenet admit)")
    app = create_app(settings)
    world: World = app.state.worlds.get(None)
    world.once("map", map_of)
    app.state.store.open()
    Thread(target=_solve_intact, args=(world,), daemon=True).start()
    uvicorn.run(app, host=host, port=port, server_header=False, timeout_keep_alive=30,
                proxy_headers=False)  # who asks is who connects, whatever a header says


def _solve_intact(world: World) -> None:
    """Traffic with nothing failed, solved while the first reader still looks at the map."""
    with world.traffic:
        world.ready.solve_intact()
