"""Planning models as a user would write them down: one program, no decomposition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from cablenet.kernels.contract import components
from cablenet.network import NODE_KINDS, Network
from cablenet.planning.link_failures import DesignProblem
from cablenet.solvers import IntegerProgram

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

FAR = 1e12


@dataclass(frozen=True, eq=False)
class Plain:
    """Minimise cost x, low <= matrix x <= high, 0 <= x <= upper, x whole where `whole` says so."""

    cost: Floats
    matrix: sparse.csr_matrix
    low: Floats
    high: Floats
    upper: Floats
    whole: NDArray[np.bool_]

    def by_highs(self, limit_s: float) -> float | None:
        """The optimum proved by HiGHS to a gap of 0; None where the time ran out."""
        answer = milp(self.cost, integrality=self.whole.astype(int),
                      bounds=Bounds(0, self.upper),
                      constraints=LinearConstraint(self.matrix, self.low, self.high),
                      options={"time_limit": limit_s, "mip_rel_gap": 0.0})
        return float(answer.fun) if answer.status == 0 else None

    def by_cp_sat(self, limit_s: float) -> float | None:
        """The same by CP-SAT as it comes: linearisation 1, one worker, whole numbers only."""
        if not self.whole.all():
            raise ValueError("CP-SAT rounds what is not whole")
        program, rows = IntegerProgram(), self.matrix
        x = [program.integer(f"x{j}", 0, int(top)) for j, top in enumerate(self.upper)]
        for r in range(rows.shape[0]):
            part = slice(rows.indptr[r], rows.indptr[r + 1])
            total = sum(int(f) * x[j] for f, j in zip(
                rows.data[part].tolist(), rows.indices[part].tolist(), strict=True))
            if self.low[r] == self.high[r]:
                program.require(total == int(self.low[r]))
                continue
            if np.isfinite(self.low[r]):
                program.require(total >= int(self.low[r]))
            if np.isfinite(self.high[r]):
                program.require(total <= int(self.high[r]))
        program.minimise(sum(int(c) * x[j] for j, c in enumerate(self.cost) if c))
        answer = program.solve(deterministic_limit=limit_s, wall_limit_s=limit_s,
                               linearization_level=1)
        return float(answer.objective) if answer.status == "optimal" else None


def plain_of(program: IntegerProgram) -> Plain:
    """A program of flags with linear rows, to be maximised, as arrays (costs turned round)."""
    proto = program.model.proto
    count = len(proto.variables)
    at, factor, low, high, start = [], [], [], [], [0]
    for condition in proto.constraints:
        linear = condition.linear
        at += list(linear.vars)
        factor += list(linear.coeffs)
        start.append(len(at))
        low.append(float(min(linear.domain)))
        high.append(float(max(linear.domain)))
    cost = np.zeros(count)
    cost[list(proto.objective.vars)] = list(proto.objective.coeffs)  # of the minimum
    matrix = sparse.csr_matrix((factor, at, start), (len(low), count), dtype=float)
    bottom, top = np.array(low), np.array(high)  # HiGHS goes astray where far is not infinite
    bottom[bottom < -FAR], top[top > FAR] = -np.inf, np.inf
    return Plain(cost, matrix, bottom, top, np.ones(count), np.ones(count, bool))


def plain_p_median(distance: Ints, p: int) -> Plain:
    """x[i, j] client i goes to site j, y[j] site j is open: x[i, j] <= y[j], sum of y is p."""
    clients, sites = distance.shape
    x, y = clients * sites, sites
    each = sparse.hstack([sparse.kron(sparse.eye(clients), np.ones((1, sites))),
                          sparse.csr_matrix((clients, y))])
    opened = sparse.hstack([sparse.eye(x), -sparse.kron(np.ones((clients, 1)), sparse.eye(sites))])
    number = sparse.csr_matrix(np.concatenate([np.zeros(x), np.ones(y)])[None, :])
    return Plain(
        np.concatenate([distance.ravel(), np.zeros(y)]).astype(float),
        sparse.csr_matrix(sparse.vstack([each, opened, number])),
        np.concatenate([np.ones(clients), np.full(x, -np.inf), [p]]),
        np.concatenate([np.ones(clients), np.zeros(x), [p]]), np.ones(x + y),
        np.ones(x + y, bool))


def plain_design(problem: DesignProblem) -> Plain:
    """m[e] modules, and in every state a flow from each source over the links that are left."""
    n, links = problem.n_nodes, len(problem)
    demand = problem.table()
    sources = np.flatnonzero(demand.any(axis=1))
    ends = np.zeros((n, 2 * links))
    arcs = np.arange(2 * links)
    ends[np.concatenate([problem.a, problem.b]), arcs] = 1.0
    ends[np.concatenate([problem.b, problem.a]), arcs] = -1.0
    keep = sparse.kron(sparse.eye(len(sources)), sparse.csr_matrix(ends))
    supply = -demand[sources]
    supply[np.arange(len(sources)), sources] += demand[sources].sum(axis=1)
    room = sparse.csr_matrix(np.tile(np.hstack([np.eye(links)] * 2), len(sources)))
    states = links
    size = 2 * links * len(sources)
    upper = np.full((states, len(sources), 2, links), demand.sum())
    upper[np.arange(states), :, :, np.arange(states)] = 0.0
    none = sparse.csr_matrix((n * len(sources) * states, links))
    matrix = sparse.vstack([
        sparse.hstack([none, sparse.kron(sparse.eye(states), keep)]),
        sparse.hstack([-sparse.kron(np.ones((states, 1)), sparse.eye(links)),
                       sparse.kron(sparse.eye(states), room)])])
    flat = np.tile(supply.ravel(), states)
    most = np.ceil(demand.sum())
    return Plain(
        np.concatenate([problem.cost, np.zeros(states * size)]), sparse.csr_matrix(matrix),
        np.concatenate([flat, np.full(states * links, -np.inf)]),
        np.concatenate([flat, np.zeros(states * links)]),
        np.concatenate([np.full(links, most), upper.ravel()]),
        np.concatenate([np.ones(links, bool), np.zeros(states * size, bool)]))


def plain_survival(net: Network, countries: Sequence[int], a: Ints, b: Ints,
                   cost: Ints) -> Plain:
    """z[k] cable k is built, and after the loss of each cable, old or new, a flow that brings one
    unit from every country to a hub.

    Already handed our reduction: what never fails is one place, and a cable is one point joined to
    every place it lands at. None of the countries may hold a hub.
    """
    links, still = net.links, np.flatnonzero(net.links.in_service & (net.links.cable < 0))
    part = components(len(net.nodes), links.a[still], links.b[still])[1]
    live = np.flatnonzero(links.in_service & (links.cable >= 0))
    ends = np.concatenate([links.a[live], links.b[live]])
    lands = net.nodes.kind[ends] != NODE_KINDS.index("branching_unit")
    pairs = np.unique(np.column_stack([
        np.tile(links.cable[live], 2)[lands], part[ends[lands]]]), axis=0)
    cables, star = np.unique(pairs[:, 0], return_inverse=True)
    places = int(part.max()) + 1
    sink, first = places + len(cables), places + len(cables) + 1
    gates, home = net.gateways, {c: first + i for i, c in enumerate(countries)}
    mine = np.flatnonzero(np.isin(gates.country, list(countries)))
    tails = np.concatenate([pairs[:, 1], part[gates.node[net.hubs]],
                            [home[int(c)] for c in gates.country[mine]], part[a]]).astype(int)
    heads = np.concatenate([places + star, np.full(len(net.hubs), sink), part[gates.node[mine]],
                            part[b]]).astype(int)
    known = len(tails) - len(a)
    used, flat = np.unique(np.concatenate([tails, heads]), return_inverse=True)
    arcs, n = len(tails), len(used)
    tails, heads = flat[:arcs], flat[arcs:]
    both = sparse.csr_matrix((np.ones(arcs), (tails, np.arange(arcs))), (n, arcs)) \
        - sparse.csr_matrix((np.ones(arcs), (heads, np.arange(arcs))), (n, arcs))
    keep, states = sparse.hstack([both, -both]), len(cables) + len(a)
    upper = np.full((states, 2, arcs), float(len(countries)))
    for state in range(len(cables)):
        upper[state][:, :len(star)][:, star == state] = 0.0
    for k in range(len(a)):
        upper[len(cables) + k, :, known + k] = 0.0
    supply = np.zeros(n)
    supply[np.searchsorted(used, list(home.values()))] = 1.0
    supply[np.searchsorted(used, sink)] = -float(len(countries))
    pick = sparse.csr_matrix((np.ones(len(a)), (np.arange(len(a)), known + np.arange(len(a)))),
                             (len(a), arcs))
    matrix = sparse.vstack([
        sparse.hstack([sparse.csr_matrix((n * states, len(a))),
                       sparse.kron(sparse.eye(states), keep)]),
        sparse.hstack([-len(countries) * sparse.kron(np.ones((states, 1)), sparse.eye(len(a))),
                       sparse.kron(sparse.eye(states), sparse.hstack([pick, pick]))])])
    total = len(a) + states * 2 * arcs
    return Plain(
        np.concatenate([cost, np.zeros(states * 2 * arcs)]).astype(float),
        sparse.csr_matrix(matrix),
        np.concatenate([np.tile(supply, states), np.full(states * len(a), -np.inf)]),
        np.concatenate([np.tile(supply, states), np.zeros(states * len(a))]),
        np.concatenate([np.ones(len(a)), upper.ravel()]), np.ones(total, bool))
