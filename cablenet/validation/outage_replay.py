"""What a past outage does to each country: by the flow optimum, and by two simpler counts."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cablenet.metrics.load import HEADROOM
from cablenet.network import Network
from cablenet.traffic.served import Served, max_served

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
UNLIMITED_TBPS = 1e6


def replay(net: Network, lost: Ints) -> pd.DataFrame:
    """Each country's share of demand lost, and the baselines' shares.

    Returns
    -------
    country (index)
    unserved
        share of the demand carried before that the best rerouting cannot carry
    disrupted
        the same when no surviving link carries more than it did: before anyone reroutes
    lit_lost, cables_lost
        share of landed lit capacity, and of landing cables, that belongs to systems hit anywhere;
        0 for a country without cables
    """
    links = net.links
    usable = np.nan_to_num(links.lit_tbps, nan=UNLIMITED_TBPS) * (1.0 - HEADROOM)
    whole = np.flatnonzero(links.in_service)
    rest = np.setdiff1d(whole, lost)
    before = _serve(net, whole, usable)
    flow = np.zeros(len(links))
    flow[whole] = np.maximum(before.flow_ab, before.flow_ba)
    after = _serve(net, rest, usable)
    at_once = _serve(net, rest, flow + 1e-9)
    had = _by_country(net, before.tbps)
    lit_lost, cables_lost = _baselines(net, lost)
    return pd.DataFrame({
        "unserved": _fall(had, _by_country(net, after.tbps)),
        "disrupted": _fall(had, _by_country(net, at_once.tbps)),
        "lit_lost": lit_lost, "cables_lost": cables_lost,
    }, index=pd.Index(net.country_id, name="country"))


def _serve(net: Network, on: Ints, usable: Floats) -> Served:
    links, node, demands = net.links, net.gateways.node, net.demands
    return max_served(len(net.nodes), links.a[on], links.b[on], usable[on], links.length_km[on],
                      source=node[demands.from_gateway], target=node[demands.to_gateway],
                      tbps=demands.tbps)


def _by_country(net: Network, tbps: Floats) -> Floats:
    asks = net.gateways.country[net.demands.from_gateway]
    return np.bincount(asks, tbps, minlength=len(net.country_id)).astype(np.float64)


def _fall(before: Floats, after: Floats) -> Floats:
    share = np.divide(before - after, before, out=np.zeros_like(before), where=before > 1e-9)
    return np.asarray(np.clip(share, 0.0, 1.0), np.float64)


def _baselines(net: Network, lost: Ints) -> tuple[Floats, Floats]:
    """(C,) shares of landed lit capacity and of landing cables that were hit anywhere."""
    links, number = net.links, {code: i for i, code in enumerate(net.country_id)}
    hit = np.zeros(len(net.cable_id), bool)
    hit[links.cable[lost][links.cable[lost] >= 0]] = True
    rows = []
    on = np.flatnonzero(links.in_service & net.of_kind("wet"))
    for end in (links.a, links.b):
        code = net.nodes.country[end[on]]
        rows.append(pd.DataFrame({"cable": links.cable[on], "country": code,
                                  "lit": np.nan_to_num(links.lit_tbps[on])}))
    table = pd.concat(rows)
    table = table[table["country"] != ""].groupby(["country", "cable"])["lit"].sum().reset_index()
    place = table["country"].map(number).to_numpy(np.int64)
    gone = hit[table["cable"].to_numpy(np.int64)]
    lit = table["lit"].to_numpy(float)
    ones = np.ones(len(table))
    shares = []
    for weight in (lit, ones):
        total = np.bincount(place, weight, minlength=len(number))
        part = np.bincount(place, weight * gone, minlength=len(number))
        shares.append(np.divide(part, total, out=np.zeros(len(number)), where=total > 0))
    return shares[0], shares[1]
