"""`DemandCase`: a network and its candidates as one flow problem, asked about plans and failures.

Candidates are arcs without room until they are built. A plan and a failure give an outage; the
least that countries then fall short of their promise comes with cuts that every plan obeys.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cablenet.metrics.flow_case import FlowCase, flow_case
from cablenet.metrics.traffic_rules import TrafficRules
from cablenet.network import Network
from cablenet.planning.candidates import Proposals
from cablenet.planning.needs import with_all_built
from cablenet.traffic.optimum import HEAVY, RESET_ROWS, FlowSolver, Optimum
from cablenet.traffic.problem import FlowProblem, Outage
from cablenet.traffic.promised import SERVE_MS, Promised, PromisedFlow, lifted, shortfall
from cablenet.traffic.standing import Standing
from cablenet.traffic.start import first_prices
from cablenet.traffic.trees import TreeFinder

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

SMALL_TBPS = 1e-6
"""A shortfall below this is none."""
PARTS = (1.0, 2.0, 3.0, 4.0, 6.0)
"""Prices are rounded to whole numbers or these parts of them before a cut is worked out."""


@dataclass(frozen=True)
class Cut:
    """A valid inequality: the shortfall of `countries` after a failure is at least
    `least` - the sum of `gain` over those of `options` that are built."""

    countries: tuple[int, ...]
    least: float
    options: tuple[int, ...]
    gain: tuple[float, ...]


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
            room_tbps=np.where(self.option >= 0, 0.0, whole.room_tbps))
        self.country = self.case.country
        self.countries = len(net.country_id)
        self.total_tbps = self.by_country(self.problem.tbps[:, 0])
        self.carried = np.zeros(len(self.option))

    def by_country(self, values: Floats) -> Floats:
        """(C,) sums of (D,) amounts."""
        return np.asarray(np.bincount(self.country, values, minlength=self.countries), np.float64)

    def outage(self, failed: Flags, built: Flags) -> Outage:
        """These links (L,) failed and these candidates (K,) built; the others are lost."""
        state = self.case.outage(failed)
        absent = (self.option >= 0) & ~built[self.option]
        room = np.where(absent, 0.0, state.room_tbps)
        return Outage(room, state.lost | absent)

    def room_once_built(self, failed: Flags) -> Floats:
        """(A,) room of every arc after a failure if all candidates were built."""
        return self.case.outage(failed).room_tbps


class Oracle:
    """Asks what countries get out of demand `tbps` (D,), one outage at a time."""

    def __init__(self, case: DemandCase, tbps: Floats, standing: Standing) -> None:
        kept = np.flatnonzero(tbps > 0)
        self.case = case
        whole = case.problem
        self.problem: FlowProblem = replace(
            whole, source=whole.source[kept], target=whole.target[kept],
            tbps=tbps[kept, None], refusal=whole.refusal[kept])
        self.country = case.country[kept]
        self.finder = TreeFinder(self.problem)
        aim = {key: i for i, key in enumerate(zip(*(one.tolist() for one in whole.aims[:2]),
                                                  strict=True))}
        rows = [aim[key] for key in zip(*(one.tolist() for one in self.problem.aims[:2]),
                                        strict=True)]
        new = np.full(len(aim), -1)
        new[rows] = np.arange(len(rows))
        detours = standing.detours[new[standing.detours[:, 0]] >= 0]
        detours = np.stack([new[detours[:, 0]], detours[:, 1]], axis=1)
        self._standing = Standing(standing.arc[rows], detours, standing.price)
        self._program: PromisedFlow | None = None

    def ask(self, failed: Flags, built: Flags, need_tbps: Floats) -> tuple[Promised, Outage]:
        """The least shortfall of a plan after a failure."""
        outage = self.case.outage(failed, built)
        lost = np.where(outage.lost & (self.case.option < 0), self.case.problem.delay_ms, 0.0)
        if float(lost @ self.case.carried) > HEAVY * float(
                self.case.problem.delay_ms @ self.case.carried):
            price = first_prices(self.problem, self.finder, outage, SERVE_MS, self._standing.price)
            trees = self.finder.find(np.where(outage.lost, np.inf, self.problem.delay_ms + price))
            arc = np.where(trees.arc >= 0, trees.arc, self._standing.arc)
            start = Standing(arc, np.zeros((0, 2), np.int64), price)
            program = PromisedFlow(self.problem, self.finder, start, self.country,
                                   self.case.countries)
            return program.promise(outage, need_tbps), outage
        if self._program is None or self._program.size > RESET_ROWS:
            self._program = PromisedFlow(self.problem, self.finder, self._standing, self.country,
                                         self.case.countries)
        return self._program.promise(outage, need_tbps), outage

    def cuts(self, failed: Flags, built: Flags, answer: Promised, need: Floats) -> list[Cut]:
        """Cuts that this shortfall gives: one for each country that stands alone in it, and one
        for the others together."""
        short = np.flatnonzero(answer.short_tbps > SMALL_TBPS)
        room = self.case.room_once_built(failed)
        lost = self.case.case.outage(failed).lost
        out, rest = [], []
        for country in short.tolist():
            alone = np.zeros(self.case.countries)
            alone[country] = 1.0
            cut = self._best(lost, room, built, answer.price, alone, need,
                             float(answer.short_tbps[country]))
            if cut is None:
                rest.append(country)
            else:
                out.append(cut)
        if rest:
            weight = np.where(answer.short_tbps > SMALL_TBPS, 1.0, answer.weight)
            for one in short.tolist():
                if one not in rest:
                    weight[one] = 0.0
            cut = self._best(lost, room, built, answer.price, weight, need,
                             float(answer.short_tbps[rest].sum()))
            if cut is not None:
                out.append(cut)
        return out

    def _best(self, lost: Flags, room: Floats, built: Flags, price: Floats, weight: Floats,
              need: Floats, wanted: float) -> Cut | None:
        """The cut of rounded prices that says most; None if none says nearly what is wanted."""
        for part in PARTS:
            rounded = np.minimum(np.round(price * part) / part, 1.0)
            weights = np.round(weight * part) / part
            cut, now = self._cut(lost, room, built, rounded, weights, need)
            if now >= wanted - max(SMALL_TBPS / 2, 1e-3 * wanted):
                return cut
        return None

    def _cut(self, lost: Flags, room: Floats, built: Flags, price: Floats,
             weight: Floats, need: Floats) -> tuple[Cut, float]:
        """The cut that prices of what stands and of what is built give, and its value now."""
        option = self.case.option
        open_ = (option >= 0) & ~built[option]
        price = np.where(open_ | lost, 0.0, price)
        mine = weight[self.country] > 0
        sources = np.unique(self.problem.source[mine])
        price = lifted(self.problem, self.finder, lost, price, open_, sources)
        proof = shortfall(self.problem, self.finder, lost, price, weight, need, self.country)
        old = option < 0
        least = proof.least - float(room[old] @ proof.price[old])
        worth = room * proof.price
        gain = np.bincount(option[~old], worth[~old], minlength=len(built))
        now = least - float(gain[built].sum())
        used = np.flatnonzero(gain > 0)
        top = max(least, 0.0)
        return Cut(tuple(np.flatnonzero(weight > 0).tolist()), least, tuple(used.tolist()),
                   tuple(np.minimum(gain[used], top).tolist())), now


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
