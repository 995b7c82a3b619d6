"""`worst_traffic`: the k failures that leave most demand unserved after the best rerouting."""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

from cablenet.errors import InputError, NoPlanFoundError, PlanError
from cablenet.hazards.model import FaultModel
from cablenet.kernels.combinations import combinations_between
from cablenet.metrics.traffic_rules import TrafficRules
from cablenet.metrics.values import Options
from cablenet.network import Network
from cablenet.planning.asked import Asked
from cablenet.planning.attack import alive_after
from cablenet.planning.traffic_attacks import SAME_TBPS, TrafficAttack, WorstTraffic
from cablenet.planning.traffic_bounds import TrafficBounds
from cablenet.scenarios.units import Units
from cablenet.solvers import Certificate
from cablenet.sweeps.unserved import UnservedMeasure, unserved_measure
from cablenet.traffic.patch import Patcher

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Progress = Callable[[str, int, int], None]

TIME_LIMIT_S = 1800.0
MOST_SETS = 1_000_000
"""So many sets are bounded, at most; more of them belong into a sweep that can be resumed."""


def worst_traffic(net: Network, k: int, *, unit: str | Units = "cable", country: str | None = None,
                  min_rate: float | None = None, model: FaultModel | None = None,
                  radius_km: float = 25.0, next_best: int = 0,
                  rules: TrafficRules | None = None, capacity_rule: str | None = None,
                  time_limit_s: float = TIME_LIMIT_S,
                  progress: Progress | None = None) -> WorstTraffic:
    """The worst that at most k failing units can do to traffic, proved.

    Maximise over sets of units the demand that the flow optimum leaves unserved. Every set gets a
    bound first, from patches laid side by side (`cablenet.planning.traffic_bounds`); the set of
    the largest bound is looked at more closely, by patches of its own and then by programs, until
    no bound reaches above the worst known.

    Parameters
    ----------
    unit, min_rate, model, radius_km
        as of `worst_case`
    country
        only this country's unserved demand counts; default: everybody's
    next_best
        how many further attacks, different sets of units, to list
    time_limit_s
        seconds on the clock; a search that ends before it is the same on every machine

    Raises
    ------
    InputError
        k below 1 or beyond the number of units, more sets than `MOST_SETS`, or limits that
        contradict
    NoPlanFoundError
        the time was too short for any attack; with the bound
    """
    begun = time.monotonic()
    asked = Asked(net, unit, "isolated", country, None, min_rate, model, radius_km, 1, time_limit_s)
    asked.check(k)
    units = asked.units
    count = sum(comb(len(units), size) for size in range(1, k + 1))
    if count > MOST_SETS:
        raise InputError(f"{count:,} sets of at most {k} of {len(units)} units are more than "
                         f"{MOST_SETS:,}; sweep them: cablenet sweep --order {k} --metric unserved")
    every = _every_set(asked, len(units), k)
    sets, place = every.sets, every.country
    measure = unserved_measure(net, units, k, Options(
        capacity_rule=capacity_rule, traffic=rules or TrafficRules()))
    search = _Search(measure, every, next_best + 1, begun + time_limit_s, progress)
    search.run()
    known = search.worst()
    if not known:
        raise NoPlanFoundError(f"no attack was found in {time_limit_s:g} s; none leaves more than "
                               f"{search.bound():,.3f} Tbps unserved")
    attacks = tuple(_told(measure, units, sets[row][sets[row] >= 0], search.low[row], place)
                    for row in known)
    value, bound = attacks[0].unserved_tbps, max(search.bound(), attacks[0].unserved_tbps)
    closed = bound - value <= SAME_TBPS
    certificate = Certificate(
        "optimal" if closed else "feasible", value, bound, (bound - value) / max(value, SAME_TBPS),
        time.monotonic() - begun, 1, time_limit_s, checked=True)
    return WorstTraffic(net, units.kind, k, asked.whom(), radius_km, attacks, certificate,
                        int(every.allowed.sum()), search.programs)


@dataclass(frozen=True, eq=False)
class _Sets:
    """(S, k) `sets` of units, small ones first, -1 where fewer than k; (S,) which are `allowed`;
    whose unserved demand counts, None for everybody's."""

    sets: Ints
    allowed: Flags
    country: int | None


def _every_set(asked: Asked, size: int, k: int) -> _Sets:
    """All sets of at most k units; those that are likely enough are allowed."""
    out = []
    for order in range(1, k + 1):
        some = combinations_between(size, order, 0, comb(size, order))
        out.append(np.pad(some, ((0, 0), (0, k - order)), constant_values=-1))
    sets = np.concatenate(out)
    country = None if asked.country is None else asked.net.country_index(asked.country)
    likely = asked.likelihood
    if likely is None:
        return _Sets(sets, np.ones(len(sets), bool), country)
    cost = np.append(np.array(likely.cost, np.int64), 0)
    return _Sets(sets, np.asarray(cost[sets].sum(axis=1) <= likely.limit), country)


class _Search:
    """What is known of every set, Tbps; a set is settled where its `low` and `high` meet."""

    def __init__(self, measure: UnservedMeasure, asked: _Sets, count: int, deadline: float,
                 progress: Progress | None) -> None:
        self.measure, self.country = replace(measure, tolerance=0.0), asked.country
        self.sets, self.allowed, self.count = asked.sets, asked.allowed, count
        self.deadline, self.progress = deadline, progress
        problem, where = measure.case.problem, measure.case.country
        self.counts = problem.tbps.sum(axis=1) * (
            1.0 if self.country is None else where == self.country)
        self.bounds = TrafficBounds(measure, measure.rows.n_units, asked.sets.shape[1],
                                    self.counts, float(self.counts.sum()), deadline,
                                    lambda done, total: self._tell("bounds", done, total))
        self.low, self.high = self.bounds.low, self.bounds.high
        self.programs = 0
        self._optima: dict[tuple[int, ...], Patcher] = {}
        self._programmed: set[int] = set()

    def run(self) -> None:
        """Bounds of all sets, then a closer look at those that may be among the worst."""
        self.bounds.find()
        self.low[~self.allowed], self.high[~self.allowed] = -np.inf, -np.inf
        self._best = np.sort(self.low[self._settled(np.arange(len(self.low)))])[-self.count:]
        closer = [self._patched, self._patched_after, self._solved]
        if self.measure.patcher is None:
            closer = [self._solved]
        rows = np.flatnonzero(self.high > self.floor + SAME_TBPS)
        waiting = [(-self.high[row], row, 0) for row in rows[~self._settled(rows)].tolist()]
        heapq.heapify(waiting)
        begun = len(waiting)
        while waiting and time.monotonic() <= self.deadline:
            high, row, stage = heapq.heappop(waiting)
            if -high <= self.floor + SAME_TBPS:
                break
            closer[stage](row)
            if not self._settled(row):
                heapq.heappush(waiting, (-self.high[row], row, stage + 1))
            elif self.low[row] > self.floor:
                self._best = np.sort(np.append(self._best, self.low[row]))[-self.count:]
            self._tell(f"sets, {self.programs} solved", begun - len(waiting), begun)

    @property
    def floor(self) -> float:
        """What a set must be able to exceed to matter."""
        return float(self._best[0]) if len(self._best) >= self.count else -np.inf

    def worst(self) -> list[int]:
        """Rows of the worst sets that are settled, worst first, ties in order of the table."""
        settled = np.flatnonzero(self._settled(np.arange(len(self.low))) & self.allowed)
        order = np.lexsort((settled, -self.low[settled].round(6)))
        return [int(row) for row in settled[order][:self.count]]

    def bound(self) -> float:
        """No set leaves more unserved."""
        return max(float(self.high.max(initial=0.0)), 0.0)

    def _settled(self, rows: Ints | int) -> Flags:
        return np.asarray(self.high[rows] <= self.low[rows] + SAME_TBPS)

    # -- a closer look at one set, ever dearer ------------------------------------------------

    def _patched(self, row: int) -> None:
        """One patch, quickly: of the optimum after the most units within that needed a program, or
        of the intact one."""
        self._lay(row, self._after(max(self._hard_within(row), key=len, default=())), np.inf)

    def _patched_after(self, row: int) -> None:
        """Patches of the intact optimum and of all those after units that needed a program."""
        for some in [(), *self._hard_within(row)]:
            if self.high[row] > self.floor + SAME_TBPS:
                self._lay(row, self._after(some), self.floor)

    def _hard_within(self, row: int) -> list[tuple[int, ...]]:
        """One or two of a set's units that no patch settles and that have to be solved anyway."""
        units, singles = self._units(row), self.measure.singles
        if len(units) == 1 or singles is None:
            return []
        out: list[tuple[int, ...]] = [(unit,) for unit in units if not singles.settled[unit]]
        for pair in combinations(units, 2) if len(units) > 2 else ():
            within = self.bounds.row(pair)
            waits = not self._settled(within) and self.high[within] > self.floor + SAME_TBPS
            if waits or within in self._programmed:
                out.append(pair)
        return out

    def _after(self, units: tuple[int, ...]) -> Patcher:
        """Patches of the optimum with these units lost."""
        if not units:
            assert self.measure.patcher is not None
            return self.measure.patcher
        if len(units) == 1:
            return self.measure.alone(units[0])
        if units not in self._optima:
            self._optima[units] = Patcher(self.measure.optimum(self.measure.lost_by(units)))
            self._programmed.add(self.bounds.row(units))
            self.programs += 1
        return self._optima[units]

    def _lay(self, row: int, patcher: Patcher, enough: float) -> None:
        outage = self.bounds.outage(self._units(row))
        cut = float(self.counts[patcher.cut(outage.lost)].sum()) + patcher.beyond_tbps
        patch = patcher.patch(outage, max(enough - cut, 0.0))
        if not patcher.tells(patch):
            return
        self.high[row] = min(self.high[row], cut + patch.most_tbps)
        if patch.settled and not patcher.short:
            self.low[row], self.high[row] = cut, cut + patch.stuck_tbps

    def _solved(self, row: int) -> None:
        """The optimum, by linear programs where nothing else tells it."""
        found = self.measure.measure(self.sets[[row]])
        value = float(found.scenario["unserved_tbps"][0] if self.country is None
                      else found.country["unserved_tbps"].total[self.country])
        self.low[row] = self.high[row] = value
        if found.scenario["program"][0]:
            self.programs += 1
            self._programmed.add(row)

    def _units(self, row: int) -> list[int]:
        return [int(unit) for unit in self.sets[row] if unit >= 0]

    def _tell(self, what: str, done: int, total: int) -> None:
        if self.progress is not None:
            self.progress(what, done, total)


def _told(measure: UnservedMeasure, units: Units, failed: Ints, value: float,
          country: int | None) -> TrafficAttack:
    """An attack with its losers, from an answer proved without the solver.

    Raises
    ------
    PlanError
        if the answer is not proved, or is not worth what the search counted
    """
    case, net = measure.case, measure.case.net
    alive = alive_after(net, units, failed.tolist())
    answer = measure.optimum(net.links.in_service & ~alive)
    total, base = (np.bincount(case.country, one.unserved_tbps.sum(axis=1),
                               minlength=len(net.country_id)) for one in (answer, measure.intact))
    counted = float(total.sum() if country is None else total[country])
    if not answer.proved or abs(counted - value) > SAME_TBPS:
        raise PlanError(f"the attack failed its own check: the search counts {value:.9f} Tbps, "
                        f"the proved optimum {counted:.9f}")
    more = total - base
    order = [int(c) for c in np.argsort(-more, kind="stable") if more[c] > SAME_TBPS]
    return TrafficAttack(
        tuple(map(str, units.kinds[failed])), tuple(map(str, units.id[failed])),
        tuple(map(str, units.name[failed])), counted,
        {str(net.country_id[c]): round(float(more[c]), 6) for c in order})
