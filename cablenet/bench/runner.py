"""Run a named bench and say on which machine; each case holds both times and whether they agree."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from cablenet.errors import UnknownNameError

Progress = Callable[[str, int, int], None]
Result = TypeVar("Result")


@dataclass(frozen=True)
class Case:
    """One job done by us and by peers on the same input; `n` is how many units it holds."""

    case: str
    n: int
    ours_s: float
    peers: dict[str, float] = field(default_factory=dict)
    equal: bool = True

    def to_json(self) -> dict[str, Any]:
        """As `bench --json` prints it."""
        fastest = min(self.peers.values(), default=None)
        ratio = None if fastest is None or self.ours_s <= 0 else round(fastest / self.ours_s, 2)
        return {"case": self.case, "n": self.n, "ours_s": round(self.ours_s, 4),
                "peers": {name: round(seconds, 4) for name, seconds in self.peers.items()},
                "equal": self.equal, "ratio_to_fastest_peer": ratio}


def timed(work: Callable[[], Result]) -> tuple[float, Result]:
    """Seconds of wall clock and the result."""
    begun = time.perf_counter()
    result = work()
    return time.perf_counter() - begun, result


def run_bench(name: str, *, data: Path | None = None,
              progress: Progress | None = None) -> dict[str, Any]:
    """Run one bench by name.

    Returns
    -------
    `{"name", "machine", "cases": [{"case", "n", "ours_s", "peers", "equal",
    "ratio_to_fastest_peer"}]}`, seconds per whole case
    """
    from cablenet.bench.build_bench import build_cases

    benches = {"build": build_cases}
    if name not in benches:
        raise UnknownNameError("bench", name, benches)
    cases = benches[name](data, progress or (lambda *_: None))
    machine = (f"{os.cpu_count()} cores, {platform.machine()}, "
               f"Python {platform.python_version()}, {platform.system()}")
    return {"name": name, "machine": machine, "cases": [case.to_json() for case in cases]}
