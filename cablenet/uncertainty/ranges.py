"""The range of each number, as a factor of the map's value, and the distribution inside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cablenet.errors import InputError, Problem

Floats = NDArray[np.float64]
Basis = Literal["sourced", "estimated", "assumed"]


@dataclass(frozen=True)
class AssumedRange:
    """Range of a number of which the map says no more than how well it is known."""

    column: str
    basis: Basis
    low: float
    high: float
    note: str


RANGES: tuple[AssumedRange, ...] = (
    AssumedRange("lit_capacity_tbps", "sourced", 0.9, 1.5,
                 "a figure once published is more often outgrown than taken back"),
    AssumedRange("lit_capacity_tbps", "estimated", 0.5, 2.0,
                 "lit share by age of the system: most lie between half and twice"),
    AssumedRange("lit_capacity_tbps", "assumed", 0.3, 3.0, "an order of magnitude in all"),
    AssumedRange("demand_tbps", "sourced", 0.8, 1.3,
                 "used bandwidth reported to the ITU is not quite peak traffic"),
    AssumedRange("demand_tbps", "estimated", 0.4, 2.5,
                 "kbps a user differ by such factors inside one region"),
    AssumedRange("demand_tbps", "assumed", 0.3, 3.0, "an order of magnitude in all"),
)
"""All assumed by us, close to what the shipped atlas gives for most numbers of the kind. They hold
only where the provenance of a map gives no `low` and `high`; a number without any provenance counts
as assumed."""


@dataclass(frozen=True)
class Range:
    """Low and high factor of one number, and how well it is known."""

    low: float
    high: float
    basis: str


class Provenance:
    """The ranges a map gives: by table, id and column, `*` where a whole column has one."""

    def __init__(self, table: pd.DataFrame, assumed: Iterable[AssumedRange]) -> None:
        columns = ("layer", "id", "column", "basis", "low", "high", "range_kind")
        self._rows = {(layer, key, column): (str(basis), float(low), float(high), kind)
                      for layer, key, column, basis, low, high, kind
                      in zip(*(table[name] for name in columns), strict=True)}
        self._assumed = {(row.column, row.basis): row for row in assumed}
        self._problems: list[Problem] = []

    def default(self, column: str, basis: str) -> Range:
        """The assumed range of a number of which only the basis is known."""
        row = self._assumed[column, basis]  # type: ignore[index]  # bases are checked by the map
        return Range(row.low, row.high, basis)

    def range_of(self, layer: str, key: str, column: str, value: float) -> Range:
        """The range of one number of the map."""
        found = self._rows.get((layer, key, column)) or self._rows.get((layer, "*", column))
        if found is None:
            return self.default(column, "assumed")
        basis, low, high, kind = found
        if np.isnan(low) or np.isnan(high):
            return self.default(column, basis)
        if kind == "value":
            low, high = (low / value, high / value) if value > 0 else (1.0, 1.0)
        if not 0.0 <= low <= high < np.inf:
            self._problems.append(Problem(
                "provenance", f"{layer}|{key}|{column}", "low, high", f"{low:g} to {high:g} is no "
                "range", "give 0 <= low <= high"))
        return Range(low, high, basis)

    def refuse_bad(self) -> None:
        """Raise `InputError` with every range that was asked for and is none."""
        if self._problems:
            raise InputError(self._problems)


def hull(ranges: Sequence[Range]) -> Range:
    """The range that holds all of these; the last one says how well it is known."""
    return Range(min(one.low for one in ranges), max(one.high for one in ranges),
                 ranges[-1].basis)


def factor(u: ArrayLike, low: ArrayLike, high: ArrayLike) -> Floats:
    """The quantile `u` of a factor between low and high: triangular on the log, its peak at 1.

    On the log, half and twice are as far away; the peak is where the map's value is, or the end of
    the range next to it. Where low is 0 there is no log, and the triangle is on the plain scale.
    `u` NaN gives 1, the map's value.
    """
    share, bottom, top = np.broadcast_arrays(np.asarray(u, float), np.asarray(low, float),
                                             np.asarray(high, float))
    plain = bottom <= 0.0
    safe_bottom, safe_top = (np.where(plain, 1.0, side) for side in (bottom, top))
    start = np.where(plain, bottom, np.log(safe_bottom))
    end = np.where(plain, top, np.log(safe_top))
    peak = np.clip(np.where(plain, 1.0, 0.0), start, end)
    width = end - start
    rising = share * width < peak - start
    drawn = np.where(rising, start + np.sqrt(np.maximum(share * width * (peak - start), 0.0)),
                     end - np.sqrt(np.maximum((1.0 - share) * width * (end - peak), 0.0)))
    drawn = np.where(width > 0.0, drawn, peak)
    out = np.where(plain, drawn, np.exp(np.where(plain, 0.0, drawn)))
    return np.where(np.isnan(share), 1.0, np.clip(out, bottom, top))
