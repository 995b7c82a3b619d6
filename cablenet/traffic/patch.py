"""Patches: how the traffic of a failure can be carried without moving anything else.

A patch keeps the intact optimum where the failure leaves it alone. What ran over lost arcs is
missing behind them and stuck before them; for one aim after another, a largest flow over the room
that is left (and against the aim's own flow, which cancels it) joins what is stuck to what is
missing. Where all of it fits, everybody who is still connected is served: no answer serves more,
so the failure is settled without a linear program. Where some does not fit, what stays stuck bounds
from above what the optimum leaves unserved, as long as it is of the last level; where it is more,
the higher levels may push last-level traffic of others aside, and that counts as unserved too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from cablenet.solvers import FlowNetwork
from cablenet.traffic.optimum import Optimum
from cablenet.traffic.problem import Outage

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
UNIT = 1e9
"""Largest flows count in whole kbps; room is rounded down and traffic up, so a patch fits."""
SETTLED_TBPS = 1e-6
TRIES = 3
"""How many orders of the aims are tried: those that got stuck go first in the next."""


@dataclass(frozen=True, eq=False)
class Patch:
    """What a failure does to the intact flow.

    Attributes
    ----------
    cut
        (D,) demands whose ends no longer hang together
    stuck_tbps
        what found no way, beyond what is cut
    most_tbps
        the optimum leaves no more than this unserved beyond what is cut; inf where the patch
        cannot show that all levels but the last are served
    more, less
        (R, A) Tbps added to and taken from each aim's flow
    """

    cut: Flags
    stuck_tbps: float
    most_tbps: float
    more: sparse.csr_array
    less: sparse.csr_array

    @property
    def settled(self) -> bool:
        """Whether everybody still connected is served, to a millionth of a Tbps."""
        return self.stuck_tbps <= SETTLED_TBPS


def short(answer: Optimum) -> bool:
    """Whether some demand goes without although its ends hang together."""
    return bool(answer.proofs[-1].price.any())


@dataclass(frozen=True, eq=False)
class _Joined:
    """Stuck Tbps of each aim, what was pushed aside for it, the room left, changes of flow."""

    stuck_of: Floats
    aside_tbps: float
    room: Floats
    more: Floats
    less: Floats

    @property
    def stuck_tbps(self) -> float:
        return float(self.stuck_of.sum())


class Patcher:
    """Makes patches of one optimum: the intact one, or that of a failure which loses more now.

    It knows no refusals, and the room of arcs may only be lost: see `Patcher.fits`.
    """

    def __init__(self, intact: Optimum) -> None:
        self.intact = intact
        problem = intact.problem
        self.flow = intact.flow_tbps.toarray()
        self.room = intact.outage.room_tbps - self.flow.sum(axis=0)
        nodes = problem.n_nodes
        self._source, self._sink = nodes, nodes + 1
        every = np.arange(nodes)
        self._tails = np.concatenate([problem.tail, problem.head, np.full(nodes, nodes), every])
        self._heads = np.concatenate([problem.head, problem.tail, every, np.full(nodes, nodes + 1)])
        self._network = FlowNetwork(self._tails, self._heads)
        last = problem.tbps[:, -1] / problem.tbps.sum(axis=1)
        self._last_share = float(last.min(initial=1.0))
        self._short = short(intact)
        self.cut_before = self.cut(intact.outage.lost)

    @staticmethod
    def fits(intact: Optimum) -> bool:
        """Whether patches of this optimum settle anything: no refusals, all connected served."""
        return len(intact.problem.refused) == 1 and not short(intact)

    def cut(self, lost: Flags) -> Flags:
        """(D,) demands without any way left."""
        problem = self.intact.problem
        left = ~lost
        graph = sparse.coo_array(
            (np.ones(int(left.sum()), bool), (problem.tail[left], problem.head[left])),
            shape=(problem.n_nodes, problem.n_nodes))
        part = connected_components(graph, directed=False)[1]
        return np.asarray(part[problem.source] != part[problem.target])

    def patch(self, outage: Outage, enough_tbps: float = 0.0) -> Patch:
        """Patch one failure; room may only be lost, arcs with their reverse.

        The search ends early where `most_tbps` comes to no more than `enough_tbps`.
        """
        problem, lost = self.intact.problem, outage.lost
        cut = self.cut(lost)
        newly = np.flatnonzero(cut & ~self.cut_before)
        aim = problem.aims[2]
        less = np.where(lost[None, :], self.flow, 0.0)
        touched = np.union1d(np.flatnonzero(less.any(axis=1)), aim[newly])
        order = touched[np.argsort(-less[touched].sum(axis=1), kind="stable")].tolist()
        room = np.where(lost, 0.0, self.room)
        best = self._in_turn(order, lost, newly, room)
        most = self._most(best, order, lost, newly, room)
        for _ in range(TRIES - 1):
            if best.stuck_tbps <= SETTLED_TBPS or most <= enough_tbps:
                break
            order.sort(key=lambda row: best.stuck_of[row] == 0)
            again = self._in_turn(order, lost, newly, room)
            best = min(best, again, key=lambda one: one.stuck_tbps)
            most = min(most, self._most(again, order, lost, newly, room))
        return Patch(cut, best.stuck_tbps, most, sparse.csr_array(best.more),
                     sparse.csr_array(best.less))

    def _most(self, joined: _Joined, order: list[int], lost: Flags, newly: Ints,
              room: Floats) -> float:
        """See `Patch.most_tbps`.

        Every demand's last level is at least `_last_share` of it. First the rest of all traffic is
        joined, and may push that share of what runs elsewhere aside: a Tbps that does so on n arcs
        costs at most n. If nothing stays stuck, all other levels are served; then the share is
        joined as far as it goes.
        """
        if joined.stuck_tbps <= SETTLED_TBPS:
            return joined.stuck_tbps
        if self._short:
            return np.inf
        share = self._last_share
        yielding = np.where(lost, 0.0, share * self.flow.sum(axis=0))
        first = self._in_turn(order, lost, newly, room, 1.0 - share, yielding)
        if first.stuck_tbps > SETTLED_TBPS:
            return np.inf
        last = self._in_turn(order, lost, newly, first.room, share)
        return last.stuck_tbps + first.aside_tbps

    def _in_turn(self, order: list[int], lost: Flags, newly: Ints, room: Floats,
                 part: float = 1.0, yielding: Floats | None = None) -> _Joined:
        """Join surplus and deficit of one aim after another, of this part of all traffic.

        `yielding` (A,) is room that may be taken from others where no other is left.
        """
        problem = self.intact.problem
        target, _, aim = problem.aims
        aside = 0.0
        more = np.zeros_like(self.flow)
        less = np.where(lost[None, :], part * self.flow, 0.0)
        stuck_of = np.zeros(len(target))
        for row in order:
            taken = less[row]
            mine = newly[aim[newly] == row]
            gain = np.zeros(problem.n_nodes)
            np.add.at(gain, problem.tail, taken)
            np.subtract.at(gain, problem.head, taken)
            np.subtract.at(gain, problem.source[mine], part * problem.tbps[mine].sum(axis=1))
            gain[target[row]] = 0.0
            own = np.where(lost, 0.0, part * self.flow[row])
            left, missing, forward, back = self._join(
                int(target[row]), gain, room, own)
            both = np.minimum(forward, back)
            more[row] += forward - both
            less[row] += back - both
            room = room + np.where(lost, 0.0, back - forward)
            if yielding is not None and left.any():
                left, _, forward, _ = self._join(int(target[row]), left - missing,
                                                 room + yielding, np.zeros_like(room))
                pushed = np.maximum(forward - np.maximum(room, 0.0), 0.0)
                aside += float(pushed.sum())
                yielding = np.maximum(yielding - pushed, 0.0)
                room = room - (forward - pushed)
            stuck_of[row] = left.sum()
        return _Joined(stuck_of, aside, room, more, less)

    def _join(self, target: int, gain: Floats, room: Floats,
              own: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Flow from surplus to deficit; the target takes and gives what is left over.

        Parameters
        ----------
        gain
            (N,) surplus, or deficit below zero
        room, own
            (A,) what may be added, and what may be cancelled

        Returns
        -------
        (N,) what stays stuck and what stays missing, and (A,) forward and cancelled flow, Tbps.
        What is missing without anything stuck is no loss: the flow behind it is trimmed.
        """
        surplus = np.ceil(np.maximum(gain, 0.0) * UNIT - 1e-3).astype(np.int64)
        deficit = np.ceil(np.maximum(-gain, 0.0) * UNIT - 1e-3).astype(np.int64)
        ahead = np.floor(np.maximum(room, 0.0) * UNIT + 1e-3).astype(np.int64)
        against = np.floor(own * UNIT + 1e-3).astype(np.int64)
        give, take = surplus.copy(), deficit.copy()
        give[target], take[target] = deficit.sum(), surplus.sum()
        capacity = np.concatenate([ahead, against, give, take])
        self._network.max_flow(capacity, self._source, self._sink)
        flows = self._network.flows()
        half, nodes = len(room), self.intact.problem.n_nodes
        stuck = surplus - flows[2 * half:2 * half + nodes]
        missing = deficit - flows[2 * half + nodes:]
        stuck[target] = missing[target] = 0
        return (stuck / UNIT, missing / UNIT, flows[:half] / UNIT, flows[half:2 * half] / UNIT)
