"""How likely sets of units are to fail, as a budget of whole numbers for an attack model."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cablenet.errors import InputError, MismatchError
from cablenet.hazards.model import FaultModel
from cablenet.network import Network
from cablenet.scenarios.units import Units

SCALE = 1_000_000
"""Parts of a unit of logarithm; each unit's is rounded down to one, the limit up."""
WITH_RATE = ("cable", "segment")
"""Kinds of unit whose loss a fault at sea explains."""


@dataclass(frozen=True, eq=False)
class Likelihood:
    """(U,) `chance` of each unit to fail within a year, and the budget that keeps sets likely.

    `cost[u]` is -log(chance) in parts of `SCALE`, `limit` the same of the least chance allowed;
    units that are never likely enough, or whose rate is unknown, are `barred`.
    """

    chance: NDArray[np.float64]
    cost: tuple[int, ...]
    limit: int
    barred: frozenset[int]


def likelihood_of(net: Network, units: Units, model: FaultModel | None,
                  least: float) -> Likelihood:
    """The likelihood of units under a fault model.

    A unit fails when any of its links does; its chance in a year is 1 - exp(-rate). Units fail as
    if independent. Stations, places and groups have no rate of their own.

    Raises
    ------
    InputError
        a limit outside 0..1, no model, or no unit with a known rate
    MismatchError
        a model of another network
    """
    if not 0 < least <= 1:
        raise InputError(f"min_rate is {least:g}; give a yearly chance above 0 and at most 1")
    if model is None:
        raise InputError("min_rate needs a fault model: model=cn.fault_model(net)")
    if model.network_fingerprint and model.network_fingerprint != net.fingerprint:
        raise MismatchError("this fault model was made for another network (its fingerprint "
                            "differs); make it again with fault_model(net)")
    rate = np.zeros(len(units))
    np.add.at(rate, units.owner, model.faults_per_year[units.links])
    chance = np.where(np.isin(units.kinds.astype(str), WITH_RATE), -np.expm1(-rate), 0.0)
    if not chance.any():
        raise InputError(f"no unit ({units.kind}) has a known rate of failing; min_rate is for "
                         f"{' and '.join(WITH_RATE)}")
    limit = math.ceil(-math.log(least) * SCALE)
    cost = tuple(math.floor(-math.log(one) * SCALE) if one > 0 else limit + 1
                 for one in chance.tolist())
    return Likelihood(chance, cost, limit,
                      frozenset(u for u, price in enumerate(cost) if price > limit))
