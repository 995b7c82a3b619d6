"""Unserved demand of states in a row, few of them scored: what lies between two equals is equal.

Of a run of states, take the links lost in all of them and the links lost in any. Every state loses
at least the first and at most the second. More loss never improves the optimum (served demand by
class in priority order, compared lexicographically). So where both leave each demand as much
unserved, no state between is better or worse, and its fair split is theirs: that of the smaller
loss is still possible in the state, and is the fairest there since it is the fairest of more. Where
the two differ, the run is halved. Each distinct loss is scored once; the larger loss of a run,
which no state may have suffered, only as far as patches settle it. (Without refusals a demand that
is served in part has its classes served in order, so its total tells them all.)
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cablenet.sweeps.unserved import UnservedMeasure
from cablenet.traffic.patch import Patcher

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
RUN = 32
"""States of the first runs: about two months of the atlas."""
SAME_TBPS = 1e-6
"""Amounts that differ by less are the same."""


@dataclass(eq=False)
class StateScorer:
    """Scores states of one network and remembers the losses that it has scored."""

    measure: UnservedMeasure
    programs: int = 0
    _known: dict[bytes, Floats | None] = field(default_factory=dict)
    _solved: list[tuple[Flags, Patcher]] = field(default_factory=list)

    @property
    def scored(self) -> int:
        """Distinct losses looked at so far; `programs` of them took linear programs."""
        return len(self._known)

    def unserved(self, lost: Flags) -> Floats:
        """(S, C) newly unserved Tbps by country of states (S, L) that follow one another."""
        out = np.zeros((len(lost), len(self.measure.case.net.country_id)))
        for start in range(0, len(lost), RUN):
            self._fill(lost, start, min(start + RUN, len(lost)), out)
        return out - self.measure.by_country(
            self.measure.intact.unserved_tbps.sum(axis=1).round(9))

    def _fill(self, lost: Flags, start: int, stop: int, out: Floats) -> None:
        run = lost[start:stop]
        less = self._left(np.all(run, axis=0), may_solve=True)
        more = self._left(np.any(run, axis=0), may_solve=stop - start == 1)
        if less is not None and more is not None and (
                np.abs(less - more).max(initial=0.0) <= SAME_TBPS):
            out[start:stop] = self.measure.by_country(less)
            return
        middle = (start + stop) // 2
        self._fill(lost, start, middle, out)
        self._fill(lost, middle, stop, out)

    def _left(self, lost: Flags, may_solve: bool) -> Floats | None:
        """(D,) unserved; None where only a program would tell and none may be solved."""
        key = np.packbits(lost).tobytes()
        if self._known.get(key) is None and (may_solve or key not in self._known):
            within = [patcher for other, patcher in reversed(self._solved)
                      if not (other & ~lost).any()]
            self._known[key] = left = self.measure.left_by_patch(lost, within)
            if left is None and may_solve:
                answer = self.measure.optimum(lost)
                self.programs += 1
                self._solved.append((lost, Patcher(answer)))
                self._known[key] = answer.unserved_tbps.sum(axis=1).round(9)
        return self._known[key]
