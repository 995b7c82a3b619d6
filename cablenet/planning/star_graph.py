"""Survival as flow: whole cables and stations are points of unit capacity between places.

A cable lost as a whole is a star: one point joined to every station it lands at. Every path from a
country to a hub abroad passes points; the fewest cables and stations whose loss isolates the
country is a smallest vertex cut, and a largest flow finds it (Menger 1927; Ford & Fulkerson 1956).

The graph joins at least what the map joins: a real chain breaks at a lost station, and a real
branch goes dark. So a cut here isolates on the map too, and what holds here is looked at once more
on the map by `survival_check`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from cablenet.network import NODE_KINDS, Network
from cablenet.solvers import UNLIMITED, FlowNetwork

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Unit = tuple[str, int]
"""A kind of unit, and the number of the cable or of the station's node."""
KINDS = ("cable", "station")


@dataclass(frozen=True)
class Cut:
    """The candidates `crossing` lead out of what a country still reaches once `units` are lost.

    At least `least` of them must be built: with fewer, losing all of those as well isolates it.
    """

    country: int
    units: tuple[Unit, ...]
    crossing: tuple[int, ...]
    least: int


class StarGraph:
    """One network and its candidates, asked again and again with others built.

    Parameters
    ----------
    kinds
        what may be lost: 'cable', 'station' or both
    a, b
        (K,) nodes at the ends of the candidates
    """

    def __init__(self, net: Network, a: Ints, b: Ints, kinds: Set[str]) -> None:
        self.net, self.a, self.b, self.kinds = net, a, b, frozenset(kinds)
        nodes, links = len(net.nodes), net.links
        cable, member, station = _stars(net)
        split = np.zeros(nodes, bool)
        if "station" in kinds:
            lands = np.union1d(station, np.union1d(a, b))
            split[lands] = net.nodes.kind[lands] == NODE_KINDS.index("station")
        self._out = np.arange(nodes)
        self._out[split] = nodes + np.arange(int(split.sum()))
        first = nodes + int(split.sum())
        stars = first + np.arange(len(cable))
        self._units: list[tuple[int, int, Unit]] = [
            (int(n), int(self._out[n]), ("station", int(n))) for n in np.flatnonzero(split)]
        entry, leave = stars, stars
        if "cable" in kinds:
            leave = stars + len(cable)
            self._units += [(int(i), int(o), ("cable", int(c)))
                            for i, o, c in zip(entry, leave, cable, strict=True)]
        ground = np.flatnonzero(links.in_service & (links.cable < 0))
        self._tails = np.concatenate([
            self._out[links.a[ground]], self._out[links.b[ground]], self._out[station],
            leave[member], [unit[0] for unit in self._units]]).astype(np.int64)
        self._heads = np.concatenate([
            links.b[ground], links.a[ground], entry[member], station,
            [unit[1] for unit in self._units]]).astype(np.int64)
        self._capacity = np.full(len(self._tails), UNLIMITED, np.int64)
        self._capacity[len(self._tails) - len(self._units):] = 1
        self._count = int(leave.max(initial=first)) + 1

    def isolating(self, built: Sequence[int], countries: Iterable[int],
                  losses: int) -> list[Cut]:
        """A cut or two for each country that some `losses` units isolate, with these built."""
        flow, capacity, gates = self._with(built)
        net, out = self.net, []
        source, sink = self._count, self._count + 1
        hub = np.zeros(len(net.gateways), bool)
        hub[net.hubs] = True
        own, size = net.gateways.country, len(net.gateways)
        for country in countries:
            limits = capacity.copy()
            limits[gates:gates + size] = np.where(own == country, UNLIMITED, 0)
            limits[gates + size:gates + 2 * size] = np.where(hub & (own != country), UNLIMITED, 0)
            if flow.max_flow(limits, source, sink) > losses:
                continue
            near = np.zeros(self._count + 2 + 2 * len(built), bool)
            near[flow.source_side()] = True
            far = np.ones(len(near), bool)
            far[flow.sink_side()] = False
            out += [self._cut(country, side, losses) for side in (near, far)]
        return list(dict.fromkeys(out))

    def _cut(self, country: int, side: Flags, losses: int) -> Cut:
        """What crosses from the country's side to the other."""
        lost = tuple(sorted(unit for entry, leave, unit in self._units
                            if side[entry] and not side[leave]))
        ends = ((self._out[self.a], self.b), (self._out[self.b], self.a))
        crossing = np.flatnonzero(np.logical_or(*(side[tail] & ~side[head]
                                                  for tail, head in ends)))
        least = losses + 1 - len(lost) if "cable" in self.kinds else 1
        return Cut(country, lost, tuple(crossing.tolist()), least)

    def _with(self, built: Sequence[int]) -> tuple[FlowNetwork, Ints, int]:
        """The flow network with candidates in it, its capacities, and the first gateway arc."""
        rows = np.array(built, np.int64)
        entry = self._count + 2 + np.arange(len(rows))
        leave = entry + len(rows)
        a, b, gate = self.a[rows], self.b[rows], self.net.gateways.node
        source, sink = (np.full(len(gate), self._count + i) for i in (0, 1))
        tails = np.concatenate([self._tails, self._out[a], self._out[b], leave, leave, entry,
                                source, self._out[gate]])
        heads = np.concatenate([self._heads, entry, entry, a, b, leave, gate, sink])
        one = 1 if "cable" in self.kinds else UNLIMITED
        capacity = np.concatenate([
            self._capacity, np.full(4 * len(rows), UNLIMITED), np.full(len(rows), one),
            np.zeros(2 * len(gate), np.int64)])
        return FlowNetwork(tails, heads), capacity, len(capacity) - 2 * len(gate)


def _stars(net: Network) -> tuple[Ints, Ints, Ints]:
    """Whole pieces of cables in service, and where they land.

    Returns
    -------
    (S,) the cable of each piece, and (M,), (M,) pairs of a piece and a node it lands at
    """
    links = net.links
    live = np.flatnonzero(links.in_service & (links.cable >= 0))
    ends = np.concatenate([links.a[live], links.b[live]])
    keys, spot = np.unique(np.concatenate([links.cable[live], links.cable[live]])
                           * len(net.nodes) + ends, return_inverse=True)
    half = len(live)
    joined = coo_array((np.ones(half), (spot[:half], spot[half:])), shape=(len(keys), len(keys)))
    count, piece = connected_components(joined, directed=False)
    cable = np.zeros(count, np.int64)
    cable[piece] = keys // len(net.nodes)
    node = keys % len(net.nodes)
    lands = net.nodes.kind[node] != NODE_KINDS.index("branching_unit")
    return cable, piece[lands].astype(np.int64), node[lands]
