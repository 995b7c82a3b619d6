"""Which cables share a corridor, and which pass a chokepoint: pure functions on drawn lines.

`python corridors.py ATLAS_DIR TELEGEOGRAPHY_DIR` prints how our chokepoints and corridor pairs
compare with the lists of the facts and with a map somebody else drew (read for this test only).
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Mapping
from itertools import combinations
from pathlib import Path

import numpy as np
import shapely
from scipy.spatial import cKDTree

from cablenet.geo.dateline import cut_all
from cablenet.geo.geodesic import EARTH_RADIUS_KM, densify
from cablenet.geo.sea_router import unit_vectors

HERE = Path(__file__).parent
NEAR_KM, ALONG_KM, FROM_LANDING_KM, STEP_KM = 50.0, 100.0, 50.0, 10.0
Lines = Mapping[str, list[shapely.LineString]]


def corridor_pairs(lines: Lines, landings: Mapping[str, np.ndarray]) -> set[tuple[str, str]]:
    """Pairs of cables within `NEAR_KM` of each other along at least `ALONG_KM`.

    Only water more than `FROM_LANDING_KM` from the landings (n, 2) of both cables counts.
    """
    places = {}
    for cable, shapes in lines.items():
        xy, weight = _samples(shapes)
        away = _distance_km(xy, landings[cable]) > FROM_LANDING_KM
        places[cable] = (xy[away], weight[away])
    names = sorted(name for name, (xy, _w) in places.items() if len(xy))
    trees = {name: cKDTree(unit_vectors(*places[name][0].T)) for name in names}
    limit = NEAR_KM / EARTH_RADIUS_KM
    found = set()
    for one, other in combinations(names, 2):
        shared = 0.0
        for a, b in ((one, other), (other, one)):
            xy, weight = places[a]
            chord, _i = trees[b].query(trees[a].data, distance_upper_bound=limit)
            near = np.isfinite(chord)
            near[near] &= _distance_km(xy[near], landings[b]) > FROM_LANDING_KM
            shared = max(shared, float(weight[near].sum()))
        if shared >= ALONG_KM:
            found.add((one, other))
    return found


def cables_in(lines: Lines, areas: Mapping[str, shapely.Geometry]) -> dict[str, set[str]]:
    """The cables whose lines meet each area."""
    cut = {cable: cut_all(shapes) for cable, shapes in lines.items()}
    return {name: {cable for cable, shapes in cut.items()
                   if shapely.intersects(area, shapes).any()}
            for name, area in areas.items()}


def precision_recall(ours: set, theirs: set) -> tuple[float, float]:
    """Share of ours that is theirs, and of theirs that is ours (1 where there is none)."""
    both = len(ours & theirs)
    return both / len(ours) if ours else 1.0, both / len(theirs) if theirs else 1.0


def _samples(shapes: list[shapely.LineString]) -> tuple[np.ndarray, np.ndarray]:
    parts, weights = [], []
    for shape in shapes:
        xy, km = densify(shape, STEP_KM)
        parts.append((xy[:-1] + xy[1:]) / 2)
        weights.append(np.diff(km))
    return np.vstack(parts), np.concatenate(weights)


def _distance_km(xy: np.ndarray, places: np.ndarray) -> np.ndarray:
    if not len(places) or not len(xy):
        return np.full(len(xy), np.inf)
    chord, _i = cKDTree(unit_vectors(*places.T)).query(unit_vectors(*xy.T))
    return np.asarray(chord) * EARTH_RADIUS_KM


def read_atlas(folder: Path) -> tuple[dict, dict, dict]:
    """Lines and landings by cable, and chokepoint areas, of a folder of our layers."""
    def features(name: str) -> list[dict]:
        return json.loads((folder / f"{name}.geojson").read_text(encoding="utf-8"))["features"]

    lines: dict[str, list[shapely.LineString]] = {}
    for feature in features("segments"):
        cable = feature["properties"]["cable_id"]
        lines.setdefault(cable, []).append(shapely.from_geojson(json.dumps(feature["geometry"])))
    at = {f["properties"]["station_id"]: f["geometry"]["coordinates"]
          for f in features("stations")}
    landings: dict[str, list] = {}
    with (folder / "landings.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            landings.setdefault(row["cable_id"], []).append(at[row["station_id"]])
    areas = {f["properties"]["choke_id"]: shapely.from_geojson(json.dumps(f["geometry"]))
             for f in features("chokepoints")}
    return lines, {k: np.array(v) for k, v in landings.items()}, areas


def read_their_map(folder: Path, wanted: Mapping[str, str]) -> tuple[dict, dict]:
    """Lines and landings by our cable id, of the other map's v3 files."""
    base = folder / "web/public/api/v3"
    geo = json.loads((base / "cable/cable-geo.json").read_text(encoding="utf-8"))
    points = json.loads((base / "landing-point/landing-point-geo.json")
                        .read_text(encoding="utf-8"))
    at = {f["properties"]["id"]: f["geometry"]["coordinates"] for f in points["features"]}
    ours = {slug: cable for cable, slug in wanted.items()}
    lines: dict[str, list[shapely.LineString]] = {}
    landings: dict[str, np.ndarray] = {}
    for feature in geo["features"]:
        cable = ours.get(feature["properties"]["id"])
        if cable is None or not feature["geometry"]:
            continue
        shape = shapely.from_geojson(json.dumps(feature["geometry"]))
        lines.setdefault(cable, []).extend(shapely.get_parts(shape))
    for slug, cable in ours.items():
        data = json.loads((base / f"cable/{slug}.json").read_text(encoding="utf-8"))
        landings[cable] = np.array([at[p["id"]] for p in data["landing_points"] if p["id"] in at])
    return lines, landings


def main(atlas_dir: str, their_dir: str) -> None:
    """Print chokepoint precision and recall, then corridor recall with the misses."""
    lines, landings, areas = read_atlas(Path(atlas_dir))
    found = cables_in(lines, areas)
    with (HERE / "facts/chokepoints.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            stated = set(row["system_ids"].split(";")) & set(lines)
            ours = found[row["choke_id"]]
            precision, recall = precision_recall(ours, stated)
            print(f"{row['choke_id']:16s} ours {len(ours):3d} stated {len(stated):3d} "
                  f"precision {precision:.2f} recall {recall:.2f} "
                  f"missing {sorted(stated - ours)}")
    with (HERE / "their_names.csv").open(encoding="utf-8", newline="") as file:
        wanted = {row["cable_id"]: row["their_id"] for row in csv.DictReader(file)}
    wanted = {cable: slug for cable, slug in wanted.items() if cable in lines}
    their_lines, their_landings = read_their_map(Path(their_dir), wanted)
    theirs = corridor_pairs(their_lines, their_landings)
    ours = corridor_pairs({c: lines[c] for c in their_lines}, landings)
    precision, recall = precision_recall(ours, theirs)
    print(f"corridor pairs: ours {len(ours)}, theirs {len(theirs)}, cables {len(their_lines)}, "
          f"precision {precision:.3f}, recall {recall:.3f}")
    for pair in sorted(theirs - ours):
        print("missed", *pair)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
