"""Which failures a plan for demand has to answer, and what each of them is asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cablenet.errors import InputError, UnknownNameError
from cablenet.planning.demand_case import DemandCase, today
from cablenet.planning.demand_oracle import Oracle
from cablenet.planning.demand_patches import Harm, Patches
from cablenet.planning.demand_promise import DemandPromise, needs_of
from cablenet.planning.demand_question import Question
from cablenet.planning.needs import Failures
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


def harmful(now: Today, part: Floats) -> tuple[Patches, dict[int, Harm]]:
    """Failures that patches do not show to be harmless, each with its harm.

    A patch carries (C,) `part` of what each country is served today; what it carries is carried
    under every plan as well, since a plan only adds.
    """
    patches = Patches(now.case, now.served_tbps * part[now.case.country])
    harm = {row: patches.harm(now.lost(row), now.served_tbps) for row in now.same}
    return patches, {row: one for row, one in harm.items() if one is not None}


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
    for row, harm in harmful(now, part)[1].items():
        safe = harm.settled and not (served - harm.cut_tbps < need - 1e-9).any()
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
    patches, harm = harmful(now, np.ones(now.case.countries))
    weights = {row: float(weight[now.same[row]].sum()) for row in harm}
    used = [row for row in harm if weights[row] > 0]
    oracle = Oracle(now.case, now.served_tbps, now.standing)
    return Question("loss", oracle, now.case.by_country(now.served_tbps),
                    {row: now.lost(row) for row in used}, {row: weights[row] for row in used},
                    today={row: float(harm[row].cut_tbps.sum()) + harm[row].stuck_tbps
                           for row in used}, patches=patches)


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
