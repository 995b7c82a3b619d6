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
degree and for how straight lines are drawn in different planes (under 0.5 m between points 30 km
apart). A margin is at least 1 m. So

* each place is hit whole, and nothing else is, by the disk of radius R about its own centre;
* each disk of a radius up to R less `tolerance_km(R)` hits no more than some place holds.

Only a set that needs a radius between the two (24.972 and 25 km) may be missing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from cablenet.errors import InputError
from cablenet.geo import geodesic
from cablenet.network import Network
from cablenet.scenarios.place_tiles import (
    STATION,
    Items,
    Tile,
    items_of,
    margin_km,
    on_sphere,
    plane,
    tiles,
)

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
LOW_KM, HIGH_KM = 0.1, 100.0
DECIMALS = 6
CHUNK = 20_000


def places(net: Network, radius_km: float = 25.0,
           touched: Ints | None = None) -> list[tuple[str, str, Ints]]:
    """Every place as (id, name, links in service), from west to east.

    The id is `place:LON,LAT` of a centre: `areas.disk` there takes exactly these links, and what
    goes dark with them. With `touched`, every place that holds one of these links is there, and
    some of their neighbours: all that new links can change.

    Raises
    ------
    InputError
        a radius outside 0.1 to 100 km, for which the tolerance is not shown
    """
    if not LOW_KM <= radius_km <= HIGH_KM:
        raise InputError(f"places need a radius of {LOW_KM:g} to {HIGH_KM:g} km, "
                         f"not {radius_km:g}")
    items = items_of(net)
    cells = [cell for tile in tiles(items, radius_km, touched)
             for cell in _cells(items, tile, radius_km)]
    cells = [cells[i] for i in _maximal([cell.hit for cell in cells])]
    hit = [_links_hit(net, items, cell, radius_km) for cell in cells]
    kept = sorted(_maximal([_bits(links) for links in hit]),
                  key=lambda i: (cells[i].lon, cells[i].lat))
    near = near_what(net, [(cells[i].lon, cells[i].lat) for i in kept])
    return [(f"place:{cells[i].lon:.{DECIMALS}f},{cells[i].lat:.{DECIMALS}f}",
             f"{radius_km:g} km round {cells[i].lon:.2f}, {cells[i].lat:.2f}{beside}", hit[i])
            for i, beside in zip(kept, near, strict=True)]


def tolerance_km(radius_km: float) -> float:
    """How much smaller a disk must be than R to be sure to lie inside a listed place."""
    return 0.001 * radius_km + 0.003


@dataclass(frozen=True)
class _Cell:
    """A centre, the items surely within R of it (as bits), and those to be measured again."""

    lon: float
    lat: float
    hit: int
    doubtful: tuple[int, ...]


def _cells(items: Items, tile: Tile, radius_km: float) -> list[_Cell]:
    """The largest sets hit from centres in one tile, each with a centre well inside its cell."""
    margin = margin_km(radius_km)
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
            point = shapely.points(plane(tile.lon, tile.lat, np.array([lon]), np.array([lat])))
            sure = tree.query(point, "dwithin", distance=radius_km - margin)[1]
            if np.isin(np.flatnonzero(rows[row]), sure).all():
                break
        wide = tree.query(point, "dwithin", distance=1.001 * radius_km + margin)[1]
        cells.append(_Cell(lon, lat, _bits(tile.item[sure]),
                           tuple(np.sort(tile.item[np.setdiff1d(wide, sure)]).tolist())))
    return cells


def _witnesses(tile: Tile) -> Floats:
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
                   radius_km: float) -> tuple[Flags, Ints]:
    """The distinct sets of shapes within a radius of the witnesses, and the one of each."""
    width = len(tree.geometries)
    packed = []
    for start in range(0, len(witness), CHUNK):
        some = witness[start:start + CHUNK]
        at, shape = tree.query(shapely.points(some), "dwithin", distance=radius_km)
        hit: Flags = np.zeros((len(some), width), np.bool_)
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


def _links_hit(net: Network, items: Items, cell: _Cell, radius_km: float) -> Ints:
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


def near_what(net: Network, centres: list[tuple[float, float]]) -> list[str]:
    """' (near X)' with the nearest station, or how far off it is when beyond 100 km."""
    station = np.flatnonzero(net.nodes.kind == STATION)
    if not len(station) or not centres:
        return [""] * len(centres)
    at = np.array(centres)
    tree = cKDTree(on_sphere(net.nodes.lon[station], net.nodes.lat[station]))
    nearest = station[tree.query(on_sphere(at[:, 0], at[:, 1]))[1]]
    gap = geodesic.distance_km(at[:, 0], at[:, 1], net.nodes.lon[nearest], net.nodes.lat[nearest])
    return [f" (near {net.nodes.name[node]})" if km <= 100.0
            else f" ({km:.0f} km from {net.nodes.name[node]})"
            for node, km in zip(nearest.tolist(), gap.tolist(), strict=True)]


def _rounded(tile: Tile, spot: Floats) -> tuple[float, float]:
    """Where on the ground a point of the tile's plane lies, to the decimals of an id."""
    azimuth = np.degrees(np.arctan2(spot[0], spot[1]))
    lon, lat, _ = geodesic.GEOD.fwd(tile.lon, tile.lat, azimuth, np.hypot(*spot) * 1000.0)
    return round(geodesic.wrap_lon(lon), DECIMALS) + 0.0, round(lat, DECIMALS) + 0.0


def _bits(members: Ints) -> int:
    """A set of numbers as the bits of one integer."""
    if not len(members):
        return 0
    flags = np.zeros(int(members.max()) + 1, bool)
    flags[members] = True
    return _row_bits(flags)


def _row_bits(flags: Flags) -> int:
    return int.from_bytes(np.packbits(flags, bitorder="little").tobytes(), "little")


def _members(bits: int) -> list[int]:
    raw = np.frombuffer(bits.to_bytes((bits.bit_length() + 7) // 8, "little"), np.uint8)
    found: list[int] = np.flatnonzero(np.unpackbits(raw, bitorder="little")).tolist()
    return found
