"""Which links a past outage took: each cut put on one section of its system, as of that day."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from cablenet.errors import UnknownNameError
from cablenet.geo import dateline, geodesic
from cablenet.network import Network
from cablenet.scenarios.dark import dark_links
from cablenet.validation.outage_events import Cut, Outage

Ints = NDArray[np.int64]
NEAR_KM = 300.0
"""A cut whose towns or area its system does not meet on our map is put on the system's section
nearest to the event, this far away at most (assumed: our routes are that coarse)."""


def lost_links(net: Network, outage: Outage) -> tuple[Ints, list[str]]:
    """The links lost, with those that go dark for want of power, and a note on each odd cut."""
    found: list[Ints] = []
    notes: list[str] = []
    for cut in outage.cuts or tuple(Cut(system, "place", "", "") for system in outage.systems):
        try:
            cable = net.cable_index(cut.system)
        except UnknownNameError:
            notes.append(f"{cut.system} is not in the atlas")
            continue
        mine = net.links_of_cable(cable)
        mine = mine[net.links.in_service[mine]]
        if not len(mine):
            notes.append(f"{cut.system} is not in service on {outage.day}")
            continue
        lost = _of_mode(net, mine, cut, outage)
        if not len(lost):
            lost = _nearest(net, mine, outage, NEAR_KM)
            where = " to ".join(filter(None, (cut.place, cut.to_town))) or "row in event_cuts.csv"
            notes.append(f"{cut.system}: no {cut.mode} {where} on our map; " + (
                "the section nearest to the event is cut" if len(lost) else
                f"nothing of it within {NEAR_KM:g} km of the event either"))
        found.append(lost)
    lost = np.unique(np.concatenate([*found, np.array([], np.int64)]))
    return np.union1d(lost, dark_links(net, lost)) if len(lost) else lost, notes


def _of_mode(net: Network, mine: Ints, cut: Cut, outage: Outage) -> Ints:
    if cut.mode == "place":
        return mine[:0]
    if cut.mode == "whole":
        return mine
    if cut.mode == "landing":
        towns = _stations(net, mine, cut.place)
        return mine[np.isin(net.links.a[mine], towns) | np.isin(net.links.b[mine], towns)]
    if cut.mode == "choke":
        return _inside(net, mine, cut.place)
    return _between(net, mine, cut, outage)


def _stations(net: Network, mine: Ints, town: str) -> Ints:
    """The nodes of some links that carry a town's name or id."""
    ends = np.unique(np.concatenate([net.links.a[mine], net.links.b[mine]]))
    wanted = {town.casefold()}
    with suppress(UnknownNameError):  # then no alias of it is known either
        wanted.add(str(net.nodes.id[net.node_index(town)]).casefold())
    hit = [str(net.nodes.name[n]).casefold() in wanted or str(net.nodes.id[n]).casefold() in wanted
           for n in ends]
    return np.asarray(ends[np.array(hit, bool)], np.int64)


def _inside(net: Network, mine: Ints, choke: str) -> Ints:
    """Sections that meet a chokepoint of the map."""
    table = net.layers.tables["chokepoints"]
    rows = table[(table["choke_id"] == choke) | (table["name"] == choke)]
    lines = net.links.geometry[mine]
    if not len(rows):
        return mine[:0]
    bounds = shapely.bounds(lines)
    hit = np.zeros(len(mine), bool)
    for area in dateline.copies_near(rows.geometry.iloc[0], bounds[:, 0].min(),
                                     bounds[:, 2].max()):
        hit |= shapely.intersects(area, lines)
    return mine[hit & net.of_kind("wet")[mine]]


def _between(net: Network, mine: Ints, cut: Cut, outage: Outage) -> Ints:
    """The one section, between two towns along the cable, that lies nearest to the event.

    The way is the shortest along the cable. Trunk sections go before branches: a cut between two
    towns leaves both ends landed on what remains. A cut is one place, so one section is lost.
    """
    starts, ends = (_stations(net, mine, town) for town in (cut.place, cut.to_town))
    if not len(starts) or not len(ends):
        return mine[:0]
    n, links = len(net.nodes), net.links
    weight = np.maximum(links.length_km[mine], 1e-3)
    order = np.argsort(-weight)  # of parallel sections the shortest is written last
    best: dict[tuple[int, int], int] = {}
    for link in mine[order].tolist():
        best[links.a[link], links.b[link]] = best[links.b[link], links.a[link]] = link
    rows, columns = np.array(list(best)).T
    way = list(best.values())
    graph = coo_array((np.maximum(links.length_km[way], 1e-3), (rows, columns)),
                      shape=(n, n)).tocsr()
    km, before = dijkstra(graph, indices=starts, return_predecessors=True)
    first, last = np.unravel_index(np.argmin(km[:, ends]), (len(starts), len(ends)))
    node = int(ends[last])
    if not np.isfinite(km[first, node]):
        return mine[:0]
    path = []
    while node != starts[first]:
        earlier = int(before[first, node])
        path.append(best[earlier, node])
        node = earlier
    on = np.array(path, np.int64)
    on = on[net.of_kind("wet")[on]] if net.of_kind("wet")[on].any() else on
    segments = net.layers.tables["segments"]
    branch = set(segments.loc[segments["role"] == "branch", "segment_id"])
    trunk = np.array([key not in branch for key in links.id[on]], bool)
    return _nearest(net, on[trunk] if trunk.any() else on, outage, np.inf)


def _nearest(net: Network, mine: Ints, outage: Outage, within_km: float) -> Ints:
    """The wet section nearest to the event's place, as an array of one, or none."""
    gaps = [(geodesic.nearest_on_line(net.links.geometry[link], outage.lon, outage.lat)[0], link)
            for link in mine.tolist()]
    gap, link = min(gaps, default=(np.inf, -1))
    return np.array([link] if link >= 0 and gap <= within_km else [], np.int64)


