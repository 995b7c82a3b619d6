"""`ofds_package`: a map as Open Fibre Data Standard 0.4, and what of it has no place there."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely

from cablenet.files.atomic import whole_file
from cablenet.geo import dateline
from cablenet.layers import Layers
from cablenet.readers.cable_rows import UNBUILT
from cablenet.readers.ofds_network import GBPS_PER_TBPS, OUR_STATUS, SUBMARINE, TERRESTRIAL
from cablenet.schema import TABLES

NETWORK_SCHEMA = "https://standard.ofds.info/en/0__4__0/network-schema.json"
CRS84 = {"name": "urn:ogc:def:crs:OGC::CRS84", "uri": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}
THEIR_STATUS = {ours: theirs for theirs, ours in reversed(OUR_STATUS.items())}
HELD = {
    "cables": {"cable_id", "name", "status", "owners"},
    "stations": {"station_id", "name", "country"},
    "branching_units": {"bu_id", "cable_id"},
    "segments": {"segment_id", "cable_id", "from_id", "to_id", "kind", "in_service_from",
                 "fibre_pairs", "lit_capacity_tbps"},
    "landings": {"cable_id", "station_id"},
    "countries": {"country"},
}
"""What OFDS holds of our tables: a cable is a network, its stations and branching units are nodes,
its segments are spans. Dates, pairs and lit capacity of a cable are told of each of its spans."""


@dataclass(frozen=True, eq=False)
class OfdsExport:
    """A network package, and the number of values of each table that it cannot hold."""

    package: dict[str, Any]
    left_out: dict[str, dict[str, int]]

    def to_frame(self) -> pd.DataFrame:
        """What is left out: table, column, how many values."""
        return pd.DataFrame([(table, column, count) for table, columns in self.left_out.items()
                             for column, count in columns.items()],
                            columns=["table", "column", "values"])


def ofds_package(layers: Layers, *, publisher: str = "") -> OfdsExport:
    """A map as an OFDS network package (JSON), one network a cable.

    Routes over the dateline jump from 180 to -180: the standard knows single lines within WGS84
    only. Cables without segments are left out, since a node must be part of a span.

    Parameters
    ----------
    publisher
        who answers for the data; left out when empty
    """
    tables = layers.tables
    drawn = set(tables["segments"]["cable_id"])
    networks = [_network(layers, cable, publisher)
                for cable in tables["cables"].to_dict("records") if cable["cable_id"] in drawn]
    return OfdsExport({"networks": networks}, _left_out(layers, drawn))


def write_ofds(layers: Layers, path: Path | str, *, publisher: str = "") -> OfdsExport:
    """Write a map as an OFDS package; it appears whole or not at all."""
    made = ofds_package(layers, publisher=publisher)
    with whole_file(Path(path)) as draft:
        draft.write_text(json.dumps(made.package, ensure_ascii=False, indent=1, allow_nan=False)
                         + "\n", encoding="utf-8")
    return made


def _network(layers: Layers, cable: dict[Any, Any], publisher: str) -> dict[str, Any]:
    key = str(cable["cable_id"])
    segments = layers.tables["segments"]
    mine = segments[segments["cable_id"] == key]
    ends = list(dict.fromkeys([*mine["from_id"], *mine["to_id"]]))
    owners = list(dict.fromkeys(part.strip() for part in _text(cable["owners"]).split(",")
                                if part.strip()))
    network: dict[str, Any] = {
        "id": _uuid(_text(cable["source_id"]), key), "identifier": key,
        "name": str(cable["name"]), "crs": CRS84,
        "links": [{"href": NETWORK_SCHEMA, "rel": "describedby"}],
        "nodes": _nodes(layers, ends),
        "spans": [_span(layers, cable, row, shape, owners) for row, shape in zip(
            mine.drop(columns="geometry").to_dict("records"), mine.geometry, strict=True)]}
    if layers.as_of:
        network["collectionDate"] = layers.as_of.isoformat()
    if publisher:
        network["publisher"] = {"name": publisher}
    if owners:
        network["organisations"] = [{"id": name, "name": name, "roles": [
            "physicalInfrastructureProvider"]} for name in owners]
    return network


def _nodes(layers: Layers, ends: list[str]) -> list[dict[str, Any]]:
    """Landing stations, and branching units as junctions: nodes without a type."""
    stations = layers.tables["stations"].set_index("station_id")
    units = layers.tables["branching_units"].set_index("bu_id")
    nodes = []
    for key in ends:
        landed = key in stations.index
        place = (stations if landed else units).loc[key]
        node: dict[str, Any] = {"id": key}
        if landed:
            node |= {"name": str(place["name"]), "type": ["cableLanding"]}
            if place["country"] != "ZZ":
                node["address"] = {"country": str(place["country"])}
        node["location"] = {"type": "Point", "coordinates": _wrapped([
            (place.geometry.x, place.geometry.y)])[0]}
        nodes.append(node)
    return nodes


def _span(layers: Layers, cable: dict[Any, Any], row: dict[Any, Any], shape: shapely.LineString,
          owners: list[str]) -> dict[str, Any]:
    begins = _text(row["in_service_from"]) or _text(cable["in_service_from"])
    pairs = _either(row["fibre_pairs"], cable["fibre_pairs"])
    lit = _either(row["lit_capacity_tbps"], cable["lit_capacity_tbps"])
    span: dict[str, Any] = {
        "id": str(row["segment_id"]), "status": _status(str(cable["status"]), begins, layers),
        "start": str(row["from_id"]), "end": str(row["to_id"]), "directed": False,
        "route": {"type": "LineString",
                  "coordinates": _wrapped(shapely.get_coordinates(dateline.unwrap(shape)))},
        "transmissionMedium": ["fibre"]}
    if begins and begins != UNBUILT:
        span["readyForServiceDate"] = begins
    span["cableType"] = SUBMARINE if row["kind"] == "wet" else TERRESTRIAL
    if len(owners) == 1:
        span["transmissionMediumOwner"] = {"id": owners[0], "name": owners[0]}
    if not np.isnan(pairs) and float(2 * pairs).is_integer():
        span["fibreCount"] = int(2 * pairs)
    if not np.isnan(lit):
        span["capacity"] = round(lit * GBPS_PER_TBPS, 6)
    return span


def _status(cable: str, begins: str, layers: Layers) -> str:
    """A span's status; of a cable that is partly in service, by its own date."""
    if cable != "partial":
        return THEIR_STATUS[cable]
    today = layers.as_of.isoformat() if layers.as_of else ""
    waits = begins == UNBUILT or bool(today and begins > today)
    return "underConstruction" if waits else "operational"


def _wrapped(xy: Any) -> list[list[float]]:
    """Positions with longitudes in -180..180: those that are stay as they are to the last bit, the
    others are written to 1e-9 degrees."""
    return [[lon if -180 <= lon <= 180 else round((lon + 180) % 360 - 180, 9), lat]
            for lon, lat in ((float(lon), float(lat)) for lon, lat in xy)]


def _uuid(source_id: str, key: str) -> str:
    """The network's own UUID, when it came with one; else one made from our id."""
    try:
        return str(uuid.UUID(source_id))
    except ValueError:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"cablenet:cable:{key}"))


def _left_out(layers: Layers, drawn: set[str]) -> dict[str, dict[str, int]]:
    """How many values of each column have no place in OFDS; whole rows count under '*'."""
    found: dict[str, dict[str, int]] = {}
    for name, table in TABLES.items():
        frame = layers.tables[name]
        if not len(frame):
            continue
        if name not in HELD:
            found[name] = {"*": len(frame)}
            continue
        columns = {column.name: int(frame[column.name].notna().sum())
                   for column in table.columns if column.name not in HELD[name]}
        if name == "cables":  # told of each span
            for column in ("in_service_from", "fibre_pairs", "lit_capacity_tbps"):
                columns.pop(column)
        columns["*"] = _rows_left_out(layers, name, drawn)
        found[name] = {column: count for column, count in columns.items() if count}
    return {name: columns for name, columns in found.items() if columns}


def _rows_left_out(layers: Layers, name: str, drawn: set[str]) -> int:
    """Rows that no span leads to: undrawn cables, and places where nothing drawn lands."""
    frame, segments = layers.tables[name], layers.tables["segments"]
    ends = {*segments["from_id"], *segments["to_id"]}
    if name == "cables":
        return int((~frame["cable_id"].isin(drawn)).sum())
    if name in ("stations", "branching_units"):
        return int((~frame[TABLES[name].key[0]].isin(ends)).sum())
    if name == "landings":
        held = {(cable, end) for a in ("from_id", "to_id")
                for cable, end in zip(segments["cable_id"], segments[a], strict=True)}
        return sum(pair not in held for pair in zip(frame["cable_id"], frame["station_id"],
                                                    strict=True))
    return 0


def _either(own: Any, whole: Any) -> float:
    return float(whole) if pd.isna(own) else float(own)


def _text(cell: Any) -> str:
    return "" if pd.isna(cell) else str(cell)
