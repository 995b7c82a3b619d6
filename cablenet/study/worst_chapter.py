"""The chapter of a worst case: the attack drawn, the next best, and what k failures can do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

import cablenet
from cablenet.maps.marked import marked_png
from cablenet.maps.payload import map_payload
from cablenet.planning.attack import units_in_words
from cablenet.planning.traffic_attacks import WorstTraffic
from cablenet.planning.worst_case import WorstCase
from cablenet.planning.worst_curve import WorstCurve
from cablenet.report.content import (
    Block,
    Curve,
    Finding,
    Heading,
    KeyFigure,
    Picture,
    ReportContent,
    Section,
    Table,
    Words,
)
from cablenet.scenarios.joint_units import joint_units
from cablenet.scenarios.scenario_set import ScenarioSet, concat
from cablenet.scoring import score
from cablenet.study.credits import credits

ABOUT = (
    "The worst that a number of failures can do together, found by a solver, proved to be the "
    "worst, and counted again without it. It says what can happen, not how likely it is: nobody "
    "has to intend it.")
Case = WorstCase | WorstTraffic


@dataclass(frozen=True, eq=False)
class Worst:
    """A worst case, and what each smaller number of failures can do (None: not asked)."""

    case: Case
    curve: WorstCurve | None = None

    @property
    def key(self) -> str:
        """Unique for each question of a study."""
        case = self.case
        metric = "unserved" if isinstance(case, WorstTraffic) else case.metric
        whom = "" if case.asked == "the world" else f"-{case.asked.lower()}"
        return f"worst-{case.unit.replace('+', '-')}-{metric}-{case.k}{whom}"


def worst_section(worst: Worst, axes: Any = None) -> Section:
    """The picture (`axes` where it is drawn already), the attacks, and the curve."""
    case, key = worst.case, worst.key
    units = units_in_words(case.unit, case.radius_km, case.k)
    blocks: list[Block] = [_picture(worst, axes), Words(_proof(case)), _attacks(worst)]
    if worst.curve is not None:
        blocks += _curve(worst.curve, key)
    whom = "" if case.asked == "the world" else f" for {case.asked}"
    return Section(key, f"The worst {units}{whom}",
                   f"Of all ways to lose {units}, those that do most.", blocks)


def worst_finding(worst: Worst) -> Finding:
    """One sentence that points at the list."""
    case = worst.case
    units = units_in_words(case.unit, case.radius_km, case.k)
    proved = case.certificate.status == "optimal"
    sure = "nothing of that size is worse" if proved else \
        f"nothing of that size does more than {case.certificate.bound:,.1f}"
    whom = "" if case.asked == "the world" else f" of {case.asked}"
    names = " + ".join(case.attack.names) or "nothing"
    if isinstance(case, WorstTraffic):
        does = f"leaves {case.attack.unserved_tbps:,.2f} Tbps{whom} unserved"
    else:
        millions = case.counts == "people" and case.attack.value >= 1e6
        what = f"{case.attack.value / 1e6:,.1f} million people" if millions \
            else f"{case.attack.value:,} {case.counts}"
        does = f"cuts off {what}{whom}"
    return Finding(f"The worst loss of at most {units}, {names}, {does}; {sure}.",
                   f"{worst.key}-attacks", ("1",), "bad" if case.certificate.objective else "good",
                   _proof(case).replace("**", ""), scenario_names(worst)[0] if names != "nothing"
                   else "")


def worst_scenarios(worst: Worst) -> ScenarioSet | None:
    """The attacks for the picker of a map, named by their rank; None where there is none."""
    case = worst.case
    found = [joint_units(case.network, name, list(zip(one.kinds, one.ids, strict=True)),
                         radius_km=case.radius_km)
             for name, one in zip(scenario_names(worst), _listed(case), strict=True) if len(one)]
    return concat(found) if found else None


def scenario_names(worst: Worst) -> list[str]:
    """What the picker calls them."""
    case = worst.case
    what = "traffic" if isinstance(case, WorstTraffic) else case.counts
    whom = "" if case.asked == "the world" else f" of {case.asked}"
    return [f"Worst {case.k} for {what}{whom}, {rank}: {' + '.join(one.names)}"
            for rank, one in enumerate(_listed(case), start=1)]


def worst_report(worst: Worst) -> ReportContent:
    """A page of its own; its map fails the attacks one by one."""
    case = worst.case
    net = case.network
    lost = worst_scenarios(worst)
    shown = None if lost is None else score(net, lost, metrics=["isolated", "capacity_loss"])
    unit = "Tbps unserved" if isinstance(case, WorstTraffic) else f"{case.counts} cut off"
    return ReportContent(
        title=case.title, about=ABOUT, as_of=str(net.as_of or ""), version=cablenet.__version__,
        findings=[worst_finding(worst)],
        figures=[KeyFigure(f"{case.certificate.objective:,.6g}", unit, "bad"),
                 KeyFigure(str(len(case.attack)), "failures at once"),
                 KeyFigure(f"{case.certificate.bound:,.6g}", "at most, proved")],
        sections=[worst_section(worst)], map=map_payload(net, shown, title=case.title),
        fingerprints={"network": net.fingerprint},
        provenance={"cablenet": cablenet.__version__, "seed": str(case.certificate.seed),
                    "limit": f"{case.certificate.limit:g}"},
        credits=credits())


def attacks_frame(worst: Worst) -> pd.DataFrame:
    """One row an attack, the worst first, in columns that all questions share."""
    case = worst.case
    rows = case.to_frame().rename(columns={"units": "what_fails"})
    first = rows.columns[1]
    names = dict(zip(map(str, case.network.country_id), map(str, case.network.country_name),
                     strict=True))
    out = pd.DataFrame({"rank": rows["rank"].astype(str), first: rows[first],
                        "what_fails": rows["what_fails"]})
    if isinstance(case, WorstTraffic):
        out["who_loses_most"] = rows["hit_most"]
        return out
    out["countries_cut_off"] = [", ".join(names[code] for code in one.countries)
                                for one in _listed(case)]
    if case.counts != "people":
        out["people_million"] = rows["isolated_people"] / 1e6
    return out


def _listed(case: Case) -> tuple[Any, ...]:
    return case.attacks if isinstance(case, WorstTraffic) else (case.attack, *case.next_best)


def _picture(worst: Worst, axes: Any) -> Picture:
    case = worst.case
    return Picture(f"{worst.key}-map", "Where it strikes",
                   marked_png(case.plot() if axes is None else axes),
                   f"{case.title}: {', '.join(case.attack.names)}",
                   "What fails in colour over the cables in service.")


def _proof(case: Case) -> str:
    """How sure it is, and what all worst attacks share."""
    sure = case.certificate
    if sure.status == "optimal":
        first = f"**Proved**: no other {case.k} do more."
    else:
        first = f"**Not closed**: found {sure.objective:,.1f}, proved at most {sure.bound:,.1f}."
    if isinstance(case, WorstTraffic):
        return (f"{first} {case.sets:,} sets were looked at, {case.programs:,} of them by linear "
                "programs; the others are settled by brackets.")
    out = [first, f"What stands behind it: {case.evidence}. The attack itself was counted again "
                  "without the solver."]
    if sure.status == "optimal" and len(case.attack):
        number = dict(zip(case.attack.ids, case.attack.names, strict=True))
        shared = [number[key] for key in case.common]
        out.append(f"In every worst attack: {', '.join(shared)}." if shared
                   else "No single failure is in every worst attack.")
    return " ".join(out)


def _attacks(worst: Worst) -> Table:
    case = worst.case
    frame = attacks_frame(worst)
    unit = "Tbps" if isinstance(case, WorstTraffic) else case.counts
    headings = {
        frame.columns[1]: Heading("cut off" if unit != "Tbps" else "unserved", unit, "", None,
                                  bar=True),
        "people_million": Heading("people cut off", "million", "", 2)}
    return Table(f"{worst.key}-attacks", "The worst, and the next best", frame,
                 "None holds all failures of one before it; failures that do no more than another "
                 "does are left out.", "rank", headings)


def _curve(curve: WorstCurve, key: str) -> list[Block]:
    frame = curve.to_frame()
    counts = curve.cases[0].counts
    lines = frame.set_index("k")[["objective"]].rename(columns={"objective": "the worst found"})
    if (frame["bound"] > frame["objective"]).any():
        lines["at most, proved"] = frame["bound"].to_numpy()
    told = pd.DataFrame({
        "k": [str(k) for k in frame["k"]], "cut_off": frame["objective"],
        "people_million": frame["isolated_people"] / 1e6, "status": frame["status"],
        "what_fails": [" + ".join(case.names) for case in curve.cases]})
    return [
        Curve(f"{key}-curve", "What ever more failures can do", lines,
              "failures at once", f"{counts} cut off",
              "Each step is a question of its own: the worst five need not hold the worst four."),
        Table(f"{key}-steps", "The same step by step", told, "", "k",
              {"k": Heading("failures at once"),
               "cut_off": Heading("cut off", counts, "", 0, bar=True),
               "people_million": Heading("people cut off", "million", "", 2)})]
