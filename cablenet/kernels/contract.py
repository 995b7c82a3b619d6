"""Contraction: the same question about reachability, asked of a much smaller graph.

Many links fail together (a whole cable), many never fail in a sweep (backhaul, a land border), and
most branching units only join sections of one cable. Three steps use that, and each leaves the
answer for every kept node in every scenario as it was:

1. *Links that never fail* join their ends in every scenario, so both ends become one place.
2. *Links of one row* (they fail together) that hang together form a piece: while the row stands,
   every place the piece touches reaches every other one; when it falls, the piece joins nothing.
   So the piece is one hyperedge over the places it touches.
3. *A place that nobody asks about and that only one piece touches* leads nowhere else: a path
   through it would enter and leave by the same piece, which joins its other places without it.
   It is dropped; a piece left with one place joins nothing and is dropped; this repeats.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
NEVER = -1
"""The row of a link that no scenario takes away."""


@dataclass(frozen=True, eq=False)
class Contracted:
    """P places joined by E pieces.

    Attributes
    ----------
    place
        (N,) the place of each node, -1 where the node matters to nobody
    row
        (E,) the row whose failure takes the piece away
    indptr, joins
        `joins[indptr[e]:indptr[e + 1]]` are the places that piece e joins
    """

    n_places: int
    place: Ints
    row: Ints
    indptr: Ints
    joins: Ints

    def __len__(self) -> int:
        return len(self.row)

    @property
    def owner(self) -> Ints:
        """(K,) the piece of each entry of `joins`."""
        return np.repeat(np.arange(len(self)), np.diff(self.indptr))


def contract(n_nodes: int, a: Ints, b: Ints, row: Ints, keep: Flags) -> Contracted:
    """Contract a graph whose links fail by rows.

    Parameters
    ----------
    a, b
        (L,) the nodes of each link
    row
        (L,) what each link fails with; `NEVER` where it never fails
    keep
        (N,) nodes somebody asks about, or where something starts
    """
    fixed = row == NEVER
    count, block = components(n_nodes, a[fixed], b[fixed])
    kept = np.zeros(count, bool)
    kept[block[keep]] = True
    loose = ~fixed & (block[a] != block[b])
    piece, where = _pieces(count, block[a[loose]], block[b[loose]], row[loose])
    rows = row[loose][piece.first]
    owner, node = piece.owner, where
    while True:
        touched = np.bincount(node, minlength=count)
        stays = kept[node] | (touched[node] > 1)
        size = np.bincount(owner[stays], minlength=len(rows))
        stays &= size[owner] > 1
        if stays.all():
            break
        owner, node = owner[stays], node[stays]
    used = kept.copy()
    used[node] = True
    number = np.full(count, -1)
    number[used] = np.arange(int(used.sum()))
    names, owner = np.unique(owner, return_inverse=True)
    order = np.lexsort((number[node], owner))
    indptr = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=len(names)))])
    return Contracted(int(used.sum()), number[block], rows[names], indptr.astype(np.int64),
                      number[node][order])


def components(n_nodes: int, a: Ints, b: Ints) -> tuple[int, Ints]:
    """How many connected parts there are, and the part of each node."""
    joined = coo_array((np.ones(len(a), bool), (a, b)), shape=(n_nodes, n_nodes))
    count, part = connected_components(joined, directed=False)
    return int(count), part.astype(np.int64)


@dataclass(frozen=True, eq=False)
class _Pieces:
    first: Ints
    owner: Ints


def _pieces(n_blocks: int, a: Ints, b: Ints, row: Ints) -> tuple[_Pieces, Ints]:
    """Connected pieces of each row: a link of each, and (piece, place) incidences."""
    keys, ends = np.unique(np.concatenate([row * n_blocks + a, row * n_blocks + b]),
                           return_inverse=True)
    count, part = components(len(keys), ends[:len(a)], ends[len(a):])
    first = np.zeros(count, np.int64)
    first[part[ends[:len(a)]]] = np.arange(len(a))
    return _Pieces(first, part), keys % n_blocks
