"""Where the scenarios of a sweep come from: every combination of units, or a random sample."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import comb
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cablenet.kernels.combinations import combinations_between

Ints = NDArray[np.int64]
BLOCK = 4096
"""Random scenarios that share one stream of random numbers."""


class Source(Protocol):
    """Numbered scenarios, any stretch of which can be made without the others."""

    @property
    def order(self) -> int:
        """At most so many units fail at once."""

    @property
    def total(self) -> int:
        """How many scenarios there are."""

    def failed(self, start: int, stop: int) -> Ints:
        """(stop - start, order) units that fail in scenarios start..stop; -1 beyond their order."""


@dataclass(frozen=True)
class EveryCombination:
    """All combinations of 1 to `order` of `units`, by size, then lexicographically."""

    units: int
    order: int

    @cached_property
    def per_order(self) -> tuple[int, ...]:
        """How many scenarios each order has, from 1 up."""
        return tuple(comb(self.units, k) for k in range(1, self.order + 1))

    @property
    def total(self) -> int:
        """Scenarios of all orders."""
        return sum(self.per_order)

    def failed(self, start: int, stop: int) -> Ints:
        """See `Source.failed`."""
        rows = [np.empty((0, self.order), np.int64)]
        offset = 0
        for k, count in enumerate(self.per_order, start=1):
            low, high = max(start - offset, 0), min(stop - offset, count)
            if low < high:
                block = np.full((high - low, self.order), -1)
                block[:, :k] = combinations_between(self.units, k, low, high)
                rows.append(block)
            offset += count
        return np.concatenate(rows)


@dataclass(frozen=True)
class RandomCombinations:
    """`total` sets of exactly `order` of `units`, each as likely as any other, with repeats."""

    units: int
    order: int
    total: int
    seed: int

    def failed(self, start: int, stop: int) -> Ints:
        """See `Source.failed`."""
        blocks = [self._block(block) for block in range(start // BLOCK, -(-stop // BLOCK))]
        rows = np.concatenate([np.empty((0, self.order), np.int64), *blocks])
        first = start // BLOCK * BLOCK
        return rows[start - first:stop - first]

    def _block(self, block: int) -> Ints:
        """Distinct units by Floyd's method, all scenarios of a block at once; sorted."""
        rng = np.random.default_rng([self.seed, block])
        chosen = np.full((BLOCK, self.order), -1)
        for k in range(self.order):
            last = self.units - self.order + k
            drawn = rng.integers(0, last + 1, BLOCK)
            taken = (chosen == drawn[:, None]).any(axis=1)
            chosen[:, k] = np.where(taken, last, drawn)
        return np.sort(chosen, axis=1)
