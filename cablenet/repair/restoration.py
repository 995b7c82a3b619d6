"""`Restoration`: how the network comes back, day by day, as a schedule is carried out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from cablenet.metrics import METRICS, Options
from cablenet.network import Network, frozen
from cablenet.repair.durations import HOURS_PER_DAY, LOCATE, STATION_WORK
from cablenet.scenarios.dark import dark_links
from cablenet.scenarios.scenario_set import ScenarioSet, no_faults, recipe

Ints = NDArray[np.int64]
LABELS = {
    "lost_lit_tbps": "lit capacity down (Tbps)", "links_down": "sections down",
    "isolated_people": "people isolated", "isolated_countries": "countries isolated",
}


@dataclass(frozen=True, eq=False)
class Restoration:
    """The curve from the faults (day 0) to the horizon.

    `steps` has one row per change: `day`, what came back, and what is still out from then on.
    """

    name: str
    steps: pd.DataFrame
    horizon_days: float

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


def restoration_of(net: Network, outage: ScenarioSet, done_h: pd.DataFrame,
                   horizon_days: float) -> Restoration:
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
    for link in _down_on_land(net, lost, back.index.to_numpy(np.int64)):
        back[link] = float(LOCATE.hours + STATION_WORK.hours)
        label[link] = "land side of lost stations"
    hours = [0.0, *sorted({hour for hour in back if np.isfinite(hour)})]
    states = []
    for hour in hours:
        broken = np.sort(back.index[back > hour].to_numpy(np.int64))
        states.append(np.intersect1d(np.union1d(broken, dark_links(net, broken)), lost))
    section = net.of_kind("wet", "land")
    steps = pd.DataFrame({
        "day": np.array(hours) / HOURS_PER_DAY,
        "restored": ["", *(", ".join(sorted(set(label[back == hour]))) for hour in hours[1:])],
        "links_down": [int(section[state].sum()) for state in states],
        "lost_lit_tbps": [float(np.nansum(net.links.lit_tbps[state[section[state]]]))
                          for state in states],
        **_isolation(net, states),
    })
    return Restoration(outage.names[0], steps, float(horizon_days))


def _down_on_land(net: Network, lost: Ints, hurt: Ints) -> list[int]:
    """Lost links that neither a fault nor darkness explains."""
    explained = np.union1d(hurt, dark_links(net, hurt))
    return [int(link) for link in np.setdiff1d(lost, explained)]


def _isolation(net: Network, states: list[Ints]) -> dict[str, NDArray[np.float64]]:
    indptr = np.concatenate([[0], np.cumsum([len(state) for state in states])])
    failed = sp.csr_array((np.ones(int(indptr[-1]), bool), np.concatenate(states), indptr),
                          shape=(len(states), len(net.links)))
    events = ScenarioSet(
        tuple(f"state {i}" for i in range(len(states))), failed,
        frozen(np.full(len(states), np.nan)), no_faults(), recipe("restoration"), net.fingerprint)
    scored = METRICS["isolated"].measure(net, events, Options()).scenario
    return {name: scored[name] for name in ("isolated_countries", "isolated_people")}
