"""From a network and a few words to a job: which units, which scores, how many at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import comb

from cablenet.errors import InputError, UnknownNameError
from cablenet.metrics import METRICS, Options
from cablenet.network import Network
from cablenet.scenarios.units import Units, units_of
from cablenet.sweeps.any_metric import any_measure
from cablenet.sweeps.capacity import capacity_measure
from cablenet.sweeps.exhaustive import MOST, ExhaustiveSweep
from cablenet.sweeps.isolated import IsolatedMeasure
from cablenet.sweeps.measured import Measure
from cablenet.sweeps.reachability import reachability

MOST_ROWS = 10**10
"""Scenarios beyond which a sweep would take days: the order is refused."""


def exhaustive_sweep(net: Network, order: int = 2, unit: str = "cable",
                     metrics: Sequence[str] = ("isolated",), *, capacity_rule: str | None = None,
                     top: int = 100, radius_km: float = 25.0) -> ExhaustiveSweep:
    """Every combination of 1 to `order` failing units, ready for `run_sweep`.

    Parameters
    ----------
    unit
        cable, segment, station, place, srlg, a kind of group, or several joined by '+'
    metrics
        names from `cablenet.METRICS`; the worst list goes by the first column of the first
    top
        how many of the worst scenarios are listed
    radius_km
        the radius of a place

    Raises
    ------
    InputError
        an order outside 1..4, or more than 10,000,000,000 scenarios
    UnknownNameError
        a metric or unit that does not exist
    MissingCapacityError
        a flow score on a map without capacities, and no rule
    """
    if not 1 <= order <= MOST:
        raise InputError(f"order {order}: an exhaustive sweep takes 1 to {MOST} units at once; for "
                         "more, ask `cut-sets` or draw years with --years")
    for name in metrics:
        if name not in METRICS:
            raise UnknownNameError("metric", name, METRICS)
    if not metrics:
        raise InputError("name at least one metric, such as isolated")
    units = units_of(net, unit, radius_km=radius_km)
    rows = sum(comb(len(units), k) for k in range(1, order + 1))
    if rows > MOST_ROWS:
        raise InputError(f"order {order} over {len(units):,} {unit}s is {rows:,} scenarios, more "
                         f"than {MOST_ROWS:,}; lower the order or choose larger units")
    recipe = {
        "source": "exhaustive", "network": net.name, "network_fingerprint": net.fingerprint,
        "as_of": str(net.as_of) if net.as_of else None, "unit": unit, "order": order,
        "metrics": list(metrics), "capacity_rule": capacity_rule,
        **({"radius_km": radius_km} if "place" in unit.split("+") else {}),
    }
    measures = tuple(_measure(net, units, name, order, capacity_rule) for name in metrics)
    return ExhaustiveSweep(units.id, net.country_id, order, measures, recipe, top)


def _measure(net: Network, units: Units, name: str, order: int, rule: str | None) -> Measure:
    if name in COMPILED:
        return COMPILED[name](net, units, order, rule)
    return any_measure(net, units, name, Options(rule))


def _isolated(net: Network, units: Units, order: int, rule: str | None) -> Measure:
    return IsolatedMeasure(reachability(net, units, order), len(units), len(net.country_id))


def _capacity(net: Network, units: Units, order: int, rule: str | None) -> Measure:
    return capacity_measure(net, units, rule)


COMPILED: dict[str, Callable[[Network, Units, int, str | None], Measure]] = {
    "isolated": _isolated,
    "capacity_loss": _capacity,
}
"""Metrics with a form of their own for sweeps; the others go by their ordinary measure."""
