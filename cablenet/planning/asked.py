"""`Asked`: the words of one call for a worst case, checked and made into a case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cablenet.errors import InputError, MismatchError
from cablenet.hazards.model import FaultModel
from cablenet.network import Network
from cablenet.planning.attack_case import AttackCase, attack_case
from cablenet.planning.attack_question import question_of
from cablenet.planning.likelihood import Likelihood, likelihood_of
from cablenet.scenarios.units import Units, units_of

MIXED = "cable+station"


@dataclass(frozen=True, eq=False)
class Asked:
    """Words as of `worst_case`; `limit` is its `time_limit`."""

    net: Network
    unit: str | Units
    metric: str
    country: str | None
    pair: Sequence[str] | None
    min_rate: float | None
    model: FaultModel | None
    radius_km: float
    seed: int
    limit: float

    @cached_property
    def units(self) -> Units:
        """What may fail."""
        if isinstance(self.unit, Units):
            if self.unit.links.max(initial=-1) >= len(self.net.links):
                raise MismatchError("these units belong to another network; make them for this one")
            return self.unit
        kind = MIXED if self.unit == "mixed" else self.unit
        return units_of(self.net, kind, radius_km=self.radius_km)

    @cached_property
    def likelihood(self) -> Likelihood | None:
        """The likelihood limit, if one was asked for."""
        if self.min_rate is None:
            return None
        return likelihood_of(self.net, self.units, self.model, self.min_rate)

    def check(self, k: int) -> None:
        """Raise `InputError` where k or the limit cannot be."""
        if k < 1:
            raise InputError(f"k = {k}: at least one unit has to fail")
        if k > len(self.units):
            raise InputError(f"k = {k}, but there are only {len(self.units)} units "
                             f"({self.units.kind}) in service")
        if not self.limit > 0:
            raise InputError(f"time_limit is {self.limit:g}; give a number above 0")

    def case(self, most: int) -> AttackCase:
        """The case for attacks of at most `most` units."""
        question = question_of(self.net, self.metric, self.country, self.pair)
        if self.likelihood is None:
            return attack_case(self.net, self.units, question, most)
        likely = self.likelihood
        return attack_case(self.net, self.units, question, most, barred=likely.barred,
                           cost=likely.cost, limit=likely.limit)

    def whom(self) -> str:
        """Whose loss counts: the world, a country or a pair."""
        net = self.net
        if self.pair is not None:
            return "-".join(str(net.country_id[net.country_index(c)]) for c in self.pair)
        if self.country is None:
            return "the world"
        return str(net.country_id[net.country_index(self.country)])

    def chance(self, failed: Sequence[int]) -> float:
        """The product of the units' yearly chances; NaN without a likelihood limit."""
        if self.likelihood is None:
            return float("nan")
        return float(np.prod(self.likelihood.chance[list(failed)]))
