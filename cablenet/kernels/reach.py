"""Bit-sliced reachability: 64 scenarios a word, thousands of words a numpy call.

Every place and every piece carries one bit per scenario. A sweep over the pieces does
`t = (reach[p] | reach[q] | ...) & alive; reach[p] |= t; reach[q] |= t; ...` and is repeated until
no bit changes. Bits only ever turn on, a bit turned on means a path exists, and at the fixed point
no live piece joins a reached and an unreached place: so the result is exactly reachability, for
every scenario at once. Pieces are taken in breadth-first order from the sources, then backwards,
and so on in turn, so that most bits travel the whole way in one pass.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import breadth_first_order

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Words = NDArray[np.uint64]
ALL = ~np.uint64(0)


def pack(flags: Flags) -> Words:
    """(B, K) flags to (K, W) words, W = ceil(B / 64); the spare bits of the last word are 0."""
    batch, items = flags.shape
    padded = np.zeros((items, -(-batch // 64) * 64), bool)
    padded[:, :batch] = flags.T
    return np.packbits(padded, axis=1, bitorder="little").view(np.uint64)


def unpack(words: Words, batch: int) -> Flags:
    """(K, W) words back to (B, K) flags."""
    as_bytes = np.ascontiguousarray(words).view(np.uint8)
    return np.unpackbits(as_bytes, axis=1, count=batch, bitorder="little").T.astype(bool)


def set_bits(words: Words, row: Ints, scenario: Ints) -> None:
    """Turn on bit `scenario[i]` of `words[row[i]]`, for every i."""
    bit = np.uint64(1) << (scenario & 63).astype(np.uint64)
    np.bitwise_or.at(words, (row, scenario >> 6), bit)


def set_ranges(words: Words, row: Ints, first: Ints, last: Ints) -> None:
    """Turn on bits `first[i]` to `last[i] - 1` of `words[row[i]]`, for every i."""
    some = first < last
    row, first, end = row[some], first[some], last[some] - 1
    low, high = first >> 6, end >> 6
    head = ALL << (first & 63).astype(np.uint64)
    tail = ALL >> (63 - (end & 63)).astype(np.uint64)
    one = low == high
    np.bitwise_or.at(words, (row[one], low[one]), head[one] & tail[one])
    np.bitwise_or.at(words, (row[~one], low[~one]), head[~one])
    np.bitwise_or.at(words, (row[~one], high[~one]), tail[~one])
    between = np.maximum(high - low - 1, 0)
    inside = np.arange(int(between.sum())) - np.repeat(np.cumsum(between) - between, between)
    words[np.repeat(row, between), np.repeat(low + 1, between) + inside] = ALL


def bits_on(words: Words, size: int) -> Ints:
    """The scenarios whose bit is on, of the first `size`."""
    busy = np.flatnonzero(words)
    if len(busy) * 4 > len(words):
        return np.flatnonzero(np.unpackbits(words.view(np.uint8), count=size, bitorder="little"))
    spots = np.unpackbits(words[busy].view(np.uint8).reshape(-1, 8), axis=1, bitorder="little")
    at, bit = np.nonzero(spots)
    return busy[at] * 64 + bit


def used_bits(batch: int) -> Words:
    """(W,) words with the first `batch` bits on."""
    out = np.full(-(-batch // 64), ALL)
    if batch % 64:
        out[-1] = (np.uint64(1) << np.uint64(batch % 64)) - np.uint64(1)
    return out


def spread(indptr: Ints, joins: Ints, alive: Words, reach: Words, order: Ints) -> None:
    """Turn on, in place, all that `reach` leads to over the pieces alive.

    Parameters
    ----------
    indptr, joins
        `joins[indptr[e]:indptr[e + 1]]` are the places piece e joins
    alive
        (E, W) one bit per scenario: the piece stands
    reach
        (P, W) one bit per scenario: the place is reached; at call, where it starts
    order
        the pieces, nearest to the sources first
    """
    bounds, members = indptr.tolist(), joins.tolist()
    steps = [(e, *members[bounds[e]:bounds[e + 1]]) for e in order.tolist()]
    through = np.empty(reach.shape[1], np.uint64)
    either, both = np.bitwise_or, np.bitwise_and
    while True:
        before = reach.copy()
        for e, p, q, *more in steps:
            either(reach[p], reach[q], out=through)
            for place in more:
                either(through, reach[place], out=through)
            both(through, alive[e], out=through)
            either(reach[p], through, out=reach[p])
            either(reach[q], through, out=reach[q])
            for place in more:
                either(reach[place], through, out=reach[place])
        if np.array_equal(before, reach):
            return
        steps.reverse()


def piece_order(n_places: int, indptr: Ints, joins: Ints, sources: Ints) -> Ints:
    """Pieces by the breadth-first step at which their nearest place is reached from sources."""
    pieces = len(indptr) - 1
    owner = np.repeat(np.arange(pieces), np.diff(indptr))
    root = n_places + pieces
    rows = np.concatenate([joins, np.full(len(sources), root)])
    columns = np.concatenate([n_places + owner, sources])
    graph = coo_array((np.ones(len(rows), bool), (rows, columns)), shape=(root + 1, root + 1))
    found = breadth_first_order(graph.tocsr(), root, directed=False, return_predecessors=False)
    step = np.full(root + 1, root + 1)
    step[found] = np.arange(len(found))
    return np.argsort(step[n_places:root], kind="stable")


def reached(a: Ints, b: Ints, alive: Words, n_nodes: int, sources: Ints) -> Words:
    """Which nodes the sources reach over the links alive, for every scenario.

    Parameters
    ----------
    a, b
        (L,) the nodes of each link
    alive
        (L, W) one bit per scenario: the link stands
    sources
        nodes that are reached from the start

    Returns
    -------
    (N, W) words: one bit per scenario, on where the node is reached
    """
    reach = np.zeros((n_nodes, alive.shape[1]), np.uint64)
    reach[sources] = ALL
    indptr, joins = np.arange(len(a) + 1) * 2, np.stack([a, b], axis=1).ravel()
    spread(indptr, joins, alive, reach, piece_order(n_nodes, indptr, joins, sources))
    return reach
