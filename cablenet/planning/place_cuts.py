"""`PlaceCuts`: what a promise about places asks of the candidates, from disks all along old cables.

A disk that isolates nobody on today's map isolates nobody on the map with a plan in it, so only
disks about the links of places that isolate somebody today are looked at: *centres* every few km
along those links and to both sides. A centre gives a cut for each country it isolates: a candidate
must lead out of what the country still reaches, and come no nearer to the centre than the radius.

Which candidates come near is known once they are drawn; until then they are taken to pass by unless
they land in the disk. That asks for less than is needed, never for more. Whatever a master program
chooses is drawn, with some of the cheapest that could stand in for it, and the cuts learn from
every line. Centres between those looked at come from the exact list of places (`add`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from cablenet.geo import geodesic
from cablenet.kernels.contract import components
from cablenet.metrics.isolation import countries_cut, isolated_gateways
from cablenet.network import Network
from cablenet.planning.candidate_table import CandidateTable
from cablenet.scenarios.dark import dark_links
from cablenet.scenarios.place_tiles import items_of, on_sphere

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
ALONG_KM, STEP_KM = 8.0, 2.0
"""How far apart centres lie along a link, and the points that stand for a line."""
ASIDE = (0.0, -0.5, 0.5, -0.96, 0.96)
"""Centres aside of a link, in radii."""
SURE, MAYBE = 0.99, 1.012
"""Points on a sphere nearer than the first share of a radius lie inside on WGS84, and beyond the
second outside, half a step between points included."""
AHEAD = 8
"""So many of the cheapest that could stand in for a chosen candidate are drawn with it."""
MOST = 12
"""Cuts of one country that one look adds at most."""


@dataclass(frozen=True, eq=False)
class PlaceCut:
    """One of the candidates `crossing` must be built, or a disk isolates the country."""

    country: int
    lon: float
    lat: float
    radius_km: float
    crossing: Ints
    least: int = 1


class PlaceCuts:
    """Disks of one radius over one map, asked again and again with other candidates built.

    Parameters
    ----------
    net
        today's map with every landing that a candidate of the table makes
    rows
        the rows of the table that may be chosen; candidates are numbered by their place in it
    a, b
        (K,) nodes of `net` at the ends of the candidates
    costs
        (K,) whole numbers: the cheapest are drawn first
    """

    def __init__(self, net: Network, table: CandidateTable, rows: Ints, a: Ints, b: Ints,
                 costs: Ints, radius_km: float) -> None:
        self.net, self.table, self.rows, self.a, self.b = net, table, rows, a, b
        self.costs, self.radius_km = costs, radius_km
        self.cuts: list[PlaceCut] = []
        self._lines: dict[int, shapely.LineString] = {}
        self._points: dict[int, Floats] = {}
        self._centres: list[tuple[float, float]] = []
        self._of_centre: list[int] = []
        self._parts: list[Ints] = []
        self._isolated: list[Ints] = []

    def look_along(self, links: Ints, countries: Iterable[int]) -> None:
        """Centres about these links, and between two ends; kept where they isolate a country."""
        net, found = self.net, []
        for link in links.tolist():
            if net.links.geometry[link] is not None:
                found += _beside(net.links.geometry[link], self.radius_km)
        spots = np.unique(np.concatenate([self.a, self.b, net.links.a[links], net.links.b[links]]))
        lon, lat = net.nodes.lon[spots], net.nodes.lat[spots]
        pairs = cKDTree(on_sphere(lon, lat)).query_pairs(2 * self.radius_km, output_type="ndarray")
        i, j = pairs.T
        across = lon[i] + ((lon[j] - lon[i] + 180) % 360 - 180) / 2
        found.append(np.column_stack([across, (lat[i] + lat[j]) / 2]))
        centres = np.concatenate(found)
        items = items_of(net)
        points, owner = _dense(items.xy, items.owner)
        near = cKDTree(points).query_ball_point(on_sphere(*centres.T), SURE * self.radius_km)
        lost = [_joined([items.links[item] for item in sorted(set(owner[some].tolist()))])
                for some in near]
        self._keep(centres, lost, countries)

    def _keep(self, centres: Floats, lost: Sequence[Ints], countries: Iterable[int]) -> list[int]:
        """Keep the centres whose links lost isolate a country; their numbers."""
        net, distinct = self.net, list({links.tobytes(): links for links in lost}.values())
        alive = np.tile(net.links.in_service, (len(distinct), 1))
        for row, links in zip(alive, distinct, strict=True):
            row[links] = False
            row[dark_links(net, links)] = False
        cut = countries_cut(net, isolated_gateways(net, alive))
        cut &= np.isin(np.arange(cut.shape[1]), sorted(countries))
        number: dict[bytes, int] = {}
        for s in np.flatnonzero(cut.any(axis=1)).tolist():
            number[distinct[s].tobytes()] = len(self._parts)
            live = np.flatnonzero(alive[s])
            self._parts.append(components(len(net.nodes), net.links.a[live],
                                          net.links.b[live])[1])
            self._isolated.append(np.flatnonzero(cut[s]))
        first = len(self._centres)
        for (lon, lat), links in zip(centres.tolist(), lost, strict=True):
            if links.tobytes() in number:
                self._centres.append((geodesic.wrap_lon(lon), lat))
                self._of_centre.append(number[links.tobytes()])
        return list(range(first, len(self._centres)))

    def draw(self, built: Iterable[int]) -> bool:
        """Draw what is chosen, and the cheapest that could stand in for it; false if all was."""
        fresh = [k for k in built if k not in self._lines]
        if not fresh:
            return False
        known, more = np.array(sorted(self._lines), np.int64), set(fresh)
        for cut in self.cuts:
            if np.isin(fresh, cut.crossing).any():
                rest = np.setdiff1d(cut.crossing, known)
                more |= set(rest[np.lexsort((rest, self.costs[rest]))][:AHEAD].tolist())
        drawn = self.table.drawn(self.rows[sorted(more)])
        for k, line in zip(sorted(more), drawn.geometry, strict=True):
            self._lines[k] = line
            self._points[k] = on_sphere(*geodesic.densify(line, STEP_KM)[0].T)
        if self.cuts:
            hits = self._hits(np.array([(cut.lon, cut.lat) for cut in self.cuts]), sorted(more))
            self.cuts = [replace(cut, crossing=np.setdiff1d(cut.crossing, gone)) if gone else cut
                         for cut, gone in zip(self.cuts, hits, strict=True)]
        return True

    def look(self, built: Sequence[int], countries: Iterable[int]) -> int:
        """Add cuts that what is built, all of it drawn, does not keep; how many there are."""
        if not self._centres:
            return 0
        hits = self._hits(np.array(self._centres), built, exact=False)
        wanted, seen, added = set(countries), set(), []
        count: dict[int, int] = {}
        for i, (state, gone) in enumerate(zip(self._of_centre, hits, strict=True)):
            if (state, tuple(gone)) in seen:
                continue
            seen.add((state, tuple(gone)))
            for country in sorted(wanted & set(self._isolated[state].tolist())):
                inside = (self._reached(state, country, set(built) - set(gone))
                          if count.get(country, 0) < MOST else None)
                if inside is not None:
                    count[country] = count.get(country, 0) + 1
                    added.append((i, country, inside))
        if added:
            known = self._hits(np.array([self._centres[i] for i, *_ in added]),
                               sorted(self._lines))
            for (i, country, inside), gone in zip(added, known, strict=True):
                self._add(i, country, inside, gone)
        return len(added)

    def add(self, centre: tuple[float, float], lost: Ints, country: int, built: Sequence[int],
            hit: Iterable[int]) -> bool:
        """A cut from a place found on the map with a plan in it; false if what is built keeps it.

        Parameters
        ----------
        lost
            links of `net` that the place takes
        hit
            candidates it is known to take
        """
        kept = self._keep(np.array([centre]), [lost], [country])
        if not kept:
            return False
        gone = set(hit) | set(self._hits(np.array([centre]), sorted(self._lines))[0])
        inside = self._reached(self._of_centre[kept[0]], country, set(built) - gone)
        if inside is not None:
            self._add(kept[0], country, inside, sorted(gone))
        return inside is not None

    def _add(self, i: int, country: int, inside: Flags, gone: Sequence[int]) -> None:
        lon, lat = self._centres[i]
        nodes = self.net.nodes
        near = geodesic.distance_km(nodes.lon, nodes.lat, lon, lat) <= self.radius_km
        stands = ~(near[self.a] | near[self.b])
        stands[list(gone)] = False
        crossing = np.flatnonzero(stands & (inside[self.a] != inside[self.b]))
        self.cuts.append(PlaceCut(country, lon, lat, self.radius_km, crossing))

    def _hits(self, centres: Floats, ks: Sequence[int], *, exact: bool = True) -> list[list[int]]:
        """Of these candidates, all drawn, those whose line comes into each disk."""
        if not ks:
            return [[] for _ in centres]
        owner = np.repeat(ks, [len(self._points[k]) for k in ks])
        tree = cKDTree(np.concatenate([self._points[k] for k in ks]))
        spots = on_sphere(*centres.T)

        def within(share: float) -> list[set[int]]:
            return [set(owner[found].tolist())
                    for found in tree.query_ball_point(spots, share * self.radius_km)]

        out = within(SURE)
        for centre, sure, wide in zip(centres.tolist(), out, within(MAYBE) if exact else out,
                                      strict=True):
            sure |= {k for k in wide - sure
                     if geodesic.nearest_on_line(self._lines[k], *centre)[0] <= self.radius_km}
        return [sorted(found) for found in out]

    def _reached(self, state: int, country: int, left: Iterable[int]) -> Flags | None:
        """The nodes a country reaches with these candidates; None where a hub abroad is there."""
        gates, part = self.net.gateways, self._parts[state]
        reached = set(part[gates.node[gates.country == country]].tolist())
        hubs = self.net.hubs[gates.country[self.net.hubs] != country]
        ends = [(int(part[self.a[k]]), int(part[self.b[k]])) for k in sorted(left)]
        grown = True
        while grown:
            grown = False
            for one, other in ends:
                if (one in reached) != (other in reached):
                    reached |= {one, other}
                    grown = True
        if reached & set(part[gates.node[hubs]].tolist()):
            return None
        return np.asarray(np.isin(part, sorted(reached)))


def _beside(line: shapely.LineString, radius_km: float) -> list[Floats]:
    """Centres along a line and to both sides of it."""
    xy = geodesic.densify(line, ALONG_KM)[0]
    behind, ahead = np.vstack([xy[:1], xy[:-1]]), np.vstack([xy[1:], xy[-1:]])
    azimuth = np.asarray(geodesic.GEOD.inv(*behind.T, *ahead.T)[0])
    out = []
    for share in ASIDE:
        away = np.full(len(xy), share * radius_km * 1000.0)
        lon, lat, _ = geodesic.GEOD.fwd(xy[:, 0], xy[:, 1], azimuth + 90.0, away)
        out.append(np.column_stack([lon, lat]))
    return out


def _joined(parts: Sequence[Ints]) -> Ints:
    return np.unique(np.concatenate(parts)) if parts else np.zeros(0, np.int64)


def _dense(xy: Floats, owner: Ints) -> tuple[Floats, Ints]:
    """Points at most `STEP_KM` apart along items, on the sphere, and the item of each."""
    same = owner[1:] == owner[:-1]
    km = np.where(same, geodesic.distance_km(*xy[:-1].T, *xy[1:].T), 0.0)
    count = np.append(np.maximum(1, np.ceil(km / STEP_KM)).astype(int), 1)
    leg = np.repeat(np.arange(len(xy)), count)
    share = (np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)) / count[leg]
    after = np.minimum(leg + 1, len(xy) - 1)
    step = np.where((owner[after] == owner[leg])[:, None], xy[after] - xy[leg], 0.0)
    at = xy[leg] + share[:, None] * step
    return on_sphere(*at.T), owner[leg]
