"""Cheapest in-trees towards every aim: distances, next arcs, and the paths demands take.

Arcs of the same ends are told apart by their weight: the cheapest of them is taken, the first of
equals.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import dijkstra

from cablenet.traffic.problem import FlowProblem

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Trees:
    """(R, N) `cost` from each node to each aim's target (inf: no way) and the `arc` to take
    first (-1: none, or the target itself)."""

    cost: Floats
    arc: Ints


class TreeFinder:
    """Finds the trees of one problem under changing arc weights."""

    def __init__(self, problem: FlowProblem) -> None:
        self.problem = problem
        n = problem.n_nodes
        pair = problem.tail * n + problem.head
        self._order = np.argsort(pair, kind="stable")
        pairs, self._start = np.unique(pair[self._order], return_index=True)
        self._group = np.repeat(np.arange(len(pairs)),
                                np.diff(np.append(self._start, len(pair))))
        self._tail, self._head = pairs // n, pairs % n
        number = sparse.csr_matrix((np.arange(1, len(pairs) + 1), (self._tail, self._head)),
                                   shape=(n, n))
        self._number = number
        self._target, self._refusal, _ = problem.aims

    def find(self, weight: Floats) -> Trees:
        """Cheapest trees under weights >= 0; an arc of infinite weight cannot be used."""
        n, aims = self.problem.n_nodes, len(self._target)
        cost, arc = np.full((aims, n), np.inf), np.full((aims, n), -1)
        for refusal in np.unique(self._refusal):
            rows = np.flatnonzero(self._refusal == refusal)
            allowed = np.where(self.problem.refused[refusal], np.inf, weight)
            lightest, best = self._lightest(allowed)
            usable = np.isfinite(lightest)
            graph = sparse.csr_matrix(
                (lightest[usable], (self._head[usable], self._tail[usable])), shape=(n, n))
            cost[rows], step = dijkstra(graph, indices=self._target[rows],
                                        return_predecessors=True)
            aim, node = np.nonzero(step >= 0)
            if not len(aim):
                continue
            pair = np.asarray(self._number[node, step[aim, node]]).ravel() - 1
            arc[rows[aim], node] = best[pair]
        return Trees(cost, arc)

    def _lightest(self, weight: Floats) -> tuple[Floats, Ints]:
        """The smallest weight of each pair of ends, and the first arc that has it."""
        ordered = weight[self._order]
        lightest = np.minimum.reduceat(ordered, self._start)
        hits = np.flatnonzero(ordered == lightest[self._group])
        best = np.empty(len(lightest), np.int64)
        best[self._group[hits[::-1]]] = self._order[hits[::-1]]
        return lightest, best


def chains(problem: FlowProblem, arc: Ints, aim: Ints, node: Ints) -> tuple[Ints, Ints]:
    """The arcs from `node` to the target of `aim`, following `arc` (R, N).

    Returns
    -------
    (indptr, arcs): the arcs of start k are `arcs[indptr[k]:indptr[k + 1]]`, in travel order
    """
    here, live = np.array(node), np.arange(len(node))
    owners, steps = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    live = live[arc[aim, here] >= 0]
    while len(live):
        taken = arc[aim[live], here[live]]
        owners.append(live)
        steps.append(taken)
        here[live] = problem.head[taken]
        live = live[arc[aim[live], here[live]] >= 0]
    owner, step = np.concatenate(owners), np.concatenate(steps)
    order = np.argsort(owner, kind="stable")
    indptr = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=len(node)))])
    return indptr.astype(np.int64), step[order]
