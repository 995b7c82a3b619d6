"""A worker: claims one job after another and computes each in a child process it can end."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from threading import Event, Thread
from typing import Any, TypeVar

from sqlalchemy.exc import OperationalError

import cablenet as cn
from cablenet_api.access.limits import warn_of_nobody
from cablenet_api.access.people import name_of
from cablenet_api.access.tokens import Caller
from cablenet_api.jobs.queue import Claim, beat, claim_job, finish
from cablenet_api.jobs.results import forget_unnamed, keep_layers
from cablenet_api.plans.errors import PlansError
from cablenet_api.problems import (
    AtlasUnavailableError,
    RefusedError,
    RequestEventsError,
    kind_of,
)
from cablenet_api.processes.desk import Desk
from cablenet_api.processes.table import PROCESSES, find
from cablenet_api.settings import Settings
from cablenet_api.store.files import files_at
from cablenet_api.store.keyed import new_key
from cablenet_api.store.store import EVERY, Store
from cablenet_api.workspaces.documents import Document
from cablenet_api.workspaces.maps import MapNamed, kept_world, named_map
from cablenet_api.workspaces.overlays import OverlayNamed, SeenOverlay, named_overlay
from cablenet_api.worlds import LoadNetwork, Worlds, loader_of

POLL_S = 0.5
"""How often an idle worker looks, seconds (assumed: soon enough for people)."""
_FORK = multiprocessing.get_context("fork")  # the child starts with the network already built
T = TypeVar("T")


def run_worker(settings: Settings | None = None, *, load_network: LoadNetwork | None = None,
               stop: Event | None = None) -> None:
    """Work until `stop` is set. A database that goes away is waited for."""
    settings, stop = settings or Settings(), stop or Event()
    worlds = Worlds(load_network or loader_of(settings.map), 1)
    store, name = Store(settings.database), new_key()
    worlds.get(None)
    forget_unnamed(store, files_at(settings.files, settings.database))
    warn_of_nobody(store, settings)
    while not stop.is_set():
        try:
            with store.writing(EVERY) as connection:
                claim = claim_job(connection, name, settings.lease_s, settings.jobs_at_once)
                limits = settings if claim is None else settings.of_organisation(
                    name_of(connection, claim.organisation))
            about = About() if claim is None else _about(store, claim)
        except OperationalError:  # what was claimed lapses, and is claimed again
            stop.wait(POLL_S)
            continue
        except RefusedError as error:
            assert claim is not None  # else nothing was looked for
            _patiently(store, settings, partial(finish, claim=claim, state="failed", result=None,
                                                message=f"{error.slug}: {error}"))
            continue
        if claim is None:
            stop.wait(POLL_S)
        else:
            _work(store, worlds, limits, claim, about)


@dataclass(frozen=True)
class About:
    """What a job is about besides its inputs, as its organisation sees it today: the map of a
    workspace (None: the shipped one, or the one of the settings), an overlay."""

    document: Document | None = None
    overlay: SeenOverlay | None = None


def _about(store: Store, claim: Claim) -> About:
    inputs = PROCESSES[claim.process].inputs.model_validate_json(claim.inputs)
    asking = Caller(claim.organisation, "", "viewer")
    named: MapNamed | None = getattr(inputs, "map", None)
    overlay: OverlayNamed | None = getattr(inputs, "overlay", None)
    if named is not None:
        with store.reading(claim.organisation) as connection:
            return About(document=named_map(connection, asking, named))
    if overlay is not None:
        with store.reading(EVERY) as connection:
            return About(overlay=named_overlay(connection, asking, overlay))
    return About()


def _work(store: Store, worlds: Worlds, settings: Settings, claim: Claim, about: About) -> None:
    """One job: watch its child, beat for it, end it when time is up or the job is dismissed."""
    files = files_at(settings.files, settings.database)
    ours, theirs = _FORK.Pipe(duplex=False)
    life, alive = _FORK.Pipe(duplex=False)  # ends when this process does, however it dies
    child = _FORK.Process(target=_child, args=(theirs, life, alive, worlds, settings, claim,
                                               about))
    child.start()
    theirs.close()
    life.close()
    ends = time.monotonic() + settings.job_s
    state, result, message, layers = (
        "failed", None, f"more than {settings.job_s:g} s, the limit of your organisation", None)
    while time.monotonic() < ends:
        progress = None
        if ours.poll(min(settings.lease_s / 4, max(ends - time.monotonic(), 0))):
            try:
                told = ours.recv()
            except EOFError:
                message = "the computation died: too much memory, or a fault of the service"
                break
            if not isinstance(told, int):
                state, result, message, layers = told
                break
            progress = told
        if not _patiently(store, settings, partial(beat, claim=claim, lease_s=settings.lease_s,
                                                   progress=progress)):
            state = "lost"
            break
    child.kill()
    child.join()
    ours.close()
    alive.close()
    if state != "lost":
        _patiently(store, settings, lambda c: finish(c, claim, state, result, message, layers))
        files.clear(claim.id)


def _patiently(store: Store, settings: Settings, act: Callable[[Any], bool]) -> bool:
    """A short transaction, tried again while the database is away; False when that lasts longer
    than a claim: then the job has gone to another worker, or will."""
    ends = time.monotonic() + settings.lease_s
    while time.monotonic() < ends:
        try:
            with store.writing(EVERY) as connection:
                return act(connection)
        except OperationalError:
            time.sleep(POLL_S)
    return False


def _child(pipe: Pipe, life: Pipe, alive: Pipe, worlds: Worlds, settings: Settings,
           claim: Claim, about: About) -> None:
    """Compute and tell (state, result, message, layers), and before that whole numbers: how far
    it is, in per cent. It never touches the database: the layers lie in files before it tells of
    them. It ends with its worker, so that nobody else's work is in the way of the next one."""
    alive.close()
    Thread(target=end_with, args=(life,), daemon=True).start()
    bytes_most = settings.job_mb * 1_000_000
    resource.setrlimit(resource.RLIMIT_AS, (bytes_most, bytes_most))
    process, files = PROCESSES[claim.process], files_at(settings.files, settings.database)
    desk = Desk(files.room(claim.id), _teller(pipe), settings.scheduler, tls_of(settings),
                settings.job_scenarios, about.overlay)
    try:
        asked = process.inputs.model_validate_json(claim.inputs)
        day = getattr(asked, "as_of", None)
        world = (worlds.get(day) if about.document is None else
                 kept_world(about.document, day))
        found = find(process, world, asked, desk)
        pipe.send(("successful", json.dumps(found.answer), "", keep_layers(files, found)))
    except (cn.errors.CablenetError, RequestEventsError, AtlasUnavailableError,
            PlansError) as error:
        pipe.send(("failed", None, f"{kind_of(error).slug}: {error}"[:2000], None))
    except MemoryError:
        pipe.send(("failed", None, f"more than {settings.job_mb} MB of memory, the limit of "
                             "your organisation", None))


def tls_of(settings: Settings) -> cn.Tls | None:
    """The files of mutual TLS to the Dask scheduler, where the settings name them."""
    named = (settings.scheduler_ca, settings.scheduler_cert, settings.scheduler_key)
    ca, cert, key = (None if one is None else Path(one) for one in named)
    return cn.Tls(ca, cert, key) if ca and cert and key else None


def _teller(pipe: Pipe) -> Callable[[float], None]:
    """Tells whole per cent, at most so often as people look."""
    last = {"told": -1, "at": 0.0}

    def tell(share: float) -> None:
        percent, moment = min(int(share * 100), 99), time.monotonic()
        if percent > last["told"] and moment - last["at"] >= POLL_S:
            last.update(told=percent, at=moment)
            pipe.send(percent)

    return tell


def end_with(life: Pipe) -> None:
    """End this process when the other end of a pipe is gone."""
    with contextlib.suppress(EOFError, OSError):
        life.recv()
    os._exit(1)
