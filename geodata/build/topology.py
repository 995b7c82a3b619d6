"""Which node of a system joins which: facts' chains turned into trunks, branches, rings and legs.

The rule: a chain of at least `TRUNK_KM` that joins two countries or more and has intermediate
landings becomes a trunk with branching units, unless `topology_chains.json` says that it stays a
chain; rings stay on their landings, and so do domestic festoons.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from cablenet.geo.geodesic import distance_km

HERE = Path(__file__).parent
TRUNK_KM = 1500.0


@dataclass(frozen=True)
class Chain:
    """Stations in order; `land[i]` is true where the leg from i to i + 1 runs over land."""

    stations: tuple[str, ...]
    land: tuple[bool, ...]
    trunk: bool
    """true: intermediate landings hang on branching units."""


@dataclass(frozen=True)
class System:
    """One cable system: its chains, its schema topology and where its order comes from."""

    cable_id: str
    chains: tuple[Chain, ...]
    topology: str
    basis: str


def read_facts(name: str) -> pd.DataFrame:
    """One table of the facts with our additions to it."""
    parts = [pd.read_csv(HERE / "facts" / file, keep_default_na=False)
             for file in (f"{name}.csv", f"additions_{name}.csv")
             if (HERE / "facts" / file).exists()]
    return pd.concat(parts, ignore_index=True)


def station_id(country: str, town: str) -> str:
    """The stable id of a town: country and name in plain letters."""
    plain = unicodedata.normalize("NFKD", town).encode("ascii", "ignore").decode().lower()
    return f"{country.lower()}-{re.sub('[^a-z0-9]+', '-', plain.replace(chr(39), '')).strip('-')}"


def read_stations() -> pd.DataFrame:
    """Stations by id, with the declared position fixes applied."""
    facts = read_facts("landings").drop_duplicates(["country_iso2", "town"])
    fixes = pd.read_csv(HERE / "station_fixes.csv", keep_default_na=False)
    fixes = fixes.set_index(["country", "town"])
    rows = []
    for row in facts.itertuples():
        lon, lat, source, sigma = row.lon, row.lat, "geonames", 5.0
        if row.coord_source.startswith("approx"):
            source, sigma = "MEM", 11.0
        reason = ""
        if (row.country_iso2, row.town) in fixes.index:
            fix = fixes.loc[(row.country_iso2, row.town)]
            lon, lat, reason, source, sigma = fix.lon, fix.lat, fix.reason, "assumed", 11.0
        rows.append((station_id(row.country_iso2, row.town), row.town, row.country_iso2,
                     lon, lat, sigma, source, reason))
    columns = ["station_id", "name", "country", "lon", "lat", "position_sigma_km", "source",
               "fix_reason"]
    table = pd.DataFrame(rows, columns=columns).sort_values("station_id", kind="stable")
    if table.station_id.duplicated().any():
        raise ValueError(f"two towns share an id: {table[table.station_id.duplicated()]}")
    return table.set_index("station_id", drop=False)


def read_systems(stations: pd.DataFrame) -> list[System]:
    """All systems of the facts with their chains decided."""
    landings, systems = read_facts("landings"), read_facts("systems")
    declared = json.loads((HERE / "topology_chains.json").read_text(encoding="utf-8"))
    ids = {(row.country, row.name): row.station_id for row in stations.itertuples(index=False)}
    return [_system(row, landings[landings.system_id == row.system_id], declared, ids, stations)
            for row in systems.itertuples()]


def _system(row: object, landings: pd.DataFrame, declared: dict, ids: dict,
            stations: pd.DataFrame) -> System:
    cable = str(row.system_id)
    given = declared["chains"].get(cable)
    basis = given["basis"] if given else "order of landings along the coast in our facts"
    lists: list[tuple[list[str], list[bool], bool | None]] = []
    if given:
        for kind in ("chains", "trunk"):
            for towns in given.get(kind, []):
                names = [town.removeprefix("T:").split("/", 1) for town in towns]
                lists.append(([ids[(c, t)] for c, t in names],
                              [town.startswith("T:") for town in towns[1:]],
                              kind == "trunk"))
    else:
        for _number, part in landings.groupby("chain_no"):
            part = part.sort_values("seq")
            lists.append(([ids[(r.country_iso2, r.town)] for r in part.itertuples()],
                          [str(hop) == "1" for hop in part.terrestrial_hop_from_prev][1:], None))
    chains = tuple(_chain(cable, row, *item, declared, stations) for item in lists)
    missing = {ids[(r.country_iso2, r.town)] for r in landings.itertuples()} - {
        s for chain in chains for s in chain.stations}
    if missing:
        raise ValueError(f"{cable}: landings lost by topology_chains.json: {sorted(missing)}")
    return System(cable, chains, _topology(row.topology, chains), basis)


def _chain(cable: str, row: object, names: list[str], land: list[bool], trunk: bool | None,
           declared: dict, stations: pd.DataFrame) -> Chain:
    if trunk is None:
        at = stations.loc[names]
        km = distance_km(at.lon[:-1], at.lat[:-1], at.lon[1:], at.lat[1:]).sum()
        trunk = (km >= TRUNK_KM and len(names) > 2 and row.topology != "ring"
                 and len(set(at.country)) > 1 and cable not in declared["stay_chain"])
        trunk = trunk or cable in declared["be_trunk"]
    return Chain(tuple(names), tuple(land), bool(trunk))


def _topology(named: str, chains: tuple[Chain, ...]) -> str:
    if len(chains) == 1 and len(chains[0].stations) == 2:
        return "point_to_point"
    if any(chain.trunk for chain in chains):
        return "trunk_and_branch"
    if named == "mesh":
        return "mesh"
    first = chains[0].stations
    return "ring" if len(chains) == 1 and first[0] == first[-1] else "chain"
