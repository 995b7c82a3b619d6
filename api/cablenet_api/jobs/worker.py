"""A worker: claims one job after another and computes each in a child process it can end."""

from __future__ import annotations

import json
import multiprocessing
import resource
import time
from collections.abc import Callable
from multiprocessing.connection import Connection as Pipe
from threading import Event
from typing import Any, TypeVar

from sqlalchemy.exc import OperationalError

import cablenet as cn
from cablenet_api.jobs.queue import Claim, beat, claim_job, finish
from cablenet_api.jobs.results import forget_unnamed, keep_layers
from cablenet_api.problems import AtlasUnavailableError, RequestEventsError, kind_of
from cablenet_api.processes.table import PROCESSES, find
from cablenet_api.settings import Settings
from cablenet_api.store.files import files_at
from cablenet_api.store.keyed import new_key
from cablenet_api.store.store import EVERY, Store
from cablenet_api.worlds import LoadNetwork, Worlds, load_atlas

POLL_S = 0.5
"""How often an idle worker looks, seconds (assumed: soon enough for people)."""
_FORK = multiprocessing.get_context("fork")  # the child starts with the network already built
T = TypeVar("T")


def run_worker(settings: Settings | None = None, *, load_network: LoadNetwork = load_atlas,
               stop: Event | None = None) -> None:
    """Work until `stop` is set. A database that goes away is waited for."""
    settings, stop = settings or Settings(), stop or Event()
    store, worlds, name = Store(settings.database), Worlds(load_network, 1), new_key()
    worlds.get(None)
    forget_unnamed(store, files_at(settings.files, settings.database))
    while not stop.is_set():
        try:
            with store.writing(EVERY) as connection:
                claim = claim_job(connection, name, settings.lease_s, settings.jobs_at_once)
        except OperationalError:
            stop.wait(POLL_S)
            continue
        if claim is None:
            stop.wait(POLL_S)
        else:
            _work(store, worlds, settings, claim)


def _work(store: Store, worlds: Worlds, settings: Settings, claim: Claim) -> None:
    """One job: watch its child, beat for it, end it when time is up or the job is dismissed."""
    ours, theirs = _FORK.Pipe(duplex=False)
    child = _FORK.Process(target=_child, args=(theirs, worlds, settings, claim))
    child.start()
    theirs.close()
    ends = time.monotonic() + settings.job_s
    state, result, message, layers = "failed", None, f"more than {settings.job_s:g} s", None
    while time.monotonic() < ends:
        if ours.poll(min(settings.lease_s / 4, max(ends - time.monotonic(), 0))):
            try:
                state, result, message, layers = ours.recv()
            except EOFError:
                message = "the computation died: too much memory, or a fault of the service"
            break
        if not _patiently(store, settings, lambda c: beat(c, claim, settings.lease_s)):
            child.kill()
            child.join()
            return
    child.kill()
    child.join()
    ours.close()
    _patiently(store, settings, lambda c: finish(c, claim, state, result, message, layers))


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


def _child(pipe: Pipe, worlds: Worlds, settings: Settings, claim: Claim) -> None:
    """Compute and tell (state, result, message, layers). It never touches the database: the layers
    lie in files before it tells of them."""
    bytes_most = settings.job_mb * 1_000_000
    resource.setrlimit(resource.RLIMIT_AS, (bytes_most, bytes_most))
    process = PROCESSES[claim.process]
    try:
        asked = process.inputs.model_validate_json(claim.inputs)
        world = worlds.get(getattr(asked, "as_of", None))
        found = find(process, world, asked)
        layers = keep_layers(files_at(settings.files, settings.database), found)
        pipe.send(("successful", json.dumps(found.answer), "", layers))
    except (cn.errors.CablenetError, RequestEventsError, AtlasUnavailableError) as error:
        pipe.send(("failed", None, f"{kind_of(error).slug}: {error}"[:2000], None))
    except MemoryError:
        pipe.send(("failed", None, f"more than {settings.job_mb} MB of memory", None))
