"""Coast and countries: decode the TopoJSON of Natural Earth 1:10m, split it into landmasses."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

HERE = Path(__file__).parent
FloatArray = np.ndarray
EDGES = ("west", "south", "east", "north")


@dataclass(frozen=True, eq=False)
class Coast:
    """Land parts (one polygon of one country on one landmass) and all coast edges.

    `parts` has landmass_id, country (ISO 3166-1 alpha-2), disputed (claimants or empty) and
    geometry; `edges` are two arrays (n, 4): x0, y0, x1, y1 of every ring edge of the country
    layer and of the land layer.
    """

    parts: gpd.GeoDataFrame
    edges: tuple[FloatArray, FloatArray]


def read_topojson(path: Path, layer: str) -> list[tuple[str, str, list[shapely.Polygon]]]:
    """Read one layer: a list of (numeric code, name, polygons)."""
    data = json.loads(path.read_text(encoding="utf-8"))
    scale = np.array(data["transform"]["scale"])
    shift = np.array(data["transform"]["translate"])
    arcs = [np.cumsum(np.array(arc, dtype=np.int64), axis=0) * scale + shift
            for arc in data["arcs"]]

    def ring(indices: list[int]) -> FloatArray:
        pieces = [arcs[i] if i >= 0 else arcs[~i][::-1] for i in indices]
        return np.vstack([pieces[0]] + [piece[1:] for piece in pieces[1:]])

    found = []
    geometries = data["objects"][layer]["geometries"]
    for item in geometries:
        groups = {"Polygon": lambda g: [g["arcs"]], "MultiPolygon": lambda g: g["arcs"]}.get(
            item["type"], lambda _g: [])(item)
        polygons = []
        for rings in groups:
            shapes = [ring(indices) for indices in rings]
            shapes = [shape for shape in shapes if len(shape) >= 4]
            if shapes:
                polygons += _planar(shapes)
        properties = item.get("properties") or {}
        found.append((str(item.get("id") or ""), properties.get("name", ""), polygons))
    return found


def _planar(rings: list[FloatArray]) -> list[shapely.Polygon]:
    """Cut a polygon of the sphere (stitched over the dateline, or round a pole) at +-180."""
    flat = []
    for ring in rings:
        xy = ring.copy()
        xy[:, 0] = np.unwrap(xy[:, 0], period=360.0)
        if abs(xy[-1, 0] - xy[0, 0]) > 180.0:
            pole = -90.0 if xy[:, 1].mean() < 0 else 90.0
            xy = np.vstack([xy, [[xy[-1, 0], pole], [xy[0, 0], pole], xy[0]]])
        flat.append(xy)
    for hole in flat[1:]:
        hole[:, 0] += 360.0 * np.round((flat[0][0, 0] - hole[0, 0]) / 360.0)
    low, high = flat[0][:, 0].min(), flat[0][:, 0].max()
    if low >= -180.0 and high <= 180.0:
        return [shapely.Polygon(flat[0], flat[1:])]
    whole = shapely.make_valid(shapely.Polygon(flat[0], flat[1:]))
    pieces = []
    for turn in (-1, 0, 1):
        window = shapely.box(-180.0 + 360.0 * turn, -90.0, 180.0 + 360.0 * turn, 90.0)
        moved = shapely.transform(whole.intersection(window),
                                  lambda xy, t=turn: xy - [360.0 * t, 0.0])
        pieces += [part for part in shapely.get_parts(moved) if part.geom_type == "Polygon"]
    return pieces


def load_coast(cache_dir: Path) -> Coast:
    """Build the land parts and the coast edges from the two raw files in `cache_dir`."""
    countries = read_topojson(cache_dir / "countries-10m.json", "countries")
    land = read_topojson(cache_dir / "land-10m.json", "land")
    polygons, names, numbers = [], [], []
    for number, name, shapes in countries:
        polygons += shapes
        names += [name] * len(shapes)
        numbers += [number] * len(shapes)
    masses = np.array([shape for _n, _m, shapes in land for shape in shapes], dtype=object)
    edges = _edges(np.array(polygons, dtype=object)), _edges(masses)
    parts, index = _whole_parts(np.array(polygons, dtype=object))
    names, numbers = [names[i] for i in index], [numbers[i] for i in index]
    mass_of = _mass_of(parts)
    codes, claims = _codes(parts, names, numbers)
    frame = gpd.GeoDataFrame(
        {"landmass_id": mass_of, "country": codes, "disputed": claims},
        geometry=list(parts), crs="EPSG:4326")
    frame["_x"] = frame.geometry.bounds.minx
    frame["_y"] = frame.geometry.bounds.miny
    frame = frame.sort_values(["landmass_id", "country", "_x", "_y"], kind="stable")
    return Coast(frame.drop(columns=["_x", "_y"]).reset_index(drop=True), edges)


def _whole_parts(shapes: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Valid polygons made of `shapes`, and from which shape each came; slivers are dropped."""
    parts, index = shapely.get_parts(shapely.make_valid(shapes), return_index=True)
    deeper, inner = shapely.get_parts(parts, return_index=True)
    index = index[inner]
    keep = (shapely.get_type_id(deeper) == 3) & (shapely.area(deeper) > 0)
    return deeper[keep], index[keep]


def _edges(shapes: FloatArray) -> FloatArray:
    boundary = shapely.boundary(shapes)
    rings = shapely.get_parts(boundary)
    xy, index = shapely.get_coordinates(rings, return_index=True)
    same = index[1:] == index[:-1]
    return np.hstack([xy[:-1], xy[1:]])[same]


def _mass_of(parts: FloatArray) -> list[str]:
    """The landmass of each part: parts that touch are one mass; ids by size of the mass.

    The largest are named by rank (L0001 is Africa with Eurasia), so an id is stable as long as
    the coast file is.
    """
    tree = shapely.STRtree(parts)
    left, right = tree.query(parts, predicate="intersects")
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    graph = coo_matrix((np.ones(len(left)), (left, right)), shape=(len(parts), len(parts)))
    _count, group = connected_components(graph, directed=False)
    area = np.bincount(group, shapely.area(parts))
    west = np.full(len(area), 999.0)
    np.minimum.at(west, group, shapely.bounds(parts)[:, 0])
    order = np.lexsort((west, -np.round(area, 6)))
    rank = np.empty(len(area), dtype=int)
    rank[order] = np.arange(len(area))
    return [f"L{rank[g] + 1:04d}" for g in group]


def _codes(parts: FloatArray, names: list[str], numbers: list[str]) -> tuple[list[str], list[str]]:
    """ISO codes of parts: by number, else by declared name, with overseas boxes split off."""
    with (HERE / "country_codes.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    by_number = {row["number"]: row["country"] for row in rows if row["number"]}
    by_name = {row["name"]: row for row in rows if row["name"]}
    boxes = [row for row in rows if row["within"]]
    centres = shapely.get_coordinates(shapely.centroid(parts))
    codes, claims = [], []
    for (lon, lat), name, number in zip(centres, names, numbers, strict=True):
        named = by_name.get(name)
        code = named["country"] if named else by_number.get(number, "")
        claim = named["claimants"] if named else ""
        for box in boxes:
            west, south, east, north = (float(box[key]) for key in EDGES)
            if code == box["within"] and west <= lon <= east and south <= lat <= north:
                code, claim = box["country"], box["claimants"]
        if not code:
            raise ValueError(f"country_codes.csv: no code for '{name}' ({number}); add a row")
        codes.append(code)
        claims.append(claim)
    return codes, claims
