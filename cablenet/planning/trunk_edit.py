"""Edits that candidates ask of a map: new stations, units jointed into a trunk, more light."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from cablenet.build import backhaul_rows
from cablenet.errors import InputError, UnknownNameError
from cablenet.geo import dateline, geodesic
from cablenet.layers import WGS84, Layers

Floats = NDArray[np.float64]
Texts = NDArray[np.object_]
RUN_TABLES = ("depth_profile", "segment_jurisdictions")


def with_stations(layers: Layers, ids: Texts, names: Texts, countries: Texts, lon: Floats,
                  lat: Floats) -> Layers:
    """The map with new stations, each joined to the gateways of the landmass it is meant for.

    A new station stands on the landmass of the nearest gateway of its country.
    """
    gateways = layers.tables["gateways"]
    masses = []
    for country, x, y in zip(countries, lon, lat, strict=True):
        own = gateways[gateways["country"] == country]
        if not len(own):
            raise InputError(f"no gateway in {country}: a new station there would join nothing")
        away = geodesic.distance_km(x, y, own.geometry.x.to_numpy(), own.geometry.y.to_numpy())
        masses.append(own["landmass_id"].iloc[int(np.argmin(away))])
    made = gpd.GeoDataFrame({
        "station_id": ids, "name": names, "country": countries, "level": "town",
        "landmass_id": masses, "position_sigma_km": 11.0, "source_id": "CABLENET",
    }, geometry=gpd.points_from_xy(lon, lat), crs=WGS84)
    return layers.with_tables(
        stations=_stacked(layers.tables["stations"], made),
        backhaul=_stacked(layers.tables["backhaul"], backhaul_rows(made, gateways)))


def with_branching_units(layers: Layers, ids: Texts, segments: Texts, km: Floats) -> Layers:
    """The map with each named segment split where a new unit sits on it.

    The parts keep the cable, its dates and its capacities and are called `segment~1`, `segment~2`
    and so on; runs of depth and jurisdiction are split with them. Together they are as long as
    the whole.
    """
    table = layers.tables["segments"]
    known = {str(key): i for i, key in enumerate(table["segment_id"])}
    gone, parts, units, runs = [], [], [], {name: [layers.tables[name]] for name in RUN_TABLES}
    for segment in sorted(set(segments.tolist())):
        if segment not in known:
            raise UnknownNameError("segment", segment, known)
        mine = np.flatnonzero(segments == segment)
        mine = mine[np.argsort(km[mine], kind="stable")]
        row = table.iloc[known[segment]]
        lines = _cut_at(dateline.unwrap(row.geometry), km[mine])
        ends = [row["from_id"], *ids[mine], row["to_id"]]
        names = [f"{segment}~{i + 1}" for i in range(len(lines))]
        gone.append(segment)
        parts.append(gpd.GeoDataFrame(
            [{**row.drop("geometry").to_dict(), "segment_id": names[i], "from_id": ends[i],
              "to_id": ends[i + 1]} for i in range(len(lines))], geometry=lines, crs=WGS84))
        units.append(gpd.GeoDataFrame(
            {"bu_id": ids[mine], "cable_id": row["cable_id"]},
            geometry=[shapely.Point(line.coords[-1]) for line in lines[:-1]], crs=WGS84))
        for name in RUN_TABLES:
            runs[name].append(_split_runs(layers.tables[name], segment, names, km[mine]))
    kept = table[~table["segment_id"].isin(gone)]
    new_runs = {name: _stacked(*[frame[~frame["segment_id"].isin(gone)] for frame in frames])
                for name, frames in runs.items()}
    return layers.with_tables(
        segments=_stacked(kept, *parts),
        branching_units=_stacked(layers.tables["branching_units"], *units), **new_runs)


def with_more_lit(layers: Layers, added_tbps: Mapping[str, float]) -> Layers:
    """The map with some systems lit further, each section by the same share, within its design."""
    cables, segments = layers.tables["cables"].copy(), layers.tables["segments"].copy()
    for cable, added in added_tbps.items():
        whole = cables["cable_id"] == cable
        if not whole.any():
            raise UnknownNameError("cable", cable, cables["cable_id"])
        lit = float(cables.loc[whole, "lit_capacity_tbps"].iloc[0])
        mine = segments["cable_id"] == cable
        for frame, rows in ((cables, whole), (segments, mine)):
            more = frame.loc[rows, "lit_capacity_tbps"] * (lit + added) / lit
            most = frame.loc[rows, "design_capacity_tbps"].fillna(np.inf)
            frame.loc[rows, "lit_capacity_tbps"] = more.where(more.isna() | (more < most), most)
    return layers.with_tables(cables=cables, segments=segments)


def _cut_at(line: shapely.LineString, km: Floats) -> list[shapely.LineString]:
    """The parts of a line between places along it, in order."""
    at, xy = geodesic.vertex_km(line), shapely.get_coordinates(line)
    if (km <= 0).any() or (km >= at[-1]).any() or (np.diff(km) <= 0).any():
        raise InputError(f"a unit must sit inside its segment of {at[-1]:.0f} km, one at a place")
    places = np.column_stack([np.interp(km, at, xy[:, 0]), np.interp(km, at, xy[:, 1])])
    edges = np.searchsorted(at, km)
    bounds = [0, *edges.tolist(), len(xy)]
    parts = []
    for i in range(len(km) + 1):
        first = [places[i - 1]] if i else []
        last = [places[i]] if i < len(km) else []
        body = xy[bounds[i]:bounds[i + 1]]
        coords = np.vstack([*first, *body, *last])
        keep = np.append(True, (np.diff(coords, axis=0) != 0).any(axis=1))
        parts.append(shapely.LineString(coords[keep]))
    return parts


def _split_runs(frame: pd.DataFrame, segment: str, names: list[str], km: Floats) -> pd.DataFrame:
    """Runs along one segment as runs along its parts."""
    mine = frame[frame["segment_id"] == segment]
    edges = [0.0, *km.tolist(), np.inf]
    parts = []
    for name, low, high in zip(names, edges[:-1], edges[1:], strict=True):
        part = mine[(mine["km_to"] > low) & (mine["km_from"] < high)]
        parts.append(part.assign(segment_id=name, km_from=(part["km_from"] - low).clip(lower=0.0),
                                 km_to=part["km_to"].clip(upper=high) - low))
    return _stacked(mine[:0], *parts)


def _stacked(*frames: pd.DataFrame) -> pd.DataFrame:
    """Frames one below the other; an empty one adds nothing."""
    full = [frame for frame in frames if len(frame)]
    if not full:
        return frames[0]
    both = pd.concat(full, ignore_index=True)
    return gpd.GeoDataFrame(both, geometry="geometry", crs=WGS84) if "geometry" in both else both
