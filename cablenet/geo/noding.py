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
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from cablenet.geo.drawing import (
    WELD_KM,
    Drawing,
    Floats,
    Mend,
    merge_vertices,
    nearest_edge,
    on_sphere,
    vertex_at,
    vertex_of,
    welded,
)
from cablenet.geo.geodesic import distance_km
from cablenet.geo.sections import Joint, Section, contract

Ints = NDArray[np.int64]

PAIR_KM = 60.0
"""Ends nearer than this on the two sides of the dateline are one line."""
SNAP_KM = 1.0
"""A landing nearer than this to a line lies on it (97 % of those of a world map do)."""
AT_DATELINE_DEGREES = 0.1
JOIN_KM = 5.0
"""A loose end nearer than this to another part of its cable was meant to meet it (assumed)."""
JOIN_DEGREES = JOIN_KM / 110.0
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
    lon, lat = np.array(drawing.lon), np.array(drawing.lat)
    loose = drawing.degree() == 1
    east = np.flatnonzero(lon >= 180 - AT_DATELINE_DEGREES)
    west = np.flatnonzero(lon <= -180 + AT_DATELINE_DEGREES)
    options = [(km, a, b) for km, a, b in _near_pairs(lon[east], lat[east], lon[west], lat[west],
                                                      PAIR_KM, east, west)
               if (loose[a] or loose[b]) and (min(a, b), max(a, b)) not in drawing.edges]
    paired: set[int] = set()
    for km, a, b in options:
        if not paired & {v for v in (a, b) if loose[v]}:
            paired |= {a, b}
            drawing.link(a, b, drawing.is_built_at(a) and drawing.is_built_at(b))
            drawing.mends.append(Mend("dateline_paired", -1, 180.0, float(lat[a]), km))
    for end in [*east.tolist(), *west.tolist()]:
        if loose[end] and end not in paired:
            drawing.mends.append(
                Mend("dateline_unpaired", -1, float(lon[end]), float(lat[end]), 0.0))


def _near_pairs(lon_a: Floats, lat_a: Floats, lon_b: Floats, lat_b: Floats, most_km: float,
                names_a: Ints, names_b: Ints) -> list[tuple[float, int, int]]:
    """Pairs of places at most so far apart: geodesic km and the two names, nearest first."""
    if not len(lon_a) or not len(lon_b):
        return []
    near = cKDTree(on_sphere(lon_a, lat_a)).query_ball_tree(
        cKDTree(on_sphere(lon_b, lat_b)), most_km * 1.01)
    a = np.repeat(np.arange(len(near)), [len(found) for found in near])
    b = np.array([one for found in near for one in found], dtype=np.int64)
    km = distance_km(lon_a[a], lat_a[a], lon_b[b], lat_b[b])
    return sorted((float(d), int(names_a[i]), int(names_b[k]))
                  for d, i, k in zip(km, a, b, strict=True) if d <= most_km)


def _snap_landings(drawing: Drawing, places: Floats, snap_km: float) -> list[int]:
    """Put each landing that lies on a line onto it; return the numbers of those that do not."""
    far: list[int] = []
    ends = np.array(drawing.loose(), dtype=np.int64)
    lon, lat = np.array(drawing.lon), np.array(drawing.lat)
    free = set(range(len(places)))
    for km, place, vertex in _near_pairs(places[:, 0], places[:, 1], lon[ends], lat[ends], snap_km,
                                         np.arange(len(places)), ends):
        if vertex in drawing.landing or (place not in free and km > WELD_KM):
            continue
        if place not in free:
            merge_vertices(drawing, vertex, vertex_of(drawing, place))
            continue
        free.discard(place)
        _settle(drawing, vertex, place, places, "end_moved_to_landing", km)
    for place in sorted(free):
        km, edge, share = nearest_edge(drawing, places[place])
        vertex = vertex_at(drawing, edge, share) if km <= snap_km else -1
        if vertex < 0 or vertex in drawing.landing:
            far.append(place)
        else:
            _settle(drawing, vertex, place, places, "split_at_landing", km)
    return far


def _close_gaps(drawing: Drawing) -> None:
    """Draw loose ends on to another part of the cable that passes within JOIN_KM, nearest first."""
    if drawing.parts() < 2:
        return
    ends, label = drawing.ends(), drawing.labels()
    vertices = np.array(drawing.lon), np.array(drawing.lat)
    part, lats = label[ends[:, 0]], vertices[1][ends]
    south, north = lats.min(axis=1) - JOIN_DEGREES, lats.max(axis=1) + JOIN_DEGREES
    found = []
    for end in drawing.loose():
        place = np.array([drawing.lon[end], drawing.lat[end]])
        others = ends[(part != label[end]) & (south <= place[1]) & (place[1] <= north)]
        km, _, _ = nearest_edge(drawing, place, others, vertices)
        if km <= JOIN_KM:
            found.append((km, end))
    for _, end in sorted(found):
        ends, label = drawing.ends(), drawing.labels()
        place = np.array([drawing.lon[end], drawing.lat[end]])
        others = ends[label[ends[:, 0]] != label[end]]
        km, edge, share = nearest_edge(drawing, place, others)
        if km <= JOIN_KM:
            built = drawing.is_built_at(end)
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
        loose = drawing.loose()
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
