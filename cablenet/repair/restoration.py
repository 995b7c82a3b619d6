"""`Restoration`: how the network comes back, day by day, as a schedule is carried out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from cablenet.errors import InputError
from cablenet.metrics import METRICS, Options
from cablenet.network import Network, frozen
from cablenet.repair.durations import HOURS_PER_DAY, LOCATE, STATION_WORK
from cablenet.repair.network_value import LEAST_TBPS, NetworkValue, down_on_land, still_lost
from cablenet.scenarios.scenario_set import ScenarioSet, no_faults, recipe
from cablenet.traffic.classes import CLASSES

Ints = NDArray[np.int64]
LABELS = {
    "lost_lit_tbps": "lit capacity down (Tbps)", "links_down": "sections down",
    "isolated_people": "people isolated", "isolated_countries": "countries isolated",
    "unserved_tbps": "demand unserved because of the outage (Tbps)",
}


@dataclass(frozen=True, eq=False)
class Restoration:
    """The curve from the faults (day 0) to the horizon.

    `steps` has one row per change: `day`, what came back, and what is still out from then on.
    `unserved` follows the demand: it solves the flow optimum of every step when first asked for.
    """

    name: str
    steps: pd.DataFrame
    horizon_days: float
    value: NetworkValue = field(repr=False)
    states: tuple[Ints, ...] = field(repr=False)

    def __repr__(self) -> str:
        first, last = self.steps.iloc[0], self.at(self.horizon_days)
        return (f"<Restoration of '{self.name}': {first['lost_lit_tbps']:,.1f} Tbps down on day 0, "
                f"{last['lost_lit_tbps']:,.1f} on day {self.horizon_days:g}; "
                f"{self.loss('lost_lit_tbps'):,.0f} Tbps-days, "
                f"{self.loss('isolated_people'):,.0f} person-days isolated>")

    def at(self, day: float) -> pd.Series:
        """What is out on a day (0 or later)."""
        return self.steps[self.steps["day"] <= day].iloc[-1]

    def loss(self, column: str) -> float:
        """The area under one column up to the horizon: its unit times days."""
        days = np.append(self.steps["day"].to_numpy(float), np.inf).clip(max=self.horizon_days)
        return float((np.diff(days) * self.steps[column].to_numpy(float)).sum())

    @cached_property
    def unserved(self) -> pd.DataFrame:
        """Demand newly unserved by step, country and class, Tbps, where there is any.

        Columns `day`, `country`, `class`, `unserved_tbps`: what the outage adds to what is unserved
        with nothing failed. Rows below a megabit a second are left out.
        """
        case, rows = self.value.case, []
        code = case.net.country_id[case.country]
        before = case.by_class(self.value.solver.intact.unserved_tbps)
        for day, state in zip(self.steps["day"], self.states, strict=True):
            more = case.by_class(self.value.optimum(state).unserved_tbps) - before
            table = pd.DataFrame(more, columns=[row.name for row in CLASSES]).groupby(code).sum()
            long = table.rename_axis("country").reset_index().melt(
                "country", var_name="class", value_name="unserved_tbps")
            long = long[long["unserved_tbps"] > LEAST_TBPS]
            rows.append(long.assign(day=float(day)))
        return pd.concat(rows, ignore_index=True)[["day", "country", "class", "unserved_tbps"]]

    @cached_property
    def with_traffic(self) -> Restoration:
        """The same with a column `unserved_tbps` in its steps."""
        total = self.unserved.groupby("day")["unserved_tbps"].sum()
        steps = self.steps.assign(unserved_tbps=self.steps["day"].map(total).fillna(0.0))
        return replace(self, steps=steps)

    def service_days(self, level: float = 0.95) -> pd.DataFrame:
        """Per country that loses demand: when this share of what it asks is served again for good.

        Columns `country`, `demand_tbps`, `most_unserved_tbps`, `day` (0: never below; infinite: not
        within this plan).

        Raises
        ------
        InputError
            a level outside 0 to 1
        """
        _check_level(level)
        left = np.stack([self.value.newly_unserved(state) for state in self.states])
        days = np.append(self.steps["day"].to_numpy(float), np.inf)
        rows = []
        for country in np.flatnonzero(left.max(axis=0) > LEAST_TBPS):
            row, demand = left[:, country], float(self.value.demand_by_country[country])
            short = np.flatnonzero(row > (1.0 - level) * demand + LEAST_TBPS)
            rows.append((str(self.value.net.country_id[country]), demand, row.max(),
                         days[short[-1] + 1] if len(short) else 0.0))
        return pd.DataFrame(rows, columns=["country", "demand_tbps", "most_unserved_tbps", "day"])

    def by_country(self, level: float = 0.95) -> pd.DataFrame:
        """Every country: what the outage takes from it until the horizon.

        Columns `country`; `unserved_tbps_days`: its demand newly unserved, over time; `days_below`:
        the days that less than this share of its demand is served.

        Raises
        ------
        InputError
            a level outside 0 to 1
        """
        _check_level(level)
        left = np.stack([self.value.newly_unserved(state) for state in self.states])
        days = np.diff(np.append(self.steps["day"].to_numpy(float), np.inf).clip(
            max=self.horizon_days))
        below = left > (1.0 - level) * self.value.demand_by_country + LEAST_TBPS
        return pd.DataFrame({"country": self.value.net.country_id.astype(str),
                             "unserved_tbps_days": days @ left, "days_below": days @ below})

    def to_frame(self) -> pd.DataFrame:
        """One row per change."""
        return self.steps.copy()

    def plot(self, column: str = "lost_lit_tbps") -> Any:
        """The curve as steps; returns the matplotlib axes."""
        import matplotlib.pyplot as plt

        axes = plt.figure(figsize=(8, 3.6), layout="constrained").add_subplot()
        days = np.append(self.steps["day"], self.horizon_days)
        values = np.append(self.steps[column], self.at(self.horizon_days)[column])
        axes.step(days, values, where="post", color="#b2453c")
        axes.fill_between(days, values, step="post", color="#b2453c", alpha=0.15)
        axes.set(xlabel="days after the faults", ylabel=LABELS.get(column, column),
                 xlim=(0, self.horizon_days), ylim=(0, None), title=self.name)
        axes.spines[["top", "right"]].set_visible(False)
        return axes


def _check_level(level: float) -> None:
    if not 0.0 < level <= 1.0:
        raise InputError(f"level is {level}; give a share above 0, up to 1")


def restoration_of(net: Network, outage: ScenarioSet, done_h: pd.DataFrame,
                   horizon_days: float, value: NetworkValue | None = None) -> Restoration:
    """Score the state of the network after each repair.

    A section comes back when its last fault is mended. A link that failed without a fault of its
    own comes back with its cable's power, if that is what it lacked, and else when crews on land
    are done (what hangs on a lost station: assumed 7 days).

    Parameters
    ----------
    done_h
        one row per fault: `link`, `done_h` (infinite where no ship will come) and `label`
    """
    lost = outage.links_lost(0)
    back = done_h.groupby("link")["done_h"].max()
    label = done_h.groupby("link")["label"].first()
    for link in down_on_land(net, lost, back.index.to_numpy(np.int64)).tolist():
        back[link] = float(LOCATE.hours + STATION_WORK.hours)
        label[link] = "land side of lost stations"
    hours = [0.0, *sorted({hour for hour in back if np.isfinite(hour)})]
    states = []
    for hour in hours:
        broken = np.sort(back.index[back > hour].to_numpy(np.int64))
        states.append(still_lost(net, lost, broken))
    section = net.of_kind("wet", "land")
    steps = pd.DataFrame({
        "day": np.array(hours) / HOURS_PER_DAY,
        "restored": ["", *(", ".join(sorted(set(label[back == hour]))) for hour in hours[1:])],
        "links_down": [int(section[state].sum()) for state in states],
        "lost_lit_tbps": [float(np.nansum(net.links.lit_tbps[state[section[state]]]))
                          for state in states],
        **_isolation(net, states),
    })
    return Restoration(outage.names[0], steps, float(horizon_days),
                       value or NetworkValue(net, outage, done_h["link"].tolist()), tuple(states))


def _isolation(net: Network, states: list[Ints]) -> dict[str, NDArray[np.float64]]:
    indptr = np.concatenate([[0], np.cumsum([len(state) for state in states])])
    failed = sp.csr_array((np.ones(int(indptr[-1]), bool), np.concatenate(states), indptr),
                          shape=(len(states), len(net.links)))
    events = ScenarioSet(
        tuple(f"state {i}" for i in range(len(states))), failed,
        frozen(np.full(len(states), np.nan)), no_faults(), recipe("restoration"), net.fingerprint)
    scored = METRICS["isolated"].measure(net, events, Options()).scenario
    return {name: scored[name] for name in ("isolated_countries", "isolated_people")}
