"""From OFDS networks to our tables: one cable a network, stations shared by those that name one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from cablenet.geo import dateline
from cablenet.geo.geodesic import distance_km
from cablenet.layers import WGS84
from cablenet.readers.cable_rows import UNBUILT
from cablenet.readers.countries import UNKNOWN, country_name
from cablenet.readers.ofds_network import OUR_STATUS, OfdsNetwork, OfdsNode, OfdsSpan
from cablenet.readers.report import Note

SAME_DEG = 1e-6
"""Two nodes of one id and name nearer than this are one place (a tenth of a metre)."""
APART_KM = 50.0
"""A route that ends farther than this from its node is told of (assumed: beyond any town)."""
Place = tuple[float, float]
Rows = list[dict[str, object]]


def ofds_tables(networks: Sequence[OfdsNetwork], path: Path, notes: list[Note]
                ) -> dict[str, pd.DataFrame]:
    """Our tables; what cannot be placed is noted and left out."""
    cables: Rows = []
    segments: Rows = []
    landings: Rows = []
    nodes: dict[str, tuple[OfdsNode, Place, str, bool]] = {}
    for network in networks:
        spans = _kept(network, notes)
        places = _places(network, spans, notes)
        names = _names(network, places, nodes, notes)
        ours, status = _status(network, spans, notes)
        used: dict[str, bool] = {}
        for span in spans:
            if span not in ours or span.start not in places or span.end not in places:
                continue
            wet = _is_wet(network, span)
            line = _line(network, span, places, notes)
            segments.append({
                "segment_id": span.key, "cable_id": network.key, "from_id": names[span.start],
                "to_id": names[span.end], "kind": "wet" if wet else "land",
                "in_service_from": ours[span], "fibre_pairs": span.pairs,
                "lit_capacity_tbps": span.lit_tbps, "source_id": span.key, "geometry": line})
            for end in (span.start, span.end):
                used[end] = used.get(end, True) and wet
        for key, all_wet in used.items():
            node = network.nodes[key]
            unit = node.junction and all_wet
            nodes.setdefault(names[key], (node, places[key], network.key, unit))
            if not unit:
                landings.append({"cable_id": network.key, "station_id": names[key],
                                 "basis": "OFDS"})
        notes += [Note("node_left_out", network.key, key, severity="warning")
                  for key in network.nodes if key not in used]
        cables.append({"cable_id": network.key, "name": network.name, "status": status,
                       "owners": network.owners or None, "power_feed": "none",
                       "source_id": network.uuid or None})
    return _tables(cables, _unique(segments), landings, nodes, path, notes)


def _kept(network: OfdsNetwork, notes: list[Note]) -> list[OfdsSpan]:
    """Spans whose two ends are nodes of the network."""
    kept = []
    for span in network.spans:
        missing = [end for end in (span.start, span.end) if end not in network.nodes]
        if missing or span.start == span.end:
            notes.append(Note("span_left_out", network.key, detail=(
                f"{span.key}: " + (f"no node '{missing[0]}'" if missing else "ends where it begins")
            ), severity="warning"))
        else:
            kept.append(span)
    return kept


def _places(network: OfdsNetwork, spans: Sequence[OfdsSpan], notes: list[Note]) -> dict[str, Place]:
    """Where each node is: as told, else where a route ends that leads to it."""
    found = {key: node.place for key, node in network.nodes.items() if node.place is not None}
    for span in spans:
        if span.line is not None:
            for end, at in ((span.start, span.line[0]), (span.end, span.line[-1])):
                found.setdefault(end, (float(at[0]), float(at[1])))
    lost = {key for key in network.nodes if key not in found}
    notes += [Note("span_left_out", network.key, detail=f"{span.key}: a node without a position",
                   severity="warning") for span in spans if lost & {span.start, span.end}]
    return found


def _names(network: OfdsNetwork, places: dict[str, Place],
           taken: dict[str, tuple[OfdsNode, Place, str, bool]], notes: list[Note]
           ) -> dict[str, str]:
    """Our id of each node: its own, unless another network uses that for another place."""
    names = {}
    for key, node in network.nodes.items():
        names[key] = key
        if key in taken and key in places:
            other, place, _, unit = taken[key]
            near = np.abs(np.subtract(place, places[key])).max() <= SAME_DEG
            if unit or node.junction or not near or other.name != node.name:
                names[key] = f"{network.key}:{key}"
                notes.append(Note("place_renamed", network.key, names[key], *places[key]))
    return names


def _status(network: OfdsNetwork, spans: Sequence[OfdsSpan], notes: list[Note]
            ) -> tuple[dict[OfdsSpan, str | None], str]:
    """The day each span enters service, and the status of the cable.

    Our segments have dates and no status. In a cable of which only a part works, what is still to
    come begins on a day far off, and what has ended is left out.
    """
    told = {OUR_STATUS[span.status] for span in spans}
    if len(told) <= 1:
        return {span: span.ready for span in spans}, next(iter(told), "planned")
    if "live" not in told:
        status = "building" if "building" in told else "planned"
        kept = [span for span in spans if OUR_STATUS[span.status] != "retired"]
        days = {span: span.ready for span in kept}
    else:
        status = "partial"
        days = {span: span.ready if OUR_STATUS[span.status] == "live" else span.ready or UNBUILT
                for span in spans if OUR_STATUS[span.status] != "retired"}
    notes += [Note("span_left_out", network.key, detail=f"{span.key}: {span.status}",
                   severity="warning") for span in spans if span not in days]
    return days, status


def _is_wet(network: OfdsNetwork, span: OfdsSpan) -> bool:
    """As told; else wet where an end is a cable landing."""
    if span.wet is not None:
        return span.wet
    return any(network.nodes[end].landing for end in (span.start, span.end))


def _line(network: OfdsNetwork, span: OfdsSpan, places: dict[str, Place], notes: list[Note]
          ) -> shapely.LineString:
    """The route from start to end as it is told, unwrapped."""
    start, end = places[span.start], places[span.end]
    if span.line is None:
        notes.append(Note("span_without_route", network.key, detail=span.key))
        return dateline.unwrap(shapely.LineString([start, end]))
    line = span.line
    if sum(_apart(line[i], at) for i, at in ((0, start), (-1, end))) > sum(
            _apart(line[i], at) for i, at in ((-1, start), (0, end))):
        line = line[::-1]
    for at, key, place in ((line[0], span.start, start), (line[-1], span.end, end)):
        km = _apart(at, place)
        if km > APART_KM:
            notes.append(Note("route_off_node", network.key, key, *place, km=km, detail=span.key,
                              severity="warning"))
    return dateline.unwrap(shapely.LineString(line))


def _apart(a: Any, b: Any) -> float:
    return float(distance_km(a[0], a[1], b[0], b[1]))


def _unique(segments: Rows) -> Rows:
    """Span ids are unique within their network only; ours are so everywhere."""
    seen: dict[str, int] = {}
    for row in segments:
        seen[str(row["segment_id"])] = seen.get(str(row["segment_id"]), 0) + 1
    return [{**row, "segment_id": f"{row['cable_id']}:{row['segment_id']}"}
            if seen[str(row["segment_id"])] > 1 else row for row in segments]


def _tables(cables: Rows, segments: Rows, landings: Rows,
            nodes: dict[str, tuple[OfdsNode, Place, str, bool]], path: Path, notes: list[Note]
            ) -> dict[str, pd.DataFrame]:
    stations: Rows = []
    units: Rows = []
    for key, (node, place, cable, unit) in nodes.items():
        point = shapely.Point(place)
        if unit:
            units.append({"bu_id": key, "cable_id": cable, "geometry": point})
            continue
        country = node.country if len(node.country) == 2 else UNKNOWN
        if country == UNKNOWN:
            notes.append(Note("country_unknown", "", key, *place, severity="warning"))
        stations.append({"station_id": key, "name": node.name or key, "country": country,
                         "level": "town", "source_id": key, "geometry": point})
    codes = sorted({str(row["country"]) for row in stations})
    frames = {"stations": stations, "branching_units": units, "segments": segments}
    tables: dict[str, pd.DataFrame] = {
        name: gpd.GeoDataFrame(rows, geometry="geometry", crs=WGS84)
        for name, rows in frames.items() if rows}
    basis = [("segments", column) for column in ("fibre_pairs", "lit_capacity_tbps")]
    return tables | {
        "cables": pd.DataFrame(cables), "landings": pd.DataFrame(
            landings, columns=["cable_id", "station_id", "basis"]),
        "countries": pd.DataFrame({"country": codes,
                                   "name": [country_name(code) for code in codes]}),
        "sources": pd.DataFrame([{"source_id": "ofds", "title": path.name, "kind": "import"}]),
        "provenance": pd.DataFrame([{
            "layer": layer, "id": "*", "column": column, "basis": "sourced", "sources": "ofds",
            "note": "as the network package states it"} for layer, column in basis])}
