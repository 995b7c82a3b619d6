"""`capacity_loss` for sweeps: exact largest flows, most of them known from a few."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cablenet.metrics import capacity
from cablenet.metrics.largest_flow import LargestFlow
from cablenet.metrics.rows import Rows, dead_units, rows_of
from cablenet.metrics.values import Heading
from cablenet.network import Network
from cablenet.scenarios.units import Units
from cablenet.sweeps.measured import CountryTally, Measured, joined

Ints = NDArray[np.int64]
BATCH = 16_384


@dataclass(frozen=True, eq=False)
class CapacityMeasure:
    """Fall of each country's largest flow to the hubs abroad, for any failing units.

    The flows keep the bounds they find while a sweep runs. They only ever save work: every value
    is exact, so chunks give the same bytes in any order.
    """

    rows: Rows
    flows: dict[int, LargestFlow]
    n_countries: int

    headings: tuple[Heading, ...] = capacity.HEADINGS
    country_headings: tuple[Heading, ...] = capacity.COUNTRY_HEADINGS

    @property
    def scenario_s(self) -> float:
        """About a nanosecond a row and country (measured on cables and on cables with stations)."""
        return 2e-6 + 1e-9 * self.rows.n_rows * len({id(flow) for flow in self.flows.values()})

    def measure(self, failed: Ints) -> Measured:
        """See `Measure.measure`."""
        starts = range(0, max(len(failed), 1), BATCH)
        return joined([self._batch(failed[start:start + BATCH]) for start in starts])

    def _batch(self, failed: Ints) -> Measured:
        rows = self.rows.failed(dead_units(failed, self.rows.n_units), len(failed))
        loss, share = capacity.losses(self.flows, rows, self.n_countries)
        return Measured(
            {"capacity_loss_tbps": loss.sum(axis=1),
             "capacity_loss_worst_share": share.max(axis=1, initial=0.0)},
            {"capacity_loss_tbps": CountryTally.of(loss),
             "capacity_loss_share": CountryTally.of(share)})


def capacity_measure(net: Network, units: Units, rule: str | None = None) -> CapacityMeasure:
    """Compile the largest flows of a network for sweeps over these units."""
    rows = rows_of(net, units)
    flows = capacity.country_flows(net, rows.of_links(len(net.links)), rows.n_rows, rule)
    return CapacityMeasure(rows, flows, len(net.country_id))
