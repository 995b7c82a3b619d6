"""What a bench measures: a case with both times, and the stopwatch."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

Progress = Callable[[str, int, int], None]
Result = TypeVar("Result")


@dataclass(frozen=True)
class Case:
    """One job done by us and by peers on the same input; `n` is how many units it holds.

    `told` holds figures of each solver where answers differ in worth, such as objective and bound.
    """

    case: str
    n: int
    ours_s: float
    peers: dict[str, float] = field(default_factory=dict)
    equal: bool = True
    told: dict[str, dict[str, float | None]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As `bench --json` prints it."""
        fastest = min(self.peers.values(), default=None)
        ratio = None if fastest is None or self.ours_s <= 0 else round(fastest / self.ours_s, 2)
        return {"case": self.case, "n": self.n, "ours_s": round(self.ours_s, 4),
                "peers": {name: round(seconds, 4) for name, seconds in self.peers.items()},
                "equal": self.equal, "ratio_to_fastest_peer": ratio,
                **({"told": self.told} if self.told else {})}


def timed(work: Callable[[], Result]) -> tuple[float, Result]:
    """Seconds of wall clock and the result."""
    begun = time.perf_counter()
    result = work()
    return time.perf_counter() - begun, result
