"""A coarse layer of whose waters are whose: nearest coast within 12 and 200 nautical miles.

No legal document: median lines, archipelagic baselines and treaties are not in it. A zone is given
to the country of the nearest coast; declared areas of dispute lie over it; the rest is high seas.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from profiles import runs
from scipy.spatial import cKDTree

from cablenet.geo.geodesic import EARTH_RADIUS_KM
from cablenet.geo.sea_grid import BASE, COLUMNS, LAND, ROWS, SeaMask
from cablenet.geo.sea_router import unit_vectors

HERE = Path(__file__).parent
TERRITORIAL_KM, EEZ_KM = 12 * 1.852, 200 * 1.852
CELL = 0.2
SPACING = 0.05
HIGH_SEAS = "high-seas"
DISPUTED_COASTS = {"XD": "disputed-spratly"}
"""Features that belong to a declared area as a whole."""


@dataclass(frozen=True, eq=False)
class Coasts:
    """Coast points in a search tree, each with the number of its owner (country, claimants)."""

    tree: cKDTree
    owner: np.ndarray
    owners: list[tuple[str, str]]

    def nearest(self, lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Distance (km, inf beyond the EEZ) and owner number of the nearest coast."""
        limit = 2 * np.sin(EEZ_KM / EARTH_RADIUS_KM / 2)
        chord, at = self.tree.query(unit_vectors(lon, lat), distance_upper_bound=limit, workers=2)
        found = np.isfinite(chord)
        km = np.full(len(lon), np.inf)
        km[found] = 2 * EARTH_RADIUS_KM * np.arcsin(chord[found] / 2)
        return km, np.where(found, self.owner[np.minimum(at, len(self.owner) - 1)], 0)


def read_coasts(parts: gpd.GeoDataFrame) -> Coasts:
    """Points every `SPACING` degrees along the coast of every land part."""
    owners = sorted(set(zip(parts.country, parts.disputed, strict=True)))
    number = {owner: i for i, owner in enumerate(owners)}
    shapes = shapely.segmentize(parts.geometry.to_numpy(), SPACING)
    xy, index = shapely.get_coordinates(shapes, return_index=True)
    part_owner = np.array([number[o] for o in zip(parts.country, parts.disputed, strict=True)])
    table = np.unique(np.column_stack([np.round(xy / (SPACING / 2)), part_owner[index]])
                      .astype(np.int64), axis=0)
    lon, lat = table[:, 0] * SPACING / 2, table[:, 1] * SPACING / 2
    return Coasts(cKDTree(unit_vectors(lon, lat)), table[:, 2], owners)


def read_disputed() -> pd.DataFrame:
    """The declared areas of dispute, with their polygons."""
    with (HERE / "disputed.csv").open(encoding="utf-8", newline="") as file:
        frame = pd.DataFrame(list(csv.DictReader(file)))
    frame["geometry"] = [shapely.Polygon([[float(v) for v in pair.split()]
                                          for pair in text.split(";")]) for text in frame.polygon]
    return frame


def zone_id(owner: tuple[str, str], zone: str) -> str:
    """Our id of a zone of one owner; a disputed part of a country gets its claimants' codes."""
    country, claimants = owner
    if country in DISPUTED_COASTS:
        return DISPUTED_COASTS[country]
    if not claimants or country in DISPUTED_WHOLE:
        return f"{country}-{zone}"
    return f"{country}-{claimants.replace(';', '-')}-{zone}"


def read_seas() -> pd.DataFrame:
    """Seas in which a country asks otherwise than elsewhere, with their polygons (`seas.csv`)."""
    with (HERE / "seas.csv").open(encoding="utf-8", newline="") as file:
        frame = pd.DataFrame(list(csv.DictReader(file)))
    frame["geometry"] = [shapely.Polygon([[float(v) for v in pair.split()]
                                          for pair in text.split(";")]) for text in frame.polygon]
    return frame


DISPUTED_WHOLE = {"EH", "YT", "IO", "PS", "FK", "GI"}
"""Countries all of whose waters have more than one claimant who is asked in practice.

Not Taiwan: repairs in its waters ask Taipei alone, as the restorations of 2006 and 2023 show. What
China is asked for are the waters it claims in the South and East China Sea (`disputed.csv`).
"""


def zones_at(coasts: Coasts, disputed: pd.DataFrame, lon: np.ndarray, lat: np.ndarray
             ) -> np.ndarray:
    """The jurisdiction of places at sea."""
    km, owner = coasts.nearest(lon, lat)
    table = np.array([[zone_id(o, "ts"), zone_id(o, "eez")] for o in coasts.owners], dtype=object)
    found = np.where(km <= TERRITORIAL_KM, table[owner, 0], table[owner, 1])
    found = np.where(np.isfinite(km), found, HIGH_SEAS)
    found = _by_sea(found, lon, lat)
    for row in disputed.itertuples():
        inside = shapely.contains_xy(row.geometry, lon, lat)
        found[inside] = row.disputed_id
    return found


def _by_sea(labels: np.ndarray, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Zones of a country in a sea of `seas.csv` by an id of their own: CN-eez -> CN-scs-eez."""
    out = labels.copy()
    for row in read_seas().itertuples():
        inside = shapely.contains_xy(row.geometry, lon, lat)
        for zone in ("ts", "eez"):
            out[inside & (labels == f"{row.country}-{zone}")] = f"{row.country}-{row.sea}-{zone}"
    return out


def along_segments(coasts: Coasts, disputed: pd.DataFrame, samples: pd.DataFrame
                   ) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Runs of one jurisdiction along wet segments; also zone, lon, lat of each piece."""
    wet = samples[samples.wet]
    zone = zones_at(coasts, disputed, wet.lon.to_numpy(), wet.lat.to_numpy())
    frame, _run = runs(wet, zone)
    return (frame.rename(columns={"value": "jurisdiction_id"}),
            pd.DataFrame({"zone": zone, "lon": wet.lon, "lat": wet.lat}))


def polygons(coasts: Coasts, disputed: pd.DataFrame, mask: SeaMask, names: dict[str, str],
             places: pd.DataFrame) -> gpd.GeoDataFrame:
    """The layer: one (multi-)polygon for each zone; small boxes where a zone is met by a cable
    (`places` of `along_segments`) but too small for the grid.

    Zones are unions of grid cells, simplified together so that edges still meet; territorial seas
    are drawn on a grid of half the size and cut out of the rest.
    """
    wide = _zones(coasts, disputed, mask, CELL, "eez")
    near = _zones(coasts, disputed, mask, CELL / 2, "ts")
    near = {zone: shape for zone, shape in near.items() if zone.endswith("-ts")}
    tree = shapely.STRtree(np.array(list(near.values()), dtype=object))
    for zone, shape in wide.items():
        close = tree.geometries[np.sort(tree.query(shape, predicate="intersects"))]
        wide[zone] = shapely.difference(shape, shapely.union_all(close))
    shapes = wide | near
    for zone, part in places[~places.zone.isin(list(shapes))].groupby("zone", sort=True):
        half = CELL / 8
        shapes[str(zone)] = shapely.union_all(shapely.box(part.lon - half, part.lat - half,
                                                          part.lon + half, part.lat + half))
    described = {zone: _described(zone, coasts, disputed, names) for zone in shapes}
    rows = [(zone, *described[zone], _polygons_only(shape)) for zone, shape in shapes.items()]
    frame = gpd.GeoDataFrame(
        rows, columns=["jurisdiction_id", "kind", "claimants", "name", "geometry"],
        geometry="geometry", crs="EPSG:4326")
    frame = frame[~frame.geometry.is_empty]
    return frame.sort_values("jurisdiction_id", kind="stable").reset_index(drop=True)


def _zones(coasts: Coasts, disputed: pd.DataFrame, mask: SeaMask, cell: float, zone: str
           ) -> dict[str, shapely.Geometry]:
    """Zones drawn on a grid of `cell` degrees: the wide ones with their coasts, or the near."""
    size = round(cell * BASE)
    sea = (mask.code.reshape(ROWS // size, size, COLUMNS // size, size) != LAND).any(axis=(1, 3))
    row, column = np.nonzero(sea)
    lon, lat = (column + 0.5) * cell - 180.0, (row + 0.5) * cell - 90.0
    if zone == "ts":
        km, owner = coasts.nearest(lon, lat)
        inside = km <= TERRITORIAL_KM
        for shape in disputed.geometry:
            inside &= ~shapely.contains_xy(shape, lon, lat)
        lon, lat, owner = lon[inside], lat[inside], owner[inside]
        table = np.array([zone_id(o, "ts") for o in coasts.owners], dtype=object)
        labels = _by_sea(table[owner], lon, lat)
    else:
        labels = zones_at(coasts, disputed, lon, lat)
        labels = np.array([label.removesuffix("-ts") + "-eez" if label.endswith("-ts") else label
                           for label in labels], dtype=object)
    table = pd.DataFrame({"zone": labels, "lon": lon, "lat": lat})
    ids, shapes = [], []
    for name, cells in table.groupby("zone", sort=True):
        west, south = cells.lon.to_numpy() - cell / 2, cells.lat.to_numpy() - cell / 2
        corners = [np.round(edge, 6) for edge in (west, south, west + cell, south + cell)]
        ids.append(str(name))
        shapes.append(shapely.coverage_union_all(shapely.box(*corners)))
    simple = shapely.coverage_simplify(np.array(shapes, dtype=object), cell * 1.3)
    return dict(zip(ids, simple, strict=True))


def _polygons_only(shape: shapely.Geometry) -> shapely.Geometry:
    parts = [part for part in shapely.get_parts(shapely.make_valid(shape))
             if part.geom_type == "Polygon" and part.area > 1e-5]
    return shapely.set_precision(shapely.MultiPolygon(parts), 1e-3)


def _described(zone: str, coasts: Coasts, disputed: pd.DataFrame, names: dict[str, str]
               ) -> tuple[str, str, str]:
    """Kind, claimants and readable name of a zone."""
    declared = disputed[disputed.disputed_id == zone]
    if zone == HIGH_SEAS:
        return "high_seas", "", "High seas"
    if len(declared):
        return "disputed", declared.claimants.iloc[0], str(declared["name"].iloc[0])
    where = ""
    for row in read_seas().itertuples():
        if zone.startswith(f"{row.country}-{row.sea}-"):
            zone, where = zone.replace(f"-{row.sea}-", "-", 1), f" in the {row.name}"
    owner = next(o for o in coasts.owners for z in ("ts", "eez") if zone_id(o, z) == zone)
    country, claimants = owner
    near = zone.endswith("-ts")
    title = f"{names.get(country, country)}, {'territorial sea' if near else 'EEZ'}{where}"
    if claimants:
        return "disputed", claimants, f"{title} ({claimants.replace(';', ', ')})"
    return ("territorial_sea" if near else "eez"), country, title
