"""Largest flows for states that follow one another, each mended from the one before; compiled.

Two states of a timeline differ by an outage or two. The flow of the one is mended into a largest
flow of the other with a few short searches, where starting afresh would push everything again:

* *A link fails that carries nothing*: the flow still stands, and less capacity allows no more.
* *A link from u to v fails that carries f*: f is sent from u to v another way, as far as there is
  one. What is left is taken back, from u to the source and from the sink to v. It can be: it came
  from the one and went to the other. Let X be what u still reaches in the residual graph. v is not
  in X, and neither is the sink, since the sink reaches v by what is taken back. All links out of X
  are full and stay so, since taking back from u stays in X and from the sink keeps out of it. So X
  is a cut that proves the flow largest. Where nothing was left, the old cut still proves it.
* *A link comes back that does not cross the cut*: the cut still proves the flow largest.
* *A link comes back across the cut*: paths from source to sink are filled until none is left; what
  the source then reaches is the new cut.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cablenet.kernels.jit import compiled

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@compiled
def largest_flows_in_turn(
    start: Ints, around: Ints, a: Ints, b: Ints, capacity: Ints, row_start: Ints, row_links: Ints,
    source: int, sink: int, flow: Ints, near: Flags, value: int,
    fail_start: Ints, fails: Ints, back_start: Ints, backs: Ints,
) -> Any:
    """The largest flow in each of S states.

    Parameters
    ----------
    start, around
        `around[start[p]:start[p + 1]]` are the links at place p
    a, b, capacity
        (M,) the undirected links
    row_start, row_links
        the links of each row
    flow, near, value
        the flow of the intact graph from a to b of each link, the places on the source's side of
        a least cut, and its value; `flow` and `near` are changed in place
    fail_start, fails, back_start, backs
        rows that fail, and that come back, when each state begins

    Returns
    -------
    (S,) values
    """
    states = len(fail_start) - 1
    n, m = len(start) - 1, len(a)
    out = np.empty(states, np.int64)
    dead = np.zeros(m, np.bool_)
    came = np.empty(n, np.int64)
    queue = np.empty(n, np.int64)
    for state in range(states):
        for i in range(fail_start[state], fail_start[state + 1]):
            row = fails[i]
            for j in range(row_start[row], row_start[row + 1]):
                link = row_links[j]
                dead[link] = True
                carried = flow[link]
                if carried == 0:
                    continue
                flow[link] = 0
                u, v = a[link], b[link]
                if carried < 0:
                    u, v, carried = v, u, -carried
                left = _send(start, around, a, b, capacity, flow, dead, came, queue, u, v, carried)
                if left > 0:
                    for place in range(n):
                        near[place] = came[place] != -1
                    _send(start, around, a, b, capacity, flow, dead, came, queue, u, source, left)
                    _send(start, around, a, b, capacity, flow, dead, came, queue, sink, v, left)
                    value -= left
        across = False
        for i in range(back_start[state], back_start[state + 1]):
            row = backs[i]
            for j in range(row_start[row], row_start[row + 1]):
                link = row_links[j]
                dead[link] = False
                if near[a[link]] != near[b[link]]:
                    across = True
        if across:
            value += _BIG - _send(start, around, a, b, capacity, flow, dead, came, queue, source,
                                  sink, _BIG)
            for place in range(n):
                near[place] = came[place] != -1
        out[state] = value
    return out


_BIG = 2**62


@compiled
def _send(start: Ints, around: Ints, a: Ints, b: Ints, capacity: Ints, flow: Ints, dead: Flags,
          came: Ints, queue: Ints, u: int, v: int, amount: int) -> Any:
    """Send up to `amount` from u to v by shortest residual paths; what could not be sent.

    `came[p]` is then the link by which p was reached in the last search, -2 at u, -1 where not.
    """
    if u == v:
        return 0
    while amount > 0:
        came[:] = -1
        came[u] = -2
        queue[0] = u
        head, tail = 0, 1
        while head < tail and came[v] == -1:
            place = queue[head]
            head += 1
            for i in range(start[place], start[place + 1]):
                link = around[i]
                if dead[link]:
                    continue
                if a[link] == place:
                    other, room = b[link], capacity[link] - flow[link]
                else:
                    other, room = a[link], capacity[link] + flow[link]
                if room > 0 and came[other] == -1:
                    came[other] = link
                    queue[tail] = other
                    tail += 1
        if came[v] == -1:
            return amount
        most, place = amount, v
        while place != u:
            link = came[place]
            if b[link] == place:
                room, before = capacity[link] - flow[link], a[link]
            else:
                room, before = capacity[link] + flow[link], b[link]
            most, place = min(most, room), before
        place = v
        while place != u:
            link = came[place]
            if b[link] == place:
                flow[link] += most
                place = a[link]
            else:
                flow[link] -= most
                place = b[link]
        amount -= most
    return amount
