"""`added_latency_ms`: how much longer the round trip of the shortest surviving path gets."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from cablenet.metrics.values import Heading, Metric, MetricValues, Options
from cablenet.network import Network
from cablenet.scenarios.scenario_set import ScenarioSet

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
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
    `demand_without_path_tbps` instead. A scenario that takes away no link of the intact
    shortest-path trees leaves every intact path in place, so nothing is computed for it.
    """
    demands, gates = net.demands, net.gateways
    roots, root_of = np.unique(gates.node[demands.to_gateway], return_inverse=True)
    starts = gates.node[demands.from_gateway]
    trees = _Paths(net)
    intact, used = trees.round_trips(net.links.in_service, roots, starts)
    before = intact[root_of, starts]
    joined = np.isfinite(before)
    size, n_countries = len(scenarios), len(net.country_id)
    country = gates.country[demands.from_gateway]
    total = np.bincount(country, demands.tbps * joined, minlength=n_countries)
    mean = np.zeros((size, n_countries))
    worst = np.zeros((size, n_countries))
    cut = np.zeros((size, n_countries))
    for row in np.flatnonzero(scenarios.failed @ used.astype(np.int64)):
        alive = net.links.in_service.copy()
        alive[scenarios.links_lost(int(row))] = False
        after = trees.round_trips(alive, roots, None)[0][root_of, starts]
        lost = joined & ~np.isfinite(after)
        with np.errstate(invalid="ignore"):
            rise = np.where(joined & ~lost, after - before, 0.0)
        left = np.bincount(country, demands.tbps * (joined & ~lost), minlength=n_countries)
        added = np.bincount(country, demands.tbps * rise, minlength=n_countries)
        mean[row] = np.divide(added, left, out=np.zeros(n_countries), where=left > 0)
        np.maximum.at(worst[row], country, rise)
        cut[row] = np.bincount(country, demands.tbps * lost, minlength=n_countries)
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


class _Paths:
    """Shortest round trips over the live links, parallel links reduced to their shortest."""

    def __init__(self, net: Network) -> None:
        self._n = len(net.nodes)
        self._a, self._b = net.links.a, net.links.b
        self._ms = np.maximum(2.0 * net.links.latency_ms, 1e-6)

    def round_trips(self, alive: Flags, roots: NDArray[np.int64],
                    starts: NDArray[np.int64] | None) -> tuple[Floats, Flags]:
        """(roots, N) round trips, and (L,) links on the paths from `starts` to the roots."""
        live = np.flatnonzero(alive)
        low, high = (np.minimum(self._a, self._b)[live], np.maximum(self._a, self._b)[live])
        order = np.lexsort((live, self._ms[live], high, low))
        key = low[order] * self._n + high[order]
        first = np.ones(len(key), bool)
        first[1:] = key[1:] != key[:-1]
        keep = live[order][first]
        graph = csr_array((self._ms[keep], (np.minimum(self._a, self._b)[keep],
                                            np.maximum(self._a, self._b)[keep])),
                          shape=(self._n, self._n))
        used = np.zeros(len(self._a), bool)
        if starts is None:
            return dijkstra(graph, directed=False, indices=roots), used
        trips, parent = dijkstra(graph, directed=False, indices=roots, return_predecessors=True)
        by_pair = dict(zip(key[first].tolist(), keep.tolist(), strict=True))
        for tree in parent:
            for node in np.unique(starts).tolist():
                above = int(tree[node])
                while above >= 0:
                    used[by_pair[min(node, above) * self._n + max(node, above)]] = True
                    node, above = above, int(tree[above])
        return trips, used


METRIC = Metric("added_latency", HEADINGS, measure, HEADINGS)
