"""The tables of the report: plain frames, ranked, with readable columns."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cablenet.layer_checks import provenance_of
from cablenet.report import Heading, Table
from cablenet.schema import BASES
from cablenet.scoring import Scores
from cablenet.study.analysis import Analysis

PEOPLE = Heading("people isolated", "million", "people behind gateways that reach no hub abroad", 2)
LOSS = Heading("capacity lost", "Tbps", "fall of the largest flow to hubs abroad, all countries",
               1, bar=True)
LATENCY = Heading("added latency", "ms", "demand-weighted rise of the round trip", 1)
HEADINGS = {
    "countries": Heading("countries isolated", "", "all gateways reach no hub abroad", 0),
    "people_million": PEOPLE,
    "capacity_loss_tbps": LOSS,
    "worst_share": Heading("worst country's loss", "%", "largest share any one country loses", 0),
    "added_latency_ms": LATENCY,
    "no_path_tbps": Heading("demand without a path", "Tbps", "", 2),
    "countries_within_one_cable": Heading("one cable from isolation", "countries",
                                          "isolated, or isolated by one more cable", 0),
    "most_affected": Heading("who feels it most", "", "countries by share of capacity lost"),
    "faults": Heading("faults at sea", "", "places a ship has to visit", 0),
}


def failure_table(key: str, title: str, caption: str, scores: Scores, bare: Scores,
                  id_column: str) -> Table:
    """Failures ranked by people isolated, then by capacity lost."""
    frame = scores.to_frame()
    share = scores.parts["capacity_loss"].country["capacity_loss_share"]
    out = pd.DataFrame({
        id_column: frame.index,
        "countries": frame["isolated_countries"].to_numpy(int),
        "people_million": frame["isolated_people"].to_numpy(float) / 1e6,
        "capacity_loss_tbps": frame["capacity_loss_tbps"].to_numpy(float),
        "worst_share": 100 * frame["capacity_loss_worst_share"].to_numpy(float),
        "added_latency_ms": frame["added_latency_ms"].to_numpy(float),
        "no_path_tbps": frame["demand_without_path_tbps"].to_numpy(float),
        "most_affected": [_most_affected(scores, row, share[row]) for row in range(len(frame))],
        "faults": np.bincount(scores.scenarios.faults["scenario"].to_numpy(int),
                              minlength=len(frame)),
    })
    without = bare.to_frame()["isolated_people"].reindex(frame.index)
    out["people_million_without_mesh"] = without.to_numpy(float) / 1e6
    if "countries_within_one_cable" in frame:
        out["countries_within_one_cable"] = frame["countries_within_one_cable"].to_numpy(int)
    if not out["faults"].any():
        out = out.drop(columns="faults")
    order = ["people_million", "capacity_loss_tbps", "added_latency_ms"]
    out = out.sort_values(order, ascending=False, kind="stable").reset_index(drop=True)
    headings = {**HEADINGS, "people_million_without_mesh": Heading(
        "people isolated, mesh removed", "million", "the same without the assumed far shores", 2)}
    return Table(key, title, out, caption, id_column, headings)


def _most_affected(scores: Scores, row: int, share: np.ndarray) -> str:
    net = scores.network
    cut = scores.parts["isolated"].country["isolated"][row] > 0
    order = sorted(range(len(share)), key=lambda c: (not cut[c], -share[c]))
    words = [f"{net.country_name[c]} ({'isolated' if cut[c] else f'-{100 * share[c]:.0f} %'})"
             for c in order[:4] if cut[c] or share[c] >= 0.01]
    return ", ".join(words)


def country_dependence(analysis: Analysis) -> Table:
    """What each country depends on."""
    table = analysis.countries.copy()
    for label in ("cable", "station"):
        table[f"worst_{label}_loss_share"] *= 100
        margin = table[f"margin_{label}s"]
        table[f"margin_{label}s"] = [("land" if np.isinf(m) else int(m)) for m in margin]
    table = table.sort_values("demand_tbps", ascending=False)
    table = table[["country", "name", "people_million", "demand_tbps", "cables_landing",
                   "margin_cables", "margin_stations", "worst_cable", "worst_cable_loss_share",
                   "worst_station", "worst_station_loss_share"]]
    return Table(
        "countries", "What each country depends on", table.reset_index(drop=True),
        "Margin: how many whole cables (or stations) must fail until no hub abroad is reached; "
        "'land' means that no number of them does it, since a land border leads to a hub. Worst "
        "cable and station: whose loss takes most of the largest flow to hubs abroad.",
        "country", {
            "people_million": Heading("people", "million", "", 1),
            "demand_tbps": Heading("demand", "Tbps", "peak, larger direction", 2, bar=True),
            "cables_landing": Heading("cables", "", "international systems in service", 0),
            "margin_cables": Heading("margin, cables"),
            "margin_stations": Heading("margin, stations"),
            "worst_cable_loss_share": Heading("takes", "%", "share of capacity lost", 0),
            "worst_station_loss_share": Heading("takes", "%", "share of capacity lost", 0),
        })


def quality_tables(analysis: Analysis) -> list[Table]:
    """How much of the map is sourced, estimated or assumed, and from where."""
    known = provenance_of(analysis.layers.tables)
    counts = pd.crosstab([known["layer"], known["column"]], known["basis"])
    counts = counts.reindex(columns=list(BASES), fill_value=0)
    total = counts.sum(axis=1)
    shares = counts.div(total, axis=0).mul(100).reset_index()
    shares.insert(2, "numbers", total.to_numpy())
    shares = shares.sort_values(["sourced", "layer", "column"]).reset_index(drop=True)
    sources = analysis.layers.sources
    percent = {basis: Heading(basis, "%", "", 0, bar=True) for basis in BASES}
    return [
        Table("quality", "How each number is known", shares,
              "Share of the non-null numbers of each column. Sourced: a published figure. "
              "Estimated: by a stated rule from other figures, or remembered and not verified. "
              "Assumed: a judgement of ours.", "", percent, shown=15),
        Table("sources", "Sources", sources[["source_id", "publisher", "title", "year", "kind"]],
              "", "source_id", shown=10),
    ]


def basis_shares(analysis: Analysis) -> dict[str, float]:
    """Share of all numbers that is sourced, estimated, assumed."""
    known = provenance_of(analysis.layers.tables)["basis"].value_counts(normalize=True)
    return {basis: round(float(known.get(basis, 0.0)), 4) for basis in BASES}
