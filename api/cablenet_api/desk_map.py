"""What the desk draws of one day's network, as one gzipped JSON text that is made once."""

from __future__ import annotations

import gzip
import json
from typing import Any

import cablenet as cn
from cablenet_api.answers import Heading, stamp
from cablenet_api.worlds import World


def map_of(world: World) -> bytes:
    """The map, what can be chosen on it, and what its numbers mean and rest on; gzipped."""
    net = world.network
    chokes = net.layers.tables["chokepoints"]
    shown: dict[str, Any] = {
        **cn.map_payload(net).data,
        "network": stamp(net).model_dump(mode="json"),
        "events": _named(world),
        "chokepoints": dict(zip(map(str, chokes["choke_id"]), map(str, chokes["name"]),
                                strict=True)),
        "gatewayCountry": net.gateways.country.tolist(),
        "gatewayIds": [str(key) for key in net.nodes.id[net.gateways.node]],
        "countryIds": [str(code) for code in net.country_id],
        "headings": headings(),
        "basis": basis(net),
        "capacityRule": world.ready.capacity_rule,
        "intactTbps": _intact(world),
    }
    text = json.dumps(shown, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return gzip.compress(text.encode(), 6, mtime=0)


def headings() -> list[dict[str, Any]]:
    """Every column of every score: unit, meaning, and whether it is monotone."""
    found: dict[str, Heading] = {}
    for metric in cn.METRICS.values():
        for heading in (*metric.headings, *metric.country_headings):
            found.setdefault(heading.name, Heading(
                name=heading.name, unit=heading.unit, monotone=heading.monotone,
                meaning=heading.meaning))
    return [one.model_dump() for one in found.values()]


def basis(net: cn.Network) -> list[dict[str, Any]]:
    """By table and column of the map: how many numbers are sourced, estimated, assumed."""
    return [{str(key): (int(value) if not isinstance(value, str) else value)
             for key, value in row.items()}
            for row in cn.check_layers(net.layers).known.to_dict("records")]


def cells(net: cn.Network, layer: str, key: str) -> list[dict[str, Any]]:
    """Where the numbers of one row of the map come from: its own cells, else its column's rule."""
    tables = net.layers.tables
    known, sources = tables["provenance"], tables["sources"].set_index("source_id")
    mine = known[(known["layer"] == layer) & known["id"].isin([key, "*"])]
    mine = mine.sort_values("id", key=lambda ids: ids == "*", kind="stable")
    rows = []
    for row in mine.drop_duplicates("column").to_dict("records"):
        named = [one.strip() for one in str(row["sources"] or "").split(";") if one.strip()]
        rows.append({
            "column": row["column"], "basis": row["basis"], "low": _number(row["low"]),
            "high": _number(row["high"]), "range_kind": row["range_kind"],
            "note": "" if row["note"] != row["note"] else row["note"] or "",
            "sources": [_source(sources, one) for one in named]})
    return rows


def _source(sources: Any, key: str) -> str:
    if key not in sources.index:
        return key
    row = sources.loc[key]
    words = [str(row[name]) for name in ("publisher", "title", "year")
             if row[name] is not None and row[name] == row[name]]
    return ", ".join(words)


def _named(world: World) -> list[str]:
    try:
        return list(world.named_events.names)
    except (cn.errors.NothingHitError, cn.errors.UnknownNameError):
        return []  # a map of another region, or without the chokepoints that events name


def _intact(world: World) -> dict[str, float]:
    with world.capacity:
        base = world.ready.intact_tbps()
    return {str(code): round(float(value), 3)
            for code, value in zip(world.network.country_id, base, strict=True)
            if 0 < value < float("inf")}


def _number(value: Any) -> float | None:
    return None if value is None or value != value else float(value)
