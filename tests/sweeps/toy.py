"""A toy sweep: squares of whole numbers, with chunks that can be made to raise, kill or wait."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from cablenet.sweeps.job import Part, Tally


@dataclass(frozen=True)
class Squares:
    """Numbers 0 .. 100 * chunks - 1, a hundred a chunk; those whose square ends in 1 are kept.

    `raises`, `kills`: chunks that do so every time. `raises_once`, `kills_once`: the first time
    only, by a mark left in the folder `marks`. `seconds`: how long a chunk takes.
    """

    chunks: int = 12
    seconds: float = 0.0
    raises: tuple[int, ...] = ()
    kills: tuple[int, ...] = ()
    raises_once: tuple[int, ...] = ()
    kills_once: tuple[int, ...] = ()
    marks: str = ""
    name: str = "toy"

    @property
    def describe(self) -> Mapping[str, Any]:
        return {"network": self.name, "recipe": "squares", "chunk": 100}

    @property
    def fingerprint(self) -> str:
        told = {"chunks": self.chunks, "name": self.name}
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()

    def size(self, chunk: int) -> int:
        return 100

    def run(self, chunk: int) -> Part:
        if self.seconds:
            time.sleep(self.seconds)
        if chunk in self.raises or (chunk in self.raises_once and self._first(chunk)):
            raise ValueError(f"chunk {chunk} is poisoned")
        if chunk in self.kills or (chunk in self.kills_once and self._first(chunk)):
            os.kill(os.getpid(), signal.SIGKILL)
        numbers = np.arange(100 * chunk, 100 * chunk + 100)
        squares = numbers ** 2
        kept = squares % 10 == 1
        return Part(pa.table({"number": numbers[kept], "square": squares[kept]}),
                    {"sum": np.array([squares.sum()]), "last": squares[-3:]})

    def merge(self, tallies: Iterable[Tally]) -> Mapping[str, pa.Table]:
        total, last = 0, np.zeros(0, np.int64)
        for tally in tallies:
            total += int(tally["sum"][0])
            last = np.concatenate([last, tally["last"]])
        return {"total": pa.table({"sum": [total]}), "last": pa.table({"square": last})}

    def _first(self, chunk: int) -> bool:
        try:
            (Path(self.marks) / str(chunk)).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True


def main() -> None:
    """Run the job in the first argument (JSON) with the keywords in the second."""
    import sys

    from cablenet.errors import CablenetError
    from cablenet.sweeps.runner import run_sweep

    words = json.loads(sys.argv[1])
    job = Squares(**{k: tuple(v) if isinstance(v, list) else v for k, v in words.items()})
    try:
        print(run_sweep(job, **json.loads(sys.argv[2])).digest)
    except CablenetError as error:
        print(f"cablenet: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt as error:
        print(f"cablenet: {error}", file=sys.stderr)
        sys.exit(130)


def to_json(job: Squares) -> str:
    """For the first argument of `main`."""
    return json.dumps(asdict(job))


if __name__ == "__main__":
    from toy import main as importable  # its Squares can be loaded by Dask's workers too

    importable()
