"""`Uncertain`: intervals of every headline, and which unknown moves it most."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from cablenet.errors import UnknownNameError
from cablenet.scoring import Scores

Floats = NDArray[np.float64]
Tried = tuple[float, list[int], float, float]
"""Minus the swing of a group of unknowns, the group, and the headline at its low and high end."""
LEVEL = 0.90
"""Intervals run from the 5th to the 95th percentile of the draws."""
RESAMPLES = 400


@dataclass(frozen=True, eq=False)
class Uncertain:
    """Headlines of every scenario in every draw.

    Attributes
    ----------
    scores
        the scores at the map's own numbers
    unknown, kind
        (K,) names of what was drawn
    quantile
        (N, K) where in its range each unknown lay
    values
        (N, S, H) headlines, in the order of `scores.to_frame()`
    """

    scores: Scores
    unknown: tuple[str, ...]
    kind: tuple[str, ...]
    quantile: Floats
    values: Floats
    seed: int
    _again: Callable[[Floats, str | None], Floats] = field(repr=False)

    def __len__(self) -> int:
        return len(self.values)

    def __repr__(self) -> str:
        return (f"<Uncertain: {len(self.scores)} scenarios, {len(self)} draws of "
                f"{len(self.unknown)} unknowns (seed {self.seed})>")

    def _repr_html_(self) -> str:
        return str(self.to_frame().to_html(index=False))

    def to_frame(self, worst: int = 10) -> pd.DataFrame:
        """One row per scenario and headline.

        Columns: `value` at the map's numbers, `median`, `low` and `high` (5th and 95th percentile
        of the draws), and `among_worst`: the share of draws in which the scenario is among the
        `worst` by this headline and harms somebody.
        """
        frame = self.scores.to_frame()
        low, median, high = np.quantile(self.values, [(1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2], 0)
        order = np.argsort(np.argsort(-self.values, axis=1, kind="stable"), axis=1)
        among = ((order < worst) & (self.values > 0)).mean(axis=0)
        rows = np.repeat(np.arange(len(frame)), frame.shape[1])
        return pd.DataFrame({
            "scenario": frame.index.to_numpy()[rows],
            "column": np.tile(frame.columns.to_numpy(), len(frame)),
            "value": frame.to_numpy(float).ravel(), "median": median.ravel(),
            "low": low.ravel(), "high": high.ravel(), "among_worst": among.ravel()})

    def ranking(self, column: str, scenario: str | None = None, *, top: int = 10,
                tries: int = 200) -> pd.DataFrame:
        """Which unknowns move a headline most.

        `at_low` and `at_high` are the headline with the unknown at its 5th and 95th percentile and
        everything else as on the map; `swing` is how far apart these two and the map's own value
        lie. The largest are found by sequential bifurcation (Bettonvil & Kleijnen 1997): whole
        groups are moved together, and the group that moves the headline most is split again and
        again. Unknowns of one group that pull in opposite directions can hide each other, and
        unknowns that act only together have small swings. `r2` is the squared rank correlation over
        the draws, where everything moves at once, with a bootstrap interval (5 to 95 %); with N
        draws about 1 / N of it is chance.

        Parameters
        ----------
        scenario
            its name; left out: the sum over all scenarios
        tries
            how often the headline may be computed again, twice for each group
        """
        headline = self._headline(self.values, column, scenario)
        middle = float(self._headline(self.scores.to_frame().to_numpy(float)[None], column,
                                      scenario)[0])

        def tried(group: list[int]) -> Tried:
            quantile = np.full((2, len(self.unknown)), np.nan)
            quantile[:, group] = [[(1 - LEVEL) / 2], [(1 + LEVEL) / 2]]
            low, high = (self._moved(row, column, scenario) for row in quantile)
            return min(low, middle, high) - max(low, middle, high), group, low, high

        found = _largest(tried, [[k for k, one in enumerate(self.kind) if one == kind]
                                 for kind in dict.fromkeys(self.kind)], top, tries // 2)
        best = [k for _, (k,), _, _ in found]
        r2, r2_low, r2_high = self._correlation(self.quantile[:, best], headline)
        return pd.DataFrame({
            "unknown": [self.unknown[k] for k in best], "kind": [self.kind[k] for k in best],
            "at_low": [low for *_, low, _ in found], "at_high": [high for *_, high in found],
            "swing": [-minus for minus, *_ in found],
            "r2": r2, "r2_low": r2_low, "r2_high": r2_high})

    def _correlation(self, quantile: Floats, headline: Floats) -> tuple[Floats, Floats, Floats]:
        """(K,) squared rank correlation of (N, K) quantiles with (N,) headlines, and its ends."""
        rng = np.random.default_rng([self.seed, len(self)])
        again = rng.integers(0, len(self), (RESAMPLES, len(self)))
        spread = np.array([_r2(rankdata(quantile[row], axis=0), rankdata(headline[row]))
                           for row in again])
        low, high = np.quantile(spread, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
        return _r2(rankdata(quantile, axis=0), rankdata(headline)), low, high

    def _moved(self, quantile: Floats, column: str, scenario: str | None) -> float:
        values = self._again(quantile, scenario)
        at = list(self.scores.to_frame().columns).index(column)
        return float(values[:, at].sum())

    def _headline(self, values: Floats, column: str, scenario: str | None) -> Floats:
        frame = self.scores.to_frame()
        if column not in frame.columns:
            raise UnknownNameError("column", column, frame.columns)
        one = values[:, :, list(frame.columns).index(column)]
        if scenario is None:
            return np.asarray(one.sum(axis=1))
        if scenario not in frame.index:
            raise UnknownNameError("scenario", scenario, frame.index)
        return np.asarray(one[:, list(frame.index).index(scenario)])


def _largest(tried: Callable[[list[int]], Tried], groups: list[list[int]], top: int,
             budget: int) -> list[Tried]:
    """The `top` single members that `tried` rates largest (its first item is smallest), by
    splitting the largest group in two until `budget` groups have been tried."""
    waiting = [tried(group) for group in groups]
    heapq.heapify(waiting)
    found: list[Tried] = []
    made = len(waiting)
    while waiting and len(found) < top and waiting[0][0] < 0.0:
        best = heapq.heappop(waiting)
        group = best[1]
        if len(group) == 1:
            found.append(best)
        elif made + 2 > budget:
            break
        else:
            made += 2
            half = len(group) // 2
            for part in (group[:half], group[half:]):
                heapq.heappush(waiting, tried(part))
    return sorted(found)


def _r2(x: Floats, y: Floats) -> Floats:
    """(K,) squared correlation of (N, K) ranks with (N,) ranks; 0 where either stands still."""
    x, y = x - x.mean(axis=0), y - y.mean()
    scale = np.sqrt((x ** 2).sum(axis=0) * (y ** 2).sum())
    return np.asarray(np.divide(y @ x, scale, out=np.zeros(x.shape[1]), where=scale > 0) ** 2)
