"""A smaller graph with the same largest flows, whatever rows of links fail.

Four steps, each of which leaves every flow between kept nodes as it was, in every scenario:

1. *A link that never fails and has no limit* lets any amount pass: its ends become one place.
2. *Links side by side that fail together* carry together what each carries: one link, with the sum.
3. *Two links in a row that fail together*, with nothing else at the place between them, carry what
   the lesser carries: one link, with the minimum.
4. *A place with one link that nobody asks about* carries nothing: dropped with its link.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cablenet.kernels.contract import NEVER, components

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class FlowGraph:
    """P places and M undirected links: `a`, `b`, whole-number `capacity` and the `row` each falls
    with (`NEVER`: none); `place` (N,) is the place of each node, -1 where it was dropped."""

    n_places: int
    place: Ints
    a: Ints
    b: Ints
    capacity: Ints
    row: Ints

    def __len__(self) -> int:
        return len(self.a)


def reduce_flow_graph(n_nodes: int, a: Ints, b: Ints, capacity: Ints, row: Ints, keep: Flags,
                      unlimited: int) -> FlowGraph:
    """Reduce a graph of undirected links.

    Parameters
    ----------
    capacity
        (L,) whole numbers; `unlimited` or more means no limit
    row
        (L,) what each link fails with, `NEVER` for nothing
    keep
        (N,) nodes where flow may start or end
    """
    free = (row == NEVER) & (capacity >= unlimited)
    count, block = components(n_nodes, a[free], b[free])
    kept = np.zeros(count, bool)
    kept[block[keep]] = True
    left = ~free & (capacity > 0) & (block[a] != block[b])
    links = _side_by_side(block[a[left]], block[b[left]], capacity[left], row[left], unlimited)
    while True:
        before = len(links[0])
        links = _without_ends(links, kept, count)
        links = _side_by_side(*_in_a_row(links, kept, count), unlimited)
        if len(links[0]) == before:
            break
    used = kept.copy()
    used[links[0]] = used[links[1]] = True
    number = np.full(count, -1)
    number[used] = np.arange(int(used.sum()))
    return FlowGraph(int(used.sum()), number[block], number[links[0]], number[links[1]],
                     links[2], links[3])


Links = tuple[Ints, Ints, Ints, Ints]


def _side_by_side(a: Ints, b: Ints, capacity: Ints, row: Ints, unlimited: int) -> Links:
    """Links of the same ends and row as one, with the sum of their capacities."""
    low, high = np.minimum(a, b), np.maximum(a, b)
    apart = low != high
    keys = np.stack([low[apart], high[apart], row[apart]])
    ends, same = np.unique(keys, axis=1, return_inverse=True)
    total = np.zeros(ends.shape[1], np.int64)
    np.add.at(total, same.ravel(), np.minimum(capacity[apart], unlimited))
    return ends[0], ends[1], np.minimum(total, unlimited), ends[2]


def _without_ends(links: Links, kept: Flags, count: int) -> Links:
    """Without places that have one link and that nobody asks about, again and again."""
    while True:
        degree = np.bincount(np.concatenate(links[:2]), minlength=count)
        dead = (degree == 1) & ~kept
        gone = dead[links[0]] | dead[links[1]]
        if not gone.any():
            return links
        a, b, capacity, row = (part[~gone] for part in links)
        links = (a, b, capacity, row)


def _in_a_row(links: Links, kept: Flags, count: int) -> Links:
    """Two links of one row with nothing else between them as one, with the lesser capacity."""
    a, b, capacity, row = (part.tolist() for part in links)
    at: list[list[int]] = [[] for _ in range(count)]
    for i, (u, v) in enumerate(zip(a, b, strict=True)):
        at[u].append(i)
        at[v].append(i)
    alive = [True] * len(a)
    for middle in range(count):
        if kept[middle] or len(at[middle]) != 2:
            continue
        i, j = at[middle]
        if i == j or row[i] != row[j]:
            continue
        u = b[i] if a[i] == middle else a[i]
        v = b[j] if a[j] == middle else a[j]
        a[i], b[i], capacity[i] = u, v, min(capacity[i], capacity[j])
        alive[j] = False
        at[v][at[v].index(j)] = i
        at[middle] = []
    some = np.array(alive, bool)
    out = [np.array(part, np.int64)[some] for part in (a, b, capacity, row)]
    return out[0], out[1], out[2], out[3]
