"""Read any GeoJSON of lines and points (points also from CSV) with a mapping of the columns."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast, get_args

import numpy as np

from cablenet.errors import Problem, ReadError
from cablenet.geo.noding import SNAP_KM
from cablenet.readers.assembly import assemble
from cablenet.readers.column_map import ColumnMap, column_map
from cablenet.readers.csv_table import read_csv
from cablenet.readers.geojson import (
    Feature,
    coordinate_fault,
    line_parts,
    point_position,
    read_features,
)
from cablenet.readers.raw_map import RawCable, RawMap, RawPiece, RawPlace, Status
from cablenet.readers.report import ImportResult, Note
from cablenet.readers.tables import number_or_text
from cablenet.readers.telegeography import length_km, service_day

STATUSES = get_args(Status)
SHOWN = 20
"""Reading stops after so many problems of one file."""


@dataclass(frozen=True, eq=False)
class _Row:
    """One line or point: where it is told, its mapped cells, and its geometry."""

    file: str
    name: str
    cells: Mapping[str, object]
    lines: tuple[np.ndarray, ...] = ()
    place: tuple[float, float] = (float("nan"), float("nan"))


def read_geojson(path: Path | str | Sequence[Path | str], *,
                 mapping: ColumnMap | Mapping[str, object] | Sequence[str] | str | None = None,
                 snap_km: float = SNAP_KM) -> ImportResult:
    """Read lines and points from one or more .geojson and .csv files.

    Lines with one `cable_id` are one cable (without ids: one name). Landings come from a mapped
    column `landings` (a list, or ids separated by ';'); without it, a cable lands at the points
    that lie on its lines. Ids that are missing are made from names.

    Parameters
    ----------
    mapping
        our columns to theirs, see `column_map`: {'name': 'cable_name'} or {'lines': {...},
        'points': {...}}
    """
    paths = [Path(path)] if isinstance(path, (str, Path)) else [Path(one) for one in path]
    columns = column_map(mapping)
    notes: list[Note] = []
    problems: list[Problem] = []
    lines: list[_Row] = []
    points: list[_Row] = []
    for file in paths:
        try:
            if file.suffix.lower() == ".csv":
                points += _csv_points(file, columns.points, problems)
            else:
                found = _features(file, columns, problems, notes)
                lines += found[0]
                points += found[1]
        except ReadError as error:
            problems += error.problems
    if not problems and not any(row.lines for row in lines):
        problems.append(Problem(paths[0].name, "", "", "holds no lines", "give the cables' lines"))
    places = [_place(row) for row in points]
    cables = _cables(lines, {place.name: place.station_id for place in places}, problems, notes)
    if problems:
        raise ReadError(problems)
    title = ", ".join(file.name for file in paths)
    raw = RawMap(title, "geojson", "", _slug(paths[0].stem), tuple(cables), tuple(places))
    return assemble(raw, notes=notes, snap_km=snap_km)


def _features(file: Path, columns: ColumnMap, problems: list[Problem],
              notes: list[Note]) -> tuple[list[_Row], list[_Row]]:
    features = read_features(file)
    is_point = [str(feature.kind).endswith("Point") for feature in features]
    line_map = _complete(columns.lines, "cable_id", file,
                         [f for f, point in zip(features, is_point, strict=True) if not point])
    point_map = _complete(columns.points, "station_id", file,
                          [f for f, point in zip(features, is_point, strict=True) if point])
    lines: list[_Row] = []
    points: list[_Row] = []
    for feature, point in zip(features, is_point, strict=True):
        if len(problems) >= SHOWN:
            break
        if point:
            cells = {ours: feature.properties.get(theirs) for ours, theirs in point_map.items()}
            points.append(_Row(file.name, feature.name, cells,
                               place=point_position(feature, file.name)))
        elif feature.kind is None:
            problems.append(Problem(file.name, feature.name, "geometry", "is missing",
                                    "give each feature a line or a point"))
        else:
            cells = {ours: feature.properties.get(theirs) for ours, theirs in line_map.items()}
            parts, dropped = line_parts(feature, file.name, problems)
            if dropped:
                notes.append(Note("line_dropped", str(cells.get("cable_id") or feature.name),
                                  detail=f"{dropped} lines of one vertex", severity="warning"))
            lines.append(_Row(file.name, feature.name, cells, tuple(parts)))
    return lines, points


def _complete(given: Mapping[str, str], key: str, file: Path,
              features: Sequence[Feature]) -> dict[str, str]:
    """The mapping with its defaults: a column of our own name, and `id` for the key."""
    present = {name for feature in features for name in feature.properties}
    missing = sorted(theirs for theirs in given.values() if theirs not in present)
    if missing and features:
        raise ReadError([Problem(file.name, "", name, "is no property of any feature here",
                                 f"known: {', '.join(sorted(present)[:12])}") for name in missing])
    complete = {name: name for name in (key, "name", "country", "status", "in_service_from",
                                        "in_service_to", "length_km", "owners", "notes",
                                        "design_capacity_tbps", "landings") if name in present}
    if key not in complete and "id" in present:
        complete[key] = "id"
    return complete | dict(given)


def _csv_points(file: Path, given: Mapping[str, str], problems: list[Problem]) -> list[_Row]:
    header, rows, numbers = read_csv(file)
    columns = {name: name for name in ("station_id", "name", "country", "lon", "lat")
               if name in header} | dict(given)
    missing = sorted({theirs for theirs in columns.values() if theirs not in header}
                     | {name for name in ("lon", "lat") if name not in columns})
    if missing:
        raise ReadError([Problem(file.name, "", name, "is missing", (
            f"map lon and lat; columns here: {', '.join(header[:12])}")) for name in missing])
    out: list[_Row] = []
    for line, row in zip(numbers, rows, strict=True):
        cells: dict[str, object] = {ours: row[header.index(theirs)]
                                    for ours, theirs in columns.items()}
        lon, lat = (number_or_text(str(cells[name])) for name in ("lon", "lat"))
        if not isinstance(lon, float) or not isinstance(lat, float):
            problems.append(Problem(file.name, f"line {line}", "lon, lat", "is no number",
                                    "give degrees"))
            continue
        fault = coordinate_fault(np.array([[lon, lat]]))
        if fault:
            problems.append(Problem(file.name, f"line {line}", "lon, lat", *fault))
        out.append(_Row(file.name, f"line {line}", cells, place=(lon, lat)))
    return out


def _place(row: _Row) -> RawPlace:
    name = _text(row.cells.get("name")) or _text(row.cells.get("station_id"))
    station_id = _text(row.cells.get("station_id")) or _slug(
        name or f"{row.place[0]} {row.place[1]}")
    return RawPlace(station_id, name or station_id, _text(row.cells.get("country")) or name,
                    *row.place, country_hint=name)


def _cables(rows: Iterable[_Row], ids_by_name: Mapping[str, str], problems: list[Problem],
            notes: list[Note]) -> list[RawCable]:
    """Group lines into cables; the first line of a cable tells its columns."""
    groups: dict[str, list[_Row]] = {}
    for row in rows:
        cable_id = _text(row.cells.get("cable_id")) or _slug(_text(row.cells.get("name")))
        if not cable_id:
            problems.append(Problem(row.file, row.name, "cable_id",
                                    "is missing, and so is the name",
                                    "map cable_id or name to one of its properties"))
            continue
        groups.setdefault(cable_id, []).append(row)
    cables: list[RawCable] = []
    for cable_id, members in groups.items():
        first = members[0].cells
        status = _text(first.get("status")) or "live"
        if status not in STATUSES:
            problems.append(Problem(members[0].file, members[0].name, "status",
                                    f"'{status}' is not one of {', '.join(STATUSES)}",
                                    "use one of these words"))
            continue
        landings = _landings(first.get("landings"), ids_by_name)
        cables.append(RawCable(
            cable_id, _text(first.get("name")) or cable_id,
            tuple(RawPiece(line) for row in members for line in row.lines), landings,
            cast(Status, status),
            _day(first.get("in_service_from"), cable_id, notes),
            _day(first.get("in_service_to"), cable_id, notes),
            length_km(_number(first.get("length_km")), cable_id, notes),
            _capacity(first.get("design_capacity_tbps"), members[0], problems),
            _text(first.get("owners")), _text(first.get("notes"))))
    return cables


def _landings(value: object, ids_by_name: Mapping[str, str]) -> tuple[str, ...] | None:
    if value is None:
        return None
    names = value if isinstance(value, list) else _text(value).split(";")
    found = [_text(name) for name in names if _text(name)]
    return tuple(ids_by_name.get(name, name) for name in found)


def _day(value: object, cable_id: str, notes: list[Note]) -> str | None:
    text = _text(value)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}.*", text):
        return text[:10]
    return service_day(text or None, cable_id, notes)


def _number(value: object) -> object:
    return number_or_text(value) if isinstance(value, str) else value


def _capacity(value: object, row: _Row, problems: list[Problem]) -> float:
    number = _number(value)
    if number is None or number == "":
        return float("nan")
    if isinstance(number, (int, float)) and not isinstance(number, bool) and 0 <= number < 1e6:
        return float(number)
    problems.append(Problem(row.file, row.name, "design_capacity_tbps",
                            f"'{str(value)[:40]}' is no capacity", "give a number in Tbps"))
    return float("nan")


def _text(value: object) -> str:
    """A property as tidy text; numbers are spelled, anything else is ''."""
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return " ".join(str(value).split()) if isinstance(value, (str, int, float)) else ""


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    return slug or re.sub(r"\s+", "-", name.strip())
