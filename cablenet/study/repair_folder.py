"""`write_repairs`: one repair plan as a folder of pictures and tables."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from cablenet.files import whole_folder
from cablenet.maps import save_map
from cablenet.maps.repairs import draw_repairs
from cablenet.network import Network
from cablenet.repair import RepairPlan


def write_repairs(net: Network, plan: RepairPlan, out: Path | str) -> tuple[Path, ...]:
    """Write a repair plan's map, Gantt chart, curve and tables into a folder; whole or not at all.

    Files: map.png, gantt.png, curve.png (unserved.png with traffic), jobs.csv, ships.csv,
    not_repaired.csv, restoration.csv, unserved.csv (with traffic) and voyages.geojson.
    """
    frames: dict[str, pd.DataFrame] = {
        "jobs.csv": plan.to_frame(), "ships.csv": plan.ships_used(),
        "not_repaired.csv": plan.not_served, "restoration.csv": plan.restoration.to_frame()}
    pictures = {"map.png": draw_repairs(net, plan), "gantt.png": plan.plot(),
                "curve.png": plan.restoration.plot()}
    if "unserved_tbps" in plan.restoration.steps:
        frames["unserved.csv"] = plan.restoration.unserved
        pictures["unserved.png"] = plan.restoration.plot("unserved_tbps")
    with whole_folder(Path(out), marker="jobs.csv") as folder:
        for name, frame in frames.items():
            frame.to_csv(folder / name, index=False)
        for name, axes in pictures.items():
            save_map(axes, folder / name)
        (folder / "voyages.geojson").write_text(plan.to_geo().to_json(drop_id=True),
                                                encoding="utf-8")
    return tuple(Path(out) / name for name in (*frames, *pictures, "voyages.geojson"))
