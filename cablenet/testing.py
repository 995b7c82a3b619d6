"""Small worlds to try things on: maps of a few cables, each drawn in its docstring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from cablenet.layers import Layers, layers_from_tables

Place = tuple[str, str, float, float]
CableSections = Mapping[str, Sequence[tuple[str, str]]]


def small_world(
    stations: Sequence[Place],
    cables: CableSections,
    *,
    hubs: Sequence[str],
    lit_tbps: float | Mapping[str, float] | None = 10.0,
    units: Mapping[str, tuple[str, float, float]] | None = None,
    borders: Sequence[tuple[str, str]] = (),
    joined: bool = True,
    people: float = 1_000_000.0,
    powered: bool = False,
    name: str = "small world",
) -> Layers:
    """A map from a few lines of text; each station's country has one gateway at its first station.

    Parameters
    ----------
    stations
        (id, country, lon, lat)
    cables
        cable id to its sections as (from, to) pairs of station or unit ids
    hubs
        countries whose gateway is a hub
    units
        branching units: id to (cable id, lon, lat)
    borders
        pairs of countries joined over land
    joined
        whether all stations of a country are joined to its gateway (one landmass)
    """
    units = units or {}
    at = {key: (lon, lat) for key, _, lon, lat in stations}
    at |= {key: (lon, lat) for key, (_, lon, lat) in units.items()}
    country_of = {key: country for key, country, *_ in stations}
    countries = list(dict.fromkeys(country_of.values()))
    first = {country: next(s for s in stations if s[1] == country) for country in countries}
    sections = [(cable, i + 1, a, b) for cable, pairs in cables.items()
                for i, (a, b) in enumerate(pairs)]
    lit = {cable: (lit_tbps.get(cable, np.nan) if isinstance(lit_tbps, Mapping)
                   else np.nan if lit_tbps is None else lit_tbps) for cable in cables}
    landed = sorted({(cable, end) for cable, _, *ends in sections for end in ends
                     if end in country_of})
    home = [s for s in stations if joined or first[s[1]][0] == s[0]]
    tables: dict[str, pd.DataFrame] = {
        "cables": pd.DataFrame([{
            "cable_id": cable, "name": cable.upper(), "status": "live",
            "lit_capacity_tbps": lit[cable], "design_capacity_tbps": lit[cable],
            "power_feed": "stations" if powered else "none",
        } for cable in cables]),
        "stations": _points([(key, lon, lat, {"name": key.title(), "country": country,
                                              "level": "town"})
                             for key, country, lon, lat in stations], "station_id"),
        "segments": gpd.GeoDataFrame([{
            "segment_id": f"{cable}/{i}", "cable_id": cable, "from_id": a, "to_id": b,
            "kind": "wet", "geometry": shapely.LineString([at[a], at[b]]),
        } for cable, i, a, b in sections], geometry="geometry", crs="EPSG:4326"),
        "landings": pd.DataFrame([{"cable_id": cable, "station_id": station, "feeds": powered}
                                  for cable, station in landed]),
        "countries": pd.DataFrame([{
            "country": country, "name": country, "population": people,
            "internet_users": people / 2, "demand_tbps": 1.0,
        } for country in countries]),
        "gateways": _points([(f"{country}-gw", place[2], place[3],
                              {"name": place[0].title(), "country": country,
                               "people_share": 1.0, "demand_share": 1.0})
                             for country, place in first.items()], "gateway_id"),
        "hubs": pd.DataFrame([{"gateway_id": f"{country}-gw", "weight": 1.0}
                              for country in hubs]),
        "backhaul": pd.DataFrame([{
            "backhaul_id": f"{key}>{country}-gw", "station_id": key,
            "gateway_id": f"{country}-gw", "length_km": 0.0,
        } for key, country, *_ in home]),
        "border_crossings": pd.DataFrame([{
            "crossing_id": f"{a}-{b}", "from_id": f"{a}-gw", "to_id": f"{b}-gw",
            "kind": "border",
        } for a, b in borders]),
    }
    if units:
        tables["branching_units"] = _points(
            [(key, lon, lat, {"cable_id": cable}) for key, (cable, lon, lat) in units.items()],
            "bu_id")
    return layers_from_tables(tables, name=name)


def ring() -> Layers:
    """Four countries on one ring of four cables; AA is the hub.

    AA --ab-- BB
    |          |
    da        bc
    |          |
    DD --cd-- CC
    """
    return small_world(
        [("a", "AA", 0, 0), ("b", "BB", 10, 0), ("c", "CC", 10, -10), ("d", "DD", 0, -10)],
        {"ab": [("a", "b")], "bc": [("b", "c")], "cd": [("c", "d")], "da": [("d", "a")]},
        hubs=["AA"], name="ring",
    )


def trunk_and_branch() -> Layers:
    """One powered cable from hub AA to CC, with BB on a branch.

    AA ---- u ---- CC
            |
            BB
    """
    return small_world(
        [("a", "AA", 0, 0), ("b", "BB", 10, -5), ("c", "CC", 20, 0)],
        {"tb": [("a", "u"), ("u", "c"), ("u", "b")]}, units={"u": ("tb", 10, 0)},
        hubs=["AA"], powered=True, name="trunk and branch",
    )


def chain() -> Layers:
    """One cable that lands in every country on its way: AA (hub) -- BB -- CC."""
    return small_world(
        [("a", "AA", 0, 0), ("b", "BB", 10, 0), ("c", "CC", 20, 0)],
        {"ch": [("a", "b"), ("b", "c")]}, hubs=["AA"], name="chain",
    )


def random_world(seed: int, *, places: int = 8, cables: int = 8, hubs: int = 2) -> Layers:
    """Random stations and cables of one to three sections, some landlocked neighbours."""
    rng = np.random.default_rng(seed)
    stations = [(f"s{i}", f"{chr(65 + i // 26)}{chr(65 + i % 26)}",
                 float(rng.uniform(100, 220)), float(rng.uniform(-60, 60)))
                for i in range(places)]
    if places > 3:
        stations[-1] = (stations[-1][0], stations[0][1], *stations[-1][2:])
    systems = {}
    for number in range(cables):
        stops = rng.choice(places, size=min(places, int(rng.integers(2, 5))), replace=False)
        systems[f"c{number:02d}"] = [(f"s{a}", f"s{b}")
                                     for a, b in zip(stops[:-1], stops[1:], strict=True)]
    countries = list(dict.fromkeys(country for _, country, *_ in stations))
    borders = [tuple(sorted(rng.choice(countries, 2, replace=False).tolist()))
               for _ in range(int(rng.integers(0, 3)))]
    return small_world(
        stations, systems, hubs=countries[:hubs], borders=sorted(set(borders)),
        lit_tbps={cable: float(rng.integers(1, 20)) for cable in systems},
        powered=bool(rng.integers(0, 2)), name=f"random world {seed}",
    )


def _points(rows: Sequence[tuple[str, float, float, Mapping[str, object]]],
            key: str) -> gpd.GeoDataFrame:
    frame = pd.DataFrame([{key: identity, **more} for identity, _, _, more in rows])
    points = gpd.points_from_xy([lon for _, lon, *_ in rows], [lat for _, _, lat, *_ in rows])
    return gpd.GeoDataFrame(frame, geometry=points, crs="EPSG:4326")
