"""From a network and a few words to a job: which units, which scores, how many at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from cablenet.errors import InputError, MismatchError, UnknownNameError
from cablenet.hazards.model import FaultModel
from cablenet.hazards.timeline import CAUSES
from cablenet.metrics import METRICS, Options
from cablenet.metrics.reachability import reachability
from cablenet.metrics.traffic_rules import TrafficRules, rules_from_record
from cablenet.network import Network
from cablenet.scenarios.scenario_set import Recipe, ScenarioSet
from cablenet.scenarios.units import Units, units_of
from cablenet.sweeps.any_metric import any_measure
from cablenet.sweeps.capacity import capacity_measure
from cablenet.sweeps.combination_sweep import CombinationSweep
from cablenet.sweeps.event_sweep import EventSweep
from cablenet.sweeps.isolated import IsolatedMeasure
from cablenet.sweeps.measured import Measure
from cablenet.sweeps.sources import EveryCombination, RandomCombinations, Source
from cablenet.sweeps.unserved import unserved_measure
from cablenet.sweeps.year_measures import (
    IsolatedYears,
    YearMeasure,
    capacity_years,
    parted_years,
)
from cablenet.sweeps.years import YearsSweep

MOST = 4
"""The largest order of an exhaustive sweep."""
MOST_HOURS = 24.0
"""Core-hours beyond which a sweep is refused: a slip, not a wish."""
MOST_ROWS = 10**10
"""Scenarios beyond which a sweep would take days: the order is refused."""


def exhaustive_sweep(net: Network, order: int = 2, unit: str = "cable",
                     metrics: Sequence[str] = ("isolated",), *, capacity_rule: str | None = None,
                     top: int = 100, radius_km: float = 25.0,
                     traffic: TrafficRules | None = None,
                     tolerance: float = 0.0) -> CombinationSweep:
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
    traffic, tolerance
        for `unserved`: limits of rerouting, and the share of all demand by which the bracket of a
        scenario may stay wide; 0 solves every scenario that no patch settles

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
                         "more, ask `cut-sets`, draw years or take a random sample")
    options = Options(capacity_rule, traffic or TrafficRules(), tolerance)
    return _combinations(net, order, unit, metrics, options, top, radius_km,
                         lambda units: EveryCombination(units, order), {"source": "exhaustive"})


def random_sweep(net: Network, count: int, order: int = 3, unit: str = "cable",
                 metrics: Sequence[str] = ("isolated",), *, seed: int = 1,
                 capacity_rule: str | None = None, top: int = 100,
                 radius_km: float = 25.0, traffic: TrafficRules | None = None,
                 tolerance: float = 0.0) -> CombinationSweep:
    """`count` random sets of exactly `order` failing units, each set as likely as any other.

    For orders that are too many to list. Parameters and errors as of `exhaustive_sweep`; the order
    may be as large as there are units.
    """
    if count < 1 or order < 1 or seed < 0:
        raise InputError(f"{count} samples of order {order} with seed {seed}: samples and order "
                         "count from 1, the seed from 0")
    options = Options(capacity_rule, traffic or TrafficRules(), tolerance)
    return _combinations(net, order, unit, metrics, options, top, radius_km,
                         lambda units: RandomCombinations(units, order, count, seed),
                         {"source": "random", "seed": seed})


def _causes(model: FaultModel) -> list[str]:
    """What a model lets fail, so that another one is not taken for it."""
    alone = model.rate_per_year.sum(axis=0) > 0
    joint = {CAUSES[cause] for cause in np.unique(model.events.cause)}
    return [cause for i, cause in enumerate(CAUSES)
            if cause in joint or (i < len(alone) and alone[i])]


def event_sweep(net: Network, events: ScenarioSet, metrics: Sequence[str] = ("isolated",), *,
                capacity_rule: str | None = None) -> EventSweep:
    """Score a scenario set, such as named events, in chunks that a sweep can resume."""
    events.check_network(net)
    _check_metrics(metrics)
    recipe = {"source": "events", "network": net.name, "network_fingerprint": net.fingerprint,
              "as_of": str(net.as_of) if net.as_of else None, "metrics": list(metrics),
              "capacity_rule": capacity_rule}
    return EventSweep(net, events, tuple(metrics), Options(capacity_rule), recipe)


def _check_metrics(metrics: Sequence[str]) -> None:
    if not metrics:
        raise InputError("name at least one metric, such as isolated")
    for name in metrics:
        if name not in METRICS:
            raise UnknownNameError("metric", name, METRICS)


def _combinations(net: Network, order: int, unit: str, metrics: Sequence[str],
                  options: Options, top: int, radius_km: float,
                  source_of: Callable[[int], Source],
                  more: dict[str, object]) -> CombinationSweep:
    _check_metrics(metrics)
    if top < 1:
        raise InputError(f"top {top}: list at least 1 of the worst scenarios")
    units = units_of(net, unit, radius_km=radius_km)
    if order > len(units):
        raise InputError(f"order {order}: there are only {len(units)} units of kind '{unit}' in "
                         "service")
    source = source_of(len(units))
    if source.total > MOST_ROWS:
        raise InputError(f"order {order} over {len(units):,} {unit}s is {source.total:,} "
                         f"scenarios, more than {MOST_ROWS:,}; lower the order, choose larger "
                         "units or take a random sample")
    recipe = {
        **more, "network": net.name, "network_fingerprint": net.fingerprint,
        "as_of": str(net.as_of) if net.as_of else None, "unit": unit, "order": order,
        "metrics": list(metrics), "capacity_rule": options.capacity_rule,
        **_traffic_recipe(options, metrics),
        **({"radius_km": radius_km} if "place" in unit.split("+") else {}),
    }
    measures = tuple(_measure(net, units, name, order, options) for name in metrics)
    hours = source.total * sum(measure.scenario_s for measure in measures) / 3600
    if hours > MOST_HOURS:
        raise InputError(f"{source.total:,} scenarios with {', '.join(metrics)} would take about "
                         f"{hours:,.0f} core-hours; lower the order, take a random sample or score "
                         "isolated first")
    return CombinationSweep(units.id, net.country_id, source, measures, recipe, top)


def sweep_again(net: Network, recipe: Mapping[str, Any],
                model: FaultModel | None = None) -> CombinationSweep | YearsSweep | EventSweep:
    """The same sweep of another network, from what its manifest says was asked.

    So what has been built since can fail too, and a plan is not judged by the old failures.

    Parameters
    ----------
    recipe
        `SweepRun.recipe`
    model
        for drawn years: what breaks how often on `net`

    Raises
    ------
    InputError
        drawn years without a model, or a recipe of no known source
    """
    source, metrics = str(recipe.get("source")), list(recipe.get("metrics", ()))
    rule = recipe.get("capacity_rule")
    if source in ("exhaustive", "random"):
        more: dict[str, Any] = {"capacity_rule": rule, "top": int(recipe["top"]),
                                "radius_km": float(recipe.get("radius_km", 25.0)),
                                "tolerance": float(recipe.get("tolerance", 0.0)),
                                "traffic": rules_from_record(recipe.get("traffic", {}))}
        order, unit = int(recipe["order"]), str(recipe["unit"])
        if source == "exhaustive":
            return exhaustive_sweep(net, order, unit, metrics, **more)
        return random_sweep(net, int(recipe["scenarios"]), order, unit, metrics,
                            seed=int(recipe["seed"]), **more)
    if source == "drawn years":
        if model is None:
            raise InputError("drawn years need a fault model of the new network: "
                             "model=fault_model(net)")
        if _causes(model) != list(recipe["causes"]):
            raise InputError(f"that sweep drew {', '.join(recipe['causes'])}; this model draws "
                             f"{', '.join(_causes(model))}: make it with the same hazards")
        pairs = [(one, other) for one, _, other in
                 (str(pair).partition("-") for pair in recipe["pairs"])]
        return years_sweep(net, model, int(recipe["years"]), seed=int(recipe["seed"]),
                           metrics=metrics, pairs=pairs, capacity_rule=rule)
    if source == "events":
        events = Recipe(tuple((name, params) for name, params in recipe["recipe"]))
        return event_sweep(net, events.regenerate(net), metrics, capacity_rule=rule)
    raise InputError(f"'{source}' is no source of scenarios; give the recipe of a SweepRun")


def _measure(net: Network, units: Units, name: str, order: int, options: Options) -> Measure:
    if name in COMPILED:
        return COMPILED[name](net, units, order, options)
    return any_measure(net, units, name, options)


def _isolated(net: Network, units: Units, order: int, options: Options) -> Measure:
    return IsolatedMeasure(reachability(net, units, order), len(units), len(net.country_id))


def _capacity(net: Network, units: Units, order: int, options: Options) -> Measure:
    return capacity_measure(net, units, options.capacity_rule)


def _unserved(net: Network, units: Units, order: int, options: Options) -> Measure:
    return unserved_measure(net, units, order, options)


def _traffic_recipe(options: Options, metrics: Sequence[str]) -> dict[str, Any]:
    """What `unserved` was told, as JSON."""
    if "unserved" not in metrics:
        return {}
    return {"tolerance": options.tolerance, "traffic": asdict(options.traffic)}


COMPILED: dict[str, Callable[[Network, Units, int, Options], Measure]] = {
    "isolated": _isolated,
    "capacity_loss": _capacity,
    "unserved": _unserved,
}
"""Metrics with a form of their own for sweeps; the others go by their ordinary measure."""


def years_sweep(net: Network, model: FaultModel, years: int, *, seed: int = 1,
                metrics: Sequence[str] = ("isolated",), pairs: Sequence[tuple[str, str]] = (),
                capacity_rule: str | None = None) -> YearsSweep:
    """Drawn years of faults and repairs, ready for `run_sweep`.

    Parameters
    ----------
    model
        what breaks how often, made for this network
    metrics
        isolated and capacity_loss
    pairs
        pairs of countries whose time apart is counted too

    Raises
    ------
    InputError
        fewer than 1 year
    MismatchError
        a model of another network
    UnknownNameError
        a metric that drawn years do not know, or a country
    """
    if years < 1 or seed < 0:
        raise InputError(f"cannot draw {years} years with seed {seed}; years count at least 1, "
                         "seeds at least 0")
    if model.network_fingerprint and model.network_fingerprint != net.fingerprint:
        raise MismatchError("this fault model was made for another network (its fingerprint "
                            "differs); make it again with fault_model(net)")
    units = units_of(net, "segment")
    unit_of_link = np.full(len(net.links), -1)
    unit_of_link[units.links] = units.owner
    compiled = reachability(net, units)
    made: list[YearMeasure] = []
    for name in metrics:
        if name == "isolated":
            made.append(IsolatedYears(compiled, tuple(map(str, net.country_id))))
        elif name == "capacity_loss":
            made.append(capacity_years(net, units, capacity_rule))
        else:
            raise UnknownNameError("metric of drawn years", name, ("isolated", "capacity_loss"))
    if pairs:
        made.append(parted_years(net, compiled, pairs))
    recipe = {
        "source": "drawn years", "network": net.name, "network_fingerprint": net.fingerprint,
        "as_of": str(net.as_of) if net.as_of else None, "metrics": list(metrics),
        "pairs": ["-".join(pair) for pair in pairs], "capacity_rule": capacity_rule,
        "causes": _causes(model),
    }
    return YearsSweep(model, years, seed, unit_of_link, len(units), tuple(made), recipe)
