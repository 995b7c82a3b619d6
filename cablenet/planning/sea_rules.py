"""What a new cable keeps clear of: waters of some countries, existing cables, dangerous bottoms."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import shapely

from cablenet.errors import InputError, Problem, UnknownNameError
from cablenet.geo.sea_router import SeaRouter
from cablenet.layers import Layers
from cablenet.planning.route_danger import Danger

FAULT_KM = 2000.0
"""Assumed: kilometres of cable that one fault a year is worth going round for; at 0.72 faults a
year and 1,000 km (up to 200 m deep) a shallow kilometre counts as 2.4."""
SHARED_KM = 2.0
"""Assumed: kilometres that a kilometre beside an existing cable is worth going round for."""


def forbidden_waters(layers: Layers, avoid: Sequence[str]) -> shapely.Geometry | None:
    """All waters that some countries claim, disputed ones included; None without countries.

    Raises
    ------
    UnknownNameError
        a country that is not on the map
    InputError
        one of which the map has no waters
    """
    if not avoid:
        return None
    zones = layers.tables["jurisdictions"]
    claims = [set(str(one).split(";")) for one in zones["claimants"].fillna("")]
    known = set(layers.tables["stations"]["country"].astype(str)).union(*claims) - {""}
    for code in avoid:
        if code not in known:
            raise UnknownNameError("country", code, known)
        if not any(code in claim for claim in claims):
            raise InputError(f"no waters of {code} on this map; give its jurisdictions")
    mine = zones[[bool(claim & set(avoid)) for claim in claims]]
    return shapely.union_all(mine.geometry.to_numpy())


def cautious(router: SeaRouter, risk: Danger, *, near: bool, hazards: bool) -> SeaRouter:
    """The router with company of cables and expected faults, as asked, priced into each km.

    It goes round where that costs less than `FAULT_KM` and `SHARED_KM` say; nothing is forbidden.
    """
    return router.with_factor(
        router.factor + near * SHARED_KM * risk.near + hazards * FAULT_KM * risk.faults)


def check_own_lines(own: gpd.GeoDataFrame, waters: shapely.Geometry | None,
                    avoid: Sequence[str]) -> None:
    """An error that names every candidate of a user whose own line enters forbidden waters."""
    if waters is None:
        return
    inside = own[shapely.intersects(own.geometry.to_numpy(), waters)]
    if len(inside):
        raise InputError([
            Problem("candidates", str(key), "geometry",
                    f"enters waters that {' or '.join(avoid)} claims", "leave it out or redraw it")
            for key in inside["candidate_id"]])
