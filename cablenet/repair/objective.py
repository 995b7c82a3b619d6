"""What a repair plan is judged by, and the search for the plan that is best by it.

By lit capacity alone ("weighted") plans are additive: `choice` finds and proves them. What the
network gets back ("demand_days", a `ServiceLevel`) and fairness between parties depend on what else
is mended: additive plans, by lit capacity and by what each job is worth to the network, are where
`coupled` starts from, so its plan is never worse than they are.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from cablenet.errors import InfeasibleError, NoPlanFoundError
from cablenet.repair.choice import choose_routes
from cablenet.repair.coupled import CoupledChoice, Loss, choose_coupled, done_of, latest_h
from cablenet.repair.durations import HOURS_PER_DAY
from cablenet.repair.fairness import Fairness, PartyWaits
from cablenet.repair.jobs import WEIGHT_UNIT
from cablenet.repair.network_value import NetworkValue, marginal_weights
from cablenet.repair.problem import Dispatch
from cablenet.repair.routes import Routes
from cablenet.repair.service_level import CountriesBelow, ServiceLevel
from cablenet.solvers import Certificate

Objective = Literal["weighted", "demand_days"] | ServiceLevel
OBJECTIVES = ("weighted", "demand_days")
WEIGHTS = 1_000_000
"""Whole weights for the job of most worth to the network: a millionth of it counts."""
WEIGHT_DAYS = float(WEIGHT_UNIT * HOURS_PER_DAY)
NOTHING = 1e-9
SOLVER = 1e-6
"""Relative: flow optima are exact to no more, so plans this near to their bound are optimal."""
BRANCHES_PER_SECOND = 1000
SOLVES_PER_SECOND = 5
"""Counts for each second of the limit, so that the answer is the same everywhere."""
FEW_JOBS = 8
"""Up to so many every set of jobs may be asked for: 256 at most."""
REWEIGHED = 3


@dataclass(frozen=True)
class Judged:
    """Routes, their certificate in the objective's unit, the form that was solved, and parties.

    `weighted` is the weighted completion of all jobs, those begun before included.
    """

    routes: Routes
    weighted: int
    certificate: Certificate
    form: Literal["additive", "coupled"]
    parties: pd.DataFrame | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Judging:
    """A dispatch problem, the network that is to come back, and what plans are judged by.

    Attributes
    ----------
    numbers
        each job of the problem as a number of `value`
    aside
        the hour each other job of `value` is mended whatever is chosen, by its number
    kept
        routes that stay unless others lose less; none: the best found
    spent
        weighted completion of what is aside but was a ship's work
    """

    problem: Dispatch
    value: NetworkValue
    numbers: Sequence[int]
    aside: Mapping[int, int]
    objective: Objective
    fairness: Fairness | None
    horizon_h: int
    seed: int
    limit: float
    kept: Routes | None = None
    spent: int = 0

    def judge(self) -> Judged:
        """The best plan found, and what is proven of it.

        Raises
        ------
        InfeasibleError, NoPlanFoundError
            no plan is fair: proved, or none found
        """
        by_lit = choose_routes(self.problem, seed=self.seed, limit=self.limit)
        routes = by_lit.routes
        if self.kept is not None and self._weighted(self.kept) <= self._weighted(routes):
            routes = self.kept
        if self.fairness is None and self.objective == "weighted":
            found_, bound = (one + self.spent for one in (
                self._weighted(routes), min(by_lit.bound, self._weighted(routes))))
            return self._judged(routes, found_ / WEIGHT_DAYS, bound / WEIGHT_DAYS,
                                by_lit.seconds, "additive")
        loss, unit = self._loss()
        if loss.of(frozenset(self._outside())) <= NOTHING and self.fairness is None:
            routes = self._stay(loss, routes)
            lost = loss(done_of(self.problem, routes)) / unit
            return self._judged(routes, lost, 0.0, by_lit.seconds, "additive", notes=(
                "nothing is lost whatever the order: ordered by lit capacity",))
        start, seconds = self._start(loss, routes)
        found = self._coupled(loss, self._stay(loss, start))
        routes, parties = self._stay(loss, found.routes), None
        notes: tuple[str, ...] = ()
        if self.fairness is not None:
            waits = PartyWaits(self.value, self.fairness, self.horizon_h, self._numbers,
                               self._outside())
            free, found = found, self._fair(loss, replace(found, routes=routes), waits)
            routes = self._stay(loss, found.routes, waits)
            parties = waits.table(done_of(self.problem, routes))
            notes = (f"fairness costs {(found.objective - free.objective) / unit:,.3g} of the "
                     f"objective: {free.objective / unit:,.6g} without it",)
        value, bound_ = (self._until(loss, routes, one) / unit
                         for one in (found.objective, found.bound))
        return self._judged(routes, value, value if found.status == "optimal" else bound_, seconds,
                            "coupled", parties, notes)

    def lost(self, routes: Routes) -> float:
        """What these routes lose, in the certificate's unit."""
        loss, unit = self._loss()
        return self._until(loss, routes, loss(done_of(self.problem, routes))) / unit

    def _judged(self, routes: Routes, value: float, bound: float, seconds: float,
                form: Literal["additive", "coupled"], parties: pd.DataFrame | None = None,
                notes: tuple[str, ...] = ()) -> Judged:
        near = NOTHING if self.objective == "weighted" else SOLVER * max(1.0, value)
        proven = value <= bound + near
        gap = 0.0 if proven else (value - bound) / max(1.0, value)
        return Judged(routes, self._weighted(routes) + self.spent, Certificate(
            "optimal" if proven else "feasible", value, bound, gap, seconds, self.seed, self.limit,
            checked=True), form, parties, notes)

    def _weighted(self, routes: Routes) -> int:
        return sum(self.problem.cost(ship, route) for ship, route in enumerate(routes))

    def _stay(self, loss: Loss, routes: Routes, waits: PartyWaits | None = None) -> Routes:
        """What is kept, unless these routes lose less (or it is not fair)."""
        if self.kept is None:
            return routes
        done, kept = done_of(self.problem, routes), done_of(self.problem, self.kept)
        fair = waits is None or waits.excess(kept) == 0
        return self.kept if fair and loss(kept) <= loss(done) * (1 + NOTHING) + NOTHING else routes

    def _loss(self) -> tuple[Loss, float]:
        """What is lost by the hour, and how many of its units make one of the certificate's."""
        latest = max(latest_h(self.problem), self.horizon_h, *self.aside.values())
        if isinstance(self.objective, ServiceLevel):
            below = CountriesBelow(self.value, self.objective)
            return Loss(lambda done: below.number(self._numbers(done)), latest,
                        lambda done: below.least(self._numbers(done)), self._outside(),
                        lambda: self.value.solved), float(HOURS_PER_DAY)
        if self.objective == "demand_days":
            return Loss(lambda done: self.value.unserved_tbps(self._numbers(done)), latest,
                        lambda done: self.value.least_unserved_tbps(self._numbers(done)),
                        self._outside(), lambda: self.value.solved), float(HOURS_PER_DAY)
        weight = [int(one) for one in self.problem.weight]
        return Loss(lambda done: float(sum(
            one for job, one in enumerate(weight) if job not in done)), latest,
            aside=self._outside(), effort=lambda: self.value.solved), WEIGHT_DAYS

    def _outside(self) -> dict[int, int]:
        """Hours of the jobs that need no ship, numbered -1 and down."""
        return {-1 - n: hour for n, hour in enumerate(self.aside.values())}

    def _numbers(self, mended: Iterable[int]) -> list[int]:
        """Jobs of the problem, and those aside, as numbers of the network's value."""
        aside = list(self.aside)
        return [self.numbers[job] if job >= 0 else aside[-1 - job] for job in sorted(mended)]

    def _until(self, loss: Loss, routes: Routes, value: float) -> float:
        """Of a loss: the part until the last repair or the horizon. What is lost then, is lost for
        good and the same in every plan. By weight, with what was spent before."""
        if self.objective == "weighted":
            return value + self.spent
        last = max(self.horizon_h, *done_of(self.problem, routes).values(), *self.aside.values())
        for_good = loss.of(frozenset(self._outside()) | frozenset(range(self.problem.n_jobs)))
        return value - for_good * (loss.until_h - last)

    def _start(self, loss: Loss, by_lit: Routes) -> tuple[Routes, float]:
        """The best of several additive plans followed through, and the solver's seconds.

        Weights are lit capacity; then what each job brings alone and as the last one; then what
        each brought at its turn in the best plan so far, again while that is better.
        """
        outside = frozenset(self._outside())
        best, value, seconds = by_lit, loss(done_of(self.problem, by_lit)), 0.0
        if self.objective == "weighted":
            return best, seconds

        def of_jobs(mended: Iterable[int]) -> float:
            return loss.of(outside | frozenset(mended))

        cheap = 2 * self.problem.n_jobs <= SOLVES_PER_SECOND * self.limit
        for again in range(REWEIGHED):
            worth = (marginal_weights(of_jobs, self.problem.n_jobs) if cheap and not again
                     else self._in_turn(loss, best))
            found = choose_routes(self._weighed(worth), seed=self.seed, limit=self.limit / 4)
            seconds += found.seconds
            cost = loss(done_of(self.problem, found.routes))
            if cost >= value - NOTHING:
                break
            best, value = found.routes, cost
        return best, seconds

    def _in_turn(self, loss: Loss, routes: Routes) -> list[float]:
        """What each job brings back when its turn comes."""
        done = done_of(self.problem, routes)
        mended = frozenset(self._outside())
        worth = [0.0] * self.problem.n_jobs
        for job in sorted(done, key=lambda job: (done[job], job)):
            worth[job] = loss.of(mended) - loss.of(mended | {job})
            mended |= {job}
        return worth

    def _weighed(self, worth: Sequence[float]) -> Dispatch:
        """The problem by these worths, and by lit capacity where they leave the order open."""
        part = np.maximum(np.array(worth, float), 0.0)
        whole = np.round(part / max(float(part.max(initial=0.0)), NOTHING) * WEIGHTS)
        most = max(int(self.problem.weight.max(initial=1)), 1)
        lit = np.ceil(self.problem.weight * 99 / most).astype(np.int64)
        return replace(self.problem, weight=whole.astype(np.int64) * 100 + np.maximum(lit, 1))

    def _coupled(self, loss: Loss, start: Routes,
                 waits: PartyWaits | None = None) -> CoupledChoice:
        few = self.problem.n_jobs <= FEW_JOBS
        return choose_coupled(
            self.problem, loss, start, excess=waits.excess if waits else None,
            branches=BRANCHES_PER_SECOND * self.limit,
            most_effort=math.inf if few else SOLVES_PER_SECOND * self.limit)

    def _fair(self, loss: Loss, free: CoupledChoice, waits: PartyWaits) -> CoupledChoice:
        """The best plan that keeps the rule; `free` is the best without it, and bounds it."""
        if waits.excess(done_of(self.problem, free.routes)) == 0:
            return free
        found = self._coupled(loss, free.routes, waits)
        if found.excess:
            told = (f"no schedule keeps every party's mean wait within {waits.rule.most:g} times "
                    f"another's; the nearest has {waits.rule.most + found.excess:.3g} times: allow "
                    "that, or give the party that waits longest another ship or faster permits")
            if found.status == "infeasible":
                raise InfeasibleError(told, [told])
            raise NoPlanFoundError(f"within the limit {told}; more may be found with more time")
        return replace(found, bound=max(found.bound, min(free.bound, found.objective)))
