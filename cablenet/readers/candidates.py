"""Read proposed cables from a GeoJSON file of lines."""

from __future__ import annotations

import math
from pathlib import Path

import geopandas as gpd
import shapely

from cablenet.errors import Problem, ReadError
from cablenet.geo import dateline
from cablenet.layers import WGS84
from cablenet.readers.geojson import Feature, line_parts, read_features

NAMES = ("candidate_id", "from_id", "to_id")
NUMBERS = ("cost_musd", "design_capacity_tbps", "lit_capacity_tbps")


def read_candidates(path: Path | str) -> gpd.GeoDataFrame:
    """Candidates as `build_network(layers, candidates=...)` takes them.

    Each feature is a LineString with `candidate_id`, `from_id` and `to_id` (stations of the map)
    and, where known, `name`, `cost_musd`, `design_capacity_tbps` and `lit_capacity_tbps`.

    Raises
    ------
    ReadError
        naming the feature, the property and the cure
    """
    path = Path(path)
    problems: list[Problem] = []
    rows = [_row(feature, path.name, problems) for feature in read_features(path)]
    ids = [row["candidate_id"] for row in rows]
    problems += [Problem(path.name, str(key), "candidate_id", "appears more than once",
                         "give each candidate its own id")
                 for key in sorted({key for key in ids if ids.count(key) > 1}, key=str)]
    if not rows:
        problems.append(Problem(path.name, "", "", "holds no candidate", "give at least one line"))
    if problems:
        raise ReadError(problems)
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=WGS84)


def _row(feature: Feature, file: str, problems: list[Problem]) -> dict[str, object]:
    given = feature.properties
    row: dict[str, object] = {"name": given.get("name") or given.get("candidate_id")}
    for key in NAMES:
        row[key] = given.get(key)
        if not isinstance(row[key], str) or not str(row[key]).strip():
            problems.append(Problem(file, feature.name, key, "is missing", "fill it in"))
    for key in NUMBERS:
        value = given.get(key)
        number = (float(value) if isinstance(value, int | float) and not isinstance(value, bool)
                  else math.nan)
        if value is not None and not 0 <= number < math.inf:
            problems.append(Problem(file, feature.name, key, f"'{value}' is not a number from 0 on",
                                    "mend it or leave it out"))
        row[key] = number
    lines, _ = line_parts(feature, file, problems)
    if len(lines) != 1:
        problems.append(Problem(file, feature.name, "geometry", f"has {len(lines)} lines",
                                "give one LineString from one end to the other"))
        row["geometry"] = None
    else:
        row["geometry"] = dateline.unwrap(shapely.LineString(lines[0]))
    return row
