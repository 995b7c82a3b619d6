"""What a sweep is made of: a job of numbered chunks, and what comes back from each.

The border between the machinery (`runner`, `local_pool`, `dask_pool`) and the work. A job is light,
picklable and made of arrays; the machinery sends it once to every worker, asks for each chunk by
its number, in any order and perhaps more than once, and keeps the parts. A job is a value:

* `run(chunk)` depends on nothing but the job and the number: no clock, no order, no worker;
* `rows` has the same schema in all chunks, also when it is empty;
* `merge` gets the tallies in chunk order, one at a time, and returns small tables by name; each is
  written to `aggregate/<name>.parquet`. Chunks that failed are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

METHOD = 2
"""Goes up whenever a fix changes what sweeps find: parts of an older one are not resumed."""

Tally: TypeAlias = "Mapping[str, np.ndarray]"
"""Small arrays by name: counts, sums, the rows of a top list; no Python objects in them."""


@dataclass(frozen=True, eq=False)
class Part:
    """What one chunk gives: the rows worth keeping, and small arrays to merge."""

    rows: pa.Table
    tally: Tally


class Job(Protocol):
    """A sweep cut into chunks; see the head of this file for what it promises."""

    @property
    def fingerprint(self) -> str:
        """Hash of all that decides the answer: network, recipe, metrics, chunking."""

    @property
    def describe(self) -> Mapping[str, Any]:
        """The same for people and for doing it again, as plain JSON; kept in the manifest."""

    @property
    def chunks(self) -> int:
        """How many chunks there are."""

    def size(self, chunk: int) -> int:
        """Scenarios in a chunk."""

    def run(self, chunk: int) -> Part:
        """Score the scenarios of a chunk."""

    def merge(self, tallies: Iterable[Tally]) -> Mapping[str, pa.Table]:
        """The aggregate, from the tallies of the solved chunks in order."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a pool hands back for one chunk: the bytes of its part, or why there is none."""

    chunk: int
    part: bytes | None
    error: str = ""


@dataclass(frozen=True)
class Progress:
    """How far a sweep is, in scenarios; `resumed` of the done ones are from an earlier run.

    There is no clock in here: whoever shows it knows when it was told, and so the rate.
    """

    done: int
    failed: int
    total: int
    resumed: int


def error_text(error: BaseException) -> str:
    """An error as it is kept in a manifest: its kind and words, at most 1,000 characters."""
    return f"{type(error).__name__}: {error}"[:1000]


DIED = "its worker died each time (killed, out of memory or crashed)"
"""The error text of a chunk that took its workers with it, the same on every pool."""
