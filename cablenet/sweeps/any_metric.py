"""Any other metric for sweeps: its own measure, asked of a batch of scenarios at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from cablenet.metrics import METRICS, Options
from cablenet.metrics.values import Heading
from cablenet.network import Network, frozen
from cablenet.scenarios.scenario_set import Recipe, ScenarioSet, no_faults
from cablenet.scenarios.units import Units
from cablenet.sweeps.measured import CountryTally, Measured, joined
from cablenet.sweeps.rows import Rows, dead_units, rows_of

Ints = NDArray[np.int64]
BATCH = 1024


@dataclass(frozen=True, eq=False)
class AnyMeasure:
    """A metric of the table, for scenarios given by the units that fail."""

    net: Network
    rows: Rows
    name: str
    options: Options

    @property
    def headings(self) -> tuple[Heading, ...]:
        return METRICS[self.name].headings

    @property
    def country_headings(self) -> tuple[Heading, ...]:
        return METRICS[self.name].country_headings

    @property
    def scenario_s(self) -> float:
        """A hundredth of a second: such scores solve a problem of their own a scenario."""
        return 0.01

    def measure(self, failed: Ints) -> Measured:
        """See `Measure.measure`."""
        starts = range(0, max(len(failed), 1), BATCH)
        return joined([self._batch(failed[start:start + BATCH]) for start in starts])

    def _batch(self, failed: Ints) -> Measured:
        net, size = self.net, len(failed)
        rows = self.rows.failed(dead_units(failed, self.rows.n_units), size)
        row = self.rows.of_links(len(net.links))
        lost = np.flatnonzero(row >= 0)
        of_row = sp.csr_array((np.ones(len(lost), np.int64), (row[lost], lost)),
                              shape=(self.rows.n_rows, len(net.links)))
        events = ScenarioSet(
            tuple(str(i) for i in range(size)), sp.csr_array((rows @ of_row).astype(bool)),
            frozen(np.full(size, np.nan)), no_faults(), Recipe(()), net.fingerprint)
        values = METRICS[self.name].measure(net, events, self.options)
        return Measured(dict(values.scenario),
                        {h.name: CountryTally.of(values.country[h.name])
                         for h in self.country_headings if h.name in values.country})


def any_measure(net: Network, units: Units, name: str, options: Options) -> AnyMeasure:
    """Wrap a metric of the table for sweeps over these units."""
    return AnyMeasure(net, rows_of(net, units), name, options)
