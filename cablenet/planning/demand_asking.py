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
from dataclasses import replace
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from cablenet.errors import PlanError
from cablenet.planning.demand_case import SMALL_TBPS
from cablenet.planning.demand_check import broken_promises
from cablenet.planning.demand_floors import capped, floors_of, least_short
from cablenet.planning.demand_master import Built, Held
from cablenet.planning.demand_oracle import HEAVY, HINT, Cut
from cablenet.planning.demand_question import Answer, Key, Question
from cablenet.traffic.promised import Promised

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
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


class Asking:
    """Answers and cuts so far."""

    def __init__(self, cost: Floats, questions: Sequence[Question], deadline: float) -> None:
        self.many, self.questions, self.deadline = len(cost), list(questions), deadline
        self._median = float(np.median(cost)) if len(cost) else 0.0
        self.cuts: list[Held] = []
        self.asked = 0
        self.seen: set[tuple[Key, Built]] = set()
        self._floors: dict[Key, tuple[Cut, ...]] = {}
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

    def high(self, key: Key, built: Built) -> float:
        """What a plan falls short by at most: what it, or a smaller one, is known to, Tbps."""
        most = self.questions[key[0]].today.get(key[1], np.inf)
        return min((one.high for one in self._answers[key] if one.built <= built), default=most)

    def lows(self, level: Floats) -> dict[Key, float]:
        """What the cuts say of each failure in which they say something, Tbps."""
        told: dict[Key, list[Cut]] = defaultdict(list)
        for held in self.cuts:
            told[held.question, held.row].append(held.cut)
        return {key: least_short(some, level) for key, some in told.items()}

    def losing(self, key: Key) -> list[tuple[Built, float]]:
        """Sets of cables and what they are known to lose at most, the smallest sets first; none
        loses as much as one that it holds."""
        nothing = frozenset[int]()
        some = sorted({(one.built, one.high) for one in self._answers[key] if one.high < np.inf},
                      key=lambda one: (len(one[0]), one[1], sorted(one[0])))
        out = [(nothing, self.high(key, nothing))]
        for built, high in some:
            if not any(less <= built and most <= high + SMALL_TBPS for less, most in out):
                out.append((built, high))
        return out

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
        self.seen |= {(key, built) for key in answers}
        return self._learn(answers)

    def probe(self, keys: Sequence[Key], level: Floats, dear: Floats) -> list[Key]:
        """Ask failures about cables built in part; those that gave cuts."""
        found = self._in_lanes(keys, lambda key, lane: self._news(key, level, dear, lane))
        self._learn(found)
        return [key for key, answers in found.items() if any(one.cuts for one in answers)]

    def _learn(self, found: dict[Key, list[Answer]]) -> int:
        for key, answers in found.items():
            self._answers[key] += answers
            cuts = list(dict.fromkeys(cut for one in answers for cut in one.cuts))
            weight = self.questions[key[0]].weight
            if weight is None:
                self.cuts += [Held(*key, cut, None) for cut in cuts]
            else:
                self._learn_loss(key, answers, cuts, weight[key[1]])
        return sum(any(one.cuts for one in answers) for answers in found.values())

    def _learn_loss(self, key: Key, answers: Sequence[Answer], cuts: list[Cut],
                    weight: float) -> None:
        """Keep cuts, sharpened by what is lost whatever is built; that comes of `answers` to
        everything built."""
        self._answers[key] += [replace(one, built=one.used, cuts=()) for one in answers
                               if one.used is not None]
        everything = frozenset(range(self.many))
        whole = [cut for one in answers if one.built == everything for cut in one.cuts]
        if whole:
            self._floors[key] = floors_of(whole, everything)
            mine = [one for one in self.cuts if (one.question, one.row) == key]
            self.cuts = [one for one in self.cuts if (one.question, one.row) != key]
            cuts = [*(one.cut for one in mine), *self._floors[key], *cuts]
        known = {one.cut for one in self.cuts if (one.question, one.row) == key}
        sharp = dict.fromkeys(capped(cut, self._floors.get(key, ())) for cut in cuts)
        self.cuts += [Held(*key, cut, weight) for cut in sharp if cut not in known]

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
        witnesses = None if level.any() else question.patches
        if witnesses is not None and witnesses.harmless(failed, lane):
            return Answer(frozenset(), 0.0, 0.0)
        within = 0.0 if exact or question.weight is not None else WITHIN
        answer, outage = question.oracle.ask(failed, level, need, within=within, lane=lane)
        short = float(answer.short_tbps.sum())
        if short <= SMALL_TBPS:
            problems = broken_promises(
                question.oracle.problem, outage, answer.flow_tbps.toarray(),
                answer.unserved_tbps, need, question.oracle.country)
            if problems:
                raise PlanError("a flow that keeps a promise failed its own check: "
                                + "; ".join(problems[:3]))
            if witnesses is not None and self.heavy(key):
                witnesses.learn(answer.flow_tbps, lane)
            return Answer(self._used(key, answer), 0.0, 0.0)
        told = [answer]
        if not exact:
            told.append(question.oracle.ask(
                failed, np.maximum(level, HINT), need, within=WITHIN,
                most_tbps=self._most(key, short), lane=lane)[0])
        cuts = [cut for one in told for cut in question.oracle.cuts(failed, level, one, need)]
        low = max((cut.lower(level) for cut in cuts), default=0.0)
        built = frozenset(np.flatnonzero(level > 0).tolist())
        if not answer.exact:
            return Answer(built, low, np.inf, tuple(dict.fromkeys(cuts)))
        return Answer(built, short, short, tuple(dict.fromkeys(cuts)), self._used(key, answer))

    def _used(self, key: Key, answer: Promised) -> Built:
        """The candidates that a flow runs over."""
        carried = np.asarray(answer.flow_tbps.sum(axis=0)).ravel() > 0
        option = self.questions[key[0]].oracle.case.option
        return frozenset(np.unique(option[carried & (option >= 0)]).tolist())

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
