"""`Events`: hazards that may strike several links at once, each with how often and what it hits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cablenet.hazards.timeline import CAUSES
from cablenet.network import frozen

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Events:
    """E events and their H possible hits: hits of event e are rows `indptr[e]:indptr[e + 1]`.

    Attributes
    ----------
    name, kind, rate_per_year
        (E,) what it is, number of its cause in `CAUSES`, and how often it comes
    link, probability, km, delay_h, cause
        (H,) the link hit, how likely it fails when the event comes, where along it, how long
        after the event, and of what
    """

    name: NDArray[np.str_]
    kind: NDArray[np.int16]
    rate_per_year: Floats
    indptr: Ints
    link: NDArray[np.int32]
    probability: Floats
    km: NDArray[np.float32]
    delay_h: Floats
    cause: NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.name)

    @property
    def owner(self) -> Ints:
        """(H,) the event of each hit."""
        return np.repeat(np.arange(len(self)), np.diff(self.indptr))

    @property
    def faults_per_event(self) -> Floats:
        """(E,) expected faults when the event comes."""
        return np.asarray(np.bincount(self.owner, self.probability, len(self)), float)

    def faults_per_year(self, *causes: str) -> float:
        """Expected faults a year, of some causes or of all."""
        weight = self.probability * self.rate_per_year[self.owner]
        if causes:
            weight = weight[np.isin(self.cause, [CAUSES.index(name) for name in causes])]
        return float(weight.sum())

    def scaled(self, factor: float, *causes: str) -> Events:
        """The same events with the probabilities of some causes scaled."""
        mine = np.isin(self.cause, [CAUSES.index(name) for name in causes])
        return replace(self, probability=np.where(mine, self.probability * factor,
                                                  self.probability))


def make_events(names: Sequence[str], kind: str, rate_per_year: Floats, owner: Ints, link: Ints,
                probability: Floats, km: Floats, *, delay_h: Floats | None = None,
                cause: NDArray[np.int16] | None = None) -> Events:
    """Events of one kind from a list of hits in any order; events that hit nothing are dropped.

    A link that one event can hit twice by the same cause keeps its likeliest hit.
    """
    delay = np.zeros(len(link)) if delay_h is None else delay_h
    causes = np.full(len(link), CAUSES.index(kind)) if cause is None else cause
    order = np.lexsort((-probability, causes, link, owner))
    order = order[probability[order] > 0]
    first = np.ones(len(order), bool)
    for column in (owner, link, causes):
        first[1:] &= np.diff(column[order]) == 0
    first[1:] = ~first[1:]
    rows = order[first]
    used, owner_now = np.unique(owner[rows], return_inverse=True)
    indptr = np.searchsorted(owner_now, np.arange(len(used) + 1))
    return Events(
        np.array([names[i] for i in used], dtype=np.str_),
        np.full(len(used), CAUSES.index(kind), np.int16), np.asarray(rate_per_year, float)[used],
        indptr.astype(np.int64), link[rows].astype(np.int32), probability[rows].astype(float),
        km[rows].astype(np.float32), delay[rows].astype(float), causes[rows].astype(np.int16))


def join_events(parts: Sequence[Events]) -> Events:
    """Several lists of events as one."""
    if not parts:
        none = np.zeros(0)
        return Events(np.zeros(0, np.str_), none.astype(np.int16), none, np.zeros(1, np.int64),
                      none.astype(np.int32), none, none.astype(np.float32), none,
                      none.astype(np.int16))
    offsets = np.cumsum([0, *(len(part.link) for part in parts)])
    indptr = [part.indptr[:-1] + offset for part, offset in zip(parts, offsets, strict=False)]
    joined = {name: frozen(np.concatenate([getattr(part, name) for part in parts]))
              for name in ("name", "kind", "rate_per_year", "link", "probability", "km",
                           "delay_h", "cause")}
    return Events(indptr=frozen(np.append(np.concatenate(indptr), offsets[-1])), **joined)
