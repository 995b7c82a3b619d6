"""Candidates: cables that could be built, as a frame for `build_network` or off a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from cablenet.errors import InputError, Problem, UnknownNameError
from cablenet.geo import geodesic
from cablenet.layers import Layers
from cablenet.network import Network
from cablenet.planning.more_candidates import DESIGN_TBPS, LIT_TBPS
from cablenet.planning.prices import cable_cost_musd, cable_costs_musd

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Route = Callable[[float, float, float, float], shapely.LineString]


@dataclass(frozen=True, eq=False)
class Proposals:
    """K cables of one network that could be built, each with its links and its cost.

    `cable` (K,) indexes the network's cables; `links[k]` are the links that cable k brings;
    `modelled` is true where the cost is the stated price model and no quotation.
    """

    cable: Ints
    links: tuple[Ints, ...]
    cost_musd: Floats
    length_km: Floats
    modelled: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.cable)


def proposals(net: Network) -> Proposals:
    """The cables of a network that a plan may choose.

    These are the candidates it was built with, and planned systems of the map of which nothing is
    in service yet.
    """
    planned = net.layers.tables["cables"].set_index("cable_id")["status"].eq("planned")
    chosen, links = [], []
    for cable, key in enumerate(net.cable_id):
        mine = net.links_of_cable(cable)
        if len(mine) and not net.links.in_service[mine].any() and bool(planned.get(key, True)):
            chosen.append(cable)
            links.append(mine)
    length = np.array([net.links.length_km[mine].sum() for mine in links])
    given = net.cable_cost_musd[chosen] if chosen else np.array([])
    model = np.array([cable_cost_musd(km, _landings(net, mine))[1]
                      for km, mine in zip(length, links, strict=True)])
    modelled = np.isnan(given)
    return Proposals(np.array(chosen, np.int64), tuple(links),
                     np.where(modelled, model, given), length, modelled)


def _landings(net: Network, links: Ints) -> int:
    ends = np.unique(np.concatenate([net.links.a[links], net.links.b[links]]))
    return int((net.nodes.kind[ends] == 0).sum())


def default_candidates(
    layers: Layers,
    countries: Sequence[str],
    route: Route,
    *,
    reach_km: float = 3000.0,
    neighbours: int = 8,
    per_neighbour: int = 2,
) -> gpd.GeoDataFrame:
    """Point-to-point candidates from each named country to the countries round it.

    For every neighbour within reach the nearest pairs of stations are taken, no station twice for
    one neighbour. Stations count when a backhaul joins them to a gateway.

    Parameters
    ----------
    countries
        ISO codes or names
    route
        gives the line at sea between two places: `SeaRouter.route`
    reach_km
        great-circle distance beyond which no pair is proposed
    neighbours
        nearest countries proposed for each named one
    per_neighbour
        station pairs for each neighbour

    Returns
    -------
    A frame for `build_network(layers, candidates=...)`: candidate_id, name, from_id, to_id,
    geometry, length_km, cost_musd with its low and high end, and assumed capacities.
    """
    named = [_country_code(layers, country) for country in countries]
    stations = _joined_stations(layers)
    missing = sorted(set(named) - set(stations["country"]))
    if missing:
        raise InputError(f"no station with a backhaul in {', '.join(missing)}; "
                         "a candidate cable must land somewhere")
    pairs = {pair for country in named
             for pair in _pairs(stations, country, reach_km, neighbours, per_neighbour)}
    rows = [_row(stations.iloc[i], stations.iloc[j], route) for i, j in sorted(pairs)]
    if not rows:
        raise InputError(f"no station abroad within {reach_km:g} km of {', '.join(named)}; "
                         "raise reach_km")
    return gpd.GeoDataFrame(pd.DataFrame(rows), geometry="geometry", crs="EPSG:4326")


def completed(given: gpd.GeoDataFrame, layers: Layers, route: Route) -> gpd.GeoDataFrame:
    """Candidates of a user's file with what it left open: lines drawn at sea, costs modelled.

    Raises
    ------
    InputError
        naming each row whose end is no node of the map, joins a place to itself or lies off the
        sea
    """
    at = {str(key): (float(point.x), float(point.y))
          for table, column in (("stations", "station_id"), ("branching_units", "bu_id"))
          for key, point in zip(layers.tables[table][column], layers.tables[table].geometry,
                                strict=True)}
    problems, lines = [], []
    for row in given.to_dict("records"):
        key, ends = str(row["candidate_id"]), (str(row["from_id"]), str(row["to_id"]))
        lost = [(name, f"'{end}' is no station or unit of the map", "mend the id")
                for name, end in zip(("from_id", "to_id"), ends, strict=True) if end not in at]
        if ends[0] == ends[1]:
            lost.append(("to_id", "is from_id again", "join two places"))
        line = row["geometry"]
        if not lost and line is None:
            try:
                line = route(*at[ends[0]], *at[ends[1]])
            except ValueError as error:
                lost.append(("geometry", str(error), "give the line"))
        problems += [Problem("candidates", key, *what) for what in lost]
        lines.append(line)
    if problems:
        raise InputError(problems)
    frame = given.drop(columns="geometry").assign(
        length_km=geodesic.line_lengths_km(np.array(lines, object)).round(1))
    low, typical, high = cable_costs_musd(frame["length_km"].to_numpy(float)).round(3)
    quoted = frame["cost_musd"].notna()
    frame = frame.assign(
        cost_basis=np.where(quoted, "given", "price model"),
        cost_low_musd=frame["cost_musd"].where(quoted, low),
        cost_high_musd=frame["cost_musd"].where(quoted, high),
        cost_musd=frame["cost_musd"].where(quoted, typical))
    return gpd.GeoDataFrame(frame, geometry=lines, crs="EPSG:4326")


def _country_code(layers: Layers, country: str) -> str:
    table = layers.tables["countries"]
    hit = table.loc[(table["country"] == country) | (table["name"] == country), "country"]
    if not len(hit):
        raise UnknownNameError("country", country, [*table["country"], *table["name"]])
    return str(hit.iloc[0])


def _joined_stations(layers: Layers) -> pd.DataFrame:
    stations = layers.tables["stations"]
    joined = stations[stations["station_id"].isin(layers.tables["backhaul"]["station_id"])]
    joined = joined.sort_values("station_id").reset_index(drop=True)
    return pd.DataFrame({
        "station_id": joined["station_id"].astype(str), "name": joined["name"].astype(str),
        "country": joined["country"].astype(str),
        "lon": joined.geometry.x, "lat": joined.geometry.y,
    })


def _pairs(stations: pd.DataFrame, country: str, reach_km: float, neighbours: int,
           per_neighbour: int) -> Iterator[tuple[int, int]]:
    """Nearest station pairs between one country and its nearest neighbours by sea."""
    home = np.flatnonzero(stations["country"] == country)
    away = np.flatnonzero(stations["country"] != country)
    lon, lat = stations["lon"].to_numpy(), stations["lat"].to_numpy()
    gap = geodesic.distance_km(lon[home][:, None], lat[home][:, None], lon[away], lat[away])
    near = pd.DataFrame({
        "km": gap.ravel(), "home": np.repeat(home, len(away)), "away": np.tile(away, len(home)),
    })
    near = near[near["km"] <= reach_km].sort_values(["km", "home", "away"])
    near["other"] = stations["country"].to_numpy()[near["away"]]
    for other in list(dict.fromkeys(near["other"]))[:neighbours]:
        used: set[int] = set()
        taken = 0
        for row in near[near["other"] == other].itertuples():
            if taken == per_neighbour:
                break
            if row.home in used or row.away in used:
                continue
            used |= {int(row.home), int(row.away)}
            taken += 1
            yield min(int(row.home), int(row.away)), max(int(row.home), int(row.away))


def _row(start: pd.Series, end: pd.Series, route: Route) -> dict[str, object]:
    line = route(start["lon"], start["lat"], end["lon"], end["lat"])
    km = geodesic.line_length_km(line)
    low, typical, high = cable_cost_musd(km)
    return {
        "candidate_id": f"new:{start['station_id']}:{end['station_id']}",
        "name": f"{start['name']} - {end['name']} (proposed)",
        "from_id": start["station_id"], "to_id": end["station_id"],
        "length_km": round(km, 1), "cost_musd": round(typical, 1),
        "cost_low_musd": round(low, 1), "cost_high_musd": round(high, 1),
        "design_capacity_tbps": DESIGN_TBPS, "lit_capacity_tbps": LIT_TBPS, "geometry": line,
    }
