"""The master program of survival plans: the cheapest candidates that every cut known asks for.

Candidates that cross the same cuts do the same for them, so of each such class only the cheapest
count, as many as any one cut asks for: an optimum over those is an optimum over all. The classes
are made anew for every round, since more cuts tell more candidates apart; nothing is pruned for
good, and tens of thousands of candidates become a few hundred columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cablenet.planning.place_cuts import PlaceCut
from cablenet.planning.star_graph import Cut
from cablenet.solvers import Word, cheapest_cover

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Cover:
    """The candidates chosen (sorted), their cost and the bound proved, in whole units of cost."""

    status: Word
    built: tuple[int, ...]
    cost: int
    bound: int
    seconds: float
    columns: int


def cover(costs: Ints, cuts: Sequence[Cut | PlaceCut], *, refused: Sequence[Sequence[int]] = (),
          limit_s: float) -> Cover:
    """The cheapest choice that keeps all cuts and is no superset of what is refused.

    Of equal candidates the one with the lower number is taken.

    Parameters
    ----------
    costs
        (K,) whole numbers above zero
    refused
        sets of candidates that may not be chosen together: for the next best plans
    """
    rows = [(np.array(cut.crossing, np.int64), cut.least, len(cut.crossing)) for cut in cuts]
    rows += [(np.array(sorted(one), np.int64), 0, len(one) - 1) for one in refused]
    kept = _kept(costs, rows)
    number = np.full(len(costs), -1)
    number[kept] = np.arange(len(kept))
    inside = [(number[members][number[members] >= 0], low, high) for members, low, high in rows]
    word, on, bound, seconds = cheapest_cover(costs[kept], inside, limit_s=limit_s)
    built = tuple(sorted(kept[on].tolist()))
    whole = int(np.ceil(bound - 1e-6)) if np.isfinite(bound) else 0
    spent = int(costs[list(built)].sum())
    return Cover(word, built, spent, min(whole, spent) if built else whole, seconds, len(kept))


def _kept(costs: Ints, rows: Sequence[tuple[Ints, int, int]]) -> Ints:
    """The cheapest candidates of each class, as many as the largest need of any row."""
    if not rows:
        return np.zeros(0, np.int64)
    member = np.zeros((len(costs), len(rows)), bool)
    for r, (members, _, _) in enumerate(rows):
        member[members, r] = True
    most = max(low for _, low, _ in rows)
    useful = np.flatnonzero(member.any(axis=1))
    words = np.packbits(member[useful], axis=1)
    words = np.pad(words, ((0, 0), (0, -words.shape[1] % 8))).view(np.uint64)
    order = np.lexsort((useful, costs[useful], *words.T))
    new = np.ones(len(order), bool)
    new[1:] = (words[order][1:] != words[order][:-1]).any(axis=1)
    start = np.maximum.accumulate(np.where(new, np.arange(len(order)), 0))
    return np.sort(useful[order[np.arange(len(order)) - start < most]])
