"""Read TeleGeography's map in its v3 form (`id`, `feature_id`, `is_planned`)."""

from __future__ import annotations

from pathlib import Path

from cablenet.readers.assembly import assemble
from cablenet.readers.geojson import point_position, read_features
from cablenet.readers.json_text import member
from cablenet.readers.raw_map import RawCable, RawMap, RawPlace
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

GREY = "939597"
"""The colour of lines that are not built (and of some private cables)."""


def read_telegeography_v3(path: Path | str) -> ImportResult:
    """Read a v3 export: the repository root, its api/v3, or the directory that holds cable/.

    Raises
    ------
    ReadError
        naming every file that is not what it claims to be
    """
    api = find_api(Path(path), "v3")
    notes: list[Note] = []
    day = export_day(api)
    drawn = cable_lines(api, "id", GREY, notes)
    records = cable_records(api, notes)
    places = _places(api)
    cables: list[RawCable] = []
    for cable_id in sorted({*records, *drawn}):
        record = records.get(cable_id)
        pieces, properties = drawn.get(cable_id, ([], {}))
        if record is None:
            notes.append(Note("cable_without_details", cable_id, severity="warning"))
        else:
            points = listed(record, cable_id)
            places += [_named(point) for point in points]
            notes += [Note("point_undecided", cable_id, str(point["id"]))
                      for point in points if point.get("is_tbd") is True]
        record = record or {}
        cables.append(RawCable(
            cable_id, words(record, "name") or words(properties, "name") or cable_id,
            settle_built(pieces),
            tuple(str(p["id"]) for p in listed(record, cable_id)) if record else None,
            "planned" if record.get("is_planned") is True else "live",
            service_day(record.get("rfs", record.get("rfs_year")), cable_id, notes),
            length_km=length_km(record.get("length"), cable_id, notes),
            owners=words(record, "owners"), notes=words(record, "notes")))
    raw = RawMap("TeleGeography submarine cable map v3", "telegeography-v3", day,
                 "telegeography-v3", tuple(cables), tuple(places))
    return assemble(raw, notes=notes)


def _places(api: Path) -> list[RawPlace]:
    file = member(api, "landing-point/landing-point-geo.json")
    if file is None:
        return []
    places: list[RawPlace] = []
    for feature in read_features(file):
        name = words(feature.properties, "name")
        lon, lat = point_position(feature, file.name)
        places.append(RawPlace(str(feature.properties.get("id", "")), name, name, lon, lat))
    return places


def _named(point: dict[str, object]) -> RawPlace:
    """A landing point as a cable names it: it has a name and a country, but no position."""
    name = words(point, "name") or str(point["id"]).replace("-", " ").title()
    return RawPlace(str(point["id"]), name, words(point, "name") or words(point, "country"),
                    country_hint=words(point, "country"))
