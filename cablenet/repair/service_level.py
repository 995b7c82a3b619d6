"""`ServiceLevel`: plan for the fewest days that countries are below a share of their demand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cablenet.errors import InputError
from cablenet.repair.network_value import LEAST_TBPS, Ints, NetworkValue
from cablenet.solvers import UNLIMITED, FlowNetwork

UNIT_TBPS = 1e-6
"""A megabit a second: rooms and demands as whole numbers, rounded up."""


@dataclass(frozen=True)
class ServiceLevel:
    """An objective of `plan_repairs`: the sum over countries of the days each is below a level.

    A country is below the level while more than 1 - `level` of the demand of its inhabitants is
    newly unserved by the flow optimum.

    Attributes
    ----------
    level
        a share above 0, up to 1
    countries
        codes; none: every country that the outage puts below the level
    """

    level: float
    countries: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0.0 < self.level <= 1.0:
            raise InputError(f"the service level is {self.level}; give a share above 0, up to 1")


class CountriesBelow:
    """How many countries are below a level while some jobs are mended, and at least must be."""

    def __init__(self, value: NetworkValue, goal: ServiceLevel) -> None:
        self.value = value
        index = [value.net.country_index(code) for code in dict.fromkeys(goal.countries)]
        allowed = (1.0 - goal.level) * value.demand_by_country + LEAST_TBPS
        if not index:
            index = np.flatnonzero(value.unserved_by_country(()) > allowed).tolist()
        self.countries = np.array(index, np.int64)
        self.allowed = allowed[self.countries]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(str(self.value.net.country_id[one]) for one in self.countries)

    def number(self, mended: Iterable[int]) -> float:
        """Countries below the level while exactly these jobs are mended."""
        if not len(self.countries):
            return 0.0
        left = self.value.unserved_by_country(mended)[self.countries]
        return float((left > self.allowed).sum())

    def least(self, mended: Iterable[int]) -> float:
        """No more than are below while any part of these jobs is mended.

        Each country for itself: what a largest flow brings it when nobody else asks for anything,
        from all its gateways to all its partners in any mix. That never falls as a job joins.
        """
        out = self.value.links_out(mended)
        return float(sum(most.unserved_tbps(out) > allowed for most, allowed in zip(
            self._alone, self.allowed, strict=True)))

    @cached_property
    def _alone(self) -> list[_Alone]:
        return [_Alone(self.value, int(country)) for country in self.countries]


class _Alone:
    """The least a country may miss: its demand less the largest flow, less what it misses today."""

    def __init__(self, value: NetworkValue, country: int) -> None:
        case, self.value = value.case, value
        problem = case.problem
        mine = case.country == country
        self.asked = float(value.demand_by_country[country])
        self.today = float(value.intact_by_country[country])
        nodes = problem.n_nodes
        sent, target = (np.bincount(ends[mine], problem.tbps[mine].sum(axis=1), nodes).astype(
            np.float64) for ends in (problem.source, problem.target))
        sources, targets = np.flatnonzero(sent), np.flatnonzero(target)
        self._ends = nodes, nodes + 1
        self._fixed = np.concatenate([_whole(sent[sources]), _whole(target[targets])])
        self._flow = FlowNetwork(
            np.concatenate([problem.tail, np.full(len(sources), nodes), targets]),
            np.concatenate([problem.head, sources, np.full(len(targets), nodes + 1)]))
        self._known: dict[bytes, float] = {}

    def unserved_tbps(self, out: Ints) -> float:
        key = out.tobytes()
        if key not in self._known:
            state = self.value.state(out)
            room = np.where(state.lost, 0, _whole(state.room_tbps))
            most = self._flow.max_flow(np.concatenate([room, self._fixed]), *self._ends)
            self._known[key] = self.asked - most * UNIT_TBPS - self.today
        return self._known[key]


def _whole(tbps: NDArray[np.float64]) -> Ints:
    return np.minimum(np.ceil(tbps / UNIT_TBPS), UNLIMITED).astype(np.int64)
