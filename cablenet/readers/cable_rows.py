"""The rows of one noded cable: its segments and branching units, and which part is trunk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from cablenet.geo.geodesic import distance_km
from cablenet.geo.noding import Noded
from cablenet.layers import WGS84
from cablenet.readers.raw_map import RawCable

UNBUILT = "9999-12-31"
"""Start of service of a part that is drawn as not yet built and has no date."""
ROUTE_SIGMA_KM = 50.0
"""Assumed: a route drawn for a map may lie this far from the cable."""
UNIT_SIGMA_KM = 50.0
"""Assumed, as for routes."""


@dataclass
class RouteRows:
    """Rows of segments and of branching units, with their geometry beside them."""

    rows: list[dict[str, object]] = field(default_factory=list)
    lines: list[np.ndarray] = field(default_factory=list)
    unit_rows: list[dict[str, object]] = field(default_factory=list)
    unit_places: list[tuple[float, float]] = field(default_factory=list)

    def segments(self) -> gpd.GeoDataFrame:
        """The segments as a frame (a map without any line gives an empty one)."""
        lines = [shapely.linestrings(xy) for xy in self.lines]
        return gpd.GeoDataFrame(pd.DataFrame(self.rows), geometry=lines, crs=WGS84)

    def units(self) -> gpd.GeoDataFrame:
        """The branching units as a frame."""
        places = np.array(self.unit_places, dtype=float).reshape(-1, 2)
        return gpd.GeoDataFrame(pd.DataFrame(self.unit_rows), geometry=shapely.points(places),
                                crs=WGS84)


def section_rows(cable: RawCable, noded: Noded, landings: Sequence[str], roles: Sequence[str],
                 into: RouteRows, *, mixed: bool) -> None:
    """Append one row per section, and one per joint that is no landing."""
    names: list[str] = []
    counts = {"bu": 0, "end": 0}
    for joint in noded.joints:
        if joint.place >= 0:
            names.append(landings[joint.place])
            continue
        kind = "end" if joint.degree == 1 else "bu"
        counts[kind] += 1
        names.append(f"{cable.cable_id}/{kind}{counts[kind]}")
        into.unit_rows.append({"bu_id": names[-1], "cable_id": cable.cable_id,
                               "position_sigma_km": UNIT_SIGMA_KM})
        into.unit_places.append((joint.lon, joint.lat))
    for number, (section, role) in enumerate(zip(noded.sections, roles, strict=True), start=1):
        unbuilt = mixed and not section.is_built
        into.rows.append({
            "segment_id": f"{cable.cable_id}/{number}", "cable_id": cable.cable_id,
            "from_id": names[section.start], "to_id": names[section.end], "kind": "wet",
            "role": role, "in_service_from": UNBUILT if unbuilt else None,
            "route_quality": "stylised", "position_sigma_km": ROUTE_SIGMA_KM,
            "source_id": "added: connector" if section.connector else cable.cable_id,
        })
        into.lines.append(section.coordinates)


def section_roles(noded: Noded) -> list[str]:
    """Trunk: the longest way between two landings of each part, and whatever lies on a ring.

    The longest way is found by two sweeps of shortest paths, exact on a tree.
    """
    length = [_length_km(section.coordinates) for section in noded.sections]
    near: list[list[tuple[int, int]]] = [[] for _ in noded.joints]
    for number, section in enumerate(noded.sections):
        near[section.start].append((section.end, number))
        near[section.end].append((section.start, number))
    trunk = _on_rings(noded, near)
    seen: set[int] = set()
    for joint in range(len(noded.joints)):
        if joint in seen or not near[joint]:
            continue
        away, _ = _ways(joint, near, length)
        seen |= set(away)
        ends = [j for j in away if noded.joints[j].place >= 0] or list(away)
        first = max(ends, key=lambda j: (away[j], -j))
        back, through = _ways(first, near, length)
        last = max(ends, key=lambda j: (back[j], -j))
        while last != first:
            number, last = through[last]
            trunk.add(number)
    return ["trunk" if number in trunk else "branch" for number in range(len(noded.sections))]


def landing_roles(noded: Noded, roles: Sequence[str], count: int) -> list[str]:
    """Each landing is an end of the trunk, on the trunk (`trunk`), or at the end of a branch."""
    trunk = np.zeros(len(noded.joints), dtype=int)
    for section, role in zip(noded.sections, roles, strict=True):
        if role == "trunk":
            trunk[[section.start, section.end]] += 1
    out = ["branch"] * count
    for number, joint in enumerate(noded.joints):
        if joint.place >= 0:
            out[joint.place] = ("branch", "end", "trunk")[min(2, int(trunk[number]))]
    return out


def cable_topology(noded: Noded, landings: int) -> str | None:
    """What the drawn graph looks like; None where nothing is drawn."""
    if not noded.sections:
        return None
    joints = sum(joint.degree > 0 for joint in noded.joints)
    rings = len(noded.sections) - joints + noded.parts_left
    if rings > 1:
        return "mesh"
    if rings == 1:
        return "ring"
    if any(joint.place < 0 and joint.degree > 2 for joint in noded.joints):
        return "trunk_and_branch"
    return "point_to_point" if landings <= 2 else "chain"


def _ways(start: int, near: Sequence[Sequence[tuple[int, int]]],
          length: Sequence[float]) -> tuple[dict[int, float], dict[int, tuple[int, int]]]:
    """Shortest distance to every joint of the part, and the section and joint it came through."""
    away: dict[int, float] = {}
    through: dict[int, tuple[int, int]] = {}
    queue = [(0.0, start, -1, -1)]
    while queue:
        km, joint, number, before = heappop(queue)
        if joint in away:
            continue
        away[joint] = km
        if number >= 0:
            through[joint] = (number, before)
        for other, section in near[joint]:
            if other not in away:
                heappush(queue, (km + length[section], other, section, joint))
    return away, through


def _on_rings(noded: Noded, near: Sequence[Sequence[tuple[int, int]]]) -> set[int]:
    """Sections that lie on some ring: what is left when dead ends are pruned, less the bridges."""
    degree = [len(n) for n in near]
    alive = set(range(len(noded.sections)))
    queue = [joint for joint, d in enumerate(degree) if d == 1]
    for joint in queue:
        for other, number in near[joint]:
            if number in alive:
                alive.discard(number)
                degree[joint] -= 1
                degree[other] -= 1
                if degree[other] == 1:
                    queue.append(other)
    return alive


def _length_km(xy: np.ndarray) -> float:
    return float(distance_km(xy[:-1, 0], xy[:-1, 1], xy[1:, 0], xy[1:, 1]).sum())
