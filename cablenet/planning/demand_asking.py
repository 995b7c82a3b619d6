"""`Asking`: what plans were asked, what was answered, and which cuts that gave.

A failure content with a plan is content with every plan that holds the cables its traffic used, so
most failures are asked once. Failures are asked in two lanes at a time; which lane asks which does
not hang on the clock, so the same questions give the same cuts.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from cablenet.errors import PlanError
from cablenet.planning.demand_case import SMALL_TBPS
from cablenet.planning.demand_check import broken_promises
from cablenet.planning.demand_master import Built, Held
from cablenet.planning.demand_oracle import HEAVY, HINT, Cut, Oracle

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Key = tuple[int, int]
"""A question and a failure."""
T = TypeVar("T")

LANES = 2
"""Failures asked at a time: programs are solved outside Python's lock."""
WITHIN = 0.1
"""Where a cut is wanted and no number, asking ends when all but this share is proved."""
GROWTH, STEPS = 2.0, (-4, 6)
"""Plans are made larger by all that costs too much by so many times the median cost of a candidate:
a sixteenth of it, an eighth, and on to thirty-two times."""
NEWS = 0.01
"""Share of its right side by which a cut must say more than those before it."""


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


@dataclass(frozen=True)
class Answer:
    """A plan's shortfall in one failure lies from `low` to `high` Tbps."""

    built: Built
    low: float
    high: float
    cuts: tuple[Cut, ...] = ()


class Asking:
    """Answers and cuts so far."""

    def __init__(self, cost: Floats, questions: Sequence[Question], deadline: float) -> None:
        self.many, self.questions, self.deadline = len(cost), list(questions), deadline
        self._median = float(np.median(cost)) if len(cost) else 0.0
        self.cuts: list[Held] = []
        self.asked = 0
        self._answers: dict[Key, list[Answer]] = defaultdict(list)

    @cached_property
    def keys(self) -> list[Key]:
        """Every failure of every question."""
        return [(number, row) for number, question in enumerate(self.questions)
                for row in question.failed]

    def promised(self, key: Key) -> bool:
        """Whether a promise asks, and not the loss."""
        return self.questions[key[0]].weight is None

    def heavy(self, key: Key) -> bool:
        """Whether a failure moves so much traffic that asking takes seconds."""
        return self._moved[key] > HEAVY

    def level(self, built: Iterable[int]) -> Floats:
        """(K,) 1 for what is built."""
        out = np.zeros(self.many)
        out[list(built)] = 1.0
        return out

    # -- what is known ------------------------------------------------------------------------

    def shortfall(self, key: Key, built: Built) -> float | None:
        """What a plan falls short by in one failure, where answers and cuts meet; of a promise that
        is broken, at least that much."""
        high = min((one.high for one in self._answers[key] if one.built <= built), default=np.inf)
        if high <= SMALL_TBPS:
            return 0.0
        same = [one for one in self._answers[key] if one.built == built]
        if same:
            return max(one.low for one in same)
        level = self.level(built)
        low = max((held.cut.lower(level) for held in self.cuts
                   if (held.question, held.row) == key), default=0.0)
        if high <= low + SMALL_TBPS:
            return high
        return low if self.promised(key) and low > SMALL_TBPS else None

    def unknown(self, keys: Iterable[Key], built: Built) -> list[Key]:
        """Failures that have to be asked what a plan falls short by."""
        return [key for key in keys if self.shortfall(key, built) is None]

    def ever_short(self, key: Key) -> bool:
        """Whether some plan fell short in a failure."""
        return any(one.low > SMALL_TBPS for one in self._answers[key])

    def excuse(self, held: Held) -> None:
        """Drop what nothing saves: the countries of a cut in its failure."""
        question, key = self.questions[held.question], (held.question, held.row)
        question.excused.setdefault(held.row, set()).update(held.cut.countries)
        self.cuts = [one for one in self.cuts if (one.question, one.row) != key]
        self._answers.pop(key, None)

    def keeping(self, key: Key) -> list[Built]:
        """Sets of cables known to keep a promise in a failure, none of which holds another."""
        some = sorted({one.built for one in self._answers[key] if one.high <= SMALL_TBPS}, key=len)
        return [one for n, one in enumerate(some) if not any(less < one for less in some[:n])]

    # -- asking -------------------------------------------------------------------------------

    def ask(self, keys: Sequence[Key], built: Built, *, dear: Floats | None = None,
            exact: bool = False, late: bool = False) -> int:
        """Ask failures what a plan falls short by, until the deadline unless `late`; how many gave
        cuts.

        Parameters
        ----------
        dear
            (K,) what candidates cost beyond what they are known to be worth: cuts are then made for
            the plan with all cheap ones added that do not help
        exact
            want the number of a promise that is broken, rather than the cuts that say most
        """
        answers = self._in_lanes(
            keys, lambda key, lane: self._told(key, self.level(built), dear, lane, exact), late)
        return self._learn(answers)

    def probe(self, keys: Sequence[Key], level: Floats, dear: Floats) -> list[Key]:
        """Ask failures about cables built in part; those that gave cuts."""
        found = self._in_lanes(keys, lambda key, lane: self._news(key, level, dear, lane))
        self._learn(found)
        return [key for key, answers in found.items() if any(one.cuts for one in answers)]

    def _learn(self, found: dict[Key, list[Answer]]) -> int:
        for key, answers in found.items():
            self._answers[key] += answers
            weight = self.questions[key[0]].weight
            self.cuts += [Held(*key, cut, None if weight is None else weight[key[1]])
                          for cut in dict.fromkeys(cut for one in answers for cut in one.cuts)]
        return sum(any(one.cuts for one in answers) for answers in found.values())

    def _told(self, key: Key, level: Floats, dear: Floats | None, lane: int,
              exact: bool) -> list[Answer]:
        """What a plan falls short by, with cuts; and what larger plans do."""
        answer = self._asked(key, level, lane, exact=exact)
        if answer.high <= SMALL_TBPS or dear is None or not self.promised(key):
            return [answer]
        return [answer, *self._larger(key, level, dear, lane)]

    def _larger(self, key: Key, level: Floats, dear: Floats, lane: int) -> list[Answer]:
        """Answers to larger and larger plans, the cheap first, until one keeps the promise."""
        out: list[Answer] = []
        asked = frozenset(np.flatnonzero(level > 0).tolist())
        steps = self._median * GROWTH ** np.arange(*STEPS)
        for step in steps.tolist():
            built = asked | frozenset(np.flatnonzero(dear <= step).tolist())
            if built == asked and out:
                continue
            if any(one.high <= SMALL_TBPS and one.built <= built for one in self._answers[key]):
                break
            asked = built
            answer = self._asked(key, self.level(built), lane)
            out.append(replace(answer, cuts=tuple(
                cut for cut in (cut.beyond(built) for cut in answer.cuts)
                if cut.least > SMALL_TBPS)))
            if answer.high <= SMALL_TBPS:
                break
        return out

    def _news(self, key: Key, level: Floats, dear: Floats, lane: int) -> list[Answer]:
        """Answers to plans that hold all that is built in part; where these keep the promise, or
        loss counts, cuts that say more of what is built in part than those before them."""
        if self.promised(key):
            up = frozenset(np.flatnonzero((level > 0) | (dear <= 0)).tolist())
            if self.shortfall(key, up) != 0.0:
                answers = self._larger(key, self.level(up), dear, lane)
                if any(one.cuts for one in answers):
                    return answers
        question, row = self.questions[key[0]], key[1]
        need, failed = question.need_in(row), question.failed[row]
        known: dict[tuple[int, ...], float] = defaultdict(float)
        for held in self.cuts:
            if (held.question, held.row) == key:
                known[held.cut.countries] = max(known[held.cut.countries], held.cut.lower(level))
        for point in (np.maximum(level, HINT), level):
            answer, _ = question.oracle.ask(failed, point, need, within=WITHIN,
                                            most_tbps=self._most(key, np.inf), lane=lane)
            cuts = [cut for cut in question.oracle.cuts(failed, level, answer, need)
                    if cut.lower(level) > known[cut.countries] + NEWS * cut.least]
            if cuts:
                return [Answer(frozenset(), 0.0, np.inf, tuple(cuts))]
        return []

    def _asked(self, key: Key, level: Floats, lane: int, exact: bool = False) -> Answer:
        """The answer to one plan, with its cuts; a flow that keeps the promise is walked."""
        question, row = self.questions[key[0]], key[1]
        need, failed = question.need_in(row), question.failed[row]
        within = 0.0 if exact or question.weight is not None else WITHIN
        answer, outage = question.oracle.ask(failed, level, need, within=within, lane=lane)
        short = float(answer.short_tbps.sum())
        if short <= SMALL_TBPS:
            carried = np.asarray(answer.flow_tbps.sum(axis=0)).ravel() > 0
            option = question.oracle.case.option
            problems = broken_promises(
                question.oracle.problem, outage, answer.flow_tbps.toarray(),
                answer.unserved_tbps, need, question.oracle.country)
            if problems:
                raise PlanError("a flow that keeps a promise failed its own check: "
                                + "; ".join(problems[:3]))
            used = np.unique(option[carried & (option >= 0)])
            return Answer(frozenset(used.tolist()), 0.0, 0.0)
        told = [answer]
        if not exact:
            told.append(question.oracle.ask(
                failed, np.maximum(level, HINT), need, within=WITHIN,
                most_tbps=self._most(key, short), lane=lane)[0])
        cuts = [cut for one in told for cut in question.oracle.cuts(failed, level, one, need)]
        low = max((cut.lower(level) for cut in cuts), default=0.0)
        built = frozenset(np.flatnonzero(level > 0).tolist())
        return Answer(built, short if answer.exact else low, short if answer.exact else np.inf,
                      tuple(dict.fromkeys(cuts)))

    def _most(self, key: Key, otherwise: float) -> float:
        """What a failure leaves short with nothing built: no cable has to do more."""
        return next((one.high for one in self._answers[key] if not one.built), otherwise)

    def _in_lanes(self, keys: Sequence[Key], one: Callable[[Key, int], T],
                  late: bool = False) -> dict[Key, T]:
        """What `one(key, lane)` gives, in the order of `keys`; those that time was too short for
        are missing."""

        def run(lane: int) -> dict[Key, T]:
            out = {}
            for key in (key for key in keys if self._lane[key] == lane):
                if not late and time.monotonic() > self.deadline:
                    break
                out[key] = one(key, lane)
            return out

        lanes = sorted({self._lane[key] for key in keys})
        if len(lanes) > 1:
            with ThreadPoolExecutor(LANES) as pool:
                parts = list(pool.map(run, lanes))
        else:
            parts = [run(lane) for lane in lanes]
        found = {key: value for part in parts for key, value in part.items()}
        self.asked += len(found)
        return {key: found[key] for key in keys if key in found}

    @cached_property
    def _moved(self) -> dict[Key, float]:
        return {key: self.questions[key[0]].oracle.case.moved(self.questions[key[0]].failed[key[1]])
                for key in self.keys}

    @cached_property
    def _lane(self) -> dict[Key, int]:
        """The lane of each failure: the heaviest first, each to the lane with less to do."""
        load, out = [0.0] * LANES, {}
        for key in sorted(self.keys, key=lambda key: (-self._moved[key], key)):
            out[key] = int(np.argmin(load))
            load[out[key]] += max(self._moved[key], 1e-3)
        return out
