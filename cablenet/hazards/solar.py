"""A solar storm: repeaters fail by latitude, each on its own, all over the world at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cablenet.hazards.events import Events, join_events, make_events
from cablenet.hazards.tables import HazardTables
from cablenet.network import NODE_KINDS, Network

Floats = NDArray[np.float64]
BANDS_DEG = (40.0, 60.0)


def solar_storm(net: Network, tables: HazardTables) -> Events:
    """One event that can hit every repeatered wet link in service.

    As in Jyothi (SIGCOMM 2021): a cable's level is that of its landing furthest from the equator,
    a link has floor(length / spacing) repeaters, and fails when any of them does. The fault is
    put in the middle of the link.
    """
    links = net.links
    wet = np.flatnonzero(net.of_kind("wet") & links.in_service & (links.cable >= 0))
    repeaters = np.floor(links.length_km[wet] / tables.number("repeater_km"))
    wet, repeaters = wet[repeaters >= 1], repeaters[repeaters >= 1]
    if not len(wet):
        return join_events([])
    band = np.digitize(highest_latitude(net)[links.cable[wet]], BANDS_DEG)
    each = np.array([tables.number(f"solar_{name}") for name in ("low", "middle", "high")])[band]
    chance = 1.0 - (1.0 - each) ** repeaters
    return make_events(["solar storm"], "solar_storm",
                       np.array([tables.number("solar_rate_per_year")]),
                       np.zeros(len(wet), np.int64), wet, chance, links.length_km[wet] / 2)


def highest_latitude(net: Network) -> Floats:
    """(C,) largest |lat| of the stations that each cable's links in service end at."""
    links = net.links
    mine = np.flatnonzero(links.in_service & (links.cable >= 0))
    out = np.zeros(len(net.cable_id))
    for ends in (links.a[mine], links.b[mine]):
        landed = net.nodes.kind[ends] == NODE_KINDS.index("station")
        np.maximum.at(out, links.cable[mine][landed], np.abs(net.nodes.lat[ends[landed]]))
    return out
