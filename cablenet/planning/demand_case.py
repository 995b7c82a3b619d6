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
NEW_MS = 1000.0
"""What a new cable weighs beside its own delay: more than any detour and less than serving
(`SERVE_MS`), so that traffic leaves its way of today only for what is promised. Delay decides no
answer here; programs that would move all traffic to shorter new ways took thirty times as long."""
HINT = 0.01
"""Share of its room that a cable not built is given where a cut is made sharper."""
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
            room_tbps=np.where(self.option >= 0, 0.0, whole.room_tbps),
            delay_ms=whole.delay_ms + np.where(self.option >= 0, NEW_MS, 0.0))
        self.country = self.case.country
        self.countries = len(net.country_id)
        self.total_tbps = self.by_country(self.problem.tbps[:, 0])
        self.carried = np.zeros(len(self.option))

    def by_country(self, values: Floats) -> Floats:
        """(C,) sums of (D,) amounts."""
        return np.asarray(np.bincount(self.country, values, minlength=self.countries), np.float64)

    def outage(self, failed: Flags, built: Flags, hint: float = 0.0) -> Outage:
        """These links (L,) failed and these candidates (K,) built; of the others, a share `hint`
        of their room: none, and they are lost."""
        state = self.case.outage(failed)
        absent = (self.option >= 0) & ~built[self.option]
        room = np.where(absent, hint * state.room_tbps, state.room_tbps)
        return Outage(room, state.lost | absent if hint == 0 else state.lost)

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
        self._heavy: dict[bytes, PromisedFlow] = {}

    def ask(self, failed: Flags, built: Flags, need_tbps: Floats,
            hint: float = 0.0) -> tuple[Promised, Outage]:
        """The least shortfall of a plan after a failure; what is not built has a share `hint` of
        its room."""
        outage = self.case.outage(failed, built, hint)
        lost = np.where(outage.lost & (self.case.option < 0), self.case.problem.delay_ms, 0.0)
        if float(lost @ self.case.carried) > HEAVY * float(
                self.case.problem.delay_ms @ self.case.carried):
            return self._program_after(failed, outage).promise(outage, need_tbps), outage
        if self._program is None or self._program.size > RESET_ROWS:
            self._program = PromisedFlow(self.problem, self.finder, self._standing, self.country,
                                         self.case.countries)
        return self._program.promise(outage, need_tbps), outage

    def _program_after(self, failed: Flags, outage: Outage) -> PromisedFlow:
        """The program of a failure that moves much of the traffic, kept for the next plan."""
        key = np.packbits(failed).tobytes()
        if key not in self._heavy:
            price = first_prices(self.problem, self.finder, outage, SERVE_MS, self._standing.price)
            trees = self.finder.find(np.where(outage.lost, np.inf, self.problem.delay_ms + price))
            arc = np.where(trees.arc >= 0, trees.arc, self._standing.arc)
            start = Standing(arc, np.zeros((0, 2), np.int64), price)
            self._heavy[key] = PromisedFlow(self.problem, self.finder, start, self.country,
                                            self.case.countries)
        return self._heavy[key]

    def cuts(self, failed: Flags, built: Flags, answer: Promised, need: Floats,
             sharper: bool = True) -> list[Cut]:
        """Cuts that this shortfall gives: for each country that stands alone in it, and for the
        others together, one by its prices and one by those of a plan with a hint of everything.

        Prices of a plan alone do not tell where a cable not built would help nothing; those with
        a hint do (T. Magnanti, R. Wong 1981: the cut that says most at an inner point).
        """
        room, lost = self.case.room_once_built(failed), self.case.case.outage(failed).lost
        inner = self.ask(failed, built, need, HINT)[0].price if sharper else None

        def found(weight: Floats) -> list[Cut]:
            said = float(weight @ answer.short_tbps)
            cut = self._best(lost, room, built, answer.price, weight, need, said)
            more = None if cut is None or inner is None else self._best(
                lost, room, built, inner, weight, need, 0.9 * said)
            return [one for one in (cut, more) if one is not None]

        short = answer.short_tbps > SMALL_TBPS
        out: list[Cut] = []
        whole = np.where(short, 1.0, answer.weight)
        rest = whole.copy()
        for country in np.flatnonzero(short).tolist():
            alone = np.zeros(self.case.countries)
            alone[country] = 1.0
            if cuts := found(alone):
                out += cuts
                rest[country] = 0.0
        if rest[short].any():  # prices of all together may say little of some of them
            out += found(rest) or found(whole)
        return list(dict.fromkeys(out))

    def _best(self, lost: Flags, room: Floats, built: Flags, price: Floats, weight: Floats,
              need: Floats, wanted: float) -> Cut | None:
        """The cut that says most: of rounded prices, else of the prices as they are; None if
        neither says nearly what is wanted."""
        for part in (*PARTS, None):
            rounded = np.minimum(price if part is None else np.round(price * part) / part, 1.0)
            weights = weight if part is None else np.round(weight * part) / part
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
