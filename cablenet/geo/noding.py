"""Drawn lines of one cable into joints and sections: weld, pair at the dateline, split at landings.

Maps draw a cable as loose pieces: a branch ends on an inner vertex of the trunk, a Pacific line
stops at one side of the 180th meridian and goes on at the other, and a landing may lie half-way
along a line. Here the pieces become a graph whose joints are landings, junctions and loose ends
and whose sections run from joint to joint. Nothing is invented silently: each change is a
`Mend` with its place and its distance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from cablenet.geo.dateline import unwrap_lons
from cablenet.geo.geodesic import EARTH_RADIUS_KM, KM_PER_DEGREE, distance_km, wrap_lon

Floats = NDArray[np.float64]

WELD_KM = 0.02
"""Vertices nearer than this are one: drawings repeat a vertex to about a metre."""
PAIR_KM = 60.0
"""Ends nearer than this on the two sides of the dateline are one line."""
SNAP_KM = 1.0
"""A landing nearer than this to a line lies on it (97 % of those of a world map do)."""
AT_DATELINE_DEGREES = 0.1
JOIN_KM = 5.0
"""A loose end nearer than this to another part of its cable was meant to meet it (assumed)."""
REACH = 1.25
"""A loose end this many times farther than the nearest line is still the better place to join."""


@dataclass(frozen=True)
class Mend:
    """One change made to a drawing; `place` is the landing's number or -1."""

    kind: str
    place: int
    lon: float
    lat: float
    km: float


@dataclass(frozen=True)
class Joint:
    """Where sections meet: a landing (`place` >= 0), a junction, or a loose end (`degree` 1)."""

    place: int
    lon: float
    lat: float
    degree: int


@dataclass(frozen=True, eq=False)
class Section:
    """A line between two joints; `connector` says that it was added, not drawn."""

    start: int
    end: int
    coordinates: Floats
    is_built: bool
    connector: bool


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


@dataclass
class _Drawing:
    """The working copy: vertices, edges (built, connector), landings by vertex, mends."""

    lon: list[float]
    lat: list[float]
    edges: dict[tuple[int, int], tuple[bool, bool]]
    landing: dict[int, int] = field(default_factory=dict)
    mends: list[Mend] = field(default_factory=list)

    def degree(self) -> NDArray[np.int64]:
        ends = np.array(list(self.edges), dtype=np.int64).reshape(-1, 2)
        return np.bincount(ends.ravel(), minlength=len(self.lon))

    def add_vertex(self, lon: float, lat: float) -> int:
        self.lon.append(lon)
        self.lat.append(lat)
        return len(self.lon) - 1

    def link(self, a: int, b: int, built: bool, connector: bool = False) -> None:
        if a != b:
            key = (min(a, b), max(a, b))
            old = self.edges.get(key)
            self.edges[key] = (built or old[0], connector and old[1]) if old else (built, connector)

    def split(self, edge: tuple[int, int], lon: float, lat: float) -> int:
        built, connector = self.edges.pop(edge)
        middle = self.add_vertex(lon, lat)
        self.link(edge[0], middle, built, connector)
        self.link(middle, edge[1], built, connector)
        return middle

    def parts(self) -> int:
        used = np.unique(np.array(list(self.edges), dtype=np.int64).reshape(-1, 2))
        return len(set(self.labels()[used])) if len(used) else 0

    def labels(self) -> NDArray[np.int32]:
        ends = np.array(list(self.edges), dtype=np.int64).reshape(-1, 2)
        return _components(ends, len(self.lon))


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
    drawing, t_junctions = _welded(pieces, built, weld_km)
    parts_welded = drawing.parts()
    _pair_at_dateline(drawing)
    parts_paired = drawing.parts()
    far = _snap_landings(drawing, places, snap_km)
    _close_gaps(drawing)
    _reach_landings(drawing, places, far)
    parts_left = drawing.parts()
    joints, sections = _contract(drawing)
    return Noded(joints, sections, tuple(drawing.mends), len(pieces), parts_welded, parts_paired,
                 parts_left, t_junctions)


def _welded(pieces: Sequence[Floats], built: Sequence[bool],
            weld_km: float) -> tuple[_Drawing, int]:
    """Give vertices that coincide one number; count the ends that rest on an inner vertex."""
    pieces = [np.asarray(piece, float) for piece in pieces]
    if not pieces:
        return _Drawing([], [], {}), 0
    points = np.vstack(pieces)
    sphere = _on_sphere(points[:, 0], points[:, 1])
    pairs = cKDTree(sphere).query_pairs(weld_km, output_type="ndarray").astype(np.int64)
    label = _components(pairs, len(points))
    _, first, number = np.unique(label, return_index=True, return_inverse=True)
    order = np.argsort(np.argsort(first))
    number, first = order[number], np.sort(first)
    drawing = _Drawing([wrap_lon(lon) for lon in points[first, 0].tolist()],
                       points[first, 1].tolist(), {})
    at, inner, ends = 0, set[int](), list[int]()
    for piece, is_built in zip(pieces, built, strict=True):
        run = number[at:at + len(piece)].tolist()
        at += len(piece)
        for a, b in zip(run[:-1], run[1:], strict=True):
            drawing.link(a, b, is_built)
        inner.update(run[1:-1])
        ends += [run[0], run[-1]]
    return drawing, sum(end in inner for end in ends)


def _pair_at_dateline(drawing: _Drawing) -> None:
    """Join loose ends that face each other across the 180th meridian, nearest first."""
    if not drawing.edges:
        return
    lon, lat = np.array(drawing.lon), np.array(drawing.lat)
    loose = drawing.degree() == 1
    east = np.flatnonzero(lon >= 180 - AT_DATELINE_DEGREES)
    west = np.flatnonzero(lon <= -180 + AT_DATELINE_DEGREES)
    options = sorted(
        (float(distance_km(lon[a], lat[a], lon[b], lat[b])), int(a), int(b))
        for a in east for b in west
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


def _snap_landings(drawing: _Drawing, places: Floats, snap_km: float) -> list[int]:
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
            _merge(drawing, vertex, _vertex_of(drawing, place))
            continue
        free.discard(place)
        _settle(drawing, vertex, place, places, "end_moved_to_landing", km)
    for place in sorted(free):
        km, edge, share = _nearest(drawing, places[place])
        if km > snap_km:
            far.append(place)
            continue
        vertex = _vertex_at(drawing, edge, share)
        if vertex in drawing.landing:
            far.append(place)
            continue
        _settle(drawing, vertex, place, places, "split_at_landing", km)
    return far


def _close_gaps(drawing: _Drawing) -> None:
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
            km, edge, share = _nearest(drawing, place, others)
            found.append((km, end, edge, share))
        if not found or min(found)[0] > JOIN_KM:
            return
        km, end, edge, share = min(found)
        built = all(flags[0] for key, flags in drawing.edges.items() if end in key)
        drawing.link(end, _vertex_at(drawing, edge, share), built)
        drawing.mends.append(Mend("gap_closed", -1, drawing.lon[end], drawing.lat[end], km))


def _reach_landings(drawing: _Drawing, places: Floats, far: list[int]) -> None:
    """Join each landing off the line by the shortest added piece, nearest landings first."""
    if not drawing.edges:
        for place in far:
            drawing.landing[drawing.add_vertex(*places[place])] = place
        return
    for _, place in sorted((_nearest(drawing, places[place])[0], place) for place in far):
        lon, lat = map(float, places[place])
        km, edge, share = _nearest(drawing, places[place])
        loose = [v for v in np.flatnonzero(drawing.degree() == 1).tolist()
                 if v not in drawing.landing]
        away = distance_km(lon, lat, np.array(drawing.lon)[loose], np.array(drawing.lat)[loose])
        if len(loose) and float(np.min(away)) <= REACH * km + WELD_KM:
            vertex, kind = loose[int(np.argmin(away))], "line_drawn_on_to_landing"
        else:
            vertex, kind = _vertex_at(drawing, edge, share), "connector_added"
        is_built = any(flags[0] for key, flags in drawing.edges.items() if vertex in key)
        own = drawing.add_vertex(lon, lat)
        drawing.link(vertex, own, is_built, kind == "connector_added")
        drawing.landing[own] = place
        gap = float(distance_km(lon, lat, drawing.lon[vertex], drawing.lat[vertex]))
        drawing.mends.append(Mend(kind, place, lon, lat, gap))


def _settle(drawing: _Drawing, vertex: int, place: int, places: Floats, kind: str,
            km: float) -> None:
    """Make a vertex the landing: it takes the landing's coordinates."""
    lon, lat = map(float, places[place])
    if kind == "split_at_landing" or km > WELD_KM:
        drawing.mends.append(Mend(kind, place, lon, lat, km))
    drawing.lon[vertex], drawing.lat[vertex] = lon, lat
    drawing.landing[vertex] = place


def _merge(drawing: _Drawing, vertex: int, into: int) -> None:
    for edge in [edge for edge in drawing.edges if vertex in edge]:
        built, connector = drawing.edges.pop(edge)
        other = edge[0] if edge[1] == vertex else edge[1]
        drawing.link(other, into, built, connector)


def _vertex_of(drawing: _Drawing, place: int) -> int:
    return next(vertex for vertex, own in drawing.landing.items() if own == place)


def _nearest(drawing: _Drawing, place: Floats, among: Sequence[tuple[int, int]] | None = None,
             ) -> tuple[float, tuple[int, int], float]:
    """The nearest edge to a place: km, edge, and the share of the edge where it is nearest.

    Works in a plane about the place, true to scale there; the distance told is the geodesic.
    """
    keys = list(drawing.edges if among is None else among)
    if not keys:
        return np.inf, (-1, -1), 0.0
    ends = np.array(keys)
    lon, lat = np.array(drawing.lon), np.array(drawing.lat)
    east = KM_PER_DEGREE * max(0.02, np.cos(np.radians(place[1])))
    x = (lon[ends[:, 0]] - place[0] + 180.0) % 360.0 - 180.0
    run = (lon[ends[:, 1]] - lon[ends[:, 0]] + 180.0) % 360.0 - 180.0
    start = np.column_stack([x * east, (lat[ends[:, 0]] - place[1]) * KM_PER_DEGREE])
    leg = np.column_stack([run * east,
                           (lat[ends[:, 1]] - lat[ends[:, 0]]) * KM_PER_DEGREE])
    square = np.maximum((leg**2).sum(axis=1), 1e-18)
    share = np.clip(-(start * leg).sum(axis=1) / square, 0.0, 1.0)
    i = int(np.argmin(np.hypot(*(start + share[:, None] * leg).T)))
    lon_at, lat_at = lon[ends[i, 0]] + share[i] * run[i], _between(lat, ends[i], share[i])
    return (float(distance_km(place[0], place[1], lon_at, lat_at)), keys[i], float(share[i]))


def _between(values: Floats, ends: NDArray[np.int64], share: float) -> float:
    return float(values[ends[0]] + share * (values[ends[1]] - values[ends[0]]))


def _vertex_at(drawing: _Drawing, edge: tuple[int, int], share: float) -> int:
    """The vertex at a share of an edge: one of its ends when that is near, else a new one."""
    a, b = edge
    run = (drawing.lon[b] - drawing.lon[a] + 180.0) % 360.0 - 180.0
    lon = drawing.lon[a] + share * run
    lat = drawing.lat[a] + share * (drawing.lat[b] - drawing.lat[a])
    for end in edge:
        if float(distance_km(lon, lat, drawing.lon[end], drawing.lat[end])) <= WELD_KM:
            return end
    return drawing.split(edge, wrap_lon(lon), lat)


def _contract(drawing: _Drawing) -> tuple[tuple[Joint, ...], tuple[Section, ...]]:
    """Walk from joint to joint; joints are landings, forks, loose ends and where building stops."""
    near: dict[int, list[int]] = {}
    for a, b in drawing.edges:
        near.setdefault(a, []).append(b)
        near.setdefault(b, []).append(a)
    is_joint = {
        v: v in drawing.landing or len(next_to) != 2
        or len({drawing.edges[min(v, o), max(v, o)][0] for o in next_to}) > 1
        for v, next_to in near.items()
    }
    is_joint |= {v: True for v in drawing.landing if v not in near}
    order = sorted((v for v, joint in is_joint.items() if joint),
                   key=lambda v: (drawing.landing.get(v, len(drawing.lon)), v))
    runs, left = [], set(drawing.edges)
    _walk(order, near, is_joint, left, runs)
    while left:
        start = min(min(left))
        is_joint[start] = True
        _walk([start], near, is_joint, left, runs)
    pieces = [part for run in runs for part in _without_loop(run)]
    number: dict[int, int] = {}
    for vertex in [*sorted(drawing.landing, key=lambda v: drawing.landing[v]),
                   *(end for run in pieces for end in (run[0], run[-1]))]:
        number.setdefault(vertex, len(number))
    degree = np.bincount([number[end] for run in pieces for end in (run[0], run[-1])],
                         minlength=len(number))
    joints = tuple(Joint(drawing.landing.get(v, -1), drawing.lon[v], drawing.lat[v], int(degree[n]))
                   for v, n in number.items())
    return joints, tuple(_section(drawing, run, number) for run in pieces)


def _walk(starts: Sequence[int], near: dict[int, list[int]], is_joint: dict[int, bool],
          left: set[tuple[int, int]], runs: list[list[int]]) -> None:
    """Follow every unwalked edge of the starts, breadth first, so that numbers run along the cable."""
    for first in starts:
        queue = [first]
        for vertex in queue:
            for other in near.get(vertex, []):
                if (min(vertex, other), max(vertex, other)) not in left:
                    continue
                run = [vertex, other]
                left.discard((min(vertex, other), max(vertex, other)))
                while not is_joint[run[-1]]:
                    onward = next(o for o in near[run[-1]] if o != run[-2])
                    left.discard((min(run[-1], onward), max(run[-1], onward)))
                    run.append(onward)
                runs.append(run)
                queue.append(run[-1])


def _without_loop(run: list[int]) -> list[list[int]]:
    """A run that returns to its start becomes two runs that meet half-way round."""
    if run[0] != run[-1]:
        return [run]
    middle = len(run) // 2
    return [run[:middle + 1], run[middle:]]


def _section(drawing: _Drawing, run: list[int], number: dict[int, int]) -> Section:
    flags = [drawing.edges[min(a, b), max(a, b)] for a, b in zip(run[:-1], run[1:], strict=True)]
    lon = unwrap_lons(np.array([drawing.lon[v] for v in run]))
    lat = np.array([drawing.lat[v] for v in run])
    return Section(number[run[0]], number[run[-1]], np.column_stack([lon, lat]),
                   flags[0][0], all(connector for _, connector in flags))


def _on_sphere(lon: Floats, lat: Floats) -> Floats:
    east, north = np.radians(lon), np.radians(lat)
    return EARTH_RADIUS_KM * np.column_stack([
        np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)])


def _components(pairs: NDArray[np.int64], count: int) -> NDArray[np.int32]:
    """The component number of each of `count` things that the pairs join."""
    ones = np.ones(len(pairs), dtype=np.int8)
    graph = coo_matrix((ones, (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int32)
