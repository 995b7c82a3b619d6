"""`DemandSearch`: the plan that keeps shares of demand, or loses least, found by cuts.

Benders' decomposition (J. Benders 1962): the master (`demand_master`) proposes plans, the cuts come
from the prices of the flow program of a failure (`cablenet.traffic.promised`). A failure that keeps
its promise under a plan keeps it under every larger one, so most failures are asked once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cablenet.planning.demand_case import SMALL_TBPS, Oracle
from cablenet.planning.demand_master import Built, Held, best_choice, smallest_conflict

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Progress = Callable[[str, int, int], None]
Key = tuple[int, int]
"""A question and a failure."""

QUICK_S = 2.0
"""Failures whose program takes longer are asked only when all quick ones are content."""


@dataclass(eq=False)
class Question:
    """One promise over some failures, or the loss over them.

    Attributes
    ----------
    name
        in words
    oracle
        knows the demand that counts
    need
        (C,) Tbps of each country
    failed
        (L,) links lost by failure, of those failures alone that harm today
    weight
        of each failure, for loss; None for a promise
    excused
        countries that a failure may take all the same, since nothing saves them
    """

    name: str
    oracle: Oracle
    need: Floats
    failed: dict[int, Flags]
    weight: dict[int, float] | None = None
    excused: dict[int, set[int]] = field(default_factory=dict)

    def need_in(self, row: int) -> Floats:
        """(C,) what is asked in one failure."""
        out = self.need.copy()
        out[list(self.excused.get(row, ()))] = 0.0
        return out


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
    """Cuts known so far, and what was answered; several searches may share them."""

    def __init__(self, cost: Floats, questions: Sequence[Question], deadline: float,
                 progress: Progress | None = None) -> None:
        self.cost, self.questions = cost, list(questions)
        self.deadline, self.progress = deadline, progress
        self.cuts: list[Held] = []
        self._answers: dict[Key, list[tuple[Built, float]]] = {}
        self._seconds: dict[Key, float] = {}
        self.asked = 0

    # -- one plan -----------------------------------------------------------------------------

    def run(self, *, least_loss: bool, budget: float | None = None,
            refused: Sequence[Built] = (), gap: float = 0.0) -> Found:
        """The best plan under the budget; `refused` plans and what holds all of them are not asked.

        Raises
        ------
        ImpossibleError
            with the cuts that cannot be kept
        """
        best: tuple[float, Built] | None = None
        bound, rounds = -np.inf, 0
        while True:
            choice = self._master(least_loss, budget, refused)
            if choice is None:
                held = self.cuts if least_loss else self._promises_cut()
                raise ImpossibleError(smallest_conflict(self.cost, held, self._left_s(), budget,
                                                        refused))
            built, rounds = choice[0], rounds + 1
            bound = max(bound, choice[1])
            if self.progress is not None:
                self.progress(f"round {rounds}, {self.asked} asked", rounds, rounds)
            found, whole = self._ask_all(built, least_loss)
            if rounds == 1 and found:
                self._ask_with_everything()
            if whole and self.keeps(built):
                value = self.loss(built) if least_loss else float(self.cost[list(built)].sum())
                if best is None or value < best[0] - 1e-12:
                    best = value, built
            elif best is None and not least_loss and rounds > 1:
                best = self._extended(built, refused)
            if best is not None and best[0] - bound <= max(gap * abs(best[0]), 1e-9):
                return Found(best[1], best[0], min(bound, best[0]), True, rounds)
            if (whole and not found) or time.monotonic() > self.deadline:
                break  # no new cut: only where prices are too rough to say more
        if best is None and not least_loss:
            best = self._repaired(budget, refused)
        if best is None:
            return Found(frozenset(), np.inf, bound, False, rounds)
        return Found(best[1], best[0], min(bound, best[0]), False, rounds)

    def loss(self, built: Built) -> float:
        """Weighted loss of a plan; every failure that counts is asked."""
        return sum(weight * self.short(number, row, built)
                   for number, row, weight in self._weighted())

    def keeps(self, built: Built) -> bool:
        """Whether a plan keeps all promises."""
        return not any(self.short(number, row, built) > SMALL_TBPS
                       for number, row in self._promised())

    def short(self, number: int, row: int, built: Built) -> float:
        """Shortfall of a plan in one failure, Tbps; asked unless what is known settles it."""
        known = self._known(number, row, built)
        return self._ask(number, row, built) if known is None else known

    def excuse(self, held: Held) -> None:
        """Drop what nothing saves: the countries of a cut in its failure."""
        question = self.questions[held.question]
        question.excused.setdefault(held.row, set()).update(held.cut.countries)
        self.cuts = [one for one in self.cuts
                     if (one.question, one.row) != (held.question, held.row)]
        self._answers.pop((held.question, held.row), None)

    # -- parts --------------------------------------------------------------------------------

    def _promised(self) -> Iterator[Key]:
        for number, question in enumerate(self.questions):
            if question.weight is None:
                yield from ((number, row) for row in question.failed)

    def _weighted(self) -> Iterator[tuple[int, int, float]]:
        for number, question in enumerate(self.questions):
            if question.weight is not None:
                yield from ((number, row, question.weight[row]) for row in question.failed)

    def _known(self, number: int, row: int, built: Built) -> float | None:
        """The shortfall, where answers to smaller plans and cuts meet."""
        high = min((value for plan, value in self._answers.get((number, row), ())
                    if plan <= built), default=np.inf)
        if high <= SMALL_TBPS:
            return 0.0
        for plan, value in self._answers.get((number, row), ()):
            if plan == built:
                return value
        low = max((held.lower(built) for held in self.cuts
                   if (held.question, held.row) == (number, row)), default=0.0)
        return high if high <= low + SMALL_TBPS else None

    def _ask(self, number: int, row: int, built: Built) -> float:
        question, begun = self.questions[number], time.process_time()
        flags = np.zeros(len(self.cost), bool)
        flags[list(built)] = True
        need = question.need_in(row)
        answer, _ = question.oracle.ask(question.failed[row], flags, need)
        short = float(answer.short_tbps.sum())
        if short > SMALL_TBPS:
            weight = None if question.weight is None else question.weight[row]
            self.cuts += [Held(number, row, cut, weight) for cut in question.oracle.cuts(
                question.failed[row], flags, answer, need,
                sharper=time.process_time() - begun < QUICK_S)]
        else:
            short = 0.0
        self.asked += 1
        self._answers.setdefault((number, row), []).append((built, short))
        self._seconds[number, row] = time.process_time() - begun
        return short

    def _ask_all(self, built: Built, least_loss: bool) -> tuple[int, bool]:
        """Ask every failure that is not settled: how many cuts are new, and whether all were asked.
        """
        keys = list(self._promised())
        if least_loss:
            keys += [(number, row) for number, row, _ in self._weighted()]
        keys = [key for key in keys if self._known(*key, built) is None]
        keys.sort(key=lambda key: (self._seconds.get(key, 0.0), key))
        before = len(self.cuts)
        for key in keys:
            slow = self._seconds.get(key, 0.0) > QUICK_S
            if (slow and len(self.cuts) > before) or time.monotonic() > self.deadline:
                return len(self.cuts) - before, False
            self._ask(*key, built)
        return len(self.cuts) - before, True

    def _master(self, least_loss: bool, budget: float | None, refused: Sequence[Built],
                kept: Built = frozenset()) -> tuple[Built, float] | None:
        held = self.cuts if least_loss else self._promises_cut()
        return best_choice(self.cost, held, self._left_s(), least_loss=least_loss, budget=budget,
                           refused=refused, kept=kept)

    def _promises_cut(self) -> list[Held]:
        return [one for one in self.cuts if one.weight is None]

    def _left_s(self) -> float:
        return self.deadline - time.monotonic()

    def _needed(self, built: Built) -> bool:
        """Whether a cut of a promise says that a plan is too small."""
        return any(one.lower(built) > SMALL_TBPS for one in self._promises_cut())

    def _ask_with_everything(self) -> None:
        """What fails though all is built no plan saves: the next master names it at once."""
        everything = frozenset(range(len(self.cost)))
        for key in self._promised():
            if time.monotonic() > self.deadline:
                return
            if any(value > SMALL_TBPS for _, value in self._answers.get(key, ())):
                self.short(*key, everything)

    def _extended(self, built: Built, refused: Sequence[Built]) -> tuple[float, Built] | None:
        """A plan that keeps all promises: the cheapest more that the cuts ask for, as long as a
        failure is not answered, less what then is not needed, the dearest first."""
        while True:
            found, whole = self._ask_all(built, least_loss=False)
            if whole and self.keeps(built):
                break
            more = self._master(False, None, refused, built) if found else None
            if more is None or more[0] == built:
                return None
            built = more[0]
        for k in sorted(built, key=lambda k: (-self.cost[k], k)):
            fewer = built - {k}
            if not self._needed(fewer) and time.monotonic() < self.deadline and self.keeps(fewer):
                built = fewer
        return float(self.cost[sorted(built)].sum()), built

    def _repaired(self, budget: float | None,
                  refused: Sequence[Built]) -> tuple[float, Built] | None:
        """A plan that keeps all promises though the time is up: all ever weighed, less what is
        not needed by any cut, the dearest first."""
        seen = {k for plans in self._answers.values() for plan, _ in plans for k in plan}
        for start in (seen, set(range(len(self.cost)))):
            built = set(start)
            for k in sorted(built, key=lambda k: (-self.cost[k], k)):
                fewer = frozenset(built - {k})
                if not self._needed(fewer):
                    built.remove(k)
            plan = frozenset(built)
            cost = float(self.cost[sorted(plan)].sum())
            if (budget is None or cost <= budget) and not any(old <= plan for old in refused) and (
                    self.keeps(plan)):
                return cost, plan
        return None
