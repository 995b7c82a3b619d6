"""`Pieces`: wet sections in service cut into short lengths of one depth, which hazards strike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from cablenet.geo import geodesic
from cablenet.network import Network

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
STEP_KM = 25.0
DEPTH_CLASSES = ("shallow", "middle", "deep", "unknown")
"""Down to 200 m, to 1,000 m, deeper, and where the map has no depth."""
CLASS_LIMITS_M = (200.0, 1000.0)


@dataclass(frozen=True, eq=False)
class Pieces:
    """P pieces of wet links in service, by link and km; none is longer than `STEP_KM`.

    `ends` (P, 2, 2) are lon, lat of both ends, unwrapped; `lon`, `lat` the middle, within 180.
    `depth_m` is NaN where unknown, `steep` the fall of the sea bed along the cable, m per m.
    """

    link: Ints
    km_from: Floats
    km_to: Floats
    depth_m: Floats
    steep: Floats
    ends: Floats
    lon: Floats
    lat: Floats

    def __len__(self) -> int:
        return len(self.link)

    @property
    def km(self) -> Floats:
        """Length of each piece."""
        return self.km_to - self.km_from

    @property
    def km_middle(self) -> Floats:
        """Where the middle of each piece lies along its link."""
        return (self.km_from + self.km_to) / 2

    @property
    def depth_class(self) -> Ints:
        """(P,) number in `DEPTH_CLASSES`."""
        known = np.digitize(self.depth_m, CLASS_LIMITS_M)
        return np.where(np.isnan(self.depth_m), DEPTH_CLASSES.index("unknown"), known)

    def taken(self, which: NDArray[np.bool_] | Ints) -> Pieces:
        """Some of the pieces."""
        return Pieces(*(getattr(self, name)[which] for name in self.__dataclass_fields__))

    @property
    def unit_xyz(self) -> Floats:
        """(P, 3) middles on the unit sphere."""
        return unit_xyz(self.lon, self.lat)


def cut_pieces(net: Network) -> Pieces:
    """Cut every wet link in service at its depth runs and every `STEP_KM`."""
    wet = np.flatnonzero(net.of_kind("wet") & net.links.in_service)
    profile = net.layers.tables["depth_profile"]
    runs = {}
    if len(profile):
        ordered = profile.sort_values(["segment_id", "km_from"], kind="stable")
        runs = {str(key): part[["km_from", "km_to", "depth_m"]].to_numpy(float)
                for key, part in ordered.groupby("segment_id", sort=False)}
    made = [_of_link(int(link), net.links.geometry[link], runs.get(str(net.links.id[link])))
            for link in wet]
    if not made:
        none = np.zeros(0)
        return Pieces(none.astype(np.int64), none, none, none, none, np.zeros((0, 2, 2)), none,
                      none)
    return Pieces(*(np.concatenate(column) for column in zip(*made, strict=True)))


def _of_link(link: int, line: shapely.LineString, runs: Floats | None) -> tuple[Floats, ...]:
    along, xy = geodesic.vertex_km(line), shapely.get_coordinates(line)
    length = float(along[-1])
    bounds = [0.0, length] if runs is None else [0.0, length, *runs[:, 0], *runs[:, 1]]
    marks = np.unique(np.clip(np.round(bounds, 6), 0.0, length))
    if len(marks) < 2:
        marks = np.array([0.0, max(length, 1e-6)])
    parts = np.maximum(1, np.ceil(np.diff(marks) / STEP_KM).astype(int))
    share = np.concatenate([np.arange(n) / n for n in parts])
    leg = np.repeat(np.arange(len(parts)), parts)
    cuts = np.append(marks[leg] + share * np.diff(marks)[leg], marks[-1])
    middle = (cuts[1:] + cuts[:-1]) / 2
    ends = np.column_stack([np.interp(cuts, along, xy[:, 0]), np.interp(cuts, along, xy[:, 1])])
    depth, steep = np.full(len(middle), np.nan), np.zeros(len(middle))
    if runs is not None:
        nth = np.clip(np.searchsorted(runs[:, 0], middle, side="right") - 1, 0, len(runs) - 1)
        inside = (middle >= runs[nth, 0]) & (middle <= runs[nth, 1])
        depth = np.where(inside, runs[nth, 2], np.nan)
        steep = _fall(runs)[nth]
    return (np.full(len(middle), link), cuts[:-1], cuts[1:], depth, steep,
            np.stack([ends[:-1], ends[1:]], axis=1),
            (np.interp(middle, along, xy[:, 0]) + 180.0) % 360.0 - 180.0,
            np.interp(middle, along, xy[:, 1]))


def _fall(runs: Floats) -> Floats:
    """Fall of the sea bed between the middles of neighbouring runs: the steeper side of each."""
    middle = runs[:, :2].mean(axis=1) * 1000.0
    between = np.abs(np.diff(runs[:, 2])) / np.maximum(np.diff(middle), 1.0)
    return np.asarray(np.maximum(np.append(between, 0.0), np.append(0.0, between)))


def unit_xyz(lon: Floats, lat: Floats) -> Floats:
    """Places as points on the unit sphere."""
    east, north = np.radians(lon), np.radians(lat)
    return np.column_stack([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east),
                            np.sin(north)])


def chord(km: float) -> float:
    """Straight distance on the unit sphere of two places this far apart on the ground."""
    return float(2 * np.sin(min(km / geodesic.EARTH_RADIUS_KM, np.pi) / 2))


def ground_km(chords: Floats) -> Floats:
    """Distance on the (spherical) ground of places a chord apart; within 0.6 % of WGS84."""
    return 2 * np.arcsin(np.clip(chords / 2, 0, 1)) * geodesic.EARTH_RADIUS_KM


def nearest_per_link(event: Ints, link: Ints, away: Floats) -> Ints:
    """Rows that hold, for each event and link, the nearest piece."""
    order = np.lexsort((away, link, event))
    first = np.ones(len(order), bool)
    first[1:] = (np.diff(event[order]) != 0) | (np.diff(link[order]) != 0)
    return order[first]
