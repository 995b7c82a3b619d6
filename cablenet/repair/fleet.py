"""The fleet: which ships can repair, where they lie, and how far every job is from each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cablenet.geo import geodesic
from cablenet.network import Network
from cablenet.repair.durations import DETOUR, HOURS_PER_DAY, MOBILISE, SPEED
from cablenet.repair.jobs import Job

Floats = NDArray[np.float64]
Place = tuple[float, float]


@dataclass(frozen=True)
class Ship:
    """A ship that can repair: its base (where it is taken to lie), speed and contracts."""

    id: str
    name: str
    lon: float
    lat: float
    speed_kn: float
    zones: frozenset[str]
    mobilise_h: int

    def is_contracted_for(self, job: Job) -> bool:
        """Whether the ship serves the maintenance agreement of the job's cable."""
        return bool(job.agreement) and job.agreement in self.zones


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


def fleet_of(net: Network) -> tuple[Ship, ...]:
    """Active ships of the map that can repair and have a known base, by id.

    A ship mobilises as fast as the quickest of its contracts asks, else in the typical time.
    """
    ships = net.layers.tables["ships"]
    able = (ships["status"] == "active") & ships["can_repair"].fillna(False).astype(bool)
    able &= ~(ships.geometry.isna() | ships.geometry.is_empty)
    if net.as_of is not None:
        day = net.as_of.isoformat()
        able &= ships["in_service_from"].isna() | (ships["in_service_from"] <= day)
        able &= ships["in_service_to"].isna() | (ships["in_service_to"] > day)
    agreements = net.layers.tables["maintenance_agreements"].set_index("agreement_id")
    days = agreements["mobilise_days"].dropna().to_dict()
    out = []
    for row, place in zip(ships[able].to_dict("records"), ships.geometry[able], strict=True):
        text = "" if pd.isna(row["zones"]) else str(row["zones"])
        zones = frozenset(zone for zone in text.split(";") if zone)
        contracted = [float(days[zone]) for zone in zones if zone in days]
        speed = row["speed_kn"]
        out.append(Ship(
            id=str(row["ship_id"]), name=str(row["name"]), lon=place.x, lat=place.y,
            speed_kn=SPEED.typical if pd.isna(speed) or not speed > 0 else float(speed),
            zones=zones,
            mobilise_h=math.ceil(min(contracted, default=MOBILISE.typical) * HOURS_PER_DAY),
        ))
    return tuple(sorted(out, key=lambda ship: ship.id))


@dataclass(frozen=True, eq=False)
class SeaLegs:
    """Distances over the sea from each job: `from_base` (S, J) and `between` (J, J), km.

    Infinite where there is no way by sea. `assumed` is true without a router: great circle x 1.2.
    """

    from_base: Floats
    between: Floats
    assumed: bool


def sea_legs(ships: Sequence[Ship], jobs: Sequence[Job], router: SeaRoutes | None) -> SeaLegs:
    """Distances between all bases and jobs; ships at one base and faults at one place share one."""
    at_ship = [(ship.lon, ship.lat) for ship in ships]
    at_job = [(job.lon, job.lat) for job in jobs]
    places = list(dict.fromkeys([*at_ship, *at_job]))
    known: dict[tuple[Place, Place], float] = {}
    for job_place in dict.fromkeys(at_job):
        tree = None if router is None else _search(router, job_place)
        for place in places:
            if (place, job_place) not in known:
                km = _distance(job_place, place, router, tree)
                known[place, job_place] = known[job_place, place] = km
    return SeaLegs(
        np.array([[known[base, job] for job in at_job] for base in at_ship]).reshape(
            len(ships), len(jobs)),
        np.array([[known[a, b] for b in at_job] for a in at_job]).reshape(
            len(jobs), len(jobs)),
        router is None,
    )


def _search(router: SeaRoutes, place: Place) -> Any:
    """A search from a fault; None where it lies too far inland for any ship."""
    try:
        return router.tree(*place)
    except ValueError:
        return None


def _distance(start: Place, end: Place, router: SeaRoutes | None, tree: Any) -> float:
    """Km from the root of a search to a place, along the cells of the mesh.

    That is 2 to 10 % above the shortest way by sea on voyages of a day or more.
    """
    if start == end:
        return 0.0 if router is None or tree is not None else math.inf
    if router is None:
        return float(geodesic.distance_km(*start, *end)) * DETOUR.typical
    if tree is None:
        return math.inf
    try:
        cells = [router.nearest(*end)]
    except ValueError:
        return math.inf
    while cells[-1] != tree.start:
        cells.append(int(tree.before[cells[-1]]))
        if cells[-1] < 0:
            return math.inf
    lon = np.array([end[0], *router.mesh.lon[cells], start[0]])
    lat = np.array([end[1], *router.mesh.lat[cells], start[1]])
    return float(geodesic.distance_km(lon[:-1], lat[:-1], lon[1:], lat[1:]).sum())
