"""Which failures a plan for demand has to answer, and what each of them is asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cablenet.errors import InputError, UnknownNameError
from cablenet.planning.demand_asking import Question
from cablenet.planning.demand_case import SMALL_TBPS, DemandCase, today
from cablenet.planning.demand_oracle import Oracle
from cablenet.planning.demand_promise import DemandPromise, needs_of
from cablenet.planning.needs import Failures
from cablenet.traffic.optimum import FlowSolver
from cablenet.traffic.patch import Patcher
from cablenet.traffic.problem import FlowProblem, without
from cablenet.traffic.standing import Standing

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Progress = Callable[[str, int, int], None]

HOURS_A_DAY = 24.0
UNKNOWN_RATE_PER_YEAR = 0.01
"""Assumed for failures whose rate nobody gives: once in a hundred years."""


@dataclass(frozen=True, eq=False)
class Today:
    """A case with today's optimum: (D,) `served_tbps`, and where programs start."""

    case: DemandCase
    failures: Failures
    served_tbps: Floats
    standing: Standing

    @cached_property
    def same(self) -> dict[int, list[int]]:
        """Failures that lose different links, each with all that lose the same."""
        rows: dict[bytes, list[int]] = {}
        for row in range(len(self.failures.names)):
            rows.setdefault(self.lost(row).tobytes(), []).append(row)
        return {same[0]: same for same in rows.values()}

    def lost(self, row: int) -> Flags:
        """(L,) links that a failure takes, candidates among them."""
        return np.asarray(self.failures.failed[[row]].toarray()[0], bool)


def look(case: DemandCase, failures: Failures) -> Today:
    """Find today's optimum."""
    standing, optimum = today(case)
    return Today(case, failures, np.asarray(optimum.served_tbps[:, 0]), standing)


def harmful(now: Today, part: Floats) -> dict[int, Floats | None]:
    """Failures that patches do not show to be harmless, each with (C,) what is cut off, or None
    where more may be lost than that.

    A patch carries (C,) `part` of what each country is served today; what it carries is carried
    under every plan as well, since a plan only adds.
    """
    case, whole = now.case, now.case.problem
    amount = now.served_tbps * part[case.country]
    kept, old = np.flatnonzero(amount > 0), np.flatnonzero(case.option < 0)
    problem: FlowProblem = replace(
        whole, source=whole.source[kept], target=whole.target[kept], tbps=amount[kept, None],
        refusal=whole.refusal[kept], tail=whole.tail[old], head=whole.head[old],
        room_tbps=whole.room_tbps[old], delay_ms=whole.delay_ms[old],
        refused=whole.refused[:, old])
    intact = FlowSolver(problem).intact
    plain = Patcher.fits(intact) and not case.case.rules.restore
    patcher = Patcher(intact) if plain else None
    out: dict[int, Floats | None] = {}
    link = case.case.link[old]
    for row in now.same:
        lost = (link >= 0) & now.lost(row)[link]
        if not lost.any():
            continue
        patch = patcher.patch(without(problem, lost)) if patcher is not None else None
        if patch is None or not patch.settled:
            out[row] = None
        elif now.served_tbps[kept][patch.cut].sum() > SMALL_TBPS:
            out[row] = np.asarray(np.bincount(case.country[kept], np.where(
                patch.cut, now.served_tbps[kept], 0.0), minlength=case.countries), np.float64)
    return out


def promise_question(now: Today, promise: DemandPromise) -> tuple[Question, list[str]]:
    """What a promise asks of each failure that may break it, and who is left out of it."""
    case, names = now.case, now.failures.names
    served = case.by_country(now.served_tbps)
    need, rules = needs_of(case.net, promise, case.total_tbps, served)
    if not need.any():
        raise InputError(f"'{promise}' promises nothing to anybody: no country has that share "
                         "today; lower the share or name the countries")
    wanted = None if promise.failures is None else _rows(names, promise.failures)
    rows: dict[int, Flags] = {}
    part = np.divide(need, served, out=np.zeros_like(need), where=served > need)
    part = np.where((need > 0) & (served <= need), 1.0, part)
    for row, cut in harmful(now, part).items():
        safe = cut is not None and not (served - cut < need - 1e-9).any()
        if not safe and (wanted is None or wanted & set(now.same[row])):
            rows[row] = now.lost(row)
    if (served < need - 1e-9).any():  # then losing a new cable alone may matter, and losing nothing
        rows[-1] = np.zeros(len(case.net.links), bool)
        for row in now.same:
            if not (now.lost(row) & case.net.links.in_service).any() and (
                    wanted is None or row in wanted):
                rows[row] = now.lost(row)
    oracle = Oracle(case, case.problem.tbps[:, 0], now.standing)
    return Question(str(promise), oracle, need, rows), rules


def loss_question(now: Today, weight: Floats) -> Question:
    """What is lost of what is served today, in every failure that loses any of it.

    `weight` (S,) counts each failure.
    """
    rows = {row: now.lost(row) for row in harmful(now, np.ones(now.case.countries))}
    weights = {row: float(weight[now.same[row]].sum()) for row in rows}
    used = {row for row, value in weights.items() if value > 0}
    oracle = Oracle(now.case, now.served_tbps, now.standing)
    return Question("loss", oracle, now.case.by_country(now.served_tbps),
                    {row: rows[row] for row in rows if row in used},
                    {row: weights[row] for row in rows if row in used})


def weights(failures: Failures, rate_per_year: Floats, mean_h: float,
            unknown_rate_per_year: float) -> Floats:
    """(S,) days a year that each failure lasts."""
    rate = np.where(np.isnan(rate_per_year), unknown_rate_per_year, rate_per_year)
    return np.asarray(rate * mean_h / HOURS_A_DAY)


def _rows(names: Sequence[str], wanted: Sequence[str]) -> set[int]:
    known = {name: row for row, name in enumerate(names)}
    for name in wanted:
        if name not in known:
            raise UnknownNameError("failure of the sweep", name, known)
    return {known[name] for name in wanted}
