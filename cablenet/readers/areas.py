"""Read the polygons of a GeoJSON file, such as the footprint of a failure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cablenet.errors import Problem, ReadError
from cablenet.readers.geojson import polygon, read_features


def read_areas(path: Path | str) -> list[Any]:
    """Every polygon or multi-polygon of a file, in order.

    Raises
    ------
    ReadError
        when the file is no GeoJSON, a feature is no polygon, or there is none
    """
    path = Path(path)
    problems: list[Problem] = []
    found: list[Any] = [polygon(feature, path.name, problems) for feature in read_features(path)]
    if not found:
        problems.append(Problem(path.name, "", "geometry", "holds no feature",
                                "give at least one polygon"))
    broken = [i for i, shape in enumerate(found) if shape is not None and not shape.is_valid]
    problems += [Problem(path.name, f"feature {i + 1}", "geometry", "crosses itself",
                         "mend the polygon") for i in broken]
    if problems:
        raise ReadError(problems)
    return [shape for shape in found if shape is not None]
