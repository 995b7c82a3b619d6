"""Patches: how the traffic of a failure can be carried without moving anything else.

A patch keeps the intact optimum where the failure leaves it alone. What ran over lost arcs is
missing behind them and stuck before them; for one aim after another, ways over the room that is
left (and against the aim's own flow, which cancels it) join what is stuck to what is missing, as
much of it as the room allows (`cablenet.kernels.mending`, or `joining` without numba). Where all of
it fits, everybody who is still connected is served: no answer serves more, so the failure is
settled without a linear program. Where some does not fit, what stays stuck bounds from above what
the optimum leaves unserved, as long as it is of the last level; where it is more, the higher levels
may push last-level traffic of others aside, and that counts as unserved too.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cablenet.kernels.jit import HAS_COMPILER
from cablenet.kernels.mending import around_nodes, mend, parts_left
from cablenet.traffic.joining import LargestFlows
from cablenet.traffic.optimum import Optimum
from cablenet.traffic.problem import Outage

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
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
    cell, change_tbps
        (K,) places in the (R, A) flows that change, and by how much
    """

    cut: Flags
    stuck_tbps: float
    most_tbps: float
    cell: Ints
    change_tbps: Floats

    @property
    def settled(self) -> bool:
        """Whether everybody still connected is served, to a millionth of a Tbps."""
        return self.stuck_tbps <= SETTLED_TBPS


def short(answer: Optimum) -> bool:
    """Whether some demand goes without although its ends hang together."""
    return bool(answer.proofs[-1].price.any())


@dataclass(frozen=True, eq=False)
class _Joined:
    """Stuck Tbps of each aim, what was pushed aside, the room left, (R, A) change of flow."""

    stuck_of: Floats
    aside_tbps: float
    room: Floats
    change: Floats

    @property
    def stuck_tbps(self) -> float:
        return float(self.stuck_of.sum())


class Patcher:
    """Makes patches of one optimum: the intact one, or that of a failure which loses more now.

    It knows no refusals, and the room of arcs may only be lost: see `Patcher.fits`.

    Attributes
    ----------
    intact
        the optimum it came from
    flow, room_tbps, room
        (R, A) flow, (A,) what an arc can carry, and what of it is left
    cut_before
        (D,) demands without any way before the failure
    last_share
        of what is sent, at least this share is of the last level, whatever the demand
    short
        whether some demand goes without although its ends hang together
    """

    def __init__(self, intact: Optimum) -> None:
        self.intact = intact
        problem = intact.problem
        self.flow = intact.flow_tbps.toarray()
        self.room = intact.outage.room_tbps - self.flow.sum(axis=0)
        self.room_tbps = intact.outage.room_tbps
        graph = problem.tail, problem.head
        if HAS_COMPILER:
            around = around_nodes(problem.n_nodes, *graph)
            self._mend: Callable[..., Any] = partial(mend, *around, *graph)
            self._parts_left: Callable[[Flags], Ints] = partial(parts_left, *around, *graph)
        else:
            largest = LargestFlows(problem.n_nodes, *graph)
            self._mend, self._parts_left = largest.mend, largest.parts_left
        self.short = short(intact)
        served = intact.served_tbps
        self._sent = served.sum(axis=1)
        share = problem.tbps[:, -1] / problem.tbps.sum(axis=1)
        self._share = float(share.min(initial=1.0))
        self._mixed = served[:, -1] >= self._share * self._sent - 1e-9
        self.last_share = self._share if self._mixed.all() else 0.0
        self.cut_before = self.cut(intact.outage.lost)

    def after(self, patch: Patch, outage: Outage) -> Patcher:
        """Makes patches of a patched flow, in which everybody still connected is served."""
        if not patch.settled or self.short:
            raise ValueError("only a patch that serves everybody still connected can be patched")
        out = copy(self)
        flow = self.flow.copy()
        flow.ravel()[patch.cell] += patch.change_tbps
        out.flow = np.where(outage.lost, 0.0, np.maximum(flow, 0.0))
        out.room_tbps, out.cut_before = outage.room_tbps, patch.cut
        out.room = outage.room_tbps - out.flow.sum(axis=0)
        out.__dict__.pop("_last_flow", None)
        return out

    def along(self, flow_tbps: Floats) -> Patcher:
        """Makes patches of another flow (R, A) that serves the same within the same room."""
        out = copy(self)
        out.flow = np.maximum(flow_tbps, 0.0)
        out.room = self.room_tbps - out.flow.sum(axis=0)
        out.__dict__.pop("_last_flow", None)
        return out

    @property
    def beyond_tbps(self) -> float:
        """What goes without beyond what is cut off, before the failure."""
        left = self.intact.unserved_tbps.sum(axis=1)
        return float(left[~self.cut_before].sum()) if self.short else 0.0

    def tells(self, patch: Patch) -> bool:
        """Whether the optimum leaves no more than what is cut off, `beyond_tbps` and `most_tbps`.

        Where some go without although connected, the room that newly cut demand leaves behind
        might help them. It does not where that demand pays nothing under the optimum's prices:
        then the prices prove that all levels are still served best.
        """
        newly = patch.cut & ~self.cut_before
        return not self.short or not any(
            proof.distance[newly].any() for proof in self.intact.proofs)

    @staticmethod
    def fits(intact: Optimum) -> bool:
        """Whether patches of this optimum settle anything: no refusals, all connected served."""
        return len(intact.problem.refused) == 1 and not short(intact)

    def cut(self, lost: Flags) -> Flags:
        """(D,) demands without any way left."""
        problem = self.intact.problem
        part = self._parts_left(lost)
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
        cell = np.flatnonzero(best.change)
        return Patch(cut, best.stuck_tbps, most, cell, best.change.ravel()[cell])

    def serves(self, outage: Outage) -> bool:
        """Whether a patch serves everybody still, told in one try: nobody is cut off either."""
        lost = outage.lost
        if (self.cut(lost) & ~self.cut_before).any():
            return False
        less = np.where(lost[None, :], self.flow, 0.0)
        touched = np.flatnonzero(less.any(axis=1))
        order = touched[np.argsort(-less[touched].sum(axis=1), kind="stable")].tolist()
        room = np.where(lost, 0.0, self.room)
        return self._in_turn(order, lost, np.zeros(0, np.int64), room).stuck_tbps <= SETTLED_TBPS

    def _most(self, joined: _Joined, order: list[int], lost: Flags, newly: Ints,
              room: Floats) -> float:
        """See `Patch.most_tbps`.

        Every demand's last level is at least a share of it. First the rest of all traffic is
        joined, and may push that share of what runs elsewhere aside: a Tbps that does so on n arcs
        costs at most n. If nothing stays stuck, all other levels are served; then the share is
        joined as far as it goes. Demands that go without some of their last level count as of
        other levels wholly.
        """
        if joined.stuck_tbps <= SETTLED_TBPS:
            return joined.stuck_tbps
        last = self._last_flow
        sent = np.where(self._mixed, self._share, 0.0) * self._sent
        yielding = np.where(lost, 0.0, last.sum(axis=0))
        first = self._in_turn(order, lost, newly, room, (self.flow - last, self._sent - sent),
                              yielding)
        if first.stuck_tbps > SETTLED_TBPS:
            return np.inf
        rest = self._in_turn(order, lost, newly, first.room, (last, sent))
        return rest.stuck_tbps + first.aside_tbps

    @cached_property
    def _last_flow(self) -> Floats:
        """(R, A) a part of the flow that is of the last level alone."""
        own = np.flatnonzero(~self._mixed & (self._sent > 0))
        if not len(own):
            return self._share * self.flow
        full = np.zeros(len(self.room))
        aims = np.unique(self.intact.problem.aims[2][own]).tolist()
        without = self._in_turn(aims, full > 0, own, full)
        return np.asarray(self._share * np.maximum(self.flow + without.change, 0.0))

    def _in_turn(self, order: list[int], lost: Flags, newly: Ints, room: Floats,
                 part: tuple[Floats, Floats] | None = None,
                 yielding: Floats | None = None) -> _Joined:
        """Join surplus and deficit of one aim after another, of all traffic or of a part of it:
        (R, A) its flow and (D,) what of each demand it sends.

        `yielding` (A,) is room that may be taken from others where no other is left.
        """
        problem = self.intact.problem
        target, _, aim = problem.aims
        flow, sent = part or (self.flow, self._sent)
        room = room.copy()
        change, stuck_of = np.zeros_like(flow), np.zeros(len(target))
        aside = self._mend(
            target, flow, np.flatnonzero(lost), np.array(order, np.int64), aim[newly],
            problem.source[newly], sent[newly], room,
            np.zeros_like(room) if yielding is None else yielding.copy(), change, stuck_of)
        return _Joined(stuck_of, float(aside), room, change)
