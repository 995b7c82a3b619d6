"""Sections moved sideways: each drawn line by one distance, its ends held where they land."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from cablenet.geo import geodesic
from cablenet.network import Network, frozen

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Texts = NDArray[np.object_]

TAPER_SIGMAS = 4.0
"""The shift grows from nothing at either end to the whole over so many standard errors along the
line, or over half of it: the landings are known better than the way between them (assumed)."""
HIGHEST_LAT = 89.9


@dataclass(frozen=True, eq=False)
class Routes:
    """The lines that can move.

    Attributes
    ----------
    link
        (K,) the link of each line
    sigma_km
        (K,) standard error across each line
    owner
        (P,) which line each vertex belongs to
    xy
        (P, 2) the vertices on the map
    step
        (P, 2) degrees that each vertex moves for 1 km to the left, less near the ends
    """

    link: Ints
    sigma_km: Floats
    owner: Ints
    xy: Floats
    step: Floats

    def moved(self, net: Network, offset_km: Floats) -> Texts:
        """(L,) the geometry of all links with each line (K,) moved so far to its left."""
        out = net.links.geometry.copy()
        changed = np.flatnonzero(offset_km != 0.0)
        mine = np.isin(self.owner, changed)
        xy = self.xy[mine] + self.step[mine] * offset_km[self.owner[mine]][:, None]
        xy[:, 1] = np.clip(xy[:, 1], -HIGHEST_LAT, HIGHEST_LAT)
        number = np.searchsorted(changed, self.owner[mine])
        if len(changed):
            out[self.link[changed]] = shapely.linestrings(xy, indices=number)
        return frozen(out)


def routes_of(net: Network) -> Routes:
    """Every section in service whose `position_sigma_km` is above zero."""
    links = net.links
    link = np.flatnonzero(links.in_service & net.of_kind("wet", "land") & (links.sigma_km > 0))
    sigma = links.sigma_km[link]
    lines = [_tapered(links.geometry[i], TAPER_SIGMAS * s)
             for i, s in zip(link.tolist(), sigma.tolist(), strict=True)]
    xy = np.concatenate([line[0] for line in lines] or [np.zeros((0, 2))])
    share = np.concatenate([line[1] for line in lines] or [np.zeros(0)])
    owner = np.repeat(np.arange(len(lines)), [len(line[0]) for line in lines])
    return Routes(link, sigma, owner, xy, _left(xy, owner) * share[:, None])


def _tapered(line: shapely.LineString, taper_km: float) -> tuple[Floats, Floats]:
    """The vertices of a line, with those where the shift is whole, and the share each moves by."""
    xy, km = shapely.get_coordinates(line), geodesic.vertex_km(line)
    whole = km[-1]
    taper = min(taper_km, whole / 2.0)
    if taper <= 0.0:
        return xy, np.zeros(len(xy))
    extra = np.setdiff1d(np.array([taper, whole - taper]), km)
    at = np.sort(np.concatenate([km, extra]))
    dense = np.column_stack([np.interp(at, km, xy[:, axis]) for axis in (0, 1)])
    return dense, np.clip(np.minimum(at, whole - at) / taper, 0.0, 1.0)


def _left(xy: Floats, owner: Ints) -> Floats:
    """(P, 2) degrees in a km to the left of the line at each vertex, along its two neighbours."""
    if not len(xy):
        return np.zeros((0, 2))
    before, after = np.arange(len(xy)) - 1, np.arange(len(xy)) + 1
    before[np.flatnonzero(np.diff(owner, prepend=-1) != 0)] += 1
    after[np.flatnonzero(np.diff(owner, append=-1) != 0)] -= 1
    narrow = np.maximum(np.cos(np.radians(xy[:, 1])), 1e-3)
    ahead = xy[after] - xy[before]
    east, north = ahead[:, 0] * narrow, ahead[:, 1]
    size = np.hypot(east, north)
    size = np.where(size > 0.0, size, np.inf)
    return np.column_stack([-north / size / narrow, east / size]) / geodesic.KM_PER_DEGREE
