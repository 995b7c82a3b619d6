"""Networks, nodes and spans of the Open Fibre Data Standard, each checked as it is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from cablenet.errors import Problem

SUBMARINE, TERRESTRIAL = "submarine", "terrestrial"
"""Our codes in the open codelist `cableType`, to tell wet segments from land legs."""
OUR_STATUS = {"operational": "live", "underConstruction": "building", "planned": "planned",
              "proposed": "planned", "inactive": "retired", "decommissioned": "retired"}
GBPS_PER_TBPS = 1000.0


@dataclass(frozen=True, eq=False)
class OfdsNode:
    """A node: where it is (None: not told), and whether it is a mere junction of spans."""

    key: str
    name: str
    country: str
    place: tuple[float, float] | None
    landing: bool
    junction: bool


@dataclass(frozen=True, eq=False)
class OfdsSpan:
    """A span between two nodes; `line` (K, 2) is None where no route is told."""

    key: str
    start: str
    end: str
    line: np.ndarray | None
    status: str
    wet: bool | None
    ready: str | None
    pairs: float
    lit_tbps: float
    countries: tuple[str, ...]


@dataclass(eq=False)
class OfdsNetwork:
    """One network as it was read."""

    key: str
    uuid: str
    name: str
    owners: str
    collected: date | None
    nodes: dict[str, OfdsNode] = field(default_factory=dict)
    spans: list[OfdsSpan] = field(default_factory=list)


def read_network(value: object, where: str, file: str, problems: list[Problem]
                 ) -> OfdsNetwork | None:
    """One network; None when it is none, with the problems told."""
    if not isinstance(value, dict):
        problems.append(Problem(file, where, "", "is no object", "give an object"))
        return None
    uuid = _text(value, "id")
    key = _text(value, "identifier") or uuid
    if not key:
        problems.append(Problem(file, where, "id", "is missing", "give the network an id"))
        return None
    organisations = [one for one in _list(value, "organisations") if isinstance(one, dict)]
    builders = [one for one in organisations
                if "physicalInfrastructureProvider" in _list(one, "roles")] or organisations
    network = OfdsNetwork(key, uuid, _text(value, "name") or key, ", ".join(
        name for one in builders if (name := _text(one, "name"))),
        _day(value, "collectionDate", where, file, problems))
    for number, one in enumerate(_list(value, "nodes"), start=1):
        node = _node(one, f"{key}: node {number}", file, problems)
        if node:
            network.nodes[node.key] = node
    for number, one in enumerate(_list(value, "spans"), start=1):
        span = _span(one, f"{key}: span {number}", file, problems)
        if span:
            network.spans.append(span)
    return network


def _node(value: object, where: str, file: str, problems: list[Problem]) -> OfdsNode | None:
    if not isinstance(value, dict) or not _text(value, "id"):
        problems.append(Problem(file, where, "id", "is missing", "give the node an id"))
        return None
    place = None
    if value.get("location") is not None:
        xy = _positions(value["location"], "Point", where, "location", file, problems)
        place = None if xy is None else (float(xy[0, 0]), float(xy[0, 1]))
    address = value.get("address")
    kinds = _list(value, "type")
    country = _text(address, "country") if isinstance(address, dict) else ""
    return OfdsNode(_text(value, "id"), _text(value, "name"), country, place,
                    "cableLanding" in kinds, not kinds and not country)


def _span(value: object, where: str, file: str, problems: list[Problem]) -> OfdsSpan | None:
    if not isinstance(value, dict) or not _text(value, "id"):
        problems.append(Problem(file, where, "id", "is missing", "give the span an id"))
        return None
    line = None
    if value.get("route") is not None:
        line = _positions(value["route"], "LineString", where, "route", file, problems)
    status = _text(value, "status") or "operational"
    if status not in OUR_STATUS:
        problems.append(Problem(file, where, "status", f"'{status[:40]}' is no status of a span",
                                f"known: {', '.join(OUR_STATUS)}"))
    ready = _day(value, "readyForServiceDate", where, file, problems)
    numbers = {name: _number(value, name, where, file, problems)
               for name in ("fibreCount", "capacity")}
    wet = (True if value.get("cableType") == SUBMARINE
           else False if value.get("cableType") or value.get("deployment") else None)
    return OfdsSpan(
        _text(value, "id"), _end(value, "start"), _end(value, "end"), line, status, wet,
        None if ready is None else ready.isoformat(), numbers["fibreCount"] / 2,
        numbers["capacity"] / GBPS_PER_TBPS,
        tuple(one for one in _list(value, "countries") if isinstance(one, str)))


def _end(value: Mapping[str, Any], name: str) -> str:
    """The node a span begins or ends at: its id, or the node itself as OFDS's GeoJSON has it."""
    end = value.get(name)
    return _text(end, "id") if isinstance(end, dict) else _text(value, name)


def _positions(value: object, kind: str, where: str, column: str, file: str,
               problems: list[Problem]) -> np.ndarray | None:
    """The positions of a geometry as an array (K, 2)."""
    fault = f"is no {kind}"
    xy: np.ndarray | None = None
    if isinstance(value, dict) and value.get("type") == kind:
        rows: Any = value.get("coordinates")
        rows = [rows] if kind == "Point" else rows
        plain = (isinstance(rows, list) and len(rows) >= (1 if kind == "Point" else 2)
                 and all(isinstance(row, list) and 2 <= len(row) <= 3 for row in rows)
                 and all(type(one) in (int, float) for row in rows for one in row))
        if plain:
            try:
                xy = np.array([row[:2] for row in rows], dtype=float)
            except OverflowError:
                xy = None
        fault = "has coordinates that are no lon, lat in degrees"
    if xy is not None and np.isfinite(xy).all() and (np.abs(xy) <= (540.0, 90.0)).all():
        return xy
    problems.append(Problem(file, where, column, fault, f"give a GeoJSON {kind} in WGS84"))
    return None


def _number(value: Mapping[str, Any], name: str, where: str, file: str,
            problems: list[Problem]) -> float:
    number = value.get(name)
    if number is None:
        return float("nan")
    if type(number) not in (int, float) or not 0 <= number < 1e12:
        problems.append(Problem(file, where, name, "is no number from 0", "give a plain number"))
        return float("nan")
    return float(number)


def _day(value: Mapping[str, Any], name: str, where: str, file: str, problems: list[Problem]
         ) -> date | None:
    found = value.get(name)
    try:
        return None if found is None else date.fromisoformat(found)
    except (TypeError, ValueError):
        problems.append(Problem(file, where, name, "is no date", "write YYYY-MM-DD"))
        return None


def _text(value: Mapping[str, Any], name: str) -> str:
    found = value.get(name)
    return found.strip() if isinstance(found, str) else ""


def _list(value: Mapping[str, Any], name: str) -> Sequence[Any]:
    found = value.get(name)
    return found if isinstance(found, list) else []
