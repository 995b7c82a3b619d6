"""Combinations of failing units, in numbered chunks: the job behind `sweep --order`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cablenet.sweeps.job import METHOD, Part, Tally
from cablenet.sweeps.measured import Measure, Measured
from cablenet.sweeps.sources import Source
from cablenet.sweeps.top import Top, top_of

if TYPE_CHECKING:
    import pyarrow as pa

Ints = NDArray[np.int64]
Texts = NDArray[np.object_]
CHUNK_S = 1.0
"""Seconds a chunk is meant to take: short enough to lose little, long enough to cost nothing."""
ROUND = 4096
"""Chunks hold a multiple of so many scenarios."""


@dataclass(frozen=True, eq=False)
class CombinationSweep:
    """Scenarios of a source, each a set of U units that fail together.

    Attributes
    ----------
    unit_id
        (U,) ids of the units, which name the scenarios
    country_id
        (C,) ids of the countries of the tallies
    measures
        what is scored; the columns of all of them stand side by side
    top
        how many of the worst scenarios are listed, by the first column
    recipe
        how to make the sweep again: network, unit, order, metrics; kept in the manifest
    """

    unit_id: Texts
    country_id: Texts
    source: Source
    measures: tuple[Measure, ...]
    recipe: Mapping[str, Any]
    top: int = 100

    @property
    def order(self) -> int:
        """At most so many units fail at once."""
        return self.source.order

    @property
    def total(self) -> int:
        """Scenarios in all."""
        return self.source.total

    @cached_property
    def chunk_size(self) -> int:
        """Scenarios in a chunk: about `CHUNK_S` of work by the measures' own figures."""
        wanted = CHUNK_S / sum(measure.scenario_s for measure in self.measures)
        return max(ROUND, round(wanted / ROUND) * ROUND) if wanted > ROUND else max(16, int(wanted))

    @property
    def chunks(self) -> int:
        """How many chunks there are."""
        return -(-self.total // self.chunk_size)

    @property
    def describe(self) -> Mapping[str, Any]:
        """What is swept, as plain JSON."""
        return {**self.recipe, "method": METHOD, "scenarios": self.total,
                "units": len(self.unit_id), "chunk_size": self.chunk_size, "top": self.top}

    @cached_property
    def fingerprint(self) -> str:
        """Hash of what decides the answer."""
        text = json.dumps(self.describe, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    def size(self, chunk: int) -> int:
        """Scenarios in a chunk."""
        start = chunk * self.chunk_size
        return min(self.total, start + self.chunk_size) - start

    def run(self, chunk: int) -> Part:
        """Score a chunk: the rows are its harmful scenarios, the tally all it adds to the sums."""
        start = chunk * self.chunk_size
        failed = self.source.failed(start, start + self.size(chunk))
        measured = [measure.measure(failed) for measure in self.measures]
        columns = {name: values for one in measured for name, values in one.scenario.items()}
        rows = np.flatnonzero(np.any([one.harms() for one in measured], axis=0))
        columns = {name: values[rows] for name, values in columns.items()}
        numbers = start + rows
        best = top_of(numbers, failed[rows], columns, self.top)
        return Part(self._table(numbers, failed[rows], columns),
                    {**best.arrays(), **self._sums(failed, rows, columns, measured)})

    def merge(self, tallies: Iterable[Tally]) -> Mapping[str, pa.Table]:
        """The worst scenarios, the sums per order and the sums per country."""
        import pyarrow as pa

        best: Top | None = None
        sums: dict[str, NDArray[Any]] = {}
        for tally in tallies:
            here = Top.of_arrays(tally)
            best = here if best is None else best.merged(here, self.top)
            for name, values in tally.items():
                if name.startswith("worst:") and name in sums:
                    sums[name] = np.maximum(sums[name], values)
                elif not name.startswith("top:"):
                    sums[name] = sums[name] + values if name in sums else values
        best = best or Top(np.empty(0, np.int64), np.empty((0, self.order), np.int64), {})
        orders = {name.split(":")[1]: values for name, values in sums.items()
                  if name.startswith("order:")}
        by_country = {"country": pa.array(self.country_id.tolist(), pa.string())}
        for kind, label in (("harmed", "scenarios"), ("total", "sum"), ("worst", "worst")):
            for measure in self.measures:
                for heading in measure.country_headings:
                    if (found := sums.get(f"{kind}:{heading.name}")) is not None:
                        by_country[f"{heading.name}_{label}"] = pa.array(found)
        return {
            "worst": self._table(best.number, best.failed, best.columns),
            "orders": pa.table({"order": np.arange(1, self.order + 1),
                                **{name: pa.array(values) for name, values in orders.items()}}),
            "countries": pa.table(by_country),
        }

    def _sums(self, failed: Ints, rows: Ints, columns: Mapping[str, NDArray[Any]],
              measured: list[Measured]) -> dict[str, NDArray[Any]]:
        order = (failed >= 0).sum(axis=1) - 1
        out: dict[str, NDArray[Any]] = {
            "order:scenarios": np.bincount(order, minlength=self.order),
            "order:harmful": np.bincount(order[rows], minlength=self.order)}
        for name, values in columns.items():
            out[f"order:sum_{name}"] = np.bincount(order[rows], values, self.order)
        for one in measured:
            for name, tally in one.country.items():
                out[f"harmed:{name}"] = tally.harmed
                out[f"total:{name}"] = tally.total
                out[f"worst:{name}"] = tally.worst
        return out

    def _table(self, numbers: Ints, failed: Ints,
               columns: Mapping[str, NDArray[Any]]) -> pa.Table:
        """Scenarios as rows: number, order, the unit ids, the scores."""
        import pyarrow as pa

        ids = pa.array(self.unit_id.tolist(), pa.string())
        table = {"scenario": pa.array(numbers, pa.int64()),
                 "order": pa.array((failed >= 0).sum(axis=1), pa.int16())}
        for k in range(self.order):
            member = failed[:, k].astype(np.int32)
            table[f"unit_{k + 1}"] = pa.DictionaryArray.from_arrays(
                pa.array(member, mask=member < 0), ids)
        for heading in (h for measure in self.measures for h in measure.headings):
            values = columns.get(heading.name, np.array([]))
            table[heading.name] = pa.array(values, pa.float64())
        return pa.table(table)


