"""`candidate_table`: every cable between two stations within reach, priced without being drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from cablenet.errors import InputError, UnknownNameError
from cablenet.geo.sea_lengths import way_lengths_km
from cablenet.geo.sea_router import SeaRouter, sphere_km
from cablenet.layers import Layers
from cablenet.planning.candidate_table import (
    CANDIDATE_KINDS,
    CandidateTable,
    Places,
    join_tables,
    places_of,
    priced,
)
from cablenet.planning.more_candidates import (
    DESIGN_TBPS,
    LIT_TBPS,
    branches,
    landings,
    upgrades,
)
from cablenet.planning.own_candidates import own_table

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Progress = Callable[[int, int], None]

DETOUR = 2.5
"""Ways are searched for up to this many times the reach first, then over the whole ocean."""


def candidate_table(
    layers: Layers,
    router: SeaRouter,
    *,
    kinds: Sequence[str] = ("cable",),
    reach_km: float = 3000.0,
    branch_km: float = 500.0,
    countries: Sequence[str] | None = None,
    apart_km: float = 50.0,
    land: gpd.GeoDataFrame | None = None,
    own: gpd.GeoDataFrame | None = None,
    progress: Progress | None = None,
) -> CandidateTable:
    """Everything that could be built on a map, by kind.

    `cable`: every pair of stations of two countries, or of two landmasses of one country that no
    land link joins, no further apart than `reach_km` on the great circle. `landing`: a new
    station for each country that lands in one place only, with a cable to each station abroad
    within reach. `branch`: from each station to the nearest point of each trunk within
    `branch_km`. `upgrade`: what is not lit yet of each system in service.

    Parameters
    ----------
    countries
        ISO codes: only candidates with an end in one of them (default: all)
    apart_km
        a new station keeps this far from those of its country
    land
        the coast (`cn.land()`), which new landings need
    own
        a user's candidates (`read_candidates`), beside the kinds named; alone where `kinds` is ()
    progress
        called with (stations done, stations in all)

    Raises
    ------
    UnknownNameError
        for a kind or a country that is not known
    InputError
        when the reach is not above zero
    """
    for kind in kinds:
        if kind not in CANDIDATE_KINDS:
            raise UnknownNameError("kind of candidate", kind, CANDIDATE_KINDS)
    if not reach_km > 0 or not branch_km > 0:
        raise InputError("reach_km and branch_km must lie above 0")
    wanted = None if countries is None else set(countries)
    unknown = sorted((wanted or set()) - set(layers.tables["stations"]["country"]))
    if unknown:
        raise UnknownNameError("country with a station", unknown[0],
                               set(layers.tables["stations"]["country"]))
    made = {
        "cable": lambda: cables(layers, router, reach_km, wanted, progress),
        "landing": lambda: landings(layers, router, reach_km, apart_km, wanted, land),
        "branch": lambda: branches(layers, router, branch_km, wanted, progress),
        "upgrade": lambda: upgrades(layers, router, wanted),
    }
    tables = [made[kind]() for kind in dict.fromkeys(kinds)]
    tables += [own_table(layers, router, own)] if own is not None else []
    if not tables:
        raise InputError(f"no kind of candidate is named; known: {', '.join(CANDIDATE_KINDS)}")
    return join_tables(tables)


def cables(layers: Layers, router: SeaRouter, reach_km: float, countries: set[str] | None,
           progress: Progress | None) -> CandidateTable:
    """Point-to-point cables: one search tree per station, all ends measured on it at once."""
    places = places_of(layers)
    count = len(layers.tables["stations"])
    cells = np.full(len(places), -1, np.int64)
    cells[:count] = router.nearest_cells(places.lon[:count], places.lat[:count])
    pairs = _pairs(layers, places, reach_km, countries)
    inland = cells[:count] < 0
    afloat = (cells[pairs[:, 0]] >= 0) & (cells[pairs[:, 1]] >= 0)
    landlocked = int((~afloat).sum())
    pairs = pairs[afloat]
    km = np.full(len(pairs), np.inf)
    starts, first = np.unique(pairs[:, 0], return_index=True)
    bounds = np.append(first, len(pairs))
    for i, start in enumerate(starts.tolist()):
        mine = slice(bounds[i], bounds[i + 1])
        km[mine] = _lengths(router, places, start, cells[pairs[mine, 1]], reach_km)
        if progress is not None:
            progress(i + 1, len(starts))
    a, b = pairs.T
    km = np.maximum(km, sphere_km(places.lon[a], places.lat[a], places.lon[b], places.lat[b]))
    reached = np.isfinite(km)
    notes = []
    if inland.any():
        names = ", ".join(sorted(places.id[:count][inland].tolist())[:8])
        notes.append(f"{int(inland.sum())} stations do not lie at the sea that is searched "
                     f"({names}, ...): {landlocked} pairs left out")
    if not reached.all():
        notes.append(f"{int((~reached).sum())} pairs have no way by sea")
    a, b = pairs[reached].T
    kind = np.full(len(a), CANDIDATE_KINDS.index("cable"), np.int8)
    return CandidateTable(
        layers, router, places, kind, a, b, np.full(len(a), "", object), km[reached],
        priced(kind, km[reached], places, a, b), np.full(len(a), DESIGN_TBPS),
        np.full(len(a), LIT_TBPS), tuple(notes))


def _lengths(router: SeaRouter, places: Places, start: int, cells: Ints,
             reach_km: float) -> Floats:
    """Lengths from one station; the whole ocean is searched only where a short search missed."""
    lon, lat = float(places.lon[start]), float(places.lat[start])
    km = way_lengths_km(router, router.tree(lon, lat, DETOUR * reach_km), cells)
    missed = np.isinf(km)
    if missed.any():
        km[missed] = way_lengths_km(router, router.tree(lon, lat), cells[missed])
    return km


def _pairs(layers: Layers, places: Places, reach_km: float,
           countries: set[str] | None) -> Ints:
    """(K, 2) stations, the first below the second, that a cable could join."""
    count = len(layers.tables["stations"])
    lon, lat, country = places.lon[:count], places.lat[:count], places.country[:count]
    joined = joined_by_land(layers)
    found = []
    for i in range(count - 1):
        rest = np.arange(i + 1, count)
        near = sphere_km(lon[i:i + 1], lat[i:i + 1], lon[rest], lat[rest]) <= reach_km
        other = (country[rest] != country[i]) | (joined[rest] != joined[i])
        if countries is not None and country[i] not in countries:
            other &= np.isin(country[rest], list(countries))
        found.append(np.column_stack([np.full(int((near & other).sum()), i), rest[near & other]]))
    return np.vstack(found).astype(np.int64) if found else np.zeros((0, 2), np.int64)


def joined_by_land(layers: Layers) -> Ints:
    """A number for each station, the same where land links inside its country join two.

    Stations of one landmass count as joined, and so do those whose gateways a tunnel, a bridge
    or a backbone joins.
    """
    stations, gateways = layers.tables["stations"], layers.tables["gateways"]
    both = pd.concat([stations[["country", "landmass_id"]], gateways[["country", "landmass_id"]]])
    masses = zip(both["country"].astype(str), both["landmass_id"].fillna("").astype(str),
                 strict=True)
    keys = [f"{country}|{mass}" if mass else f"alone {i}"
            for i, (country, mass) in enumerate(masses)]
    ids = [*stations["station_id"], *gateways["gateway_id"]]
    number = {key: i for i, key in enumerate(dict.fromkeys(keys))}
    node = {key: number[mass] for key, mass in zip(ids, keys, strict=True)}
    fixed, back = layers.tables["fixed_links"], layers.tables["backhaul"]
    pairs = [*zip(fixed["from_id"], fixed["to_id"], strict=True),
             *zip(back["station_id"], back["gateway_id"], strict=True)]
    ends = np.array([(node[a], node[b]) for a, b in pairs], np.int64).reshape(-1, 2)
    graph = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])),
                      shape=(len(number), len(number)))
    part = connected_components(graph, directed=False)[1]
    return np.asarray(part[[node[key] for key in stations["station_id"]]], np.int64)
