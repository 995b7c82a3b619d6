"""The chapter of route choices: several ways for one cable, drawn and set side by side."""

from __future__ import annotations

from typing import Any

from cablenet.maps.marked import marked_png
from cablenet.planning.route_choice import RouteChoices
from cablenet.report.content import Finding, Heading, Picture, Section, Table

HEADINGS = {
    "choice": Heading("way"),
    "length_km": Heading("length", "km", "drawn at sea", 0),
    "cost_low_musd": Heading("low", "million USD", "", 0),
    "cost_musd": Heading("typical", "million USD", "price model", 0, bar=True),
    "cost_high_musd": Heading("high", "million USD", "", 0),
    "faults_per_year": Heading("faults a year", "", "expected, of the cable itself", 2, bar=True),
    "shared_km": Heading("beside other cables", "km", "", 0, bar=True),
    "shallow_km": Heading("under 200 m deep", "km", "where anchors and nets reach", 0),
    "jurisdictions": Heading("waters it runs through"),
}


def route_key(choices: RouteChoices) -> str:
    """Unique for each pair of ends and waters avoided."""
    words = "-".join(["route", choices.start, choices.end, *choices.avoided]).lower()
    return "".join(letter if letter.isalnum() else "-" for letter in words)


def route_section(choices: RouteChoices, axes: Any = None) -> Section:
    """The ways on a map and in a table."""
    key = route_key(choices)
    frame = choices.to_frame()
    frame["jurisdictions"] = frame["jurisdictions"].str.replace(";", ", ")
    round_ = (f" None enters waters that {' or '.join(choices.avoided)} claims, disputed ones "
              "included." if choices.avoided else "")
    return Section(
        key, f"Ways for a cable from {choices.start} to {choices.end}",
        "None of these is better than another in all three: cost, faults a year, and company of "
        f"other cables.{round_}",
        [Picture(f"{key}-map", "Where they run",
                 marked_png(choices.plot() if axes is None else axes),
                 f"{len(choices)} ways from {choices.start} to {choices.end}",
                 f"{choices.tried} ways were tried; thin lines are cables in service."),
         Table(f"{key}-ways", "The ways side by side", frame[list(HEADINGS)],
               f"Shared: within {choices.keep_km:g} km of a cable in service.", "choice",
               HEADINGS)])


def route_finding(choices: RouteChoices) -> Finding:
    """The cheapest beside the one that shares least."""
    frame = choices.to_frame()
    cheap, lone = frame.iloc[0], frame.iloc[int(frame["shared_km"].argmin())]
    return Finding(
        f"A cable from {choices.start} to {choices.end} costs {cheap['cost_musd']:,.0f} million "
        f"USD the cheapest way and runs {cheap['shared_km']:,.0f} km beside others; for "
        f"{lone['cost_musd']:,.0f} million it runs {lone['shared_km']:,.0f} km.",
        f"{route_key(choices)}-ways", (str(cheap["choice"]), str(lone["choice"])))
