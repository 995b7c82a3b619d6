"""Spares: which depots hold the cable that a job needs, and which jobs go without."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from cablenet.network import Network
from cablenet.repair.rules import RepairRules

NO_SPARES = "no spares left"
"""How the reason of a job begins that goes without."""


@dataclass(frozen=True)
class Depot:
    """A place with spare cable: whose (agreements, cables; none: everybody's), and how many km.

    NaN km: not known, taken as enough. `hidden` marks those that a private overlay has added.
    """

    id: str
    name: str
    lon: float
    lat: float
    zones: frozenset[str]
    cables: frozenset[str]
    stock_km: float = math.nan
    added: bool = False
    hidden: bool = False

    def holds(self, cable_id: str, agreement: str) -> bool:
        """Whether spares of this cable lie here."""
        if self.cables:
            return cable_id in self.cables
        return not self.zones or agreement in self.zones


@dataclass(frozen=True)
class Need:
    """What a job asks of the depots; those of most worth come first."""

    cable_id: str
    agreement: str
    km: float
    worth: int


@dataclass(frozen=True)
class Spares:
    """Where a job's spares may be loaded: depots by number.

    Jobs of one `key` are served by one call. No depots: nobody knows where the spares lie, they are
    taken to be loaded when the ship mobilises. `missing` says why there are none.
    """

    key: str = ""
    depots: tuple[int, ...] = ()
    missing: str = ""


def depots_of(net: Network, rules: RepairRules) -> tuple[Depot, ...]:
    """The depots of the map by id, then those that the rules add."""
    hidden = {patch.id for overlay in net.layers.overlays if overlay.tier != "public"
              for patch in overlay.patches if patch.layer == "depots" and patch.row is not None}
    table = net.layers.tables["depots"]
    placed = table[~(table.geometry.isna() | table.geometry.is_empty)]
    found = [Depot(str(row["depot_id"]), str(row["name"]), place.x, place.y,
                   _names(row.get("zones")), _names(row.get("spare_cables")),
                   float(row["spare_km"]) if pd.notna(row.get("spare_km")) else math.nan,
                   hidden=str(row["depot_id"]) in hidden)
             for row, place in zip(placed.to_dict("records"), placed.geometry, strict=True)]
    added = [Depot(f"added-{name}", f"{name} (added)", lon, lat, frozenset(), frozenset(),
                   added=True)
             for name, (lon, lat) in rules.added_spares]
    return (*sorted(found, key=lambda depot: depot.id), *added)


def allot(needs: Sequence[Need], depots: Sequence[Depot],
          km: Mapping[tuple[int, int], float]) -> tuple[Spares, ...]:
    """The depots of each job; counted stocks are shared out, the job of most worth first.

    A ship may load at any depot that holds the cable and whose stock is not counted, and at one
    whose stock is: the nearest (`km` by job and depot) that has enough left. Where no depot of the
    map holds a cable, nobody knows where its spares lie, and added depots change nothing.
    """
    left = [depot.stock_km for depot in depots]
    out: list[Spares] = [Spares()] * len(needs)
    for job in sorted(range(len(needs)), key=lambda job: (-needs[job].worth, job)):
        need = needs[job]
        holding = [d for d, depot in enumerate(depots) if depot.holds(need.cable_id,
                                                                      need.agreement)]
        if not any(not depots[d].added for d in holding):
            continue
        open_ones = [d for d in holding if math.isnan(left[d])]
        counted = [d for d in holding if left[d] >= need.km]
        nearest = sorted(counted, key=lambda d: (km.get((job, d), math.inf), d))[:1]
        for d in nearest:
            left[d] -= need.km
        chosen = tuple(sorted((*open_ones, *nearest)))
        if not chosen:
            most = max(left[d] for d in holding)
            out[job] = Spares(missing=f"{NO_SPARES}: {need.km:.1f} km of cable needed, no depot "
                                      f"of {need.agreement or need.cable_id} has more "
                                      f"than {most:.1f} km")
            continue
        out[job] = Spares(";".join(depots[d].id for d in chosen if not depots[d].added), chosen)
    return tuple(out)


def _names(text: object) -> frozenset[str]:
    return frozenset(name for name in (str(text).split(";") if isinstance(text, str) else [])
                     if name)
