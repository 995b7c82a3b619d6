"""Read proposed cables from a GeoJSON file of lines, or from a CSV table."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import shapely

from cablenet.errors import Problem, ReadError
from cablenet.geo import dateline
from cablenet.layers import WGS84
from cablenet.readers.csv_table import read_csv
from cablenet.readers.geojson import Feature, line_parts, read_features

NAMES = ("candidate_id", "from_id", "to_id")
NUMBERS = ("cost_musd", "design_capacity_tbps", "lit_capacity_tbps")


def read_candidates(path: Path | str) -> gpd.GeoDataFrame:
    """Candidates as `build_network(layers, candidates=...)` takes them.

    Each feature is a LineString with `candidate_id`, `from_id` and `to_id` (stations of the map)
    and, where known, `name`, `cost_musd`, `design_capacity_tbps` and `lit_capacity_tbps`. A CSV
    file has these as columns and may hold the line as WKT in `geometry`; where it does not, the
    geometry is None, and `cablenet.read_candidates(path, layers)` draws it.

    Raises
    ------
    ReadError
        naming the feature, the property and the cure
    """
    path = Path(path)
    problems: list[Problem] = []
    rows = (_csv_rows(path, problems) if path.suffix.lower() == ".csv" else
            [_feature(feature, path.name, problems) for feature in read_features(path)])
    ids = [row["candidate_id"] for row in rows]
    problems += [Problem(path.name, str(key), "candidate_id", "appears more than once",
                         "give each candidate its own id")
                 for key in sorted({key for key in ids if ids.count(key) > 1}, key=str)]
    if not rows:
        problems.append(Problem(path.name, "", "", "holds no candidate", "give at least one line"))
    if problems:
        raise ReadError(problems)
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=WGS84)


def _csv_rows(path: Path, problems: list[Problem]) -> list[dict[str, object]]:
    header, cells, lines = read_csv(path)
    unknown = sorted(set(header) - {*NAMES, *NUMBERS, "name", "geometry"})
    problems += [Problem(path.name, "line 1", column, "is no column of candidates",
                         f"known: {', '.join((*NAMES, 'name', *NUMBERS, 'geometry'))}")
                 for column in unknown]
    rows = []
    for line, row in zip(lines, cells, strict=True):
        given: dict[str, object] = {key: cell.strip() or None
                                    for key, cell in zip(header, row, strict=True)}
        for key in NUMBERS:
            given[key] = _number(given.get(key))
        found = _row(given, f"line {line}", path.name, problems)
        found["geometry"] = _wkt(given.get("geometry"), f"line {line}", path.name, problems)
        rows.append(found)
    return rows


def _number(cell: object) -> object:
    """A cell as a number where it is one, else as it stands for the message."""
    try:
        return float(str(cell)) if cell is not None else None
    except ValueError:
        return cell


def _wkt(cell: object, row: str, file: str,
         problems: list[Problem]) -> shapely.LineString | None:
    if cell is None:
        return None
    try:
        line = shapely.from_wkt(str(cell))
    except shapely.errors.GEOSException:
        line = None
    if (not isinstance(line, shapely.LineString) or line.is_empty
            or not all(-360 <= v <= 360 for v in line.bounds)
            or not -90 <= line.bounds[1] <= line.bounds[3] <= 90):
        problems.append(Problem(file, row, "geometry", "is no line in degrees",
                                "write LINESTRING (lon lat, lon lat) or leave it empty"))
        return None
    return dateline.unwrap(line)


def _feature(feature: Feature, file: str, problems: list[Problem]) -> dict[str, object]:
    row = _row(feature.properties, feature.name, file, problems)
    lines, _ = line_parts(feature, file, problems)
    if len(lines) != 1:
        problems.append(Problem(file, feature.name, "geometry", f"has {len(lines)} lines",
                                "give one LineString from one end to the other"))
        row["geometry"] = None
    else:
        row["geometry"] = dateline.unwrap(shapely.LineString(lines[0]))
    return row


def _row(given: Mapping[str, object], where: str, file: str,
         problems: list[Problem]) -> dict[str, object]:
    """One candidate without its line, its findings added to the problems."""
    row: dict[str, object] = {"name": given.get("name") or given.get("candidate_id")}
    for key in NAMES:
        row[key] = given.get(key)
        if not isinstance(row[key], str) or not str(row[key]).strip():
            problems.append(Problem(file, where, key, "is missing", "fill it in"))
    for key in NUMBERS:
        value = given.get(key)
        number = (float(value) if isinstance(value, int | float) and not isinstance(value, bool)
                  else math.nan)
        if value is not None and not 0 <= number < math.inf:
            problems.append(Problem(file, where, key, f"'{value}' is not a number from 0 on",
                                    "mend it or leave it out"))
        row[key] = number
    return row
