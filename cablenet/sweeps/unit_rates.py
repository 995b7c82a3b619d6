"""How often units fail, alone and together, from a fault model: the base of return periods.

A unit counts as down while any of its links is out: exact for a segment, and for a cable the most
cautious reading, since one cut rarely takes the whole of it. Stations, places and groups have no
rate of their own, and no return period is told for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from cablenet.hazards.model import FaultModel
from cablenet.scenarios.units import Units

Floats = NDArray[np.float64]
HOURS_A_YEAR = 8766.0
WITH_RATE = ("cable", "segment")
"""Kinds of unit whose loss a fault at sea explains."""


@dataclass(frozen=True, eq=False)
class UnitRates:
    """Rates of U units.

    Attributes
    ----------
    per_year
        (U,) faults a year that take the unit down, alone or in events; NaN: unknown
    down
        (U,) share of the time it is down: 1 - exp(-rate x mean repair time)
    hit
        (U, E) how likely each event of the model takes it down
    event_per_year
        (E,) how often each event comes
    """

    per_year: Floats
    down: Floats
    hit: sp.csr_array
    event_per_year: Floats

    @staticmethod
    def unknown(units: int) -> UnitRates:
        """Of units nothing is known of."""
        nothing = np.full(units, np.nan)
        return UnitRates(nothing, nothing, sp.csr_array((units, 0)), np.empty(0))

    def together(self, units: Sequence[int]) -> float:
        """How often a year all of these units come to be down at once.

        Each may complete the set while the others are down: the sum over units of rate x share of
        time up x the product of the others' shares of time down, as if they failed independently;
        plus, for two and more, the events that hit all of them at once. An event that hits some
        of three while the others are under repair counts only through their rates.
        """
        some = list(units)
        down, rate = self.down[some], self.per_year[some]
        others = [np.prod(np.delete(down, i)) for i in range(len(some))]
        alone = float(np.sum(rate * (1.0 - down) * np.array(others)))
        if len(some) == 1 or np.isnan(alone):
            return alone
        hits = np.prod(self.hit[some].toarray(), axis=0)
        return alone + float(hits @ self.event_per_year)


def unit_rates(units: Units, model: FaultModel) -> UnitRates:
    """Rates of units under a fault model made for the same network."""
    events, links = model.events, model.links
    owner = units.owner
    of = sp.csr_array((np.ones(len(owner)), (owner, units.links)), shape=(len(units), links))
    rate: Floats = np.asarray(of @ model.faults_per_year, float)
    rate = np.where(np.isin(units.kinds.astype(str), WITH_RATE), rate, np.nan)
    spared = sp.csr_array((np.log1p(-np.minimum(events.probability, 1 - 1e-12)),
                           (events.link, events.owner)), shape=(links, len(events)))
    hit = sp.csr_array(of @ spared)
    hit.data = -np.expm1(hit.data)
    return UnitRates(rate, -np.expm1(-rate * model.durations.mean_h / HOURS_A_YEAR), hit,
                     np.asarray(events.rate_per_year, float))
