"""The working copy of one cable's drawing: vertices, edges, landings, and the nearest place.

Vertices that coincide are one; an edge knows whether it is built and whether it was added.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from cablenet.geo.geodesic import EARTH_RADIUS_KM, KM_PER_DEGREE, distance_km, wrap_lon

Floats = NDArray[np.float64]
Edge = tuple[int, int]

WELD_KM = 0.02
"""Vertices nearer than this are one: drawings repeat a vertex to about a metre."""


@dataclass(frozen=True)
class Mend:
    """One change made to a drawing; `place` is the landing's number or -1."""

    kind: str
    place: int
    lon: float
    lat: float
    km: float


@dataclass
class Drawing:
    """The working copy: vertices, edges (built, connector), landings by vertex, mends."""

    lon: list[float]
    lat: list[float]
    edges: dict[Edge, tuple[bool, bool]]
    landing: dict[int, int] = field(default_factory=dict)
    mends: list[Mend] = field(default_factory=list)

    def ends(self) -> NDArray[np.int64]:
        return np.array(list(self.edges), dtype=np.int64).reshape(-1, 2)

    def degree(self) -> NDArray[np.int64]:
        return np.bincount(self.ends().ravel(), minlength=len(self.lon))

    def loose(self) -> list[int]:
        return [v for v in np.flatnonzero(self.degree() == 1).tolist() if v not in self.landing]

    def add_vertex(self, lon: float, lat: float) -> int:
        self.lon.append(lon)
        self.lat.append(lat)
        return len(self.lon) - 1

    def link(self, a: int, b: int, built: bool, connector: bool = False) -> None:
        if a != b:
            key = (min(a, b), max(a, b))
            old = self.edges.get(key)
            self.edges[key] = (built or old[0], connector and old[1]) if old else (built, connector)

    def split(self, edge: Edge, lon: float, lat: float) -> int:
        built, connector = self.edges.pop(edge)
        middle = self.add_vertex(lon, lat)
        self.link(edge[0], middle, built, connector)
        self.link(middle, edge[1], built, connector)
        return middle

    def parts(self) -> int:
        label = self.labels()
        return len({int(label[a]) for a, _ in self.edges})

    def labels(self) -> NDArray[np.int64]:
        return components(self.ends(), len(self.lon))

    def is_built_at(self, vertex: int) -> bool:
        """Whether every edge at a vertex is built."""
        return all(built for edge, (built, _) in self.edges.items() if vertex in edge)


def welded(pieces: Sequence[Floats], built: Sequence[bool],
           weld_km: float) -> tuple[Drawing, int]:
    """Give vertices that coincide one number; count the ends that rest on an inner vertex."""
    pieces = [np.asarray(piece, float) for piece in pieces]
    if not pieces:
        return Drawing([], [], {}), 0
    points = np.vstack(pieces)
    sphere = on_sphere(points[:, 0], points[:, 1])
    pairs = cKDTree(sphere).query_pairs(weld_km, output_type="ndarray").astype(np.int64)
    label = components(pairs, len(points))
    first, number = np.unique(label, return_inverse=True)
    drawing = Drawing([lon if abs(lon) <= 180 else wrap_lon(lon)
                       for lon in points[first, 0].tolist()], points[first, 1].tolist(), {})
    at, inner, ends = 0, set[int](), list[int]()
    for piece, is_built in zip(pieces, built, strict=True):
        run = number[at:at + len(piece)].tolist()
        at += len(piece)
        for a, b in pairwise(run):
            drawing.link(a, b, is_built)
        inner.update(run[1:-1])
        ends += [run[0], run[-1]]
    return drawing, sum(end in inner for end in ends)


def merge_vertices(drawing: Drawing, vertex: int, into: int) -> None:
    """Let one vertex take over the edges of another."""
    for edge in [edge for edge in drawing.edges if vertex in edge]:
        built, connector = drawing.edges.pop(edge)
        other = edge[0] if edge[1] == vertex else edge[1]
        drawing.link(other, into, built, connector)


def vertex_of(drawing: Drawing, place: int) -> int:
    """The vertex a landing was put on."""
    return next(vertex for vertex, own in drawing.landing.items() if own == place)


def nearest_edge(drawing: Drawing, place: Floats,
                 among: NDArray[np.int64] | None = None,
                 vertices: tuple[Floats, Floats] | None = None) -> tuple[float, Edge, float]:
    """The nearest edge to a place: km, edge, and the share of the edge where it is nearest.

    Works in a plane about the place, true to scale there; the distance told is the geodesic.
    `among` (E, 2) limits the edges that are asked; `vertices` are lon and lat of all vertices, for
    callers that ask often.
    """
    ends = drawing.ends() if among is None else among
    if not len(ends):
        return np.inf, (-1, -1), 0.0
    lon, lat = vertices or (np.array(drawing.lon), np.array(drawing.lat))
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
    return (float(distance_km(place[0], place[1], lon_at, lat_at)),
            (int(ends[i, 0]), int(ends[i, 1])), float(share[i]))


def _between(values: Floats, ends: NDArray[np.int64], share: float) -> float:
    return float(values[ends[0]] + share * (values[ends[1]] - values[ends[0]]))


def vertex_at(drawing: Drawing, edge: Edge, share: float) -> int:
    """The vertex at a share of an edge: one of its ends when that is near, else a new one."""
    a, b = edge
    run = (drawing.lon[b] - drawing.lon[a] + 180.0) % 360.0 - 180.0
    lon = drawing.lon[a] + share * run
    lat = drawing.lat[a] + share * (drawing.lat[b] - drawing.lat[a])
    for end in edge:
        if float(distance_km(lon, lat, drawing.lon[end], drawing.lat[end])) <= WELD_KM:
            return end
    return drawing.split(edge, wrap_lon(lon), lat)


def on_sphere(lon: Floats, lat: Floats) -> Floats:
    """Places as points in space, km from the centre of a round earth."""
    east, north = np.radians(lon), np.radians(lat)
    return EARTH_RADIUS_KM * np.column_stack([
        np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)])


def components(pairs: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """The component number of each of `count` things that the pairs join: its least member.

    Plain union-find: a cable has a few dozen pairs, too few for a sparse matrix to pay.
    """
    root = list(range(count))

    def find(thing: int) -> int:
        while root[thing] != thing:
            root[thing] = root[root[thing]]
            thing = root[thing]
        return thing

    for a, b in pairs.tolist():
        first, second = sorted((find(a), find(b)))
        root[second] = first
    return np.array([find(thing) for thing in range(count)], dtype=np.int64)
