"""Run a job to its end, however often it is interrupted: the same bytes come out.

    out/manifest.jsonl            what is done, see `manifest`
    out/parts/part-000017.parquet the rows a chunk kept; its tally is in the footer
    out/aggregate/NAME.parquet    merged from all tallies, when the last chunk is in

One process writes: the pools hand back bytes, whatever machine they come from. A part is whole on
disk before its line is, so a killed run loses the chunks in flight and nothing else.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cablenet.errors import InputError, SweepError, UnknownNameError
from cablenet.sweeps import manifest
from cablenet.sweeps.dask_pool import Tls, check_address, solve_on_dask
from cablenet.sweeps.job import Job, Outcome, Progress, Tally
from cablenet.sweeps.local_pool import solve_here, solve_in_processes
from cablenet.sweeps.manifest import ChunkLine
from cablenet.sweeps.part_file import read_tally
from cablenet.sweeps.result_folder import ResultFolder

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class SweepRun:
    """A finished sweep as it lies on disk; solved + failed = scenarios."""

    out: Path
    fingerprint: str
    digest: str  # over every result file; the same however the sweep came to its end
    scenarios: int
    solved: int
    failed: int
    chunks: tuple[ChunkLine, ...]
    recipe: Mapping[str, Any]  # what was asked; `sweep_again` asks it of another network

    def __repr__(self) -> str:
        failed = f", {self.failed:,} failed" if self.failed else ""
        return (f"<SweepRun '{self.out}': {self.recipe.get('source', 'sweep')}, {self.solved:,} of "
                f"{self.scenarios:,} scored{failed}>")

    def table(self, name: str) -> pd.DataFrame:
        """One merged table, such as `worst`, `orders`, `countries`, `years`.

        Raises
        ------
        UnknownNameError
            a table this sweep does not hold
        """
        import pandas as pd

        held = sorted(path.stem for path in (self.out / "aggregate").glob("*.parquet"))
        if name not in held:
            raise UnknownNameError("table of this sweep", name, held)
        return pd.read_parquet(self.aggregate(name))

    def rows(self) -> pd.DataFrame:
        """Every row kept, all parts together: the scenarios that harm anyone."""
        import pandas as pd

        return pd.concat([pd.read_parquet(part) for part in self.parts], ignore_index=True)

    @property
    def failures(self) -> tuple[ChunkLine, ...]:
        """The chunks that failed on every try, each with its error."""
        return tuple(line for line in self.chunks if line.status == "failed")

    @property
    def parts(self) -> tuple[Path, ...]:
        """The Parquet files of the solved chunks, in order."""
        return tuple(self.out / line.file for line in self.chunks if line.file)

    def aggregate(self, name: str) -> Path:
        """The Parquet file of one merged table."""
        return self.out / "aggregate" / f"{name}.parquet"


def run_sweep(job: Job, out: Path | str, *, workers: int | None = None, resume: bool = False,
              scheduler: str | None = None, tls: Tls | None = None,
              progress: Callable[[Progress], None] | None = None, tries: int = 3) -> SweepRun:
    """Solve every chunk of a job and merge the tallies.

    Parameters
    ----------
    out
        the folder of the results
    workers
        processes on this machine, by default one for every core this process may use; 0 solves
        in this process
    resume
        go on with what `out` holds: good parts are kept, missing, damaged and failed chunks are
        done again. Without it `out` must be new or empty
    scheduler, tls
        a Dask scheduler, tcp://host:port or tls://host:port, in place of local processes
    progress
        told at the start and after every chunk
    tries
        how often a chunk may raise or kill its worker until it is listed as failed

    Raises
    ------
    InputError
        when `out` holds something else, or a number or address cannot be meant
    MismatchError
        when `out` is the sweep of another job
    SweepError
        when the sweep must stop: full disk, no scheduler; all that is done is kept
    KeyboardInterrupt
        on Ctrl-C, with the same kept and the cure in its words
    """
    _check_arguments(job, workers, scheduler, tls, tries)
    folder = ResultFolder(job, Path(out))
    with (folder.held(resume),
          contextlib.closing(outcomes_of(job, folder.todo, workers=workers, scheduler=scheduler,
                                         tls=tls, tries=tries)) as outcomes):
        if progress:
            progress(folder.progress())
        for outcome in outcomes:
            folder.keep(outcome)
            if progress:
                progress(folder.progress())
        folder.finish()
    return open_sweep(out)


def open_sweep(out: Path | str) -> SweepRun:
    """A finished sweep from its folder.

    Raises
    ------
    InputError
        when there is none, or it has not come to its end
    """
    out = Path(out)
    if not (out / manifest.NAME).is_file():
        raise InputError(f"{out}: holds no sweep ({manifest.NAME} is missing)")
    read = manifest.read_manifest(out / manifest.NAME)
    if read.end is None:
        raise InputError(f"{out}: this sweep has not come to its end; go on with --resume")
    lines = tuple(read.chunks[chunk] for chunk in sorted(read.chunks))
    return SweepRun(out, read.header["fingerprint"], read.end["digest"],
                    read.header["scenarios"], read.end["solved"], read.end["failed"], lines,
                    read.header["job"])


def tallies_of(job: Job, *, workers: int | None = None, scheduler: str | None = None,
               tls: Tls | None = None, progress: Callable[[Progress], None] | None = None,
               tries: int = 3) -> list[Tally]:
    """The tallies of all chunks in order, kept in memory: for jobs of minutes, not of hours.

    Parameters and errors as of `run_sweep`, without a folder.

    Raises
    ------
    SweepError
        a chunk failed on every try
    """
    _check_arguments(job, workers, scheduler, tls, tries)
    found: dict[int, Tally] = {}
    total = sum(job.size(chunk) for chunk in range(job.chunks))
    with contextlib.closing(outcomes_of(job, range(job.chunks), workers=workers,
                                        scheduler=scheduler, tls=tls, tries=tries)) as outcomes:
        for outcome in outcomes:
            if outcome.part is None:
                raise SweepError(f"chunk {outcome.chunk} failed: {outcome.error}")
            found[outcome.chunk] = read_tally(outcome.part)
            if progress:
                progress(Progress(sum(map(job.size, found)), 0, total, 0))
    return [found[chunk] for chunk in range(job.chunks)]


def outcomes_of(job: Job, chunks: Sequence[int], *, workers: int | None, scheduler: str | None,
                tls: Tls | None, tries: int) -> Generator[Outcome, None, None]:
    """Outcomes of these chunks, from the pool that was asked for."""
    if scheduler is not None:
        yield from solve_on_dask(job, chunks, scheduler, tls, tries)
    elif workers == 0:
        yield from solve_here(job, chunks, tries)
    else:
        count = workers if workers is not None else _cores()
        yield from solve_in_processes(job, chunks, count, tries)


def _cores() -> int:
    """Those this process may use."""
    if hasattr(os, "sched_getaffinity"):  # neither on macOS nor on Windows
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _check_arguments(job: Job, workers: int | None, scheduler: str | None, tls: Tls | None,
                     tries: int) -> None:
    if job.chunks < 1:
        raise InputError("the sweep has no scenarios; widen what may fail")
    if tries < 1:
        raise InputError(f"tries {tries}: a chunk needs at least one")
    if workers is not None and workers < 0:
        raise InputError(f"workers {workers}: write 0 for this process, or how many to start")
    if scheduler is not None:
        check_address(scheduler, tls)
    elif tls is not None:
        raise InputError("TLS files without a scheduler; name one: tls://host:port")
