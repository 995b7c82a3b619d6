"""The small sea of the tests of routes: one open rectangle, and who claims what in it."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from cablenet.geo.sea_grid import BASE, COLUMNS, LAND, ROWS, SEA, SeaMask
from cablenet.geo.sea_router import SeaRouter


@pytest.fixture(scope="session")
def router() -> SeaRouter:
    """The sea is one open rectangle, -5..15 east, -15..5 north; all else is land."""
    code = np.full((ROWS, COLUMNS), LAND, dtype=np.uint8)
    code[(90 - 15) * BASE:(90 + 5) * BASE, (180 - 5) * BASE:(180 + 15) * BASE] = SEA
    nothing = np.zeros(0, dtype=np.int64)
    mask = SeaMask(code, nothing, nothing.astype(np.uint32), nothing.astype(bool))
    return SeaRouter.from_mask(mask, np.ones((1800, 3600)))


def claimed_waters() -> gpd.GeoDataFrame:
    """CC's strip from its coast in the south up to 1 north; beside it a patch BB claims too."""
    return gpd.GeoDataFrame(
        {"jurisdiction_id": ["CC-eez", "disputed-x"], "kind": ["eez", "disputed"],
         "claimants": ["CC", "BB;CC"], "name": ["CC", "x"]},
        geometry=[shapely.box(4, -15, 6, 1), shapely.box(6, -1, 7, 2)], crs="EPSG:4326")
