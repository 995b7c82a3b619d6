"""Every error the library raises, each also a builtin so that callers may catch what they know.

CablenetError
|- InputError (ValueError)            bad input from outside: carries a list of `Problem`
|  |- LayersError                     a map breaks its schema
|  `- ReadError                       a file cannot be read as what it claims to be
|- UnknownNameError (LookupError)     a name that is in no table; lists the known ones
|- MismatchError (ValueError)         values of different networks were mixed
|- NothingHitError (ValueError)       a cut or an area that hits nothing
|- MissingCapacityError (ValueError)  a flow score on a map without capacities
|- SweepError (RuntimeError)          a sweep had to stop; what is done is kept
`- PlanError (RuntimeError)
   |- InfeasibleError                 no plan can exist, proved; names the conflict
   `- NoPlanFoundError                time ran out first; carries the best bound
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Problem:
    """One finding about one place of an input: where it is, what is wrong and how to mend it."""

    layer: str
    row: str
    column: str
    message: str
    cure: str
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        row = f" '{self.row}'" if self.row else ""
        column = f" {self.column}" if self.column else ""
        cure = f"; {self.cure}" if self.cure else ""
        where = f"{row}{column}:" if row or column else ""
        return f"{self.layer}:{where} {self.message}{cure}"


class CablenetError(Exception):
    """The root of all errors that cablenet raises on purpose."""


class InputError(CablenetError, ValueError):
    """Bad input; `problems` holds every finding, the message the first dozen."""

    def __init__(self, problems: Sequence[Problem] | str) -> None:
        self.problems: tuple[Problem, ...] = () if isinstance(problems, str) else tuple(problems)
        super().__init__(problems if isinstance(problems, str) else _summary(self.problems))


class LayersError(InputError):
    """A map that breaks its schema."""


class ReadError(InputError):
    """A file that is not what it claims to be, or cannot be read safely."""


class UnknownNameError(CablenetError, LookupError):
    """A name that no table knows; the message lists what is known, nearest first."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        known = sorted(known)
        near = difflib.get_close_matches(name, known, n=5, cutoff=0.5)
        shown = near or known[:12]
        more = "" if len(known) <= len(shown) else f" ({len(known)} in all)"
        listing = ", ".join(shown) + more if shown else "none"
        super().__init__(f"no {kind} '{name}'; {'nearest' if near else 'known'}: {listing}")


class MismatchError(CablenetError, ValueError):
    """Two values that belong to different networks."""


class NothingHitError(CablenetError, ValueError):
    """A cut, disk or area that touches no asset in service: an answer would be a silent no-op."""


class MissingCapacityError(CablenetError, ValueError):
    """A flow score was asked of a map whose capacities are null and no capacity rule was named."""


class SweepError(CablenetError, RuntimeError):
    """A sweep could not begin or had to stop; its finished chunks are kept for a resumed run."""


class PlanError(CablenetError, RuntimeError):
    """No plan came back."""


class InfeasibleError(PlanError):
    """Proved: no plan can keep the promise. `conflict` names what stands in the way."""

    def __init__(self, message: str, conflict: Sequence[str] = ()) -> None:
        self.conflict = tuple(conflict)
        super().__init__(message)


class NoPlanFoundError(PlanError):
    """The limit was reached before any plan was found; `bound` is the best proven bound."""

    def __init__(self, message: str, bound: float | None = None) -> None:
        self.bound = bound
        super().__init__(message)


def _summary(problems: Sequence[Problem], shown: int = 12) -> str:
    lines = [str(problem) for problem in problems[:shown]]
    if len(problems) > shown:
        lines.append(f"... and {len(problems) - shown} more")
    return "\n".join(lines)
