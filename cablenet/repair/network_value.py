"""What the network gets back: unserved demand by the flow optimum for any set of mended jobs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import dijkstra

from cablenet.metrics.flow_case import FlowCase, flow_case
from cablenet.network import Network
from cablenet.scenarios.dark import dark_links
from cablenet.scenarios.scenario_set import ScenarioSet
from cablenet.traffic.optimum import FlowSolver, Optimum
from cablenet.traffic.problem import Outage

ROUNDING = 1e-9
"""Tbps by which sums of floats may be off; taken off a floor."""
TINY = 1e-12
"""Laid on every price, and taken off again: a sparse matrix knows no ways of length 0."""
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
LEAST_TBPS = 1e-6
"""A megabit a second: less counts as nothing."""


def down_on_land(net: Network, lost: Ints, hurt: Ints) -> Ints:
    """Lost links that neither a fault nor darkness explains."""
    explained = np.union1d(hurt, dark_links(net, hurt))
    return np.setdiff1d(lost, explained)


def still_lost(net: Network, lost: Ints, broken: Ints) -> Ints:
    """Of the links an outage took, those out while these are broken: they, and what is dark."""
    found = np.sort(broken)
    return np.intersect1d(np.union1d(found, dark_links(net, found)), lost)


class NetworkValue:
    """A set function: Tbps of demand unserved while some jobs are mended and the others not.

    Beyond what is unserved with nothing failed. Links that a lost station took with it on land
    count as mended, since their crews (7 days, assumed) are there before nearly every ship.
    """

    def __init__(self, net: Network, outage: ScenarioSet, link_of_job: Sequence[int]) -> None:
        self.net = net
        self.link_of_job = np.asarray(link_of_job, np.int64)
        self.lost = outage.links_lost(0)
        self.solved = 0
        self._known: dict[bytes, Optimum] = {}
        self._least: dict[bytes, float] = {}
        self._harmless: list[frozenset[int]] = []

    @cached_property
    def case(self) -> FlowCase:
        """The network with all its demand."""
        return flow_case(self.net)

    @cached_property
    def solver(self) -> FlowSolver:
        """Of the flow optimum; made when first asked, which takes seconds on a map of the world."""
        return FlowSolver(self.case.problem)

    @property
    def intact_tbps(self) -> float:
        """Unserved with nothing failed."""
        return float(self.solver.intact.unserved_tbps.sum())

    @cached_property
    def demand_by_country(self) -> Floats:
        """(C,) Tbps asked by the inhabitants of each country."""
        return self._by_country(self.case.problem.tbps)

    @cached_property
    def intact_by_country(self) -> Floats:
        """(C,) the same of what is unserved with nothing failed."""
        return self._by_country(self.solver.intact.unserved_tbps)

    def links_out(self, mended: Iterable[int]) -> Ints:
        """Links out while exactly these jobs (by number) are mended, in order."""
        done = np.zeros(len(self.link_of_job), bool)
        done[list(mended)] = True
        broken = np.unique(self.link_of_job[~done])
        return np.sort(still_lost(self.net, self.lost, broken)).astype(np.int64)

    def unserved_tbps(self, mended: Iterable[int]) -> float:
        """Tbps newly unserved while exactly these jobs (by number) are mended; never below 0."""
        out = self.links_out(mended)
        if self.intact_tbps < LEAST_TBPS and self._is_harmless(out):
            return 0.0
        left = max(0.0, float(self.optimum(out).unserved_tbps.sum()) - self.intact_tbps)
        if left < LEAST_TBPS:
            self._harmless.append(frozenset(out.tolist()))
        return left

    def least_unserved_tbps(self, mended: Iterable[int]) -> float:
        """No more than is newly unserved while any part of these jobs is mended.

        With priorities between classes a repair may lower the total served, when what comes first
        takes a longer way; without them it never does. Whatever prices y >= 0 arcs have, no more
        than sum room x y + sum over demands of tbps x max(0, 1 - y along its cheapest way) can be
        served in all (weak duality); y is what room saves at the optimum.
        """
        out = self.links_out(mended)
        key = out.tobytes()
        if self._is_harmless(out):
            return 0.0
        if key not in self._least:
            self._least[key] = max(0.0, self._least_by_prices(out) - self.intact_tbps - ROUNDING)
        return self._least[key]

    def _least_by_prices(self, out: Ints) -> float:
        problem, state = self.case.problem, self.state(out)
        on = ~state.lost
        price = np.maximum(np.nan_to_num(self.optimum(out).saves_tbps[on]), 0.0)
        ends = problem.head[on] * problem.n_nodes + problem.tail[on]
        order = np.lexsort((price, ends))  # the cheapest of parallel arcs
        pair, first = np.unique(ends[order], return_index=True)
        ways = sparse.csr_array((price[order][first] + TINY, divmod(pair, problem.n_nodes)),
                                shape=(problem.n_nodes, problem.n_nodes))
        targets, row = np.unique(problem.target, return_inverse=True)
        along = dijkstra(ways, indices=targets)[row, problem.source]
        asked = problem.tbps.sum(axis=1)
        most = price @ state.room_tbps[on] + asked @ np.clip(
            1.0 - (along - TINY * problem.n_nodes), 0.0, 1.0)
        return float(asked.sum() - most)

    def unserved_by_country(self, mended: Iterable[int]) -> Floats:
        """(C,) Tbps newly unserved by the country that asks; never below 0."""
        return self.newly_unserved(self.links_out(mended))

    def newly_unserved(self, out: Ints) -> Floats:
        """(C,) the same while these links are out."""
        after = self._by_country(self.optimum(out).unserved_tbps)
        return np.maximum(after - self.intact_by_country, 0.0)

    def _by_country(self, level_tbps: Floats) -> Floats:
        return np.bincount(self.case.country, level_tbps.sum(axis=1),
                           minlength=len(self.net.country_id)).astype(np.float64)

    def _is_harmless(self, out: Ints) -> bool:
        """Whether no more is out than in a state known to leave nothing newly unserved."""
        now = frozenset(out.tolist())
        return any(now <= known for known in self._harmless)

    def state(self, out: Ints) -> Outage:
        """The arcs of the flow problem while these links are out."""
        failed = np.zeros(len(self.net.links), bool)
        failed[out] = True
        return self.case.outage(failed)

    def optimum(self, out: Ints) -> Optimum:
        """The flow optimum while these links are out; each state is solved once."""
        key = np.sort(out).astype(np.int64).tobytes()
        if key not in self._known:
            state = self.state(out)
            carries = self.solver.intact.arc_tbps > 1e-12
            if not np.any(state.lost & carries) and not self.case.rules.restore:
                self._known[key] = self.solver.intact
            else:
                self._known[key] = self.solver.solve(state)
                self.solved += 1
        return self._known[key]

    def demand_days(self, done_h: Sequence[float], until_h: float) -> float:
        """Tbps-days unserved from the faults to an hour, if each job is done at its hour."""
        hours = np.asarray(done_h, float)
        marks = [0.0, *sorted({float(hour) for hour in hours if hour < until_h}), until_h]
        total = 0.0
        for start, end in pairwise(marks):
            total += (end - start) * self.unserved_tbps(np.flatnonzero(hours <= start))
        return total / 24.0


def marginal_weights(value: Callable[[Iterable[int]], float], jobs: int) -> list[float]:
    """What each job is worth on its own and at the end: the mean of both, Tbps.

    The first is what is served again if only it is mended, the second what stays unserved if only
    it is not. Sections broken in parallel have worth only in the second, in series in neither.
    """
    none, every = value([]), value(range(jobs))
    return [(none - value([job]) + value([j for j in range(jobs) if j != job]) - every) / 2.0
            for job in range(jobs)]
