"""What ships with the library: the open atlas, its land and chokepoints, named events, the router.

Imported maps get their gateways, countries, hubs and border crossings from here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cablenet import framing, readers
from cablenet.build import build_network as build
from cablenet.build.growth import BASE_YEAR, demand_growth, scaled_to
from cablenet.errors import InputError, NothingHitError, Problem, UnknownNameError
from cablenet.geo.landmass import Land
from cablenet.geo.sea_passages import CANALS, NARROWS, STRAITS
from cablenet.geo.sea_router import SeaRouter
from cablenet.hazards import (
    FaultModel,
    HazardTables,
    RepairDurations,
    durations_from_frame,
    read_hazard_tables,
)
from cablenet.hazards import fault_model as make_fault_model
from cablenet.hazards.solar_shares import SolarShares
from cablenet.hazards.solar_shares import solar_shares as shares_of_network
from cablenet.hazards.tables import Level
from cablenet.layers import WGS84, Layers
from cablenet.network import Network
from cablenet.planning import all_candidates, sea_rules
from cablenet.planning import candidates as candidate_plan
from cablenet.planning.candidate_table import CandidateTable
from cablenet.planning.route_choice import Place, RouteChoices
from cablenet.planning.route_choice import route_choices as choose_routes
from cablenet.planning.route_danger import danger
from cablenet.readers.candidates import read_candidates as proposed_lines
from cablenet.readers.csv_table import read_csv
from cablenet.readers.demand_matrix import read_demand
from cablenet.readers.layer_document import document_layers
from cablenet.readers.ofds import is_ofds, ofds_layers
from cablenet.readers.report import ImportResult
from cablenet.scenarios import SOURCES  # every recipe source is registered by this import
from cablenet.scenarios.losses import cable_losses, station_losses
from cablenet.scenarios.named import events_from_records
from cablenet.scenarios.scenario_set import ScenarioSet
from cablenet.traffic.demand import Demand, forecast

ATLAS_DAY = date(2026, 6, 1)
"""The day the atlas is asked about unless another is named: when its facts were last gathered."""


@dataclass(frozen=True)
class NamedEvent:
    """A named failure of the region: what happens together, and what it is modelled on."""

    id: str
    name: str
    note: str
    sources: tuple[str, ...]
    parts: tuple[Mapping[str, Any], ...]
    rate_per_year: float | None = None

    def record(self) -> dict[str, Any]:
        """As `named_events` and recipes take it."""
        return {"name": self.name, "parts": [dict(part) for part in self.parts],
                "rate_per_year": self.rate_per_year}


@cache
def _atlas() -> Layers:
    from cablenet_geodata import path

    return readers.read_layers(path(), "folder")


@lru_cache(maxsize=4)
def _scaled_atlas(day: date) -> Layers:
    from cablenet_geodata import path

    return scaled_to(_atlas().dated(ATLAS_DAY), day, pd.read_csv(path("growth.csv")),
                     pd.read_csv(path("past_lit.csv")))


def atlas(as_of: date | str | None = None, *, scaled: bool = False) -> Layers:
    """The shipped open atlas, asked about a day (default: `ATLAS_DAY`).

    The day decides which systems are in service. `scaled` sets demand and lit capacity to those
    of the day as well, by the rule of `cablenet.build.growth`; otherwise they stay the atlas's.
    """
    day = date.fromisoformat(as_of) if isinstance(as_of, str) else as_of
    return _scaled_atlas(day or ATLAS_DAY) if scaled else _atlas().dated(day or ATLAS_DAY)


def read_layers(path: Path | str, format: str | None = None, **options: Any) -> Layers:
    """Read a map of any known format.

    A map without gateways gets those of the atlas, with countries, hubs, border crossings and
    fixed links, and backhaul from each station to the gateways a road could reach.
    """
    layers = readers.read_layers(path, format, **options)
    return layers if len(layers.gateways) else framing.frame(layers, _atlas(), land_parts())


def layers_from_document(document: object, name: str = "document") -> Layers:
    """The map in a JSON value: see `import_document`."""
    return import_document(document, name).layers


def import_document(document: object, name: str = "document") -> ImportResult:
    """The map in a JSON value of `cablenet/layers/1` or OFDS, framed as `read_layers` does, with
    the report of what was repaired or left out.

    Raises
    ------
    ReadError, LayersError
        every problem at once, each naming table, row, column and cure
    """
    read = ofds_layers if is_ofds(document) else document_layers
    made = read(document, Path(name))
    layers = made.layers
    framed = layers if len(layers.gateways) else framing.frame(layers, _atlas(), land_parts())
    return replace(made, layers=framed)


def build_network(layers: Layers, *, as_of: date | str | None = None,
                  candidates: pd.DataFrame | None = None, demand: Demand | Path | str | None = None,
                  demand_year: int | None = None) -> Network:
    """Number a map: see `cablenet.build.build_network`; a map without gateways is framed first.

    Parameters
    ----------
    demand
        a demand, or the file of one (`read_demand`), in place of the gravity model
    demand_year
        the year whose peak demand is asked about. A file must be of that year, or, where none is
        named, of the year of `as_of`. Without a file the map's own demand, of 2023, is grown to
        that year (`with_grown_demand`)
    """
    if not len(layers.tables["gateways"]):
        layers = framing.frame(layers, _atlas(), land_parts())
    net = build(layers, as_of=as_of, candidates=candidates)
    if isinstance(demand, Path | str):
        year = net.as_of.year if as_of is not None and net.as_of is not None else None
        own = read_demand(demand, net, year=year if demand_year is None else demand_year)
        return net.with_demand(own, f"demand is that of {Path(demand).name}")
    if demand is not None and demand_year is not None:
        raise InputError("a demand_year goes with a file, or with the map's own demand; "
                         "use cn.grown for a demand made elsewhere")
    if demand is not None:
        return net.with_demand(demand, "demand was given")
    return net if demand_year is None else with_grown_demand(net, demand_year)


def with_grown_demand(net: Network, year: int) -> Network:
    """The network with the demand of its map (that of 2023) grown to the middle of another year.

    Each demand grows as the country that asks, by the yearly rates of its region (`growth.csv`);
    `notes` tells the factor over all and its range.
    """
    from cablenet_geodata import path

    if not 1 <= year <= 9999:
        raise InputError(f"{year} is not a year; write it as 2030")
    growth, day = pd.read_csv(path("growth.csv")), date(year, 7, 2)
    countries = net.layers.tables["countries"]
    regions = countries["region"].fillna("")
    asks = net.gateways.country[net.demands.from_gateway]
    totals, factors = [], []
    for column in ("growth_per_year", "low", "high"):
        rates = growth.assign(growth_per_year=growth[column])
        by_region = {region: demand_growth(rates, region, day) for region in regions.unique()}
        by_code = dict(zip(countries["country"], regions.map(by_region), strict=True))
        factors.append(np.array([by_code[code] for code in net.country_id])[asks])
        totals.append(float(net.demands.tbps @ factors[-1]) / max(net.demands.total_tbps, 1e-300))
    best, low, high = totals[0], *sorted(totals[1:])
    return net.with_demand(
        forecast(net.demands, factors[0]),
        f"demand grown from {int(BASE_YEAR)} to {year} by the rates of growth.csv: x {best:.3g} "
        f"in all ({low:.3g} to {high:.3g})")


@cache
def land() -> gpd.GeoDataFrame:
    """Land of Natural Earth 1:10m, in parts, each with its country and landmass."""
    from cablenet_geodata import path

    return gpd.read_parquet(path("land.parquet"))


@cache
def land_parts() -> Land:
    """The same, ready to be asked which landmass a place stands on."""
    return Land(land())


@cache
def sea_router() -> SeaRouter:
    """The sea router for cables on the shipped mesh, the straits that it is too coarse for open."""
    from cablenet_geodata import path

    return SeaRouter.from_file(path("sea_mesh.npz"), passages=STRAITS)


@cache
def ship_router(closed: frozenset[str] = frozenset()) -> SeaRouter:
    """The sea router for ships: shortest ways, with the Suez and Panama canals.

    Parameters
    ----------
    closed
        canals and straits that no ship may take: suez, panama, kanmon, bosporus, dardanelles, ...

    Raises
    ------
    UnknownNameError
        no declared passage of that name; it names those there are
    """
    from cablenet_geodata import path

    every = (*STRAITS, *NARROWS, *CANALS)
    names = {passage.name.split(" ")[0].casefold(): passage for passage in every}
    for name in sorted(closed):
        if name.casefold() not in names:
            raise UnknownNameError("passage", name, names)
    shut = {names[name.casefold()] for name in closed}
    return SeaRouter.from_file(path("sea_mesh.npz"), plain=True,
                               passages=tuple(one for one in every if one not in shut))


def chokepoints() -> gpd.GeoDataFrame:
    """Named areas: the chokepoints of the atlas, and named events that are one area or track.

    Columns `name`, `kind`, `cause`, `rate_per_year`, geometry; what `area_events` takes.
    """
    chokes = _atlas().chokepoints.assign(cause="chokepoint", rate_per_year=float("nan"))
    events = [{"name": event.name, "kind": "event", "cause": event.parts[0].get("cause", "area"),
               "rate_per_year": event.rate_per_year, "geometry": shape}
              for event in named_event_table().values()
              if (shape := framing.event_area(event.parts)) is not None]
    frame = gpd.GeoDataFrame(events, geometry="geometry", crs=WGS84)
    columns = ["name", "kind", "cause", "rate_per_year", "geometry"]
    frame = frame[~frame["name"].isin(chokes["name"])]
    return gpd.GeoDataFrame(pd.concat([chokes[columns], frame[columns]], ignore_index=True),
                            geometry="geometry", crs=WGS84)


@cache
def named_event_table() -> Mapping[str, NamedEvent]:
    """All named events by id, in the order of the file."""
    from cablenet_geodata import path

    return read_events(path("named_events.toml"))


def read_events(file: Path) -> dict[str, NamedEvent]:
    """Named events of a TOML file: `[[event]]` with id, name, parts and, where known, a rate."""
    try:
        entries = tomllib.loads(file.read_text(encoding="utf-8")).get("event", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise InputError(f"{file}: is not a readable TOML file: {error}") from error
    problems = [Problem(file.name, str(entry.get("id", f"event {i + 1}")), key, "is missing",
                        "give id, name and parts")
                for i, entry in enumerate(entries) for key in ("id", "name", "parts")
                if key not in entry]
    if problems or not entries:
        raise InputError(problems or f"{file}: holds no [[event]]")
    return {
        entry["id"]: NamedEvent(
            entry["id"], entry["name"], entry.get("note", ""),
            tuple(filter(None, entry.get("sources", "").split(";"))),
            tuple(entry["parts"]), entry.get("rate_per_year"))
        for entry in entries
    }


def named_event_record(name: str) -> dict[str, Any]:
    """One named event by id or name, or the first of a TOML file, as a plain record."""
    table = named_event_table()
    by_name = {event.name: event for event in table.values()} | dict(table)
    if name in by_name:
        return by_name[name].record()
    if name.endswith(".toml"):
        return next(iter(read_events(Path(name)).values())).record()
    raise UnknownNameError("event", name, by_name)


def named_events(net: Network, names: Iterable[str] | None = None) -> ScenarioSet:
    """Named events as scenarios (default: all that hit anything in service on that day)."""
    chosen = ([event.record() for event in named_event_table().values()] if names is None
              else [named_event_record(name) for name in names])
    return events_from_records(net, chosen)


def single_failures(net: Network) -> ScenarioSet:
    """Every cable, every station and every named event of the map, one at a time: the failures
    that a plan for demand is held against. A map of a region without named events has none of
    those.

    Raises
    ------
    NothingHitError
        nothing is in service
    """
    losses = cable_losses(net) + station_losses(net)
    try:
        return losses + named_events(net)
    except (NothingHitError, UnknownNameError):  # no event of the table touches this map
        return losses


@cache
def hazard_tables(level: Level = "value") -> HazardTables:
    """The shipped hazard tables; `level` low or high takes that end of every number's range."""
    from cablenet_geodata import path

    return read_hazard_tables(path("hazards"), level)


def read_durations(path: Path | str) -> RepairDurations:
    """Repair times of a CSV file with columns `quantile` (0 to 1) and `hours`.

    Raises
    ------
    InputError
        naming the line and the column
    """
    header, rows, lines = read_csv(Path(path))
    frame = pd.DataFrame(rows, columns=header)
    for column in frame.columns.intersection(["quantile", "hours"]):
        given = pd.to_numeric(frame[column], errors="coerce")
        if given.isna().any():
            row = int(given.isna().to_numpy().argmax())
            raise InputError([Problem(Path(path).name, f"line {lines[row]}", str(column),
                                      f"'{frame[column].iloc[row]}' is no number",
                                      "write quantile (0 to 1) and hours")])
        frame[column] = given
    return durations_from_frame(frame, Path(path).name)


def repair_durations() -> RepairDurations:
    """How long an outage lasts, from observed repairs: the interim input of all risk figures."""
    return durations_from_frame(hazard_tables()["repair_durations"])


def fault_model(net: Network, hazards: Sequence[str] | None = None,
                durations: RepairDurations | None = None, *,
                tables: HazardTables | None = None, **options: Any) -> FaultModel:
    """What breaks how often, from the shipped tables; see `cablenet.hazards.making.fault_model`."""
    return make_fault_model(net, tables or hazard_tables(), hazards, durations, **options)


def solar_shares(of: Layers | Network, spacing_km: float, chances: Sequence[float]) -> SolarShares:
    """What a solar storm is expected to take of a map or a network, exactly.

    A map is numbered first, as `build_network` does. See
    `cablenet.hazards.solar_shares.solar_shares`; `chances` are those of one repeater for cables
    that land at 60 degrees or more, at 40 to 60, and below 40.
    """
    net = build_network(of) if isinstance(of, Layers) else of
    return shares_of_network(net, spacing_km, chances)


def default_candidates(layers: Layers, countries: Iterable[str],
                       **options: Any) -> gpd.GeoDataFrame:
    """Candidate cables for some countries, each routed at sea; see `planning.candidates`."""
    return candidate_plan.default_candidates(layers, list(countries), sea_router().route,
                                             **options)


def read_candidates(path: Path | str, layers: Layers | None = None) -> gpd.GeoDataFrame:
    """Proposed cables of a GeoJSON or CSV file, as `build_network(layers, candidates=...)` takes.

    With the map, ends are checked, lines that the file does not give are drawn at sea, and costs
    that it does not give come from the price model; see `cablenet.readers.candidates`.
    """
    given = proposed_lines(path)
    if layers is not None:
        return candidate_plan.completed(given, layers, sea_router().route)
    if given.geometry.isna().any():
        raise InputError(f"{Path(path).name}: rows without a line need the map to be drawn on: "
                         "read_candidates(path, layers)")
    return given


def candidate_table(layers: Layers, *, avoid: Sequence[str] = (),
                    keep_km_from_cables: float | None = None, round_hazards: bool = False,
                    **options: Any) -> CandidateTable:
    """Everything that could be built on a map, priced; see `planning.all_candidates`.

    Parameters
    ----------
    avoid
        ISO codes: no candidate enters waters that one of them claims, disputed ones included, or
        lands in or behind them
    keep_km_from_cables
        go round existing cables by so many km where that is not too dear (`planning.sea_rules`)
    round_hazards
        go round earthquakes, slopes and fishing depths in the same way

    Raises
    ------
    InputError
        a distance not above zero, or a user's own line that enters forbidden waters
    UnknownNameError
        a country that is not on the map
    """
    if keep_km_from_cables is not None and not keep_km_from_cables > 0:
        raise InputError(f"keep_km_from_cables is {keep_km_from_cables:g}; give km above 0")
    if not len(layers.tables["gateways"]):
        layers = framing.frame(layers, _atlas(), land_parts())
    router, waters = sea_router(), sea_rules.forbidden_waters(layers, avoid)
    if options.get("own") is not None:
        sea_rules.check_own_lines(options["own"], waters, avoid)
    if waters is not None:
        router = router.without(waters)
    if keep_km_from_cables is not None or round_hazards:
        risk = danger(build_network(layers), hazard_tables(), sea_depth_m(),
                      keep_km_from_cables or 25.0)
        router = sea_rules.cautious(router, risk, near=keep_km_from_cables is not None,
                                    hazards=round_hazards)
    return all_candidates.candidate_table(layers, router, **{"land": land(), **options})


def route_choices(of: Layers | Network, a: Place, b: Place, **options: Any) -> RouteChoices:
    """Ways for one cable, a Pareto set over cost, faults a year and company of other cables.

    `a` and `b` are stations (id or name) or (lon, lat); options are `keep_km_from_cables` and
    `avoid`, see `cablenet.planning.route_choice.route_choices`.
    """
    net = build_network(of) if isinstance(of, Layers) else of
    return choose_routes(net, a, b, sea_router(), hazard_tables(), sea_depth_m(),
                         **{"land": land(), **options})


@cache
def sea_depth_m() -> NDArray[np.float64]:
    """Depth of the sea at a quarter of a degree, rows from the south; 0 on land."""
    from cablenet_geodata import path

    with np.load(path("sea_mesh.npz"), allow_pickle=False) as arrays:
        return np.asarray(arrays["depth_dam"], float) * 10.0


__all__ = ["ATLAS_DAY", "SOURCES", "NamedEvent", "atlas", "build_network", "candidate_table",
           "chokepoints", "default_candidates", "fault_model", "hazard_tables", "land",
           "named_event_record", "named_event_table", "named_events", "read_candidates",
           "read_demand", "read_events", "read_layers", "repair_durations", "route_choices",
           "sea_router", "ship_router", "single_failures", "solar_shares", "with_grown_demand"]
