"""What the network gets back: unserved demand by the flow optimum for any set of mended jobs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from cablenet.metrics.flow_case import FlowCase, flow_case
from cablenet.network import Network
from cablenet.scenarios.dark import dark_links
from cablenet.scenarios.scenario_set import ScenarioSet
from cablenet.traffic.optimum import FlowSolver, Optimum

Ints = NDArray[np.int64]


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

    def unserved_tbps(self, mended: Iterable[int]) -> float:
        """Tbps newly unserved while exactly these jobs (by number) are mended; never below 0."""
        done = np.zeros(len(self.link_of_job), bool)
        done[list(mended)] = True
        broken = np.unique(self.link_of_job[~done])
        return max(0.0, float(self.optimum(
            still_lost(self.net, self.lost, broken)).unserved_tbps.sum()) - self.intact_tbps)

    def optimum(self, out: Ints) -> Optimum:
        """The flow optimum while these links are out; each state is solved once."""
        key = np.sort(out).astype(np.int64).tobytes()
        if key not in self._known:
            failed = np.zeros(len(self.net.links), bool)
            failed[out] = True
            state = self.case.outage(failed)
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
