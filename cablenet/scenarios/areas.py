"""Areas: everything that runs through a disk, a polygon, a corridor, a chokepoint or waters denied.

An area takes the wet sections whose drawn line enters it, and the stations that stand in it. Each
section hit becomes one fault, in the middle of its longest run inside.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from cablenet.errors import InputError, NothingHitError, UnknownNameError
from cablenet.geo import dateline, geodesic
from cablenet.network import LINK_KINDS, NODE_KINDS, Network
from cablenet.scenarios.faults import faults_at
from cablenet.scenarios.scenario_set import Recipe, ScenarioSet, recipe, scenario_set

Ints = NDArray[np.int64]
SECTIONS = [LINK_KINDS.index("wet"), LINK_KINDS.index("land")]
STATION = NODE_KINDS.index("station")


def disk(net: Network, lon: float, lat: float, radius_km: float, *, name: str | None = None,
         cause: str = "area", stations: bool = True,
         rate_per_year: float | None = None) -> ScenarioSet:
    """Everything within a geodesic distance of a place."""
    if not (radius_km > 0 and -90 <= lat <= 90 and -360 <= lon <= 360):
        raise InputError(f"a disk needs lon, lat in degrees and a radius above 0 km, "
                         f"not {lon:g}, {lat:g}, {radius_km:g}")
    sections, middle = [], []
    for link in _sections_near(net, lon, lat, radius_km):
        gap, km = geodesic.nearest_on_line(net.links.geometry[link], lon, lat)
        if gap <= radius_km:
            sections.append(link)
            middle.append(km)
    nodes = _stations_near(net, lon, lat, radius_km) if stations else []
    title = name or f"{radius_km:g} km round {lon:.2f}, {lat:.2f}"
    made = recipe("disk", lon=lon, lat=lat, radius_km=radius_km, name=name, cause=cause,
                  stations=stations, rate_per_year=rate_per_year)
    return _one(net, title, sections, middle, nodes, cause, made, rate_per_year)


def polygon(net: Network, area: Any, *, name: str, cause: str = "area", stations: bool = True,
            rate_per_year: float | None = None) -> ScenarioSet:
    """Everything inside a polygon in lon, lat."""
    made = recipe("area", wkt=area.wkt, name=name, cause=cause, stations=stations,
                  rate_per_year=rate_per_year)
    sections, middle = _sections_inside(net, area)
    nodes = _stations_inside(net, area) if stations else []
    return _one(net, name, sections, middle, nodes, cause, made, rate_per_year)


def area_from_wkt(net: Network, wkt: str, **more: Any) -> ScenarioSet:
    """`polygon` from well-known text, which is how a recipe keeps it."""
    return polygon(net, shapely.from_wkt(wkt), **more)


def corridor(net: Network, line: Any, width_km: float, *, name: str, cause: str = "anchor drag",
             stations: bool = False) -> ScenarioSet:
    """Everything within half the width of a track, such as an anchor's or a storm's.

    `line` is a LineString in lon, lat or its well-known text.
    """
    track: Any = shapely.from_wkt(line) if isinstance(line, str) else line
    dense, _ = geodesic.densify(dateline.unwrap(track), max(5.0, width_km / 4))
    disks = [geodesic.disk(x, y, width_km / 2, 48) for x, y in dense]
    area = shapely.union_all([shapely.union_all(pair).convex_hull for pair in pairwise(disks)])
    made = recipe("corridor", line=track.wkt, width_km=width_km, name=name, cause=cause,
                  stations=stations)
    sections, middle = _sections_inside(net, area)
    nodes = _stations_inside(net, area) if stations else []
    return _one(net, name, sections, middle, nodes, cause, made, None)


def chokepoint(net: Network, choke: str, *, cause: str = "chokepoint") -> ScenarioSet:
    """Everything that runs through a named chokepoint of the map, by id or name."""
    table = net.layers.tables["chokepoints"]
    rows = table[(table["choke_id"] == choke) | (table["name"] == choke)]
    if not len(rows):
        raise UnknownNameError("chokepoint", choke, table["choke_id"])
    row = rows.iloc[0]
    sections, middle = _sections_inside(net, row["geometry"])
    nodes = _stations_inside(net, row["geometry"])
    return _one(net, str(row["name"]), sections, middle, nodes, cause,
                recipe("chokepoint", choke=choke, cause=cause), None)


def denial(net: Network, country: str) -> ScenarioSet:
    """A jurisdiction denied: every section in waters the country claims, and its stations.

    No fault lies on the sea bed: the cables are whole, but their use is refused.
    """
    code = str(net.country_id[net.country_index(country)])
    number = np.flatnonzero(net.groups.id == f"jurisdiction:{code}")
    lost = [net.groups.members(int(number[0]))] if len(number) else []
    mine = np.flatnonzero((net.nodes.kind == STATION) & (net.nodes.country == code))
    lost += [net.links_at_node(int(node)) for node in mine]
    if not lost:
        raise NothingHitError(f"no section runs through waters of {code} and no station is there")
    return scenario_set(net, [f"denial by {code}"], [np.concatenate(lost)],
                        recipe("denial", country=country))


def area_events(net: Network, areas: gpd.GeoDataFrame) -> ScenarioSet:
    """One scenario per row of a frame of areas (`name`, geometry; `rate_per_year`, `cause`).

    Areas in which nothing is in service on the network's day are left out.
    """
    records = [{"name": str(row["name"]), "wkt": row.geometry.wkt,
                "cause": "area" if pd.isna(row.get("cause")) else str(row["cause"]),
                "rate_per_year": _number(row.get("rate_per_year"))}
               for _, row in areas.iterrows()]
    return areas_from_wkt(net, records)


def areas_from_wkt(net: Network, areas: Sequence[dict[str, Any]]) -> ScenarioSet:
    """`area_events` from plain records, which is how a recipe keeps it."""
    names: list[str] = []
    links: list[Ints] = []
    rates: list[float] = []
    faults: list[pd.DataFrame] = []
    for area in areas:
        shape = shapely.from_wkt(area["wkt"])
        sections, middle = _sections_inside(net, shape)
        nodes = _stations_inside(net, shape)
        lost = _lost(net, sections, nodes)
        if not net.links.in_service[lost].any():
            continue
        faults.append(faults_at(net, [len(names)] * len(sections), sections, middle,
                                area.get("cause") or "area"))
        names.append(area["name"])
        links.append(lost)
        rates.append(np.nan if area.get("rate_per_year") is None else area["rate_per_year"])
    if not names:
        raise NothingHitError("none of the areas holds anything in service; check their "
                              "coordinates (lon, lat) and the date")
    return scenario_set(net, names, links, recipe("areas", areas=list(areas)),
                        rate_per_year=np.array(rates, float),
                        faults=pd.concat(faults, ignore_index=True))


def _one(net: Network, name: str, sections: list[int], middle: list[float], nodes: Sequence[int],
         cause: str, made: Recipe, rate_per_year: float | None) -> ScenarioSet:
    faults = faults_at(net, [0] * len(sections), sections, middle, cause)
    rate = None if rate_per_year is None else np.array([rate_per_year], float)
    return scenario_set(net, [name], [_lost(net, sections, nodes)], made,
                        rate_per_year=rate, faults=faults)


def _lost(net: Network, sections: Sequence[int], nodes: Sequence[int]) -> Ints:
    at_nodes = [net.links_at_node(node) for node in nodes]
    return np.concatenate([np.asarray(sections, np.int64), *at_nodes]).astype(np.int64)


def _live_sections(net: Network) -> Ints:
    return np.flatnonzero(np.isin(net.links.kind, SECTIONS) & net.links.in_service)


def _sections_near(net: Network, lon: float, lat: float, radius_km: float) -> list[int]:
    """Sections in service whose box comes near a disk's: the others cannot be hit."""
    live = _live_sections(net)
    if not len(live):
        return []
    high = min(abs(lat) + radius_km / 110.0, 89.9)
    tall = radius_km / 110.0
    wide = min(tall / np.cos(np.radians(high)), 180.0)
    low_x, low_y, high_x, high_y = shapely.bounds(net.links.geometry[live]).T
    turn = 360.0 * np.ceil((low_x - wide - lon) / 360.0)
    near = (lon + turn - wide <= high_x) & (low_y - tall <= lat) & (lat <= high_y + tall)
    return [int(link) for link in live[near]]


def _sections_inside(net: Network, area: Any) -> tuple[list[int], list[float]]:
    """Sections in service that enter an area, and the km of the middle of their longest run."""
    live = _live_sections(net)
    if not len(live):
        return [], []
    bounds = shapely.bounds(net.links.geometry[live])
    found: dict[int, float] = {}
    for copy in dateline.copies_near(area, bounds[:, 0].min(), bounds[:, 2].max()):
        shapely.prepare(copy)
        for link in live[shapely.intersects(copy, net.links.geometry[live])].tolist():
            found.setdefault(link, _middle_km(net.links.geometry[link], copy))
    links = sorted(found)
    return links, [found[link] for link in links]


def _middle_km(line: Any, area: Any) -> float:
    inside = line.intersection(area)
    runs = [part for part in getattr(inside, "geoms", [inside]) if part.geom_type == "LineString"]
    if inside.is_empty:  # a section of no length, as imported maps have them
        point = line.interpolate(0.5, normalized=True)
    elif not runs:
        point = inside.centroid
    else:
        longest = max(runs, key=lambda run: run.length)
        point = longest.interpolate(0.5, normalized=True)
    return geodesic.nearest_on_line(line, point.x, point.y)[1]


def _stations_near(net: Network, lon: float, lat: float, radius_km: float) -> list[int]:
    mine = np.flatnonzero(net.nodes.kind == STATION)
    gap = geodesic.distance_km(net.nodes.lon[mine], net.nodes.lat[mine], lon, lat)
    return [int(node) for node in mine[gap <= radius_km]]


def _stations_inside(net: Network, area: Any) -> list[int]:
    mine = np.flatnonzero(net.nodes.kind == STATION)
    if not len(mine):
        return []
    lon = net.nodes.lon[mine]
    hit = np.zeros(len(mine), bool)
    for copy in dateline.copies_near(area, lon.min(), lon.max()):
        hit |= shapely.contains_xy(copy, lon, net.nodes.lat[mine])
    return [int(node) for node in mine[hit]]


def _number(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)
