"""Waters taken out of the sea: a mask in which forbidden areas count as land."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.affinity import translate

from cablenet.geo.sea_grid import BASE, COLUMNS, LAND, MIXED, ROWS, SeaMask

MARGIN_DEGREES = 0.04
"""More than half the diagonal of a base cell (0.0354): every cell that is touched goes."""


def without_waters(mask: SeaMask, shape: shapely.Geometry) -> SeaMask:
    """The sea without every base cell that an area touches.

    What is routed on it stays out of the area altogether, the pulling taut of lines included,
    since both ask the same mask. The area may pass 180 degrees.
    """
    code = mask.code.copy()
    for part in shapely.get_parts(shapely.buffer(shape, MARGIN_DEGREES)):
        for turn in (-360.0, 0.0, 360.0):
            _burn(code, translate(part, xoff=turn) if turn else part)
    kept = code.reshape(-1)[mask.mixed] == MIXED
    return SeaMask(code, mask.mixed, mask.bits, mask.fine & kept)


def _burn(code: NDArray[np.uint8], part: shapely.Polygon) -> None:
    """Make the cells whose centre lies in a polygon land, in place."""
    west, south, east, north = part.bounds
    column = np.arange(max(int(np.floor((west + 180.0) * BASE)), 0),
                       min(int(np.ceil((east + 180.0) * BASE)), COLUMNS))
    row = np.arange(max(int(np.floor((south + 90.0) * BASE)), 0),
                    min(int(np.ceil((north + 90.0) * BASE)), ROWS))
    if not len(column) or not len(row):
        return
    shapely.prepare(part)
    lon, lat = np.meshgrid((column + 0.5) / BASE - 180.0, (row + 0.5) / BASE - 90.0)
    inside = shapely.contains_xy(part, lon, lat)
    code[np.ix_(row, column)] = np.where(inside, LAND, code[np.ix_(row, column)])
