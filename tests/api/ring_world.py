"""The small world of the service's tests: the ring, with two ships that can repair."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import shapely

import cablenet as cn
from cablenet.testing import ring


def ring_network(as_of: date | None) -> cn.Network:
    """Four countries on a ring of four cables, AA the hub: see `cablenet.testing.ring`.

    Ship `east` lies at b, ship `south` at d.
    """
    return cn.build_network(_with_ships(ring()), as_of=as_of)


def agreed_network(as_of: date | None) -> cn.Network:
    """The ring under one maintenance agreement, RING, with ships at the ports B and D."""
    layers = _with_ships(ring())
    ships, cables = (layers.tables[name].copy() for name in ("ships", "cables"))
    ships["zones"], ships["base_port"] = "RING", ["B", "D"]
    cables["maintenance_agreement"] = "RING"
    return cn.build_network(layers.with_tables(ships=ships, cables=cables), as_of=as_of)


def changed_network(as_of: date | None) -> cn.Network:
    """The same after an update of the map: cable cd carries 20 Tbps and not 10."""
    layers = _with_ships(ring())
    cables = layers.tables["cables"].copy()
    cables.loc[cables["cable_id"] == "cd", ["lit_capacity_tbps", "design_capacity_tbps"]] = 20.0
    return cn.build_network(layers.with_tables(cables=cables), as_of=as_of)


def _with_ships(layers: cn.Layers) -> cn.Layers:
    ships = gpd.GeoDataFrame([
        {"ship_id": key, "name": key.title(), "zones": "", "status": "active", "speed_kn": 10.0,
         "can_repair": True, "geometry": shapely.Point(place)}
        for key, place in (("east", (10, 0)), ("south", (0, -10)))],
        geometry="geometry", crs="EPSG:4326")
    return layers.with_tables(ships=ships)
