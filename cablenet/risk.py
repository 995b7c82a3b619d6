"""Risk figures of drawn years: expected annual loss, availability, return periods, intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from cablenet.errors import InputError, UnknownNameError
from cablenet.network import frozen

Floats = NDArray[np.float64]
HOURS_A_YEAR = 8766.0
BATCHES = 20
"""Schmeiser (1982): between 10 and 30 batches lose little; more gain little."""
RETURN_YEARS = (2.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1000.0)


@dataclass(frozen=True, eq=False)
class Risk:
    """What is lost a year, from Y drawn years of K things.

    Attributes
    ----------
    losses
        (Y, K) loss of each year, in `unit`
    labels
        (K,) countries, or whatever loses
    confidence
        of the intervals, 0.95 for 95 %
    """

    losses: Floats
    labels: tuple[str, ...]
    unit: str
    confidence: float = 0.95

    def __repr__(self) -> str:
        return f"<Risk: {len(self.losses)} years, {self.unit}>\n{self.to_frame().head(5)}"

    def _repr_html_(self) -> str:
        return str(self.to_frame().head(20).to_html())

    def to_frame(self) -> pd.DataFrame:
        """One row a label, the largest expected loss first.

        `expected`, `low` and `high` are the mean loss a year and its interval by batch means
        (Law and Kelton 2000, section 9.5): years that follow one another share repairs, batches
        of many years hardly do. `high` is null where no year had a loss: the years drawn cannot
        bound it. Trust intervals of fewer than about ten `years_with_loss` no further than that.
        """
        low, high = mean_interval(self.losses, self.confidence)
        frame = pd.DataFrame({
            "expected": self.losses.mean(axis=0), "low": low, "high": high,
            "worst_year": self.losses.max(axis=0),
            "years_with_loss": (self.losses > 0).sum(axis=0),
        }, index=pd.Index(self.labels, name="label"))
        return frame.sort_values("expected", ascending=False, kind="stable")

    def total(self, label: str = "all") -> Risk:
        """The same for all labels together, year by year."""
        return Risk(frozen(self.losses.sum(axis=1, keepdims=True)), (label,), self.unit,
                    self.confidence)

    def return_periods(self, years: Sequence[float] = RETURN_YEARS,
                       label: str | None = None) -> pd.DataFrame:
        """The annual loss reached once in so many years on average, and its interval.

        The loss of return period T is the quantile 1 - 1/T of the annual loss, read off the
        sorted years by the plotting position i / (Y + 1) (Weibull 1939; Gumbel 1958); null where
        T is beyond the years drawn. The interval lies between two of the sorted years and holds
        for any distribution of independent years (Conover 1999, section 3.2): its ends are
        binomial quantiles of the rank, null where the years drawn leave it open.
        """
        if not all(np.isfinite(year) and year > 1 for year in years):
            raise InputError("return periods are numbers of years above 1")
        chosen = range(len(self.labels)) if label is None else [self._column(label)]
        wanted = np.array(years, float)
        parts = []
        for k in chosen:
            loss, low, high = quantile_interval(np.sort(self.losses[:, k]), 1.0 - 1.0 / wanted,
                                                self.confidence)
            parts.append(pd.DataFrame({
                "label": self.labels[k], "return_period_years": wanted, "loss": loss,
                "low": low, "high": high}))
        return pd.concat(parts, ignore_index=True)

    def plot(self, label: str | None = None) -> Any:
        """The return-period curve of one label (default: the worst); returns matplotlib axes."""
        import matplotlib.pyplot as plt

        name = label or str(self.to_frame().index[0])
        most = len(self.losses) + 1
        years = np.unique(np.round(np.geomspace(1.1, max(most, 1.2), 80), 3))
        curve = self.return_periods(years[years <= most].tolist(), name)
        axes = plt.figure(figsize=(7, 4), layout="constrained").add_subplot()
        top = curve["high"].fillna(float(self.losses[:, self._column(name)].max()))
        axes.fill_between(curve["return_period_years"], curve["low"], top, color="#b2453c",
                          alpha=0.2, linewidth=0, label=f"{self.confidence:.0%} interval")
        axes.plot(curve["return_period_years"], curve["loss"], color="#b2453c", label=name)
        axes.set_xscale("log")
        axes.set_xlabel("return period (years)")
        axes.set_ylabel(f"loss in a year ({self.unit})")
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(frameon=False)
        return axes

    def _column(self, label: str) -> int:
        if label not in self.labels:
            raise UnknownNameError("label", label, self.labels)
        return self.labels.index(label)


@dataclass(frozen=True, eq=False)
class Availability:
    """The share of time that countries, or pairs of them, are joined; Y drawn years, K labels.

    `hours_down` (Y, K) are the hours of each year without.
    """

    hours_down: Floats
    labels: tuple[str, ...]
    confidence: float = 0.95
    hours_a_year: float = HOURS_A_YEAR

    def __repr__(self) -> str:
        return f"<Availability: {len(self.hours_down)} years>\n{self.to_frame().head(5)}"

    def _repr_html_(self) -> str:
        return str(self.to_frame().head(20).to_html())

    def to_frame(self) -> pd.DataFrame:
        """One row a label, the least available first: 1 - hours down / hours, with interval.

        `low` is null where no drawn year had an outage: the years drawn cannot bound it.
        """
        low, high = mean_interval(self.hours_down, self.confidence)
        mean = self.hours_down.mean(axis=0)
        hours = self.hours_a_year
        frame = pd.DataFrame({
            "availability": 1.0 - mean / hours,
            "low": np.clip(1.0 - high / hours, 0.0, 1.0),
            "high": np.clip(1.0 - low / hours, 0.0, 1.0),
            "hours_down_per_year": mean,
            "years_with_outage": (self.hours_down > 0).sum(axis=0),
        }, index=pd.Index(self.labels, name="label"))
        return frame.sort_values("availability", kind="stable")

    def plot(self, n: int = 15) -> Any:
        """The n least available as bars with intervals; returns the matplotlib axes."""
        import matplotlib.pyplot as plt

        table = self.to_frame().head(n)[::-1]
        down = table["hours_down_per_year"]
        reach = np.nan_to_num([down - (1 - table["high"]) * self.hours_a_year,
                               (1 - table["low"]) * self.hours_a_year - down])
        axes = plt.figure(figsize=(8, 0.35 * len(table) + 1.2), layout="constrained").add_subplot()
        axes.barh(table.index, down, xerr=np.maximum(reach, 0.0), color="#b2453c",
                  ecolor="#555555")
        axes.set_xlabel("expected hours a year cut off")
        axes.spines[["top", "right"]].set_visible(False)
        return axes


def annual_risk(losses: ArrayLike, labels: Sequence[str], unit: str, *,
                confidence: float = 0.95) -> Risk:
    """Risk figures of losses by year and label, such as user-hours isolated by country.

    Raises
    ------
    InputError
        fewer than two years, losses that are negative or not numbers, or labels that do not fit
    """
    return Risk(_checked(losses, labels, confidence), tuple(map(str, labels)), unit, confidence)


def availability(hours_down: ArrayLike, labels: Sequence[str], *,
                 confidence: float = 0.95) -> Availability:
    """Availability from the hours of each drawn year (Y, K) in which each label was cut off.

    For pairs of countries give the hours in which the two could not reach one another, and
    labels such as `pair_labels` makes.
    """
    hours = _checked(hours_down, labels, confidence)
    if hours.max(initial=0.0) > HOURS_A_YEAR * (1 + 1e-9):
        raise InputError(f"a year has {HOURS_A_YEAR:g} hours; {hours.max():g} were down")
    return Availability(hours, tuple(map(str, labels)), confidence)


def pair_labels(labels: Sequence[str]) -> tuple[str, ...]:
    """'A-B' for each pair, in the order of `numpy.triu_indices(K, 1)`."""
    first, second = np.triu_indices(len(labels), 1)
    return tuple(f"{labels[i]}-{labels[j]}"
                 for i, j in zip(first.tolist(), second.tolist(), strict=True))


def mean_interval(values: Floats, confidence: float) -> tuple[Floats, Floats]:
    """Interval of the mean of each column by batch means: Student's t over `BATCHES` batches.

    The lower end is at least 0, as losses are; the upper end is NaN where all values are 0.
    """
    mean, half = values.mean(axis=0), half_width(values, confidence)
    high = np.where((values > 0).any(axis=0), mean + half, np.nan)
    return np.maximum(mean - half, 0.0), high


def half_width(values: Floats, confidence: float = 0.95) -> Floats:
    """(K,) half of the interval of the mean of (Y, K) yearly values, by batch means; infinite for
    one year."""
    if len(values) < 2:
        return np.full(values.shape[1], np.inf)
    count = min(BATCHES, len(values))
    batches = [part.mean(axis=0) for part in np.array_split(values, count)]
    weights = np.array([len(part) for part in np.array_split(values[:, :1], count)], float)
    square = (weights[:, None] * (np.array(batches) - values.mean(axis=0)) ** 2).sum(axis=0)
    spread = np.sqrt(square / (count - 1) / len(values))
    return np.asarray(float(stats.t.ppf((1 + confidence) / 2, count - 1)) * spread, np.float64)


def quantile_interval(ordered: Floats, shares: Floats,
                      confidence: float) -> tuple[Floats, Floats, Floats]:
    """Quantiles of sorted values and their distribution-free intervals, NaN where open."""
    n = len(ordered)
    at = shares * (n + 1)
    value = np.where(at <= n, np.interp(at, np.arange(1, n + 1), ordered), np.nan)
    below = np.asarray(stats.binom.ppf((1 - confidence) / 2, n, shares), int)
    above = np.asarray(stats.binom.ppf((1 + confidence) / 2, n, shares), int) + 1
    low = np.where(below >= 1, ordered[np.maximum(below, 1) - 1], 0.0)
    high = np.where(above <= n, ordered[np.minimum(above, n) - 1], np.nan)
    return value, low, high


def _checked(losses: ArrayLike, labels: Sequence[str], confidence: float) -> Floats:
    values = np.array(losses, float)
    if values.ndim != 2 or values.shape[1] != len(labels):
        raise InputError(f"losses are (years, {len(labels)} labels), not {values.shape}")
    if len(values) < 2:
        raise InputError(f"{len(values)} years say nothing about risk; draw at least 2")
    if not (np.isfinite(values) & (values >= 0)).all():
        raise InputError("losses are numbers of at least 0")
    if not 0 < confidence < 1:
        raise InputError(f"a confidence of {confidence:g} makes no sense; give one within 0 and 1")
    return frozen(values)
