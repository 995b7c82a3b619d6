"""The worst scenarios seen so far, ties broken by the other columns and then by number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Top:
    """At most n scenarios, the worst first: number (n,), failed units (n, k), values by column."""

    number: Ints
    failed: Ints
    columns: Mapping[str, Array]

    def merged(self, other: Top, n: int) -> Top:
        """The n worst of both."""
        return top_of(
            np.concatenate([self.number, other.number]),
            np.concatenate([self.failed, other.failed]),
            {name: np.concatenate([values, other.columns[name]])
             for name, values in self.columns.items()}, n)

    def arrays(self) -> dict[str, Array]:
        """The same as named arrays of a tally."""
        return {"top:number": self.number, "top:failed": self.failed,
                **{f"top:{i}:{name}": values
                   for i, (name, values) in enumerate(self.columns.items())}}

    @staticmethod
    def of_arrays(arrays: Mapping[str, Array]) -> Top:
        """From the named arrays of a tally."""
        named = sorted((int(key.split(":")[1]), key) for key in arrays if key.count(":") == 2)
        return Top(arrays.get("top:number", np.empty(0, np.int64)),
                   arrays.get("top:failed", np.empty((0, 1), np.int64)),
                   {key.split(":")[2]: arrays[key] for _, key in named})


def top_of(number: Ints, failed: Ints, columns: Mapping[str, Array], n: int) -> Top:
    """The n worst scenarios: by the first column, ties by the next ones, then by number."""
    keys = list(columns.values())
    if len(number) > n and keys:
        bound = np.partition(keys[0], len(number) - n)[len(number) - n]
        some = np.flatnonzero(keys[0] >= bound)
    else:
        some = np.arange(len(number))
    order = np.lexsort([number[some], *[-values[some] for values in reversed(keys)]])[:n]
    best = some[order]
    return Top(number[best], failed[best], {name: values[best] for name, values in columns.items()})
