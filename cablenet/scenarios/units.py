"""`Units`: what may fail as one thing: cables, segments, stations, shared-risk groups, places."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cablenet.errors import InputError, UnknownNameError
from cablenet.network import GROUP_KINDS, NODE_KINDS, Network, frozen
from cablenet.scenarios.places import places

Ints = NDArray[np.int64]
Texts = NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class Units:
    """U things that fail as a whole; unit u takes `links[indptr[u]:indptr[u + 1]]` away.

    `kinds` (U,) is the kind of each. Only links in service count, and a unit without any is none.
    What goes dark for want of power once units have failed is not written here: it depends on which
    fail together.
    """

    kind: str
    kinds: Texts
    id: Texts
    name: Texts
    indptr: Ints
    links: Ints

    def __len__(self) -> int:
        return len(self.id)

    def members(self, u: int) -> Ints:
        """The links unit u takes away."""
        return self.links[self.indptr[u]:self.indptr[u + 1]]

    @property
    def owner(self) -> Ints:
        """(K,) the unit that each entry of `links` belongs to."""
        return np.repeat(np.arange(len(self)), np.diff(self.indptr))


def units_of(net: Network, unit: str = "cable", *, radius_km: float = 25.0) -> Units:
    """The units of one kind, or of several joined by '+', such as 'cable+station'.

    Kinds: cable, segment, station, place (all that one disk of `radius_km` can hit), srlg (every
    shared-risk group), or one kind of group: chokepoint, jurisdiction, power_feed, corridor.

    Raises
    ------
    UnknownNameError
        a kind that does not exist
    InputError
        a kind named twice
    """
    named = unit.split("+")
    if len(set(named)) < len(named):
        raise InputError(f"unit '{unit}' names a kind twice; name each once")
    parts = [_of_kind(net, kind, radius_km) for kind in named]
    entries = [entry for part in parts for entry in part]
    sizes = [len(links) for *_, links in entries]
    return Units(
        unit,
        frozen(np.repeat(np.array(named, object), [len(part) for part in parts])),
        frozen(np.array([key for key, *_ in entries], object)),
        frozen(np.array(distinct([name for _, name, _ in entries]), object)),
        frozen(np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)),
        frozen(np.concatenate([e[2] for e in entries] or [np.array([], np.int64)])),
    )


Entry = tuple[str, str, Ints]


def _of_kind(net: Network, kind: str, radius_km: float) -> list[Entry]:
    if kind not in KINDS:
        raise UnknownNameError("unit", kind, KINDS)
    if kind == "place":
        return places(net, radius_km)
    live = net.links.in_service
    found = ((key, name, links[live[links]]) for key, name, links in KINDS[kind](net))
    return [(key, name, links) for key, name, links in found if len(links)]


def _cables(net: Network) -> list[Entry]:
    order = np.argsort(net.links.cable, kind="stable")
    starts = np.searchsorted(net.links.cable[order], np.arange(len(net.cable_id) + 1))
    return [(str(net.cable_id[c]), str(net.cable_name[c]), order[starts[c]:starts[c + 1]])
            for c in range(len(net.cable_id))]


def _segments(net: Network) -> list[Entry]:
    return [(str(net.links.id[link]), str(net.links.id[link]), np.array([link]))
            for link in np.flatnonzero(net.links.cable >= 0)]


def _stations(net: Network) -> list[Entry]:
    """Stations where a cable lands; a lost station takes every link that ends there."""
    links, nodes = net.links, net.nodes
    live = links.in_service & (links.cable >= 0)
    lands = np.zeros(len(nodes), bool)
    lands[links.a[live]] = lands[links.b[live]] = True
    ends = np.concatenate([links.a, links.b])
    order = np.argsort(ends, kind="stable")
    starts = np.searchsorted(ends[order], np.arange(len(nodes) + 1))
    owner = order % max(len(links), 1)
    return [(str(nodes.id[n]), f"{nodes.name[n]} ({nodes.country[n]})",
             np.unique(owner[starts[n]:starts[n + 1]]))
            for n in np.flatnonzero(lands & (nodes.kind == NODE_KINDS.index("station"))).tolist()]


def _groups(*kinds: str) -> Callable[[Network], list[Entry]]:
    def entries(net: Network) -> list[Entry]:
        groups = net.groups
        return [(str(groups.id[r]), str(groups.name[r]), groups.members(r))
                for r in np.flatnonzero(np.isin(groups.kind, kinds)).tolist()]

    return entries


KINDS: dict[str, Callable[[Network], list[Entry]]] = {
    "cable": _cables,
    "segment": _segments,
    "station": _stations,
    "place": lambda net: places(net, 25.0),
    "srlg": _groups(*GROUP_KINDS),
    **{kind: _groups(kind) for kind in GROUP_KINDS if kind not in ("cable", "station")},
}


def distinct(names: list[str]) -> list[str]:
    """Names told apart by a number where several share one."""
    seen: dict[str, int] = {}
    out = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        out.append(name if seen[name] == 1 else f"{name} #{seen[name]}")
    return out
