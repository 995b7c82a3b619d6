"""Cuts from the map itself: what must lead out once a walk has found units whose loss isolates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cablenet.kernels.contract import components
from cablenet.network import Network
from cablenet.planning.attack import alive_after
from cablenet.planning.promise import Promise
from cablenet.planning.star_graph import Cut, StarGraph, Unit
from cablenet.scenarios.units import Units, units_of


@dataclass(frozen=True, eq=False)
class Loss:
    """A loss on today's map: `units` of today, links `alive` (L,), candidates that `stands` (K,),
    ids of new `cables` lost, and how many candidates must lead out."""

    units: tuple[Unit, ...]
    alive: NDArray[np.bool_]
    stands: NDArray[np.bool_]
    cables: frozenset[str]
    least: int


def units_lost(net: Network, graph: StarGraph, promise: Promise, units: Units,
               failed: Sequence[int]) -> Loss:
    """The loss of cables and stations, on today's map."""
    lost = [(str(units.kinds[u]), str(units.id[u])) for u in failed]
    today = units_of(net, promise.unit)
    number = {(str(kind), str(key)): u for u, (kind, key) in enumerate(
        zip(today.kinds, today.id, strict=True))}
    alive = alive_after(net, today, [number[one] for one in lost if one in number])
    dead = np.zeros(len(net.nodes), bool)
    dead[[net.node_index(key) for kind, key in lost if kind == "station"]] = True
    named = tuple(sorted(
        (kind, net.cable_index(key) if kind == "cable" else net.node_index(key))
        for kind, key in lost if (kind, key) in number or kind == "station"))
    least = promise.losses + 1 - len(named) if "cable" in graph.kinds else 1
    return Loss(named, alive, ~(dead[graph.a] | dead[graph.b]),
                frozenset(key for kind, key in lost if kind == "cable"), least)


def cut_of(net: Network, graph: StarGraph, country: int, loss: Loss,
           new: Mapping[str, int]) -> Cut:
    """What must lead out of the parts that a country still reaches on today's map."""
    live = np.flatnonzero(loss.alive)
    part = components(len(net.nodes), net.links.a[live], net.links.b[live])[1]
    reached = set(part[net.gateways.node[net.gateways.country == country]].tolist())
    left = [k for key, k in new.items() if key not in loss.cables and loss.stands[k]]
    grown = True
    while grown:
        grown = False
        for k in left:
            ends = {int(part[graph.a[k]]), int(part[graph.b[k]])}
            if ends & reached and not ends <= reached:
                reached |= ends
                grown = True
    inside = np.isin(part, sorted(reached))
    crossing = np.flatnonzero(loss.stands & (inside[graph.a] != inside[graph.b]))
    return Cut(country, loss.units, tuple(crossing.tolist()), loss.least)
