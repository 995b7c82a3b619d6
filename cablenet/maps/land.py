"""Land to draw on: one shape per country, simplified so that borders still meet."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import shapely
from numpy.typing import NDArray

from cablenet.errors import Problem, ReadError

CREDIT = "Land: Natural Earth 1:10m (public domain)"


@dataclass(frozen=True, eq=False)
class Land:
    """C countries: `country` (C,) ISO codes and `shape` (C,) polygons in -180..180."""

    country: NDArray[np.object_]
    shape: NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.country)


@lru_cache(maxsize=4)
def load_land(tolerance_deg: float = 0.05, path: str = "") -> Land:
    """Read the land table and simplify it.

    Parameters
    ----------
    tolerance_deg
        how far the drawn coast may lie from the true one, degrees; an island too small for it
        keeps three corners and stays on the map
    path
        a Parquet file with `country` and WKB `geometry`; empty: the shipped atlas

    Raises
    ------
    ReadError
        no such file, or not such a table
    """
    file = Path(path) if path else shipped_land()
    try:
        table = pq.read_table(file, columns=["country", "geometry"])
    except (OSError, KeyError, ValueError) as error:
        raise ReadError([Problem(file.name, "", "", f"cannot be read as land ({error})",
                                 "build the atlas again or name another file")]) from error
    shapes = shapely.from_wkb(table["geometry"].to_numpy())
    codes = table["country"].to_numpy()
    parts, index = shapely.get_parts(shapes, return_index=True)
    parts, codes = parts[shapely.area(parts) > 0], codes[index[shapely.area(parts) > 0]]
    simple = np.asarray(shapely.coverage_simplify(list(parts), tolerance_deg), dtype=object)
    lost = shapely.is_empty(simple)
    simple[lost] = parts[lost]
    names = np.unique(codes.astype(str))
    merged = [shapely.MultiPolygon(_polygons(simple[codes == name])) for name in names]
    return Land(names.astype(object), np.array(merged, dtype=object))


def shipped_land() -> Path:
    """The land table of the shipped atlas."""
    import cablenet_geodata

    return Path(str(cablenet_geodata.__file__)).parent / "land.parquet"


def _polygons(shapes: NDArray[np.object_]) -> list[shapely.Polygon]:
    parts = shapely.get_parts(shapes)
    return [part for part in parts if part.geom_type == "Polygon"]
