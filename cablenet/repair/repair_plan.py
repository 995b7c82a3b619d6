"""`RepairPlan`: which ship mends what and when, why it takes that long, and the proof."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from cablenet.repair.durations import HOURS_PER_DAY
from cablenet.repair.fleet import Ship
from cablenet.repair.jobs import Job
from cablenet.repair.objective import Objective
from cablenet.repair.restoration import Restoration
from cablenet.repair.service_level import ServiceLevel
from cablenet.repair.spares import NO_SPARES
from cablenet.repair.tracks import tracks_of
from cablenet.repair.under_way import RepairStep
from cablenet.solvers import Certificate

if TYPE_CHECKING:
    from cablenet.repair.finished import RepairBasis

UNITS = {"weighted": "weight x days until traffic is back",
         "demand_days": "Tbps-days of demand unserved"}
STAGES = {"wait_ship_days": "#8a8f98", "load_days": "#8d6bb0",
          "transit_days": "#3c6fb2",
          "wait_permit_days": "#d9a441", "work_days": "#4a8f5b", "test_days": "#9cc7a5"}


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
        of the objective: the sum of weight x days until traffic is back, Tbps-days of demand left
        unserved by the outage, or country-days below a level
    notes
        what had to be assumed
    tracks
        each job's voyage as a line over the sea, by job
    form
        additive: each repair has a worth of its own; coupled: it depends on what else is mended
    parties
        with a fairness rule: what each party loses and how long its lost demand waits
    basis, told
        what the plan was made of, and the steps told to `replan_repairs` since
    """

    name: str
    jobs: tuple[Job, ...]
    ships: tuple[Ship, ...]
    schedule: pd.DataFrame
    not_served: pd.DataFrame
    restoration: Restoration
    certificate: Certificate
    notes: tuple[str, ...]
    tracks: Mapping[str, Any] = field(repr=False)
    objective: Objective = "weighted"
    form: Literal["additive", "coupled"] = "additive"
    parties: pd.DataFrame | None = None
    basis: RepairBasis = field(kw_only=True, repr=False)
    told: tuple[RepairStep, ...] = ()

    def __repr__(self) -> str:
        busy = self.schedule["ship_id"].nunique()
        last = float(self.schedule["done_day"].max()) if busy else 0.0
        missing = f", {len(self.not_served)} out of reach" if len(self.not_served) else ""
        proof = f"{self.form}, {self.certificate.status}, gap {self.certificate.gap:.2%}"
        return (f"<RepairPlan for '{self.name}': {len(self.schedule)} repairs by {busy} ships, the "
                f"last done on day {last:.1f}{missing} ({proof})>")

    def _repr_html_(self) -> str:
        return str(self.to_frame().to_html(index=False))

    def to_frame(self) -> pd.DataFrame:
        """The schedule in days: who goes where, what is waited for, when traffic is back."""
        return self.schedule[["job_id", "cable", "segment_id", "ship", "depot", "depart_day",
                              "arrive_day", "permit_day", "start_day", "done_day", *STAGES,
                              "queue_days", "longest_wait", "held_by", "in_contract",
                              "asked"]].round(2)

    def to_geo(self) -> gpd.GeoDataFrame:
        """The voyages: one line per job, from the ship's last place, by way of its depot."""
        shapes = [self.tracks[key] for key in self.schedule["job_id"]]
        return gpd.GeoDataFrame(self.to_frame(), geometry=shapes, crs="EPSG:4326")

    @property
    def unit(self) -> str:
        """What the objective counts."""
        if isinstance(self.objective, ServiceLevel):
            return f"country-days below {self.objective.level:.0%} of demand"
        return UNITS[self.objective]

    def with_traffic(self) -> RepairPlan:
        """The same with unserved demand in the curve, by country and class in `to_json`."""
        return replace(self, restoration=self.restoration.with_traffic)

    def disclosed(self) -> RepairPlan:
        """The same without what a private overlay hides: no depot that it added is named or placed,
        no stock of spares is told, and voyages are drawn without the call there.

        When each repair is done stays as it is, and with it what the depots change. `basis` goes on
        holding everything: hand out what this plan says, not the plan itself.
        """
        hidden = [depot.id for depot in self.basis.case.depots if depot.hidden]
        calls = self.schedule["depot_id"].isin(hidden)
        schedule = self.schedule.assign(**{
            name: self.schedule[name].mask(calls, "") for name in ("depot_id", "depot")})
        left = self.not_served.assign(reason=[
            NO_SPARES if str(reason).startswith(NO_SPARES) else reason
            for reason in self.not_served["reason"]])
        return replace(self, schedule=schedule, not_served=left,
                       tracks=tracks_of(self.basis.case, schedule))

    def by_country(self, level: float = 0.95) -> pd.DataFrame:
        """What each country loses until the horizon: see `Restoration.by_country`; and for what.

        A column more, `spares_days`: the days that repairs of cables which land there load at
        depots on the way; the whole horizon for each that goes without spares.

        Raises
        ------
        InputError
            a level outside 0 to 1
        """
        tables = self.basis.net.layers.tables
        country = tables["stations"].set_index("station_id")["country"]
        landed = tables["landings"].assign(
            country=tables["landings"]["station_id"].map(country)).groupby("cable_id")["country"]
        lands = {str(cable): set(map(str, found)) for cable, found in landed}
        cable = {job.id: job.cable_id for job in self.jobs}
        waits = list(zip(self.schedule["job_id"], self.schedule["load_days"], strict=True))
        waits += [(row.job_id, self.restoration.horizon_days) for row in
                  self.not_served.itertuples() if str(row.reason).startswith(NO_SPARES)]
        table = self.restoration.by_country(level)
        return table.assign(spares_days=[
            float(sum(days for job, days in waits if code in lands.get(cable[job], ())))
            for code in table["country"]])

    def ships_used(self) -> pd.DataFrame:
        """One row per ship sent: its jobs, when it is called out, home again, and what it costs.

        A ship is called so late that it reaches its first job when work may start there. Its days
        count from then until it leaves its last job; the way home is not counted. Cost is days x
        the ship's day rate.
        """
        ship = {one.id: one for one in self.ships}
        rows = []
        for key, mine in self.schedule.sort_values("start_h").groupby("ship_id"):
            one, first = ship[str(key)], mine.iloc[0]
            called = (first["start_h"] - (first["arrive_h"] - first["depart_h"])
                      - one.mobilise_h) / HOURS_PER_DAY
            days = mine["leave_h"].max() / HOURS_PER_DAY - called
            rows.append({
                "ship": one.name, "jobs": len(mine), "cables": ", ".join(mine["cable"]),
                "called_day": called, "last_left_day": called + days, "ship_days": days,
                "day_rate_usd": one.day_rate_usd, "cost_musd": days * one.day_rate_usd / 1e6})
        return pd.DataFrame(rows, columns=["ship", "jobs", "cables", "called_day", "last_left_day",
                                           "ship_days", "day_rate_usd", "cost_musd"])

    @property
    def cost_musd(self) -> float:
        """Ship-days of the schedule at each ship's day rate."""
        return float(self.ships_used()["cost_musd"].sum())

    def to_json(self) -> dict[str, Any]:
        """The plan as plain values, the certificate's keys on top."""
        return {
            **self.certificate.to_json(), "objective_unit": self.unit, "form": self.form,
            "name": self.name, "schedule": self.to_frame().to_dict("records"),
            "not_served": self.not_served.to_dict("records"),
            "ships": self.ships_used().round(4).to_dict("records"), "cost_musd": self.cost_musd,
            "restoration": self.restoration.to_frame().to_dict("records"),
            **({"unserved": self.restoration.unserved.to_dict("records")}
               if "unserved_tbps" in self.restoration.steps else {}),
            **({"parties": self.parties.astype(object).where(self.parties.notna(), None).to_dict(
                "records")} if self.parties is not None else {}),
            "notes": list(self.notes),
        }

    def plot(self) -> Any:
        """A Gantt chart: one bar per job, numbered as mended, split into what it waits for.

        Returns the matplotlib axes.
        """
        import matplotlib.pyplot as plt

        rows = self.schedule.iloc[::-1]
        axes = plt.figure(figsize=(9.5, 0.4 * len(rows) + 1.8), layout="constrained").add_subplot()
        left = rows["locate_days"].to_numpy(float)
        names = [f"{cable}, {ship}   {number}" for cable, ship, number in zip(
            rows["cable"], rows["ship"], range(len(rows), 0, -1), strict=True)]
        places = np.arange(len(rows))
        for stage, colour in STAGES.items():
            days = rows[stage].to_numpy(float)
            label = stage.removesuffix("_days").replace("_", " for ")
            if days.any():
                axes.barh(places, days, left=left, color=colour, label=label)
            left = left + days
        axes.set_yticks(places, names)
        axes.set(xlabel="days after the faults", xlim=(0, None), ylim=(-0.6, len(rows) - 0.4))
        axes.set_title(f"{self.name}: what each repair takes", loc="left")
        axes.xaxis.grid(visible=True, color="#e3e3e3", linewidth=0.7)
        axes.set_axisbelow(True)
        axes.legend(loc="upper center", bbox_to_anchor=(0.4, -0.6 / (0.4 * len(rows))), ncols=6,
                    frameon=False, fontsize="small", columnspacing=1.2)
        axes.spines[["top", "right"]].set_visible(False)
        return axes
