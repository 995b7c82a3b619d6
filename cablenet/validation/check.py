"""One comparison of a figure of ours with a published or promised one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Status = Literal["pass", "miss", "skipped"]


@dataclass(frozen=True)
class Check:
    """What was compared. `theirs` is the published or promised figure, `detail` lists misses."""

    id: str
    ours: float | None
    theirs: float | None
    tolerance: str
    source: str
    status: Status
    detail: tuple[str, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """As `validate --json` prints it."""
        return {"id": self.id, "ours": self.ours, "theirs": self.theirs,
                "tolerance": self.tolerance, "source": self.source, "status": self.status,
                "detail": list(self.detail)}


def at_least(id: str, ours: float, theirs: float, source: str,
             detail: tuple[str, ...] = ()) -> Check:
    """Passes when ours is no smaller than the figure promised."""
    status: Status = "pass" if ours >= theirs else "miss"
    return Check(id, round(ours, 4), theirs, "at least", source, status, detail)


def between(id: str, ours: float, low: float, high: float, source: str) -> Check:
    """Passes when ours lies within a range; `theirs` is its middle."""
    status: Status = "pass" if low <= ours <= high else "miss"
    return Check(id, round(ours, 4), (low + high) / 2, f"{low:g} to {high:g}", source, status)


def skipped(id: str, source: str, reason: str) -> Check:
    """A comparison whose data is not here."""
    return Check(id, None, None, "", source, "skipped", (reason,))
