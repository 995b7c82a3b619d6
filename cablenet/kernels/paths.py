"""Shortest paths to a few roots, for a batch of failures; only what a failure touches is redone.

Taking links away never shortens a path. So while every link of a root's intact shortest paths
stands, those paths are still there and still the shortest, and nothing is computed for that root.
Failures that take away the same links are computed once.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class ShortestPaths:
    """Paths between nodes and roots over undirected links.

    Attributes
    ----------
    intact
        (R, N) the cost of every node's path to every root with nothing failed, inf without one
    used
        (R, L) the links of the paths from the starts to each root
    """

    def __init__(self, n_nodes: int, a: Ints, b: Ints, cost: Floats, in_service: Flags,
                 roots: Ints, starts: Ints) -> None:
        """`cost` (L,) is above 0; `roots` (R,) and `starts` are nodes."""
        self._n, self._roots = n_nodes, roots
        low, high = np.minimum(a, b), np.maximum(a, b)
        self._order = np.lexsort((np.arange(len(a)), cost, high, low))  # cheapest of a pair first
        self._low, self._high = low[self._order], high[self._order]
        self._pair = self._low * n_nodes + self._high
        self._cost = cost[self._order]
        self._in_service = in_service
        graph, links = self._graph(in_service)
        self.intact, parent = dijkstra(graph, directed=False, indices=roots,
                                       return_predecessors=True)
        self.used: Flags = np.zeros((len(roots), len(a)), bool)
        by_pair = dict(zip(self._pair[links].tolist(), self._order[links].tolist(), strict=True))
        wanted = np.unique(starts).tolist()
        for root, tree in enumerate(parent.tolist()):
            seen: set[int] = set()
            for node in wanted:
                while node not in seen and (above := tree[node]) >= 0:
                    seen.add(node)
                    self.used[root, by_pair[min(node, above) * n_nodes + max(node, above)]] = True
                    node = above

    def after(self, failed: sp.csr_array) -> Iterator[tuple[Ints, Floats]]:
        """Scenarios that lose links of a path, and (R, N) the costs that are left.

        Parameters
        ----------
        failed
            (S, L) where a link fails

        Yields
        ------
        the numbers of all scenarios with one set of failed links, and their costs; scenarios that
        touch no path are left out, since their costs are the intact ones
        """
        on_a_path: Ints = np.asarray(self.used.any(axis=0), np.int64)
        touched = np.flatnonzero(failed @ on_a_path)
        alike: dict[bytes, list[int]] = {}
        for row in touched.tolist():
            lost = failed.indices[failed.indptr[row]:failed.indptr[row + 1]]
            alike.setdefault(np.unique(lost).tobytes(), []).append(row)
        for rows in alike.values():
            lost = failed.indices[failed.indptr[rows[0]]:failed.indptr[rows[0] + 1]]
            alive = self._in_service.copy()
            alive[lost] = False
            again = np.flatnonzero(self.used[:, lost].any(axis=1))
            costs = self.intact.copy()
            costs[again] = dijkstra(self._graph(alive)[0], directed=False,
                                    indices=self._roots[again])
            yield np.array(rows), costs

    def _graph(self, alive: Flags) -> tuple[sp.csr_array, Ints]:
        """The links alive, the cheapest of each pair of nodes; and their places in the order."""
        live = np.flatnonzero(alive[self._order])
        pair = self._pair[live]
        first = np.ones(len(pair), bool)
        first[1:] = pair[1:] != pair[:-1]
        links = live[first]
        graph = sp.csr_array((self._cost[links], (self._low[links], self._high[links])),
                             shape=(self._n, self._n))
        return graph, links
