"""The chapter of a study on repairs: ships, jobs, what made them wait, the curve, and pictures."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from cablenet.maps.marked import marked_png
from cablenet.maps.repairs import draw_repairs
from cablenet.network import Network
from cablenet.repair import RepairPlan
from cablenet.report import Curve, Gantt, Heading, Picture, Section, Table
from cablenet.report.content import Block


def repair_pictures(net: Network, plan: RepairPlan) -> dict[str, Any]:
    """The drawn map, Gantt chart and curve, by file name."""
    return {"map-repairs": draw_repairs(net, plan), "repair-gantt": plan.plot(),
            "repair-curve": plan.restoration.plot(
                "unserved_tbps" if _has_traffic(plan) else "lost_lit_tbps")}


def repair_frames(plan: RepairPlan) -> dict[str, pd.DataFrame]:
    """The tables to keep: jobs, ships, the curve, and unserved demand by country and class."""
    return {"repair_jobs": plan.schedule, "repair_ships": plan.ships_used(),
            "restoration": plan.restoration.to_frame(),
            **({"restoration_unserved": plan.restoration.unserved} if _has_traffic(plan) else {})}


def repair_layers(plan: RepairPlan) -> dict[str, gpd.GeoDataFrame]:
    """Voyages as lines and jobs as points."""
    rows = plan.schedule
    return {"plan_voyages": plan.to_geo(), "plan_jobs": gpd.GeoDataFrame(
        rows, geometry=shapely.points(rows["lon"], rows["lat"]), crs="EPSG:4326")}


def repair_sections(plan: RepairPlan, pictures: dict[str, Any]) -> list[Section]:
    """One section: who sails where, the lanes of ships, the curves, the tables."""
    blocks: list[Block] = [
        Picture("repair-map", "Who sails where", marked_png(pictures["map-repairs"]),
                f"Map of the voyages of {plan.schedule['ship'].nunique()} ships to "
                f"{len(plan.schedule)} faults",
                "Ways by sea from each ship's base, by way of the depot where it loads. Faults "
                "are numbered in the order in which they are mended."),
        Gantt("gantt", "Ships and jobs", _bars(plan.schedule), "One lane a ship."),
        *_curves(plan),
        _jobs(plan),
        Table("repair-ships", "Ships sent", plan.ships_used(),
              f"{plan.cost_musd:,.1f} million USD at their day rates (estimated), from a call "
              "just in time for the first work until the last job is left.", "ship", {
                  "called_day": Heading("called", "day", "", 1),
                  "last_left_day": Heading("last job left", "day", "", 1),
                  "ship_days": Heading("ship-days", "", "", 1, bar=True),
                  "cost_musd": Heading("cost", "million USD", "", 2)}),
    ]
    if len(plan.not_served):
        blocks.append(Table("not-served", "Out of reach of every ship", plan.not_served))
    return [Section(
        "repair-plan", f"Who repairs what after the {plan.name}",
        "Ships, spares, permits and the queue: the wait is an outcome of the plan, not an input. "
        "Each job says what made it wait.", blocks)]


def _jobs(plan: RepairPlan) -> Table:
    frame = plan.to_frame()[["job_id", "cable", "ship", "depot", "arrive_day", "permit_day",
                             "start_day", "done_day", "queue_days", "held_by", "in_contract",
                             "asked"]]
    frame.insert(0, "number", range(1, len(frame) + 1))
    return Table(
        "repairs", "Jobs", frame,
        f"Certificate: {plan.certificate.status}, gap {100 * plan.certificate.gap:.2f} %. "
        f"What it rests on: {'; '.join(plan.notes)}.", "job_id", {
            "number": Heading("no.", "", "as on the map", 0),
            "done_day": Heading("done", "day", "traffic is back", 1, bar=True),
            "queue_days": Heading("queue", "days", "the ship was at an earlier job", 1),
            "held_by": Heading("held by", "", "the last thing that had to be there", 0)})


def _curves(plan: RepairPlan) -> list[Block]:
    steps = plan.restoration.to_frame().set_index("day")
    out: list[Block] = [Curve(
        "restoration", "What comes back when",
        steps[["lost_lit_tbps"]].rename(columns={"lost_lit_tbps": "lit capacity down"}),
        "days after the event", "Tbps")]
    if _has_traffic(plan):
        worst = plan.restoration.unserved.groupby(["day", "country"])["unserved_tbps"].sum()
        words = ("Nothing that the optimum cannot reroute stays unserved at any time."
                 if not len(worst) else "Most at one time: " + ", ".join(
                     f"{country} {value:,.2f} Tbps" for country, value in
                     worst.groupby("country").max().nlargest(5).items()) + ".")
        out.append(Curve(
            "restoration-unserved", "Demand that stays unserved", steps[["unserved_tbps"]].rename(
                columns={"unserved_tbps": "demand unserved"}), "days after the event", "Tbps",
            words))
    return out


def _has_traffic(plan: RepairPlan) -> bool:
    return "unserved_tbps" in plan.restoration.steps


def _bars(schedule: pd.DataFrame) -> pd.DataFrame:
    """Gantt bars: what each job waits for and when the ship works, in days."""
    rows = []
    for row in schedule.sort_values(["ship", "start_h"]).to_dict("records"):
        marks = [("wait_ship", row["locate_h"] if not row["queue_days"] else row["depart_h"],
                  row["depart_h"]),
                 ("sail", row["depart_h"], row["arrive_h"]),
                 ("wait_permit", row["arrive_h"], row["start_h"]),
                 ("work", row["start_h"], row["leave_h"]), ("test", row["leave_h"], row["done_h"])]
        rows += [{"lane": row["ship"], "label": row["cable"], "from_day": start / 24,
                  "to_day": end / 24, "kind": kind} for kind, start, end in marks if end > start]
    return pd.DataFrame(rows)
