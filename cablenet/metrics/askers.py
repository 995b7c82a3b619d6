"""Askers: which places ask for a hub, which hubs count for them, and who stands behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cablenet.kernels import reach
from cablenet.kernels.contract import Contracted
from cablenet.network import Network

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Words = NDArray[np.uint64]


@dataclass(frozen=True, eq=False)
class Askers:
    """K askers: gateways at one node whose hubs are the same.

    Countries without a hub all ask for any hub, so they share one propagation; each country with a
    hub asks for the hubs abroad, which is one more.

    Attributes
    ----------
    node, sources
        (K,) where each asks, and which of `hubs` it asks for
    country, gateways, people, users
        (K,) the country, how many gateways, and how many people and internet users
    asker_of
        (G,) the asker that each gateway belongs to
    hubs
        sets of nodes: reaching one of them is enough
    """

    node: Ints
    sources: Ints
    country: Ints
    gateways: Ints
    people: Floats
    users: Floats
    asker_of: Ints
    hubs: tuple[Ints, ...]

    def __len__(self) -> int:
        return len(self.node)

    def at(self, place: Ints) -> Askers:
        """The same askers where nodes are named by the places of a contraction."""
        return replace(self, node=place[self.node],
                       hubs=tuple(np.unique(place[nodes]) for nodes in self.hubs))


def askers_of(net: Network) -> Askers:
    """Who asks for what on this network."""
    gates = net.gateways
    with_hub = np.unique(gates.country[net.hubs])
    number = np.searchsorted(with_hub, gates.country)
    number[~np.isin(gates.country, with_hub)] = len(with_hub)
    hubs = [gates.node[net.hubs[gates.country[net.hubs] != country]] for country in with_hub]
    hubs.append(gates.node[net.hubs])
    keys = np.stack([gates.node, number, gates.country])
    (node, sources, country), of = np.unique(keys, axis=1, return_inverse=True)
    of = of.ravel()
    count = len(node)
    return Askers(
        node, sources, country, np.bincount(of, minlength=count),
        np.bincount(of, gates.people, count).astype(float),
        np.bincount(of, gates.users, count).astype(float), of,
        tuple(np.unique(nodes) for nodes in hubs))


def cut_off(pieces: Contracted, askers: Askers, alive: Words,
            orders: Sequence[Ints] | None = None) -> Words:
    """(K, W) words: on where the asker reaches none of its hubs.

    Parameters
    ----------
    askers
        with nodes named by the places of `pieces`
    alive
        (E, W) one bit per scenario: the piece stands
    orders
        `hub_orders(pieces, askers)`, when it is at hand

    Notes
    -----
    Hubs that every asker counts are spread once; each set of hubs goes on from there with its own.
    Reachability only grows with its sources, so going on gives the same as starting afresh.
    """
    orders = hub_orders(pieces, askers) if orders is None else orders
    asked = np.unique(askers.sources)
    common = _common([askers.hubs[k] for k in asked])
    base = np.zeros((pieces.n_places, alive.shape[1]), np.uint64)
    base[common] = reach.ALL
    if len(asked) > 1 and len(common):
        reach.spread(pieces.indptr, pieces.joins, alive, base, orders[0])
    out = np.empty((len(askers), alive.shape[1]), np.uint64)
    for k in asked.tolist():
        found = base.copy() if len(asked) > 1 else base
        found[askers.hubs[k]] = reach.ALL
        reach.spread(pieces.indptr, pieces.joins, alive, found, orders[1 + k])
        mine = np.flatnonzero(askers.sources == k)
        out[mine] = ~found[askers.node[mine]]
    return out


def hub_orders(pieces: Contracted, askers: Askers) -> list[Ints]:
    """Orders of the pieces from the common hubs, and from each set of hubs."""
    asked = np.unique(askers.sources)
    starts = [_common([askers.hubs[k] for k in asked]), *askers.hubs]
    return [reach.piece_order(pieces.n_places, pieces.indptr, pieces.joins, start)
            for start in starts]


def _common(sets: Sequence[Ints]) -> Ints:
    out = sets[0] if sets else np.array([], np.int64)
    for other in sets[1:]:
        out = np.intersect1d(out, other)
    return out
