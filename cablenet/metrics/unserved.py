"""`unserved`: demand that cannot be carried at the flow optimum, by class and country."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from cablenet.metrics.flow_case import FlowCase, flow_case
from cablenet.metrics.values import Heading, Metric, MetricValues, Options
from cablenet.network import Network
from cablenet.scenarios.scenario_set import ScenarioSet
from cablenet.traffic.classes import CLASSES
from cablenet.traffic.optimum import FlowSolver, Optimum
from cablenet.traffic.ways import round_trips

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

HEADINGS = (
    Heading("unserved_tbps", "Tbps", False,
            "peak demand not carried at the optimum: levels of priority come first, so a loss may "
            "raise one level and lower the total"),
    *(Heading(f"unserved_{row.id}_tbps", "Tbps", False, f"of this, {row.name}") for row in CLASSES),
    Heading("added_round_trip_ms", "ms round trip", False,
            "rise of the mean round trip over what is served, along the paths it takes"),
)
COUNTRY_HEADINGS = (
    Heading("unserved_tbps", "Tbps", False, "peak demand of the country's gateways not carried"),
    Heading("unserved_share", "fraction", False, "that as a share of the country's demand"),
    Heading("added_round_trip_ms", "ms round trip", False,
            "rise of the mean round trip over what is served of the country's demand; where "
            "demands could change places, one of several splits of the same total"),
)


@dataclass(frozen=True, eq=False)
class _Seen:
    """Sums of one answer: by class, by country, and Tbps x ms and Tbps served by country."""

    by_class: Floats
    by_country: Floats
    delay: Floats
    served: Floats


def answers(case: FlowCase, scenarios: ScenarioSet,
            solver: FlowSolver | None = None) -> Iterator[tuple[list[int], Optimum]]:
    """The optimum of every scenario: rows that lose the same links, with their answer.

    A loss of arcs that carry nothing leaves the best answer as good as it was, and takes nothing
    else away, so the intact optimum stands.
    """
    solver = solver or FlowSolver(case.problem)
    rows_of: dict[bytes, list[int]] = {}
    for row in range(len(scenarios)):
        lost = np.sort(scenarios.links_lost(row))
        rows_of.setdefault(lost.astype(np.int64).tobytes(), []).append(row)
    carries = solver.intact.arc_tbps > 1e-12
    for key, rows in rows_of.items():
        failed = np.zeros(len(case.net.links), bool)
        failed[np.frombuffer(key, np.int64)] = True
        outage = case.outage(failed)
        if not np.any(outage.lost & carries) and not case.rules.restore:
            yield rows, solver.intact
        else:
            yield rows, solver.solve(outage)


@dataclass(frozen=True, eq=False)
class Unserved:
    """The values of scenarios of a network, and (C,) Tbps unserved of each country with nothing
    failed."""

    net: Network
    scenarios: ScenarioSet
    values: MetricValues
    intact_tbps: Floats


def measure(net: Network, scenarios: ScenarioSet, options: Options) -> MetricValues:
    """Solve every scenario exactly: see `cablenet.traffic.optimum`."""
    return unserved(net, scenarios, options).values


def unserved(net: Network, scenarios: ScenarioSet, options: Options) -> Unserved:
    """The same with the intact figures; what this call has solved already is not solved again."""
    known = options.seen.get("unserved")
    if known is None or known.net is not net or known.scenarios is not scenarios:
        known = _solved(net, scenarios, options)
        options.seen["unserved"] = known
    return cast(Unserved, known)


def _solved(net: Network, scenarios: ScenarioSet, options: Options) -> Unserved:
    case = flow_case(net, options.traffic, options.capacity_rule)
    solver = FlowSolver(case.problem)
    before = _sums(case, solver.intact)
    size, countries = len(scenarios), len(net.country_id)
    by_class = np.zeros((size, len(CLASSES)))
    by_country, added = np.zeros((size, countries)), np.zeros((size, countries))
    mean = np.zeros(size)
    for rows, answer in answers(case, scenarios, solver):
        after = _sums(case, answer)
        by_class[rows], by_country[rows] = after.by_class, after.by_country
        added[rows] = _mean(after.delay, after.served) - _mean(before.delay, before.served)
        mean[rows] = (after.delay.sum() / max(after.served.sum(), 1e-300)
                      - before.delay.sum() / max(before.served.sum(), 1e-300))
    asked = np.bincount(case.country, case.problem.tbps.sum(axis=1), minlength=countries)
    return Unserved(net, scenarios, MetricValues(
        scenario={"unserved_tbps": by_class.sum(axis=1),
                  **{f"unserved_{row.id}_tbps": by_class[:, i] for i, row in enumerate(CLASSES)},
                  "added_round_trip_ms": mean},
        country={"unserved_tbps": by_country,
                 "unserved_share": np.divide(by_country, asked, out=np.zeros_like(by_country),
                                             where=asked > 0),
                 "added_round_trip_ms": np.nan_to_num(added)}), before.by_country)


def _sums(case: FlowCase, answer: Optimum) -> _Seen:
    left, served = answer.unserved_tbps, answer.served_tbps.sum(axis=1)

    def total(values: Floats) -> Floats:
        return np.bincount(case.country, values,
                           minlength=len(case.net.country_id)).astype(np.float64)

    return _Seen(case.by_class(left).sum(axis=0), total(left.sum(axis=1)),
                 total(np.nan_to_num(round_trips(answer, case.delay_ms)) * served), total(served))


def _mean(total: Floats, amount: Floats) -> Floats:
    return np.asarray(np.divide(total, amount, out=np.full(len(total), np.nan),
                                where=amount > 1e-12))


METRIC = Metric("unserved", HEADINGS, measure, COUNTRY_HEADINGS)
