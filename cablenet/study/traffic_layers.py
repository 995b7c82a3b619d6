"""What a study's traffic leaves beside the report: tables, and layers for QGIS."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from cablenet.maps.land import load_land
from cablenet.study.traffic import EventTraffic, Traffic

LINK_COLUMNS = ["link_id", "cable_id", "from_id", "to_id", "lost", "room_before_tbps", "room_tbps",
                "load_before_tbps", "load_tbps", "full_before", "full", "saves_tbps_per_tbps",
                "saves_ms"]
COUNTRY_COLUMNS = ["country", "name", "demand_tbps", "unserved_before_tbps", "unserved_tbps",
                   "newly_unserved_tbps", "newly_unserved_share", "rerouted_tbps",
                   "round_trip_before_ms", "round_trip_ms", "added_round_trip_ms"]


def traffic_frames(traffic: Traffic) -> dict[str, pd.DataFrame]:
    """Tables over all events: classes, countries, country pairs, links (each way); and pairs."""
    def every(make: str) -> pd.DataFrame:
        parts = {event.id: _frame(event, make) for event in traffic.events}
        return pd.concat([frame.assign(event=name) for name, frame in parts.items()],
                         ignore_index=True)

    frames = {f"traffic_{make}": every(make)
              for make in ("classes", "countries", "country_pairs", "links")}
    if traffic.pairs is not None:
        frames["traffic_cable_pairs"] = traffic.pairs.pairs
    return frames


def traffic_layers(traffic: Traffic) -> dict[str, gpd.GeoDataFrame]:
    """Of each event a layer of links and one of countries."""
    layers = {}
    for event in traffic.events:
        layers[f"traffic_{event.id}_countries"] = _country_layer(event)
        layers[f"traffic_{event.id}_links"] = _link_layer(event)
    return layers


def _frame(event: EventTraffic, make: str) -> pd.DataFrame:
    if make == "classes":
        return event.answer.by_class()
    if make == "countries":
        return event.countries[COUNTRY_COLUMNS]
    if make == "country_pairs":
        return event.answer.by_pair()
    return event.links[LINK_COLUMNS]


def _link_layer(event: EventTraffic) -> gpd.GeoDataFrame:
    """Links in service, the busier direction of each."""
    net = event.answer.case.net
    frame = event.links[LINK_COLUMNS].copy()
    for when in ("before_", ""):
        room = frame[f"room_{when}tbps"]
        frame[f"used_{when}share"] = np.divide(
            frame[f"load_{when}tbps"], room, out=np.zeros(len(frame)), where=room > 0)
    frame = frame.sort_values("used_share", ascending=False, kind="stable").drop_duplicates(
        "link_id").sort_values("link_id")
    row = {str(link): i for i, link in enumerate(net.links.id)}
    shapes = [net.links.geometry[row[str(link)]] for link in frame["link_id"]]
    return gpd.GeoDataFrame(frame.reset_index(drop=True), geometry=shapes, crs="EPSG:4326")


def _country_layer(event: EventTraffic) -> gpd.GeoDataFrame:
    """Countries that ask for anything, as far as the map has their land."""
    land = load_land()
    shape = dict(zip(map(str, land.country), land.shape, strict=True))
    frame = event.countries[COUNTRY_COLUMNS]
    frame = frame[frame["country"].isin(list(shape))].reset_index(drop=True)
    return gpd.GeoDataFrame(frame, geometry=[shape[code] for code in frame["country"]],
                            crs="EPSG:4326")
