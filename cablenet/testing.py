"""Small worlds to try things on: maps of a few cables, each drawn in its docstring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

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
            "internet_users": people / 2, "demand_tbps": 1.0, "gdp_busd": 36.5,
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
    """A random map with a bit of everything that real maps have.

    Countries with several stations and gateways, landlocked ones, hub countries with one or all
    gateways as hubs (an ended hub too), stations without backhaul, borders, tunnels and a mesh;
    cables that are chains, rings, trunks with branches, or in several pieces, powered or not, with
    sections and whole systems out of service. Every coordinate is a multiple of 1/64 degree, so
    that shifting by whole degrees is exact; longitudes run from 100 to 220.
    """
    rng = np.random.default_rng(seed)
    coastal = int(rng.integers(3, max(4, places - 1)))
    inland = int(rng.integers(0, 3))
    codes = [f"A{chr(65 + i)}" for i in range(coastal + inland)]
    owner = [*range(coastal), *rng.integers(0, coastal, places - coastal).tolist()]
    at = {f"s{i}": _place(rng) for i in range(places)}
    home = {f"s{i}": codes[owner[i]] for i in range(places)}
    gates = {f"{code}-{i}": code for code in codes for i in range(int(rng.choice([1, 1, 2, 3])))}
    by_country = {code: [gate for gate in gates if gates[gate] == code] for code in codes}
    cable_rows, units, sections, landings = _random_cables(rng, at, cables)
    tables: dict[str, pd.DataFrame] = {
        "cables": pd.DataFrame(cable_rows),
        "stations": _points([(key, *at[key], {"name": key.upper(), "country": home[key],
                                              "level": "town"}) for key in home], "station_id"),
        "segments": gpd.GeoDataFrame(sections, geometry="geometry", crs="EPSG:4326"),
        "landings": pd.DataFrame(landings),
        "countries": pd.DataFrame([{
            "country": code, "name": f"Land {code}",
            "population": float(rng.integers(1, 90)) * 1e6,
            "internet_users": float(rng.integers(1, 90)) * 1e5,
            "demand_tbps": float(rng.integers(1, 640)) / 64, "gdp_busd": 36.5,
        } for code in codes]),
        "gateways": _points([(gate, *_place(rng), {
            "name": gate, "country": code, "people_share": 1 / len(by_country[code]),
            "demand_share": (0.5, 0.3, 0.2)[by_country[code].index(gate)],
        }) for gate, code in gates.items()], "gateway_id"),
        "hubs": _random_hubs(rng, by_country, hubs),
        "backhaul": pd.DataFrame([{
            "backhaul_id": f"{key}>{gate}", "station_id": key, "gateway_id": gate,
            "length_km": float(rng.integers(0, 300)), "lit_capacity_tbps": _sometimes(rng, 30),
        } for key, code in home.items()
            for gate in rng.permutation(by_country[code])[:rng.choice([0, 1, 1, 1, 2])]]),
        "border_crossings": _random_borders(rng, by_country, codes[coastal:]),
        "fixed_links": pd.DataFrame([{
            "fixed_link_id": f"fixed {x}", "name": f"tunnel of {x}", "from_id": own[0],
            "to_id": own[1], "kind": str(rng.choice(["tunnel", "bridge", "backbone"])),
        } for x, own in by_country.items() if len(own) > 1 and rng.random() < 0.5]),
    }
    if units:
        tables["branching_units"] = _points(
            [(key, *at[key], {"cable_id": cable}) for key, cable in units.items()], "bu_id")
    return layers_from_tables(tables, name=f"random world {seed}")


def random_candidates(seed: int, layers: Layers, count: int = 3) -> pd.DataFrame:
    """Proposed links between random stations of a map, as `build_network` takes them."""
    rng = np.random.default_rng(seed)
    stations = layers.tables["stations"]
    rows = []
    for i in range(count):
        a, b = rng.choice(len(stations), 2, replace=False)
        ends = stations.iloc[[a, b]]
        rows.append({
            "candidate_id": f"new{i}", "name": f"New {i}", "from_id": ends["station_id"].iloc[0],
            "to_id": ends["station_id"].iloc[1], "lit_capacity_tbps": float(rng.integers(1, 20)),
            "cost_musd": float(rng.integers(10, 200)),
            "geometry": shapely.LineString(ends.geometry.to_list()),
        })
    return pd.DataFrame(rows)


Rows = list[dict[str, Any]]


def _random_cables(rng: np.random.Generator, at: dict[str, tuple[float, float]],
                   count: int) -> tuple[Rows, dict[str, str], Rows, Rows]:
    """Rows of cables, units by id (their places go into `at`), sections and landings."""
    stations = list(at)
    cables: Rows = []
    sections: Rows = []
    landings: Rows = []
    units: dict[str, str] = {}
    for number in range(count):
        cable = f"c{number:02d}"
        stops = rng.choice(stations, size=min(len(stations), int(rng.integers(2, 6))),
                           replace=False).tolist()
        pairs = list(pairwise(stops))
        form = str(rng.choice(["chain", "ring", "branches", "pieces"], p=[0.4, 0.1, 0.3, 0.2]))
        if form == "ring" and len(stops) > 2:
            pairs.append((stops[-1], stops[0]))
        if form == "branches" and len(stops) > 2:
            inner = [f"{cable}:u{i}" for i in range(len(stops) - 2)]
            for unit in inner:
                units[unit] = cable
                at[unit] = _place(rng)
            pairs = [*pairwise([stops[0], *inner, stops[-1]]),
                     *zip(inner, stops[1:-1], strict=True)]
        if form == "pieces" and len(pairs) > 2:
            pairs.pop(1)
        cables.append({
            "cable_id": cable, "name": f"Cable {number}", "lit_capacity_tbps":
            float(rng.integers(1, 20)), "status": str(rng.choice(
                ["live", "partial", "planned", "retired"], p=[0.8, 0.1, 0.05, 0.05])),
            "power_feed": str(rng.choice(["stations", "none"])),
        })
        for i, (a, b) in enumerate(pairs, 1):
            on_land = a in stations and b in stations and rng.random() < 0.05
            sections.append({
                "segment_id": f"{cable}/{i}", "cable_id": cable, "from_id": a, "to_id": b,
                "kind": "land" if on_land else "wet", "lit_capacity_tbps": _sometimes(rng, 20),
                "in_service_to": "2020-01-01" if rng.random() < 0.07 else None,
                "geometry": shapely.LineString([at[a], _between(rng, at[a], at[b]), at[b]]),
            })
        landings += [{"cable_id": cable, "station_id": stop, "feeds": bool(rng.random() < 0.5)}
                     for stop in sorted({end for pair in pairs for end in pair} & set(stations))]
    return cables, units, sections, landings


def _random_hubs(rng: np.random.Generator, by_country: dict[str, list[str]],
                 count: int) -> pd.DataFrame:
    """Some countries with their first or with all gateways as hubs; the last hub may be over."""
    chosen = rng.choice(list(by_country), min(count, len(by_country)), replace=False).tolist()
    hubs = [gate for code in chosen
            for gate in (by_country[code] if rng.random() < 0.5 else by_country[code][:1])]
    over = [None] * (len(hubs) - 1) + ["2015-01-01" if rng.random() < 0.2 else None]
    return pd.DataFrame({"gateway_id": hubs, "weight": rng.integers(1, 9, len(hubs)).astype(float),
                         "valid_to": over}) if hubs else pd.DataFrame()


def _random_borders(rng: np.random.Generator, by_country: dict[str, list[str]],
                    inland: Sequence[str]) -> pd.DataFrame:
    """A crossing for each landlocked country, at times another, at times a mesh between two."""
    codes = list(by_country)
    pairs = [(code, str(rng.choice([c for c in codes if c != code]))) for code in inland]
    pairs += [tuple(rng.choice(codes, 2, replace=False).tolist())
              for _ in range(int(rng.integers(0, 3)))]
    return pd.DataFrame([{
        "crossing_id": f"{i} {a}-{b}", "from_id": str(rng.choice(by_country[a])),
        "to_id": str(rng.choice(by_country[b])),
        "kind": str(rng.choice(["border", "mesh_land", "mesh_sea"], p=[0.7, 0.15, 0.15])),
        "lit_capacity_tbps": _sometimes(rng, 10),
    } for i, (a, b) in enumerate(pairs)])


def _place(rng: np.random.Generator) -> tuple[float, float]:
    return int(rng.integers(100 * 64, 220 * 64)) / 64, int(rng.integers(-60 * 64, 60 * 64)) / 64


def _between(rng: np.random.Generator, a: tuple[float, float],
             b: tuple[float, float]) -> tuple[float, float]:
    """A vertex near the middle, so that no two parallel cables are drawn as one line."""
    return tuple(round((x + y) * 32 + int(rng.integers(-64, 65))) / 64  # type: ignore[return-value]  # pairs stay pairs
                 for x, y in zip(a, b, strict=True))


def _sometimes(rng: np.random.Generator, most: int) -> float:
    """A whole number of Tbps in a quarter of the cases, else unknown."""
    return float(rng.integers(1, most)) if rng.random() < 0.25 else float("nan")


def _points(rows: Sequence[tuple[str, float, float, Mapping[str, object]]],
            key: str) -> gpd.GeoDataFrame:
    frame = pd.DataFrame([{key: identity, **more} for identity, _, _, more in rows])
    points = gpd.points_from_xy([lon for _, lon, *_ in rows], [lat for _, _, lat, *_ in rows])
    return gpd.GeoDataFrame(frame, geometry=points, crs="EPSG:4326")
