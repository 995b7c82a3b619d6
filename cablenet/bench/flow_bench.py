"""`bench sweep`, flows: every pair of cables with exact largest flows, beside flow libraries."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from cablenet.bench.case import Case, Progress, timed
from cablenet.bench.flow_peers import FLOW_PEERS, FlowQuestions, questions_of
from cablenet.kernels.flow_graph import reduce_flow_graph
from cablenet.metrics.capacity import GBPS, capacities
from cablenet.metrics.rows import dead_units
from cablenet.network import Network
from cablenet.scenarios.units import Units
from cablenet.solvers import UNLIMITED
from cablenet.sweeps.capacity import CapacityMeasure
from cablenet.sweeps.compiled import exhaustive_sweep

Ints = NDArray[np.int64]
RULE = "by-length"
Widths = Callable[[Ints], Ints]
"""Capacities of a graph's links, given the units that fail."""


def flow_cases(net: Network, units: Units, title: str, pairs: Ints, sample: Mapping[str, int],
               progress: Progress) -> list[Case]:
    """Two cases: peers on the map's own graph, and the best of them on the graph we reduce it to.

    Parameters
    ----------
    pairs
        (S, 2) units that fail
    sample
        how many of `pairs` each peer does
    """
    def run() -> CapacityMeasure:  # flows with nothing failed are found here too
        job = exhaustive_sweep(net, 2, metrics=["capacity_loss"], capacity_rule=RULE)
        for chunk in range(job.chunks):
            job.run(chunk)
            progress("largest flows", chunk, job.chunks)
        measure = job.measures[0]
        assert isinstance(measure, CapacityMeasure)
        return measure

    seconds, measure = timed(run)
    total = len(units) * (len(units) + 1) // 2
    flows = {id(flow): (country, flow) for country, flow in measure.flows.items()
             if 0 < flow.base < UNLIMITED}  # countries that ask the same are asked once, by all
    countries = np.array([country for country, _ in flows.values()], np.int64)
    failed = measure.rows.failed(dead_units(pairs, len(units)), len(pairs))
    ours = np.array([flow.values(failed) for _, flow in flows.values()]).reshape(-1, len(pairs)).T
    name = f"{title}: exact largest flows of {len(countries)} countries, every 1 or 2 cables"
    tried = ", ".join(f"{peer} {count}" for peer, count in sample.items())
    out = []
    for asked, widths, who, label in (
        (*_whole(net, units, countries), list(sample), f"peers cold, pairs tried: {tried}"),
        (*_reduced(net, measure, units, countries), ["ortools"],
         "OR-Tools cold on our reduced graph"),
    ):
        peers, equal = {}, True
        for peer in who:
            progress(f"flows: {peer}", 0, 1)
            each, same = _peer(peer, asked, widths, pairs[:sample[peer]], ours)
            peers[peer], equal = each * total, equal and same
        out.append(Case(f"{name}, one core ({label}; seconds a scenario x scenarios)", total,
                        seconds, peers, equal))
    return out


def _peer(name: str, asked: FlowQuestions, widths: Widths, pairs: Ints,
          ours: Ints) -> tuple[float, bool]:
    """Seconds a scenario, and whether every flow is ours."""
    solve = FLOW_PEERS[name](asked)
    given = [widths(pair) for pair in pairs]
    seconds, found = timed(lambda: [solve(capacity) for capacity in given])
    return seconds / len(pairs), bool((np.array(found) == ours[:len(pairs)]).all())


def _gbps(net: Network) -> Ints:
    lit = capacities(net, RULE)
    whole = np.where(np.isfinite(lit), np.round(np.nan_to_num(lit, posinf=0.0) * GBPS), UNLIMITED)
    return np.where(net.links.in_service, whole, 0).astype(np.int64)


def _whole(net: Network, units: Units, countries: Ints) -> tuple[FlowQuestions, Widths]:
    live, intact = np.flatnonzero(net.links.in_service), _gbps(net)
    asked = questions_of(net, countries, np.arange(len(net.nodes)), len(net.nodes),
                         net.links.a[live], net.links.b[live])

    def widths(failed: Ints) -> Ints:
        left = intact.copy()
        for unit in failed.tolist():
            left[units.members(unit)] = 0
        return left[live]

    return asked, widths


def _reduced(net: Network, measure: CapacityMeasure, units: Units,
             countries: Ints) -> tuple[FlowQuestions, Widths]:
    keep = np.zeros(len(net.nodes), bool)
    keep[net.gateways.node] = True
    rows = measure.rows
    graph = reduce_flow_graph(len(net.nodes), net.links.a, net.links.b, _gbps(net),
                              rows.of_links(len(net.links)), keep, UNLIMITED)
    asked = questions_of(net, countries, graph.place, graph.n_places, graph.a, graph.b)

    def widths(failed: Ints) -> Ints:
        row = rows.failed(dead_units(failed[None, :], len(units)), 1).indices
        return np.where(np.isin(graph.row, row), 0, graph.capacity)

    return asked, widths
