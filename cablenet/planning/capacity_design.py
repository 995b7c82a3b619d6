"""`design_capacity`: the cheapest modules on links so that all survives any one link failure.

Sets: links e, states f (each link failed in turn). Data: cost[e] of a module, demands in modules.
Variables: m[e] >= 0 whole. Minimise sum cost[e] m[e] such that in every state all demand can be
routed anew over the links left. By Benders' decomposition (J. Benders 1962): the master holds the
inequalities known; `RoutingTest` finds for each state what the present m breaks, as a metric
inequality, which is then rounded (mixed-integer rounding, G. Nemhauser and L. Wolsey 1990).
For a set S of nodes with demand D out of it over k links, any of which may fail,

    sum of m over the k links  >=  ceil(k ceil(D) / (k - 1)),

since any k - 1 of them must hold ceil(D); those of single nodes and pairs are there from the start.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, sparse
from scipy.sparse.csgraph import connected_components

from cablenet.errors import InfeasibleError, InputError, NoPlanFoundError, PlanError
from cablenet.planning.link_failures import SMALL, DesignProblem, Metric, RoutingTest
from cablenet.solvers import Certificate, cheapest_whole

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Row = tuple[Ints, Floats, float]
Progress = Callable[[str, int, int], None]

ROUNDS = 200
INSIDE = 0.5
"""How far each question moves from the master's answer towards a feasible one (in-out)."""
DENOMINATORS = (1.0, 2.0, 3.0)
RELAXED = 0.6
"""Share of the time after which the relaxation has to do, so that a design is still found."""


@dataclass(frozen=True, eq=False)
class CapacityDesign:
    """(L,) `modules`, with certificate; `cuts` inequalities were needed beside those known at once.
    """

    modules: Ints
    certificate: Certificate
    cuts: int


def design_capacity(problem: DesignProblem, *, time_limit_s: float = 600.0,
                    progress: Progress | None = None) -> CapacityDesign:
    """The cheapest whole modules that carry all demand after any one link failure.

    Raises
    ------
    InfeasibleError
        a link whose failure parts nodes with demand between them
    InputError
        no link, or a number below zero
    NoPlanFoundError
        the time was too short; with the bound
    """
    begun = time.monotonic()
    _check(problem)
    search = _Search(problem, begun + time_limit_s, progress)
    search.relax(begun + RELAXED * time_limit_s)
    search.whole()
    seconds = time.monotonic() - begun
    if search.best is None:
        raise NoPlanFoundError(f"no design was found in {time_limit_s:g} s; none costs less than "
                               f"{search.bound:,.2f}")
    cost = float(problem.cost @ search.best)
    broken = broken_states(problem, search.best)
    if broken:
        raise PlanError(f"the design failed its own check: link {broken[0]} may not fail")
    bound = min(search.bound, cost)
    gap = (cost - bound) / max(1.0, cost)
    return CapacityDesign(search.best, Certificate(
        "optimal" if gap < 1e-9 else "feasible", cost, bound, gap, seconds, 1, time_limit_s,
        checked=True), search.cuts)


def broken_states(problem: DesignProblem, modules: Ints) -> list[int]:
    """Links whose failure leaves demand unrouted: each state solved from scratch by HiGHS."""
    demand = problem.table()
    sources = np.flatnonzero(demand.any(axis=1))
    return [failed for failed in range(len(problem))
            if _unrouted(problem, demand, sources, modules.astype(float), failed) > 1e-6]


def _unrouted(problem: DesignProblem, demand: Floats, sources: Ints, capacity: Floats,
              failed: int) -> float:
    left = np.flatnonzero(np.arange(len(problem)) != failed)
    tail = np.concatenate([problem.a[left], problem.b[left]])
    head = np.concatenate([problem.b[left], problem.a[left]])
    arcs, nodes, many = len(tail), problem.n_nodes, len(sources)
    arc = np.arange(arcs)
    into = sparse.coo_matrix((np.r_[np.ones(arcs), -np.ones(arcs)],
                              (np.r_[head, tail], np.r_[arc, arc])), shape=(nodes, arcs)).tocsr()
    keep = (np.arange(nodes)[None, :] != sources[:, None]).ravel()
    flow = sparse.block_diag([into] * many, format="csr")[keep]
    balance = sparse.hstack([flow, sparse.identity(int(keep.sum()))], format="csr")
    load = sparse.hstack([sparse.hstack([sparse.identity(len(left))] * 2)] * many, format="csr")
    rooms = sparse.hstack([load, sparse.csr_matrix((len(left), int(keep.sum())))], format="csr")
    cost = np.r_[np.zeros(arcs * many), np.ones(int(keep.sum()))]
    solve: Any = optimize.linprog  # its stubs know no sparse matrices
    found = solve(cost, A_ub=rooms, b_ub=capacity[left], A_eq=balance,
                  b_eq=demand[sources].ravel()[keep], method="highs")
    if found.status != 0:
        raise ArithmeticError(f"the check did not solve: {found.message}")
    return float(found.fun)


def _check(problem: DesignProblem) -> None:
    if not len(problem):
        raise InputError("a design needs at least one link")
    if (problem.cost < 0).any() or (problem.demand < 0).any():
        raise InputError("costs and demands are zero or more")
    for failed in range(len(problem)):
        left = np.flatnonzero(np.arange(len(problem)) != failed)
        graph = sparse.csr_matrix((np.ones(len(left)), (problem.a[left], problem.b[left])),
                                  shape=2 * (problem.n_nodes,))
        part = connected_components(graph, directed=False)[1]
        torn = (part[problem.source] != part[problem.target]) & (problem.demand > 0)
        if torn.any():
            one = int(np.flatnonzero(torn)[0])
            raise InfeasibleError(
                f"link {failed} ({problem.a[failed]}-{problem.b[failed]}) is a bridge: when it "
                f"fails, {problem.source[one]} and {problem.target[one]} are parted whatever is "
                "built")


class _Search:
    """Rows known, the bound they prove, and the best design found."""

    def __init__(self, problem: DesignProblem, deadline: float,
                 progress: Progress | None) -> None:
        self.problem, self.deadline, self.progress = problem, deadline, progress
        self.test = RoutingTest(problem)
        self.rows: list[Row] = _cut_sets(problem)
        self.cuts, self.bound = 0, 0.0
        self.best: Ints | None = None
        total = int(np.ceil(problem.demand.sum()))
        self.most = np.full(len(problem), max(total, 1), np.int64)
        self.hot: list[int] = list(range(len(problem)))

    # -- the two phases -----------------------------------------------------------------------

    def relax(self, until: float) -> None:
        """Inequalities until the relaxation breaks none; then a design from its roundings."""
        inside = self.most.astype(float)
        for round_ in range(ROUNDS):
            point, bound = self._master_relaxed()
            self.bound = max(self.bound, bound)
            self._tell("relaxation", round_)
            found = self._ask(INSIDE * point + (1 - INSIDE) * inside, point)
            if not found:
                inside = INSIDE * point + (1 - INSIDE) * inside
                found = self._ask(point, point)
            if time.monotonic() > until or not found:
                break
        self._round_up(point)

    def whole(self) -> None:
        """Whole masters until one breaks nothing: then it is the cheapest."""
        for round_ in range(ROUNDS):
            left = self.deadline - time.monotonic()
            if left <= 0:
                return
            word, modules, bound, _ = cheapest_whole(self.problem.cost, self.rows, self.most,
                                                     limit_s=max(left, 1.0))
            self.bound = max(self.bound, bound)
            self._tell("whole modules", round_)
            if word not in ("optimal", "feasible"):
                return
            if not self._ask(modules.astype(float), modules.astype(float)):
                self._keep(modules)
                if word == "optimal":
                    self.bound = max(self.bound, float(self.problem.cost @ modules))
                return
            self._round_up(modules.astype(float))
            if self.best is not None and self.problem.cost @ self.best <= self.bound * (1 + 1e-9):
                return

    # -- parts --------------------------------------------------------------------------------

    def _master_relaxed(self) -> tuple[Floats, float]:
        row = np.repeat(np.arange(len(self.rows)), [len(members) for members, *_ in self.rows])
        matrix = sparse.csr_matrix((np.concatenate([factors for _, factors, _ in self.rows]), (
            row, np.concatenate([members for members, *_ in self.rows]))),
            shape=(len(self.rows), len(self.problem)))
        solve: Any = optimize.linprog  # its stubs know no sparse matrices
        found = solve(self.problem.cost, A_ub=-matrix,
                      b_ub=-np.array([least for *_, least in self.rows]),
                      bounds=(0, float(self.most.max())), method="highs")
        if found.status != 0:
            raise ArithmeticError(f"the master did not solve: {found.message}")
        return np.asarray(found.x, np.float64), float(found.fun)

    def _ask(self, capacity: Floats, broken_by: Floats) -> int:
        """New rows from states that these capacities do not survive, those broken lately first;
        counts rows that `broken_by` breaks."""
        found, quiet = 0, []
        for failed in list(self.hot):
            if self._late():
                break
            left, metric = self.test.unserved(capacity, failed)
            if left <= SMALL:
                quiet.append(failed)
                continue
            row = _rounded(metric, broken_by)
            if row is not None:
                self.rows.append(row)
                self.cuts += 1
                found += 1
        self.hot = [one for one in self.hot if one not in quiet] + quiet
        return found

    def _round_up(self, point: Floats) -> None:
        """A design near a point: rounded up where that survives all, then taken down link by link,
        the dearest first."""
        modules = np.ceil(point - 1e-6).astype(np.int64)
        if self._late():
            return
        for _ in range(4 * len(self.problem)):
            worst = self._worst_state(modules)
            if worst is None:
                break
            failed, metric = worst
            gain = np.where(np.arange(len(modules)) == failed, 0.0, metric.factor)
            if not gain.any() or self._late():
                return
            modules[int(np.argmax(gain / np.maximum(self.problem.cost, 1e-9)))] += 1
        else:
            return
        self._keep(modules.copy())
        for link in np.argsort(-self.problem.cost, kind="stable").tolist():
            while modules[link] > 0 and not self._late():
                modules[link] -= 1
                if self._worst_state(modules, first=True) is not None:
                    modules[link] += 1
                    break
        self._keep(modules)

    def _worst_state(self, modules: Ints, first: bool = False) -> tuple[int, Metric] | None:
        """The state that leaves most unserved (or the first that leaves any), None if none does."""
        worst: tuple[float, int, Metric] | None = None
        for failed in list(self.hot):
            left, metric = self.test.unserved(modules.astype(float), failed)
            if left > SMALL and (worst is None or left > worst[0]):
                worst = left, failed, metric
                if first:
                    self.hot.remove(failed)
                    self.hot.insert(0, failed)
                    break
        return None if worst is None else (worst[1], worst[2])

    def _keep(self, modules: Ints) -> None:
        if self.best is None or self.problem.cost @ modules < self.problem.cost @ self.best:
            self.best = modules

    def _late(self) -> bool:
        return time.monotonic() > self.deadline

    def _tell(self, what: str, round_: int) -> None:
        if self.progress is not None:
            self.progress(f"{what}: round {round_ + 1}, {len(self.rows)} rows, at least "
                          f"{self.bound:,.1f}", round_, ROUNDS)


def _cut_sets(problem: DesignProblem) -> list[Row]:
    """The inequalities of single nodes and of the ends of each link; see the module."""
    demand = problem.table()
    demand = demand + demand.T
    sets = {frozenset([node]) for node in range(problem.n_nodes)}
    sets |= {frozenset(pair) for pair in zip(problem.a.tolist(), problem.b.tolist(), strict=True)}
    out: list[Row] = []
    for some in sorted(sets, key=sorted):
        inside = np.isin(np.arange(problem.n_nodes), list(some))
        out_of = float(demand[np.ix_(inside, ~inside)].sum())
        links = np.flatnonzero(inside[problem.a] != inside[problem.b])
        if out_of > 0 and len(links) > 1:
            whole = np.ceil(out_of - 1e-9)
            least = np.ceil(len(links) * whole / (len(links) - 1) - 1e-9)
            out.append((links, np.ones(len(links)), float(least)))
            out += [(np.delete(links, i), np.ones(len(links) - 1), float(whole))
                    for i in range(len(links))]
    return out


def _rounded(metric: Metric, point: Floats) -> Row | None:
    """The rounding of a metric inequality that the point breaks most, relative to its norm."""
    used = np.flatnonzero(metric.factor)
    factor, best, worst = metric.factor[used], None, SMALL
    scales = np.unique(np.concatenate([part * factor for part in DENOMINATORS]).round(9))
    tried = [(factor, metric.least)]
    for scale in scales[scales > SMALL][:40]:
        low = metric.least / scale
        rest = low - np.floor(low + 1e-9)
        if rest < 1e-6:
            continue
        whole = np.floor(factor / scale + 1e-9)
        part = np.clip(factor / scale - whole, 0.0, 1.0)
        tried.append((whole + np.minimum(1.0, part / rest), float(np.ceil(low - 1e-9))))
    for factors, least in tried:
        broken = (least - float(factors @ point[used])) / float(np.linalg.norm(factors))
        if broken > worst:
            best, worst = (used, factors, least), broken
    return best
