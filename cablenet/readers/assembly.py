"""A raw map becomes our layers: each cable is noded, every landing kept, every repair noted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from cablenet.errors import LayersError
from cablenet.geo.geodesic import distance_km
from cablenet.geo.noding import SNAP_KM, Noded, node_lines
from cablenet.layers import WGS84, layers_from_tables
from cablenet.readers.cable_rows import (
    RouteRows,
    cable_topology,
    landing_roles,
    section_roles,
    section_rows,
)
from cablenet.readers.countries import UNKNOWN, country_code, country_name
from cablenet.readers.raw_map import RawCable, RawMap, RawPlace
from cablenet.readers.report import ImportReport, ImportResult, Note

PLACE_SIGMA_KM = 10.0
"""Assumed: a map shows the town, not the landing station."""
SAME_KM = 0.1
"""Positions of one place nearer than this are the same."""
INFER_KM = 2.0
"""A cable without a list of landings is taken to land at points this near to its lines."""


@dataclass
class _Work:
    """The rows gathered so far."""

    places: dict[str, RawPlace]
    notes: list[Note] = field(default_factory=list)
    cables: list[dict[str, object]] = field(default_factory=list)
    landings: list[dict[str, object]] = field(default_factory=list)
    routes: RouteRows = field(default_factory=RouteRows)
    in_parts: np.ndarray = field(default_factory=lambda: np.zeros(3, dtype=int))


def assemble(raw: RawMap, *, notes: Sequence[Note] = (),
             snap_km: float = SNAP_KM) -> ImportResult:
    """Node every cable of a raw map and check the result against the schema.

    Parameters
    ----------
    notes
        what the reader noted before; they come first in the report
    snap_km
        a landing nearer than this to a line lies on it
    """
    work = _Work(_unique_places(raw.places), list(notes))
    work.notes += _repeated(raw.places)
    inferred = _infer_landings(raw.cables, work)
    cables = _place_the_lost(inferred, work, snap_km)
    for cable in cables:
        _add_cable(cable, raw, work, snap_km)
    used = {str(row["station_id"]) for row in work.landings}
    work.notes += [Note("point_unused", "", place.station_id, place.lon, place.lat)
                   for place in work.places.values() if place.station_id not in used]
    try:
        layers = layers_from_tables(_tables(raw, work), name=f"{raw.title} {raw.version}".strip(),
                                    as_of=_day(raw.version))
    except LayersError as error:
        raise LayersError([replace(p, layer=f"{raw.title}: {p.layer}")
                           for p in error.problems]) from None
    return ImportResult(layers, _report(raw, work))


def _unique_places(places: Sequence[RawPlace]) -> dict[str, RawPlace]:
    """One place per id: the first that has a position."""
    unique: dict[str, RawPlace] = {}
    for place in places:
        old = unique.get(place.station_id, place)
        best = place if place.has_position and not old.has_position else old
        name = best.name or old.name or place.name
        unique[place.station_id] = replace(
            best, name=name, country=best.country or name,
            country_hint=best.country_hint or old.country_hint or place.country_hint)
    return unique


def _repeated(places: Sequence[RawPlace]) -> list[Note]:
    seen: dict[str, RawPlace] = {}
    notes: list[Note] = []
    for place in places:
        first = seen.setdefault(place.station_id, place)
        if first is place or not (place.has_position and first.has_position):
            continue
        km = float(distance_km(first.lon, first.lat, place.lon, place.lat))
        if km > SAME_KM:
            notes.append(Note("several_positions", "", place.station_id, place.lon, place.lat, km))
    return notes


def _infer_landings(cables: Sequence[RawCable], work: _Work) -> list[RawCable]:
    """Give cables without a list of landings the points that lie on their lines."""
    if all(cable.landings is not None for cable in cables):
        return list(cables)
    known = [place for place in work.places.values() if place.has_position]
    out: list[RawCable] = []
    for cable in cables:
        if cable.landings is not None:
            out.append(cable)
            continue
        near = _near(cable, known)
        work.notes += [Note("landing_inferred", cable.cable_id, place.station_id, place.lon,
                            place.lat, severity="warning") for place in near]
        out.append(replace(cable, landings=tuple(place.station_id for place in near)))
    return out


def _near(cable: RawCable, known: Sequence[RawPlace]) -> list[RawPlace]:
    """The places within INFER_KM of a cable's lines, by its own noding rule."""
    if not known or not cable.pieces:
        return []
    lon, lat = np.array([p.lon for p in known]), np.array([p.lat for p in known])
    margin = 0.1
    hit = np.zeros(len(known), dtype=bool)
    for piece in cable.pieces:
        xy = piece.coordinates
        wide = margin / max(0.05, float(np.cos(np.radians(np.abs(xy[:, 1]).max()))))
        line = shapely.buffer(shapely.linestrings(xy), wide)
        for turn in (-360.0, 0.0, 360.0):
            hit |= shapely.contains_xy(line, lon + turn, lat)
    some = [known[i] for i in np.flatnonzero(hit).tolist()]
    if not some:
        return []
    noded = node_lines([piece.coordinates for piece in cable.pieces],
                       np.array([(p.lon, p.lat) for p in some]), snap_km=INFER_KM)
    far = {mend.place for mend in noded.mends if mend.km > INFER_KM}
    return [place for i, place in enumerate(some) if i not in far]


def _place_the_lost(cables: Sequence[RawCable], work: _Work, snap_km: float) -> list[RawCable]:
    """Find positions for landings that have none; note those that stay lost.

    A point without coordinates is put at the only loose end of a cable that lacks only this one.
    """
    for cable in cables:
        lost = [i for i in dict.fromkeys(cable.landings or ())
                if i not in work.places or not work.places[i].has_position]
        if len(lost) != 1 or not cable.pieces:
            continue
        noded = _node(cable, [i for i in cable.landings or () if i not in lost], work, snap_km)
        loose = [joint for joint in noded.joints if joint.place < 0 and joint.degree == 1]
        if len(loose) == 1:
            old = work.places.get(lost[0], RawPlace(lost[0], _readable(lost[0]), UNKNOWN))
            work.places[lost[0]] = replace(old, lon=loose[0].lon, lat=loose[0].lat)
            work.notes.append(Note("landing_placed_at_loose_end", cable.cable_id, lost[0],
                                   loose[0].lon, loose[0].lat, severity="warning"))
    out: list[RawCable] = []
    for cable in cables:
        kept: list[str] = []
        for station_id in cable.landings or ():
            place = work.places.get(station_id)
            if station_id in kept:
                work.notes.append(Note("landing_repeated", cable.cable_id, station_id))
            elif place is None or not place.has_position:
                work.notes.append(Note(
                    "landing_without_position", cable.cable_id, station_id,
                    detail="add the point to the source's landing points", severity="error"))
            else:
                kept.append(station_id)
        out.append(replace(cable, landings=tuple(kept)))
    return out


def _node(cable: RawCable, landings: Sequence[str], work: _Work, snap_km: float) -> Noded:
    places = np.array([(work.places[i].lon, work.places[i].lat) for i in landings])
    return node_lines([piece.coordinates for piece in cable.pieces], places.reshape(-1, 2),
                      built=[piece.is_built for piece in cable.pieces], snap_km=snap_km)


def _add_cable(cable: RawCable, raw: RawMap, work: _Work, snap_km: float) -> None:
    landings = cable.landings or ()
    noded = _node(cable, landings, work, snap_km)
    section_role = section_roles(noded)
    roles = landing_roles(noded, section_role, len(landings))
    is_partly_built = len({section.is_built for section in noded.sections}) > 1
    if not cable.pieces:
        work.notes.append(Note("cable_without_geometry", cable.cable_id, severity="warning",
                               detail=f"{len(landings)} landings have no line"))
    work.notes += [
        Note(mend.kind, cable.cable_id, landings[mend.place] if mend.place >= 0 else "", mend.lon,
             mend.lat, mend.km, severity="warning" if mend.km > 5.0 else "info")
        for mend in noded.mends
    ]
    work.notes += [Note("loose_end", cable.cable_id, "", joint.lon, joint.lat, severity="warning")
                   for joint in noded.joints if joint.place < 0 and joint.degree == 1]
    work.in_parts += np.array([noded.parts_welded, noded.parts_paired, noded.parts_left]) > 1
    if noded.parts_left > 1:
        work.notes.append(Note(
            "cable_in_parts", cable.cable_id, severity="warning",
            detail=f"{noded.parts_drawn} lines drawn, {noded.parts_welded} parts once welded, "
                   f"{noded.parts_paired} once paired at the dateline, {noded.parts_left} left"))
    if is_partly_built:
        work.notes += [
            Note("unbuilt_part", cable.cable_id, "", float(section.coordinates[0, 0]),
                 float(section.coordinates[0, 1]))
            for section in noded.sections if not section.is_built]
    section_rows(cable, noded, landings, section_role, work.routes, mixed=is_partly_built)
    work.landings += [{"cable_id": cable.cable_id, "station_id": station, "role": role,
                       "basis": f"listed by {raw.title}"}
                      for station, role in zip(landings, roles, strict=True)]
    work.cables.append({
        "cable_id": cable.cable_id, "name": cable.name,
        "status": "partial" if is_partly_built and cable.status == "live" else cable.status,
        "in_service_from": cable.in_service_from, "in_service_to": cable.in_service_to,
        "length_km": cable.length_km, "design_capacity_tbps": cable.design_capacity_tbps,
        "topology": cable_topology(noded, len(landings)), "power_feed": "none",
        "owners": cable.owners, "notes": cable.notes, "source_id": cable.cable_id,
        "source_version": raw.version,
    })


def _tables(raw: RawMap, work: _Work) -> dict[str, pd.DataFrame]:
    placed = [place for place in work.places.values() if place.has_position]
    codes = {place.station_id: _code(place) for place in placed}
    work.notes += [Note("country_unknown", "", place.station_id, place.lon, place.lat,
                        detail=place.country, severity="warning")
                   for place in placed if codes[place.station_id] == UNKNOWN]
    stations = pd.DataFrame({
        "station_id": [place.station_id for place in placed],
        "name": [place.name or _readable(place.station_id) for place in placed],
        "country": [codes[place.station_id] for place in placed],
        "level": "town", "position_sigma_km": PLACE_SIGMA_KM,
        "source_id": [place.station_id for place in placed], "source_version": raw.version,
    })
    points = shapely.points([place.lon for place in placed], [place.lat for place in placed])
    present = sorted(set(codes.values()))
    tables: dict[str, pd.DataFrame] = {
        "cables": pd.DataFrame(work.cables),
        "stations": gpd.GeoDataFrame(stations, geometry=points, crs=WGS84),
        "landings": pd.DataFrame(work.landings),
        "segments": work.routes.segments(),
        "branching_units": work.routes.units(),
        "countries": pd.DataFrame({"country": present,
                                   "name": [country_name(code) for code in present]}),
        "sources": pd.DataFrame([{"source_id": raw.source_id, "title": raw.title,
                                  "year": raw.version[:4], "kind": "import"}]),
        "provenance": _provenance(raw),
    }
    return tables


def _code(place: RawPlace) -> str:
    code = country_code(place.country)
    return country_code(place.country_hint) if code == UNKNOWN else code


def _provenance(raw: RawMap) -> pd.DataFrame:
    """Rules for whole columns: what the source states is sourced, our guesses are assumed."""
    source = raw.source_id
    rows = [
        ("cables", "length_km", "sourced", 0.8, 1.25, source, "published length"),
        ("cables", "design_capacity_tbps", "sourced", 0.5, 2.0, source, "as the source states it"),
        ("stations", "position_sigma_km", "assumed", 0.1, 3.0, "",
         "a map shows the town, not the station"),
        ("branching_units", "position_sigma_km", "assumed", 0.2, 4.0, "",
         "branching units of a drawn map"),
        ("segments", "position_sigma_km", "assumed", 0.2, 4.0, "", "routes drawn for a map"),
    ]
    return pd.DataFrame([
        {"layer": layer, "id": "*", "column": column, "basis": basis, "low": low, "high": high,
         "range_kind": "factor", "sources": sources, "note": note}
        for layer, column, basis, low, high, sources, note in rows
    ])


def _report(raw: RawMap, work: _Work) -> ImportReport:
    wanted = sum(len(cable.landings or ()) for cable in raw.cables)
    drawn = sum(len(cable.pieces) for cable in raw.cables)
    counts: Mapping[str, int] = {
        "cables": len(work.cables),
        "landing_points": sum(place.has_position for place in work.places.values()),
        "landings_listed": wanted,
        "landings_in_network": len(work.landings),
        "lines_drawn": drawn,
        "segments": len(work.routes.rows),
        "branching_units": len(work.routes.unit_rows),
        "cables_in_parts_once_welded": int(work.in_parts[0]),
        "cables_in_parts_once_paired_at_the_dateline": int(work.in_parts[1]),
        "cables_in_parts": int(work.in_parts[2]),
    }
    return ImportReport(raw.title, raw.format, raw.version, counts, tuple(work.notes))


def _day(version: str) -> date | None:
    try:
        return date.fromisoformat(version)
    except ValueError:
        return None


def _readable(station_id: str) -> str:
    return station_id.replace("-", " ").title()
