"""The fleet: which ships can repair, where they lie, when they are free, what a day costs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol

import pandas as pd

from cablenet.errors import InputError, Problem, UnknownNameError
from cablenet.network import Network
from cablenet.repair.durations import (
    DAY_RATE_USD,
    HOURS_PER_DAY,
    LOCATE,
    MOBILISE,
    OUT_OF_CONTRACT,
    SPEED,
    whole_hours,
)
from cablenet.repair.jobs import Job
from cablenet.repair.rules import RepairRules


@dataclass(frozen=True)
class Ship:
    """A ship that can repair: its base (where it is taken to lie), speed, contracts and flag.

    `free_h` is the hour after the faults from which it has no other work; `max_depth_m` the deepest
    water it works in (infinite where not known); `added` marks ships that the map does not have.
    """

    id: str
    name: str
    lon: float
    lat: float
    speed_kn: float
    zones: frozenset[str]
    mobilise_h: int
    flag: str = ""
    free_h: int = 0
    max_depth_m: float = math.inf
    day_rate_usd: float = DAY_RATE_USD.typical
    added: bool = False

    def is_contracted_for(self, job: Job) -> bool:
        """Whether the ship serves the maintenance agreement of the job's cable."""
        return bool(job.agreement) and job.agreement in self.zones

    def charter_h(self, job: Job) -> int:
        """Hours until the ship can be named for a job: none under contract."""
        return 0 if self.is_contracted_for(job) else OUT_OF_CONTRACT.hours

    def ready_h(self, job: Job) -> int:
        """The earliest hour it may set out: located, chartered, free of other work, mobilised."""
        return max(LOCATE.hours + self.charter_h(job), self.free_h) + self.mobilise_h

    def reaches_down_to(self, job: Job) -> bool:
        """Whether the job lies in water it works in; unknown depths do."""
        return math.isnan(job.depth_m) or abs(job.depth_m) <= self.max_depth_m


class SeaRoutes(Protocol):
    """What the repair plan asks of a sea router: a mesh of the sea and searches over it.

    `mesh` has `lon` and `lat` of its cells; a search tree has `start` and `before`, the cell that
    comes before each cell on the way from the start (negative where there is no way).
    """

    @property
    def mesh(self) -> Any:
        """The cells."""

    def nearest(self, lon: float, lat: float) -> int:
        """The cell of a place; ValueError for places far inland."""

    def tree(self, lon: float, lat: float) -> Any:
        """Search from one place."""

    def way(self, tree: Any, lon: float, lat: float) -> Any:
        """The line (n, 2) from a tree's start to a place."""


def fleet_of(net: Network, rules: RepairRules | None = None) -> tuple[Ship, ...]:
    """Active ships of the map that can repair and have a known base, by id; then the added ones.

    A ship mobilises as fast as the quickest of its contracts asks, else in the typical time. The
    network's day is the day of the faults.

    Raises
    ------
    InputError
        a speed of 0 (what is below 0 the layers refuse)
    UnknownNameError
        rules that name an agreement the map does not have
    """
    chosen = rules or RepairRules()
    ships = net.layers.tables["ships"]
    able = (ships["status"] == "active") & ships["can_repair"].fillna(False).astype(bool)
    able &= ~(ships.geometry.isna() | ships.geometry.is_empty)
    if net.as_of is not None:
        day = net.as_of.isoformat()
        able &= ships["in_service_from"].isna() | (ships["in_service_from"] <= day)
        able &= ships["in_service_to"].isna() | (ships["in_service_to"] > day)
    agreements = net.layers.tables["maintenance_agreements"].set_index("agreement_id")
    days = {str(key): float(value)
            for key, value in agreements["mobilise_days"].dropna().to_dict().items()}
    every = frozenset(str(key) for key in agreements.index)
    found = [_ship(row, place, days, net.as_of)
             for row, place in zip(ships[able].to_dict("records"), ships.geometry[able],
                                   strict=True)]
    found.sort(key=lambda ship: ship.id)
    quick = whole_hours(min(days.values(), default=MOBILISE.typical))
    found += [Ship(f"added-{name}", f"One more ship at {name}", lon, lat, SPEED.typical, every,
                   quick, added=True) for name, (lon, lat) in chosen.added_ships]
    return under_rules(net, found, chosen)


def under_rules(net: Network, ships: Sequence[Ship], rules: RepairRules) -> tuple[Ship, ...]:
    """Ships with the contracts that the rules leave them: pooled, joined, ended.

    Raises
    ------
    UnknownNameError
        an agreement that the map does not have
    """
    every = frozenset(str(key) for key in
                      net.layers.tables["maintenance_agreements"]["agreement_id"])
    for name in sorted(rules.ended.union(*rules.joined)):
        if name not in every:
            raise UnknownNameError("maintenance agreement", name, sorted(every))

    def zones(ship: Ship) -> frozenset[str]:
        if rules.pooled:
            return every
        more = [group for group in rules.joined if group & ship.zones]
        return ship.zones.union(*more) - rules.ended

    return tuple(replace(ship, zones=zones(ship)) for ship in ships)


def _ship(row: dict[Any, Any], place: Any, mobilise_days: dict[str, float],
          day: date | None) -> Ship:
    zones = frozenset(zone for zone in (row["zones"] if isinstance(row["zones"], str)
                                        else "").split(";") if zone)
    contracted = [mobilise_days[zone] for zone in zones if zone in mobilise_days]
    rate, deepest, free = row.get("day_rate_usd"), row.get("max_depth_m"), row.get("free_from")
    if pd.notna(row["speed_kn"]) and not row["speed_kn"] > 0:
        raise InputError([Problem("ships", str(row["ship_id"]), "speed_kn",
                                  f"{row['speed_kn']:g} kn is no speed",
                                  "give knots above 0, or leave it empty")])
    busy = 0
    if day is not None and isinstance(free, str) and free:
        busy = max(0, (date.fromisoformat(free) - day).days * HOURS_PER_DAY)
    return Ship(
        id=str(row["ship_id"]), name=str(row["name"]), lon=place.x, lat=place.y,
        speed_kn=SPEED.typical if pd.isna(row["speed_kn"]) else float(row["speed_kn"]),
        zones=zones, mobilise_h=whole_hours(min(contracted, default=MOBILISE.typical)),
        flag=row["flag"] if isinstance(row.get("flag"), str) else "", free_h=busy,
        max_depth_m=math.inf if pd.isna(deepest) else float(deepest),
        day_rate_usd=DAY_RATE_USD.typical if pd.isna(rate) else float(rate))


def off_the_sea(ships: Sequence[Ship], router: SeaRoutes | None) -> dict[str, str]:
    """Ships that lie too far from the sea to sail, by id, each with the reason."""
    if router is None:
        return {}
    out = {}
    for ship in ships:
        try:
            router.nearest(ship.lon, ship.lat)
        except ValueError as error:
            out[ship.id] = f"{ship.name} is on land: {error}; mend its place in the ships table"
    return out
