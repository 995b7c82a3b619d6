"""`added_latency_ms`: how much longer the round trip of the shortest surviving path gets."""

from __future__ import annotations

import numpy as np

from cablenet.kernels.paths import ShortestPaths
from cablenet.metrics.values import Heading, Metric, MetricValues, Options
from cablenet.network import Network
from cablenet.scenarios.scenario_set import ScenarioSet

HEADINGS = (
    Heading("added_latency_ms", "ms round trip", False,
            "demand-weighted rise over the demands that still have a path"),
    Heading("added_latency_worst_ms", "ms round trip", False,
            "largest rise of any demand that still has a path"),
    Heading("demand_without_path_tbps", "Tbps", True, "demand between gateways left unconnected"),
)


def measure(net: Network, scenarios: ScenarioSet, options: Options) -> MetricValues:
    """Round trip over the shortest path of every demand, failed less intact.

    Not monotone: a demand that loses its last path leaves the average, and is counted in
    `demand_without_path_tbps` instead. What a scenario does not touch is not computed again
    (`kernels.paths`).
    """
    demands, gates = net.demands, net.gateways
    roots, root_of = np.unique(gates.node[demands.to_gateway], return_inverse=True)
    starts = gates.node[demands.from_gateway]
    cost = np.maximum(2.0 * net.links.latency_ms, 1e-6)
    paths = ShortestPaths(len(net.nodes), net.links.a, net.links.b, cost, net.links.in_service,
                          roots, starts)
    before = paths.intact[root_of, starts]
    joined = np.isfinite(before)
    size, n_countries = len(scenarios), len(net.country_id)
    country = gates.country[demands.from_gateway]
    total = np.bincount(country, demands.tbps * joined, minlength=n_countries)
    mean = np.zeros((size, n_countries))
    worst = np.zeros((size, n_countries))
    cut = np.zeros((size, n_countries))
    for rows, costs in paths.after(scenarios.failed):
        after = costs[root_of, starts]
        lost = joined & ~np.isfinite(after)
        with np.errstate(invalid="ignore"):
            rise = np.where(joined & ~lost, after - before, 0.0)
        left = np.bincount(country, demands.tbps * (joined & ~lost), minlength=n_countries)
        added = np.bincount(country, demands.tbps * rise, minlength=n_countries)
        mean[rows] = np.divide(added, left, out=np.zeros(n_countries), where=left > 0)
        highest = np.zeros(n_countries)
        np.maximum.at(highest, country, rise)
        worst[rows] = highest
        cut[rows] = np.bincount(country, demands.tbps * lost, minlength=n_countries)
    carried = total[None, :] - cut
    weighted = (mean * carried).sum(axis=1)
    return MetricValues(
        scenario={
            "added_latency_ms": np.divide(weighted, carried.sum(axis=1),
                                          out=np.zeros(size), where=carried.sum(axis=1) > 0),
            "added_latency_worst_ms": worst.max(axis=1, initial=0.0),
            "demand_without_path_tbps": cut.sum(axis=1),
        },
        country={"added_latency_ms": mean, "added_latency_worst_ms": worst,
                 "demand_without_path_tbps": cut},
    )


METRIC = Metric("added_latency", HEADINGS, measure, HEADINGS)
