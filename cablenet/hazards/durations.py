"""`RepairDurations`: how long an outage lasts, from fault to restoration, as a distribution."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cablenet.errors import InputError, Problem
from cablenet.network import frozen

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class RepairDurations:
    """Quantiles of the outage in hours; between them the distribution is drawn straight.

    One distribution for all causes: the observations at hand are too few to tell causes apart.

    Attributes
    ----------
    quantile
        (Q,) from 0 to 1, rising
    hours
        (Q,) the outage that this share of faults does not exceed
    note
        where the values come from, in a sentence
    """

    quantile: Floats
    hours: Floats
    note: str = ""

    def __repr__(self) -> str:
        return (f"<RepairDurations: mean {self.mean_h / 24:.1f} days, median "
                f"{np.interp(0.5, self.quantile, self.hours) / 24:.1f}, longest "
                f"{self.longest_h / 24:.1f}>")

    @property
    def mean_h(self) -> float:
        """Mean outage in hours: the area under the quantile function."""
        middle = (self.hours[1:] + self.hours[:-1]) / 2
        return float((np.diff(self.quantile) * middle).sum())

    @property
    def longest_h(self) -> float:
        """The longest outage in hours."""
        return float(self.hours[-1])

    def to_csv(self) -> str:
        """The quantiles as a table that `durations_from_frame` reads."""
        return pd.DataFrame({"quantile": self.quantile, "hours": self.hours}).to_csv(index=False)

    def draw(self, rng: np.random.Generator, n: int) -> Floats:
        """(n,) outages in hours, by inversion."""
        return np.interp(rng.random(n), self.quantile, self.hours)


def durations_from_quantiles(quantile: ArrayLike, hours: ArrayLike,
                             note: str = "") -> RepairDurations:
    """Check and freeze a table of quantiles."""
    shares, values = np.array(quantile, float), np.array(hours, float)
    rising = shares.ndim == 1 and shares.shape == values.shape and len(shares) >= 2 and bool(
        (np.diff(shares) > 0).all() and (np.diff(values) >= 0).all()
        and shares[0] == 0 and shares[-1] == 1 and values[0] >= 0 and values[-1] > 0
        and np.isfinite(values[-1]))
    if not rising:
        raise InputError("repair durations need quantiles that rise from 0 to 1 and as many hours "
                         "that do not fall, the last above 0")
    return RepairDurations(frozen(shares), frozen(values), note)


def constant_duration(hours: float) -> RepairDurations:
    """Every outage lasts the same."""
    return durations_from_quantiles([0.0, 1.0], [hours, hours], f"{hours:g} h, given")


def durations_from_frame(frame: pd.DataFrame, name: str = "repair_durations") -> RepairDurations:
    """Quantiles of a table with columns `quantile` and `hours`."""
    missing = [column for column in ("quantile", "hours") if column not in frame.columns]
    if missing:
        raise InputError([Problem(name, "", column, "is missing",
                                  "give quantile (0 to 1) and hours") for column in missing])
    found = frame.sort_values("quantile", kind="stable")
    return durations_from_quantiles(found["quantile"], found["hours"],
                                    f"{len(found)} observed times from fault to restoration")
