"""`result_layers`: what a map can show of a result: links, countries, places and jobs, by name."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from cablenet.errors import MismatchError
from cablenet.flow_answer import FlowAnswer
from cablenet.maps.land import country_frame, load_land
from cablenet.planning import RedundancyPlan
from cablenet.planning.demand_plan import DemandPlan
from cablenet.planning.survival_plan import SurvivalPlan
from cablenet.planning.traffic_attacks import WorstTraffic
from cablenet.planning.worst_case import WorstCase
from cablenet.repair import RepairPlan
from cablenet.repair.basing_plan import BasingPlan
from cablenet.scoring import Scores, score
from cablenet.sweeps.cut_sets import CutSets
from cablenet.sweeps.runner import SweepRun

Layers = dict[str, pd.DataFrame]
CRS = "EPSG:4326"


def result_layers(result: Any) -> Layers:
    """The layers of a result, by name; frames without shapes are tables. The first column of each
    is its key, and the first layer is the one to take where there is room for one.

    Scores, sweeps, cut sets, worst cases, redundancy, survival, demand, repair and basing plans,
    and flow answers have some; so have those of `layers_of_studies`.

    Raises
    ------
    TypeError
        a value that is no result
    """
    return layers_of(result)


@singledispatch
def layers_of(result: Any) -> Layers:
    """The layers of one type of result; other modules of this room register theirs."""
    raise TypeError(f"no layers of {type(result).__name__}")


@layers_of.register
def _(scores: Scores) -> Layers:
    """Scenarios as lines, countries by loss as areas, faults as points, and scores by country."""
    names, net = np.array(scores.scenarios.names, dtype=object), scores.network
    lines = scores.to_geo()
    lines.insert(0, "scenario_id", [str(row) for row in range(len(scores))])
    faults = scores.scenarios.faults.reset_index(drop=True)
    faults.insert(0, "fault_id", [str(row) for row in range(len(faults))])
    faults["name"] = names[faults["scenario"].to_numpy(int)]
    tables = []
    for row in range(len(scores)):
        table = scores.by_country(row).reset_index(drop=True)
        known = table.columns.intersection(["country", "name"])
        table = table.drop(columns=known)
        table.insert(0, "country", net.country_id)
        table.insert(0, "scenario", names[row])
        table.insert(0, "row_id", [f"{row}:{code}" for code in net.country_id])
        tables.append(table)
    return {"scenarios": lines, "countries": country_frame(net, scores),
            "faults": at_places(faults), "country_scores": pd.concat(tables, ignore_index=True)}


@layers_of.register
def _(found: CutSets) -> Layers:
    """Each unit of a cut set: how many it is part of, the smallest, and whom these isolate."""
    sets: dict[int, list[int]] = {}
    for number, one in enumerate(found.sets):
        for unit in one:
            sets.setdefault(unit, []).append(number)
    units = sorted(sets)
    return {"units": pd.DataFrame({
        "unit_id": [str(found.units.id[unit]) for unit in units],
        "name": [str(found.units.name[unit]) for unit in units],
        "cut_sets": [len(sets[unit]) for unit in units],
        "smallest": [min(len(found.sets[one]) for one in sets[unit]) for unit in units],
        "isolates": [", ".join(sorted({str(found.asked[one]) for one in sets[unit]}))
                     for unit in units]})}


@layers_of.register
def _(plan: WorstCase) -> Layers:
    """The worst attack and the next best as lines, and countries by what these cut off."""
    try:
        scores = score(plan.network, plan.scenarios(), ["isolated"])
    except MismatchError:  # nothing of these units cuts anyone off: there is no scenario
        return {"attacks": plan.to_frame()}
    table = plan.to_frame()
    table = table[table["ids"] != ""].reset_index(drop=True)
    attacks = gpd.GeoDataFrame(table, geometry=scores.to_geo().geometry.array, crs=CRS)
    return {"attacks": attacks, "countries": country_frame(plan.network, scores)}


@layers_of.register
def _(plan: WorstTraffic) -> Layers:
    """The worst attacks on traffic as lines."""
    lines = score(plan.network, plan.scenarios(), ["isolated"]).to_geo().geometry.array
    return {"attacks": gpd.GeoDataFrame(plan.to_frame(), geometry=lines, crs=CRS)}


@layers_of.register
def _(plan: RepairPlan) -> Layers:
    """Jobs as points with their schedule, voyages as lines, the restoration curve as a table."""
    curve = plan.restoration.to_frame().reset_index(drop=True)
    curve.insert(0, "step", [f"{row:05d}" for row in range(len(curve))])
    return {"repair_jobs": at_places(plan.schedule.reset_index(drop=True)),
            "voyages": plan.to_geo(), "restoration": curve}


@layers_of.register(RedundancyPlan)
@layers_of.register(SurvivalPlan)
def _(plan: RedundancyPlan | SurvivalPlan) -> Layers:
    """The cables to build."""
    return {"new_cables": plan.to_geo()}


@layers_of.register
def _(plan: DemandPlan) -> Layers:
    """The cables to build, what each failure loses before and after, and what was promised."""
    return {"new_cables": plan.to_geo(), "losses": keyed(plan.losses),
            "promised": keyed(plan.answers)}


@layers_of.register
def _(plan: BasingPlan) -> Layers:
    """Ports with the ships that each model lays there."""
    return {"bases": plan.to_geo()}


@layers_of.register
def _(found: FlowAnswer) -> Layers:
    """Links by load, and each country's demand."""
    return {"links": found.to_geo(), "country_traffic": found.by_country()}


@layers_of.register
def _(run: SweepRun) -> Layers:
    """Countries by what the failures cost them, the worst failures, sums by order, and every
    failure that was kept. Of drawn years the same by country, pairs, losses of capacity, sums by
    year, and every loss of a year."""
    tables = {name: run.table(name) for name in ("countries", "worst", "orders", "capacity",
                                                 "pairs", "years") if run.aggregate(name).is_file()}
    tables |= {"rows": run.rows()} if run.parts else {}
    if "countries" in tables:
        tables["countries"] = _as_countries(tables["countries"].rename(
            columns={"label": "country"}))
    return {name: table if name == "countries" else keyed(table)
            for name, table in tables.items()}


def _as_countries(table: pd.DataFrame) -> gpd.GeoDataFrame:
    """A table by country with the countries' land; no shape where the land table has none."""
    land = load_land()
    shape = dict(zip(map(str, land.country), land.shape, strict=True))
    return gpd.GeoDataFrame(table, geometry=[shape.get(str(code)) for code in table["country"]],
                            crs=CRS)


def keyed(table: pd.DataFrame) -> pd.DataFrame:
    """A table with its row numbers as key, written so that their order is that of the rows."""
    out = table.reset_index(drop=True)
    width = len(str(max(len(out) - 1, 0)))
    out.insert(0, "row_id", [f"{row:0{width}d}" for row in range(len(out))])
    return out


def at_places(frame: pd.DataFrame) -> gpd.GeoDataFrame:
    """Rows with lon and lat as points in -180..180."""
    lon = (frame["lon"].to_numpy(float) + 180.0) % 360.0 - 180.0
    return gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(lon, frame["lat"]), crs=CRS)
