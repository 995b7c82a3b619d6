"""The chapter of a survival plan, and the page that holds nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

import cablenet
from cablenet.maps.marked import marked_png
from cablenet.maps.payload import map_payload
from cablenet.maps.plans import plan_png
from cablenet.planning.survival_plan import SurvivalPlan
from cablenet.report.content import (
    Finding,
    Heading,
    KeyFigure,
    Picture,
    ReportContent,
    Section,
    Table,
    Words,
)
from cablenet.scenarios.losses import cable_losses
from cablenet.scoring import score
from cablenet.study.credits import credits

ABOUT = (
    "The cheapest new cables after which the countries named keep a way to a hub abroad whatever "
    "fails, the new cables included. Costs come from a stated price model with a wide range, "
    "routes from our own router: this says what is worth a survey, not what it will cost.")
HEADINGS = {
    "name": Heading("cable"), "length_km": Heading("length", "km", "drawn at sea", 0),
    "cost_low_musd": Heading("low", "million USD", "", 1),
    "cost_musd": Heading("typical", "million USD", "price model or as given", 1, bar=True),
    "cost_high_musd": Heading("high", "million USD", "", 1),
    "reason": Heading("why", "", "the smallest failure that it answers"),
}
WALKED = {
    "promise": Heading("promise"), "losses_walked": Heading("losses walked through", "", "", 0),
    "isolations_before": Heading("isolations before", "", "(country, loss) pairs", 0),
    "isolations_after": Heading("after", "", "always 0", 0),
    "isolations_without_mesh": Heading("after, without the hub mesh", "", "", 0),
    "fall_without_mesh": Heading("who then falls to a loss"),
    "apart_without_mesh": Heading("who then reaches no hub with nothing lost"),
}


def kept_clear(avoid: Sequence[str], keep_km_from_cables: float | None,
               round_hazards: bool) -> str:
    """What new cables keep clear of, as a sentence; nothing where they go as they like."""
    round_ = [*([] if keep_km_from_cables is None else [
        f"cables in service by {keep_km_from_cables:g} km"]),
        *(["earthquakes, slopes and fishing depths"] if round_hazards else [])]
    rules = [*([f"enter no waters that {' or '.join(avoid)} claims, disputed ones included"]
               if avoid else []),
             *([f"go round {' and '.join(round_)} where that is not too dear"] if round_ else [])]
    return f"New cables {', and '.join(rules)}." if rules else ""


def survival_sections(plan: SurvivalPlan, axes: Any = None, clear: str = "") -> list[Section]:
    """What to build and why, the walk that checked it, who is left out, and what else would do.

    `clear` is a sentence of `kept_clear`.
    """
    proof = plan.certificate
    cables = plan.to_frame()[["candidate_id", *HEADINGS]].sort_values(
        "cost_musd", ascending=False).reset_index(drop=True)
    blocks: list[Picture | Table | Words] = [
        _picture(plan, axes),
        Table("survival-cables", "New cables", cables,
              f"{plan.cost_musd:,.1f} million USD in the model; proved to be at least "
              f"{proof.bound:,.1f}: gap {100 * proof.gap:.2f} %.", "candidate_id", HEADINGS),
        Table("survival-walk", "Walked through, loss by loss", plan.walked,
              "By the reachability of the sweeps, no solver, on the map with the plan in it.",
              "promise", WALKED),
    ]
    if plan.left_out:
        blocks.append(Table("survival-left-out", "Countries that no candidate saves",
                            pd.DataFrame({"rule": plan.left_out}), "", "",
                            {"rule": Heading("why")}))
    if plan.next_best:
        blocks.append(Table(
            "survival-next", "Next best", pd.DataFrame([
                {"cost_musd": cost, "cables": ", ".join(ids)} for cost, ids in plan.next_best]),
            "Each differs from those before it and holds none of them whole.", ""))
    return [Section("survival", "What to build so that nothing isolates",
                    f"{'; '.join(plan.promises)}. {clear}".rstrip(), blocks)]


def survival_report(plan: SurvivalPlan, clear: str = "") -> ReportContent:
    """A page of its own for one plan; its map fails the new cables one by one.

    `clear` is a sentence of `kept_clear`.
    """
    shown = (score(plan.network, cable_losses(plan.network, plan.chosen), metrics=["isolated"])
             if plan.chosen else None)
    before = plan.walked["isolations_before"].sum()
    return ReportContent(
        title=plan.title, about=ABOUT, as_of=str(plan.network.as_of or ""),
        version=cablenet.__version__,
        findings=[
            survival_finding(plan),
            Finding(f"{plan.walked['losses_walked'].sum():,} losses were walked through: none "
                    f"isolates a country named, {before:,.0f} did before.", "survival-walk"),
            *([Finding(f"{len(plan.left_out)} countries cannot be saved by any candidate.",
                       "survival-left-out", tone="warn")] if plan.left_out else [])],
        figures=[KeyFigure(f"{plan.cost_musd:,.0f}", "million USD"),
                 KeyFigure(str(len(plan.cables)), "new cables"),
                 KeyFigure(f"{100 * plan.certificate.gap:.2f} %", "gap to the proved bound")],
        sections=survival_sections(plan, clear=clear),
        map=map_payload(plan.network, shown, title=plan.title),
        fingerprints={"map before": plan.before.fingerprint,
                      "map with the plan": plan.network.fingerprint},
        provenance={"cablenet": cablenet.__version__, "rounds": str(plan.rounds),
                    "cuts": str(plan.cuts)},
        credits=credits())


def survival_finding(plan: SurvivalPlan) -> Finding:
    """One sentence that points at the cables."""
    sure = ("none cheaper does" if plan.certificate.status == "optimal" else
            f"any plan costs at least {plan.certificate.bound:,.0f}")
    return Finding(f"{len(plan.cables)} new cables for {plan.cost_musd:,.0f} million USD keep the "
                   f"promise; {sure}.", "survival-cables", tone="good",
                   detail=f"{'; '.join(plan.promises)}. Walked through loss by loss, no solver.")


def _picture(plan: SurvivalPlan, axes: Any) -> Picture:
    png = (plan_png(plan.network, plan.new_links, title=plan.title) if axes is None
           else marked_png(axes))
    return Picture("survival-map", "Where they run", png,
                   f"{len(plan.cables)} new cables in red over the cables in service")
