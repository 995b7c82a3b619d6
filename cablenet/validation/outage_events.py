"""Read past outages: `events.csv`, `event_cuts.csv` and `event_country_impact.csv` of a folder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cablenet.errors import InputError, Problem
from cablenet.readers.csv_table import read_csv

EVENTS, CUTS, IMPACT = "events.csv", "event_cuts.csv", "event_country_impact.csv"
COLUMNS = {
    EVENTS: ("event_id", "date", "name", "lat", "lon", "cable_system_ids"),
    CUTS: ("event_id", "system_id", "mode", "from_town_or_choke_or_landing", "to_town"),
    IMPACT: ("event_id", "country_iso2", "status"),
}
MODES = ("segment", "choke", "landing", "whole")
ORDER = ("unaffected", "low", "medium", "high", "severe", "cut_off")
"""Classes of severity, mildest first."""
Row = tuple[str, dict[str, str]]


@dataclass(frozen=True)
class Cut:
    """One row of `event_cuts.csv`: where a system was cut."""

    system: str
    mode: str
    place: str
    to_town: str


@dataclass(frozen=True)
class Outage:
    """A past event: its day and place, what was cut, and the worst class seen in each country."""

    id: str
    name: str
    day: date
    lon: float
    lat: float
    systems: tuple[str, ...]
    cuts: tuple[Cut, ...]
    observed: dict[str, str]
    sources: str = ""


def read_outages(folder: Path, countries: set[str]) -> list[Outage]:
    """All events of a folder, in the order of `events.csv`.

    Several rows of one country in one event count as their worst.

    Raises
    ------
    InputError
        one problem for each bad row: file, line, column and cure
    """
    problems: list[Problem] = []
    events = _table(folder, EVENTS, problems)
    cuts = _table(folder, CUTS, problems)
    impact = _table(folder, IMPACT, problems)
    if not problems:
        problems += _wrong_events(events)
        known = {row["event_id"] for _, row in events}
        problems += _wrong_cuts(cuts, known) + _wrong_impact(impact, known, countries)
    if problems:
        raise InputError(problems)
    return [_outage(row, cuts, impact) for _, row in events]


def _table(folder: Path, name: str, problems: list[Problem]) -> list[Row]:
    """Rows of a file as (line, cells); what is missing is added to `problems`."""
    path = folder / name
    if not path.is_file():
        problems.append(Problem(name, "", "", f"is not in {folder}",
                                f"put {EVENTS}, {CUTS} and {IMPACT} there"))
        return []
    try:
        header, rows, lines = read_csv(path)
    except InputError as error:
        problems += error.problems
        return []
    problems += [Problem(name, "line 1", column, "is missing", "add the column")
                 for column in COLUMNS[name] if column not in header]
    return [(f"line {line}", {key: cell.strip() for key, cell in zip(header, row, strict=True)})
            for line, row in zip(lines, rows, strict=True)]


def _wrong_events(rows: list[Row]) -> list[Problem]:
    out, seen = [], set()
    for line, row in rows:
        if not row["event_id"] or row["event_id"] in seen:
            out.append(Problem(EVENTS, line, "event_id", f"'{row['event_id']}' is empty or there "
                               "twice", "give each event an id of its own"))
        seen.add(row["event_id"])
        if _day(row["date"]) is None:
            out.append(Problem(EVENTS, line, "date", f"'{row['date']}' is not a date",
                               "write YYYY-MM-DD"))
        for column, most in (("lat", 90.0), ("lon", 360.0)):
            if not _within(row[column], most):
                out.append(Problem(EVENTS, line, column, f"'{row[column]}' is not within "
                                   f"-{most:g} to {most:g}", "write degrees"))
    return out


def _wrong_cuts(rows: list[Row], known: set[str]) -> list[Problem]:
    out = []
    for line, row in rows:
        if row["event_id"] not in known:
            out.append(_unknown(CUTS, line, row["event_id"]))
        if not row["system_id"]:
            out.append(Problem(CUTS, line, "system_id", "is empty", "name the cable system"))
        if row["mode"] not in MODES:
            out.append(Problem(CUTS, line, "mode", f"'{row['mode']}' is no mode",
                               f"use one of {', '.join(MODES)}"))
            continue
        if row["mode"] != "whole" and not row["from_town_or_choke_or_landing"]:
            out.append(Problem(CUTS, line, "from_town_or_choke_or_landing", "is empty",
                               "name the town or the chokepoint"))
        if row["mode"] == "segment" and not row["to_town"]:
            out.append(Problem(CUTS, line, "to_town", "is empty",
                               "name the town at the other end of the section"))
    return out


def _wrong_impact(rows: list[Row], known: set[str], countries: set[str]) -> list[Problem]:
    out = []
    for line, row in rows:
        if row["event_id"] not in known:
            out.append(_unknown(IMPACT, line, row["event_id"]))
        if row["country_iso2"] not in countries:
            out.append(Problem(IMPACT, line, "country_iso2", f"'{row['country_iso2']}' is no "
                               "country of the atlas", "write its ISO 3166-1 alpha-2 code"))
        if row["status"] not in ORDER:
            out.append(Problem(IMPACT, line, "status", f"'{row['status']}' is no class",
                               f"use one of {', '.join(ORDER)}"))
    return out


def _unknown(file: str, line: str, event: str) -> Problem:
    return Problem(file, line, "event_id", f"'{event}' is not in {EVENTS}",
                   "add the event or mend the id")


def _outage(row: dict[str, str], cuts: list[Row], impact: list[Row]) -> Outage:
    observed: dict[str, str] = {}
    for _, seen in impact:
        if seen["event_id"] == row["event_id"]:
            worst = max(seen["status"], observed.get(seen["country_iso2"], ORDER[0]),
                        key=ORDER.index)
            observed[seen["country_iso2"]] = worst
    day = _day(row["date"])
    assert day is not None  # checked before
    return Outage(
        row["event_id"], row["name"], day, float(row["lon"]), float(row["lat"]),
        tuple(filter(None, row["cable_system_ids"].split(";"))),
        tuple(Cut(cut["system_id"], cut["mode"], cut["from_town_or_choke_or_landing"],
                  cut["to_town"]) for _, cut in cuts if cut["event_id"] == row["event_id"]),
        observed, row.get("source_ids", ""))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _within(text: str, most: float) -> bool:
    try:
        return -most <= float(text) <= most
    except ValueError:
        return False
