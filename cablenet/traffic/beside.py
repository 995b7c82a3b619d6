"""Two patches of one flow laid side by side: what overflows, at most, where both failures meet.

Let f be the flow, and b and c settled patches of it: f + b and f + c carry all that is still
connected after the one and after the other failure. Their sum f + b + c is a flow of what is still
connected after both, provided that

 * neither changes the flow over an arc that the other loses, so that nothing runs over lost arcs;
 * no flow of an aim over an arc is taken away twice;
 * no demand is cut off by both, so that its flow is taken away once.

It may load arcs beyond their room. Every demand's last level is at least a share s of it, and all
levels of a demand run the same ways, so of what runs over an arc at least s is of the last level.
Where 1 - s of the load fits into the room, what overflows is dropped from the last level alone;
dropping at one arc only empties others. So all other levels are served, and the optimum, which
serves them too and then as much as it can of the last, leaves no more than the overflow, summed
over arcs, unserved beyond what is cut off.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cablenet.traffic.patch import Patch, Patcher

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

SAME_TBPS = 1e-9


def overflow_of_pairs(patcher: Patcher, patches: Sequence[Patch], lost: Flags) -> Floats:
    """(U, U) Tbps that overflow, at most, where two failures meet; inf where it is not known.

    Parameters
    ----------
    patches
        of U failures, by this patcher; those not settled are known with none
    lost
        (U, A) arcs that each failure loses; two together lose no others
    """
    count, arcs = len(patches), len(patcher.room)
    owner = np.repeat(np.arange(count), [len(patch.cell) for patch in patches])
    cell = np.concatenate([patch.cell for patch in patches])
    change = np.concatenate([patch.change_tbps for patch in patches])
    net = np.bincount(owner * arcs + cell % arcs, change, minlength=count * arcs)
    net = np.where(lost, 0.0, net.reshape(count, arcs))
    touched = np.zeros((count, arcs), np.float32)
    touched[owner, cell % arcs] = 1.0
    clash = (touched @ lost.T.astype(np.float32)) > 0
    newly = np.array([patch.cut & ~patcher.cut_before for patch in patches], np.float32)
    clash |= (newly @ newly.T) > 0
    clash |= _taken_twice(patcher, owner, cell, change, count)
    load, room = patcher.room_tbps - patcher.room, np.maximum(patcher.room, 0.0)
    over = np.zeros((count, count))
    for one in range(count):
        arc = np.flatnonzero(net[one] > 0)
        both = net[:, arc] + net[one, arc]
        over[one] = np.maximum(both - room[arc], 0.0).sum(axis=1)
        high = (1.0 - patcher.last_share) * (load[arc] + both)
        clash[one] |= (high > patcher.room_tbps[arc] + SAME_TBPS).any(axis=1)
    unknown = np.array([not patch.settled for patch in patches])
    clash |= clash.T | unknown[:, None] | unknown[None, :]
    np.fill_diagonal(clash, True)
    return np.where(clash, np.inf, np.maximum(over, over.T))


def _taken_twice(patcher: Patcher, owner: NDArray[np.int64], cell: NDArray[np.int64],
                 change: Floats, count: int) -> Flags:
    """(U, U) whether two patches together take more of a flow than there is."""
    less = change < 0
    places, column = np.unique(cell[less], return_inverse=True)
    taken = np.zeros((count, len(places)))
    taken[owner[less], column] = -change[less]
    limit = patcher.flow.ravel()[places] + SAME_TBPS
    out = np.zeros((count, count), bool)
    for one in range(count):
        mine = np.flatnonzero(taken[one])
        out[one] = (taken[:, mine] + taken[one, mine] > limit[mine]).any(axis=1)
    return out
