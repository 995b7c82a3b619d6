"""Candidates other than cables between stations: new landings, branches to trunks, upgrades."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from cablenet.build.links import ROAD_FACTOR, in_service
from cablenet.errors import InputError
from cablenet.geo import dateline, geodesic
from cablenet.geo.sea_lengths import way_lengths_km
from cablenet.geo.sea_router import SeaRouter, sphere_km
from cablenet.layers import Layers
from cablenet.planning.candidate_table import (
    CANDIDATE_KINDS,
    CandidateTable,
    Places,
    join_places,
    places_of,
    priced,
)
from cablenet.planning.prices import LAND_PER_KM, upgrade_costs_musd

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DESIGN_TBPS = 144.0
"""Assumed: eight fibre pairs of 18 Tbps, an ordinary regional system of the 2020s."""
LIT_TBPS = 28.8
"""Assumed: a fifth of the design is lit in the first years."""
BRANCH_SHARE = 0.25
"""Assumed: a branch brings two fibre pairs where a new system has eight."""
SAMPLE_KM = 25.0
"""Where a unit may go: every 25 km along a section, as far from both its ends."""
LEAST_APART_KM = 10.0
"""On a small island a new station may stand nearer than asked, but never nearer than this."""


def branches(layers: Layers, router: SeaRouter, reach_km: float, countries: set[str] | None,
             progress: Callable[[int, int], None] | None) -> CandidateTable:
    """From each station to the nearest place for a unit on each trunk that does not land there."""
    places = places_of(layers)
    count = len(layers.tables["stations"])
    spots = _spots(layers)
    cells = router.nearest_cells(spots["lon"].to_numpy(), spots["lat"].to_numpy())
    landed = set(zip(layers.tables["landings"]["station_id"], layers.tables["landings"]["cable_id"],
                     strict=True))
    home = router.nearest_cells(places.lon[:count], places.lat[:count])
    rows: list[tuple[int, int, float]] = []
    for i in range(count):
        if home[i] >= 0 and (countries is None or places.country[i] in countries):
            rows += [(i, *hit) for hit in _nearest_spots(router, places, i, spots, cells,
                                                         reach_km, landed)]
        if progress is not None:
            progress(i + 1, count)
    found = pd.DataFrame(rows, columns=["station", "spot", "km"])
    used = np.unique(found["spot"].to_numpy(np.int64))
    units = spots.iloc[used]
    both = join_places([places, _units(units)])
    a = found["station"].to_numpy(np.int64)
    b = len(places) + np.searchsorted(used, found["spot"].to_numpy(np.int64))
    kind = np.full(len(a), CANDIDATE_KINDS.index("branch"), np.int8)
    km = found["km"].to_numpy(float)
    return CandidateTable(
        layers, router, both, kind, a, b, both.cable[b], km, priced(kind, km, both, a, b),
        np.full(len(a), DESIGN_TBPS * BRANCH_SHARE), np.full(len(a), LIT_TBPS * BRANCH_SHARE))


def _spots(layers: Layers) -> pd.DataFrame:
    """Places for a unit: cable, segment, km along it, lon, lat."""
    segments = layers.tables["segments"]
    cables = layers.tables["cables"].set_index("cable_id")
    on = in_service(cables.loc[segments["cable_id"]].reset_index(drop=True), layers.as_of)
    parts = []
    mine = segments[on & (segments["kind"] == "wet").to_numpy()]
    for cable, segment, shape in zip(mine["cable_id"], mine["segment_id"],
                                     mine.geometry.to_numpy(), strict=True):
        line = dateline.unwrap(shape)
        at, xy = geodesic.vertex_km(line), shapely.get_coordinates(line)
        km = np.arange(SAMPLE_KM, at[-1] - SAMPLE_KM, SAMPLE_KM)
        parts.append(pd.DataFrame({
            "cable": cable, "segment": segment, "km": km,
            "lon": np.interp(km, at, xy[:, 0]), "lat": np.interp(km, at, xy[:, 1])}))
    return pd.concat(parts, ignore_index=True).sort_values(
        ["cable", "segment", "km"], kind="stable").reset_index(drop=True)


def _nearest_spots(router: SeaRouter, places: Places, i: int, spots: pd.DataFrame, cells: Ints,
                   reach_km: float, landed: set[tuple[str, str]]) -> list[tuple[int, float]]:
    """(spot, km) of the nearest spot of each trunk within reach of one station."""
    lon, lat = places.lon[i:i + 1], places.lat[i:i + 1]
    near = np.flatnonzero((cells >= 0) & (sphere_km(
        lon, lat, spots["lon"].to_numpy(), spots["lat"].to_numpy()) <= reach_km))
    if not len(near):
        return []
    tree = router.tree(float(lon[0]), float(lat[0]), 2.5 * reach_km)
    cost = tree.cost_km[cells[near]]
    cable = spots["cable"].to_numpy(object)[near]
    order = np.lexsort((near, cost, cable))
    first = order[np.append(True, cable[order][1:] != cable[order][:-1])]
    first = first[[np.isfinite(cost[k]) and (places.id[i], cable[k]) not in landed
                   for k in first]]
    if not len(first):
        return []
    km = way_lengths_km(router, tree, cells[near[first]])
    return [(int(near[k]), float(length)) for k, length in zip(first, km, strict=True)
            if length <= reach_km]


def _units(spots: pd.DataFrame) -> Places:
    count = len(spots)
    name = [f"{segment} at {km:.0f} km"
            for segment, km in zip(spots["segment"], spots["km"], strict=True)]
    ids = [f"unit:{segment}@{km:.0f}"
           for segment, km in zip(spots["segment"], spots["km"], strict=True)]
    return Places(
        np.array(ids, object), np.array(name, object), np.full(count, "", object),
        spots["lon"].to_numpy(float), spots["lat"].to_numpy(float),
        np.full(count, "unit", object), spots["cable"].to_numpy(object),
        spots["segment"].to_numpy(object), spots["km"].to_numpy(float), np.zeros((3, count)))


def landings(layers: Layers, router: SeaRouter, reach_km: float, apart_km: float,
             countries: set[str] | None, land: gpd.GeoDataFrame | None) -> CandidateTable:
    """New stations for each country that lands in one place, cabled to every station abroad.

    One place: all its stations lie within `apart_km` of each other, so that one disk may take them
    all. A new one stands on the coast of the landmass of the country's first gateway, at least
    `apart_km` from the stations of the country and, among such places, nearest to that gateway;
    a second one at least twice as far off, where the coast is long enough.
    """
    if land is None:
        raise InputError("new landings need the coast: give land=cn.land()")
    places, notes = places_of(layers), []
    count = len(layers.tables["stations"])
    served = set(layers.tables["landings"]["station_id"])
    on = np.array([key in served for key in places.id[:count]])
    made, parts = [], []
    for country in sorted(set(places.country[:count][on].astype(str).tolist())):
        if countries is not None and country not in countries:
            continue
        mine = np.flatnonzero(on & (places.country[:count] == country))
        if _widest_km(places.lon[mine], places.lat[mine]) > apart_km:
            continue
        spots, note = _coast_spots(layers, router, land, country, apart_km)
        notes += [note] if note else []
        made += spots
    both = join_places([places, *made])
    abroad = np.flatnonzero(on)
    cells = router.nearest_cells(places.lon[:count], places.lat[:count])
    for number in range(len(places), len(both)):
        lon, lat = both.lon[number:number + 1], both.lat[number:number + 1]
        near = abroad[(sphere_km(lon, lat, places.lon[abroad], places.lat[abroad]) <= reach_km)
                      & (places.country[abroad] != both.country[number]) & (cells[abroad] >= 0)]
        km = way_lengths_km(router, router.tree(float(lon[0]), float(lat[0])), cells[near])
        parts.append(pd.DataFrame({"a": number, "b": near, "km": km})[np.isfinite(km)])
    rows = pd.concat(parts) if parts else pd.DataFrame({"a": [], "b": [], "km": []})
    a, b = rows["a"].to_numpy(np.int64), rows["b"].to_numpy(np.int64)
    kind = np.full(len(a), CANDIDATE_KINDS.index("landing"), np.int8)
    km = rows["km"].to_numpy(float)
    return CandidateTable(
        layers, router, both, kind, a, b, np.full(len(a), "", object), km,
        priced(kind, km, both, a, b), np.full(len(a), DESIGN_TBPS), np.full(len(a), LIT_TBPS),
        tuple(notes))


def _widest_km(lon: Floats, lat: Floats) -> float:
    """The largest distance between any two of some places."""
    one, other = np.triu_indices(len(lon), 1)
    return float(geodesic.distance_km(lon[one], lat[one], lon[other], lat[other]).max(initial=0.0))


def _coast_spots(layers: Layers, router: SeaRouter, land: gpd.GeoDataFrame, country: str,
                 apart_km: float) -> tuple[list[Places], str]:
    """Where more landings of a country could be, and what a reader must know about them."""
    stations, gateways = layers.tables["stations"], layers.tables["gateways"]
    mine = stations[stations["country"] == country]
    gates = gateways[(gateways["country"] == country)].sort_values(
        ["people_share", "gateway_id"], ascending=[False, True])
    if not len(gates):
        return [], f"{country}: no gateway, so a new landing would join nothing"
    gate = gates.iloc[0]
    shapes = land[(land["landmass_id"] == gate["landmass_id"]) & (land["country"] == country)]
    if not len(shapes):
        return [], f"{country}: the coast of {gate['name']} is not drawn"
    xy = shapely.get_coordinates(shapely.segmentize(shapes.geometry.to_numpy(), 0.05))
    cells = router.nearest_cells(xy[:, 0], xy[:, 1])
    offshore = sphere_km(xy[:, 0], xy[:, 1], router.mesh.lon[np.maximum(cells, 0)],
                         router.mesh.lat[np.maximum(cells, 0)])
    xy = xy[(cells >= 0) & (offshore <= apart_km)]
    if not len(xy):
        return [], f"{country}: its coast does not lie at the sea that is searched"
    away = np.stack([geodesic.distance_km(xy[:, 0], xy[:, 1], point.x, point.y)
                     for point in mine.geometry])
    apart, nearest = away.min(axis=0), mine["name"].to_numpy(object)[away.argmin(axis=0)]
    inland = geodesic.distance_km(xy[:, 0], xy[:, 1], gate.geometry.x, gate.geometry.y)
    far = apart >= apart_km
    first = int(np.argmin(np.where(far, inland, np.inf))) if far.any() else int(np.argmax(apart))
    if apart[first] < LEAST_APART_KM:
        return [], f"{country}: no coast {LEAST_APART_KM:.0f} km or more from where it lands"
    note = "" if far.any() else (f"{country}: another landing can stand no further than "
                                 f"{apart[first]:.0f} km from the first")
    chosen, further = [first], apart >= 2 * apart_km
    if further.any() and not further[first]:
        chosen.append(int(np.argmin(np.where(further, inland, np.inf))))
    one, spots = np.array([""], object), []
    for number, best in enumerate(chosen):
        key = f"new-{country.lower()}" + (f"-{number + 1}" if number else "")
        name = f"new landing in {country}, {apart[best]:.0f} km from {nearest[best]}"
        cost = LAND_PER_KM.ends() * ROAD_FACTOR * float(inland[best])
        spots.append(Places(
            np.array([key], object), np.array([name], object), np.array([country], object),
            xy[best:best + 1, 0], xy[best:best + 1, 1], np.array(["station"], object), one, one,
            np.array([np.nan]), cost[:, None]))
    return spots, note


def upgrades(layers: Layers, router: SeaRouter, countries: set[str] | None) -> CandidateTable:
    """Lighting what is dark of each system in service whose design and lit capacity are known."""
    places = places_of(layers)
    cables = layers.tables["cables"]
    spare = (cables["design_capacity_tbps"] - cables["lit_capacity_tbps"]).to_numpy(float)
    on = in_service(cables, layers.as_of) & (spare > 0) & (cables["lit_capacity_tbps"] > 0)
    station = dict(zip(layers.tables["stations"]["station_id"],
                       layers.tables["stations"]["country"], strict=True))
    lands = layers.tables["landings"].groupby("cable_id")["station_id"].agg(list)
    number = {str(key): i for i, key in enumerate(places.id)}
    rows = [i for i in np.flatnonzero(on) if cables["cable_id"].iloc[i] in lands.index and (
        countries is None
        or countries & {station[key] for key in lands[cables["cable_id"].iloc[i]]})]
    names = cables["cable_id"].to_numpy(object)[rows]
    a = np.array([number[sorted(lands[name])[0]] for name in names], np.int64)
    added = spare[rows]
    return CandidateTable(
        layers, router, places, np.full(len(a), CANDIDATE_KINDS.index("upgrade"), np.int8), a, a,
        np.asarray(names, object), np.zeros(len(a)), upgrade_costs_musd(added),
        np.zeros(len(a)), added)
