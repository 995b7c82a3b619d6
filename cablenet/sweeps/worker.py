"""The other end of the local pool: a process that answers chunk numbers with the bytes of parts.

It imports nothing heavy before the job asks for it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from multiprocessing import connection, parent_process
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cablenet.sweeps.job import Job, Outcome

Pipe = Any
"""multiprocessing.connection.Connection, which is another class on every system."""


def serve(pipe: Pipe, packed_job: bytes) -> None:
    """Answer until the pipe closes: first with "ready" or "refused", then once for every chunk."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the sweep's affair
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    from cablenet.sweeps.job import error_text

    try:
        import pickle

        job = pickle.loads(packed_job)  # noqa: S301  # our own parent sent it
    except Exception as error:
        pipe.send(("refused", error_text(error)))
        return
    with contextlib.suppress(EOFError, BrokenPipeError):  # the sweep has ended
        pipe.send(("ready", ""))
        while True:
            pipe.send(solve_chunk(job, pipe.recv()))


def solve_chunk(job: Job, chunk: int) -> Outcome:
    """Run one chunk; an error becomes words, never a lost chunk."""
    from cablenet.sweeps.job import Outcome, error_text
    from cablenet.sweeps.part_file import part_bytes

    try:
        return Outcome(chunk, part_bytes(job.run(chunk)))
    except Exception as error:  # told to the sweep, which tries again and then lists it
        return Outcome(chunk, None, error_text(error))


def _leave_with_parent() -> None:
    """End at once when the parent is killed, so that no orphan computes beside a resumed run."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
