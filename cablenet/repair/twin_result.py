"""`YearTwin`: what simulated years tell: waits, repair times, busy ships, and how sure that is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cablenet.errors import InputError, MismatchError
from cablenet.hazards.durations import RepairDurations, durations_from_quantiles
from cablenet.hazards.timeline import HOURS_A_YEAR
from cablenet.network import Network
from cablenet.repair.fleet import Ship
from cablenet.repair.queue_kernel import QueueCase, Served
from cablenet.risk import half_width

Floats = NDArray[np.float64]
SATURATED = 0.85
"""Share of the time at which an agreement's ships count as near saturation (assumed): at 0.85 the
wait of one server is already 5.7 times its work (M/M/1: u / (1 - u))."""
BATCHES = 20
T_95 = 2.093
"""Student's t, 19 degrees of freedom, two-sided 95 %."""


def mean_and_half_width(per_year: Floats) -> tuple[float, float]:
    """Mean of (Y,) yearly values and half of its 95 % interval (infinite for one year)."""
    return float(per_year.mean()), float(half_width(per_year[:, None])[0])


@dataclass(frozen=True, eq=False)
class YearTwin:
    """Simulated years of one policy.

    Attributes
    ----------
    faults
        one row a fault, the warm-up too, in the order in which they were located
    case, served
        the queue and what became of it
    """

    net: Network
    years: int
    seed: int
    ships: tuple[Ship, ...]
    agreements: tuple[str, ...]
    case: QueueCase
    served: Served
    faults: pd.DataFrame
    warm_up_h: float
    routed: bool
    mutual_aid: bool

    def __repr__(self) -> str:
        one = self.summary()
        return (f"<YearTwin: {self.years} years, {one['faults_per_year']:.1f} faults a year, "
                f"{len(self.ships)} ships: restored after {one['median_days']:.1f} days "
                f"(median), {one['mean_days']:.1f} +- {one['mean_days_half_width']:.1f} (mean)>")

    @cached_property
    def counted(self) -> NDArray[np.bool_]:
        """(F,) faults of the years asked for, that a ship serves."""
        start = self.faults["start_h"].to_numpy(float)
        return np.asarray((start >= self.warm_up_h) & (self.served.ship >= 0))

    @cached_property
    def outage_days(self) -> Floats:
        """(F,) from fault to restored; infinite where no ship may ever come."""
        return np.asarray(
            (self.served.done_h - self.faults["start_h"].to_numpy(float)) / 24.0, np.float64)

    @cached_property
    def spares_h(self) -> Floats:
        """(F,) hours that each waited for spares, from when a ship might have been called."""
        return np.asarray(np.maximum(self.served.stocked_h - self.case.call_h, 0.0), np.float64)

    def to_frame(self) -> pd.DataFrame:
        """One row a served fault of the years asked for: its place, ship and stages in days."""
        rows = np.flatnonzero(self.counted)
        case, served, day = self.case, self.served, 24.0
        start = self.faults["start_h"].to_numpy(float)
        known = self.faults["known_h"].to_numpy(float)
        return pd.DataFrame({
            "year": ((start[rows] - self.warm_up_h) / HOURS_A_YEAR).astype(int),
            "segment_id": self.faults["segment_id"].to_numpy(object)[rows],
            "cause": self.faults["cause"].to_numpy(object)[rows],
            "lon": self.faults["lon"].to_numpy(float)[rows],
            "lat": self.faults["lat"].to_numpy(float)[rows],
            "jurisdiction_id": self.faults["jurisdiction_id"].to_numpy(object)[rows],
            "ship_id": np.array([ship.id for ship in self.ships], object)[served.ship[rows]],
            "locate_days": (known - start)[rows] / day,
            "wait_spares_days": self.spares_h[rows] / day,
            "wait_ship_days": (served.called_h - case.call_h - self.spares_h)[rows] / day,
            "sail_days": (served.there_h - served.called_h)[rows] / day,
            "wait_permit_days": (case.call_h - known + served.begin_h - served.there_h)[rows] / day,
            "work_days": case.work_h[rows] / day,
            "test_days": case.test_h[rows] / day,
            "outage_days": self.outage_days[rows],
        })

    def summary(self) -> dict[str, float]:
        """The figures of all years together; half widths are of 95 % intervals (batch means)."""
        days = self.outage_days[self.counted]
        if not len(days):
            raise InputError("no fault of these years was served; ask for more years")
        km = float(self.net.links.length_km[self.net.of_kind("wet")
                                            & self.net.links.in_service].sum())
        start = self.faults["start_h"].to_numpy(float)
        happened = int((start >= self.warm_up_h).sum())
        spares = self.spares_h[self.counted] / 24.0
        wait = (self.served.called_h - self.case.call_h)[self.counted] / 24.0 - spares
        mean, half = self._interval(self.outage_days)
        return {
            "years": float(self.years), "faults_per_year": happened / self.years,
            "faults_per_1000_km_year": happened / self.years / km * 1000.0,
            "never_served": float(happened - len(days)),
            "median_days": float(np.median(days)), "mean_days": mean,
            "mean_days_half_width": half, "p90_days": float(np.quantile(days, 0.9)),
            "mean_wait_for_ship_days": float(wait.mean()),
            "mean_wait_for_spares_days": float(spares.mean()),
            "waited_for_spares_share": float((spares > 0).mean()),
            "down_at_a_time": float(days.sum() / (self.years * HOURS_A_YEAR / 24.0)),
        }

    def _interval(self, values: Floats) -> tuple[float, float]:
        """Mean over counted faults and its half width, from means of equal runs of years."""
        rows = np.flatnonzero(self.counted)
        if len(rows) < 2 * BATCHES:
            return float(values[rows].mean()), math.inf
        means = np.array([values[part].mean() for part in np.array_split(rows, BATCHES)])
        return float(values[rows].mean()), float(T_95 * means.std(ddof=1) / math.sqrt(BATCHES))

    def by_ship(self) -> pd.DataFrame:
        """One row a ship: repairs a year and the share of its time that it is called."""
        whole = self.years * HOURS_A_YEAR + self.warm_up_h
        jobs = np.bincount(self.served.ship[self.served.ship >= 0], minlength=len(self.ships))
        return pd.DataFrame({
            "ship_id": [ship.id for ship in self.ships],
            "ship": [ship.name for ship in self.ships],
            "zones": [", ".join(sorted(ship.zones)) for ship in self.ships],
            "repairs_per_year": jobs / (whole / HOURS_A_YEAR),
            "busy_share": self.served.busy_h / whole,
        })

    def by_agreement(self) -> pd.DataFrame:
        """One row an agreement: its faults, ships, how busy they are, waits and repair times."""
        group = np.minimum(self.case.group, len(self.agreements))
        busy = self.by_ship()["busy_share"].to_numpy(float)
        wait = (self.served.called_h - self.case.call_h) / 24.0
        rows = []
        for number, name in enumerate(self.agreements):
            mine = self.counted & (group == number)
            if not mine.any():
                continue
            under = np.isfinite(self.case.charter_h[:, number])
            rows.append({
                "agreement": name or "(none)", "faults_per_year": mine.sum() / self.years,
                "ships": int(under.sum()),
                "busy_share": float(busy[under].mean()) if under.any() else math.nan,
                "mean_wait_days": float(wait[mine].mean()),
                "p95_wait_days": float(np.quantile(wait[mine], 0.95)),
                "median_days": float(np.median(self.outage_days[mine])),
                "mean_days": float(self.outage_days[mine].mean()),
            })
        return pd.DataFrame(rows).sort_values("faults_per_year", ascending=False,
                                              ignore_index=True)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Agreements whose ships are near saturation, and faults that nobody may ever mend."""
        table = self.by_agreement()
        found = [f"{name}: its {ships} ships are busy {busy:.0%} of the time; waits grow without "
                 "measure near 100 %" for name, ships, busy in zip(
                     table["agreement"], table["ships"], table["busy_share"].astype(float),
                     strict=True) if busy > SATURATED]
        never = int(self.summary()["never_served"])
        if never:
            found.append(f"{never} faults are never mended: permits refused, or no way by sea")
        if not self.routed:
            found.append("distances at sea are assumed: 1.2 x the great circle")
        return tuple(found)

    def durations(self, quantiles: int = 101) -> RepairDurations:
        """The time from fault to restored, as the sweeps' risk figures take it.

        Raises
        ------
        InputError
            fewer than two quantiles asked for
        """
        if quantiles < 2:
            raise InputError(f"{quantiles} quantiles make no distribution; ask for at least 2")
        shares = np.linspace(0.0, 1.0, quantiles)
        hours = np.quantile(self.outage_days[self.counted] * 24.0, shares)
        return durations_from_quantiles(
            shares, hours, f"{int(self.counted.sum())} simulated repairs of {self.years} years, "
                           f"seed {self.seed}, {len(self.ships)} ships")

    def compare(self, other: YearTwin) -> dict[str, float]:
        """Days of outage a year that the other policy saves, with a 95 % interval, paired by year.

        Raises
        ------
        MismatchError
            the two did not face the same years
        """
        if (self.seed, self.years, len(self.faults)) != (other.seed, other.years,
                                                         len(other.faults)):
            raise MismatchError("these simulations faced other years; use the same network, seed "
                                "and number of years for both")
        mean, half = mean_and_half_width(self.down_days - other.down_days)
        return {"outage_days_saved_per_year": mean, "half_width": half}

    @cached_property
    def down_days(self) -> Floats:
        """(Y,) days of outage of the faults of each year, over those that a ship serves."""
        start = self.faults.sort_index()["start_h"].to_numpy(float)
        year = np.clip(((start - self.warm_up_h) / HOURS_A_YEAR).astype(int), 0, self.years - 1)
        days = np.where(self.counted, self.outage_days, 0.0)
        return np.asarray(np.bincount(year, days, minlength=self.years), np.float64)

    def to_json(self) -> dict[str, Any]:
        """The figures as plain values."""
        return {**self.summary(), "seed": self.seed, "ships": len(self.ships),
                "by_agreement": self.by_agreement().to_dict("records"),
                "by_ship": self.by_ship().to_dict("records"), "warnings": list(self.warnings)}

    def plot(self) -> Any:
        """Where the days go: the mean of each stage by agreement; the matplotlib axes."""
        import matplotlib.pyplot as plt

        frame = self.to_frame()
        names = np.array([name or "(none)" for name in self.agreements], object)
        frame["agreement"] = names[np.minimum(self.case.group[self.counted], len(names) - 1)]
        stages = {"locate_days": "locate", "wait_spares_days": "wait for spares",
                  "wait_ship_days": "wait for a ship",
                  "sail_days": "mobilise and sail", "wait_permit_days": "wait for a permit",
                  "work_days": "work", "test_days": "test"}
        mean = frame.groupby("agreement")[list(stages)].mean()
        mean = mean.loc[mean.sum(axis=1).sort_values().index].rename(columns=stages)
        axes = plt.figure(figsize=(9, 0.45 * len(mean) + 1.6), layout="constrained").add_subplot()
        mean.plot.barh(stacked=True, ax=axes, width=0.75, color=[
            "#bbbbbb", "#aa3377", "#cc3311", "#4477aa", "#ee9933", "#228833", "#dddddd"])
        axes.set(xlabel="mean days from fault to restored", ylabel="")
        axes.legend(frameon=False, fontsize="small", loc="lower right")
        axes.spines[["top", "right"]].set_visible(False)
        return axes
