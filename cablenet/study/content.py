"""The report of a study: its chapters, put together from tables and plans."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import pandas as pd

import cablenet
from cablenet.maps.payload import map_payload
from cablenet.metrics.traffic_rules import HEADROOM
from cablenet.report import Heading, ReportContent, Section, Table
from cablenet.scoring import join
from cablenet.study.analysis import Analysis
from cablenet.study.credits import credits
from cablenet.study.findings import find, key_figures
from cablenet.study.repair_chapter import repair_sections
from cablenet.study.tables import country_dependence, failure_table, quality_tables
from cablenet.study.traffic_chapter import Maps, traffic_sections
from cablenet.validation.lengths import length_ratios

ABOUT = (
    "What the submarine cables between India and Japan, and those of their partners, depend on: "
    "which failures would isolate whom, what to build so that it no longer hurts, and which ship "
    "would repair what. Routes are modelled, not surveyed; capacities and demand are partly "
    "estimated. Every number says how it is known, at the end of this page."
)


def report_content(analysis: Analysis, maps: Maps,
                   repairs: dict[str, Any]) -> ReportContent:
    """All that the report of this analysis says; `maps` are those of its traffic."""
    events = failure_table(
        "events", "Named events", "Every part of an event happens at once.", analysis.events,
        analysis.bare_events, "event")
    stations = failure_table(
        "stations", "Every station, lost alone", "All cables that land there are lost there.",
        analysis.stations, analysis.bare_stations, "station")
    cables = failure_table(
        "cables", "Every cable, lost alone", "The whole system is lost.", analysis.cables,
        analysis.bare_cables, "cable")
    frames = {table.key: table.frame for table in (events, stations, cables)}
    shown = join([analysis.events, analysis.stations, analysis.cables, *analysis.attacks])
    net = analysis.net
    return ReportContent(
        title=analysis.study.title, about=ABOUT, as_of=str(net.as_of),
        version=cablenet.__version__, findings=find(analysis, frames),
        figures=key_figures(analysis), map=map_payload(net, shown),
        sections=[
            Section("failures", "What the failures do",
                    "Ranked by people isolated, then by capacity lost. The last column repeats the "
                    "figure with the assumed hub mesh of the far shores removed.",
                    [events, stations, cables]),
            Section("dependence", "What each country depends on", "",
                    [country_dependence(analysis), _load_table(analysis)]),
            *([] if analysis.traffic is None else
              traffic_sections(analysis.traffic, net, maps)),
            *analysis.decisions.sections(),
            *_redundancy(analysis), *([] if analysis.repairs is None else
              repair_sections(analysis.repairs, repairs)),
            Section("quality", "How good the numbers are",
                    "Nothing weak is dressed up: what is remembered or assumed says so.",
                    [*quality_tables(analysis), _lengths(analysis)]),
        ],
        fingerprints={"map": analysis.layers.fingerprint, "network": net.fingerprint},
        provenance={"study": analysis.study.name, "seed": str(analysis.study.seed),
                    "cablenet": cablenet.__version__, "day": str(net.as_of)},
        credits=credits(),
    )


def _load_table(analysis: Analysis) -> Table:
    """Demand, service and use of every country with nothing failed."""
    frame = analysis.load[analysis.load["demand_tbps"] > 0].copy()
    frame["served_share"] *= 100
    frame["utilisation"] *= 100
    share = frame["served_tbps"].sum() / frame["demand_tbps"].sum()
    return Table(
        "load", "Demand and use on the intact map",
        frame.sort_values("demand_tbps", ascending=False).reset_index(drop=True),
        f"{100 * share:.2f} % of all demand is served with {100 * HEADROOM:.0f} % of lit capacity "
        "kept free. Lit capacity and use count the wet landings of international cables; lit "
        "capacity was calibrated to demand once, before any validation.", "country", {
            "demand_tbps": Heading("demand", "Tbps", "peak, larger direction", 3, bar=True),
            "served_tbps": Heading("served", "Tbps", "", 3),
            "served_share": Heading("served", "%", "", 0),
            "landed_lit_tbps": Heading("lit capacity landed", "Tbps", "", 1),
            "landed_used_tbps": Heading("in use", "Tbps", "", 1),
            "utilisation": Heading("use of lit", "%", "", 0, bar=True),
        })


def _lengths(analysis: Analysis) -> Table:
    """Drawn length against published length of every system that has one."""
    frame = length_ratios(analysis.layers).merge(
        pd.read_csv(str(files("cablenet_geodata") / "length_check.csv"))[["cable_id", "reason"]],
        on="cable_id", how="left")
    return Table("lengths", "Drawn against published length", frame,
                 "Routes are our own; a ratio outside 0.8 to 1.25 has its reason beside it.",
                 "cable_id", shown=10)


def _redundancy(analysis: Analysis) -> list[Section]:
    plan = analysis.redundancy
    if plan is None:
        return []
    headings = {"cost_musd": Heading("cost", "million USD", "modelled price", 0),
                "length_km": Heading("length", "km", "routed at sea", 0)}
    blocks: list[Table] = [
        Table("redundancy", "What to build", plan.to_frame(),
              f"Certificate: {plan.certificate.status}, bound {plan.certificate.bound:,.1f}, "
              f"gap {100 * plan.certificate.gap:.2f} %.", "", headings),
        Table("answers", "Which isolation each cable answers", plan.answers, ""),
    ]
    if analysis.cables_after is not None:
        blocks.append(_before_after(analysis))
    return [Section("redundancy-plan", "What to build",
                    "The cheapest of the candidate cables after which each named country keeps a "
                    "way to a hub abroad whichever one cable fails, the new ones included.",
                    blocks)]


def _before_after(analysis: Analysis) -> Table:
    """People isolated by any one cable, before and after, regenerated with the new cables."""
    assert analysis.cables_after is not None
    before = analysis.cables.to_frame()["isolated_people"] / 1e6
    after = analysis.cables_after.to_frame()["isolated_people"] / 1e6
    frame = pd.DataFrame({"before_million": before, "after_million": after}).rename_axis("cable")
    frame = frame[(frame.fillna(0) > 0).any(axis=1)].sort_values("before_million",
                                                                 ascending=False)
    return Table("before-after", "People isolated by one cable, before and after",
                 frame.reset_index(), "The failures are made again on the network with the new "
                 "cables: those can fail too.", "cable",
                 {"before_million": Heading("before", "million", "", 3),
                  "after_million": Heading("after", "million", "", 3)})
