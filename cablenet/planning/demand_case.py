"""`DemandCase`: a network and its candidates as one flow problem, asked about plans and failures.

Candidates are arcs without room until they are built. A plan and a failure give an outage; the
least that countries then fall short of their promise comes with cuts that every plan obeys.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cablenet.metrics.flow_case import FlowCase, flow_case
from cablenet.metrics.traffic_rules import TrafficRules
from cablenet.network import Network
from cablenet.planning.candidates import Proposals
from cablenet.planning.needs import with_all_built
from cablenet.traffic.optimum import FlowSolver, Optimum
from cablenet.traffic.problem import Outage
from cablenet.traffic.standing import Standing
from cablenet.traffic.trees import TreeFinder

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

SMALL_TBPS = 1e-6
"""A shortfall below this is none."""
NEW_MS = 1000.0
"""What a new cable weighs beside its own delay: more than any detour and less than serving
(`SERVE_MS`), so that traffic leaves its way of today only for what is promised. Delay decides no
answer here; programs that would move all traffic to shorter new ways took thirty times as long."""


class DemandCase:
    """Flow problem of K candidates and all that is in service, ready to be asked.

    Attributes
    ----------
    case
        the flow case with every candidate in service
    problem
        its problem with one level, and without room on the candidates' arcs
    option
        (A,) the candidate of each arc, -1 for what stands today
    total_tbps
        (C,) demand of each country
    carried
        (A,) load of each arc today, once `today` has found it
    """

    def __init__(self, net: Network, options: Proposals, rules: TrafficRules | None = None,
                 capacity_rule: str | None = None) -> None:
        self.net, self.options = net, options
        self.full = with_all_built(net, options)
        self.case: FlowCase = flow_case(self.full, rules, capacity_rule)
        of_link = np.full(len(net.links) + 1, -1)
        for k, links in enumerate(options.links):
            of_link[links] = k
        self.option = of_link[self.case.link]
        whole = self.case.problem
        self.problem = replace(
            whole, tbps=whole.tbps.sum(axis=1, keepdims=True),
            room_tbps=np.where(self.option >= 0, 0.0, whole.room_tbps),
            delay_ms=whole.delay_ms + np.where(self.option >= 0, NEW_MS, 0.0))
        self.country = self.case.country
        self.countries = len(net.country_id)
        self.total_tbps = self.by_country(self.problem.tbps[:, 0])
        self.carried = np.zeros(len(self.option))

    def by_country(self, values: Floats) -> Floats:
        """(C,) sums of (D,) amounts."""
        return np.asarray(np.bincount(self.country, values, minlength=self.countries), np.float64)

    def outage(self, failed: Flags, level: Floats, most_tbps: float = np.inf) -> Outage:
        """These links (L,) failed, and of each candidate the share `level` (K,) of its room; of one
        built in part no more than that share of `most_tbps`, of one not at all nothing."""
        state = self.case.outage(failed)
        share = np.where(self.option >= 0, level[self.option], 1.0)
        room = np.where(share < 1.0, share * np.minimum(state.room_tbps, most_tbps),
                        state.room_tbps)
        return Outage(room, state.lost | (share <= 0.0))

    def moved(self, failed: Flags) -> float:
        """Share of today's Tbps x ms on links (L,) that fail."""
        lost = self.case.outage(failed).lost & (self.option < 0)
        work = self.problem.delay_ms * self.carried
        return float(work[lost].sum()) / max(float(work.sum()), 1e-12)

    def room_once_built(self, failed: Flags) -> Floats:
        """(A,) room of every arc after a failure if all candidates were built."""
        return self.case.outage(failed).room_tbps


def today(case: DemandCase) -> tuple[Standing, Optimum]:
    """Where programs start, and the optimum with nothing failed and nothing built.

    Today's trees are those of the arcs that stand; places they do not reach hang on by the
    shortest way over candidates.
    """
    whole = case.problem
    old = np.flatnonzero(case.option < 0)
    solver = FlowSolver(replace(
        whole, tail=whole.tail[old], head=whole.head[old], room_tbps=whole.room_tbps[old],
        delay_ms=whole.delay_ms[old], refused=whole.refused[:, old]))
    known = solver.standing
    arc = np.where(known.arc >= 0, old[known.arc], -1)
    arc = np.where(arc >= 0, arc, TreeFinder(whole).find(whole.delay_ms).arc)
    arc[np.arange(len(arc)), whole.aims[0]] = -1
    price = np.zeros(len(whole.tail))
    price[old] = known.price
    detours = known.detours.copy()
    detours[:, 1] = old[detours[:, 1]]
    case.carried[old] = solver.intact.arc_tbps
    return Standing(arc, detours, price), solver.intact
