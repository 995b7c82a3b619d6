"""Ways round lost arcs: what is stuck before them is joined to what is missing behind; compiled.

One aim after another. Its flow over lost arcs is taken away, which leaves surplus at their tails
and deficit at their heads. Shortest ways (fewest arcs) lead surplus to deficit or to the aim's
target, over room that is left or against the aim's own flow, which cancels it: augmenting paths
(L. Ford and D. Fulkerson 1956), so that as much is joined as the room allows. What is still missing
then has no source, so its flow on to the target is taken away and frees room for the next aim.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cablenet.kernels.jit import compiled

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

DUST = 1e-10
"""Tbps below this are not moved; what is stuck counts however small."""
UNSEEN, ROOT = -2**62, -2**62 - 1


def around_nodes(n_nodes: int, tail: Ints, head: Ints) -> tuple[Ints, Ints]:
    """(N + 1,) and (2A,): arc a as a where it leaves a node, as -a - 1 where it ends at one."""
    arcs = np.arange(len(tail))
    node = np.concatenate([head, tail])
    order = np.argsort(node, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(node, minlength=n_nodes))])
    return start.astype(np.int64), np.concatenate([-arcs - 1, arcs])[order].astype(np.int64)


@compiled
def parts_left(start: Ints, around: Ints, tail: Ints, head: Ints, lost: Flags) -> Any:
    """(N,) the part that each node belongs to without the lost arcs, directions aside."""
    nodes = len(start) - 1
    part = np.full(nodes, -1, np.int64)
    queue = np.empty(nodes, np.int64)
    for first in range(nodes):
        if part[first] >= 0:
            continue
        part[first] = first
        queue[0] = first
        begin, end = 0, 1
        while begin < end:
            node = queue[begin]
            begin += 1
            for i in range(start[node], start[node + 1]):
                arc = around[i] if around[i] >= 0 else -around[i] - 1
                if lost[arc]:
                    continue
                other = head[arc] if around[i] >= 0 else tail[arc]
                if part[other] < 0:
                    part[other] = first
                    queue[end] = other
                    end += 1
    return part


@compiled
def mend(
    start: Ints, around: Ints, tail: Ints, head: Ints, target: Ints, flow: Floats, lost: Ints,
    order: Ints, dropped_aim: Ints, dropped_at: Ints, dropped: Floats,
    room: Floats, yielding: Floats, change: Floats, stuck: Floats,
) -> Any:
    """Mend the flow of each aim in `order`.

    Parameters
    ----------
    start, around, tail, head
        the graph, see `around_nodes`
    target
        (R,) of each aim
    flow
        (R, A) before the loss
    lost
        numbers of the lost arcs; their `room` and `yielding` must be zero
    dropped_aim, dropped_at, dropped
        demand that is no longer sent: its aim, source and Tbps
    room, yielding
        (A,) what may be added, and what others may be pushed aside for where no other way is left;
        both are used up in place
    change
        (R, A) zeros, in which the change of each aim's flow is returned
    stuck
        (R,) zeros, in which what finds no way is returned

    Returns
    -------
    Tbps x arcs that were pushed aside
    """
    nodes, aside = len(start) - 1, 0.0
    came = np.empty(nodes, np.int64)
    queue = np.empty(nodes, np.int64)
    nothing = np.zeros(len(room))
    for row in order:
        mine = flow[row].copy()
        gain = np.zeros(nodes)
        for arc in lost:
            gain[tail[arc]] += mine[arc]
            gain[head[arc]] -= mine[arc]
            mine[arc] = 0.0
        for i in range(len(dropped)):
            if dropped_aim[i] == row:
                gain[dropped_at[i]] -= dropped[i]
        gain[target[row]] = 0.0
        before = np.flatnonzero(gain > DUST)
        for over in range(2):
            extra = yielding if over else nothing
            while True:
                reached = _reach(start, around, tail, head, mine, room, extra, gain, came, queue,
                                 before, target[row])
                if reached < 0:
                    break
                aside += _shift(tail, head, mine, room, extra, gain, came, reached, target[row])
        for place in np.flatnonzero(gain < -DUST):
            node = int(place)
            while gain[node] < -DUST:
                reached = _onwards(start, around, head, mine, came, queue, node, target[row])
                if reached < 0:
                    break
                _trim(tail, mine, room, gain, came, node, reached)
        stuck[row] = np.maximum(gain, 0.0).sum()
        change[row] = mine - flow[row]
    return aside


@compiled
def _reach(start: Ints, around: Ints, tail: Ints, head: Ints, mine: Floats, room: Floats,
           extra: Floats, gain: Floats, came: Ints, queue: Ints, sources: Ints,
           target: int) -> Any:
    """The deficit, or the target, that is nearest to what is stuck; -1 where none is reached.

    `came[p]` is then how p was reached: arc a, or -a - 1 for one gone against; UNSEEN, or ROOT.
    """
    came[:] = UNSEEN
    begin, end = 0, 0
    for node in sources:
        if gain[node] > DUST:
            came[node] = ROOT
            queue[end] = node
            end += 1
    while begin < end:
        node = queue[begin]
        begin += 1
        for i in range(start[node], start[node + 1]):
            step = around[i]
            if step >= 0:
                if room[step] + extra[step] <= DUST:
                    continue
                other = head[step]
            else:
                if mine[-step - 1] <= DUST:
                    continue
                other = tail[-step - 1]
            if came[other] == UNSEEN:
                came[other] = step
                if other == target or gain[other] < -DUST:
                    return other
                queue[end] = other
                end += 1
    return -1


@compiled
def _shift(tail: Ints, head: Ints, mine: Floats, room: Floats, extra: Floats, gain: Floats,
           came: Ints, last: int, target: int) -> Any:
    """Send all that the way found allows; Tbps x arcs pushed aside."""
    most = np.inf if last == target else -gain[last]
    node = last
    while came[node] != ROOT:
        step = came[node]
        if step >= 0:
            most, node = min(most, room[step] + extra[step]), tail[step]
        else:
            most, node = min(most, mine[-step - 1]), head[-step - 1]
    most = min(most, gain[node])
    gain[node] -= most
    if last != target:
        gain[last] += most
    aside, node = 0.0, last
    while came[node] != ROOT:
        step = came[node]
        if step >= 0:
            free = min(most, max(room[step], 0.0))
            room[step] -= free
            if most > free:
                extra[step] -= most - free
                aside += most - free
            mine[step] += most
            node = tail[step]
        else:
            arc = -step - 1
            mine[arc] -= most
            room[arc] += most
            node = head[arc]
    return aside


@compiled
def _onwards(start: Ints, around: Ints, head: Ints, mine: Floats, came: Ints, queue: Ints,
             first: int, target: int) -> Any:
    """The target, where the aim's flow leads on to it from a node; else -1. `came` as above."""
    came[:] = UNSEEN
    came[first] = ROOT
    queue[0] = first
    begin, end = 0, 1
    while begin < end:
        node = queue[begin]
        begin += 1
        for i in range(start[node], start[node + 1]):
            arc = around[i]
            if arc >= 0 and mine[arc] > DUST and came[head[arc]] == UNSEEN:
                came[head[arc]] = arc
                if head[arc] == target:
                    return target
                queue[end] = head[arc]
                end += 1
    return -1


@compiled
def _trim(tail: Ints, mine: Floats, room: Floats, gain: Floats, came: Ints, first: int,
          last: int) -> None:
    """Take away what flows on from a node that misses it."""
    most, node = -gain[first], last
    while node != first:
        most, node = min(most, mine[came[node]]), tail[came[node]]
    node = last
    while node != first:
        mine[came[node]] -= most
        room[came[node]] += most
        node = tail[came[node]]
    gain[first] += most
