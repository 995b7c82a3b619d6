"""`isolated` for sweeps: who is cut off, counted from the bits of thousands of scenarios."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cablenet.kernels import reach
from cablenet.metrics import isolation
from cablenet.metrics.reachability import Reachability
from cablenet.metrics.rows import dead_units
from cablenet.metrics.values import Heading
from cablenet.sweeps.measured import CountryTally, Measured, joined

Ints = NDArray[np.int64]
Words = NDArray[np.uint64]
BATCH = 131_072
"""Scenarios at once: 2,048 words a row keep numpy busy and the rows in the cache."""
JOIN_S = 7e-10
"""Seconds a scenario for each place that a piece joins (measured, rounded up)."""


@dataclass(frozen=True, eq=False)
class IsolatedMeasure:
    """Isolation of gateways and countries for any failing units."""

    reach: Reachability
    n_units: int
    n_countries: int

    headings: tuple[Heading, ...] = isolation.HEADINGS
    country_headings: tuple[Heading, ...] = isolation.COUNTRY_HEADINGS

    @property
    def scenario_s(self) -> float:
        power = self.reach.rows.power
        joins = len(self.reach.pieces.joins) + (0 if power is None else 2 * len(power.a))
        return 3e-7 + JOIN_S * joins

    def measure(self, failed: Ints) -> Measured:
        """See `Measure.measure`."""
        starts = range(0, max(len(failed), 1), BATCH)
        return joined([self._batch(failed[start:start + BATCH]) for start in starts])

    def _batch(self, failed: Ints) -> Measured:
        cut = self.reach.cut(dead_units(failed, self.n_units))
        return count_cut(self.reach, cut, len(failed), self.n_countries)


def count_cut(compiled: Reachability, cut: Words, size: int, n_countries: int) -> Measured:
    """Countries, gateways, people and users cut off, from one bit a scenario and asker.

    Askers that are cut off in the same scenarios, and countries with them, are counted together.
    """
    askers, cut = compiled.askers, cut & reach.used_bits(size)
    ever = np.flatnonzero(cut.any(axis=1))
    whole = _whole_countries(compiled, cut, ever)
    words = np.concatenate([cut[ever], *[row[None, :] for row in whole.values()]])
    weights = np.zeros((len(words), 4))
    weights[:len(ever), 1:] = np.column_stack(
        [askers.gateways[ever], askers.people[ever], askers.users[ever]])
    weights[len(ever):, 0] = 1.0
    first, same = _alike(words)
    together = np.zeros((len(first), 4))
    np.add.at(together, same, weights)
    scenarios = np.zeros((size, 4))
    for row, weight in zip(words[first], together, strict=True):
        scenarios[reach.bits_on(row, size)] += weight
    tallies = [CountryTally.none(n_countries) for _ in isolation.COUNTRY_HEADINGS]
    for country, row in whole.items():
        count = int(np.bitwise_count(row).sum())
        _note(tallies[0], country, count, count, float(count > 0))
    for country in np.unique(askers.country[ever]).tolist():
        mine = ever[askers.country[ever] == country]
        for tally, weight in ((tallies[1], askers.people[mine]), (tallies[2], askers.users[mine])):
            _note(tally, country, *_weighed(cut[mine[weight > 0]], weight[weight > 0]))
    return Measured(
        {h.name: column for h, column in zip(isolation.HEADINGS, scenarios.T, strict=True)},
        {h.name: tally for h, tally in zip(isolation.COUNTRY_HEADINGS, tallies, strict=True)})


def _whole_countries(compiled: Reachability, cut: Words, ever: Ints) -> dict[int, Words]:
    """One bit a scenario: all gateways of the country are cut off; countries it never happens to
    are left out."""
    out = {}
    countries, askers = np.unique(compiled.askers.country[ever], return_counts=True)
    for country in countries[askers == compiled.country_size[countries]].tolist():
        row = np.bitwise_and.reduce(cut[ever[compiled.askers.country[ever] == country]], axis=0)
        if row.any():
            out[country] = row
    return out


def _alike(words: Words) -> tuple[Ints, Ints]:
    """The first row of each distinct row of bits, and which of them every row is."""
    number: dict[bytes, int] = {}
    same = np.array([number.setdefault(row.tobytes(), len(number)) for row in words], np.int64)
    first = np.zeros(len(number), np.int64)
    first[same[::-1]] = np.arange(len(words))[::-1]
    return first, same


def _weighed(words: Words, weight: NDArray[np.float64]) -> tuple[int, float, float]:
    """How many scenarios have a bit on, the sum of the weights of all bits, and the largest sum
    of one scenario."""
    if not len(words):
        return 0, 0.0, 0.0
    counts = np.bitwise_count(words).sum(axis=1)
    total = float((counts * weight).sum())
    if np.bitwise_and.reduce(words, axis=0).any():
        worst = float(weight.sum())
    else:
        busy = words[:, words.any(axis=0)]
        bits = np.unpackbits(np.ascontiguousarray(busy).view(np.uint8), axis=1)
        worst = float((weight @ bits).max())
    return int(np.bitwise_count(np.bitwise_or.reduce(words, axis=0)).sum()), total, worst


def _note(tally: CountryTally, country: int, harmed: int, total: float, worst: float) -> None:
    tally.harmed[country] = harmed
    tally.total[country] = total
    tally.worst[country] = worst
