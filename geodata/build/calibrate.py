"""Calibrate lit capacity to demand: one rule, once, before any validation.

Rule: every system starts with the lit share of its age class (`cables.LIT_SHARE`). On the intact
network of `AS_OF`, usable capacity is lit x (1 - HEADROOM). One linear program serves all demand
it can by the shortest ways; a system (or a border crossing) may be raised as a whole towards its
design capacity, never above, at `RAISE_COST` times the cost of carrying traffic over it. What
the optimum raises is the lit capacity of the atlas. Demand is not touched.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cablenet.build import build_network
from cablenet.layers import layers_from_tables
from cablenet.network import Network
from cablenet.schema import TABLES
from cablenet.traffic.served import Raise, Served, max_served

AS_OF = "2026-06-01"
HEADROOM = 0.2
"""Share of lit capacity kept free of peak traffic; operators run at 40-50 %, at most 80 % here."""
RAISE_COST = 0.1


@dataclass(frozen=True, eq=False)
class Case:
    """The network of one day, and what may be raised: each cable and each crossing as a whole."""

    net: Network
    on: np.ndarray
    group: np.ndarray
    group_id: list[str]


def case_of(tables: dict[str, pd.DataFrame], day: str) -> Case:
    """Build the network of a day; `on` numbers its links in service."""
    layers = layers_from_tables({name: tables[name] for name in tables if name in TABLES},
                                name="open atlas")
    net = build_network(layers, as_of=day)
    links = net.links
    on = np.flatnonzero(links.in_service)
    crossing = net.of_kind("border", "mesh_land", "mesh_sea")
    name = np.where(links.cable >= 0, net.cable_id[np.maximum(links.cable, 0)],
                    np.where(crossing, links.id, "")).astype(object)[on]
    groups = sorted(set(name) - {""})
    number = {group: i for i, group in enumerate(groups)}
    return Case(net, on, np.array([number.get(key, -1) for key in name]), groups)


def calibrate(tables: dict[str, pd.DataFrame]) -> dict[str, float]:
    """How far each cable and crossing must be raised: share of (design - lit), 0..1."""
    case = case_of(tables, AS_OF)
    links, on = case.net.links, case.on
    extra = np.maximum(links.design_tbps[on] - links.lit_tbps[on], 0.0) * (1.0 - HEADROOM)
    inside = case.group >= 0
    cost = RAISE_COST * np.bincount(
        case.group[inside], (extra * links.length_km[on] / 1000.0)[inside],
        minlength=len(case.group_id))
    served = _solve(case, Raise(case.group, extra, np.maximum(cost, 1e-6)))
    return {group: float(np.ceil(share * 200.0 - 1e-6) / 200.0)
            for group, share in zip(case.group_id, served.raised, strict=True) if share > 1e-6}


def _solve(case: Case, raisable: Raise | None) -> Served:
    net, links, on = case.net, case.net.links, case.on
    node = net.gateways.node
    usable = links.lit_tbps[on] * (1.0 - HEADROOM)
    return max_served(
        len(net.nodes), links.a[on], links.b[on], usable, links.length_km[on],
        source=node[net.demands.from_gateway], target=node[net.demands.to_gateway],
        tbps=net.demands.tbps, raisable=raisable)


def apply(tables: dict[str, pd.DataFrame], raised: dict[str, float]) -> dict[str, pd.DataFrame]:
    """The tables with lit capacities raised: lit + share x (design - lit)."""
    out = dict(tables)
    for name, key in (("segments", "cable_id"), ("border_crossings", "crossing_id")):
        frame = out[name].copy()
        share = frame[key].map(raised).fillna(0.0).to_numpy(float)
        lit, design = (frame[f"{kind}_capacity_tbps"].to_numpy(float) for kind in ("lit", "design"))
        frame["lit_capacity_tbps"] = np.round(lit + share * np.maximum(design - lit, 0.0), 6)
        out[name] = frame
    return out


def table_of_countries(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Demand, served, landed lit capacity, use and utilisation of every country on `AS_OF`."""
    case = case_of(tables, AS_OF)
    net = case.net
    served = _solve(case, None)
    asks = net.gateways.country[net.demands.from_gateway]
    count = len(net.country_id)
    frame = pd.DataFrame({"country": net.country_id, "name": net.country_name})
    frame["demand_tbps"] = np.bincount(asks, net.demands.tbps, minlength=count)
    frame["served_tbps"] = np.bincount(asks, served.tbps, minlength=count)
    frame["served_share"] = (frame["served_tbps"] / frame["demand_tbps"]).where(
        frame["demand_tbps"] > 0)
    frame["landed_lit_tbps"], frame["landed_used_tbps"] = _landed(case, served)
    frame["utilisation"] = (frame["landed_used_tbps"] / frame["landed_lit_tbps"]).where(
        frame["landed_lit_tbps"] > 0)
    return frame.sort_values("country").reset_index(drop=True)


def _landed(case: Case, served: Served) -> tuple[np.ndarray, np.ndarray]:
    """(C,) lit capacity and use (larger direction) of international cables' wet landings."""
    net, on = case.net, case.on
    number = {code: i for i, code in enumerate(net.country_id)}
    landed = net.layers.tables["landings"]
    country = net.layers.tables["stations"].set_index("station_id")["country"]
    reach = landed["station_id"].map(country).groupby(landed["cable_id"]).nunique()
    abroad = np.array([reach.get(cable, 0) > 1 for cable in net.cable_id])
    wet = net.of_kind("wet")[on] & abroad[np.maximum(net.links.cable[on], 0)]
    used = np.maximum(served.flow_ab, served.flow_ba)
    lit_by, used_by = np.zeros(len(number)), np.zeros(len(number))
    for end in (net.links.a, net.links.b):
        code = net.nodes.country[end[on]]
        rows = np.flatnonzero(wet & (code != ""))
        place = np.array([number[c] for c in code[rows]], int)
        np.add.at(lit_by, place, net.links.lit_tbps[on][rows])
        np.add.at(used_by, place, used[rows])
    return lit_by, used_by
