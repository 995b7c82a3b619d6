"""The exact maximum of demand a network serves, as one linear program over arc flows.

Sets: nodes n, arcs e (each link in both directions), demands d, targets t.
Variables: x[t, e] >= 0, flow towards target t on arc e, Tbps; 0 <= s[d] <= tbps[d], served.
Objective: minimise  sum_e length[e] x[., e] / 1000  -  PENALTY sum_d s[d]: serve all that can be
served, then by the shortest ways.
Constraints: flow out - flow in at node n towards t = sum of s[d] from n to t (n != t);
sum_t x[t, e] <= usable[e].
Demands are aggregated by target (or by source, whichever are fewer), which loses nothing: flow
towards one target decomposes into paths.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, sparse

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

PENALTY = 1e4
"""Cost of leaving one Tbps unserved, in thousand km: more than any detour could cost."""
TOLERANCE_TBPS = 1e-6


@dataclass(frozen=True, eq=False)
class Served:
    """What a network serves.

    Attributes
    ----------
    tbps
        (D,) served of each demand; the total is the exact maximum, its split is one of many
    flow_ab, flow_ba
        (L,) Tbps over each link in each direction
    raised
        (R,) for each raisable group, the share of its extra capacity that was needed
    """

    tbps: Floats
    flow_ab: Floats
    flow_ba: Floats
    raised: Floats

    @property
    def total_tbps(self) -> float:
        return float(self.tbps.sum())


@dataclass(frozen=True, eq=False)
class Raise:
    """Capacity that may be added group by group: `group` (L,) is -1 where nothing can be added.

    A group raised by r in 0..1 adds r x `extra_tbps` to every one of its links; `cost` (R,) is
    what raising it wholly costs in the objective, thousand Tbps km.
    """

    group: Ints
    extra_tbps: Floats
    cost: Floats


def max_served(
    node_count: int,
    a: Ints,
    b: Ints,
    usable_tbps: Floats,
    length_km: Floats,
    *,
    source: Ints,
    target: Ints,
    tbps: Floats,
    raisable: Raise | None = None,
    interior: bool = False,
) -> Served:
    """Serve as much demand as the links can carry, each direction of a link on its own.

    Parameters
    ----------
    a, b
        (L,) end nodes of each link
    usable_tbps
        (L,) what each direction can carry
    length_km
        (L,) used only to prefer short ways among equally good answers
    source, target, tbps
        (D,) demands; those between a node and itself are served
    raisable
        capacity that may be bought at a cost (used by the calibration of the atlas)
    interior
        start with interior points, then go to a corner: several times as fast where much is to be
        raised, the same optimum, at times another of several equally good splits

    Raises
    ------
    ArithmeticError
        if the solver does not prove an optimum, or its answer fails the re-check
    """
    if len(np.unique(source)) < len(np.unique(target)):
        turned = max_served(node_count, a, b, usable_tbps, length_km, source=target,
                            target=source, tbps=tbps, raisable=raisable, interior=interior)
        return Served(turned.tbps, turned.flow_ba, turned.flow_ab, turned.raised)
    links, demands = len(a), len(tbps)
    asked = np.flatnonzero((source != target) & (tbps > 0))
    goals, goal = np.unique(target[asked], return_inverse=True)
    tails, heads = np.concatenate([a, b]), np.concatenate([b, a])
    arcs, flows = 2 * links, 2 * links * len(goals)
    groups = 0 if raisable is None else len(raisable.cost)
    balance = _balance(node_count, tails, heads, goals, source[asked], goal, groups)
    limit = _limits(arcs, len(goals), len(asked), raisable)
    cost = np.concatenate([
        np.tile(np.maximum(length_km, 1.0) / 1000.0, 2 * len(goals)),
        np.full(len(asked), -PENALTY),
        np.zeros(0) if raisable is None else raisable.cost,
    ])
    upper = np.concatenate([np.full(flows, np.inf), tbps[asked], np.ones(groups)])
    room = np.tile(usable_tbps, 2)
    solve: Any = optimize.linprog  # its stubs know no sparse matrices
    result = solve(
        cost, A_ub=limit, b_ub=room, A_eq=balance, b_eq=np.zeros(balance.shape[0]),
        bounds=np.column_stack([np.zeros(len(cost)), upper]),
        method="highs-ipm" if interior else "highs",
    )
    if result.status != 0:
        raise ArithmeticError(f"the served-demand program did not solve: {result.message}")
    _recheck(result.x, limit, room, balance, upper)
    served = np.where(source == target, np.maximum(tbps, 0.0), 0.0)
    served[asked] = np.clip(result.x[flows:flows + len(asked)], 0.0, tbps[asked])
    flow = result.x[:flows].reshape(len(goals), arcs).sum(axis=0) if flows else np.zeros(arcs)
    assert len(served) == demands
    return Served(served, flow[:links], flow[links:], result.x[flows + len(asked):])


def _balance(node_count: int, tails: Ints, heads: Ints, goals: Ints, source: Ints, goal: Ints,
             groups: int) -> sparse.csr_matrix:
    """Flow out - flow in - served = 0 for each target and each node that is not the target."""
    arcs, count = len(tails), len(goals)
    arc = np.arange(arcs)
    incidence = sparse.coo_matrix(
        (np.concatenate([np.ones(arcs), -np.ones(arcs)]),
         (np.concatenate([tails, heads]), np.concatenate([arc, arc]))),
        shape=(node_count, arcs)).tocsr()
    flow = sparse.block_diag([incidence] * count, format="csr") if count else (
        sparse.csr_matrix((0, 0)))
    rows = goal * node_count + source
    served = sparse.coo_matrix(
        (-np.ones(len(source)), (rows, np.arange(len(source)))),
        shape=(count * node_count, len(source)))
    whole = sparse.hstack([flow, served, sparse.csr_matrix((count * node_count, groups))],
                          format="csr")
    keep = np.ones(count * node_count, bool)
    keep[np.arange(count) * node_count + goals] = False
    return sparse.csr_matrix(whole[keep])


def _limits(arcs: int, goals: int, asked: int, raisable: Raise | None) -> sparse.csr_matrix:
    """Total flow on each arc, less what raising its group adds."""
    total = sparse.hstack([sparse.identity(arcs)] * goals, format="csr") if goals else (
        sparse.csr_matrix((arcs, 0)))
    parts = [total, sparse.csr_matrix((arcs, asked))]
    if raisable is not None:
        group, extra = np.tile(raisable.group, 2), np.tile(raisable.extra_tbps, 2)
        rows = np.flatnonzero(group >= 0)
        parts.append(sparse.coo_matrix((-extra[rows], (rows, group[rows])),
                                       shape=(arcs, len(raisable.cost))))
    return sparse.csr_matrix(sparse.hstack(parts))


def _recheck(x: Floats, limit: sparse.csr_matrix, room: Floats, balance: sparse.csr_matrix,
             upper: Floats) -> None:
    """Recompute feasibility without the solver."""
    worst = max(
        float(np.max(limit @ x - room, initial=0.0)),
        float(np.max(np.abs(balance @ x), initial=0.0)),
        float(np.max(-x, initial=0.0)),
        float(np.max(x - upper, initial=0.0)),
    )
    if worst > TOLERANCE_TBPS:
        raise ArithmeticError(f"the served-demand answer breaks a constraint by {worst:g} Tbps")
