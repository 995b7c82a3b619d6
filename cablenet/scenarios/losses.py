"""Losses: whole cables or whole stations, one by one or several at once."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

from cablenet.errors import InputError, NothingHitError
from cablenet.network import NODE_KINDS, Network
from cablenet.scenarios.scenario_set import ScenarioSet, recipe, scenario_set

Ints = NDArray[np.int64]
LIMIT = 2_000_000
"""Rows one set may hold; larger sweeps stream their rows instead of storing them."""


def cable_losses(net: Network, cables: Sequence[str] | None = None) -> ScenarioSet:
    """Each cable lost as a whole, alone (default: every cable with a section in service)."""
    numbers = _live_cables(net) if cables is None else [net.cable_index(key) for key in cables]
    names = [str(net.cable_name[cable]) for cable in numbers]
    links = [net.links_of_cable(cable) for cable in numbers]
    return scenario_set(net, _distinct(names), links, recipe("cable_losses", cables=_plain(cables)))


def station_losses(net: Network, stations: Sequence[str] | None = None) -> ScenarioSet:
    """Each station lost with every link that ends there (default: all with a link in service)."""
    numbers = _live_stations(net) if stations is None else [net.node_index(s) for s in stations]
    names = [f"{net.nodes.name[node]} ({net.nodes.country[node]})" for node in numbers]
    links = [net.links_at_node(node) for node in numbers]
    return scenario_set(net, _distinct(names), links,
                        recipe("station_losses", stations=_plain(stations)))


def all_losses(net: Network, order: int = 1, unit: str = "cable") -> ScenarioSet:
    """Every combination of 1 to `order` losses of one unit: cable, segment or station.

    Raises
    ------
    InputError
        when there would be more than `LIMIT` rows: sweep them instead
    """
    members = _units(net, unit)
    total = sum(comb(len(members), k) for k in range(1, order + 1))
    if order < 1 or total > LIMIT:
        raise InputError(f"order {order} over {len(members)} {unit}s would be {total:,} rows; "
                         f"choose an order from 1 on that gives at most {LIMIT:,} rows")
    names, links = [], []
    for k in range(1, order + 1):
        for chosen in combinations(members, k):
            names.append(" + ".join(name for name, _ in chosen))
            links.append(np.concatenate([lost for _, lost in chosen]))
    return scenario_set(net, names, links, recipe("all_losses", order=order, unit=unit))


def joint_loss(net: Network, name: str, *, cables: Sequence[str] = (),
               stations: Sequence[str] = ()) -> ScenarioSet:
    """Several whole cables and stations lost at once, as one scenario."""
    lost = [net.links_of_cable(net.cable_index(key)) for key in cables]
    lost += [net.links_at_node(net.node_index(key)) for key in stations]
    if not lost:
        raise NothingHitError(f"'{name}' names no cable and no station")
    return scenario_set(net, [name], [np.concatenate(lost)],
                        recipe("joint_loss", name=name, cables=list(cables),
                               stations=list(stations)))


def _units(net: Network, unit: str) -> list[tuple[str, Ints]]:
    if unit == "cable":
        cables = _live_cables(net)
        names = _distinct([str(net.cable_name[c]) for c in cables])
        return list(zip(names, map(net.links_of_cable, cables), strict=True))
    if unit == "station":
        stations = _live_stations(net)
        names = _distinct([f"{net.nodes.name[s]} ({net.nodes.country[s]})" for s in stations])
        return list(zip(names, map(net.links_at_node, stations), strict=True))
    if unit == "segment":
        sections = np.flatnonzero((net.links.cable >= 0) & net.links.in_service)
        return [(str(net.links.id[link]), np.array([link])) for link in sections]
    raise InputError(f"no unit '{unit}'; known: cable, segment, station")


def _live_cables(net: Network) -> list[int]:
    live = net.links.cable[net.links.in_service & (net.links.cable >= 0)]
    return [int(cable) for cable in np.unique(live)]


def _live_stations(net: Network) -> list[int]:
    live = net.links.in_service & (net.links.cable >= 0)
    ends = np.unique(np.concatenate([net.links.a[live], net.links.b[live]]))
    return [int(n) for n in ends[net.nodes.kind[ends] == NODE_KINDS.index("station")]]


def _distinct(names: list[str]) -> list[str]:
    """Names told apart by a number where two rows share one."""
    seen: dict[str, int] = {}
    out = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        out.append(name if seen[name] == 1 else f"{name} #{seen[name]}")
    return out


def _plain(names: Sequence[str] | None) -> list[str] | None:
    return None if names is None else list(names)
