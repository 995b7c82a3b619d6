"""Chunks on the cores of this machine: one process per worker, one pipe to each.

Every worker has its own pipe and answers in order, so when one dies the chunk it was at is known:
that chunk alone is blamed, and what waited behind it goes back in the queue. A blamed chunk is
tried again when all others are done, by itself, lest one that eats the memory takes a neighbour
along.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import connection, forkserver, resource_tracker
from multiprocessing.process import BaseProcess
from typing import Any

from cablenet.errors import SweepError
from cablenet.sweeps.job import DIED, Job, Outcome
from cablenet.sweeps.worker import Pipe, serve, solve_chunk

IN_FLIGHT = 2
"""Chunks a worker holds: one at work, one waiting, so that it never idles while a part is kept."""

START_METHOD = ("forkserver" if "forkserver" in multiprocessing.get_all_start_methods()
                else "spawn")
"""Forked from a clean process of one thread where the system can, else started from nothing."""

STARTS = 3
"""Workers that may die one after another before they are ready."""

ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS",
              "VECLIB_MAXIMUM_THREADS")


def solve_here(job: Job, chunks: Iterable[int], tries: int) -> Iterator[Outcome]:
    """Solve in this process, one chunk after another; nothing to start, but a crash is yours."""
    for chunk in chunks:
        outcome = solve_chunk(job, chunk)
        for _ in range(tries - 1):
            if outcome.part is not None:
                break
            outcome = solve_chunk(job, chunk)
        yield outcome


def solve_in_processes(job: Job, chunks: Iterable[int], workers: int,
                       tries: int) -> Iterator[Outcome]:
    """Solve on `workers` processes; outcomes come as they are done, one for every chunk.

    Raises
    ------
    SweepError
        when the workers cannot start or cannot load the job
    """
    warm_up((type(job).__module__,))
    pool = _Pool(pickle.dumps(job), deque(chunks), tries)
    try:
        pool.start(min(workers, len(pool.todo)))
        while pool.busy():
            pool.hand_out()
            yield from pool.collect()
    finally:
        pool.end()


@dataclass(eq=False)
class _Worker:
    process: BaseProcess
    pipe: Pipe
    ready: bool = False
    given: deque[int] = field(default_factory=deque)  # in order; the first is at work


@dataclass(eq=False)
class _Pool:
    job: bytes
    todo: deque[int]
    tries: int
    suspects: deque[int] = field(default_factory=deque)  # killed a worker: tried alone, at the end
    tried: Counter[int] = field(default_factory=Counter)
    workers: list[_Worker] = field(default_factory=list)
    stillborn: int = 0

    def start(self, count: int) -> None:
        for _ in range(count):
            self.workers.append(_start_worker(self.job))

    def busy(self) -> bool:
        return bool(self.todo or self.suspects or any(w.given for w in self.workers))

    def hand_out(self) -> None:
        """Fill the workers evenly; when nothing else is left, give one suspect to one worker."""
        for depth in range(1, IN_FLIGHT + 1):
            for worker in self.workers:
                if self.todo and len(worker.given) < depth:
                    _send(worker, self.todo.popleft())
        if self.suspects and not any(worker.given for worker in self.workers):
            _send(self.workers[0], self.suspects.popleft())

    def collect(self) -> Iterator[Outcome]:
        """Wait for news; yield what is settled."""
        by_pipe = {worker.pipe: worker for worker in self.workers}
        for pipe in connection.wait(list(by_pipe)):
            worker = by_pipe[pipe]
            try:
                answer = worker.pipe.recv()
            except (EOFError, OSError):  # it died, perhaps in the middle of a word
                yield from self._bury(worker)
                continue
            if isinstance(answer, Outcome):
                yield from self._judge(worker, answer)
            elif answer[0] == "ready":
                worker.ready, self.stillborn = True, 0
            else:
                raise SweepError(f"the workers cannot load the job: {answer[1]}")

    def _judge(self, worker: _Worker, outcome: Outcome) -> Iterator[Outcome]:
        chunk = worker.given.popleft()
        self.tried[chunk] += 1
        if outcome.part is not None or self.tried[chunk] >= self.tries:
            yield outcome
        else:
            self.todo.append(chunk)

    def _bury(self, worker: _Worker) -> Iterator[Outcome]:
        """Replace a dead worker; blame the chunk it was at, give back those behind it."""
        worker.process.join()
        if not worker.ready:
            self.stillborn += 1
            if self.stillborn >= STARTS:
                raise SweepError(
                    f"no worker lives to its first chunk (exit code {worker.process.exitcode}); in "
                    "a script of your own the call belongs under `if __name__ == '__main__':`")
        elif worker.given:
            chunk = worker.given.popleft()
            self.tried[chunk] += 1
            if self.tried[chunk] >= self.tries:
                yield Outcome(chunk, None, DIED)
            else:
                self.suspects.append(chunk)
        self.todo.extendleft(reversed(worker.given))
        worker.pipe.close()
        self.workers[self.workers.index(worker)] = _start_worker(self.job)

    def end(self) -> None:
        """End the workers: the idle ones by closing their pipe, the busy ones at once."""
        for worker in self.workers:
            worker.pipe.close()
            if worker.given or not worker.ready:
                worker.process.kill()
        for worker in self.workers:
            worker.process.join(2.0)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()
            worker.process.close()


def _send(worker: _Worker, chunk: int) -> None:
    worker.given.append(chunk)
    try:
        worker.pipe.send(chunk)
    except OSError:  # it is dead; `collect` will find out and put this right
        return


def warm_up(modules: Sequence[str]) -> None:
    """Begin to load modules in the process that workers are forked from; returns at once.

    It is started once for this process and loads them once, however many workers come and go.
    Called early, it loads while this process has other things to do.
    """
    if START_METHOD == "forkserver":
        forkserver.set_forkserver_preload([*modules, "cablenet.sweeps.part_file"])
        with _single_threaded(), _deaf_to_interrupts():
            forkserver.ensure_running()


def _start_worker(job: bytes) -> _Worker:
    context: Any = multiprocessing.get_context(START_METHOD)  # typed without its Process
    ours, theirs = context.Pipe()
    process: BaseProcess = context.Process(target=serve, args=(theirs, job), daemon=True)
    with _single_threaded(), _deaf_to_interrupts():
        process.start()
    theirs.close()
    return _Worker(process, ours)


@contextmanager
def _single_threaded() -> Iterator[None]:
    """Numeric libraries read this when they load; the pool has all the parallelism there is."""
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """A worker inherits the mask: Ctrl-C reaches the sweep, which ends its workers itself."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # it would lift the mask when it starts
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
