"""Drawn lines of one cable into joints and sections: weld, pair at the dateline, split at landings.

Maps draw a cable as loose pieces: a branch ends on an inner vertex of the trunk, a Pacific line
stops at one side of the 180th meridian and goes on at the other, and a landing may lie half-way
along a line. Here the pieces become a graph whose joints are landings, junctions and loose ends
and whose sections run from joint to joint. Nothing is invented silently: each change is a
`Mend` with its place and its distance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cablenet.geo.drawing import (
    WELD_KM,
    Drawing,
    Floats,
    Mend,
    merge_vertices,
    nearest_edge,
    vertex_at,
    vertex_of,
    welded,
)
from cablenet.geo.geodesic import distance_km
from cablenet.geo.sections import Joint, Section, contract

PAIR_KM = 60.0
"""Ends nearer than this on the two sides of the dateline are one line."""
SNAP_KM = 1.0
"""A landing nearer than this to a line lies on it (97 % of those of a world map do)."""
AT_DATELINE_DEGREES = 0.1
JOIN_KM = 5.0
"""A loose end nearer than this to another part of its cable was meant to meet it (assumed)."""
REACH = 1.25
"""A loose end this many times farther than the nearest line is still the better place to join."""


@dataclass(frozen=True, eq=False)
class Noded:
    """The graph of one cable, what was mended, and in how many parts it was at each step."""

    joints: tuple[Joint, ...]
    sections: tuple[Section, ...]
    mends: tuple[Mend, ...]
    parts_drawn: int
    parts_welded: int
    parts_paired: int
    parts_left: int
    t_junctions: int


def node_lines(pieces: Sequence[Floats], places: Floats, *, built: Sequence[bool] | None = None,
               weld_km: float = WELD_KM, snap_km: float = SNAP_KM) -> Noded:
    """Turn the drawn pieces of one cable into joints and sections.

    Parameters
    ----------
    pieces
        arrays (K, 2) of lon, lat; longitudes may be wrapped or not
    places
        (P, 2) lon, lat of the cable's landings; each becomes a joint
    built
        per piece, False where the piece is drawn as not yet built
    weld_km, snap_km
        nearness at which vertices are one, and at which a landing lies on a line

    Returns
    -------
    Noded
        every landing is a joint; one off the line gets a section of its own or, where a loose
        end lies nearest, the line is drawn on to it
    """
    built = [True] * len(pieces) if built is None else built
    drawing, t_junctions = welded(pieces, built, weld_km)
    parts_welded = drawing.parts()
    _pair_at_dateline(drawing)
    parts_paired = drawing.parts()
    far = _snap_landings(drawing, places, snap_km)
    _close_gaps(drawing)
    _reach_landings(drawing, places, far)
    parts_left = drawing.parts()
    joints, sections = contract(drawing)
    return Noded(joints, sections, tuple(drawing.mends), len(pieces), parts_welded, parts_paired,
                 parts_left, t_junctions)


def _pair_at_dateline(drawing: Drawing) -> None:
    """Join loose ends that face each other across the 180th meridian, nearest first."""
    if not drawing.edges:
        return
    lon, lat = np.array(drawing.lon), np.array(drawing.lat)
    loose = drawing.degree() == 1
    east = np.flatnonzero(lon >= 180 - AT_DATELINE_DEGREES)
    west = np.flatnonzero(lon <= -180 + AT_DATELINE_DEGREES)
    options = sorted(
        (float(distance_km(lon[a], lat[a], lon[b], lat[b])), a, b)
        for a in east.tolist() for b in west.tolist()
        if (loose[a] or loose[b]) and (min(a, b), max(a, b)) not in drawing.edges
    )
    paired: set[int] = set()
    for km, a, b in options:
        if km <= PAIR_KM and not paired & {v for v in (a, b) if loose[v]}:
            paired |= {a, b}
            ends = {edge: flags for edge, flags in drawing.edges.items()
                    if a in edge or b in edge}
            drawing.link(a, b, all(flags[0] for flags in ends.values()))
            drawing.mends.append(Mend("dateline_paired", -1, 180.0, float(lat[a]), km))
    for end in [*east.tolist(), *west.tolist()]:
        if loose[end] and end not in paired:
            drawing.mends.append(
                Mend("dateline_unpaired", -1, float(lon[end]), float(lat[end]), 0.0))


def _snap_landings(drawing: Drawing, places: Floats, snap_km: float) -> list[int]:
    """Put each landing that lies on a line onto it; return the numbers of those that do not."""
    far: list[int] = []
    ends = np.flatnonzero(drawing.degree() == 1) if drawing.edges else np.array([], dtype=int)
    gaps = (distance_km(places[:, :1], places[:, 1:], np.array(drawing.lon)[ends][None, :],
                        np.array(drawing.lat)[ends][None, :])
            if len(places) and len(ends) else np.full((len(places), 0), np.inf))
    free = set(range(len(places)))
    for flat in np.argsort(gaps, axis=None, kind="stable"):
        place, end = divmod(int(flat), gaps.shape[1])
        km, vertex = float(gaps[place, end]), int(ends[end])
        if km > snap_km:
            break
        if vertex in drawing.landing or (place not in free and km > WELD_KM):
            continue
        if place not in free:
            merge_vertices(drawing, vertex, vertex_of(drawing, place))
            continue
        free.discard(place)
        _settle(drawing, vertex, place, places, "end_moved_to_landing", km)
    for place in sorted(free):
        km, edge, share = nearest_edge(drawing, places[place])
        if km > snap_km:
            far.append(place)
            continue
        vertex = vertex_at(drawing, edge, share)
        if vertex in drawing.landing:
            far.append(place)
            continue
        _settle(drawing, vertex, place, places, "split_at_landing", km)
    return far


def _close_gaps(drawing: Drawing) -> None:
    """Draw a loose end on to another part of the cable that passes within JOIN_KM of it."""
    while True:
        if drawing.parts() < 2:
            return
        label = drawing.labels()
        loose = [v for v in np.flatnonzero(drawing.degree() == 1).tolist()
                 if v not in drawing.landing]
        found = []
        for end in loose:
            others = [edge for edge in drawing.edges if label[edge[0]] != label[end]]
            place = np.array([drawing.lon[end], drawing.lat[end]])
            km, edge, share = nearest_edge(drawing, place, others)
            found.append((km, end, edge, share))
        if not found or min(found)[0] > JOIN_KM:
            return
        km, end, edge, share = min(found)
        built = all(flags[0] for key, flags in drawing.edges.items() if end in key)
        drawing.link(end, vertex_at(drawing, edge, share), built)
        drawing.mends.append(Mend("gap_closed", -1, drawing.lon[end], drawing.lat[end], km))


def _reach_landings(drawing: Drawing, places: Floats, far: list[int]) -> None:
    """Join each landing off the line by the shortest added piece, nearest landings first."""
    if not drawing.edges:
        for place in far:
            drawing.landing[drawing.add_vertex(*places[place])] = place
        return
    for _, place in sorted((nearest_edge(drawing, places[place])[0], place) for place in far):
        lon, lat = map(float, places[place])
        km, edge, share = nearest_edge(drawing, places[place])
        loose = [v for v in np.flatnonzero(drawing.degree() == 1).tolist()
                 if v not in drawing.landing]
        away = distance_km(lon, lat, np.array(drawing.lon)[loose], np.array(drawing.lat)[loose])
        if len(loose) and float(np.min(away)) <= REACH * km + WELD_KM:
            vertex, kind = loose[int(np.argmin(away))], "line_drawn_on_to_landing"
        else:
            vertex, kind = vertex_at(drawing, edge, share), "connector_added"
        is_built = any(flags[0] for key, flags in drawing.edges.items() if vertex in key)
        own = drawing.add_vertex(lon, lat)
        drawing.link(vertex, own, is_built, kind == "connector_added")
        drawing.landing[own] = place
        gap = float(distance_km(lon, lat, drawing.lon[vertex], drawing.lat[vertex]))
        drawing.mends.append(Mend(kind, place, lon, lat, gap))


def _settle(drawing: Drawing, vertex: int, place: int, places: Floats, kind: str,
            km: float) -> None:
    """Make a vertex the landing: it takes the landing's coordinates."""
    lon, lat = map(float, places[place])
    if kind == "split_at_landing" or km > WELD_KM:
        drawing.mends.append(Mend(kind, place, lon, lat, km))
    drawing.lon[vertex], drawing.lat[vertex] = lon, lat
    drawing.landing[vertex] = place
