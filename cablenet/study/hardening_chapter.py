"""The chapter of a hardening: what to protect, and the worst that can still happen."""

from __future__ import annotations

from typing import Any

import pandas as pd

import cablenet
from cablenet.maps.marked import marked_png
from cablenet.maps.payload import map_payload
from cablenet.planning.attack import units_in_words
from cablenet.planning.fortification import Fortification
from cablenet.report.content import (
    Finding,
    Heading,
    KeyFigure,
    Picture,
    ReportContent,
    Section,
    Table,
)
from cablenet.scoring import score
from cablenet.study.credits import credits

KEY = "hardening"
ABOUT = (
    "What to protect first: the choice after which the worst failures of what is left unprotected "
    "do least. What hardening means (burial, a second entry, guards, spares on site) is for those "
    "who know the site; here a hardened unit simply cannot fail.")


def hardening_section(plan: Fortification, axes: Any = None) -> Section:
    """What is hardened, drawn beside the worst attack that is left, and before against after."""
    proof = plan.certificate
    sure = "no other choice leaves less" if proof.status == "optimal" else \
        f"no choice leaves less than {proof.bound:,.0f}"
    hard = pd.DataFrame({"what": list(plan.names), "kind": list(plan.kinds)})
    return Section(
        KEY, "What to harden first",
        f"If {units_in_words(plan.unit, plan.radius_km, plan.harden)} could be made safe, which? "
        f"Those that leave the worst {plan.k} of the others with least to do. {sure.capitalize()}.",
        [Picture(f"{KEY}-map", "What is hardened, and what can still happen",
                 marked_png(plan.plot() if axes is None else axes),
                 f"{plan.title}. Hardened: {', '.join(plan.names)}; the worst that is left: "
                 f"{', '.join(plan.after.names)}",
                 "Hardened in green; the worst attack on the rest in the other colours."),
         Table(KEY, "What to harden", hard, "", "what"),
         Table(f"{KEY}-attacks", f"The worst {plan.k}, before and after", _before_after(plan), "",
               "when", {"cut_off": Heading("cut off", plan.counts, "", 0, bar=True),
                        "people_million": Heading("people cut off", "million", "", 2)})])


def hardening_finding(plan: Fortification) -> Finding:
    """One sentence that points at the list."""
    sure = ("proved: no other choice does better" if plan.certificate.status == "optimal" else
            f"at least {plan.certificate.bound:,.0f} whatever is hardened")
    return Finding(
        f"Hardening {', '.join(plan.names)} would leave the worst "
        f"{units_in_words(plan.unit, plan.radius_km, plan.k)} with {plan.after.value:,} of "
        f"{plan.before.value:,} {plan.counts} to cut off.", KEY, (), "good",
        f"{sure[0].upper()}{sure[1:]}. The worst that is left: "
        f"{', '.join(plan.after.names) or 'nothing'}.")


def hardening_report(plan: Fortification) -> ReportContent:
    """A page of its own; its map fails the worst attack before and after."""
    net, proof = plan.network, plan.certificate
    shown = (score(net, plan.scenarios(), metrics=["isolated", "capacity_loss"])
             if len(plan.before) + len(plan.after) else None)
    return ReportContent(
        title=plan.title, about=ABOUT, as_of=str(net.as_of or ""), version=cablenet.__version__,
        findings=[hardening_finding(plan)],
        figures=[KeyFigure(f"{plan.before.value:,}", f"{plan.counts} cut off today", "bad"),
                 KeyFigure(f"{plan.after.value:,}", "once hardened", "good"),
                 KeyFigure(f"{proof.bound:,.0f}", "at least, whatever is hardened")],
        sections=[hardening_section(plan)], map=map_payload(net, shown, title=plan.title),
        fingerprints={"network": net.fingerprint},
        provenance={"cablenet": cablenet.__version__, "seed": str(proof.seed),
                    "rounds": str(plan.rounds)},
        credits=credits())


def _before_after(plan: Fortification) -> pd.DataFrame:
    net = plan.network
    return pd.DataFrame([
        {"when": when, "cut_off": attack.value, "what_fails": " + ".join(attack.names) or "nothing",
         "countries_cut_off": ", ".join(
             str(net.country_name[net.country_index(code)]) for code in attack.countries),
         "people_million": attack.people / 1e6}
        for when, attack in (("today", plan.before), ("hardened", plan.after))])
