"""What is asked of failures, and what is answered."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cablenet.planning.demand_master import Built
from cablenet.planning.demand_oracle import Cut, Oracle
from cablenet.planning.demand_patches import Patches

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Key = tuple[int, int]
"""A question and a failure."""


@dataclass(eq=False)
class Question:
    """One promise over some failures, or the loss over them.

    Attributes
    ----------
    name
        in words
    oracle
        knows the demand that counts
    need
        (C,) Tbps of each country
    failed
        (L,) links lost by failure, of those failures alone that harm today
    weight
        of each failure, for loss; None for a promise
    excused
        countries that a failure may take all the same, since nothing saves them
    today
        Tbps that a failure loses at most with nothing built, where that is known before it is asked
    patches
        tell of some failures that they lose nothing, for loss
    """

    name: str
    oracle: Oracle
    need: Floats
    failed: dict[int, Flags]
    weight: dict[int, float] | None = None
    excused: dict[int, set[int]] = field(default_factory=dict)
    today: dict[int, float] = field(default_factory=dict)
    patches: Patches | None = None

    def need_in(self, row: int) -> Floats:
        """(C,) what is asked in one failure."""
        out = self.need.copy()
        out[list(self.excused.get(row, ()))] = 0.0
        return out


@dataclass(frozen=True)
class Answer:
    """A plan's shortfall in one failure lies from `low` to `high` Tbps."""

    built: Built
    low: float
    high: float
    cuts: tuple[Cut, ...] = ()
    used: Built | None = None
    """Those built that the flow of an exact answer runs over: they alone do as much."""
