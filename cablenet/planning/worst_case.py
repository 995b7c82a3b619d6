"""`worst_case`: the k failures that hurt most, with proof, the next best, and what they share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from cablenet.errors import MismatchError, PlanError
from cablenet.hazards.model import FaultModel
from cablenet.network import Network
from cablenet.planning.asked import Asked
from cablenet.planning.attack import Attack, attack_of, links_lost, units_in_words
from cablenet.planning.attack_case import AttackCase
from cablenet.planning.attack_proof import in_all_worst, nothing_worse, without_idle
from cablenet.planning.counted import counted
from cablenet.scenarios.scenario_set import ScenarioSet, concat
from cablenet.scenarios.units import Units
from cablenet.solvers import Certificate, Solution

TIME_LIMIT = 60.0
"""Deterministic time of one solve: about seconds, and the same on every machine."""


@dataclass(frozen=True, eq=False)
class WorstCase:
    """The worst that at most k units can do together.

    Attributes
    ----------
    network
        the network that is attacked
    unit, k, metric, radius_km
        what was asked
    asked
        whose loss counts: 'the world', a country, or a pair such as 'IN-JP'
    counts
        what the objective counts: countries, gateways or people
    attack
        the units and who is cut off, counted by the kernels; units without which it does as much
        are left out
    next_best
        further attacks, worst first; none holds all units of one before it, and units that do no
        more than another unit does are left out
    certificate
        of the objective; `checked`: the kernels counted the same
    evidence
        what stands behind the bound beside the solver's word
    failed
        numbers of the units in `units_of`
    chance
        product of the yearly chances of the units to fail; NaN unless `min_rate` was given
    """

    network: Network
    unit: str
    k: int
    metric: str
    asked: str
    counts: str
    radius_km: float
    attack: Attack
    next_best: tuple[Attack, ...]
    certificate: Certificate
    evidence: str
    min_rate: float | None
    chance: float
    _case: AttackCase = field(repr=False)
    failed: tuple[int, ...] = field(repr=False)

    def __repr__(self) -> str:
        word = "proved" if self.certificate.status == "optimal" else \
            f"found; at most {self.certificate.bound:,.0f}"
        head = (f"<WorstCase: {len(self.attack)} of at most {counted(self.k, 'units')} "
                f"({self.unit}) against {self.asked}: "
                f"{counted(self.attack.value, self.counts)} cut off ({word})>")
        return "\n".join([head, *(f"  {name}" for name in self.attack.names)])

    def _repr_html_(self) -> str:
        return f"<p>{self!r}</p>".replace("<WorstCase", "&lt;WorstCase") + str(
            self.to_frame().to_html(index=False))

    @property
    def elements(self) -> tuple[str, ...]:
        """Ids of the units that fail."""
        return self.attack.ids

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the units that fail."""
        return self.attack.names

    @property
    def isolated(self) -> tuple[str, ...]:
        """Countries isolated as a whole."""
        return self.attack.countries

    @property
    def people(self) -> float:
        """People behind the gateways that reach no hub abroad."""
        return self.attack.people

    @property
    def ties(self) -> int:
        """How many of the next best do as much."""
        return sum(other.value == self.attack.value for other in self.next_best)

    @cached_property
    def common(self) -> tuple[str, ...]:
        """Ids of the units in every worst attack, each proved; solved for when first asked.

        Raises
        ------
        PlanError
            the worst case itself is not proved
        """
        if self.certificate.status != "optimal":
            raise PlanError("the worst case is not proved, so what all of them share is not known; "
                            "allow more time")
        found = in_all_worst(self._case, self.k, self.attack.value, self.failed,
                             seed=self.certificate.seed, limit=self.certificate.limit)
        return tuple(str(self._case.units.id[u]) for u in found)

    def scenarios(self, net: Network | None = None) -> ScenarioSet:
        """The worst attack and the next best as scenarios, of this network or another one.

        Raises
        ------
        UnknownNameError
            the other network does not have one of the units
        """
        net = self.network if net is None else net
        attacks = [attack for attack in (self.attack, *self.next_best) if len(attack)]
        if not attacks:
            raise MismatchError("no failure of these units cuts anyone off: there is no scenario")
        return concat([attack.scenarios(net, self.radius_km) for attack in attacks])

    def to_frame(self) -> pd.DataFrame:
        """One row an attack, the worst first: value, units, countries isolated, people."""
        return pd.DataFrame([
            {"rank": rank, self.counts if self.counts != "people" else "people_cut_off":
             attack.value, "units": " + ".join(attack.names), "ids": " + ".join(attack.ids),
             "isolated": ", ".join(attack.countries), "isolated_people": attack.people}
            for rank, attack in enumerate((self.attack, *self.next_best), start=1)])

    def to_geo(self) -> gpd.GeoDataFrame:
        """The links that the worst attack takes away."""
        return links_lost(self.network, self.scenarios()[0])

    @property
    def title(self) -> str:
        """The worst in a line."""
        word = "proved" if self.certificate.status == "optimal" else "found"
        whom = "" if self.asked == "the world" else f" for {self.asked}"
        return (f"The worst {units_in_words(self.unit, self.radius_km, self.k)}{whom}: "
                f"{counted(self.attack.value, self.counts)} cut off ({word})")

    def plot(self, ax: Any = None, *, window: Any = None) -> Any:
        """The worst attack on the muted map, each unit in its colour, and who is cut off.

        `window` is what to show (`cablenet.maps.projection.Window`).
        """
        from cablenet.maps import draw_attack  # a picture asked of its numbers: a call upwards

        attack = self.attack
        return draw_attack(self.network, attack.units, ax, radius_km=self.radius_km,
                           cut_off=attack.countries, gateways=attack.gateways, window=window,
                           title=self.title)

    def explore(self, title: str = "") -> Any:
        """An interactive map of the worst attack and the next best."""
        from cablenet.maps import explore  # a picture asked of its numbers: a call upwards
        from cablenet.scoring import score

        net = self.network
        return explore(net, score(net, self.scenarios(), metrics=["isolated"]),
                       title=title or self.title)

    def to_json(self) -> dict[str, Any]:
        """As plain values, the certificate's keys on top."""
        return {
            **self.certificate.to_json(), "objective_unit": self.counts, "k": self.k,
            "unit": self.unit, "metric": self.metric, "asked": self.asked,
            "radius_km": self.radius_km, "min_rate": self.min_rate, "chance": self.chance,
            **{key: value for key, value in self.attack.to_json().items() if key != "objective"},
            "evidence": self.evidence, "ties": self.ties,
            "next_best": [attack.to_json() for attack in self.next_best],
        }


def worst_case(net: Network, k: int, *, unit: str | Units = "cable", metric: str = "isolated",
               country: str | None = None, pair: Sequence[str] | None = None,
               min_rate: float | None = None, model: FaultModel | None = None,
               radius_km: float = 25.0, next_best: int = 0, seed: int = 1,
               time_limit: float = TIME_LIMIT) -> WorstCase:
    """The worst that at most k failing units can do, proved.

    Parameters
    ----------
    unit
        cable, station, segment, place (all that one disk of `radius_km` can hit), any other kind
        of `units_of`, kinds joined by '+' (one budget over all of them), or mixed: cable+station;
        or `Units` already at hand, since finding the places of the world takes half a minute
    metric
        isolated (countries; or gateways, of one country or a pair) or people
    country
        only this country's gateways count
    pair
        two countries: gateways of either that reach no gateway of the other
    min_rate
        only sets count of which the product of the units' yearly chances of failing,
        1 - exp(-rate), is at least this; units without a known rate do not fail. Logarithms are
        rounded to millionths, so the limit holds within a factor of exp(k / 10^6)
    model
        what breaks how often; needed with `min_rate`
    next_best
        how many further attacks to list
    seed, time_limit
        of the solver; the limit is deterministic time (about seconds) of each solve

    Raises
    ------
    InputError
        k below 1 or beyond the number of units, or limits that contradict
    UnknownNameError
        a unit, metric or country that does not exist
    NoPlanFoundError
        the limit came before any attack was found; with the best bound
    """
    asked = Asked(net, unit, metric, country, pair, min_rate, model, radius_km, seed, time_limit)
    asked.check(k)
    return solve(asked, asked.case(k), k, next_best)


def solve(asked: Asked, case: AttackCase, k: int, next_best: int = 0) -> WorstCase:
    """Attack a case that is ready, and have the kernels count what comes of it."""
    found, answer = case.worst(k, seed=asked.seed, limit=asked.limit)
    chosen = without_idle(case, found)
    attack = attack_of(case.net, case.units, case.question, chosen)
    if attack.value != round(answer.objective):
        raise PlanError(f"the attack failed its own check: the solver counts "
                        f"{answer.objective:,.0f}, the kernels {attack.value:,}")
    return WorstCase(
        case.net, case.units.kind, k, asked.metric, asked.whom(), case.question.unit_of_value,
        asked.radius_km, attack, _next_best(asked, case, k, chosen, next_best),
        certificate_of(answer, attack.value, asked.seed, asked.limit),
        nothing_worse(case, k, attack.value), asked.min_rate, asked.chance(chosen), case, chosen)


def _next_best(asked: Asked, case: AttackCase, k: int, first: tuple[int, ...],
               count: int) -> tuple[Attack, ...]:
    """Attacks found one by one, each forbidden from then on together with all that holds it."""
    known, out = [first], []
    for _ in range(count if first else 0):
        found, answer = case.worst(k, seed=asked.seed, limit=asked.limit, never_all=known)
        if not answer.objective >= 1:
            break
        known.append(without_idle(case, found))
        out.append(attack_of(case.net, case.units, case.question, known[-1]))
    return tuple(out)


def certificate_of(answer: Solution, value: int, seed: int, limit: float) -> Certificate:
    """What is proved: the objective counts whole things, so the bound is rounded down."""
    bound = float(max(value, int(np.floor(answer.bound + 1e-6))))
    closed = answer.status == "optimal" and bound == value
    return Certificate("optimal" if closed else "feasible", float(value), bound,
                       (bound - value) / max(1.0, value), answer.seconds, seed, limit,
                       checked=True)
