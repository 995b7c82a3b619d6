"""A solar storm: repeaters fail by latitude, each on its own, all over the world at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cablenet.errors import InputError
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
    spacing_km = tables.number("repeater_km")
    wet = wet[links.length_km[wet] >= spacing_km]
    if not len(wet):
        return join_events([])
    chance = cable_chance(links.length_km[wet], highest_latitude(net)[links.cable[wet]], spacing_km,
                          [tables.number(f"solar_{name}") for name in ("high", "middle", "low")])
    return make_events(["solar storm"], "solar_storm",
                       np.array([tables.number("solar_rate_per_year")]),
                       np.zeros(len(wet), np.int64), wet, chance, links.length_km[wet] / 2)


def cable_chance(length_km: ArrayLike, highest_lat_deg: ArrayLike, spacing_km: float,
                 chances: Sequence[float]) -> Floats:
    """The chance that a cable fails, 1 - (1 - p)^floor(length / spacing), after Jyothi (2021).

    Parameters
    ----------
    length_km
        (C,) lengths; NaN where unknown gives NaN
    highest_lat_deg
        (C,) latitude of each cable's landing furthest from the equator, either sign
    chances
        p of one repeater at 60 degrees or more, at 40 to 60, and below 40
    """
    each, length = np.asarray(chances, float), np.asarray(length_km, float)
    if not (np.isfinite(spacing_km) and spacing_km > 0):
        raise InputError(f"repeaters {spacing_km} km apart: give a distance above 0")
    if each.shape != (len(BANDS_DEG) + 1,) or not ((each >= 0) & (each <= 1)).all():
        raise InputError(f"chances {tuple(chances)}: give three probabilities from 0 to 1, for "
                         "cables that land at 60 degrees or more, at 40 to 60, and below 40")
    if (length < 0).any() or np.isinf(length).any():
        raise InputError("a cable length is negative or infinite; give kilometres, NaN if unknown")
    band = np.digitize(np.abs(np.asarray(highest_lat_deg, float)), BANDS_DEG)
    return np.asarray(1.0 - (1.0 - each[::-1][band]) ** np.floor(length / spacing_km))


def highest_latitude(net: Network) -> Floats:
    """(C,) largest |lat| of the stations that each cable's links in service end at."""
    links = net.links
    mine = np.flatnonzero(links.in_service & (links.cable >= 0))
    out = np.zeros(len(net.cable_id))
    for ends in (links.a[mine], links.b[mine]):
        landed = net.nodes.kind[ends] == NODE_KINDS.index("station")
        np.maximum.at(out, links.cable[mine][landed], np.abs(net.nodes.lat[ends[landed]]))
    return out
