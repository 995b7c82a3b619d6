"""Combinations by number: the k-subsets of n things in lexicographic order, any stretch of them."""

from __future__ import annotations

from math import comb

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def combination(n: int, k: int, rank: int) -> list[int]:
    """The k-subset of 0..n-1 that stands at place `rank` of the lexicographic order."""
    out, low = [], 0
    for left in range(k, 0, -1):
        while (skipped := comb(n - low - 1, left - 1)) <= rank:
            rank -= skipped
            low += 1
        out.append(low)
        low += 1
    return out


def combinations_between(n: int, k: int, start: int, stop: int) -> Ints:
    """(stop - start, k) subsets of 0..n-1 at places start..stop of the lexicographic order.

    Subsets that share all but their last member stand side by side, so a stretch is made of runs:
    the runs are found one level up, in the same way.
    """
    if stop <= start:
        return np.empty((0, k), np.int64)
    if k == 1:
        return np.arange(start, stop)[:, None]
    first = combination(n, k, start)[:-1]
    last = combination(n, k, stop - 1)[:-1]
    heads = _between(n - 1, k - 1, first, last)
    width = n - 1 - heads[:, -1]
    before = start - _rank(n, k, [*first, first[-1] + 1])
    ends = np.cumsum(width)
    run = np.repeat(np.arange(len(heads)), width)
    tail = np.arange(int(ends[-1])) - np.repeat(ends - width, width) + heads[run, -1] + 1
    found = np.column_stack([heads[run], tail])
    return found[before:before + stop - start]


def rank_of(n: int, subset: list[int]) -> int:
    """The place of a subset in the lexicographic order."""
    return _rank(n, len(subset), subset)


def ranks_of(n: int, subsets: Ints) -> Ints:
    """(M,) places of (M, k) ascending subsets in the lexicographic order."""
    k = subsets.shape[1]
    ways = np.array([[comb(m, left) for m in range(n + 1)] for left in range(k + 1)])
    low = np.column_stack([np.zeros(len(subsets), np.int64), subsets[:, :-1] + 1])
    return np.asarray(sum(
        ways[k - i][n - low[:, i]] - ways[k - i][n - subsets[:, i]] for i in range(k)))


def _between(n: int, k: int, first: list[int], last: list[int]) -> Ints:
    """Subsets from `first` to `last`, both included."""
    return combinations_between(n, k, _rank(n, k, first), _rank(n, k, last) + 1)


def _rank(n: int, k: int, subset: list[int]) -> int:
    rank, low = 0, 0
    for left, item in zip(range(k, 0, -1), subset, strict=True):
        rank += comb(n - low, left) - comb(n - item, left)
        low = item + 1
    return rank
