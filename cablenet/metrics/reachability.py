"""`Reachability`: a network compiled for one question, asked millions of times: who is cut off?

What is compiled holds arrays only, so it travels to worker processes in milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cablenet.kernels import reach
from cablenet.kernels.contract import NEVER, Contracted, contract
from cablenet.metrics.askers import Askers, askers_of, cut_off, hub_orders
from cablenet.metrics.rows import Rows, rows_of
from cablenet.network import Network
from cablenet.scenarios.units import Units
from cablenet.solvers import FlowNetwork

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Words = NDArray[np.uint64]
WHOLE = 5040
"""What one failing unit is worth in the flows of `never_parted`: its parts are whole numbers."""


@dataclass(frozen=True, eq=False)
class Reachability:
    """Who is cut off, for any set of failing units.

    Attributes
    ----------
    askers
        the places that ask, without those that nothing the units do can cut off
    asker_of
        (G,) the asker of each gateway of the network, -1 where it cannot be cut off, or is cut
        off with nothing failed, which is no scenario's doing
    order
        at most so many units fail at once (None: any number)
    """

    rows: Rows
    pieces: Contracted
    askers: Askers
    orders: tuple[Ints, ...]
    asker_of: Ints
    country_size: Ints
    order: int | None

    @property
    def deciding(self) -> Ints:
        """Units that may bring down a piece that is left; no other changes any answer."""
        return np.unique(_killers(self.pieces, self.rows)[1]).astype(np.int64)

    def cut(self, dead: Words) -> Words:
        """(K, W) one bit a scenario: the asker reaches no hub; from (U, W) units that failed."""
        alive = self.rows.alive(dead)
        return cut_off(self.pieces, self.askers, alive[self.pieces.row], self.orders)


def reachability(net: Network, units: Units, order: int | None = None) -> Reachability:
    """Compile a network for sweeps over these units.

    Parameters
    ----------
    order
        when at most so many units fail at once, places that no such failure can part from the
        largest hub are joined with it beforehand (`never_parted` says why nothing is lost)
    """
    rows = rows_of(net, units)
    askers = askers_of(net)
    a, b = net.links.a[rows.link], net.links.b[rows.link]
    keep = np.zeros(len(net.nodes), bool)
    keep[askers.node] = keep[net.gateways.node[net.hubs]] = True
    pieces = contract(len(net.nodes), a, b, rows.row, keep)
    if order is not None and len(net.hubs):
        root = int(pieces.place[net.gateways.node[net.hubs[0]]])
        joined = never_parted(pieces, rows, root, order)
        pieces = _join(pieces, joined, root, np.unique(pieces.place[keep]))
    here = askers.at(pieces.place)
    safe = np.array([node in here.hubs[k] for node, k in
                     zip(here.node.tolist(), here.sources.tolist(), strict=True)], bool)
    nothing = np.full((len(pieces), 1), reach.ALL)
    intact = (cut_off(pieces, here, nothing)[:, 0] & np.uint64(1)) > 0
    return _without(rows, pieces, here, ~safe & ~intact, intact, net, order)


def _without(rows: Rows, pieces: Contracted, askers: Askers, stays: Flags, intact: Flags,
             net: Network, order: int | None) -> Reachability:
    """Only the askers whose answer can change."""
    number = np.full(len(askers), -1)
    number[stays] = np.arange(int(stays.sum()))
    left = Askers(askers.node[stays], askers.sources[stays], askers.country[stays],
                  askers.gateways[stays], askers.people[stays], askers.users[stays],
                  number[askers.asker_of], askers.hubs)
    joined = np.bincount(askers.country[~intact], minlength=len(net.country_id))
    return Reachability(rows, pieces, left, tuple(hub_orders(pieces, left)), left.asker_of,
                        joined, order)


def never_parted(pieces: Contracted, rows: Rows, root: int, order: int) -> Ints:
    """Places that no `order` failing units can part from the root place.

    Each piece is given a weight: the least, over the units that may bring it down, of 1 / (how
    many pieces that unit may bring down); a piece nothing brings down weighs without end. One unit
    then brings down pieces of weight at most 1 altogether, and `order` units at most `order`. A set
    of pieces that parts a place from the root weighs at least the minimum cut between them; so
    where that cut weighs more than `order`, no `order` units part them. Such a place is joined with
    the root in every scenario, and joining the two beforehand changes no answer.
    """
    piece_of, unit = _killers(pieces, rows)
    brought = np.bincount(unit, minlength=rows.n_units)
    weight = np.full(len(pieces), WHOLE * (order + 1))
    np.minimum.at(weight, piece_of, WHOLE // brought[unit])
    limit = WHOLE * order
    owner, n, e = pieces.owner, pieces.n_places, len(pieces)
    flow = FlowNetwork(
        np.concatenate([pieces.joins, n + np.arange(e), n + e + owner]),
        np.concatenate([n + owner, n + e + np.arange(e), pieces.joins]))
    wide = np.full(len(owner), limit + WHOLE)
    capacity = np.concatenate([wide, weight, wide])
    around = np.bincount(pieces.joins, weight[owner], minlength=n)
    found = [place for place in np.flatnonzero(around > limit).tolist()
             if place == root or flow.max_flow(capacity, root, place) > limit]
    return np.array(found, np.int64)


def _killers(pieces: Contracted, rows: Rows) -> tuple[Ints, Ints]:
    """Pairs (piece, unit): the unit may bring the piece down."""
    row, unit = rows.killers
    by_row = np.argsort(pieces.row, kind="stable")
    starts = np.searchsorted(pieces.row[by_row], row)
    stops = np.searchsorted(pieces.row[by_row], row, side="right")
    width = stops - starts
    inside = np.arange(int(width.sum())) - np.repeat(np.cumsum(width) - width, width)
    return by_row[np.repeat(starts, width) + inside], np.repeat(unit, width)


def _join(pieces: Contracted, joined: Ints, root: int, keep: Ints) -> Contracted:
    """Contract once more, with some places joined to the root."""
    owner = pieces.owner
    first = pieces.joins[pieces.indptr[:-1]][owner]
    a = np.concatenate([first, np.full(len(joined), root)])
    b = np.concatenate([pieces.joins, joined])
    row = np.concatenate([pieces.row[owner], np.full(len(joined), NEVER)])
    kept = np.zeros(pieces.n_places, bool)
    kept[keep] = True
    again = contract(pieces.n_places, a, b, row, kept)
    place = np.where(pieces.place >= 0, again.place[np.maximum(pieces.place, 0)], -1)
    return Contracted(again.n_places, place, again.row, again.indptr, again.joins)


