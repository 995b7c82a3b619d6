"""Places: every maximal set of links that one geodesic disk can hit, found once and for all.

A disk of radius R about c hits a section when its drawn line comes within R of c, and a station
that stands within R of c, with all links that end there: as `areas.disk` does. A *place* is a
set hit by some disk and by no other disk along with more.

Why the list is complete
------------------------
Let B(i) be all centres from which item i (a section or a station) is hit. Let T be the items hit
from some centre c, so that c lies in K, a connected part of the intersection of all B(i), i in T.
Cut the world into tiles and look at K inside the tile of c. It is closed and bounded, so it has an
outer edge, made of arcs of the edges of the B(i) and of the tile. Walk round that edge. Either it
changes somewhere from one edge to another, at a crossing of two of them or at a corner of the tile;
or it is one whole closed ring of one edge. So it is enough to look at (1) all crossings of two
edges, (2) the corners of each tile, (3) one point on each ring: one of these *witnesses* lies in K
and is hit by all of T. Sets of the witnesses that lie inside another's are dropped; each T still
lies inside one that is kept.

What the arithmetic adds: the tolerance
---------------------------------------
Each tile is drawn azimuthally about its middle. On the ellipsoid, whose curvature is positive,
this never makes a distance shorter (Rauch), and over the 300 km at most that matter it makes it at
most 0.04 % longer. The edges are polygons drawn inside the true ones (0.03 %) at R less three
margins of 0.01 %, one each for the crossing, for the rounding of the centre to a millionth of a
degree and for the straightness of lines. A margin is at least 0.5 m. So

* each place is hit whole, and nothing else is, by the disk of radius R about its own centre;
* each disk of a radius up to R less `tolerance_km(R)` hits no more than some place holds.

Only a set that needs a radius between the two (24.973 and 25 km) may be missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from cablenet.errors import InputError
from cablenet.geo import geodesic
from cablenet.network import LINK_KINDS, NODE_KINDS, Network

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Shapes = NDArray[np.object_]
SECTIONS = [LINK_KINDS.index("wet"), LINK_KINDS.index("land")]
STATION = NODE_KINDS.index("station")
LOW_KM, HIGH_KM = 0.1, 100.0
TILE_DEGREES = 2.5
LEG_KM = 25.0
"""The step of `geodesic.nearest_on_line`: lines are straight between the same points as there."""
QUARTER_STEPS = 32
DECIMALS = 6
CHUNK = 20_000


def places(net: Network, radius_km: float = 25.0) -> list[tuple[str, str, Ints]]:
    """Every place as (id, name, links in service), from west to east.

    The id is `place:LON,LAT` of a centre: `areas.disk` there takes exactly these links, and what
    goes dark with them.

    Raises
    ------
    InputError
        a radius outside 0.1 to 100 km, for which the tolerance is not shown
    """
    if not LOW_KM <= radius_km <= HIGH_KM:
        raise InputError(f"places need a radius of {LOW_KM:g} to {HIGH_KM:g} km, "
                         f"not {radius_km:g}")
    items = _items(net)
    cells = [cell for tile in _tiles(items, radius_km) for cell in _cells(items, tile, radius_km)]
    cells = [cells[i] for i in _maximal([cell.hit for cell in cells])]
    hit = [_links_hit(net, items, cell, radius_km) for cell in cells]
    kept = sorted(_maximal([_bits(links) for links in hit]),
                  key=lambda i: (cells[i].lon, cells[i].lat))
    near = _near(net, [(cells[i].lon, cells[i].lat) for i in kept])
    return [(f"place:{cells[i].lon:.{DECIMALS}f},{cells[i].lat:.{DECIMALS}f}",
             f"{radius_km:g} km round {cells[i].lon:.2f}, {cells[i].lat:.2f}{beside}", hit[i])
            for i, beside in zip(kept, near, strict=True)]


def tolerance_km(radius_km: float) -> float:
    """How much smaller a disk must be than R to be sure to lie inside a listed place."""
    return 0.001 * radius_km + 0.0015


@dataclass(frozen=True, eq=False)
class _Items:
    """What a disk can hit: item i is `links[i]` along the points whose `owner` is i.

    Sections come first, by `section` (their link numbers), then stations, by `station` (nodes).
    """

    xy: Floats
    owner: Ints
    section: Ints
    station: Ints
    links: list[Ints]


@dataclass(frozen=True, eq=False)
class _Tile:
    """The part of the world whose middle is lon, lat, drawn azimuthally in km about it.

    `shape` is each item near it in the plane, `item` its number; `box` encloses all centres of
    the tile.
    """

    lon: float
    lat: float
    box: tuple[float, float, float, float]
    item: Ints
    shape: Shapes
    edge: Shapes


@dataclass(frozen=True)
class _Cell:
    """A centre, the items surely within R of it (as bits), and those to be measured again."""

    lon: float
    lat: float
    hit: int
    doubtful: tuple[int, ...]


def _items(net: Network) -> _Items:
    links, live = net.links, net.links.in_service
    section = np.flatnonzero(np.isin(links.kind, SECTIONS) & live)
    ends = [np.unique(found[live[found]]) for found in
            (net.links_at_node(int(node)) for node in np.flatnonzero(net.nodes.kind == STATION))]
    has_any = np.array([len(found) > 0 for found in ends], bool)
    station = np.flatnonzero(net.nodes.kind == STATION)[has_any]
    dense = [geodesic.densify(links.geometry[link], LEG_KM)[0] for link in section]
    dense += list(np.column_stack([net.nodes.lon[station], net.nodes.lat[station]])[:, None, :])
    taken = [np.array([link]) for link in section] + [found for found in ends if len(found)]
    return _Items(np.concatenate(dense) if dense else np.zeros((0, 2)),
                  np.repeat(np.arange(len(dense)), [len(xy) for xy in dense]).astype(np.int64),
                  section, station, taken)


def _tiles(items: _Items, radius_km: float) -> Iterator[_Tile]:
    """The tiles, from the south, that hold a centre from which anything is hit."""
    if not len(items.xy):
        return
    tree = cKDTree(_on_sphere(items.xy[:, 0], items.xy[:, 1]))
    for low in np.arange(-90.0, 90.0, TILE_DEGREES):
        high = low + TILE_DEGREES
        widest = np.cos(np.radians(min(abs(low), abs(high))))
        columns = int(np.ceil(360.0 * widest / TILE_DEGREES))
        share = np.linspace(0.0, 1.0, 33)
        for column in range(columns):
            west = -180.0 + 360.0 * column / columns
            lons = np.concatenate([west + 360.0 / columns * share] * 2 + [
                np.full(33, west), np.full(33, west + 360.0 / columns)])
            lats = np.concatenate([np.full(33, low), np.full(33, high)]
                                  + [low + TILE_DEGREES * share] * 2)
            lon, lat = west + 180.0 / columns, low + TILE_DEGREES / 2
            rim = _plane(lon, lat, lons, lats)
            reach = 1.01 * (np.hypot(*rim.T).max() + radius_km + LEG_KM)
            near = np.array(tree.query_ball_point(_on_sphere(lon, lat), reach), np.int64)
            if len(near):
                box = (*(rim.min(axis=0) - 0.1), *(rim.max(axis=0) + 0.1))
                yield _tile(items, lon, lat, box, np.sort(near), radius_km)


def _tile(items: _Items, lon: float, lat: float, box: tuple[float, float, float, float],
          near: Ints, radius_km: float) -> _Tile:
    """The items near one tile in its plane, and the edges of all that hits them."""
    owner = items.owner
    near = np.union1d(near, np.concatenate([near - 1, near + 1]))
    near = near[(near >= 0) & (near < len(owner))]
    xy = _plane(lon, lat, items.xy[near, 0], items.xy[near, 1])
    leg = np.flatnonzero((np.diff(near) == 1) & (owner[near[1:]] == owner[near[:-1]]))
    legs = shapely.linestrings(np.stack([xy[leg], xy[leg + 1]], axis=1))
    spots = np.flatnonzero(owner[near] >= len(items.section))
    parts = np.concatenate([legs, shapely.points(xy[spots])])
    mine = np.concatenate([owner[near[leg]], owner[near[spots]]])
    close = shapely.dwithin(parts, shapely.box(*box), radius_km)
    parts, mine = parts[close], mine[close]
    item, start = np.unique(mine, return_index=True)
    if not len(item):
        return _Tile(lon, lat, box, item, np.array([], object), np.array([], object))
    groups = np.split(parts, start[1:])
    shape = np.array([shapely.multilinestrings(group) if number < len(items.section)
                      else group[0] for number, group in zip(item, groups, strict=True)], object)
    round_legs = shapely.buffer(parts, radius_km - 3 * _margin_km(radius_km),
                                quad_segs=QUARTER_STEPS)
    whole = [shapely.union_all(group) for group in np.split(round_legs, start[1:])]
    edge = shapely.clip_by_rect(shapely.boundary(np.array(whole, object)), *box)
    return _Tile(lon, lat, box, item, shape, edge)


def _cells(items: _Items, tile: _Tile, radius_km: float) -> list[_Cell]:
    """The largest sets hit from centres in one tile, each with a centre well inside its cell."""
    margin = _margin_km(radius_km)
    if not len(tile.item):
        return []
    tree = shapely.STRtree(tile.shape)
    witness = _witnesses(tile)
    rows, of_witness = _distinct_rows(tree, witness, radius_km - 2 * margin)
    kept = _maximal([_row_bits(row) for row in rows])
    count = np.bincount(of_witness, minlength=len(rows)).astype(float)
    middle = np.column_stack([np.bincount(of_witness, axis, len(rows)) / np.maximum(count, 1)
                              for axis in witness.T])
    first = np.full(len(rows), len(witness))
    np.minimum.at(first, of_witness, np.arange(len(witness)))
    cells = []
    for row in kept:
        for spot in (middle[row], witness[first[row]]):
            lon, lat = _rounded(tile, spot)
            point = shapely.points(_plane(tile.lon, tile.lat, np.array([lon]), np.array([lat])))
            sure = tree.query(point, "dwithin", distance=radius_km - margin)[1]
            if np.isin(np.flatnonzero(rows[row]), sure).all():
                break
        wide = tree.query(point, "dwithin", distance=1.001 * radius_km + margin)[1]
        cells.append(_Cell(lon, lat, _bits(tile.item[sure]),
                           tuple(np.sort(tile.item[np.setdiff1d(wide, sure)]).tolist())))
    return cells


def _witnesses(tile: _Tile) -> Floats:
    """Crossings of two edges, the corners of the tile, the ends of each arc, a point per ring."""
    first, second = shapely.STRtree(tile.edge).query(tile.edge, "intersects")
    pair = first < second
    low_x, low_y, high_x, high_y = tile.box
    crossing = shapely.intersection(tile.edge[first[pair]], tile.edge[second[pair]])
    arcs = shapely.get_parts(tile.edge)
    arcs = arcs[~shapely.is_empty(arcs)]
    found = [shapely.get_coordinates(crossing),
             shapely.get_coordinates(shapely.get_point(arcs, 0)),
             shapely.get_coordinates(shapely.get_point(arcs, -1)),
             np.array([(x, y) for x in (low_x, high_x) for y in (low_y, high_y)])]
    return np.unique(np.concatenate(found), axis=0)


def _distinct_rows(tree: shapely.STRtree, witness: Floats,
                   radius_km: float) -> tuple[NDArray[np.bool_], Ints]:
    """The distinct sets of shapes within a radius of the witnesses, and the one of each."""
    width = len(tree.geometries)
    packed = []
    for start in range(0, len(witness), CHUNK):
        points = shapely.points(witness[start:start + CHUNK])
        at, shape = tree.query(points, "dwithin", distance=radius_km)
        hit = np.zeros((len(points), width), bool)
        hit[at, shape] = True
        packed.append(np.packbits(hit, axis=1))
    rows = np.ascontiguousarray(np.concatenate(packed))
    _, first, of_witness = np.unique(rows.view(f"V{rows.shape[1]}").ravel(), return_index=True,
                                     return_inverse=True)
    return np.unpackbits(rows[first], axis=1, count=width).astype(bool), of_witness


def _maximal(sets: list[int]) -> list[int]:
    """The numbers of the sets (as bits) inside no other; of equal ones the first; none empty.

    Largest first, a set needs to be held only against those kept that have its rarest member.
    """
    often: dict[int, int] = {}
    members = [_members(bits) for bits in sets]
    for found in members:
        for member in found:
            often[member] = often.get(member, 0) + 1
    kept: list[int] = []
    having: dict[int, list[int]] = {}
    for i in sorted(range(len(sets)), key=lambda i: -len(members[i])):
        if not members[i]:
            continue
        rarest = min(members[i], key=often.__getitem__)
        if any(sets[i] & larger == sets[i] for larger in having.get(rarest, ())):
            continue
        kept.append(i)
        for member in members[i]:
            having.setdefault(member, []).append(sets[i])
    return sorted(kept)


def _links_hit(net: Network, items: _Items, cell: _Cell, radius_km: float) -> Ints:
    """The links that a disk about the cell's centre takes, doubtful items measured as it does."""
    hit = _members(cell.hit)
    for item in cell.doubtful:
        if item < len(items.section):
            line = net.links.geometry[items.section[item]]
            gap = geodesic.nearest_on_line(line, cell.lon, cell.lat)[0]
        else:
            lon, lat = items.xy[np.searchsorted(items.owner, item)]
            gap = float(geodesic.distance_km(lon, lat, cell.lon, cell.lat))
        if gap <= radius_km:
            hit.append(item)
    return np.unique(np.concatenate([items.links[item] for item in hit]))


def _near(net: Network, centres: list[tuple[float, float]]) -> list[str]:
    """' (near X)' with the nearest station, or how far off it is when beyond 100 km."""
    station = np.flatnonzero(net.nodes.kind == STATION)
    if not len(station) or not centres:
        return [""] * len(centres)
    at = np.array(centres)
    tree = cKDTree(_on_sphere(net.nodes.lon[station], net.nodes.lat[station]))
    nearest = station[tree.query(_on_sphere(at[:, 0], at[:, 1]))[1]]
    gap = geodesic.distance_km(at[:, 0], at[:, 1], net.nodes.lon[nearest], net.nodes.lat[nearest])
    return [f" (near {net.nodes.name[node]})" if km <= 100.0
            else f" ({km:.0f} km from {net.nodes.name[node]})"
            for node, km in zip(nearest.tolist(), gap.tolist(), strict=True)]


def _margin_km(radius_km: float) -> float:
    return max(1e-4 * radius_km, 0.0005)


def _plane(lon: float, lat: float, lons: Floats, lats: Floats) -> Floats:
    """(K, 2) km east and north of lon, lat: true in distance and direction from there."""
    azimuth, _, metres = geodesic.GEOD.inv(np.full(len(lons), lon), np.full(len(lons), lat),
                                           lons, lats)
    angle = np.radians(np.asarray(azimuth))
    away = np.asarray(metres) / 1000.0
    return np.column_stack([away * np.sin(angle), away * np.cos(angle)])


def _rounded(tile: _Tile, spot: Floats) -> tuple[float, float]:
    """Where on the ground a point of the tile's plane lies, to the decimals of an id."""
    azimuth = np.degrees(np.arctan2(spot[0], spot[1]))
    lon, lat, _ = geodesic.GEOD.fwd(tile.lon, tile.lat, azimuth, np.hypot(*spot) * 1000.0)
    return round(geodesic.wrap_lon(lon), DECIMALS) + 0.0, round(lat, DECIMALS) + 0.0


def _on_sphere(lon: ArrayLike, lat: ArrayLike) -> Floats:
    """Points on a sphere, km; a chord there is less than 1.01 of the geodesic on WGS84."""
    x, y = np.radians(np.asarray(lon, float)), np.radians(np.asarray(lat, float))
    return geodesic.EARTH_RADIUS_KM * np.stack(
        [np.cos(y) * np.cos(x), np.cos(y) * np.sin(x), np.sin(y)], axis=-1)


def _bits(members: Ints) -> int:
    """A set of numbers as the bits of one integer."""
    if not len(members):
        return 0
    flags = np.zeros(int(members.max()) + 1, bool)
    flags[members] = True
    return _row_bits(flags)


def _row_bits(flags: NDArray[np.bool_]) -> int:
    return int.from_bytes(np.packbits(flags, bitorder="little").tobytes(), "little")


def _members(bits: int) -> list[int]:
    raw = np.frombuffer(bits.to_bytes((bits.bit_length() + 7) // 8, "little"), np.uint8)
    found: list[int] = np.flatnonzero(np.unpackbits(raw, bitorder="little")).tolist()
    return found
