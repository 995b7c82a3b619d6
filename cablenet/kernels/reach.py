"""Bit-sliced reachability: 64 scenarios a word, thousands of words a numpy call.

Each link and each node carries one bit per scenario. A sweep over the links, in breadth-first
order from the sources, does `t = (reach[a] | reach[b]) & alive; reach[a] |= t; reach[b] |= t` and
is repeated until no bit changes. Bits only ever turn on, a bit turned on means a path exists, and
at the fixed point no live link joins a reached and an unreached node: so the result is exactly
reachability, for every scenario at once.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import breadth_first_order

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Words = NDArray[np.uint64]


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


def link_order(a: Ints, b: Ints, n_nodes: int, sources: Ints) -> Ints:
    """Links sorted by the breadth-first step at which their nearer end is reached."""
    root = n_nodes
    rows = np.concatenate([a, np.full(len(sources), root)])
    columns = np.concatenate([b, sources])
    graph = coo_array((np.ones(len(rows)), (rows, columns)), shape=(root + 1, root + 1)).tocsr()
    order = breadth_first_order(graph, root, directed=False, return_predecessors=False)
    step = np.full(root + 1, root + 1)
    step[order] = np.arange(len(order))
    return np.argsort(np.minimum(step[a], step[b]), kind="stable")


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
    reach[sources] = ~np.uint64(0)
    order = link_order(a, b, n_nodes, sources)
    pairs = list(zip(a[order].tolist(), b[order].tolist(), order.tolist(), strict=True))
    changed = True
    while changed:
        before = reach.copy()
        for u, v, link in pairs:
            through = (reach[u] | reach[v]) & alive[link]
            reach[u] |= through
            reach[v] |= through
        changed = not np.array_equal(before, reach)
    return reach
