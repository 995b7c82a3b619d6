"""`serve`: run the service until it is stopped."""

from __future__ import annotations

import gc
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection as Pipe
from threading import Thread

import uvicorn

import cablenet as cn
from cablenet_api.access.limits import warn_of_nobody
from cablenet_api.app import create_app
from cablenet_api.desk_map import map_of
from cablenet_api.jobs.worker import end_with, run_worker
from cablenet_api.routes.callers import is_loopback
from cablenet_api.settings import Settings
from cablenet_api.worlds import World


def serve(host: str = "127.0.0.1", port: int = 8000, settings: Settings | None = None, *,
          workers: int = 0) -> None:
    """Load the atlas, open the database, then answer on an address; what cannot be had stops it.

    Parameters
    ----------
    workers
        how many workers compute jobs beside it, each in a process of its own

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
    warn_of_nobody(app.state.store, settings)
    Thread(target=_solve_intact, args=(world,), daemon=True).start()
    keep_for_good()
    with _working(settings, workers):
        uvicorn.run(app, host=host, port=port, server_header=False, timeout_keep_alive=30,
                    proxy_headers=False)  # who asks is who connects, whatever a header says


def keep_for_good() -> None:
    """Let the garbage collector pass over what is there: modules, the map, the description.

    It lives as long as the process, and looking through it stopped every answer for 150 ms of
    processor time, each time a thousand connections came at once.
    """
    gc.collect()
    gc.freeze()


@contextmanager
def _working(settings: Settings, count: int) -> Iterator[None]:
    """Workers that end with the service; what they leave unfinished another worker takes up.

    On SIGTERM the server ends without coming back here, and by kill -9 at any time: so each worker
    listens at a pipe whose other end is open as long as the server lives.
    """
    made, started, alive = multiprocessing.get_context("spawn"), [], []
    for _ in range(count):
        life, ours = made.Pipe(duplex=False)
        started.append(made.Process(target=_work_beside, args=(settings, life)))
        started[-1].start()
        life.close()
        alive.append(ours)
    try:
        yield
    finally:
        for one in started:
            one.terminate()
            one.join(10)


def _work_beside(settings: Settings, life: Pipe) -> None:
    """A worker until the server at the other end of a pipe is gone."""
    Thread(target=end_with, args=(life,), daemon=True).start()
    run_worker(settings)


def _solve_intact(world: World) -> None:
    """Traffic with nothing failed, solved while the first reader still looks at the map."""
    with world.traffic:
        world.ready.solve_intact()
