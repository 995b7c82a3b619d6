"""What a failure costs whatever is built, and cuts made sharper by it.

With everything built a failure still leaves `floor` short, so no cable does more for a cut than
what it asks beyond that floor: with a cable built that does, the floor itself keeps the cut.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cablenet.planning.demand_case import SMALL_TBPS
from cablenet.planning.demand_oracle import Cut

Floats = NDArray[np.float64]


def floors_of(cuts: Iterable[Cut], everything: frozenset[int]) -> tuple[Cut, ...]:
    """What the cuts of a failure say once everything is built: cuts without candidates."""
    left = (cut.beyond(everything) for cut in cuts)
    return tuple(cut for cut in left if cut.least > SMALL_TBPS)


def capped(cut: Cut, floors: Sequence[Cut]) -> Cut:
    """A cut whose candidates gain no more than what lies above the floors of its countries."""
    floor = together([(one, one.least) for one in floors
                      if set(one.countries) <= set(cut.countries)])
    most = max(cut.least - floor, 0.0)
    return replace(cut, gain=tuple(min(gain, most) for gain in cut.gain))


def least_short(cuts: Iterable[Cut], level: Floats) -> float:
    """What cuts of one failure say that a plan built to `level` (K,) falls short by, Tbps."""
    return together([(cut, cut.lower(level)) for cut in cuts])


def together(told: Sequence[tuple[Cut, float]]) -> float:
    """The sum of what cuts of different countries say, those that say most first."""
    taken: set[int] = set()
    out = 0.0
    for cut, value in sorted(told, key=lambda one: -one[1]):
        if value > 0 and not taken & set(cut.countries):
            taken |= set(cut.countries)
            out += value
    return out
