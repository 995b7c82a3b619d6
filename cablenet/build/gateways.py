"""Gateways with their people and demand, the hubs of the day, and the demands between them."""

from __future__ import annotations

from datetime import date

import numpy as np

from cablenet.layers import Layers
from cablenet.network import Gateways, Nodes
from cablenet.traffic.demand import ASSUMED, BASES, Demand, gravity_demand


def build_gateways(layers: Layers, index: dict[str, int], country_id: list[str],
                   day: date | None) -> tuple[Gateways, tuple[str, ...]]:
    """One row per gateway; shares that are not given are equal parts of the country."""
    table = layers.tables["gateways"]
    number = {code: i for i, code in enumerate(country_id)}
    countries = layers.tables["countries"].set_index("country")
    size = table.groupby("country")["gateway_id"].transform("size")
    people = table["people_share"].fillna(1.0 / size).to_numpy(float)
    demand = table["demand_share"].fillna(table["people_share"]).fillna(1.0 / size)
    mine = countries.reindex(table["country"])
    gates = Gateways(
        node=np.array([index[key] for key in table["gateway_id"]], np.int64),
        country=np.array([number[code] for code in table["country"]], np.int64),
        people=np.nan_to_num(people * mine["population"].to_numpy(float)),
        users=np.nan_to_num(people * mine["internet_users"].to_numpy(float)),
        demand_tbps=np.nan_to_num(demand.to_numpy(float) * mine["demand_tbps"].to_numpy(float)),
        hub_weight=_hub_weights(layers, day),
    )
    notes = []
    if not (gates.hub_weight > 0).any():
        notes.append("no hub is in force on this day: every gateway counts as isolated")
    return gates, tuple(notes)


def build_demands(layers: Layers, nodes: Nodes, gates: Gateways) -> Demand:
    """Demands by the default gravity model; each as well known as the country's total."""
    rules = layers.tables["provenance"]
    rules = rules[(rules["layer"] == "countries") & (rules["column"] == "demand_tbps")]
    basis = dict(zip(rules["id"], rules["basis"].map(BASES.index), strict=True))
    fallback = basis.get("*", ASSUMED)
    known = [basis.get(code, fallback) for code in layers.tables["gateways"]["country"]]
    return gravity_demand(gates.demand_tbps, gates.country, nodes.lon[gates.node],
                          nodes.lat[gates.node], gates.hub_weight,
                          basis=np.array(known, np.int64))


def _hub_weights(layers: Layers, day: date | None) -> np.ndarray:
    """(G,) the weight of each gateway as a hub on the day; no day: hubs that have not ended."""
    hubs = layers.tables["hubs"]
    if day is None:
        hubs = hubs[hubs["valid_to"].isna()]
    else:
        text = day.isoformat()
        hubs = hubs[(hubs["valid_from"].isna() | (hubs["valid_from"] <= text))
                    & (hubs["valid_to"].isna() | (hubs["valid_to"] > text))]
    weights = hubs.fillna({"weight": 1.0}).groupby("gateway_id")["weight"].sum()
    return layers.tables["gateways"]["gateway_id"].map(weights).fillna(0.0).to_numpy(float)
