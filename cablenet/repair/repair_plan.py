"""`RepairPlan`: which ship mends what and when, why it takes that long, and the proof."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from cablenet.geo import dateline
from cablenet.repair.durations import HOURS_PER_DAY
from cablenet.repair.fleet import Ship
from cablenet.repair.jobs import Job
from cablenet.repair.restoration import Restoration
from cablenet.solvers import Certificate

STAGES = {"wait_ship_days": "#8a8f98", "transit_days": "#3c6fb2", "wait_permit_days": "#d9a441",
          "work_days": "#4a8f5b", "test_days": "#9cc7a5"}
COLUMNS = [
    "job_id", "cable_id", "cable", "segment_id", "link", "lon", "lat", "depth_m",
    "jurisdiction_id", "asked", "weight", "ship_id", "ship", "in_contract", "locate_h", "depart_h",
    "arrive_h", "permit_h", "start_h", "leave_h", "done_h",
]


@dataclass(frozen=True, eq=False)
class RepairPlan:
    """A schedule of repairs.

    Attributes
    ----------
    schedule
        one row per job, in order of completion; hours count from the faults
    not_served
        jobs that no ship may reach, with the reason
    restoration
        how the network comes back
    certificate
        of the weighted completion (sum of weight x days until traffic is back)
    notes
        what had to be assumed
    """

    name: str
    jobs: tuple[Job, ...]
    ships: tuple[Ship, ...]
    schedule: pd.DataFrame
    not_served: pd.DataFrame
    restoration: Restoration
    certificate: Certificate
    notes: tuple[str, ...]

    def __repr__(self) -> str:
        busy = self.schedule["ship_id"].nunique()
        last = float(self.schedule["done_day"].max()) if busy else 0.0
        missing = f", {len(self.not_served)} out of reach" if len(self.not_served) else ""
        return (f"<RepairPlan for '{self.name}': {len(self.schedule)} repairs by {busy} ships, the "
                f"last done on day {last:.1f}{missing} ({self.certificate.status}, gap "
                f"{self.certificate.gap:.2%})>")

    def _repr_html_(self) -> str:
        return str(self.to_frame().to_html(index=False))

    def to_frame(self) -> pd.DataFrame:
        """The schedule in days: who goes where, what is waited for, when traffic is back."""
        return self.schedule[["job_id", "cable", "segment_id", "ship", "depart_day", "arrive_day",
                              "permit_day", "start_day", "done_day", *STAGES, "longest_wait",
                              "in_contract", "asked"]].round(2)

    def to_geo(self) -> gpd.GeoDataFrame:
        """The voyages: one line per job, from the ship's last place (great circles, schematic)."""
        at = {ship.id: (ship.lon, ship.lat) for ship in self.ships}
        place = {job.id: (job.lon, job.lat) for job in self.jobs}
        lines = {}
        voyages = self.schedule.sort_values(["ship_id", "start_h"])
        for ship, job in zip(voyages["ship_id"], voyages["job_id"], strict=True):
            lines[job] = _great_circle(at[ship], place[job])
            at[ship] = place[job]
        shapes = [lines[key] for key in self.schedule["job_id"]]
        return gpd.GeoDataFrame(self.to_frame(), geometry=shapes, crs="EPSG:4326")

    def to_json(self) -> dict[str, Any]:
        """The plan as plain values, the certificate's keys on top."""
        return {
            **self.certificate.to_json(), "objective_unit": "weight x days until traffic is back",
            "name": self.name, "schedule": self.to_frame().to_dict("records"),
            "not_served": self.not_served.to_dict("records"),
            "restoration": self.restoration.to_frame().to_dict("records"),
            "notes": list(self.notes),
        }

    def plot(self) -> Any:
        """A Gantt chart: one bar per job, split into what it waits for; the matplotlib axes."""
        import matplotlib.pyplot as plt

        rows = self.schedule.iloc[::-1]
        axes = plt.figure(figsize=(9, 0.4 * len(rows) + 1.4), layout="constrained").add_subplot()
        left = rows["locate_days"].to_numpy(float)
        names = [f"{cable} ({ship})" for cable, ship in zip(rows["cable"], rows["ship"],
                                                            strict=True)]
        places = np.arange(len(rows))
        for stage, colour in STAGES.items():
            days = rows[stage].to_numpy(float)
            label = stage.removesuffix("_days").replace("_", " for ")
            axes.barh(places, days, left=left, color=colour, label=label)
            left = left + days
        axes.set_yticks(places, names)
        axes.set(xlabel="days after the faults", title=self.name)
        axes.legend(loc="lower right", frameon=False, fontsize="small")
        axes.spines[["top", "right"]].set_visible(False)
        return axes


def schedule_frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """The schedule with its hours also as days, and what each job waited for longest."""
    frame = pd.DataFrame(rows, columns=COLUMNS)
    for name in ("depart", "arrive", "permit", "start", "done"):
        frame[f"{name}_day"] = frame[f"{name}_h"] / HOURS_PER_DAY
    spans = {
        "locate_days": frame["locate_h"], "wait_ship_days": frame["depart_h"] - frame["locate_h"],
        "transit_days": frame["arrive_h"] - frame["depart_h"],
        "wait_permit_days": frame["start_h"] - frame["arrive_h"],
        "work_days": frame["leave_h"] - frame["start_h"],
        "test_days": frame["done_h"] - frame["leave_h"],
    }
    for name, hours in spans.items():
        frame[name] = hours / HOURS_PER_DAY
    words = {"wait_ship_days": "ship", "transit_days": "transit", "wait_permit_days": "permit",
             "work_days": "work"}
    longest = frame[list(words)].astype(float).to_numpy().argmax(axis=1)
    frame["longest_wait"] = np.array(list(words.values()), object)[longest]
    return frame.sort_values(["done_h", "job_id"], ignore_index=True)


def _great_circle(start: tuple[float, float], end: tuple[float, float]) -> Any:
    inner = pyproj.Geod(ellps="WGS84").npts(*start, *end, 30)
    return dateline.cut(dateline.unwrap(shapely.LineString([start, *inner, end])))
