"""`demand_curve`: what remains at risk for each budget, every point proved, and its picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from cablenet.errors import InputError
from cablenet.network import Network
from cablenet.planning.demand_maker import certified
from cablenet.planning.demand_plan import DemandPlan
from cablenet.planning.plan_demand import demand_plans


@dataclass(frozen=True, eq=False)
class DemandCurve:
    """Plans of least loss, one a budget, the smallest budget first."""

    plans: tuple[DemandPlan, ...]

    def __repr__(self) -> str:
        return f"<DemandCurve: {len(self.plans)} budgets>\n{self.to_frame().to_string(index=False)}"

    def to_frame(self) -> pd.DataFrame:
        """One row a budget: spent, what remains at risk, its proven bound, and what is built."""
        return pd.DataFrame([{
            "budget_musd": plan.budget_musd, "cost_musd": round(plan.cost_musd, 3),
            "loss_tbps_days_a_year": plan.loss_after, "bound": plan.certificate.bound,
            "status": plan.certificate.status, "cables": len(plan.chosen),
            "chosen": ", ".join(plan.chosen)} for plan in self.plans])

    def to_json(self) -> dict[str, Any]:
        """As plain values: the certificate's keys of the largest budget on top."""
        return {**self.plans[-1].certificate.to_json(), "objective_unit": "Tbps-days a year",
                "loss_before": self.plans[0].loss_before,
                "points": self.to_frame().to_dict("records")}

    def plot(self, ax: Any = None) -> Any:
        """Remaining loss over money spent; whiskers reach down to the bound where one is open."""
        import matplotlib.pyplot as plt

        axes = ax or plt.figure(figsize=(7, 4), layout="constrained").add_subplot()
        frame = self.to_frame()
        cost, loss = frame["cost_musd"].to_numpy(), frame["loss_tbps_days_a_year"].to_numpy()
        axes.step(cost, loss, where="post", color="#b2453c", linewidth=1.5)
        axes.errorbar(cost, loss, yerr=[np.maximum(loss - frame["bound"], 0.0), 0.0 * loss],
                      fmt="o", color="#b2453c", capsize=3)
        axes.axhline(self.plans[0].loss_before, color="0.6", linestyle=":", linewidth=1)
        axes.annotate("nothing built", (cost.max(), self.plans[0].loss_before), color="0.4",
                      textcoords="offset points", xytext=(0, 4), ha="right")
        axes.set_xlabel("spent (million USD)")
        axes.set_ylabel("expected loss (Tbps-days a year)")
        axes.set_ylim(bottom=0.0)
        axes.spines[["top", "right"]].set_visible(False)
        return axes


def demand_curve(net: Network, budgets_musd: Sequence[float], **options: Any) -> DemandCurve:
    """The least expected loss for each budget; options are those of `plan_demand`.

    The searches share `time_limit_s`, and what one learns serves the next: cuts and known losses
    hold for every budget.
    """
    if not len(budgets_musd):
        raise InputError("a curve needs at least one budget, in million USD")
    plans = demand_plans(net, options.pop("promises", ()), sorted(set(map(float, budgets_musd))),
                         **{"sweep_again": False, **options})
    return DemandCurve(tuple(_carried(plans)))


def _carried(plans: Sequence[DemandPlan]) -> list[DemandPlan]:
    """With the best bound of each: that of a larger budget holds for a smaller one."""
    bound, out = -math.inf, []
    for plan in reversed(plans):
        bound = max(bound, plan.certificate.bound)
        told = plan.certificate
        out.append(replace(plan, certificate=certified(
            told.objective, min(bound, told.objective), told.seconds, told.limit)))
    return out[::-1]
