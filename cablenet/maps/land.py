"""Land to draw on: one shape per country, simplified so that borders still meet."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow.parquet as pq
import shapely
from numpy.typing import NDArray

from cablenet.errors import Problem, ReadError
from cablenet.maps.palette import country_losses
from cablenet.network import Network
from cablenet.scoring import Scores

CREDIT = "Land: Natural Earth 1:10m (public domain)"


@dataclass(frozen=True, eq=False)
class Land:
    """C countries: `country` (C,) ISO codes and `shape` (C,) polygons in -180..180."""

    country: NDArray[np.object_]
    shape: NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.country)


@lru_cache(maxsize=4)
def load_land(tolerance_deg: float = 0.06, path: str = "") -> Land:
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


def country_frame(net: Network, scores: Scores | None = None,
                  land: Land | None = None) -> gpd.GeoDataFrame:
    """Countries as polygons with the worst share each loses in any scenario, and which that is."""
    coast = land if land is not None else load_land()
    losses = np.zeros((1, len(net.country_id)))
    if scores is not None:
        losses = country_losses(net, scores)
    names = scores.scenarios.names if scores is not None else ("",)
    row = {str(code): i for i, code in enumerate(net.country_id)}
    index = np.array([row.get(str(code), -1) for code in coast.country])
    known = index >= 0
    worst = losses.max(axis=0)
    which = [names[i] for i in losses.argmax(axis=0)]
    return gpd.GeoDataFrame({
        "country": coast.country[known],
        "name": net.country_name[index[known]],
        "worst_loss_share": worst[index[known]].round(4),
        "worst_scenario": [which[i] if worst[i] > 0 else "" for i in index[known]],
    }, geometry=list(coast.shape[known]), crs="EPSG:4326")


def shipped_land() -> Path:
    """The land table of the shipped atlas."""
    import cablenet_geodata

    return Path(str(cablenet_geodata.__file__)).parent / "land.parquet"


def _polygons(shapes: NDArray[np.object_]) -> list[shapely.Polygon]:
    parts = shapely.get_parts(shapes)
    return [part for part in parts if part.geom_type == "Polygon"]
