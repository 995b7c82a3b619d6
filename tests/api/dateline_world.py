"""A map over the dateline, with a strait, a ship and dates: what layers have to show."""

from __future__ import annotations

import geopandas as gpd
import shapely

from cablenet.layers import WGS84, Layers
from cablenet.testing import small_world


def dateline_world() -> Layers:
    """Fiji (hub) at 178 E, Samoa at 172 W, Tonga at 175 W.

    F ---- over 180 ---- S      cable `fs`, in service since 2000
                         |
    F ---- over 180 ---- T      cable `ft`, from 2010 to 2020; `st` from 2015 on joins S and T
    """
    base = small_world(
        [("f", "FJ", 178, -18), ("s", "WS", -172, -14), ("t", "TO", -175, -21)],
        {"fs": [("f", "s")], "ft": [("f", "t")], "st": [("s", "t")]}, hubs=["FJ"],
        name="over the dateline")
    cables = base.cables
    cables["in_service_from"] = ["2000-01-01", "2010-01-01", "2015-01-01"]
    cables["in_service_to"] = [None, "2020-01-01", None]
    cables["status"] = ["live", "retired", "live"]
    chokes = gpd.GeoDataFrame(
        {"choke_id": ["gap"], "name": ["The Gap"], "kind": ["strait"]},
        geometry=[shapely.box(179, -19, 182, -13)], crs=WGS84)
    ships = gpd.GeoDataFrame(
        {"ship_id": ["ship/1"], "name": ["Ship One"], "status": ["active"], "can_repair": [True],
         "base_port": ["Suva"]}, geometry=[shapely.Point(178.4, -18.1)], crs=WGS84)
    return base.with_tables(cables=cables, chokepoints=chokes, ships=ships)
