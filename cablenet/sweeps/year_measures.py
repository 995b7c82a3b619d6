"""What is lost in drawn years: hours cut off, people-hours, Tbps-hours, by country or pair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cablenet.errors import InputError
from cablenet.kernels import reach
from cablenet.kernels.jit import HAS_COMPILER
from cablenet.metrics import capacity
from cablenet.metrics.askers import Askers, cut_off, hub_orders
from cablenet.metrics.largest_flow import LargestFlow
from cablenet.metrics.reachability import Reachability
from cablenet.metrics.rows import Rows
from cablenet.network import Network
from cablenet.scenarios.units import Units
from cablenet.sweeps.capacity import BATCH as FLOW_BATCH
from cablenet.sweeps.capacity import capacity_measure
from cablenet.sweeps.isolated import BATCH, JOIN_S

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Words = NDArray[np.uint64]


class YearMeasure(Protocol):
    """A loss summed over the states of each year."""

    @property
    def name(self) -> str:
        """What its table is called."""

    @property
    def headings(self) -> tuple[str, ...]:
        """Columns, with their unit."""

    @property
    def labels(self) -> Sequence[str]:
        """Whose loss it is: countries, or pairs of countries."""

    @property
    def state_s(self) -> float:
        """About how many seconds one state takes."""

    def lost(self, dead: Words, hours: Floats, year: Ints, years: int) -> list[Floats]:
        """(years, labels) per heading, from (U, W) which units are out in each state."""


@dataclass(frozen=True, eq=False)
class IsolatedYears:
    """Hours in which a country is cut off, and hours times the people and users cut off."""

    reach: Reachability
    labels: tuple[str, ...]
    name: str = "countries"
    headings: tuple[str, ...] = ("isolated_h", "isolated_people_h", "isolated_user_h")

    @property
    def state_s(self) -> float:
        return _reach_s(self.reach)

    def lost(self, dead: Words, hours: Floats, year: Ints, years: int) -> list[Floats]:
        """See `YearMeasure.lost`."""
        cut = self.reach.cut(dead) & reach.used_bits(len(hours))
        askers, out = self.reach.askers, [np.zeros((years, len(self.labels))) for _ in range(3)]
        ever = np.flatnonzero(cut.any(axis=1))
        for asker in ever.tolist():
            total = _by_year(cut[asker], hours, year, years)
            country = askers.country[asker]
            out[1][:, country] += total * askers.people[asker]
            out[2][:, country] += total * askers.users[asker]
        countries, counts = np.unique(askers.country[ever], return_counts=True)
        for country in countries[counts == self.reach.country_size[countries]].tolist():
            whole = np.bitwise_and.reduce(cut[ever[askers.country[ever] == country]], axis=0)
            out[0][:, country] = _by_year(whole, hours, year, years)
        return out


@dataclass(frozen=True, eq=False)
class PartedYears:
    """Hours in which no gateway of one country reaches any of the other."""

    reach: Reachability
    pairs: tuple[Askers, ...]
    orders: tuple[tuple[Ints, ...], ...]
    labels: tuple[str, ...]
    name: str = "pairs"
    headings: tuple[str, ...] = ("parted_h",)

    @property
    def state_s(self) -> float:
        return len(self.pairs) * _reach_s(self.reach)

    def lost(self, dead: Words, hours: Floats, year: Ints, years: int) -> list[Floats]:
        """See `YearMeasure.lost`."""
        alive = self.reach.rows.alive(dead)[self.reach.pieces.row]
        out, used = np.zeros((years, len(self.labels))), reach.used_bits(len(hours))
        for pair, (askers, orders) in enumerate(zip(self.pairs, self.orders, strict=True)):
            cut = cut_off(self.reach.pieces, askers, alive, orders) & used
            out[:, pair] = _by_year(np.bitwise_and.reduce(cut, axis=0), hours, year, years)
        return [out]


def parted_years(net: Network, compiled: Reachability, pairs: Sequence[tuple[str, str]]
                 ) -> PartedYears:
    """Ask of pairs of countries (ISO codes or names) whether they still reach each other."""
    gates, place = net.gateways, compiled.pieces.place
    made, labels = [], []
    for one, other in pairs:
        a, b = net.country_index(one), net.country_index(other)
        if a == b:
            raise InputError(f"{one}-{other} is no pair: name two countries")
        here = np.unique(place[gates.node[gates.country == a]])
        there = np.unique(place[gates.node[gates.country == b]])
        nothing = np.zeros(len(here))
        made.append(replace(compiled.askers, node=here, sources=np.zeros(len(here), np.int64),
                            country=np.full(len(here), a), gateways=nothing.astype(np.int64),
                            people=nothing, users=nothing, hubs=(there,)))
        labels.append(f"{net.country_id[a]}-{net.country_id[b]}")
    orders = tuple(tuple(hub_orders(compiled.pieces, askers)) for askers in made)
    return PartedYears(compiled, tuple(made), orders, tuple(labels))


@dataclass(frozen=True, eq=False)
class CapacityYears:
    """Tbps-hours by which each country's largest flow to the hubs abroad falls short.

    Where numba is installed each state's flow is mended from the one before
    (`kernels.flow_in_turn`); else bounds settle most states (`metrics.largest_flow`). Both give
    the exact values, so the same bytes.
    """

    rows: Rows
    flows: dict[int, LargestFlow]
    labels: tuple[str, ...]
    name: str = "capacity"
    headings: tuple[str, ...] = ("capacity_loss_tbps_h",)

    @property
    def state_s(self) -> float:
        """Measured with numba on the atlas and rounded up; the same without, as chunks must be."""
        return 1e-7 * self.rows.n_rows

    def lost(self, dead: Words, hours: Floats, year: Ints, years: int) -> list[Floats]:
        """See `YearMeasure.lost`."""
        failed = self.rows.failed(dead, len(hours))
        out = np.zeros((years, len(self.labels)))
        for start in range(0, len(hours), FLOW_BATCH):
            part = slice(start, start + FLOW_BATCH)
            loss, _ = capacity.losses(self.flows, failed[part], len(self.labels),
                                      in_turn=HAS_COMPILER)
            years_here, first = np.unique(year[part], return_index=True)
            out[years_here] += np.add.reduceat(loss * hours[part, None], first, axis=0)
        return [out]


def capacity_years(net: Network, units: Units, rule: str | None) -> CapacityYears:
    """Compile the largest flows of a network for drawn years."""
    made = capacity_measure(net, units, rule)
    return CapacityYears(made.rows, made.flows, tuple(map(str, net.country_id)))


def _by_year(words: Words, hours: Floats, year: Ints, years: int) -> Floats:
    states = reach.bits_on(words, len(hours))
    return np.bincount(year[states], hours[states], minlength=years).astype(float)


def _reach_s(compiled: Reachability) -> float:
    power = compiled.rows.power
    return JOIN_S * (len(compiled.pieces.joins) + (0 if power is None else 2 * len(power.a)))


__all__ = ["BATCH", "CapacityYears", "IsolatedYears", "PartedYears", "YearMeasure",
           "capacity_years", "parted_years"]
