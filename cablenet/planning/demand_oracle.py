"""`Oracle`: asks what countries get in one failure under one plan, and why not more.

What falls short comes with cuts that every plan obeys. A plan may be built in part: the linear
relaxation of the master asks so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cablenet.planning.demand_case import SMALL_TBPS, DemandCase
from cablenet.traffic.optimum import RESET_ROWS
from cablenet.traffic.problem import FlowProblem, Outage
from cablenet.traffic.promised import SERVE_MS, Promised, PromisedFlow, lifted, shortfall
from cablenet.traffic.standing import Standing
from cablenet.traffic.start import first_prices
from cablenet.traffic.trees import TreeFinder

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

HEAVY = 0.01
"""Share of all Tbps x ms whose loss gives a failure a program of its own, kept for the next plan.
"""
AFRESH = 0.03
"""Share whose loss makes a start from new prices faster than one from today's."""
HINT = 0.01
"""Share of its room that a cable not built is given where a cut is made sharper."""
ROUGH = 0.1
"""Share that a cut may say less than an answer that is not exact."""
SLACK_TBPS = 1e-9
"""What sums in another order may differ by."""
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

    def lower(self, level: Floats) -> float:
        """What a plan built to `level` (K,) falls short by at least, Tbps."""
        return self.least - float(np.asarray(self.gain) @ level[list(self.options)])

    def beyond(self, built: frozenset[int]) -> Cut:
        """What is left to say once all of `built` stands: it holds for smaller plans too, since
        what falls short with these falls short without."""
        pairs = list(zip(self.options, self.gain, strict=True))
        least = self.least - sum(gain for k, gain in pairs if k in built)
        left = [(k, min(gain, least)) for k, gain in pairs if k not in built]
        return Cut(self.countries, least, tuple(k for k, _ in left),
                   tuple(gain for _, gain in left))


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
        self._light: dict[int, PromisedFlow] = {}
        self._heavy: dict[bytes, PromisedFlow] = {}

    def ask(self, failed: Flags, level: Floats, need_tbps: Floats, *, most_tbps: float = np.inf,
            within: float = 0.0, lane: int = 0) -> tuple[Promised, Outage]:
        """The least shortfall after a failure with candidates built to `level` (K,).

        Parameters
        ----------
        most_tbps
            room that a cable built in part has a share of
        within
            end when all but this share of the shortfall is proved
        lane
            light failures of one lane share a program; lanes may ask at the same time
        """
        outage = self.case.outage(failed, level, most_tbps)
        program = self._program_of(failed, outage, lane)
        return program.promise(outage, need_tbps, within), outage

    def _program_of(self, failed: Flags, outage: Outage, lane: int) -> PromisedFlow:
        moved = self.case.moved(failed)
        if moved > HEAVY:
            key = np.packbits(failed).tobytes()
            if key not in self._heavy:
                self._heavy[key] = self._begun(outage) if moved > AFRESH else self._new(
                    self._standing)
            return self._heavy[key]
        if lane not in self._light or self._light[lane].size > RESET_ROWS:
            self._light[lane] = self._new(self._standing)
        return self._light[lane]

    def _begun(self, outage: Outage) -> PromisedFlow:
        """A program whose trees know the outage."""
        price = first_prices(self.problem, self.finder, outage, SERVE_MS, self._standing.price)
        trees = self.finder.find(np.where(outage.lost, np.inf, self.problem.delay_ms + price))
        arc = np.where(trees.arc >= 0, trees.arc, self._standing.arc)
        return self._new(Standing(arc, np.zeros((0, 2), np.int64), price))

    def _new(self, standing: Standing) -> PromisedFlow:
        return PromisedFlow(self.problem, self.finder, standing, self.country, self.case.countries)

    def cuts(self, failed: Flags, level: Floats, answer: Promised, need: Floats) -> list[Cut]:
        """Cuts that an answer's prices give, of those that say that `level` (K,) falls short: for
        each country that stands alone in the answer's shortfall, and for the others together.

        The answer may be one for other levels. Prices of a plan alone do not tell where a cable not
        built would help nothing; those of a plan with a `HINT` of all others do (T. Magnanti,
        R. Wong 1981: the cut that says most at an inner point).
        """
        room, lost = self.case.room_once_built(failed), self.case.case.outage(failed).lost
        short = answer.short_tbps > SMALL_TBPS
        out: list[Cut] = []
        whole = np.where(short, 1.0, answer.weight)
        rest = whole.copy()
        for country in self._alone(lost, room, level, answer, np.flatnonzero(short), need).tolist():
            alone = np.zeros(self.case.countries)
            alone[country] = 1.0
            cut = self._best(lost, room, level, answer, alone, need)
            if cut is not None:
                out.append(cut)
                rest[country] = 0.0
        if rest[short].any():  # prices of all together may say little of some of them
            cut = (self._best(lost, room, level, answer, rest, need)
                   or self._best(lost, room, level, answer, whole, need))
            out += [] if cut is None else [cut]
        return list(dict.fromkeys(out))

    def _alone(self, lost: Flags, room: Floats, level: Floats, answer: Promised, short: Ints,
               need: Floats) -> Ints:
        """Those of the countries `short` of which a cut may say nearly all without the others.

        One search of trees serves all countries: no cut says more than its prices do while the
        arcs that are not built are closed, since lifted prices let no demand come nearer than that.
        """
        option, old = self.case.option, self.case.option < 0
        open_ = (option >= 0) & (level[option] <= 0.0)
        amount, found = self.problem.tbps[:, 0], np.zeros(self.case.countries, bool)
        for part in (*PARTS, None) if len(short) else ():
            price = np.where(open_ | lost, 0.0, np.minimum(self._rounded(answer.price, part), 1.0))
            near = self.finder.find(np.where(open_ | lost, np.inf, price)).cost
            worth = amount * np.maximum(1.0 - near[self.problem.aims[2], self.problem.source], 0.0)
            least = need - np.bincount(self.country, worth, minlength=self.case.countries) - float(
                room[old] @ price[old])
            gain = np.bincount(option[~old], (room * price)[~old], minlength=len(level))
            used = np.flatnonzero(gain > 0)
            lower = least - np.minimum(gain[used], np.maximum(least, 0.0)[:, None]) @ level[used]
            found |= lower >= self._wanted(answer.short_tbps, answer.exact) - SLACK_TBPS
        return short[found[short]]

    def _best(self, lost: Flags, room: Floats, level: Floats, answer: Promised, weight: Floats,
              need: Floats) -> Cut | None:
        """The first cut of rounded prices, else that of the prices as they are, that says nearly
        what the answer does; None if none does."""
        wanted = float(self._wanted(np.array(weight @ answer.short_tbps), answer.exact))
        for part in (*PARTS, None):
            cut = self._cut(lost, room, level, self._rounded(answer.price, part),
                            self._rounded(weight, part), need)
            if cut.lower(level) >= wanted:
                return cut
        return None

    @staticmethod
    def _rounded(values: Floats, part: float | None) -> Floats:
        """Prices in whole parts; as they are where there is none."""
        return values if part is None else np.round(values * part) / part

    @staticmethod
    def _wanted(short_tbps: Floats, exact: bool) -> Floats:
        """What a cut has to say of a shortfall, nearly all of it, Tbps."""
        return np.maximum(short_tbps * (1.0 - (1e-3 if exact else ROUGH)) - SMALL_TBPS / 2,
                          SMALL_TBPS / 2)

    def _cut(self, lost: Flags, room: Floats, level: Floats, price: Floats, weight: Floats,
             need: Floats) -> Cut:
        """The cut that prices of what stands and of what is built give."""
        option = self.case.option
        open_ = (option >= 0) & (level[option] <= 0.0)
        price = np.where(open_ | lost, 0.0, np.minimum(price, 1.0))
        mine = weight[self.country] > 0
        sources = np.unique(self.problem.source[mine])
        price = lifted(self.problem, self.finder, lost, price, open_, sources)
        proof = shortfall(self.problem, self.finder, lost, price, weight, need, self.country)
        old = option < 0
        least = proof.least - float(room[old] @ proof.price[old])
        gain = np.bincount(option[~old], (room * proof.price)[~old], minlength=len(level))
        used = np.flatnonzero(gain > 0)
        return Cut(tuple(np.flatnonzero(weight > 0).tolist()), least, tuple(used.tolist()),
                   tuple(np.minimum(gain[used], max(least, 0.0)).tolist()))
