"""What the two public forms of TeleGeography's submarine cable map have in common."""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from cablenet.errors import Problem, ReadError
from cablenet.readers.geojson import Feature, line_parts, read_features
from cablenet.readers.json_text import file_problem, member, read_json
from cablenet.readers.raw_map import RawPiece
from cablenet.readers.report import Note

MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_RFS = re.compile(r"^\s*(?P<year>\d{4})(?:\s+(?:Q(?P<quarter>[1-4])|(?P<month>[A-Za-z]+)))?\s*$")
_LENGTH = re.compile(r"^\s*([\d,]+(?:\.\d+)?)\s*km\s*$", re.IGNORECASE)
_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}")


def find_api(path: Path, version: str) -> Path:
    """The directory that holds cable/ and landing-point/: `path` or its usual place in it."""
    if not path.is_dir():
        raise file_problem(path, "is not a directory",
                           f"name the directory of a TeleGeography {version} export")
    for inner in (".", f"web/public/api/{version}", f"public/api/{version}", f"api/{version}",
                  version):
        if (path / inner / "cable" / "cable-geo.json").is_file():
            return path / inner
    raise file_problem(
        path, f"holds no TeleGeography {version} export: no cable/cable-geo.json in it",
        f"name the repository root, api/{version}, or the directory that holds cable/")


def export_day(api: Path) -> str:
    """The day of the export, from config.json; '' where it does not say."""
    file = member(api, "config.json")
    config = read_json(file) if file else None
    made = config.get("creation_time") if isinstance(config, dict) else None
    return made[:10] if isinstance(made, str) and _DAY.match(made) else ""


def cable_records(api: Path, notes: list[Note]) -> dict[str, dict[str, object]]:
    """One record per file of cable/, by id; every unreadable file is told at once."""
    records: dict[str, dict[str, object]] = {}
    problems: list[Problem] = []
    for file in sorted((api / "cable").glob("*.json")):
        if file.name in ("cable-geo.json", "all.json", "index.json"):
            continue
        try:
            value = read_json(member(api, f"cable/{file.name}") or file)
        except ReadError as error:
            problems += [Problem(f"cable/{p.layer}", p.row, p.column, p.message, p.cure)
                         for p in error.problems]
            continue
        if not isinstance(value, dict):
            problems.append(Problem(f"cable/{file.name}", "", "", "is no JSON object",
                                    "give one cable as an object"))
            continue
        cable_id = value.get("id", file.stem)
        if not isinstance(cable_id, str) or not cable_id.strip():
            problems.append(Problem(f"cable/{file.name}", "", "id", "is no text",
                                    "give the cable's id"))
        elif cable_id in records:
            problems.append(Problem(f"cable/{file.name}", cable_id, "id",
                                    "appears in two files", "keep one of them"))
        else:
            records[cable_id] = value
    if problems:
        raise ReadError(problems)
    return records


def cable_lines(api: Path, key: str, grey: str,
                notes: list[Note]) -> dict[str, tuple[list[RawPiece], dict[str, object]]]:
    """The drawn pieces of each cable, and the properties of its first feature.

    A cable may have several features; those in the map's grey are its unbuilt part when others
    are coloured.
    """
    drawn: dict[str, tuple[list[RawPiece], dict[str, object]]] = {}
    problems: list[Problem] = []
    file = member(api, "cable/cable-geo.json") or api / "cable/cable-geo.json"
    for feature in read_features(file):
        cable_id = feature.properties.get(key) or feature.properties.get("id")
        if not isinstance(cable_id, str) or not cable_id.strip():
            problems.append(Problem("cable-geo.json", f"feature {feature.number}", key,
                                    "is missing", "name the cable of each line"))
            continue
        pieces, _ = drawn.setdefault(cable_id, ([], dict(feature.properties)))
        built = not is_grey(feature, grey)
        parts, dropped = line_parts(feature, "cable-geo.json", problems)
        pieces += [RawPiece(xy, built) for xy in parts]
        if dropped:
            notes.append(Note("line_dropped", cable_id, detail=f"{dropped} lines of one vertex",
                              severity="warning"))
    if problems:
        raise ReadError(problems)
    return drawn


def is_grey(feature: Feature, grey: str) -> bool:
    """Whether a line is drawn in the grey that the map uses for what is not built."""
    colour = feature.properties.get("color")
    return isinstance(colour, str) and colour.lower().lstrip("#") == grey


def settle_built(pieces: Sequence[RawPiece]) -> tuple[RawPiece, ...]:
    """Grey means unbuilt only beside colour: a cable all in grey may just be a private one."""
    if any(piece.is_built for piece in pieces):
        return tuple(pieces)
    return tuple(RawPiece(piece.coordinates, True) for piece in pieces)


def service_day(value: object, cable_id: str, notes: list[Note]) -> str | None:
    """The first day of the period in a ready-for-service text: year, quarter or month."""
    if value is None or (isinstance(value, str) and value.strip().lower() in ("", "n.a.", "tbd")):
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    match = _RFS.match(value) if isinstance(value, str) else None
    month = 1
    if match and match["quarter"]:
        month = 3 * int(match["quarter"]) - 2
    elif match and match["month"]:
        month = MONTHS.get(match["month"].lower(), 0)
    if not match or month == 0 or not 1800 < int(match["year"]) < 2200:
        notes.append(Note("date_unreadable", cable_id, detail=str(value)[:60], severity="warning"))
        return None
    return date(int(match["year"]), month, 1).isoformat()


def length_km(value: object, cable_id: str, notes: list[Note]) -> float:
    """A published length such as '45,000 km'; NaN where there is none."""
    if value is None or (isinstance(value, str) and value.strip().lower() in ("", "n.a.")):
        return float("nan")
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < 1e6:
        return float(value)
    match = _LENGTH.match(value) if isinstance(value, str) else None
    number = float(match[1].replace(",", "")) if match else -1.0
    if not 0 <= number < 1e6:
        notes.append(Note("length_unreadable", cable_id, detail=str(value)[:60],
                          severity="warning"))
        return float("nan")
    return number


def words(record: Mapping[str, object], key: str) -> str:
    """A text of a record, its spaces tidied; '' where there is none."""
    value = record.get(key)
    return " ".join(value.split()) if isinstance(value, str) else ""


def listed(record: Mapping[str, object], cable_id: str) -> list[dict[str, object]]:
    """The landing points a cable record lists, each an object with an id."""
    points = record.get("landing_points")
    if points is None:
        return []
    if not isinstance(points, list):
        raise ReadError([Problem(f"cable/{cable_id}.json", "", "landing_points", "is no list",
                                 "give a list of points with ids")])
    out: list[dict[str, object]] = []
    for number, point in enumerate(points, start=1):
        if isinstance(point, str):
            point = {"id": point}
        if not isinstance(point, dict) or not isinstance(point.get("id"), str) or not point["id"]:
            raise ReadError([Problem(f"cable/{cable_id}.json", f"landing point {number}", "id",
                                     "is missing", "give each landing point its id")])
        out.append(point)
    return out
