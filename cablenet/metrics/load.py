"""How much demand an intact network serves, and how full each country's landings run."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cablenet.metrics.traffic_rules import HEADROOM
from cablenet.network import Network
from cablenet.traffic.served import max_served

Floats = NDArray[np.float64]

def country_load(net: Network, headroom: float = HEADROOM) -> pd.DataFrame:
    """Demand, what is served of it, landed lit capacity and its use, one row a country.

    Usable capacity is lit less headroom; links without a capacity carry anything. Served is the
    exact maximum over all demands together, carried the shortest way, so the total is unique and
    its split between countries one of many. Landed lit capacity and its use (the larger direction)
    count the wet sections of international cables that end at the country's stations.

    Returns
    -------
    country, name, demand_tbps, served_tbps, served_share, landed_lit_tbps, landed_used_tbps,
    utilisation
    """
    links, gates, demands = net.links, net.gateways, net.demands
    on = np.flatnonzero(links.in_service)
    usable = np.nan_to_num(links.lit_tbps[on], nan=1e6) * (1.0 - headroom)
    served = max_served(
        len(net.nodes), links.a[on], links.b[on], usable, links.length_km[on],
        source=gates.node[demands.from_gateway], target=gates.node[demands.to_gateway],
        tbps=demands.tbps)
    asks, count = gates.country[demands.from_gateway], len(net.country_id)
    asked = np.bincount(asks, demands.tbps, minlength=count).astype(np.float64)
    got = np.bincount(asks, served.tbps, minlength=count).astype(np.float64)
    landed, used = _landed(net, on, np.maximum(served.flow_ab, served.flow_ba))
    return pd.DataFrame({
        "country": net.country_id, "name": net.country_name, "demand_tbps": asked,
        "served_tbps": got, "served_share": _share(got, asked),
        "landed_lit_tbps": landed, "landed_used_tbps": used, "utilisation": _share(used, landed),
    })


def _landed(net: Network, on: NDArray[np.int64], used: Floats) -> tuple[Floats, Floats]:
    """(C,) lit capacity and use of the wet landings of cables that reach another country."""
    number = {code: i for i, code in enumerate(net.country_id)}
    landed = net.layers.tables["landings"]
    country = net.layers.tables["stations"].set_index("station_id")["country"]
    reach = landed["station_id"].map(country).groupby(landed["cable_id"]).nunique()
    abroad = np.array([reach.get(cable, 0) > 1 for cable in net.cable_id])
    wet = net.of_kind("wet")[on] & abroad[np.maximum(net.links.cable[on], 0)]
    lit_by, used_by = np.zeros(len(number)), np.zeros(len(number))
    for end in (net.links.a, net.links.b):
        code = net.nodes.country[end[on]]
        rows = np.flatnonzero(wet & (code != ""))
        place = np.array([number[c] for c in code[rows]], np.int64)
        np.add.at(lit_by, place, np.nan_to_num(net.links.lit_tbps[on][rows]))
        np.add.at(used_by, place, used[rows])
    return lit_by, used_by


def _share(part: Floats, whole: Floats) -> Floats:
    empty = np.full(len(whole), np.nan)
    return np.asarray(np.divide(part, whole, out=empty, where=whole > 0), np.float64)
