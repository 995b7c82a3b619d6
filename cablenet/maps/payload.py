"""What an interactive map shows, as plain JSON values: land, links, cables, stations, scenarios."""

from __future__ import annotations

import base64
import gzip
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from cablenet.maps import palette
from cablenet.maps.land import CREDIT, Land, load_land
from cablenet.network import LINK_KINDS, NODE_KINDS, Network
from cablenet.scoring import Scores

Json = dict[str, Any]
DIGITS = 3
"""Decimals of a drawn degree: 0.001 degrees is 110 m, far below what modelled routes know."""
TOUCHED = 0.005
"""Countries that lose less than half a percent are not listed under a scenario."""


@dataclass(frozen=True, eq=False)
class MapPayload:
    """Everything one interactive map draws; `data` holds JSON values only."""

    title: str
    data: Mapping[str, Any]

    def packed(self) -> str:
        """The data as gzipped JSON in base64, the same text for the same map."""
        text = json.dumps(self.data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return base64.b64encode(gzip.compress(text.encode(), 9, mtime=0)).decode("ascii")


def map_payload(
    net: Network,
    scores: Scores | None = None,
    *,
    title: str = "",
    land: Land | None = None,
) -> MapPayload:
    """Collect what the interactive map of a network shows.

    Parameters
    ----------
    scores
        scenarios for the picker: what each takes away, whom it hits and how hard
    land
        default: the shipped coast, drawn within 0.06 degrees
    """
    coast = land if land is not None else load_land()
    chokes = net.layers.tables["chokepoints"]
    data: Json = {
        "title": title or net.name,
        "asOf": str(net.as_of or ""),
        "credit": f"{CREDIT}. Routes are modelled, not surveyed.",
        "countries": dict(zip(map(str, net.country_id), map(str, net.country_name), strict=True)),
        "land": _features(coast.shape, [{"c": str(code)} for code in coast.country], 2),
        "links": _features(_drawn(net), _link_properties(net), DIGITS),
        "cables": _cables(net),
        "stations": _stations(net),
        "gateways": _points_of(net, net.gateways.node),
        "hubs": _points_of(net, net.gateways.node[net.hubs]),
        "chokes": _features(chokes.geometry.to_numpy(),
                            [{"n": str(name)} for name in chokes["name"]], DIGITS),
        "scenarios": [] if scores is None else _scenarios(net, scores),
    }
    return MapPayload(str(data["title"]), data)


def _features(shapes: Any, properties: Sequence[Json], digits: int) -> Json:
    """A GeoJSON collection whose features are numbered in order."""
    rounded = shapely.to_geojson(shapely.transform(
        np.asarray(shapes, dtype=object), lambda xy: np.round(xy, digits)))
    return {"type": "FeatureCollection", "features": [
        {"type": "Feature", "id": i, "properties": row, "geometry": json.loads(text)}
        for i, (text, row) in enumerate(zip(rounded, properties, strict=True))
    ]}


def _drawn(net: Network) -> Any:
    """Link lines with vertices that do not show taken out."""
    return shapely.simplify(net.links.geometry, 0.004)


def _link_properties(net: Network) -> list[Json]:
    """Per link: its class, cable, ends, length, capacity and capacity step."""
    links, names = net.links, net.nodes.name
    step = np.searchsorted(palette.CAPACITY_STEPS, np.nan_to_num(links.lit_tbps), side="right")
    rows = []
    for i in range(len(links)):
        row: Json = {"k": _link_class(net, i), "f": str(names[links.a[i]]),
                     "t": str(names[links.b[i]]), "km": round(float(links.length_km[i]))}
        if links.cable[i] >= 0:
            row["c"] = int(links.cable[i])
        if math.isfinite(links.lit_tbps[i]):
            row["lit"], row["s"] = round(float(links.lit_tbps[i]), 2), int(step[i])
        if math.isfinite(links.design_tbps[i]):
            row["design"] = round(float(links.design_tbps[i]), 2)
        rows.append(row)
    return rows


def _link_class(net: Network, link: int) -> str:
    """cable, out (a cable not in service), mesh or ground; ground out of service is not drawn."""
    kind = LINK_KINDS[net.links.kind[link]]
    live = bool(net.links.in_service[link])
    if kind in ("wet", "land"):
        return "cable" if live else "out"
    if not live:
        return "hidden"
    return "mesh" if kind.startswith("mesh") else "ground"


def _cables(net: Network) -> list[Json]:
    """Per cable: what a reader wants to know when pointing at it."""
    table = net.layers.tables["cables"].set_index("cable_id")
    ends = _landing_names(net)
    rows = []
    for i, (key, name) in enumerate(zip(net.cable_id, net.cable_name, strict=True)):
        row: Json = {"id": str(key), "n": str(name), "l": ends[i]}
        if key in table.index:
            known = table.loc[key]
            row["status"] = _text(known["status"])
            row["from"] = _text(known["in_service_from"])[:4]
            row["own"] = _text(known["owners"])
            row["km"] = _number(known["length_km"])
            row["design"] = _number(known["design_capacity_tbps"])
            row["lit"] = _number(known["lit_capacity_tbps"])
        else:
            row["status"] = "proposed"
        rows.append({key: value for key, value in row.items() if value not in ("", None)})
    return rows


def _landing_names(net: Network) -> list[list[str]]:
    """Per cable: the stations it lands at, as 'Chennai, IN', in order of first appearance."""
    links, nodes = net.links, net.nodes
    is_station = nodes.kind == NODE_KINDS.index("station")
    found: list[dict[str, None]] = [{} for _ in net.cable_id]
    for link in np.flatnonzero(links.cable >= 0):
        for node in (links.a[link], links.b[link]):
            if is_station[node]:
                found[links.cable[link]][f"{nodes.name[node]}, {nodes.country[node]}"] = None
    return [list(names) for names in found]


def _stations(net: Network) -> Json:
    """Stations with the cables in service that land there."""
    links, nodes = net.links, net.nodes
    landed: dict[int, dict[int, None]] = {}
    for link in np.flatnonzero((links.cable >= 0) & links.in_service):
        for node in (int(links.a[link]), int(links.b[link])):
            landed.setdefault(node, {})[int(links.cable[link])] = None
    which = np.flatnonzero(nodes.kind == NODE_KINDS.index("station"))
    return _features(shapely.points(nodes.lon[which], nodes.lat[which]), [
        {"i": str(nodes.id[i]), "n": str(nodes.name[i]), "c": str(nodes.country[i]),
         "x": list(landed.get(int(i), {})), "m": len(landed.get(int(i), {}))}
        for i in which], DIGITS)


def _points_of(net: Network, which: NDArray[np.int64]) -> Json:
    """Some nodes as points with their names."""
    return _features(shapely.points(net.nodes.lon[which], net.nodes.lat[which]),
                     [{"n": str(net.nodes.name[i])} for i in which], DIGITS)


def _scenarios(net: Network, scores: Scores) -> list[Json]:
    """Scenarios, worst first.

    l: links lost, f: places of faults, g: gateways cut off, c: share lost by country, v: scores.
    """
    cut = palette.gateways_cut(net, scores)
    loss = palette.country_losses(net, scores)
    order = scores.worst(len(scores)).index
    place = {name: row for row, name in enumerate(scores.scenarios.names)}
    frame = scores.to_frame()
    faults = scores.scenarios.faults
    places = {row: np.unique(np.round(group[["lon", "lat"]].to_numpy(float), 2), axis=0).tolist()
              for row, group in faults.groupby("scenario")}
    values = {heading.name: frame[heading.name].to_numpy(float) for heading in scores.headings}
    rows = []
    for name in order:
        row = place[str(name)]
        hit = np.flatnonzero(loss[row] > TOUCHED)
        hit = hit[np.argsort(-loss[row, hit], kind="stable")]
        rows.append({
            "n": str(name),
            "l": [int(link) for link in scores.scenarios.links_lost(row)],
            "f": places.get(row, []),
            "g": [int(gate) for gate in np.flatnonzero(cut[row])],
            "c": [[str(net.country_id[i]), round(float(loss[row, i]), 3)] for i in hit],
            "v": [[heading.name, _number(values[heading.name][row]), heading.unit,
                   heading.meaning] for heading in scores.headings],
        })
    return rows


def _text(value: object) -> str:
    return "" if value is None or value != value else str(value)


def _number(value: Any) -> float | None:
    number = float("nan") if value is None else float(value)
    return round(number, 4) if math.isfinite(number) else None
