"""The world of the year twin: ships, places of faults and the ways at sea between them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cablenet.errors import InputError
from cablenet.geo import geodesic
from cablenet.hazards.model import FaultModel
from cablenet.network import Network, frozen
from cablenet.repair.durations import DETOUR, KM_PER_NM, OUT_OF_CONTRACT
from cablenet.repair.fleet import SeaRoutes, Ship
from cablenet.repair.sea_legs import Distances

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
CELL_DEGREES = 2.0
"""Faults whose places fall into one such cell are sailed to at its middle fault."""
Tell = Callable[[str, int, int], None]


@dataclass(frozen=True, eq=False)
class TwinWorld:
    """Where faults happen and how far that is from everywhere.

    Attributes
    ----------
    agreement
        (A,) the maintenance agreements of cables, '' for none
    agreement_of_link
        (L,) numbers
    cell_lon, cell_lat
        (P,) places that stand for all faults of their cell
    apart_km
        (P, P) between places
    port_lon, port_lat, port_km
        (B,), (B,) and (B, P): ports a ship may lie in, and the way to each place; infinite where
        there is none
    routed
        whether ways from ports were searched at sea (else 1.2 times the great circle)
    """

    agreement: tuple[str, ...]
    agreement_of_link: Ints
    cell_lon: Floats
    cell_lat: Floats
    apart_km: Floats
    port_lon: Floats
    port_lat: Floats
    port_km: Floats
    routed: bool

    def cell_of(self, lon: Floats, lat: Floats) -> Ints:
        """(F,) the place that stands for each fault: the nearest."""
        chosen = np.empty(len(lon), np.int64)
        points = _on_the_sphere(self.cell_lon, self.cell_lat)
        wanted = _on_the_sphere(lon, lat)
        for start in range(0, len(lon), 20_000):
            part = slice(start, start + 20_000)
            chosen[part] = (wanted[part] @ points.T).argmax(axis=1)
        return chosen

    def port_of(self, lon: float, lat: float) -> int:
        """The number of a port by its place.

        Raises
        ------
        InputError
            the place is none of the world's ports
        """
        found = np.flatnonzero((self.port_lon == lon) & (self.port_lat == lat))
        if not len(found):
            raise InputError(f"no port at {lon:g}, {lat:g} in this world; name it when the world "
                             "is made: twin_world(..., ports=...)")
        return int(found[0])

    def charter_h(self, ships: Sequence[Ship], mutual_aid: bool) -> Floats:
        """(S, A) hours before a ship may be called for an agreement; infinite where it may not.

        Ships outside an agreement are called, after the time to charter them, where no ship is
        under it, or everywhere with `mutual_aid`.
        """
        under = np.array([[name != "" and name in ship.zones for name in self.agreement]
                          for ship in ships], bool).reshape(len(ships), len(self.agreement))
        others = np.full(len(self.agreement), True) if mutual_aid else ~under.any(axis=0)
        return np.where(under, 0.0, np.where(others, float(OUT_OF_CONTRACT.hours), np.inf))


def twin_world(net: Network, model: FaultModel, *, ports: Sequence[tuple[float, float]],
               router: SeaRoutes | None = None, seed: int = 1, years: int = 200,
               progress: Tell | None = None) -> TwinWorld:
    """Find where faults happen by drawing some years, and measure the ways.

    One search at sea from each port. Ways between places are 1.2 times the great circle, held
    between what the ports prove: no shorter than the difference of the ways to any port, no longer
    than the way by any port (A. V. Goldberg and C. Harrelson 2005, landmarks).

    Parameters
    ----------
    ports
        (lon, lat) of every port a ship may lie in
    """
    faults = model.draw(0, years, seed).to_faults(net)
    lon, lat = faults["lon"].to_numpy(float), faults["lat"].to_numpy(float)
    cell = np.stack([np.floor(lon / CELL_DEGREES), np.floor(lat / CELL_DEGREES)])
    _, first = np.unique(cell, axis=1, return_index=True)
    first.sort()
    cell_lon, cell_lat = lon[first], lat[first]
    places = list(dict.fromkeys(ports))
    apart = np.array([geodesic.distance_km(np.full(len(first), a), np.full(len(first), b),
                                           cell_lon, cell_lat)
                      for a, b in zip(cell_lon, cell_lat, strict=True)]) * DETOUR.typical
    port_km = np.empty((len(places), len(first)))
    far = Distances(router)
    for number, place in enumerate(places):
        port_km[number] = [far.km(place, there) for there in zip(cell_lon, cell_lat, strict=True)]
        if progress:
            progress("ways at sea", number + 1, len(places))
    if router is not None and len(places):
        reached = np.where(np.isfinite(port_km), port_km, np.nan)
        for row in reached[np.isfinite(reached).any(axis=1)]:
            known = np.nan_to_num(row, nan=0.0)
            both = np.isfinite(row)[:, None] & np.isfinite(row)[None, :]
            least = np.abs(known[:, None] - known[None, :])
            apart = np.where(both, np.maximum(apart, least), apart)
        detour = np.full(apart.shape, np.inf)
        for row in np.where(np.isfinite(port_km), port_km, np.inf):
            detour = np.minimum(detour, row[:, None] + row[None, :])
        apart = np.minimum(apart, np.maximum(detour, 0.0))
        np.fill_diagonal(apart, 0.0)
    cables = net.layers.tables["cables"].set_index("cable_id")["maintenance_agreement"]
    of_cable = [value if isinstance(value := cables.get(str(key)), str) else ""
                for key in net.cable_id]
    names = tuple(sorted(set(of_cable) | {""}))
    number_of = np.array([names.index(name) for name in of_cable], np.int64)
    of_link = np.where(net.links.cable >= 0, number_of[np.maximum(net.links.cable, 0)],
                       names.index(""))
    return TwinWorld(names, frozen(of_link), frozen(cell_lon), frozen(cell_lat), frozen(apart),
                     frozen(np.array([lon for lon, _ in places], float)),
                     frozen(np.array([lat for _, lat in places], float)), frozen(port_km),
                     router is not None)


def speeds_km_h(ships: Sequence[Ship]) -> Floats:
    """(S,) km per hour."""
    return np.array([ship.speed_kn * KM_PER_NM for ship in ships], float)


def _on_the_sphere(lon: Floats, lat: Floats) -> Floats:
    """(N, 3) unit vectors."""
    one, two = np.radians(lon), np.radians(lat)
    return np.stack([np.cos(two) * np.cos(one), np.cos(two) * np.sin(one), np.sin(two)], axis=1)
