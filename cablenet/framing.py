"""The frame of an imported map: gateways, countries, hubs and borders from the open atlas.

A map of cables alone cannot say who is isolated. Framing adds where traffic enters and meets, and
joins each station to the gateways that a road could reach; islands stay islands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from cablenet.build import backhaul_rows
from cablenet.geo import dateline, geodesic
from cablenet.geo.landmass import Land
from cablenet.layers import WGS84, Layers, layers_from_tables

FRAME = ("gateways", "hubs", "border_crossings", "fixed_links", "chokepoints",
         "jurisdictions", "ships", "depots", "maintenance_agreements", "permits", "sources")
"""Tables an imported map takes over whole where it has none of its own; countries are joined, and
`permit_waters` goes with `permits`, whose rows it sets aside."""


def frame(layers: Layers, atlas: Layers, land: Land) -> Layers:
    """The map with the tables of `FRAME` filled in, landmasses found and backhaul laid.

    The declared sea mesh of the atlas is left out: a whole-world map has its own ocean cables.
    Where a landing stands on a landmass without a gateway, one more gateway is put there; people
    are not counted at it, since the map does not say how many live there.
    """
    tables: dict[str, pd.DataFrame] = dict(layers.tables)
    if not len(tables["permits"]) and not len(tables["permit_waters"]):
        tables["permit_waters"] = atlas.tables["permit_waters"]
    for name in FRAME:
        if not len(tables[name]):
            tables[name] = atlas.tables[name]
    crossings = tables["border_crossings"]
    tables["border_crossings"] = crossings[crossings["kind"] != "mesh_sea"]
    stations = _with_landmass(tables["stations"], tables["gateways"], land)
    tables["gateways"] = _with_island_gateways(stations, tables["gateways"])
    tables["stations"] = stations
    tables["backhaul"] = backhaul_rows(stations, tables["gateways"])
    tables["countries"] = _all_countries(tables["countries"], atlas.tables["countries"], stations)
    tables["provenance"] = _joined_provenance(layers, atlas)
    return layers_from_tables(tables, name=layers.name, as_of=layers.as_of,
                              overlays=layers.overlays)


def _all_countries(own: pd.DataFrame, atlas: pd.DataFrame,
                   stations: pd.DataFrame) -> pd.DataFrame:
    """The atlas's countries, then those that only the map knows, then bare codes of stations."""
    more = own[~own["country"].isin(atlas["country"])]
    both = pd.concat([part for part in (atlas, more) if len(part)], ignore_index=True)
    extra = sorted(set(stations["country"]) - set(both["country"]))
    bare = pd.DataFrame({"country": extra, "name": extra})
    return pd.concat([both, bare], ignore_index=True) if extra else both


def event_area(parts: Sequence[Mapping[str, Any]]) -> Any:
    """The area of a named event that is disks and tracks alone, else None."""
    shapes = []
    for part in parts:
        if part["kind"] == "disk":
            shapes.append(geodesic.disk(part["lon"], part["lat"], part["radius_km"]))
        elif part["kind"] == "corridor":
            track = dateline.unwrap(shapely.from_wkt(part["line"]))
            dense, _ = geodesic.densify(track, max(1.0, part["width_km"] / 4))
            shapes += [geodesic.disk(x, y, part["width_km"] / 2, 48) for x, y in dense]
        else:
            return None
    return shapely.union_all(shapes)


def _with_landmass(stations: gpd.GeoDataFrame, gateways: gpd.GeoDataFrame,
                   land: Land) -> gpd.GeoDataFrame:
    """Stations with a landmass: the one they stand on, or one a bridge joins that has a gateway."""
    lon, lat = stations.geometry.x.to_numpy(float), stations.geometry.y.to_numpy(float)
    country = stations["country"].to_numpy(object)
    given = stations["landmass_id"].fillna("").to_numpy(object)
    found = np.where(given == "", land.find(lon, lat, country), given)
    served: dict[str, set[str]] = {}
    for row in gateways.itertuples():
        served.setdefault(row.country, set()).add(row.landmass_id)
    lone = [i for i in range(len(found))
            if found[i] not in served.get(country[i], set()) and served.get(country[i])]
    known: dict[tuple[str, str], str] = {}
    for i in lone:
        key = (str(country[i]), str(found[i]))
        if key not in known:
            known[key] = land.joined_to(lon[i], lat[i], country[i], served[country[i]])
        found[i] = known[key] or found[i]
    blank = found == ""
    found[blank] = [f"islet:{key}" for key in stations["station_id"].to_numpy(object)[blank]]
    return stations.assign(landmass_id=found)


def _with_island_gateways(stations: gpd.GeoDataFrame,
                          gateways: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """One more gateway, without people, on each landmass with a landing but no gateway."""
    served = set(zip(gateways["country"], gateways["landmass_id"], strict=True))
    rows: list[dict[str, Any]] = []
    for row in stations.sort_values("station_id").itertuples():
        if (row.country, row.landmass_id) not in served:
            served.add((row.country, row.landmass_id))
            rows.append({"gateway_id": f"{row.country}-at-{row.station_id}", "name": row.name,
                         "country": row.country, "landmass_id": row.landmass_id,
                         "people_share": 0.0, "demand_share": 0.0,
                         "basis": "landing on a landmass without a gateway; people not counted",
                         "geometry": row.geometry})
    if not rows:
        return gateways
    more = gpd.GeoDataFrame(rows, geometry="geometry", crs=WGS84)
    return gpd.GeoDataFrame(pd.concat([gateways, more], ignore_index=True), geometry="geometry",
                            crs=WGS84)


def _joined_provenance(layers: Layers, atlas: Layers) -> pd.DataFrame:
    """The map's own provenance, and that of the atlas for the tables taken from it."""
    taken = ["countries", *[name for name in FRAME if not len(layers.tables[name])]]
    theirs = atlas.tables["provenance"]
    own = layers.tables["provenance"]
    backhaul = pd.DataFrame([{
        "layer": "backhaul", "id": "*", "column": "length_km", "basis": "assumed",
        "low": 0.8, "high": 1.5, "range_kind": "factor", "sources": "",
        "note": "1.3 x the geodesic to the nearest gateways of the same landmass",
    }])
    parts = [part for part in (own, theirs[theirs["layer"].isin(taken)], backhaul) if len(part)]
    return pd.concat(parts, ignore_index=True)
