"""`plan_survival`: the cheapest cables after which countries survive any few losses, proved.

A promise says which countries keep a gateway that reaches a hub abroad through the loss of any
`losses` units. The plan is found by cuts (`star_graph` finds broken ones, `covering` chooses), then
walked through on the map that contains it (`survival_check`), where what is built fails too. What
the walk still finds broken, since a real chain or branch is weaker than a star, becomes a cut as
well; every cut is necessary, so the last choice is the cheapest there is.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from cablenet.errors import InfeasibleError, InputError, UnknownNameError
from cablenet.planning.candidate_table import CandidateTable
from cablenet.planning.covering import Cover
from cablenet.planning.prices import build_years
from cablenet.planning.promise import Promise
from cablenet.planning.star_graph import Cut
from cablenet.planning.survival_plan import SurvivalPlan
from cablenet.planning.survival_search import KUSD_PER_MUSD, Progress, SurvivalSearch

Ints = NDArray[np.int64]
ONE_LOSS = Promise()
"""Every country survives the loss of any one cable or station."""


def plan_survival(
    table: CandidateTable,
    promises: Promise | Sequence[Promise] = ONE_LOSS,
    *,
    budget_musd: float | None = None,
    must_land: Sequence[str] = (),
    never_joined: Sequence[tuple[str, str]] = (),
    ready_by: int | None = None,
    leave_out_impossible: bool = False,
    next_best: int = 0,
    time_limit_s: float = 300.0,
    progress: Progress | None = None,
) -> SurvivalPlan:
    """Choose among the candidates of a table, exactly.

    Parameters
    ----------
    table
        cables and landings of `candidate_table`; its branches and upgrades are not used, since
        they are lost with the system they join
    budget_musd
        refuse a plan that costs more
    must_land
        ISO codes: at least one new cable lands in each
    never_joined
        pairs of ISO codes that no new cable joins directly
    ready_by
        only cables that can be in service by the end of this year, if they are begun on the day
        of the map (`prices.build_years`, assumed)
    leave_out_impossible
        plan for the other countries where some cannot be saved by any candidate; without it that
        is an `InfeasibleError`
    next_best
        how many further plans to find, each at least one cable different and no superset
    time_limit_s
        wall time of the whole search; a plan that comes out does not depend on it

    Raises
    ------
    InfeasibleError
        a promise no candidates keep, or none within the budget; `conflict` names the rule or the
        promises that cannot be kept together
    NoPlanFoundError
        the time ran out; with the cost proved to be the least possible so far
    """
    asked = (promises,) if isinstance(promises, Promise) else tuple(promises)
    if not asked:
        raise InputError("no promise is given; cablenet.Promise() is the plainest")
    if budget_musd is not None and math.isnan(budget_musd):
        raise InputError("budget_musd is not a number; give million USD")
    if budget_musd is not None and budget_musd < 0:
        raise InfeasibleError(f"a budget of {budget_musd:g} million USD is below 0: no plan keeps "
                              "it, not even to build nothing", [f"budget_musd = {budget_musd:g}"])
    rows = _usable(table, never_joined, ready_by)
    search = SurvivalSearch(table, rows, asked, _must(table, rows, must_land), leave_out_impossible,
                     time.monotonic() + time_limit_s, progress)
    best = search.run()
    if budget_musd is not None and best.cost > budget_musd * KUSD_PER_MUSD:
        raise _too_dear(best, budget_musd, asked, lambda some: SurvivalSearch(
            table, rows, some, _must(table, rows, must_land), leave_out_impossible,
            time.monotonic() + time_limit_s, None).run())
    plan = search.plan(best)
    others, refused = [], [best.built]
    for _ in range(next_best):
        other = search.run(refused)
        if not other.built:
            break
        others.append(search.told(other))
        refused.append(other.built)
    return plan.with_next_best(others)


def _usable(table: CandidateTable, never_joined: Sequence[tuple[str, str]],
            ready_by: int | None) -> Ints:
    """The rows that the limits allow."""
    rows = table.of_kind("cable", "landing")
    if not len(rows):
        raise InputError("the table holds no cable or landing to choose from; make it with "
                         "candidate_table(layers, kinds=('cable', 'landing'))")
    country = table.places.country
    known = set(table.layers.tables["countries"]["country"])
    limits = []
    for one, other in never_joined:
        for code in (one, other):
            if code not in known:
                raise UnknownNameError("country", code, known)
        ends = country[table.a[rows]], country[table.b[rows]]
        bad = ((ends[0] == one) & (ends[1] == other)) | ((ends[0] == other) & (ends[1] == one))
        rows = rows[~bad]
        limits.append(f"never_joined {one}, {other}")
    if ready_by is not None:
        begun = table.layers.as_of
        if begun is None:
            raise InputError("ready_by counts from the day of the map, and this map has none; "
                             "give it one with layers.dated(...)")
        start = begun.year + (begun.timetuple().tm_yday - 1) / 365.25
        rows = rows[start + build_years(table.length_km[rows]) <= ready_by + 1]
        limits.append(f"ready_by {ready_by}")
    if not len(rows):
        raise InfeasibleError(f"no candidate is left under {'; '.join(limits)}", limits)
    return rows


def _must(table: CandidateTable, rows: Ints, codes: Sequence[str]) -> list[Cut]:
    country = table.places.country
    out = []
    for code in codes:
        lands = np.flatnonzero((country[table.a[rows]] == code) | (country[table.b[rows]] == code))
        if not len(lands):
            every = table.of_kind("cable", "landing")
            if code in country[table.a[every]] or code in country[table.b[every]]:
                raise InfeasibleError(
                    f"must_land asks for a new cable in {code}, and the other limits leave none",
                    [f"must_land {code}", "never_joined or ready_by"])
            raise InputError(f"no candidate lands in '{code}', as must_land asks")
        out.append(Cut(-1, (), tuple(lands.tolist()), 1))
    return out


def _too_dear(best: Cover, budget_musd: float, promises: Sequence[Promise],
              solve: Callable[[Sequence[Promise]], Cover]) -> InfeasibleError:
    """The budget against a smallest set of promises that it cannot keep together."""
    core = list(promises)
    for promise in promises:
        fewer = [one for one in core if one is not promise]
        if fewer and solve(fewer).cost > budget_musd * KUSD_PER_MUSD:
            core = fewer
    least = best.cost if len(core) == len(promises) else solve(core).cost
    return InfeasibleError(
        f"a budget of {budget_musd:,.1f} million USD cannot keep: "
        f"{'; '.join(map(str, core))}; the cheapest way costs "
        f"{least / KUSD_PER_MUSD:,.1f} million USD", [str(one) for one in core])
