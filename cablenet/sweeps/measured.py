"""What a sweep learns of a batch of scenarios: columns per scenario, sums per country."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cablenet.metrics.values import Heading

Ints = NDArray[np.int64]
Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class CountryTally:
    """Of one country heading, over the scenarios of a batch, by country.

    `harmed` (C,) counts scenarios with a value above 0, `total` (C,) sums the values, `worst` (C,)
    is the largest.
    """

    harmed: Ints
    total: Array
    worst: Array

    @staticmethod
    def none(countries: int) -> CountryTally:
        """The tally of no scenarios."""
        return CountryTally(np.zeros(countries, np.int64), np.zeros(countries),
                            np.zeros(countries))

    @staticmethod
    def of(values: Array) -> CountryTally:
        """The tally of (B, C) values; what is not finite counts as nothing."""
        finite = np.where(np.isfinite(values), values, 0.0)
        return CountryTally((finite > 0).sum(axis=0), finite.sum(axis=0),
                            finite.max(axis=0, initial=0.0))

    def __add__(self, other: CountryTally) -> CountryTally:
        return CountryTally(self.harmed + other.harmed, self.total + other.total,
                            np.maximum(self.worst, other.worst))


@dataclass(frozen=True, eq=False)
class Measured:
    """`scenario` (B,) values by heading; `country` tallies by heading; `harmful` (B,) flags where
    a value above 0 is not what makes a scenario worth keeping."""

    scenario: Mapping[str, Array]
    country: Mapping[str, CountryTally]
    harmful: NDArray[np.bool_] | None = None

    def harms(self) -> NDArray[np.bool_]:
        """(B,) scenarios worth keeping."""
        if self.harmful is not None:
            return self.harmful
        return np.asarray(np.any([values > 0 for values in self.scenario.values()], axis=0), bool)


def joined(parts: Sequence[Measured]) -> Measured:
    """Batches of one measure, in order, as one."""
    first = parts[0]
    tallies = dict(first.country)
    for part in parts[1:]:
        for name, tally in part.country.items():
            tallies[name] = tallies[name] + tally
    harmful = (None if first.harmful is None else
               np.concatenate([part.harms() for part in parts]))
    return Measured({name: np.concatenate([part.scenario[name] for part in parts])
                     for name in first.scenario}, tallies, harmful)


class Measure(Protocol):
    """A score compiled for sweeps: light, picklable, and the same on every machine."""

    @property
    def headings(self) -> tuple[Heading, ...]:
        """The columns per scenario; larger is worse."""

    @property
    def country_headings(self) -> tuple[Heading, ...]:
        """The columns per country."""

    @property
    def scenario_s(self) -> float:
        """About how many seconds one scenario takes; decides how many make a chunk."""

    def measure(self, failed: Ints) -> Measured:
        """Measure scenarios, given as (B, k) units that fail; -1 where fewer than k do."""
