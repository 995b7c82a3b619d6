"""`DemandMaker`: searches plans for demand, names what is impossible, and writes plans down."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cablenet.errors import InfeasibleError, NoPlanFoundError, PlanError
from cablenet.network import Network
from cablenet.planning.candidates import Proposals
from cablenet.planning.demand_case import SMALL_TBPS
from cablenet.planning.demand_master import Built, Held
from cablenet.planning.demand_plan import DemandPlan
from cablenet.planning.demand_promise import DemandPromise
from cablenet.planning.demand_search import DemandSearch, Found, ImpossibleError
from cablenet.planning.demand_setup import Today
from cablenet.solvers import Certificate


@dataclass(eq=False)
class DemandMaker:
    """Searches plans, tells what is impossible, and writes plans down."""

    now: Today
    search: DemandSearch
    promises: Sequence[DemandPromise]
    budget: float | None
    leave_out: bool
    left_out: list[str]
    gap: float
    limit: float
    must: Mapping[str, Built]
    """By country, the candidates that land there, one of which must be built."""

    @property
    def net(self) -> Network:
        return self.now.case.net

    @property
    def options(self) -> Proposals:
        return self.now.case.options

    def ids(self, built: Built) -> tuple[str, ...]:
        """Ids of candidates."""
        return tuple(str(self.net.cable_id[self.options.cable[k]]) for k in sorted(built))

    def best(self, refused: Sequence[Built]) -> Found:
        """The best plan that is not refused."""
        while True:
            try:
                found = self.search.run(budget=self.budget, refused=refused, gap=self.gap)
            except ImpossibleError as error:
                self._excuse(error.cuts)
                continue
            except TimeoutError:
                found = Found(frozenset(), np.inf, 0.0, False, 0)
            if math.isinf(found.objective):
                raise NoPlanFoundError(
                    f"no plan was found in {self.limit:g} s; none is better than "
                    f"{max(found.bound, 0.0):,.3f} {'Tbps-days a year' if self.budget else ''}"
                    f"{'' if self.budget else 'million USD'}")
            return found

    def _excuse(self, cuts: Sequence[Held]) -> None:
        """Leave out what nothing saves, or say so."""
        whom = [self.told(held) for held in cuts]
        alone = all(held.hopeless for held in cuts)
        if alone and cuts and self.leave_out:
            for held in cuts:
                self.search.asking.excuse(held)
            self.left_out += [one for one in whom if one not in self.left_out]
            return
        if alone and cuts:
            raise InfeasibleError(
                f"no candidates, not even all together, keep {len(whom)} of the promises, the "
                f"first being: {whom[0]}; add candidates, promise less, or leave out what is "
                "impossible", whom)
        budget = "the limits" if self.budget is None else (
            f"a budget of {self.budget:,.1f} million USD")
        raise InfeasibleError(f"{budget} cannot keep together: {'; '.join(whom) or 'anything'}",
                              [*whom, *([] if self.budget is None else
                                        [f"budget_musd = {self.budget:g}"])])

    def told(self, held: Held) -> str:
        """A cut as a sentence: who, in which failure, and how much the candidates could add."""
        if held.question < 0:
            return self._must_land(frozenset(held.cut.options))
        case, question = self.now.case, self.search.questions[held.question]
        some = [c for c in held.cut.countries if question.need[c] > 0]
        codes = [str(self.net.country_id[c]) for c in some]
        who = ", ".join(codes[:6]) + (f" and {len(codes) - 6} more" if len(codes) > 6 else "")
        asked = float(case.total_tbps[some].sum())
        need = float(question.need[some].sum())
        most = max(need - (held.cut.least - sum(held.cut.gain)), 0.0)
        share = "" if most >= need or asked <= 0 else (
            f" (with everything built at most {max(most, 0.0) / asked:.1%} of its demand)")
        return f"{who} through {self.name(held.row)}{share}"

    def _must_land(self, some: Built) -> str:
        return f"must_land {', '.join(code for code, one in self.must.items() if one == some)}"

    def name(self, row: int) -> str:
        """A failure by name."""
        return "nothing failed" if row < 0 else f"'{self.now.failures.names[row]}'"

    # -- writing down -------------------------------------------------------------------------

    def plan(self, found: Found, seconds: float) -> DemandPlan:
        """The plan; every flow that keeps a promise was walked when it was found."""
        search, nothing = self.search, frozenset[int]()
        if not search.keeps(found.built):
            raise PlanError("the plan breaks a promise that it was said to keep")
        cost = float(self.options.cost_musd[sorted(found.built)].sum())
        if self.budget is not None and cost > self.budget * (1 + 1e-9):
            raise PlanError(f"the plan costs {cost:g}, more than the budget")
        certificate = certified(found.objective, found.bound, seconds, self.limit)
        counted = self.budget is not None
        return DemandPlan(
            self.net, self.ids(found.built), cost, self.budget,
            tuple(map(str, self.promises)), self._cables(found.built), self._answers(found.built),
            self._losses(found.built), tuple(self.left_out),
            search.loss(nothing) if counted else math.nan,
            search.loss(found.built) if counted else math.nan, math.nan, math.nan, (),
            certificate, found.rounds, len(search.cuts))

    def _cables(self, built: Built) -> pd.DataFrame:
        net, options = self.net, self.options
        rows = []
        for k in sorted(built):
            links = options.links[k]
            ends = net.nodes.id[np.concatenate([net.links.a[links], net.links.b[links]])]
            rows.append({
                "cable_id": net.cable_id[options.cable[k]],
                "name": net.cable_name[options.cable[k]], "from_id": ends[0], "to_id": ends[-1],
                "length_km": round(float(options.length_km[k]), 1),
                "cost_musd": round(float(options.cost_musd[k]), 3),
                "cost_basis": "price model" if options.modelled[k] else "given",
                "reason": self._reason(built, k)})
        return pd.DataFrame(rows, columns=["cable_id", "name", "from_id", "to_id", "length_km",
                                           "cost_musd", "cost_basis", "reason"])

    def _reason(self, built: Built, k: int) -> str:
        """The failures that would break a promise, or lose most more, without one cable."""
        level = self.search.asking.level
        whole, without = level(built), level(built - {k})
        broken: dict[str, float] = {}
        for held in self.search.cuts:
            question = self.search.questions[held.question]
            more = max(held.cut.lower(without), 0.0) - max(held.cut.lower(whole), 0.0)
            if more <= SMALL_TBPS:
                continue
            whom = ", ".join(str(self.net.country_id[c]) for c in held.cut.countries[:4]
                             if question.need[c] > 0)
            what = "keeps the share of" if question.weight is None else "serves"
            text = f"{what} {whom} through {self.name(held.row)}"
            scale = 1e6 if question.weight is None else question.weight[held.row]
            broken[text] = max(broken.get(text, 0.0), more * scale)
        if not broken and any(some & built == {k} for some in self.must.values()):
            return "lands where must_land asks for it"
        if not broken:
            return "shares its work with the other cables of the plan"
        first = max(sorted(broken), key=lambda text: broken[text])
        return first + (f" (and {len(broken) - 1} more)" if len(broken) > 1 else "")

    def _answers(self, built: Built) -> pd.DataFrame:
        """One row per promise and failure that breaks it today."""
        rows = []
        for number, question in enumerate(self.search.questions):
            for row in question.failed if question.weight is None else ():
                before = self.search.short(number, row, frozenset())
                excused = question.excused.get(row, set())
                if before > SMALL_TBPS or excused:
                    rows.append({
                        "promise": question.name, "failure": self.name(row).strip("'"),
                        "short_before_tbps": round(before, 6),
                        "short_after_tbps": round(self.search.short(number, row, built), 6),
                        "left_out": ", ".join(str(self.net.country_id[c])
                                              for c in sorted(excused) if question.need[c] > 0)})
        return pd.DataFrame(rows, columns=["promise", "failure", "short_before_tbps",
                                           "short_after_tbps", "left_out"])

    def _losses(self, built: Built) -> pd.DataFrame:
        """One row per failure that may lose something today, with the most that it may."""
        rows, nothing = [], frozenset[int]()
        for number, question in enumerate(self.search.questions):
            for row, weight in (question.weight or {}).items():
                rows.append({
                    "failure": self.now.failures.names[row], "days_a_year": round(weight, 6),
                    "before_tbps": round(self.search.asking.high((number, row), nothing), 6),
                    "after_tbps": round(self.search.asking.high((number, row), built), 6),
                    "before_swept_tbps": math.nan, "after_swept_tbps": math.nan})
        frame = pd.DataFrame(rows, columns=["failure", "days_a_year", "before_tbps", "after_tbps",
                                            "before_swept_tbps", "after_swept_tbps"])
        return frame[frame["before_tbps"] > 0].reset_index(drop=True)


def certified(objective: float, bound: float, seconds: float, limit: float) -> Certificate:
    """What stands behind a plan that code without the solver has checked."""
    gap = (objective - bound) / max(abs(objective), 1e-9)
    closed = objective - bound <= 1e-6 * max(1.0, abs(objective))
    return Certificate("optimal" if closed else "feasible", objective, bound, max(gap, 0.0),
                       seconds, 0, limit, checked=True)
