"""`capacity_loss`: how far the largest flow from a country to the hubs abroad falls."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from cablenet.errors import MissingCapacityError, UnknownNameError
from cablenet.metrics.values import Heading, Metric, MetricValues, Options
from cablenet.network import LINK_KINDS, Network
from cablenet.scenarios.scenario_set import ScenarioSet
from cablenet.solvers import UNLIMITED, FlowNetwork, undirected

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
GBPS = 1000
WET, LAND = LINK_KINDS.index("wet"), LINK_KINDS.index("land")
HEADINGS = (
    Heading("capacity_loss_tbps", "Tbps", True,
            "fall of the largest flow to the hubs abroad, summed over countries"),
    Heading("capacity_loss_worst_share", "fraction", True,
            "the largest share of its flow that any one country loses"),
)
COUNTRY_HEADINGS = (
    Heading("capacity_loss_tbps", "Tbps", True,
            "fall of the largest flow from the country's gateways to the hubs abroad"),
    Heading("capacity_loss_share", "fraction", True, "that fall as a share of the intact flow"),
)


def unit_per_cable(net: Network) -> Floats:
    """Every cable section carries 1 Tbps; land links are unlimited. Counts disjoint routes."""
    sections = np.isin(net.links.kind, [WET, LAND])
    return np.where(sections, 1.0, np.inf)


def by_length(net: Network) -> Floats:
    """Assumed: 10 Tbps a section, 40 where the cable is longer than 5,000 km; land unlimited."""
    per_cable = np.bincount(net.links.cable[net.links.cable >= 0],
                            net.links.length_km[net.links.cable >= 0],
                            minlength=len(net.cable_id))
    long = per_cable[np.maximum(net.links.cable, 0)] > 5000.0
    return np.where(net.links.cable >= 0, np.where(long, 40.0, 10.0), np.inf)


CAPACITY_RULES: dict[str, Callable[[Network], Floats]] = {
    "unit-per-cable": unit_per_cable,
    "by-length": by_length,
}


def capacities(net: Network, rule: str | None) -> Floats:
    """(L,) lit Tbps in each direction, from the map or from a named rule.

    Raises
    ------
    MissingCapacityError
        sections without a capacity and no rule named
    """
    if rule is not None:
        if rule not in CAPACITY_RULES:
            raise UnknownNameError("capacity rule", rule, CAPACITY_RULES)
        return CAPACITY_RULES[rule](net)
    sections = np.isin(net.links.kind, [WET, LAND]) & net.links.in_service
    missing = sections & np.isnan(net.links.lit_tbps)
    if missing.any():
        raise MissingCapacityError(
            f"{int(missing.sum())} of {int(sections.sum())} sections have no lit capacity; fill "
            f"lit_capacity_tbps or name a rule: capacity_rule = {' or '.join(CAPACITY_RULES)}"
        )
    return np.where(np.isnan(net.links.lit_tbps), np.inf, net.links.lit_tbps)


def measure(net: Network, scenarios: ScenarioSet, options: Options) -> MetricValues:
    """Max-flow from each country's gateways to all hubs outside it, intact less failed.

    Only a scenario that takes away a link on which the country's intact flow runs can lower it:
    where it takes none, that same flow is still feasible, so the maximum is unchanged and no flow
    is computed.
    """
    lit = capacities(net, options.capacity_rule)
    whole = np.where(np.isfinite(lit), np.round(np.nan_to_num(lit, posinf=0.0) * GBPS), UNLIMITED)
    whole = np.where(net.links.in_service, whole, 0).astype(np.int64)
    size, n_countries = len(scenarios), len(net.country_id)
    loss = np.zeros((size, n_countries))
    base = np.zeros(n_countries)
    failed = scenarios.failed
    for country in range(n_countries):
        flow = _CountryFlow(net, country)
        if not flow.possible:
            continue
        base[country] = flow.solve(whole)
        touched = failed @ flow.used.astype(np.int64)
        for row in np.flatnonzero(touched):
            left = whole.copy()
            left[scenarios.links_lost(int(row))] = 0
            loss[row, country] = base[country] - flow.solve(left)
    base, loss = base / GBPS, loss / GBPS
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where((base > 0) & (base < UNLIMITED / GBPS), loss / base, 0.0)
    loss = np.where(base < UNLIMITED / GBPS, loss, 0.0)
    return MetricValues(
        scenario={"capacity_loss_tbps": loss.sum(axis=1),
                  "capacity_loss_worst_share": share.max(axis=1, initial=0.0)},
        country={"capacity_loss_tbps": loss, "capacity_loss_share": share},
    )


class _CountryFlow:
    """Flow from all gateways of one country to all hubs outside it."""

    def __init__(self, net: Network, country: int) -> None:
        gates = net.gateways
        mine = gates.node[gates.country == country]
        hubs = gates.node[net.hubs[gates.country[net.hubs] != country]]
        self.possible = len(mine) > 0 and len(hubs) > 0
        source, sink = len(net.nodes), len(net.nodes) + 1
        self._ends = (source, sink)
        tails, heads = undirected(net.links.a, net.links.b)
        self._flow = FlowNetwork(
            np.concatenate([tails, np.full(len(mine), source), hubs]),
            np.concatenate([heads, mine, np.full(len(hubs), sink)]),
        )
        self._free = np.full(len(mine) + len(hubs), UNLIMITED, np.int64)
        self.used: Ints = np.zeros(len(net.links), bool)
        self._first = True

    def solve(self, capacity: Ints) -> int:
        value = self._flow.max_flow(np.concatenate([capacity, capacity, self._free]), *self._ends)
        if self._first:
            each = self._flow.flows()
            n = len(capacity)
            self.used = each[:n] != each[n:2 * n]
            self._first = False
        return value


METRIC = Metric("capacity_loss", HEADINGS, measure, COUNTRY_HEADINGS)
