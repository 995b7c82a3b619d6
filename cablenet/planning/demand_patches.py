"""`Patches`: what patches of known flows show of failures with nothing built.

The first flow is today's optimum. A flow that serves all after one failure is a witness for others:
where a patch of it serves all, nothing is lost. So one answer about Egypt's crossing settles the
stations on both sides of it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from cablenet.planning.demand_case import SMALL_TBPS, DemandCase
from cablenet.traffic.optimum import FlowSolver
from cablenet.traffic.patch import Patcher
from cablenet.traffic.problem import FlowProblem, without

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Harm:
    """What a failure takes of what is served today: (C,) `cut_tbps` that has no way left, and at
    most `stuck_tbps` more."""

    cut_tbps: Floats
    stuck_tbps: float

    @property
    def settled(self) -> bool:
        """Whether nothing is lost but what is cut off."""
        return self.stuck_tbps <= SMALL_TBPS


class Patches:
    """Patches of flows that carry (D,) `amount_tbps`, over the arcs that stand today."""

    def __init__(self, case: DemandCase, amount_tbps: Floats) -> None:
        whole = case.problem
        kept, self._old = np.flatnonzero(amount_tbps > 0), np.flatnonzero(case.option < 0)
        old = self._old
        self._problem: FlowProblem = replace(
            whole, source=whole.source[kept], target=whole.target[kept],
            tbps=amount_tbps[kept, None], refusal=whole.refusal[kept], tail=whole.tail[old],
            head=whole.head[old], room_tbps=whole.room_tbps[old], delay_ms=whole.delay_ms[old],
            refused=whole.refused[:, old])
        intact = FlowSolver(self._problem).intact
        plain = Patcher.fits(intact) and not case.case.rules.restore
        self._patcher = Patcher(intact) if plain else None
        self._link, self._country = case.case.link[old], case.country[kept]
        self._kept, self._countries = kept, case.countries
        self._witness: dict[int, list[Patcher]] = defaultdict(list)

    def harm(self, failed: Flags, served_tbps: Floats) -> Harm | None:
        """What the loss of links (L,) takes of (D,) `served_tbps`; None where it is nothing."""
        lost = self._lost(failed)
        if not lost.any():
            return None
        if self._patcher is None:
            return Harm(np.zeros(self._countries), float(served_tbps.sum()))
        patch = self._patcher.patch(without(self._problem, lost))
        cut = np.asarray(np.bincount(self._country, np.where(
            patch.cut, served_tbps[self._kept], 0.0), minlength=self._countries), np.float64)
        harm = Harm(cut, min(patch.most_tbps, float(served_tbps.sum())))
        return None if harm.settled and cut.sum() <= SMALL_TBPS else harm

    def harmless(self, failed: Flags, lane: int) -> bool:
        """Whether a patch of a witness of this lane serves all."""
        outage = without(self._problem, self._lost(failed))
        return any(one.serves(outage) for one in self._witness[lane])

    def learn(self, flow_tbps: sparse.csr_array, lane: int) -> None:
        """Keep a flow (R, A) that serves all as a witness of a lane."""
        if self._patcher is not None:
            self._witness[lane].append(self._patcher.along(flow_tbps.toarray()[:, self._old]))

    def _lost(self, failed: Flags) -> Flags:
        """(A',) arcs that stand today and are lost."""
        return np.asarray((self._link >= 0) & failed[self._link], bool)
