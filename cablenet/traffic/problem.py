"""`FlowProblem`: directed arcs with room and delay, and demands by priority level, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class FlowProblem:
    """What is to be carried over what.

    Attributes
    ----------
    n_nodes
        N
    tail, head
        (A,) nodes of each arc; a link is two arcs
    room_tbps
        (A,) what an intact arc can carry
    delay_ms
        (A,) what an arc adds to a round trip, above zero
    source, target
        (D,) nodes of each demand, never equal
    tbps
        (D, P) demand by priority level; level 0 comes first
    refusal
        (D,) which row of `refused` holds for a demand
    refused
        (B, A) arcs that may not carry a demand of that row; row 0 refuses nothing
    """

    n_nodes: int
    tail: Ints
    head: Ints
    room_tbps: Floats
    delay_ms: Floats
    source: Ints
    target: Ints
    tbps: Floats
    refusal: Ints
    refused: Flags

    def __len__(self) -> int:
        return len(self.source)

    @property
    def levels(self) -> int:
        """P, the number of priority levels."""
        return int(self.tbps.shape[1])

    @cached_property
    def aims(self) -> tuple[Ints, Ints, Ints]:
        """(R,) target and refusal of each aim, and (D,) the aim of each demand.

        Demands of one aim share target and refusals, so their flows may be added up: a flow
        towards one target always splits into paths from its sources.
        """
        keys, aim = np.unique(self.target * len(self.refused) + self.refusal, return_inverse=True)
        return keys // len(self.refused), keys % len(self.refused), aim.astype(np.int64)


@dataclass(frozen=True, eq=False)
class Outage:
    """One state of the arcs: (A,) `room_tbps` of each, and which are `lost` altogether.

    A lost arc has no room; anything else is refused, since it would go on carrying.
    """

    room_tbps: Floats
    lost: Flags

    def __post_init__(self) -> None:
        if np.any(self.room_tbps[self.lost] != 0):
            raise ValueError("an arc that is lost has room left; see `without`")


def intact(problem: FlowProblem) -> Outage:
    """Nothing lost."""
    return Outage(problem.room_tbps, np.zeros(len(problem.tail), bool))


def without(problem: FlowProblem, lost: Flags) -> Outage:
    """These arcs (A,) lost, the others as they are."""
    return Outage(np.where(lost, 0.0, problem.room_tbps), lost)


def plain_problem(n_nodes: int, tail: Ints, head: Ints, room_tbps: Floats, delay_ms: Floats,
                  source: Ints, target: Ints, tbps: Floats) -> FlowProblem:
    """A problem without refusals."""
    return FlowProblem(n_nodes, tail, head, room_tbps, delay_ms, source, target, tbps,
                       np.zeros(len(source), np.int64), np.zeros((1, len(tail)), bool))
