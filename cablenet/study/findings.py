"""The plain-language findings of a study, each pointing at the rows it was read from."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cablenet.report import Finding, KeyFigure
from cablenet.report.content import Tone
from cablenet.study.analysis import Analysis
from cablenet.study.traffic_chapter import traffic_findings

FELT = 0.05
"""A focus country that loses less than this share of its capacity is not named."""


def find(analysis: Analysis, tables: dict[str, pd.DataFrame]) -> list[Finding]:
    """Headlines, most important first."""
    out = [_thin_countries(analysis)]
    for key, what in (("events", "named event"), ("stations", "station"), ("cables", "cable")):
        out.append(_worst(tables[key], key, what))
    out += [_focus(analysis, country) for country in analysis.study.focus]
    if analysis.traffic is not None:
        out += traffic_findings(analysis.traffic)
    out += analysis.decisions.findings()
    if analysis.redundancy is not None:
        out.append(_build(analysis))
    if analysis.repairs is not None:
        out.append(_repair(analysis))
    return out


def key_figures(analysis: Analysis) -> list[KeyFigure]:
    """A handful of large numbers."""
    net, table = analysis.net, analysis.countries
    live = net.links.in_service & (net.links.cable >= 0)
    thin = int((table["margin_cables"] == 1).sum())
    demand = float(net.gateways.demand_tbps.sum())
    return [
        KeyFigure(str(len(np.unique(net.links.cable[live]))), "cables in service"),
        KeyFigure(f"{net.links.length_km[live].sum() / 1000:,.0f}", "thousand km"),
        KeyFigure(f"{demand:,.0f} Tbps", "peak demand"),
        KeyFigure(str(thin), "countries one cable from isolation", "bad" if thin else "good"),
    ]


def _thin_countries(analysis: Analysis) -> Finding:
    table = analysis.countries
    thin = table[table["margin_cables"] == 1].sort_values("people_million", ascending=False)
    more = f" and {len(thin) - 6} more" if len(thin) > 6 else ""
    names = ", ".join(thin["name"].head(6)) + more
    tone: Tone = "bad" if len(thin) else "good"
    return Finding(
        f"One lost cable isolates each of {len(thin)} countries and territories: {names}."
        if len(thin) else "No single cable isolates any country.",
        "countries", tuple(thin["country"]), tone,
        f"{thin['people_million'].sum():,.1f} million people live there.")


def _worst(frame: pd.DataFrame, key: str, what: str) -> Finding:
    first = frame.iloc[0]
    name = str(first.iloc[0])
    bare = first["people_million_without_mesh"]
    people = first["people_million"]
    count = int(first["countries"])
    where = f" ({count} {'country' if count == 1 else 'countries'} whole)" if count else ""
    words = (f"The {what} that hurts most is {name}: it isolates {people:,.1f} million "
             f"people{where} and takes {first['capacity_loss_tbps']:,.0f} Tbps.")
    detail = (f"Hardest hit: {first['most_affected'] or 'nobody'}. With the assumed hub mesh of "
              f"the far shores removed: {bare:,.1f} million people.")
    return Finding(words, key, (name,), "bad" if people > 0 else "warn", detail, name)


def _focus(analysis: Analysis, code: str) -> Finding:
    net, table = analysis.net, analysis.countries
    row = table[table["country"] == code].iloc[0]
    c = net.country_index(code)
    share = analysis.events.parts["capacity_loss"].country["capacity_loss_share"][:, c]
    names = np.array(analysis.events.scenarios.names, object)
    order = np.argsort(-share, kind="stable")[:3]
    felt = [f"{names[i]} (-{100 * share[i]:.0f} %)" for i in order if share[i] >= FELT]
    margin = row["margin_cables"]
    base = ("no number of cables isolates it, since land borders lead to a hub"
            if np.isinf(margin)
            else f"it takes {int(margin)} cables, or {row['margin_stations']:.0f} stations, "
                 "to isolate it")
    return Finding(
        f"{row['name']} has {row['cables_landing']} international cables; {base}. The named "
        f"events that take most of its capacity: {', '.join(felt) or 'none takes 5 %'}.",
        "countries", (code,), "plain",
        f"Its worst single cable is {row['worst_cable']} "
        f"(-{100 * row['worst_cable_loss_share']:.0f} %), its worst station "
        f"{row['worst_station']} (-{100 * row['worst_station_loss_share']:.0f} %).")


def _build(analysis: Analysis) -> Finding:
    plan = analysis.redundancy
    assert plan is not None
    names = ", ".join(analysis.net.country_name[analysis.net.country_index(code)]
                      for code in plan.countries)
    return Finding(
        f"{len(plan.chosen)} new cables for about {plan.cost_musd:,.0f} million USD would keep "
        f"{names} connected whichever one cable fails, the new ones included.",
        "redundancy", (), "good",
        f"Cheapest of the candidates offered; {plan.certificate.status}, gap "
        f"{100 * plan.certificate.gap:.1f} %, checked without the solver.")


def _repair(analysis: Analysis) -> Finding:
    plan = analysis.repairs
    assert plan is not None
    frame = plan.to_frame()
    return Finding(
        f"After the {plan.name}, {len(frame)} repairs by {frame['ship'].nunique()} ships would "
        f"take {frame['done_day'].max():,.0f} days until the last is done, "
        f"{frame['done_day'].min():,.0f} until the first.",
        "repairs", (), "plain",
        f"{plan.certificate.status}, gap {100 * plan.certificate.gap:.1f} %, replayed without "
        "the solver.")
