"""Turn a cable's chains into nodes and legs, and find places for its branching units.

A branching unit goes where the trunk's detour plus the branch is shortest (the sea's Fermat point
of the node before, the node after and the landing), 20 to 90 km off the coast where it can be.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from topology import Chain, System

from cablenet.geo.sea_router import SeaRouter, SeaTree, sample, sphere_km

BRANCH_WEIGHT = 0.45
"""A branch kilometre against a trunk kilometre: fewer fibre pairs, so trunks run straighter."""
OFFSHORE_KM = (90.0, 60.0, 45.0, 20.0, 12.0, 6.0, 2.0)
OFFSHORE_SHARE = 0.03
"""Of the way round the three nodes: short systems keep their units closer in."""
DETOUR = 1.5
"""A unit lies closer in when going that far offshore costs more than this times the distance."""
APART_KM = 15.0
SWEEPS = 2


@dataclass(eq=False)
class Unit:
    """A branching unit being placed; `station` is its landing, empty where a chain hangs on it."""

    cell: int
    station: str = ""
    bu_id: str = ""


Node = str | Unit


@dataclass(frozen=True)
class Leg:
    """One segment to draw, between station or unit ids."""

    from_id: str
    to_id: str
    kind: str
    role: str


@dataclass(frozen=True)
class Plan:
    """The legs of one cable in drawing order, the cells of its units, the roles of its landings."""

    legs: tuple[Leg, ...]
    cells: dict[str, int]
    roles: dict[str, str] = field(default_factory=dict)


class Placer:
    """Places the units of systems with search trees `tree_of(root, reach_km)` and `place(root)`.

    A root is a station id or a cell.
    """

    def __init__(self, router: SeaRouter, clearance: np.ndarray,
                 tree_of: Callable[[str | int, float], SeaTree],
                 place: Callable[[str | int], tuple[float, float]]) -> None:
        self.mesh = router.mesh
        self.room = sample(clearance, router.mesh.lon, router.mesh.lat)
        self.tree_of, self.place = tree_of, place

    def plan(self, system: System) -> Plan:
        """All legs of a system."""
        drawn: list[list[list[Node]]] = []
        for chain in system.chains:
            sections = [list(names) for names in _split(chain)]
            drawn.append(sections)
            self._hook(sections, drawn)
            if chain.trunk:
                for k, section in enumerate(sections):
                    sections[k] = self._with_units(section)
        number = 0
        for section in (s for sections in drawn for s in sections):
            for node in section:
                if isinstance(node, Unit) and not node.bu_id:
                    number += 1
                    node.bu_id = f"{system.cable_id}/bu{number}"
        units = {node.bu_id: node.cell for sections in drawn for s in sections for node in s
                 if isinstance(node, Unit)}
        legs = tuple(leg for sections in drawn for leg in _legs(sections))
        return Plan(legs, units, _roles(legs))

    def _total(self, before: Node, after: Node, branch: Node) -> tuple[np.ndarray, float]:
        """Cost of the trunk by every cell with the branch from it, and the way round all three."""
        roots = [node.cell if isinstance(node, Unit) else node for node in (before, after, branch)]
        lon, lat = np.array([self.place(root) for root in roots]).T
        around = sphere_km(lon, lat, np.roll(lon, 1), np.roll(lat, 1)).sum()
        for reach in (1.5 * around + 500.0, np.inf):
            one, other, own = (self.tree_of(root, reach).cost_km for root in roots)
            total = one + other + BRANCH_WEIGHT * own
            if np.isfinite(total).any():
                return total, float(around)
        raise ValueError(f"no place by sea between {roots}")

    def _with_units(self, names: list[Node]) -> list[Node]:
        """The section with a unit in the place of every station between its ends."""
        nodes = list(names)
        for _sweep in range(SWEEPS):
            for i in range(1, len(names) - 1):
                station = names[i]
                total, around = self._total(nodes[i - 1], nodes[i + 1], station)
                taken = [n.cell for n in nodes if isinstance(n, Unit) and n is not nodes[i]]
                cell = self._best(total, taken, around)
                if isinstance(nodes[i], Unit):
                    nodes[i].cell = cell
                else:
                    nodes[i] = Unit(cell, str(station))
        return nodes

    def _best(self, total: np.ndarray, taken: list[int], around_km: float) -> int:
        """The cheapest cell that lies offshore and apart from the cable's other units."""
        total = total.astype(float)
        for cell in taken:
            near = np.flatnonzero(np.abs(self.mesh.lat - self.mesh.lat[cell]) < 0.2)
            away = sphere_km(self.mesh.lon[near], self.mesh.lat[near],
                             self.mesh.lon[cell], self.mesh.lat[cell])
            total[near[away < APART_KM]] = np.inf
        least = total.min()
        for offshore in [km for km in OFFSHORE_KM if km <= OFFSHORE_SHARE * around_km]:
            cost = np.where(self.room >= offshore, total, np.inf)
            if cost.min() <= least + DETOUR * offshore:
                return int(np.argmin(cost))
        return int(np.argmin(total))

    def _hook(self, sections: list[list[Node]], drawn: list[list[list[Node]]]) -> None:
        """Let a chain that starts at a landing on a branch start at a new unit on that trunk."""
        first = sections[0]
        for trunk in (s for earlier in drawn[:-1] for s in earlier):
            for i, node in enumerate(trunk):
                if isinstance(node, Unit) and node.station == first[0] and len(first) > 1:
                    taken = [n.cell for n in trunk if isinstance(n, Unit)]
                    options = []
                    for j in (i - 1, i + 1):
                        total, around = self._total(node, trunk[j], first[1])
                        cell = self._best(total, taken, around)
                        far = trunk[j].cell if isinstance(trunk[j], Unit) else trunk[j]
                        direct = self.tree_of(far, np.inf).cost_km[node.cell]
                        options.append((float(total[cell] - direct), max(i, j), cell))
                    _cost, at, cell = min(options)
                    unit = Unit(cell)
                    trunk.insert(at, unit)
                    first[0] = unit
                    return


def _split(chain: Chain) -> list[tuple[str, ...]]:
    """Wet sections of a chain, cut at its land legs."""
    cuts = [0, *(i + 1 for i, land in enumerate(chain.land) if land), len(chain.stations)]
    return [chain.stations[a:b] for a, b in itertools.pairwise(cuts)]


def _legs(sections: list[list[Node]]) -> list[Leg]:
    """Legs of one chain in order: trunk legs, each followed by its branch, then land legs."""
    legs = []
    for k, section in enumerate(sections):
        if k:
            legs.append(Leg(_id(sections[k - 1][-1]), _id(section[0]), "land", "trunk"))
        for before, after in itertools.pairwise(section):
            legs.append(Leg(_id(before), _id(after), "wet", "trunk"))
            if isinstance(after, Unit) and after.station:
                legs.append(Leg(_id(after), after.station, "wet", "branch"))
    return legs


def _id(node: Node) -> str:
    return node.bu_id if isinstance(node, Unit) else node


def _roles(legs: tuple[Leg, ...]) -> dict[str, str]:
    """The role of each landing: branch, end (one trunk leg) or trunk (several, or a land leg)."""
    trunk: dict[str, int] = {}
    branch = set()
    for leg in legs:
        for node in (leg.from_id, leg.to_id):
            if "/" not in node:
                if leg.role == "branch":
                    branch.add(node)
                else:
                    trunk[node] = trunk.get(node, 0) + 1
    roles = dict.fromkeys(sorted(branch), "branch")
    for node, count in trunk.items():
        roles[node] = "end" if count == 1 else "trunk"
    return roles
