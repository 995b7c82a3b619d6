"""Cuts: one section of one cable, at one place."""

from __future__ import annotations

import numpy as np

from cablenet.errors import NothingHitError
from cablenet.geo import geodesic
from cablenet.network import LINK_KINDS, Network
from cablenet.scenarios.faults import faults_at
from cablenet.scenarios.scenario_set import ScenarioSet, recipe, scenario_set

WET = LINK_KINDS.index("wet")


def cut(net: Network, lon: float, lat: float, *, cable: str | None = None,
        within_km: float = 25.0, cause: str = "cut", name: str | None = None) -> ScenarioSet:
    """Cut the wet section in service nearest to a place, of any cable or of one.

    Raises
    ------
    NothingHitError
        when no section passes within `within_km`; never a silent no-op, never the whole cable
    """
    wet = (net.links.kind == WET) & net.links.in_service
    if cable is not None:
        wet &= net.links.cable == net.cable_index(cable)
    best: tuple[float, int, float] | None = None
    for link in np.flatnonzero(wet).tolist():
        line = net.links.geometry[link]
        if _box_gap_km(line.bounds, lon, lat) > within_km:
            continue
        gap, km = geodesic.nearest_on_line(line, lon, lat)
        if gap <= within_km and (best is None or gap < best[0]):
            best = (gap, link, km)
    if best is None:
        what = f"of {cable} " if cable else ""
        raise NothingHitError(f"no section {what}in service passes within {within_km:g} km of "
                              f"{lon:g}, {lat:g}; check the place (lon, lat) or widen within_km")
    _, link, km = best
    title = name or f"cut of {net.cable_name[net.links.cable[link]]} at {lon:.2f}, {lat:.2f}"
    faults = faults_at(net, [0], [link], [km], cause)
    return scenario_set(net, [title], [np.array([link])],
                        recipe("cut", lon=lon, lat=lat, cable=cable, within_km=within_km,
                               cause=cause, name=name), faults=faults)


def _box_gap_km(bounds: tuple[float, float, float, float], lon: float, lat: float) -> float:
    """A distance the true one cannot be below: to the line's box, in degrees of latitude only."""
    low, high = bounds[1], bounds[3]
    return max(low - lat, lat - high, 0.0) * geodesic.KM_PER_DEGREE * 0.99
