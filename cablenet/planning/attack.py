"""`Attack`: a set of units that fail together and what it does, counted by the kernels alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np

from cablenet.geo import dateline
from cablenet.metrics.isolation import countries_cut, isolated_gateways
from cablenet.network import Network
from cablenet.planning.attack_question import Flags, Question, value_of
from cablenet.scenarios.dark import dark_links
from cablenet.scenarios.joint_units import joint_units
from cablenet.scenarios.scenario_set import ScenarioSet
from cablenet.scenarios.units import Units


@dataclass(frozen=True, eq=False)
class Attack:
    """Units that fail together, and who is cut off by it.

    Attributes
    ----------
    kinds, ids, names
        of the units
    value
        what the question counts
    countries
        ISO codes of countries isolated as a whole by it, whatever the question is
    gateways
        ids of gateways that reach no hub abroad because of it
    people, users
        served by those gateways
    """

    kinds: tuple[str, ...]
    ids: tuple[str, ...]
    names: tuple[str, ...]
    value: int
    countries: tuple[str, ...]
    gateways: tuple[str, ...]
    people: float
    users: float

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def units(self) -> list[tuple[str, str, str]]:
        """Kind, id and name of each."""
        return list(zip(self.kinds, self.ids, self.names, strict=True))

    def scenarios(self, net: Network, radius_km: float) -> ScenarioSet:
        """The attack as one scenario, to be scored, drawn, or regenerated on another network."""
        return joint_units(net, " + ".join(self.names) or "nothing",
                           list(zip(self.kinds, self.ids, strict=True)), radius_km=radius_km)

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return {"objective": self.value, "kinds": list(self.kinds), "elements": list(self.ids),
                "names": list(self.names), "isolated": list(self.countries),
                "isolated_gateways": list(self.gateways), "isolated_people": self.people,
                "isolated_users": self.users}


def units_in_words(unit: str, radius_km: float, count: int) -> str:
    """So many of a kind of unit: '3 cables or stations', '1 place of 25 km'."""
    words = {"place": f"place of {radius_km:g} km", "srlg": "risk group"}
    kinds = [words.get(kind, kind.replace("_", " ")) for kind in unit.split("+")]
    if count != 1:
        kinds = [kind.replace("place", "places", 1) if kind.startswith("place") else f"{kind}s"
                 for kind in kinds]
    return f"{count} {' or '.join(kinds)}"


def links_lost(net: Network, lost: ScenarioSet) -> gpd.GeoDataFrame:
    """The links that the first scenario takes away, with their lines cut at +-180."""
    rows = lost.links_lost(0)
    return gpd.GeoDataFrame(net.to_frame().iloc[rows].reset_index(drop=True), geometry=[
        dateline.cut(line) for line in net.links.geometry[rows]], crs="EPSG:4326")


def alive_after(net: Network, units: Units, failed: Sequence[int]) -> Flags:
    """(L,) links that stand when units have failed and what that leaves without power is dark."""
    lost = np.unique(np.concatenate([np.empty(0, np.int64), *(units.members(u) for u in failed)]))
    alive = net.links.in_service.copy()
    alive[lost] = False
    alive[dark_links(net, lost)] = False
    return alive


def attack_of(net: Network, units: Units, question: Question,
              failed: Sequence[int]) -> Attack:
    """Count what an attack does; no solver has a part in it."""
    chosen = list(failed)
    alive = alive_after(net, units, chosen)
    both = isolated_gateways(net, np.stack([alive, net.links.in_service]))
    whole = countries_cut(net, both)
    cut = both[0] & ~both[1]
    gates = net.gateways
    return Attack(
        tuple(map(str, units.kinds[chosen])), tuple(map(str, units.id[chosen])),
        tuple(map(str, units.name[chosen])), value_of(net, question, alive),
        tuple(map(str, net.country_id[whole[0] & ~whole[1]])),
        tuple(map(str, net.nodes.id[gates.node[cut]])),
        float(gates.people[cut].sum()), float(gates.users[cut].sum()))
