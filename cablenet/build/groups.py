"""Shared-risk groups: what one cause takes away together."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely
from numpy.typing import NDArray

from cablenet.geo import dateline
from cablenet.layers import Layers
from cablenet.network import LINK_KINDS, NODE_KINDS, Groups, Links, Nodes

Ints = NDArray[np.int64]
Entry = tuple[str, str, str, Ints]
SECTIONS = (LINK_KINDS.index("wet"), LINK_KINDS.index("land"))
STATION = NODE_KINDS.index("station")


def build_groups(layers: Layers, nodes: Nodes, links: Links, cable_id: list[str],
                 cable_name: list[str], feeds: Ints) -> Groups:
    """Groups by kind: cables, stations, chokepoints, jurisdictions, power feeds, corridors.

    Membership does not ask what is in service, so a group means the same on every day.
    """
    entries = [
        *_cables(links, cable_id, cable_name),
        *_stations(nodes, links),
        *_chokepoints(layers, links),
        *_jurisdictions(layers, links),
        *_power_feeds(nodes, links, cable_id, feeds),
        *_corridors(links),
    ]
    sizes = [len(members) for *_, members in entries]
    return Groups(
        id=np.array([entry[0] for entry in entries], object),
        kind=np.array([entry[1] for entry in entries], object),
        name=np.array([entry[2] for entry in entries], object),
        indptr=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        links=np.concatenate([e[3] for e in entries]) if entries else np.array([], np.int64),
    )


def _cables(links: Links, cable_id: list[str], cable_name: list[str]) -> Iterator[Entry]:
    for cable, (key, name) in enumerate(zip(cable_id, cable_name, strict=True)):
        yield f"cable:{key}", "cable", name, np.flatnonzero(links.cable == cable)


def _stations(nodes: Nodes, links: Links) -> Iterator[Entry]:
    order = np.argsort(np.concatenate([links.a, links.b]), kind="stable")
    ends = np.concatenate([links.a, links.b])[order]
    owner = np.concatenate([np.arange(len(links))] * 2)[order]
    for node in np.flatnonzero(nodes.kind == STATION).tolist():
        low, high = np.searchsorted(ends, [node, node + 1])
        yield (f"station:{nodes.id[node]}", "station", str(nodes.name[node]),
               np.unique(owner[low:high]))


def links_inside(links: Links, area: shapely.Geometry) -> Ints:
    """Sections whose drawn line meets an area, whatever turn of longitude either is drawn on."""
    sections = np.flatnonzero(np.isin(links.kind, SECTIONS))
    lines = links.geometry[sections]
    bounds = shapely.bounds(lines)
    if not len(sections):
        return sections
    hit = np.zeros(len(sections), bool)
    for copy in dateline.copies_near(area, bounds[:, 0].min(), bounds[:, 2].max()):
        shapely.prepare(copy)
        hit |= shapely.intersects(copy, lines)
    return sections[hit]


def _chokepoints(layers: Layers, links: Links) -> Iterator[Entry]:
    table = layers["chokepoints"]
    for key, name, area in zip(table["choke_id"], table["name"], table.geometry, strict=True):
        yield f"chokepoint:{key}", "chokepoint", str(name), links_inside(links, area)


def _jurisdictions(layers: Layers, links: Links) -> Iterator[Entry]:
    runs, areas = layers.tables["segment_jurisdictions"], layers.tables["jurisdictions"]
    if not len(runs):
        return
    number = {key: i for i, key in enumerate(links.id)}
    claim = runs.merge(areas[["jurisdiction_id", "claimants"]], on="jurisdiction_id")
    claim = claim.dropna(subset=["claimants"])
    claim = claim.assign(country=claim["claimants"].str.split(";")).explode("country")
    for country, rows in claim.groupby("country"):
        members = np.unique(rows["segment_id"].map(number).to_numpy(np.int64))
        yield f"jurisdiction:{country}", "jurisdiction", f"waters of {country}", members


def _power_feeds(nodes: Nodes, links: Links, cable_id: list[str], feeds: Ints) -> Iterator[Entry]:
    """Wet sections that hang on one feeding landing alone: its loss darkens all of them."""
    for cable in np.unique(feeds[:, 0]).tolist():
        mine = feeds[feeds[:, 0] == cable, 1]
        if len(mine) == 1:
            wet = np.flatnonzero((links.cable == cable) & (links.kind == SECTIONS[0]))
            yield (f"power:{cable_id[cable]}", "power_feed",
                   f"{cable_id[cable]} fed from {nodes.name[mine[0]]}", wet)


def _corridors(links: Links) -> Iterator[Entry]:
    """Squares of one degree that sections of two or more cables run through.

    Coarse on purpose: modelled routes are not surveys. A square whose members are all in another
    square adds nothing and is left out.
    """
    cells: dict[tuple[int, int], set[int]] = {}
    wet = np.flatnonzero((links.kind == SECTIONS[0]) & (shapely.length(links.geometry) > 0))
    if not len(wet):
        return
    fine = shapely.segmentize(links.geometry[wet], 0.25)
    xy, owner = shapely.get_coordinates(fine, return_index=True)
    lon = np.floor((xy[:, 0] + 180.0) % 360.0 - 180.0).astype(int)
    lat = np.floor(xy[:, 1]).astype(int)
    rows = np.unique(np.column_stack([lon, lat, wet[owner]]), axis=0)
    for x, y, link in rows.tolist():
        cells.setdefault((x, y), set()).add(link)
    by_members: dict[frozenset[int], tuple[int, int]] = {}
    for cell in sorted(cells):
        if len({int(links.cable[link]) for link in cells[cell]}) > 1:
            by_members.setdefault(frozenset(cells[cell]), cell)
    holders: dict[int, list[frozenset[int]]] = {}
    for members in by_members:
        for link in members:
            holders.setdefault(link, []).append(members)
    for members, (x, y) in sorted(by_members.items(), key=lambda item: item[1]):
        if not any(members < other for other in holders[min(members)]):
            yield f"corridor:{x},{y}", "corridor", f"{y} N {x} E, one degree", np.array(
                sorted(members), np.int64)
