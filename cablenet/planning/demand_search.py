"""`DemandSearch`: the cheapest plan that keeps shares of demand, found by cuts.

Benders' decomposition (J. Benders 1962): the master (`demand_master`) proposes plans, the cuts come
from the prices of the flow program of a failure (`cablenet.traffic.promised`). First the master may
build in part, which brings most cuts at little cost (D. McDaniel, M. Devine 1977); then it may not.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cablenet.planning.demand_asking import Asking
from cablenet.planning.demand_case import SMALL_TBPS
from cablenet.planning.demand_master import (
    Built,
    Choice,
    Held,
    best_choice,
    gathered,
    smallest_conflict,
)
from cablenet.planning.demand_oracle import Cut
from cablenet.planning.demand_question import Key, Question

Floats = NDArray[np.float64]
Progress = Callable[[str, int, int], None]

TAIL_ROUNDS, TAIL = 4, 1e-3
"""Building in part ends when the bound has not risen by this share in so many rounds."""


@dataclass(frozen=True, eq=False)
class Found:
    """The best plan found: `objective`, proven `bound`, and whether the search ended by itself."""

    built: Built
    objective: float
    bound: float
    closed: bool
    rounds: int


class ImpossibleError(Exception):
    """Cuts that no plan keeps: alone, or together within the budget."""

    def __init__(self, cuts: Sequence[Held]) -> None:
        super().__init__("no plan keeps all cuts")
        self.cuts = list(cuts)


class DemandSearch:
    """Searches over one set of answers.

    A plan builds at least one cable of each set of `must`.
    """

    def __init__(self, cost: Floats, questions: Sequence[Question], deadline: float,
                 progress: Progress | None = None, must: Sequence[Built] = ()) -> None:
        self.cost, self.progress, self._must = cost, progress, tuple(must)
        self.asking = Asking(cost, questions, deadline)
        self._promised = [key for key in self.asking.keys if self.asking.promised(key)]
        self._weighted = [key for key in self.asking.keys if not self.asking.promised(key)]
        self._rounds = 0

    @property
    def questions(self) -> list[Question]:
        """What is asked."""
        return self.asking.questions

    @property
    def cuts(self) -> list[Held]:
        """The cuts so far."""
        return self.asking.cuts

    @property
    def late(self) -> bool:
        """Whether the time is up."""
        return time.monotonic() > self.asking.deadline

    # -- plans --------------------------------------------------------------------------------

    def run(self, *, budget: float | None = None, refused: Sequence[Built] = (),
            gap: float = 0.0) -> Found:
        """The best plan under the budget; `refused` plans and what holds all of them are not asked.

        Raises
        ------
        ImpossibleError
            with the cuts that cannot be kept
        """
        keys = self._promised
        self._rounds = 0
        self._begin(keys)
        bound, dear = self._built_in_part(keys, budget, refused)
        best: tuple[float, Built] | None = None
        while True:
            best = min(filter(None, (best, self._gathered(budget, refused))), default=None,
                       key=lambda one: one[0])
            if best is not None and best[0] - bound <= max(gap * abs(best[0]), 1e-9):
                return Found(best[1], best[0], min(bound, best[0]), True, self._rounds)
            choice = self._master(budget, refused)
            built, bound = choice.built, max(bound, choice.bound)
            told, whole = self._ask_all(keys, built, dear)
            self._tell(best, bound)
            if whole and self.keeps(built) and (
                    best is None or self.price(built) < best[0] - 1e-12):
                best = self.price(built), built
            if best is not None and best[0] - bound <= max(gap * abs(best[0]), 1e-9):
                return Found(best[1], best[0], min(bound, best[0]), True, self._rounds)
            if (whole and not told) or self.late:
                break  # no new cut: only where prices are too rough to say more
            dear = self._master(budget, refused, whole=False).dear
        if best is None:
            best = self._gathered(budget, refused, late=True)
        if best is None:
            return Found(frozenset(), np.inf, bound, False, self._rounds)
        return Found(best[1], best[0], min(bound, best[0]), False, self._rounds)

    def price(self, built: Built) -> float:
        """Million USD."""
        return float(self.cost[sorted(built)].sum())

    def loss(self, built: Built) -> float:
        """What a plan loses at most, weighted, by what is known: nothing is asked."""
        return sum(self._weight(key) * self.asking.high(key, built) for key in self._weighted)

    def keeps(self, built: Built) -> bool:
        """Whether a plan keeps all promises; failures are asked, whatever the time, until one does
        not."""
        if any(not some & built for some in self._must):
            return False
        if any(self.asking.shortfall(key, built) for key in self._promised):
            return False
        open_ = self.asking.unknown(self._promised, built)
        for heavy in (False, True):
            some = [key for key in open_ if self.asking.heavy(key) == heavy]
            self.asking.ask(some, built, late=True)
            if any(self.asking.shortfall(key, built) for key in some):
                return False
        return True

    def short(self, number: int, row: int, built: Built) -> float:
        """Shortfall of a plan in one failure, Tbps; asked unless what is known settles it."""
        known = self.asking.shortfall((number, row), built)
        if known is None:
            self.asking.ask([(number, row)], built, exact=True, late=True)
            known = self.asking.shortfall((number, row), built)
        return known or 0.0

    # -- steps --------------------------------------------------------------------------------

    def _begin(self, keys: Sequence[Key]) -> None:
        """Ask about nothing built, and where that falls short about everything: what fails all the
        same no plan saves, and the next master names it."""
        nothing, everything = frozenset[int](), frozenset(range(len(self.cost)))
        self.asking.ask(self.asking.unknown(keys, nothing), nothing, exact=True)
        self.asking.ask([key for key in self.asking.unknown(keys, everything)
                         if self.asking.promised(key) and self.asking.ever_short(key)], everything)
        self._tell(None, 0.0)

    def _built_in_part(self, keys: Sequence[Key], budget: float | None,
                       refused: Sequence[Built]) -> tuple[float, Floats]:
        """Cuts from plans that may build in part, until they say little more: their bound, and what
        each candidate costs beyond what it is known to be worth."""
        nothing = frozenset[int]()
        hurt = [key for key in keys if self.asking.shortfall(key, nothing) != 0.0]
        bounds: list[float] = []
        awake = hurt
        while True:
            choice = self._master(budget, refused, whole=False)
            bounds.append(choice.bound)
            if self.late or (len(bounds) > TAIL_ROUNDS and bounds[-1] - bounds[-1 - TAIL_ROUNDS]
                             <= TAIL * abs(bounds[-1])):
                return bounds[-1], choice.dear
            told = self.asking.probe(awake, choice.level, choice.dear)
            self._tell(None, bounds[-1])
            if not told and awake is hurt:
                return bounds[-1], choice.dear
            awake = told if told and len(bounds) % TAIL_ROUNDS else hurt

    def _ask_all(self, keys: Sequence[Key], built: Built, dear: Floats) -> tuple[int, bool]:
        """Ask every failure that is not settled, heavy ones when no light one tells: how many told
        cuts, and whether all were asked."""
        open_ = self.asking.unknown(keys, built)
        for heavy in (False, True):
            told = self.asking.ask([key for key in open_ if self.asking.heavy(key) == heavy], built,
                                   dear=dear)
            if told:
                return told, heavy and not self.late
        return 0, not self.late

    def _gathered(self, budget: float | None, refused: Sequence[Built],
                  late: bool = False) -> tuple[float, Built] | None:
        """The cheapest plan that holds a set known to keep each promise, less what is not needed,
        the dearest first."""
        if late:
            everything = frozenset(range(len(self.cost)))
            self.asking.ask([key for key in self._promised if not self.asking.keeping(key)],
                            everything, late=True)
        kept_by = [self.asking.keeping(key) for key in self._promised]
        kept_by += [[frozenset({k}) for k in sorted(some)] for some in self._must]
        built = gathered(self.cost, kept_by, self._left_s(), budget=budget, refused=refused)
        if built is None:
            return None
        for k in sorted(built, key=lambda k: (-self.cost[k], k)):
            fewer = built - {k}
            if not self.late and not self._needed(fewer) and self.keeps(fewer):
                built = fewer
        return self.price(built), built

    def _master(self, budget: float | None, refused: Sequence[Built], *, least_loss: bool = False,
                whole: bool = True, gap: float = 0.0) -> Choice:
        held = [*self._asked_for(), *(self.cuts if least_loss else self._promises_cut())]
        choice = best_choice(self.cost, held, self._left_s(), least_loss=least_loss, budget=budget,
                             refused=refused, whole=whole, gap=gap)
        if choice is None:
            raise ImpossibleError(smallest_conflict(self.cost, held, self._left_s(), budget,
                                                    refused))
        return choice

    def _weight(self, key: Key) -> float:
        """How much a Tbps lost in a failure counts."""
        return (self.questions[key[0]].weight or {})[key[1]]

    def _needed(self, built: Built) -> bool:
        """Whether a cut of a promise says that a plan is too small."""
        level = self.asking.level(built)
        return any(one.cut.lower(level) > SMALL_TBPS for one in self._promises_cut())

    def _promises_cut(self) -> list[Held]:
        return [one for one in self.cuts if one.weight is None]

    def _asked_for(self) -> list[Held]:
        """What must be built, as cuts of no question."""
        return [Held(-1, -1, Cut((), 1.0, tuple(sorted(some)), (1.0,) * len(some)), None)
                for some in self._must]

    def _left_s(self) -> float:
        return self.asking.deadline - time.monotonic()

    def _tell(self, best: tuple[float, Built] | None, bound: float) -> None:
        self._rounds += 1
        if self.progress is not None:
            plan = "" if best is None else f", best {best[0]:,.1f}"
            self.progress(f"round {self._rounds}, {self.asking.asked} asked, bound "
                          f"{max(bound, 0.0):,.1f}{plan}", self._rounds, self._rounds)
