"""Any other metric for sweeps: its own measure, asked of a batch of scenarios at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from cablenet.metrics import METRICS, Options
from cablenet.metrics.rows import Rows, dead_units, rows_of
from cablenet.metrics.values import Heading, MetricValues
from cablenet.network import Network, frozen
from cablenet.scenarios.scenario_set import Recipe, ScenarioSet, no_faults
from cablenet.scenarios.units import Units
from cablenet.sweeps.measured import CountryTally, Measured, joined

Ints = NDArray[np.int64]
BATCH = 1024


@dataclass(frozen=True, eq=False)
class AnyMeasure:
    """A metric of the table, for scenarios given by the units that fail."""

    net: Network
    rows: Rows
    name: str
    options: Options
    intact: Mapping[str, float]
    """Scores with nothing failed: a scenario harms where it is above them."""

    @property
    def headings(self) -> tuple[Heading, ...]:
        return METRICS[self.name].headings

    @property
    def country_headings(self) -> tuple[Heading, ...]:
        return tuple(h for h in METRICS[self.name].country_headings if h.larger_is_worse)

    @property
    def scenario_s(self) -> float:
        """Assumed a hundredth of a second: such scores solve a problem of their own each time."""
        return 0.01

    def measure(self, failed: Ints) -> Measured:
        """See `Measure.measure`."""
        starts = range(0, max(len(failed), 1), BATCH)
        return joined([self._batch(failed[start:start + BATCH]) for start in starts])

    def _batch(self, failed: Ints) -> Measured:
        values = self._values(failed)
        harmful = np.any([column > self.intact[name] + 1e-9
                          for name, column in values.scenario.items()], axis=0)
        return Measured(dict(values.scenario),
                        {h.name: CountryTally.of(values.country[h.name])
                         for h in self.country_headings if h.name in values.country}, harmful)

    def _values(self, failed: Ints) -> MetricValues:
        net, size = self.net, len(failed)
        rows = self.rows.failed(dead_units(failed, self.rows.n_units), size)
        row = self.rows.of_links(len(net.links))
        lost = np.flatnonzero(row >= 0)
        of_row = sp.csr_array((np.ones(len(lost), np.int64), (row[lost], lost)),
                              shape=(self.rows.n_rows, len(net.links)))
        events = ScenarioSet(
            tuple(str(i) for i in range(size)), sp.csr_array((rows @ of_row).astype(bool)),
            frozen(np.full(size, np.nan)), no_faults(), Recipe(()), net.fingerprint)
        return METRICS[self.name].measure(net, events, self.options)


def any_measure(net: Network, units: Units, name: str, options: Options) -> AnyMeasure:
    """Wrap a metric of the table for sweeps over these units."""
    made = AnyMeasure(net, rows_of(net, units), name, options, {})
    nothing = made._values(np.full((1, 1), -1))
    return replace(made, intact={key: float(values[0]) for key, values in nothing.scenario.items()})
