"""`LargestFlows`: what `cablenet.kernels.mending` does, where numba is not installed.

Of each aim as much is joined, by other ways: a largest flow by OR-Tools.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from cablenet.solvers import FlowNetwork

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

UNIT = 1e9
"""Largest flows count in whole kbps; room is rounded down and traffic up, so a patch fits."""


class LargestFlows:
    """Joins over one graph, as arcs from tail to head."""

    def __init__(self, n_nodes: int, tail: Ints, head: Ints) -> None:
        self._nodes, self._tail, self._head = n_nodes, tail, head
        every = np.arange(n_nodes)
        self._network = FlowNetwork(
            np.concatenate([tail, head, np.full(n_nodes, n_nodes), every]),
            np.concatenate([head, tail, every, np.full(n_nodes, n_nodes + 1)]))

    def parts_left(self, lost: Flags) -> Ints:
        """See `cablenet.kernels.mending.parts_left`."""
        left = ~lost
        graph = sparse.coo_array((np.ones(int(left.sum()), bool), (self._tail[left],
                                                                   self._head[left])),
                                 shape=(self._nodes, self._nodes))
        return np.asarray(connected_components(graph, directed=False)[1], np.int64)

    def mend(self, target: Ints, flow: Floats, lost: Ints, order: Ints, dropped_aim: Ints,
             dropped_at: Ints, dropped: Floats, room: Floats, yielding: Floats, change: Floats,
             stuck: Floats) -> float:
        """See `cablenet.kernels.mending.mend`."""
        aside = 0.0
        for row in order.tolist():
            gain = np.zeros(self._nodes)
            np.add.at(gain, self._tail[lost], flow[row, lost])
            np.subtract.at(gain, self._head[lost], flow[row, lost])
            mine = dropped_aim == row
            np.subtract.at(gain, dropped_at[mine], dropped[mine])
            gain[target[row]] = 0.0
            own = flow[row].copy()
            own[lost] = 0.0
            left, missing, forward, back = self._join(int(target[row]), gain, room, own)
            change[row] = forward - back
            change[row, lost] = -flow[row, lost]
            room += back - forward
            room[lost] = 0.0
            if left.any() and yielding.any():
                left, _, forward, _ = self._join(int(target[row]), left - missing,
                                                 room + yielding, np.zeros_like(room))
                pushed = np.maximum(forward - np.maximum(room, 0.0), 0.0)
                aside += float(pushed.sum())
                np.maximum(yielding - pushed, 0.0, out=yielding)
                room -= forward - pushed
                change[row] += forward
            stuck[row] = left.sum()
        return aside

    def _join(self, target: int, gain: Floats, room: Floats,
              own: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Flow from surplus to deficit; the target takes and gives what is left over.

        Returns
        -------
        (N,) what stays stuck and what stays missing, and (A,) forward and cancelled flow, Tbps
        """
        surplus = np.ceil(np.maximum(gain, 0.0) * UNIT - 1e-3).astype(np.int64)
        deficit = np.ceil(np.maximum(-gain, 0.0) * UNIT - 1e-3).astype(np.int64)
        ahead = np.floor(np.maximum(room, 0.0) * UNIT + 1e-3).astype(np.int64)
        against = np.floor(own * UNIT + 1e-3).astype(np.int64)
        give, take = surplus.copy(), deficit.copy()
        give[target], take[target] = deficit.sum(), surplus.sum()
        self._network.max_flow(np.concatenate([ahead, against, give, take]), self._nodes,
                               self._nodes + 1)
        flows = self._network.flows()
        half, nodes = len(room), self._nodes
        stuck = surplus - flows[2 * half:2 * half + nodes]
        missing = deficit - flows[2 * half + nodes:]
        stuck[target] = missing[target] = 0
        return stuck / UNIT, missing / UNIT, flows[:half] / UNIT, flows[half:2 * half] / UNIT
