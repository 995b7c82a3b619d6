"""The world in tiles, each with what a disk can hit near it, drawn in a plane of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from cablenet.geo import geodesic
from cablenet.network import LINK_KINDS, NODE_KINDS, Network

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Shapes = NDArray[np.object_]
Box = tuple[float, float, float, float]
SECTIONS = [LINK_KINDS.index("wet"), LINK_KINDS.index("land")]
STATION = NODE_KINDS.index("station")
TILE_DEGREES = 2.5
LEG_KM = 25.0
"""The step of `geodesic.nearest_on_line`: lines are straight between the same points as there."""
QUARTER_STEPS = 32


@dataclass(frozen=True, eq=False)
class Items:
    """What a disk can hit: item i is `links[i]` along the points whose `owner` is i.

    Sections come first, `section` are their link numbers; then stations, of one point each.
    """

    xy: Floats
    owner: Ints
    section: Ints
    links: list[Ints]


@dataclass(frozen=True, eq=False)
class Tile:
    """The part of the world whose middle is lon, lat, drawn azimuthally in km about it.

    `shape` is each item near it in the plane, `item` its number; `box` encloses all centres of
    the tile.
    """

    lon: float
    lat: float
    box: Box
    item: Ints
    shape: Shapes
    edge: Shapes


def items_of(net: Network) -> Items:
    """The sections in service and the stations where any link in service ends."""
    links, nodes, live = net.links, net.nodes, net.links.in_service
    section = np.flatnonzero(np.isin(links.kind, SECTIONS) & live)
    dense = [geodesic.densify(links.geometry[link], LEG_KM)[0] for link in section]
    taken = [np.array([link], np.int64) for link in section]
    for node in np.flatnonzero(nodes.kind == STATION).tolist():
        ends = net.links_at_node(node)
        if live[ends].any():
            dense.append(np.array([[nodes.lon[node], nodes.lat[node]]]))
            taken.append(np.unique(ends[live[ends]]))
    return Items(np.concatenate(dense) if dense else np.zeros((0, 2)),
                 np.repeat(np.arange(len(dense)), [len(xy) for xy in dense]).astype(np.int64),
                 section, taken)


def tiles(items: Items, radius_km: float, touched: Ints | None = None) -> Iterator[Tile]:
    """The tiles, from the south, that hold a centre from which anything is hit.

    `touched` leaves only those near one of these links.
    """
    if not len(items.xy):
        return
    wanted = np.ones(len(items.links), bool) if touched is None else np.array(
        [bool(np.isin(links, touched).any()) for links in items.links])
    tree = cKDTree(on_sphere(items.xy[:, 0], items.xy[:, 1]))
    leg = geodesic.distance_km(*items.xy[:-1].T, *items.xy[1:].T)
    longest = leg[items.owner[1:] == items.owner[:-1]].max(initial=0.0)
    for south in np.arange(-90.0, 90.0, TILE_DEGREES).tolist():
        lat = south + TILE_DEGREES / 2
        columns, box = _band(south)
        corner = max(np.hypot(x, y) for x in box[::2] for y in box[1::2])
        reach = 1.01 * (corner + radius_km + longest)
        middles = -180.0 + 360.0 * (np.arange(columns) + 0.5) / columns
        near = tree.query_ball_point(on_sphere(middles, np.full(columns, lat)), reach)
        for lon, points in zip(middles.tolist(), near, strict=True):
            if points and wanted[items.owner[points]].any():
                yield _tile(items, lon, lat, box, np.sort(np.array(points, np.int64)), radius_km)


def _band(south: float) -> tuple[int, Box]:
    """How many tiles a band of latitude has, and the box round each in its own plane."""
    north, lat = south + TILE_DEGREES, south + TILE_DEGREES / 2
    widest = np.cos(np.radians(min(abs(south), abs(north))))
    columns = int(np.ceil(360.0 * widest / TILE_DEGREES))
    across, up = np.linspace(-180.0 / columns, 180.0 / columns, 33), np.linspace(south, north, 33)
    lons = np.concatenate([across, across, np.full(33, across[0]), np.full(33, across[-1])])
    lats = np.concatenate([np.full(33, south), np.full(33, north), up, up])
    rim = plane(0.0, lat, lons, lats)
    (west, low), (east, high) = rim.min(axis=0) - 0.1, rim.max(axis=0) + 0.1
    return columns, (float(west), float(low), float(east), float(high))


def _tile(items: Items, lon: float, lat: float, box: Box,
          near: Ints, radius_km: float) -> Tile:
    """The items near one tile in its plane, and the edges of all that hits them."""
    owner = items.owner
    near = np.union1d(near, np.concatenate([near - 1, near + 1]))
    near = near[(near >= 0) & (near < len(owner))]
    xy = plane(lon, lat, items.xy[near, 0], items.xy[near, 1])
    leg = np.flatnonzero((np.diff(near) == 1) & (owner[near[1:]] == owner[near[:-1]]))
    legs = shapely.linestrings(np.stack([xy[leg], xy[leg + 1]], axis=1))
    spots = np.flatnonzero(owner[near] >= len(items.section))
    parts = np.concatenate([legs, shapely.points(xy[spots])])
    mine = np.concatenate([owner[near[leg]], owner[near[spots]]])
    close = shapely.dwithin(parts, shapely.box(*box), radius_km)
    parts, mine = parts[close], mine[close]
    item, start = np.unique(mine, return_index=True)
    if not len(item):
        return Tile(lon, lat, box, item, np.array([], object), np.array([], object))
    groups = np.split(parts, start[1:])
    shape = np.array([shapely.multilinestrings(group) if number < len(items.section)
                      else group[0] for number, group in zip(item, groups, strict=True)], object)
    round_legs = shapely.buffer(parts, radius_km - 3 * margin_km(radius_km),
                                quad_segs=QUARTER_STEPS)
    whole = [shapely.union_all(group) for group in np.split(round_legs, start[1:])]
    edge = shapely.clip_by_rect(shapely.boundary(np.array(whole, object)), *box)
    return Tile(lon, lat, box, item, shape, edge)


def margin_km(radius_km: float) -> float:
    """How far apart the radii of the edges, of the crossings and of the final test are."""
    return max(1e-4 * radius_km, 0.001)


def plane(lon: float, lat: float, lons: Floats, lats: Floats) -> Floats:
    """(K, 2) km east and north of lon, lat: true in distance and direction from there."""
    azimuth, _, metres = geodesic.GEOD.inv(np.full(len(lons), lon), np.full(len(lons), lat),
                                           lons, lats)
    angle = np.radians(np.asarray(azimuth))
    away = np.asarray(metres) / 1000.0
    return np.column_stack([away * np.sin(angle), away * np.cos(angle)])


def on_sphere(lon: ArrayLike, lat: ArrayLike) -> Floats:
    """Points on a sphere, km; a chord there is less than 1.01 of the geodesic on WGS84."""
    x, y = np.radians(np.asarray(lon, float)), np.radians(np.asarray(lat, float))
    return geodesic.EARTH_RADIUS_KM * np.stack(
        [np.cos(y) * np.cos(x), np.cos(y) * np.sin(x), np.sin(y)], axis=-1)
