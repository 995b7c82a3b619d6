"""`capacity_loss`: how far the largest flow from a country to the hubs abroad falls."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from cablenet.errors import MissingCapacityError, UnknownNameError
from cablenet.kernels.contract import NEVER
from cablenet.kernels.flow_graph import reduce_flow_graph
from cablenet.metrics.largest_flow import LargestFlow, Turns
from cablenet.metrics.values import Heading, Metric, MetricValues, Options
from cablenet.network import LINK_KINDS, Network
from cablenet.scenarios.scenario_set import ScenarioSet
from cablenet.solvers import UNLIMITED

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

    Links that fail in the same scenarios are one row of a reduced graph
    (`kernels.flow_graph`), and few scenarios need a flow of their own (`metrics.largest_flow`).
    """
    row, failed = _rows(scenarios)
    flows = country_flows(net, row, failed.shape[1], options.capacity_rule)
    loss, share = losses(flows, failed, len(net.country_id))
    return MetricValues(
        scenario={"capacity_loss_tbps": loss.sum(axis=1),
                  "capacity_loss_worst_share": share.max(axis=1, initial=0.0)},
        country={"capacity_loss_tbps": loss, "capacity_loss_share": share},
    )


def losses(flows: Mapping[int, LargestFlow], failed: sp.csr_array, n_countries: int, *,
           in_turn: bool = False) -> tuple[Floats, Floats]:
    """(S, C) fall of each country's flow in Tbps, and as a share of its intact flow.

    A country whose intact flow nothing limits loses nothing that could be counted.

    Parameters
    ----------
    in_turn
        the scenarios are states that follow one another; the same values, found otherwise
    """
    loss = np.zeros((failed.shape[0], n_countries))
    base = np.full(n_countries, np.inf)
    turns = Turns.of(failed) if in_turn else None
    found: dict[int, Ints] = {}  # countries may share a flow problem
    for country, flow in flows.items():
        if 0 < flow.base < UNLIMITED:
            if id(flow) not in found:
                found[id(flow)] = (flow.values(failed) if turns is None
                                   else flow.values_in_turn(turns))
            base[country] = flow.base / GBPS
            loss[:, country] = (flow.base - found[id(flow)]) / GBPS
    return loss, loss / base


def country_flows(net: Network, row: Ints, n_rows: int,
                  capacity_rule: str | None = None) -> dict[int, LargestFlow]:
    """The flow problem of every country that has a gateway, and hubs abroad to reach.

    Parameters
    ----------
    row
        (L,) what each link fails with, `NEVER` for nothing
    """
    lit, gates = capacities(net, capacity_rule), net.gateways
    whole = np.where(np.isfinite(lit), np.round(np.nan_to_num(lit, posinf=0.0) * GBPS), UNLIMITED)
    whole = np.where(net.links.in_service, whole, 0).astype(np.int64)
    keep = np.zeros(len(net.nodes), bool)
    keep[gates.node] = True
    graph = reduce_flow_graph(len(net.nodes), net.links.a, net.links.b, whole, row, keep, UNLIMITED)
    place, hub_country = graph.place[gates.node], gates.country[net.hubs]
    out: dict[int, LargestFlow] = {}
    asked: dict[tuple[bytes, bytes], LargestFlow] = {}  # neighbours on one landmass ask the same
    for country in np.unique(gates.country).tolist():
        mine = np.unique(place[gates.country == country])
        abroad = np.unique(place[net.hubs[hub_country != country]])
        key = mine.tobytes(), abroad.tobytes()
        if len(abroad):
            if key not in asked:
                asked[key] = LargestFlow(graph, n_rows, mine, abroad)
            out[country] = asked[key]
    return out


def _rows(scenarios: ScenarioSet) -> tuple[Ints, sp.csr_array]:
    """The row of each link, and (S, R) which rows fail; links that fail alike share a row."""
    failed = scenarios.failed.astype(np.int64)
    marks = np.random.default_rng(failed.shape[0]).integers(1, 2**62, failed.shape[0], np.int64)
    lost = np.asarray(failed.astype(bool).sum(axis=0) > 0)
    _, first, same = np.unique(failed.T @ marks, return_index=True, return_inverse=True)
    used = np.unique(same.ravel()[lost])
    number = np.full(len(first), NEVER)
    number[used] = np.arange(len(used))
    row = np.where(lost, number[same.ravel()], NEVER)
    return row, sp.csr_array(failed.tocsc()[:, first[used]].tocsr())


METRIC = Metric("capacity_loss", HEADINGS, measure, COUNTRY_HEADINGS)
