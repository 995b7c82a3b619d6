"""A network with chosen candidates in service, and their lines."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import pandas as pd
import shapely

from cablenet.geo import dateline
from cablenet.layers import WGS84
from cablenet.network import Network


def with_built(net: Network, chosen: Sequence[str]) -> Network:
    """The same links with the chosen cables in service; links are matched by id."""
    service = net.links.in_service.copy()
    for key in chosen:
        service[net.links_of_cable(net.cable_index(key))] = True
    return net.with_service(service, note=f"built: {', '.join(chosen) or 'nothing'}")


def lines_of(net: Network, chosen: Sequence[str], cables: pd.DataFrame) -> gpd.GeoDataFrame:
    """A frame with one row per chosen cable and its line, cut at +-180."""
    lines = [dateline.cut(shapely.line_merge(shapely.MultiLineString(
        list(net.links.geometry[net.links_of_cable(net.cable_index(key))])))) for key in chosen]
    return gpd.GeoDataFrame(cables.copy(), geometry=lines, crs=WGS84)
