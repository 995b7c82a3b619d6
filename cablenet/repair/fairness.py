"""`Fairness`: no party's lost demand waits much longer to be served again than another's.

The mean wait of a party p within the horizon H is

    W(p) = 1 / u(p, 0) x integral from 0 to H of u(p, t) dt

where u(p, t) is the demand of its countries newly unserved at hour t by the flow optimum. A plan is
fair when W(p) <= `most` x W(q) for all parties p and q that lose anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cablenet.errors import InputError
from cablenet.repair.coupled import states
from cablenet.repair.durations import HOURS_PER_DAY
from cablenet.repair.network_value import LEAST_TBPS, NetworkValue

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Fairness:
    """Parties (a name and its countries) and the `most` that one's mean wait may be of another's.

    Raises
    ------
    InputError
        fewer than two parties, one without a country, a country in two; `most` below 1
    """

    parties: Mapping[str, Sequence[str]]
    most: float

    def __post_init__(self) -> None:
        if not self.most >= 1.0:
            raise InputError(f"fairness: most is {self.most}; give 1 (all wait alike) or more")
        if len(self.parties) < 2 or not all(self.parties.values()):
            raise InputError("fairness asks for two or more parties with a country each: "
                             "Fairness({'India': ['IN'], 'Japan': ['JP']}, 1.5)")
        every = [code for codes in self.parties.values() for code in codes]
        twice = sorted({code for code in every if every.count(code) > 1})
        if twice:
            raise InputError(f"fairness: {', '.join(twice)} is named twice; a country belongs to "
                             "one party")


@dataclass(eq=False)
class PartyWaits:
    """Mean waits of the parties of a rule under a plan; `mended` gives unserved demand, (C,)."""

    value: NetworkValue
    rule: Fairness
    horizon_h: int
    mended: Callable[[frozenset[int]], Iterable[int]]
    aside: Mapping[int, int]
    _known: dict[frozenset[int], Floats] = field(default_factory=dict)

    def unserved(self, mended: frozenset[int]) -> Floats:
        """(P,) Tbps of each party newly unserved."""
        if mended not in self._known:
            by_country = self.value.unserved_by_country(self.mended(mended))
            index = self.value.net.country_index
            self._known[mended] = np.array([
                by_country[[index(code) for code in codes]].sum()
                for codes in self.rule.parties.values()])
        return self._known[mended]

    def table(self, done: Mapping[int, int]) -> pd.DataFrame:
        """One row per party: what it loses at first, its Tbps-days within the horizon, its mean
        wait in days (NaN where it loses nothing)."""
        first, total = np.zeros(len(self.rule.parties)), np.zeros(len(self.rule.parties))
        for start, end, mended in states(done, self.aside, self.horizon_h):
            here = self.unserved(mended)
            total += (end - start) * here / HOURS_PER_DAY
            first = here if start == 0 else first
        hurt = first > LEAST_TBPS
        wait = np.divide(total, first, out=np.full(len(first), np.nan), where=hurt)
        return pd.DataFrame({"party": list(self.rule.parties), "lost_tbps": first,
                             "tbps_days": total, "mean_wait_days": wait})

    def ratio(self, done: Mapping[int, int]) -> float:
        """The longest mean wait over the shortest; 1 where fewer than two parties lose anything."""
        waits = self.table(done)["mean_wait_days"].dropna()
        return float(waits.max() / waits.min()) if len(waits) > 1 else 1.0

    def excess(self, done: Mapping[int, int]) -> float:
        """How far the ratio lies above the most allowed."""
        return max(0.0, self.ratio(done) - self.rule.most)
