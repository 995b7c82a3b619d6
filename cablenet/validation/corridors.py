"""Which cables share a corridor on our map, against a map somebody else drew."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from cablenet import readers
from cablenet.geo.geodesic import EARTH_RADIUS_KM, densify
from cablenet.geo.sea_router import unit_vectors
from cablenet.layers import Layers
from cablenet.validation.check import Check, at_least, skipped

NEAR_KM, ALONG_KM, FROM_LANDING_KM, STEP_KM = 50.0, 100.0, 50.0, 10.0
RECALL = 0.8
SOURCE = "TeleGeography submarine cable map, November 2022 (stylised routes, read for this only)"
ID = "corridor-pairs-recall"
SHOWN = 200
Floats = NDArray[np.float64]
Lines = Mapping[str, list[Any]]
Places = Mapping[str, Floats]


def check_corridors(layers: Layers, data: Path | None) -> list[Check]:
    """Recall of the corridor pairs of the cables on both maps; precision stands beside it."""
    folder = find_export(data)
    if folder is None:
        return [skipped(ID, SOURCE, "no TeleGeography v3 export here; name its folder with --data")]
    theirs = readers.read_layers(folder, "telegeography-v3")
    their_id = match_names(layers, theirs)
    our_pairs = corridor_pairs(*_lines(layers, {cable: cable for cable in their_id}))
    their_pairs = corridor_pairs(*_lines(theirs, {key: cable for cable, key in their_id.items()}))
    both = our_pairs & their_pairs
    missed = [f"missed: {a} and {b}" for a, b in sorted(their_pairs - our_pairs)]
    more = [f"and {len(missed) - SHOWN} more"] if len(missed) > SHOWN else []
    return [at_least(ID, len(both) / max(len(their_pairs), 1), RECALL, SOURCE, (
        f"precision {len(both) / max(len(our_pairs), 1):.3f}",
        f"{len(their_id)} cables on both maps, {len(our_pairs)} pairs on ours, "
        f"{len(their_pairs)} on theirs", *missed[:SHOWN], *more))]


def corridor_pairs(lines: Lines, landings: Places) -> set[tuple[str, str]]:
    """Pairs of cables within `NEAR_KM` of each other along at least `ALONG_KM`.

    Only water more than `FROM_LANDING_KM` from the landings (n, 2) of both cables counts.
    """
    places = {}
    for cable, shapes in lines.items():
        xy, weight = _samples(shapes)
        away = _distance_km(xy, landings[cable]) > FROM_LANDING_KM
        places[cable] = (xy[away], weight[away])
    names = sorted(name for name, (xy, _) in places.items() if len(xy))
    trees = {name: cKDTree(unit_vectors(*places[name][0].T)) for name in names}
    return {(one, other) for one, other in combinations(names, 2)
            if max(_shared_km(places, trees, landings, one, other),
                   _shared_km(places, trees, landings, other, one)) >= ALONG_KM}


def find_export(data: Path | None) -> Path | None:
    """A TeleGeography v3 export: the folder itself, or one directly inside it."""
    if data is None:
        return None
    folders = [data, *sorted(path for path in data.iterdir() if path.is_dir())]
    return next((path for path in folders for inner in ("web/public/api/v3", "")
                 if (path / inner / "cable/cable-geo.json").is_file()
                 and (path / inner / "cable/all.json").is_file()
                 and "v2" not in path.name), None)


def match_names(ours: Layers, theirs: Layers) -> dict[str, str]:
    """Our cable ids to theirs, by name; `map_names.csv` declares names that differ."""
    table = pd.read_csv(str(files("cablenet.validation") / "map_names.csv"))
    declared = dict(zip(table["cable_id"], table["name"], strict=True))
    their_cables = theirs.cables
    by_name = {_plain(name): key for key, name in
               zip(their_cables["cable_id"], their_cables["name"], strict=True)}
    drawn, their_drawn = set(ours.segments["cable_id"]), set(theirs.segments["cable_id"])
    found = {}
    for key, name in zip(ours.cables["cable_id"], ours.cables["name"], strict=True):
        other = by_name.get(_plain(declared.get(key, name)))
        if key in drawn and other in their_drawn:
            found[key] = str(other)
    return found


def _lines(layers: Layers, wanted: Mapping[str, str]) -> tuple[Lines, Places]:
    """Lines and landing places of some cables of a map, under the names wanted."""
    segments, stations = layers.segments, layers.stations.set_index("station_id")
    lines: dict[str, list[Any]] = {}
    for cable, shape in zip(segments["cable_id"], segments.geometry, strict=True):
        if cable in wanted:
            lines.setdefault(wanted[cable], []).append(shape)
    landings: dict[str, list[tuple[float, float]]] = {name: [] for name in lines}
    table = layers.landings
    for cable, station in zip(table["cable_id"], table["station_id"], strict=True):
        if wanted.get(cable) in lines:
            point = stations.geometry[station]
            landings[wanted[cable]].append((point.x, point.y))
    return lines, {name: np.array(at).reshape(-1, 2) for name, at in landings.items()}


def _shared_km(places: Mapping[str, tuple[Floats, Floats]], trees: Mapping[str, cKDTree],
               landings: Places, a: str, b: str) -> float:
    """Kilometres of cable a that run within `NEAR_KM` of cable b."""
    xy, weight = places[a]
    chord, _ = trees[b].query(trees[a].data, distance_upper_bound=NEAR_KM / EARTH_RADIUS_KM)
    near = np.isfinite(chord)
    near[near] &= _distance_km(xy[near], landings[b]) > FROM_LANDING_KM
    return float(weight[near].sum())


def _samples(shapes: list[Any]) -> tuple[Floats, Floats]:
    """Places every `STEP_KM` along lines, and the length each stands for."""
    parts, weights = [], []
    for shape in shapes:
        xy, km = densify(shape, STEP_KM)
        parts.append((xy[:-1] + xy[1:]) / 2)
        weights.append(np.diff(km))
    return np.vstack(parts), np.concatenate(weights)


def _distance_km(xy: Floats, places: Floats) -> Floats:
    """Distance of each place to the nearest of some others."""
    if not len(places) or not len(xy):
        return np.full(len(xy), np.inf)
    chord, _ = cKDTree(unit_vectors(*places.T)).query(unit_vectors(*xy.T))
    return np.asarray(chord * EARTH_RADIUS_KM, float)


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
