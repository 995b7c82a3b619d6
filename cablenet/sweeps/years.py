"""Drawn years: a timeline of faults and repairs, scored state by state; the job of `--years`.

Only outages that overlap in time are down together. A state is a stretch of time in which nothing
breaks and nothing is mended; what is lost in it is multiplied by its hours and summed by year.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cablenet.hazards.model import FaultModel
from cablenet.hazards.timeline import States, Timeline
from cablenet.kernels import reach
from cablenet.sweeps.job import METHOD, Part, Tally
from cablenet.sweeps.year_measures import BATCH, YearMeasure

if TYPE_CHECKING:
    import pyarrow as pa

Ints = NDArray[np.int64]
Texts = NDArray[np.object_]
Words = NDArray[np.uint64]
CHUNK_S = 1.0
MOST_YEARS = 1000
"""Years of one chunk at most, so that a sweep of few faults still shows how far it is."""


@dataclass(frozen=True, eq=False)
class YearsSweep:
    """`years` drawn years of one fault model, in blocks that do not know of each other.

    Attributes
    ----------
    unit_of_link
        (L,) the unit of each link that a fault takes away, -1 where no fault matters
    n_units
        how many units there are
    measures
        what is lost by year, each with its labels (countries, or pairs of countries)
    recipe
        how to make the sweep again; kept in the manifest
    """

    model: FaultModel
    years: int
    seed: int
    unit_of_link: Ints
    n_units: int
    measures: tuple[YearMeasure, ...]
    recipe: Mapping[str, Any]

    @cached_property
    def block_years(self) -> int:
        """Years of a block: about `CHUNK_S` of work by the measures' own figures."""
        states = 2 * float(self.model.faults_per_year.sum()) + 1
        wanted = CHUNK_S / (states * (5e-7 + sum(m.state_s for m in self.measures)))
        return int(np.clip(wanted, 1, min(MOST_YEARS, self.years)))

    @property
    def chunks(self) -> int:
        """How many blocks there are."""
        return -(-self.years // self.block_years)

    @property
    def describe(self) -> Mapping[str, Any]:
        """What is drawn, as plain JSON."""
        return {**self.recipe, "method": METHOD, "years": self.years, "seed": self.seed,
                "block_years": self.block_years, "fault_model": self.model.fingerprint,
                "notes": list(self.model.notes)}

    @cached_property
    def fingerprint(self) -> str:
        """Hash of what decides the answer."""
        text = json.dumps(self.describe, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    def size(self, chunk: int) -> int:
        """Years in a block."""
        return min(self.years, (chunk + 1) * self.block_years) - chunk * self.block_years

    def run(self, chunk: int) -> Part:
        """Draw a block and sum what is lost in each of its years."""
        import pyarrow as pa

        drawn = self.model.draw(chunk, self.size(chunk), self.seed)
        states = drawn.states(whole_years=True)
        lost = [np.zeros((drawn.years, len(m.labels))) for m in self.measures for _ in m.headings]
        for start in range(0, len(states), BATCH):
            stop = min(start + BATCH, len(states))
            dead = dead_units_of(drawn, states, self.unit_of_link, self.n_units, start, stop)
            tables = (table for measure in self.measures
                      for table in measure.lost(dead, states.hours[start:stop],
                                                states.year[start:stop], drawn.years))
            for total, more in zip(lost, tables, strict=True):
                total += more
        tally: dict[str, NDArray[Any]] = {"states": np.array([len(states)]),
                                          "faults": np.array([len(drawn)])}
        columns: list[pa.Table] = []
        at = 0
        for measure in self.measures:
            mine = lost[at:at + len(measure.headings)]
            at += len(measure.headings)
            columns.append(_rows(chunk * self.block_years, measure, mine))
            for heading, table in zip(measure.headings, mine, strict=True):
                tally[f"total:{heading}"] = table.sum(axis=0)
                tally[f"squares:{heading}"] = (table ** 2).sum(axis=0)
                tally[f"struck:{heading}"] = (table > 0).sum(axis=0)
                tally[f"year:{heading}"] = table.sum(axis=1)
        return Part(pa.concat_tables(columns), tally)

    def merge(self, tallies: Iterable[Tally]) -> Mapping[str, pa.Table]:
        """Sums by label with their spread, and totals year by year."""
        import pyarrow as pa

        sums: dict[str, NDArray[Any]] = {}
        by_year: dict[str, list[NDArray[Any]]] = {}
        for tally in tallies:
            for name, values in tally.items():
                if name.startswith("year:"):
                    by_year.setdefault(name, []).append(values)
                else:
                    sums[name] = sums[name] + values if name in sums else values
        done = sum(len(values) for values in next(iter(by_year.values()), []))
        out = {"years": pa.table({
            "year": np.arange(done),
            **{name.split(":")[1]: np.concatenate(parts) for name, parts in by_year.items()}})}
        for measure in self.measures:
            columns: dict[str, Any] = {"label": pa.array(list(measure.labels), pa.string())}
            for heading in measure.headings:
                if f"total:{heading}" not in sums:
                    continue
                mean = sums[f"total:{heading}"] / done
                spread = np.maximum(sums[f"squares:{heading}"] / done - mean ** 2, 0.0)
                columns[f"{heading}_per_year"] = mean
                columns[f"{heading}_standard_error"] = np.sqrt(spread / max(done - 1, 1))
                columns[f"{heading}_years_struck"] = sums[f"struck:{heading}"]
            out[measure.name] = pa.table(columns)
        out["counts"] = pa.table({name: sums.get(name, np.zeros(1, np.int64))
                                  for name in ("states", "faults")})
        return out


def dead_units_of(drawn: Timeline, states: States, unit_of_link: Ints, n_units: int,
                  start: int, stop: int) -> Words:
    """(U, W) one bit a state of start..stop: the unit is out."""
    dead = np.zeros((n_units, -(-(stop - start) // 64)), np.uint64)
    unit = unit_of_link[drawn.link]
    here = np.flatnonzero((states.first < stop) & (states.last > start) & (unit >= 0))
    reach.set_ranges(dead, unit[here], np.maximum(states.first[here], start) - start,
                     np.minimum(states.last[here], stop) - start)
    return dead


def _rows(first_year: int, measure: YearMeasure, lost: list[NDArray[np.float64]]) -> pa.Table:
    """One row per year, heading and label that lost anything."""
    import pyarrow as pa

    labels = pa.array(list(measure.labels), pa.string())
    tables = []
    for heading, table in zip(measure.headings, lost, strict=True):
        year, label = np.nonzero(table)
        tables.append(pa.table({
            "year": pa.array(first_year + year, pa.int64()),
            "heading": pa.DictionaryArray.from_arrays(
                pa.array(np.zeros(len(year), np.int32)), pa.array([heading])).cast(pa.string()),
            "label": pa.DictionaryArray.from_arrays(
                pa.array(label.astype(np.int32)), labels).cast(pa.string()),
            "value": pa.array(table[year, label], pa.float64())}))
    return pa.concat_tables(tables)
