"""`Standing`: the trees and detours a program starts from, and how an answer becomes the next one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from cablenet.traffic.problem import FlowProblem
from cablenet.traffic.trees import TreeFinder, chains

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

GBPS = 1000.0
"""Programs count in Gbps, so that small islands stay well above the solver's tolerance."""


@dataclass(frozen=True, eq=False)
class Standing:
    """Where a program starts: `arc` (R, N) standing trees, detours (K, 2) as (aim, arc), and
    (A,) prices of full arcs."""

    arc: Ints
    detours: Ints
    price: Floats


@dataclass(frozen=True, eq=False)
class Flow:
    """(R, A) Gbps of each aim, (D, P) Gbps unserved, (A,) prices in ms, least-cost value."""

    gbps: sparse.csr_array
    unserved: Floats
    price: Floats
    objective: float


def standing_of(problem: FlowProblem, finder: TreeFinder, flow: Flow) -> Standing:
    """Trees along the greatest flow out of every node (the cheapest way where nothing flows), and
    a detour for every other arc that carries something.

    Prices are above zero delay, so arcs that carry flow lead strictly closer to the target, and
    the trees hold no circle.
    """
    arc = finder.find(problem.delay_ms + flow.price).arc.copy()
    flows = flow.gbps.tocoo()
    aim, used = flows.coords
    order = np.argsort(flows.data, kind="stable")
    arc[aim[order], problem.tail[used[order]]] = used[order]
    beside = arc[aim, problem.tail[used]] != used
    return Standing(arc, np.stack([aim[beside], used[beside]], axis=1), flow.price)


def chain_matrix(problem: FlowProblem, arc: Ints) -> sparse.csr_matrix:
    """(R x N, R x N) one where the tree arc of a column lies on the way of a row."""
    aim, node = np.nonzero(arc >= 0)
    indptr, path = chains(problem, arc, aim, node)
    column = np.repeat(aim, np.diff(indptr)) * problem.n_nodes + problem.tail[path]
    row = np.repeat(aim * problem.n_nodes + node, np.diff(indptr))
    return sparse.csr_matrix((np.ones(len(row)), (row, column)), shape=(arc.size, arc.size))
