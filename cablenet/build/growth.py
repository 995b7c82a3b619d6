"""Time travel: demand and lit capacity of a map as they were, or will be, on another day.

The map's figures are those of one base year. Demand of a country grows by the yearly rates of a
table. Lit capacity follows demand, so that the network of the day is loaded as the map's is:

1. Each country's landed lit capacity keeps its ratio to the country's demand. A cable in service
   gets its weight times the geometric mean, over the countries it lands in, of (landed lit of the
   country on the map x growth of its demand) / (weights of the cables that land there that day).
   The weight is the cable's lit capacity on the map; before `TRUSTED_FROM` it is its fibre pairs,
   since what old systems carry today says little about what they carried then.
2. Figures known for that day replace this.
3. Border crossings grow with the demand of the two countries.
4. One linear program raises whole systems (at most `RAISED_AT_MOST` times, from `TRUSTED_FROM` on
   never above their design) until the intact network of the day serves what it can: operators
   light fibres before links are full. The same rule made the lit capacities of the atlas.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cablenet.build.links import in_service
from cablenet.build.network_build import build_network, refuse_too_early
from cablenet.errors import InputError
from cablenet.layers import Layers
from cablenet.network import Network
from cablenet.traffic.served import Raise, max_served

Floats = NDArray[np.float64]

BASE_YEAR = 2023.5
"""Middle of the year whose demand the atlas holds."""
TRUSTED_FROM = date(2012, 1, 1)
"""Before it, today's capacities of a system say nothing about its share of the traffic."""
MOST_PAIRS, PAIRS_UNKNOWN = 8.0, 2.0
"""Fibre pairs count up to eight (unrepeatered cables are rarely lit in full); unknown is two."""
RAISED_AT_MOST = 10.0
HEADROOM = 0.2
RAISE_COST = 0.1
"""Cost of raising a system, as a share of that of carrying traffic over what is raised."""
CROSSINGS = ("border", "mesh_land", "mesh_sea")


def demand_growth(growth: pd.DataFrame, region: str, day: date) -> float:
    """Demand of a region on a day over that of the base year.

    Parameters
    ----------
    growth
        `regions` (separated by ';'; * for all others), `year_from`, `year_to`,
        `growth_per_year`; a row that names the region goes before *
    """
    year = day.year + (day.timetuple().tm_yday - 1) / 365.25
    low, high = sorted((year, BASE_YEAR))
    named = growth["regions"].str.split(";").map(lambda names: region in names)
    edges = sorted({low, high, *(float(edge) for column in ("year_from", "year_to")
                                 for edge in growth[column] if low < edge < high)})
    total = 0.0
    for start, end in pairwise(edges):
        middle = (start + end) / 2
        then = growth[(growth["year_from"] <= middle) & (growth["year_to"] > middle)]
        rows = then[named[then.index]]
        rows = rows if len(rows) else then[then["regions"] == "*"]
        if not len(rows):
            raise InputError(f"no growth of demand is known for {middle:.0f}; name a day from "
                             f"{growth['year_from'].min():.0f} to {growth['year_to'].max():.0f}")
        total += (end - start) * float(np.log1p(rows["growth_per_year"].iloc[0]))
    return float(np.exp(total if year >= BASE_YEAR else -total))


def scaled_to(layers: Layers, day: date, growth: pd.DataFrame,
              known_lit: pd.DataFrame) -> Layers:
    """The map with demand and lit capacity of a day; see the rule at the head of this file.

    `known_lit` holds `cable_id, valid_from, valid_to, lit_capacity_tbps, raised_with`: figures
    known for some days; cables of one `raised_with` keep their ratio when they are raised.
    """
    refuse_too_early(layers, day)
    countries = layers.countries
    by_region = {region: demand_growth(growth, region, day)
                 for region in countries["region"].fillna("").unique()}
    factor = dict(zip(countries["country"], countries["region"].fillna("").map(by_region),
                      strict=True))
    countries["demand_tbps"] = countries["demand_tbps"] * countries["country"].map(factor)
    known = known_lit[(known_lit["valid_from"] <= day.isoformat())
                      & (known_lit["valid_to"] > day.isoformat())]
    lit = _follow_demand(layers, day, factor)
    lit.update(dict(zip(known["cable_id"], known["lit_capacity_tbps"].astype(float),
                        strict=True)))
    scaled = replace(layers, name=f"{layers.name}, scaled to {day}", as_of=day).with_tables(
        countries=countries, **_with_lit(layers, lit, factor))
    together = dict(zip(known["cable_id"], known["raised_with"], strict=True))
    return _raised(scaled, day, together)


def _follow_demand(layers: Layers, day: date, factor: Mapping[str, float]) -> dict[str, float]:
    """Lit capacity of each cable in service on the day, by the first rule."""
    cables, segments = layers.cables, layers.segments
    on = set(cables.loc[in_service(cables, day), "cable_id"])
    mapped = _largest_lit(layers)
    if day < TRUSTED_FROM:
        pairs = cables["fibre_pairs"].fillna(PAIRS_UNKNOWN).clip(upper=MOST_PAIRS)
        weight = dict(zip(cables["cable_id"], pairs.astype(float), strict=True))
    else:
        weight = mapped
    live = set(cables.loc[in_service(cables, layers.as_of), "cable_id"])
    country = layers.stations.set_index("station_id")["country"]
    landed = layers.landings[["cable_id"]].assign(
        country=layers.landings["station_id"].map(country)).drop_duplicates()
    drawn = set(segments["cable_id"])
    landed = landed[landed["cable_id"].isin(drawn)]
    now, then = landed[landed["cable_id"].isin(live)], landed[landed["cable_id"].isin(on)]
    target = now["cable_id"].map(mapped).groupby(now["country"]).sum()
    weights = then["cable_id"].map(weight).groupby(then["country"]).sum()
    per_weight = target * pd.Series(factor).reindex(target.index) / weights
    logs = np.log(then["country"].map(per_weight).astype(float).where(lambda x: x > 0))
    mean = np.exp(logs.groupby(then["cable_id"]).mean())
    return {str(cable): float(value * weight[str(cable)]) for cable, value in mean.items()
            if np.isfinite(value)}


def _largest_lit(layers: Layers) -> dict[str, float]:
    """Lit capacity of each cable's largest section."""
    segments = layers.segments
    own = segments["cable_id"].map(layers.cables.set_index("cable_id")["lit_capacity_tbps"])
    lit = segments["lit_capacity_tbps"].fillna(own)
    return {str(key): float(value) for key, value in lit.groupby(segments["cable_id"]).max().items()
            if value > 0}


def _with_lit(layers: Layers, lit: Mapping[str, float],
              factor: Mapping[str, float]) -> dict[str, pd.DataFrame]:
    """The tables with lit capacities: sections in the ratio they have on the map."""
    segments, crossings = layers.segments, layers.border_crossings
    cables = layers.cables
    own = segments["cable_id"].map(cables.set_index("cable_id")["lit_capacity_tbps"])
    before = segments["lit_capacity_tbps"].fillna(own)
    largest = segments["cable_id"].map(_largest_lit(layers))
    wanted = segments["cable_id"].map(lit)
    segments["lit_capacity_tbps"] = np.where(wanted.notna(), wanted * before / largest, before)
    country = layers.gateways.set_index("gateway_id")["country"]
    both = [crossings[end].map(country).map(factor).astype(float) for end in ("from_id", "to_id")]
    ratio = np.sqrt(both[0] * both[1])
    for column in ("design_capacity_tbps", "lit_capacity_tbps"):
        crossings[column] = crossings[column] * ratio
    cables["lit_capacity_tbps"] = cables["lit_capacity_tbps"].where(
        ~cables["cable_id"].isin(lit), np.nan)
    return {"segments": segments, "border_crossings": crossings, "cables": cables}


def _raised(layers: Layers, day: date, together: Mapping[str, str]) -> Layers:
    """The map after whole systems were raised as far as the demand of the day needs."""
    net = build_network(layers, as_of=day)
    on = np.flatnonzero(net.links.in_service)
    name = _raisable_names(net, on, together)
    groups = sorted(set(name) - {""})
    number = {group: i for i, group in enumerate(groups)}
    group = np.array([number.get(key, -1) for key in name], np.int64)
    lit, design = net.links.lit_tbps[on], net.links.design_tbps[on]
    most = lit * (RAISED_AT_MOST - 1.0)
    capped = (day >= TRUSTED_FROM) | net.of_kind(*CROSSINGS)[on]
    extra = np.where(capped & ~np.isnan(design), np.minimum(most, np.maximum(design - lit, 0.0)),
                     most) * (1.0 - HEADROOM)
    extra = np.nan_to_num(extra)
    inside = group >= 0
    cost = RAISE_COST * np.bincount(group[inside], (extra * net.links.length_km[on])[inside],
                                    minlength=len(groups)) / 1000.0
    demands, node = net.demands, net.gateways.node
    served = max_served(
        len(net.nodes), net.links.a[on], net.links.b[on],
        np.nan_to_num(lit, nan=1e6) * (1.0 - HEADROOM), net.links.length_km[on],
        source=node[demands.from_gateway], target=node[demands.to_gateway], tbps=demands.tbps,
        raisable=Raise(group, extra, np.maximum(cost, 1e-6)), interior=True)
    share = np.where(inside, np.append(served.raised, 0.0)[group], 0.0)
    share = np.ceil(share * 200.0 - 1e-6) / 200.0
    new = dict(zip(net.links.id[on], lit + share * extra / (1.0 - HEADROOM), strict=True))
    changed = {}
    for table, key in (("segments", "segment_id"), ("border_crossings", "crossing_id")):
        frame = layers[table]
        frame["lit_capacity_tbps"] = frame[key].map(new).fillna(frame["lit_capacity_tbps"])
        changed[table] = frame
    return layers.with_tables(**changed)


def _raisable_names(net: Network, on: NDArray[np.int64],
                    together: Mapping[str, str]) -> NDArray[np.object_]:
    """What is raised as one: a cable, cables of a known ratio, a crossing; '' for the rest."""
    links = net.links
    cable = net.cable_id[np.maximum(links.cable, 0)]
    cable = np.array([together.get(key) or key for key in cable], dtype=object)
    crossing = net.of_kind(*CROSSINGS)
    named: NDArray[np.object_] = np.where(links.cable >= 0, cable,
                                          np.where(crossing, links.id, ""))[on]
    return named
