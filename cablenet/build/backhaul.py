"""Backhaul rows for a map that has none: stations to the gateways a road could reach."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cablenet.build.links import ROAD_FACTOR
from cablenet.geo import geodesic

NEAREST = 2


def backhaul_rows(stations: pd.DataFrame, gateways: pd.DataFrame,
                  nearest: int = NEAREST) -> pd.DataFrame:
    """Join each station to its nearest gateways of the same country and landmass.

    Both frames carry `country`, `landmass_id` and point geometry. Islands are joined only by what
    really joins them, so nothing crosses from one landmass to another here.

    Returns
    -------
    rows of the backhaul table; lengths are `ROAD_FACTOR` x the geodesic (assumed), capacities
    null (unlimited)
    """
    pairs = stations[["station_id", "country", "landmass_id"]].assign(
        lon=stations.geometry.x, lat=stations.geometry.y
    ).merge(
        gateways[["gateway_id", "country", "landmass_id"]].assign(
            g_lon=gateways.geometry.x, g_lat=gateways.geometry.y
        ), on=["country", "landmass_id"],
    )
    pairs["length_km"] = np.round(
        ROAD_FACTOR * geodesic.distance_km(pairs["lon"], pairs["lat"],
                                           pairs["g_lon"], pairs["g_lat"]), 1)
    pairs = pairs.sort_values(["station_id", "length_km", "gateway_id"])
    pairs = pairs.groupby("station_id").head(nearest)
    return pd.DataFrame({
        "backhaul_id": pairs["station_id"] + ">" + pairs["gateway_id"],
        "station_id": pairs["station_id"], "gateway_id": pairs["gateway_id"],
        "length_km": pairs["length_km"],
    }).reset_index(drop=True)
