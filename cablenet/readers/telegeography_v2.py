"""Read TeleGeography's map in its older v2 form (`slug`, booleans as text, `latlon`)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np

from cablenet.readers.assembly import assemble
from cablenet.readers.geojson import coordinate_fault, point_position, read_features
from cablenet.readers.json_text import member
from cablenet.readers.raw_map import RawCable, RawMap, RawPiece, RawPlace, Status
from cablenet.readers.report import ImportResult, Note
from cablenet.readers.telegeography import (
    cable_lines,
    cable_records,
    export_day,
    find_api,
    length_km,
    listed,
    service_day,
    settle_built,
    words,
)

GREY = "b6b8ba"
"""The colour of lines that are not built (and of some private cables)."""


def read_telegeography_v2(path: Path | str) -> ImportResult:
    """Read a v2 export: the repository root, its api/v2, or the directory that holds cable/.

    The form does not say which cables are planned: those drawn in grey whose ready-for-service
    period ends on or after the day of the export are taken to be.
    """
    api = find_api(Path(path), "v2")
    notes: list[Note] = []
    day = export_day(api)
    drawn = cable_lines(api, "slug", GREY, notes)
    records = cable_records(api, notes)
    places = _places(api)
    cables: list[RawCable] = []
    for cable_id in sorted({*records, *drawn}):
        record = records.get(cable_id)
        pieces, _ = drawn.get(cable_id, ([], {}))
        if record is None:
            notes.append(Note("cable_without_details", cable_id, severity="warning"))
        points = listed(record or {}, cable_id)
        places += [_placed(point) for point in points]
        notes += [Note("point_undecided", cable_id, str(point["id"]))
                  for point in points if str(point.get("is_tbd")).lower() == "true"]
        record = record or {}
        start = service_day(record.get("rfs"), cable_id, notes)
        cables.append(RawCable(
            cable_id, words(record, "name") or cable_id.replace("-", " "), settle_built(pieces),
            tuple(str(point["id"]) for point in points) if record else None,
            _status(pieces, str(record.get("rfs")), start, day), start,
            length_km=length_km(record.get("length"), cable_id, notes),
            owners=words(record, "owners"), notes=words(record, "notes")))
    raw = RawMap("TeleGeography submarine cable map v2", "telegeography-v2", day,
                 "telegeography-v2", tuple(cables), tuple(places))
    return assemble(raw, notes=notes)


def _status(pieces: list[RawPiece], rfs: str, start: str | None, day: str) -> Status:
    if not pieces or any(piece.is_built for piece in pieces):
        return "live"
    if start is None or not day:
        return "planned" if start is None else "live"
    first = date.fromisoformat(start)
    months = 12 if rfs.strip().isdigit() else 3 if "Q" in rfs else 1
    year, month = divmod(first.month - 1 + months, 12)
    end = date(first.year + year, month + 1, 1)
    return "planned" if end.isoformat() > day else "live"


def _places(api: Path) -> list[RawPlace]:
    """The landing points; one may have several features a few metres apart."""
    file = member(api, "landing-point/landing-point-geo.json")
    if file is None:
        return []
    places: list[RawPlace] = []
    for feature in read_features(file):
        name = words(feature.properties, "name")
        lon, lat = point_position(feature, file.name)
        places.append(RawPlace(str(feature.properties.get("slug", "")), name, name, lon, lat))
    return places


def _placed(point: dict[str, object]) -> RawPlace:
    """A landing point as a cable lists it, with its position 'lat,lon' where that can be read."""
    name = words(point, "name") or str(point["id"]).replace("-", " ").title()
    lon = lat = float("nan")
    parts = words(point, "latlon").split(",")
    if len(parts) == 2:
        try:
            lat, lon = float(parts[0]), float(parts[1])
        except ValueError:
            lon = lat = float("nan")
        if coordinate_fault(np.array([[lon, lat]])):
            lon = lat = float("nan")
    return RawPlace(str(point["id"]), name, name, lon, lat)
