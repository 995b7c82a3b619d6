"""Who goes without when not all of a level can be served: max-min fair shares.

The proof of a level splits its demands: those whose cheapest way costs less than serving them is
worth are wholly served in every best answer, those whose way costs more go without in every best
answer, and ties can be traded against each other. Ties that share a full arc, or are joined through
others that do, form a *cluster*: what it is served, weighted by level, is the same in every best
answer. If all ties of a level in a cluster can have the same share, that is the max-min fair split:
nobody can have more without somebody having less than that. If they cannot, or a cluster ties two
levels, shares are raised together until some are held back, those are fixed, and the others go on
(water filling).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components, dijkstra

from cablenet.traffic.problem import FlowProblem, Outage
from cablenet.traffic.proof import STEP, Proof

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
NEAR = 1e-6


@dataclass(frozen=True, eq=False)
class Ties:
    """What the proof of all levels says of each demand and level.

    Attributes
    ----------
    none, all
        (D, P) goes without nothing, or without everything, in every best answer
    clusters
        ties as (demand, level) rows (K, 2) that share what they go without: those of one level
        that are joined; `unserved_tbps` of each cluster
    mixed
        whether some cluster ties demands of two levels
    """

    none: Flags
    all: Flags
    clusters: tuple[Ints, ...]
    unserved_tbps: tuple[float, ...]
    mixed: bool


def find_ties(problem: FlowProblem, outage: Outage, proof: Proof, unserved_tbps: Floats) -> Ties:
    """Who can be traded against whom, by the proof of all levels."""
    worth = STEP ** np.arange(problem.levels - 1, -1, -1.0)
    distance, asked = proof.distance[:, None], problem.tbps > 0
    tied = asked & (np.abs(distance - worth) < NEAR * worth)
    none, all_ = asked & ~tied & (distance < worth), asked & ~tied & (distance > worth)
    touched = np.flatnonzero(np.isfinite(proof.distance) & (proof.distance > NEAR))
    if not np.any(unserved_tbps[tied] > 0):
        return Ties(none, all_, (), (), False)
    label = np.full(len(problem), -1)
    label[touched] = _joined(problem, outage, proof, touched)
    demand, level = np.nonzero(tied)
    groups, amounts = [], []
    for key in np.unique(label[demand] * problem.levels + level):
        here = label[demand] * problem.levels + level == key
        rows = np.stack([demand[here], level[here]], axis=1)
        missing = float(unserved_tbps[rows[:, 0], rows[:, 1]].sum())
        groups.append(rows)
        amounts.append(missing)
    joined_at = np.unique(np.stack([label[demand], level]), axis=1)[0]
    mixed = len(np.unique(joined_at)) < len(joined_at)
    return Ties(none, all_, tuple(groups), tuple(amounts), mixed)


def shared_equally(problem: FlowProblem, ties: Ties, unserved_tbps: Floats) -> bool:
    """Whether all ties of each cluster already have the same share, which is the fair split."""
    if ties.mixed:
        return False
    for rows in ties.clusters:
        asked, left = (values[rows[:, 0], rows[:, 1]] for values in (problem.tbps, unserved_tbps))
        if np.any(np.abs(left - asked * (left.sum() / asked.sum())) > NEAR * asked):
            return False
    return True


def _joined(problem: FlowProblem, outage: Outage, proof: Proof, demands: Ints) -> Ints:
    """A label for each demand: equal where priced arcs on their cheapest ways join them."""
    arcs = np.flatnonzero((proof.price > 0) & ~outage.lost)
    uses = np.zeros((len(demands), len(arcs)), bool)
    weight = np.where(outage.lost, np.inf, proof.price)
    for row in np.unique(problem.refusal[demands]):
        allowed = np.flatnonzero(np.isfinite(weight) & ~problem.refused[row])
        graph = _lightest(problem, allowed, weight[allowed])
        chosen = np.flatnonzero(problem.refusal[demands] == row)
        here = demands[chosen]
        sources, source = np.unique(problem.source[here], return_inverse=True)
        goals, goal = np.unique(problem.target[here], return_inverse=True)
        to_arc = dijkstra(graph, indices=sources)[:, problem.tail[arcs]]
        onward = dijkstra(graph.T.tocsr(), indices=goals)[:, problem.head[arcs]]
        through = to_arc[source] + weight[arcs][None, :] + onward[goal]
        uses[chosen] = ((through <= proof.distance[here, None] + NEAR)
                        & ~problem.refused[row][arcs][None, :])
    demand, arc = np.nonzero(uses)
    count = len(demands) + len(arcs)
    joined = sparse.coo_array((np.ones(len(demand), bool), (demand, len(demands) + arc)),
                              shape=(count, count))
    return np.asarray(connected_components(joined, directed=False)[1][:len(demands)], np.int64)


def _lightest(problem: FlowProblem, arcs: Ints, weight: Floats) -> sparse.csr_matrix:
    """The lightest arc of each pair of ends; weights of zero stay arcs."""
    order = np.lexsort((weight, problem.head[arcs], problem.tail[arcs]))
    tail, head = problem.tail[arcs][order], problem.head[arcs][order]
    first = np.ones(len(order), bool)
    first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    return sparse.csr_matrix((weight[order][first], (tail[first], head[first])),
                             shape=(problem.n_nodes, problem.n_nodes))
