"""`worst_traffic`: the k failures that leave most demand unserved after the best rerouting."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
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
from cablenet.scenarios.units import Units
from cablenet.solvers import Certificate
from cablenet.sweeps.unserved import UnservedMeasure, unserved_measure

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Progress = Callable[[str, int, int], None]

TIME_LIMIT_S = 1800.0
MOST_SETS = 200_000
"""So many sets are looked at, at most; more of them belong into a sweep that can be resumed."""
CHUNK = 100


def worst_traffic(net: Network, k: int, *, unit: str | Units = "cable", country: str | None = None,
                  min_rate: float | None = None, model: FaultModel | None = None,
                  radius_km: float = 25.0, next_best: int = 0,
                  rules: TrafficRules | None = None, capacity_rule: str | None = None,
                  time_limit_s: float = TIME_LIMIT_S,
                  progress: Progress | None = None) -> WorstTraffic:
    """The worst that at most k failing units can do to traffic, proved.

    Maximise over sets of units the demand that the flow optimum leaves unserved. Every set gets a
    bracket first, from patches (`cablenet.traffic.patch`); a set whose bracket reaches above the
    worst known is solved, largest bracket first, until no bracket does.

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
    sets = _affordable(asked, len(units), k)
    place = None if country is None else net.country_index(country)
    measure = unserved_measure(net, units, k, Options(
        capacity_rule=capacity_rule, traffic=rules or TrafficRules()))
    search = _Search(measure, sets, place, next_best + 1, begun + time_limit_s, progress)
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
                        len(sets), int(search.programs))


def _affordable(asked: Asked, size: int, k: int) -> Ints:
    """(S, k) sets of units that are likely enough, small ones first; -1 where fewer than k."""
    out = []
    for order in range(1, k + 1):
        some = combinations_between(size, order, 0, comb(size, order))
        out.append(np.pad(some, ((0, 0), (0, k - order)), constant_values=-1))
    sets = np.concatenate(out)
    likely = asked.likelihood
    if likely is None:
        return sets
    cost = np.append(np.array(likely.cost, np.int64), 0)
    return np.asarray(sets[cost[sets].sum(axis=1) <= likely.limit])


class _Search:
    """(S,) `low` and `high`: what is known of every set, Tbps; a program makes them meet."""

    def __init__(self, measure: UnservedMeasure, sets: Ints, country: int | None, count: int,
                 deadline: float, progress: Progress | None) -> None:
        self.sets, self.country = sets, country
        self.brackets, self.exact = (replace(measure, tolerance=part) for part in (1.0, 0.0))
        self.count, self.deadline, self.progress = count, deadline, progress
        asked = measure.case.problem.tbps.sum(axis=1)
        self.most = float(asked.sum() if country is None
                          else asked[measure.case.country == country].sum())
        self.low, self.high = np.full(len(sets), -np.inf), np.full(len(sets), self.most)
        self.programs = 0.0

    def run(self) -> None:
        """Brackets of all sets, then programs for those that may be among the worst."""
        rows = np.arange(len(self.sets))
        for start in range(0, len(rows), CHUNK):
            if time.monotonic() > self.deadline:
                return
            self._look(self.brackets, rows[start:start + CHUNK])
            self._tell("brackets", start, len(rows))
        while True:
            floor = self.floor()
            open_ = np.flatnonzero((self.high > floor + SAME_TBPS)
                                   & (self.high > self.low + SAME_TBPS))
            if not len(open_) or time.monotonic() > self.deadline:
                return
            self._look(self.exact, open_[[np.argmax(self.high[open_])]])
            self._tell("programs", len(self.sets) - len(open_), len(self.sets))

    def floor(self) -> float:
        """What a set must be able to exceed to matter."""
        settled = np.sort(self.low[self.high <= self.low + SAME_TBPS])
        return float(settled[-self.count]) if len(settled) >= self.count else -np.inf

    def worst(self) -> list[int]:
        """Rows of the worst sets that are settled, worst first, ties in order of the table."""
        settled = np.flatnonzero(self.high <= self.low + SAME_TBPS)
        order = np.lexsort((settled, -self.low[settled].round(6)))
        return [int(row) for row in settled[order][:self.count]]

    def bound(self) -> float:
        """No set leaves more unserved."""
        return float(self.high.max(initial=0.0))

    def _look(self, measure: UnservedMeasure, rows: Ints) -> None:
        if self.country is None:
            found = measure.measure(self.sets[rows]).scenario
            self.low[rows], self.high[rows] = (found["unserved_low_tbps"],
                                               found["unserved_high_tbps"])
            self.programs += found["program"].sum()
            return
        for row in rows.tolist():
            found_one = measure.measure(self.sets[[row]])
            values, mine = found_one.scenario, found_one.country["unserved_tbps"].total
            exact = values["unserved_high_tbps"][0] <= values["unserved_low_tbps"][0] + SAME_TBPS
            self.high[row] = mine[self.country]
            self.low[row] = mine[self.country] if exact else 0.0
            self.programs += values["program"].sum()

    def _tell(self, what: str, done: int, total: int) -> None:
        if self.progress is not None:
            self.progress(f"{what}, {int(self.programs)} solved", done, total)


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
