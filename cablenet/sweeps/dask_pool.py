"""The same chunks on a Dask cluster; the one door to Dask.

Dask places the chunks, retries those that raise and moves those of a dead worker. The parts come
back to this process, which keeps them, so the sweep survives the scheduler. A chunk that Dask gives
up on because its workers died may be innocent: Dask blames all that a dead worker held. Such chunks
are run once more, each by itself, and only the ones that kill again are reported.
"""

from __future__ import annotations

import contextlib
import logging
import pickle
import queue
import re
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cablenet.errors import InputError, SweepError
from cablenet.sweeps.job import DIED, Job, Outcome, error_text
from cablenet.sweeps.part_file import part_bytes, writer_here, written_by

if TYPE_CHECKING:
    from distributed import Client, Future

CONNECT_S = 10.0
"""How long to wait for a scheduler, and then for its first worker."""

LOOK_S = 2.0
"""How often to look whether scheduler and workers live while no chunk comes in."""

PATIENCE = 30
"""Looks without a single worker until the sweep stops: a cluster that restarts gets a minute."""

FETCH_S = 60.0
"""How long a part may take from its worker to here."""

IN_FLIGHT = 2
"""Chunks given to Dask for every worker thread."""


@dataclass(frozen=True)
class Tls:
    """The files of mutual TLS: the authority, this side's certificate and its key."""

    ca: Path
    cert: Path
    key: Path


def check_address(scheduler: str, tls: Tls | None) -> None:
    """See that the address can be meant.

    Raises
    ------
    InputError
        naming what to write
    """
    if not re.fullmatch(r"(tcp|tls)://(\[[0-9a-fA-F:.]+\]|[\w.-]+):\d{1,5}", scheduler):
        raise InputError(f"scheduler '{scheduler}': write tcp://host:port, or tls://host:port")
    if scheduler.startswith("tls://") != (tls is not None):
        raise InputError(f"scheduler '{scheduler}': " + (
            "an encrypted scheduler is written tls://host:port" if tls else
            "tls:// needs the files of authority, certificate and key"))
    for name, path in (("ca", tls.ca), ("cert", tls.cert), ("key", tls.key)) if tls else ():
        if not path.is_file():
            raise InputError(f"TLS {name} file {path}: there is no such file")


def solve_on_dask(job: Job, chunks: Sequence[int], scheduler: str, tls: Tls | None,
                  tries: int) -> Iterator[Outcome]:
    """Solve on a running Dask cluster; outcomes come as they are done, one for every chunk.

    Raises
    ------
    SweepError
        when the scheduler cannot be reached, dies, or has no workers left
    """
    if not chunks:
        return
    _find_dask()
    with _quiet_logs():
        client = _connect(scheduler, tls)
        try:
            run = _Run(client, _load_job(client, job, scheduler), tries, deque(chunks))
            while run.busy():
                run.hand_out()
                yield from run.collect()
        except (OSError, CancelledError) as error:
            raise SweepError(f"the Dask scheduler {scheduler} was lost") from error
        finally:
            client.close(timeout=LOOK_S)


@dataclass(eq=False)
class _Run:
    client: Client
    job: Future
    tries: int
    todo: deque[int]
    suspects: deque[int] = field(default_factory=deque)  # their workers died
    flying: dict[Future, int] = field(default_factory=dict)
    landed: queue.SimpleQueue[Future] = field(default_factory=queue.SimpleQueue)
    alone: bool = False
    empty_looks: int = 0

    def busy(self) -> bool:
        return bool(self.todo or self.suspects or self.flying)

    def hand_out(self) -> None:
        """Keep every worker thread supplied; when nothing else is left, fly one suspect alone."""
        if self.todo:
            room = IN_FLIGHT * max(1, sum(self.client.nthreads().values())) - len(self.flying)
            for _ in range(min(room, len(self.todo))):
                self._submit(self.todo.popleft())
        elif self.suspects and not self.flying:
            self.alone = True
            self._submit(self.suspects.popleft())

    def _submit(self, chunk: int) -> None:
        future = self.client.submit(_solve, self.job, chunk, pure=False, retries=self.tries - 1)
        self.flying[future] = chunk
        future.add_done_callback(self.landed.put)

    def collect(self) -> Iterator[Outcome]:
        """Wait for one chunk, looking now and then whether anybody is still there."""
        try:
            future = self.landed.get(timeout=LOOK_S)
        except queue.Empty:
            self._look()
            return
        try:
            error = future.exception(timeout=FETCH_S)
            part = future.result(timeout=FETCH_S) if error is None else b""
        except TimeoutError:  # the part went with its worker: Dask makes it again
            self.landed.put(future)
            self._look()
            return
        self.empty_looks = 0
        chunk = self.flying.pop(future)
        if error is None:
            _check_writer(part)
            yield Outcome(chunk, part)
        else:
            yield from self._judge(chunk, error)

    def _judge(self, chunk: int, error: Any) -> Iterator[Outcome]:
        from distributed import KilledWorker

        if not isinstance(error, KilledWorker):
            yield Outcome(chunk, None, error_text(error))
        elif self.alone:
            yield Outcome(chunk, None, DIED)
        else:
            self.suspects.append(chunk)

    def _look(self) -> None:
        if self.client.status != "running":
            raise OSError("it closed the connection")
        self.empty_looks = 0 if self.client.nthreads() else self.empty_looks + 1
        if self.empty_looks >= PATIENCE:
            raise SweepError(f"the Dask cluster has had no worker for {PATIENCE * LOOK_S:.0f} s")


def _solve(job: Job, chunk: int) -> bytes:
    """On a worker: the bytes of a part."""
    return part_bytes(job.run(chunk))


def _find_dask() -> None:
    try:
        import distributed  # noqa: F401  # only to see that it is there
    except ImportError as error:
        raise SweepError("a scheduler needs Dask; pip install 'cablenet[scale]'") from error


def _connect(scheduler: str, tls: Tls | None) -> Client:
    from distributed import Client
    from distributed.security import Security

    security = None if tls is None else Security(
        tls_ca_file=str(tls.ca), tls_client_cert=str(tls.cert), tls_client_key=str(tls.key),
        require_encryption=True)
    try:
        return Client(scheduler, timeout=CONNECT_S, security=security, set_as_default=False)
    except OSError as error:  # also its TimeoutError and SSLError
        raise SweepError(f"no Dask scheduler answers at {scheduler} ({_root(error)}); start one, "
                         "or mend the address or the certificates") from error


def _root(error: BaseException) -> str:
    """What an error goes back to, in words; Dask wraps each in a longer one."""
    while error.__cause__ is not None:
        error = error.__cause__
    return error_text(error)[:200]


def _load_job(client: Client, job: Job, scheduler: str) -> Future:
    """The job as one value of the cluster: made once on a worker, fetched by the others.

    It is made by a task, not scattered: Dask can make it again when the worker that has it dies.
    """
    try:
        client.wait_for_workers(1, timeout=CONNECT_S)
    except TimeoutError as error:
        raise SweepError(f"the Dask scheduler {scheduler} has no workers; start some") from error
    future = client.submit(pickle.loads, pickle.dumps(job), pure=False)
    refused = future.exception(timeout=PATIENCE * LOOK_S)
    if refused is not None:
        raise SweepError(f"the Dask workers cannot load the job: {error_text(refused)}; install "
                         "the same cablenet there")
    return future


def _check_writer(part: bytes) -> None:
    if written_by(part) != writer_here():
        raise SweepError(f"a Dask worker writes with {written_by(part)}, this machine with "
                         f"{writer_here()}, so the bytes would differ; install the same pyarrow")


@contextlib.contextmanager
def _quiet_logs() -> Iterator[None]:
    """What Dask logs while a connection breaks is told by our one message."""
    loggers = [logging.getLogger(name) for name in sorted(logging.root.manager.loggerDict)
               if name.split(".")[0] in ("distributed", "tornado", "asyncio")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
