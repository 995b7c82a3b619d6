"""The table of processes: each takes a world and its inputs, calls one verb, answers plain JSON."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cablenet as cn
from cablenet_api.answers import answer_of, stamp
from cablenet_api.events import Closed
from cablenet_api.failures import scenarios_of
from cablenet_api.processes import long_work, losses, maps, ships
from cablenet_api.processes.building_inputs import (
    DemandCurveInputs,
    DemandInputs,
    RedundancyInputs,
    SurvivalInputs,
)
from cablenet_api.processes.desk import Desk
from cablenet_api.processes.found import Found
from cablenet_api.processes.inputs import (
    BasesInputs,
    CutSetsInputs,
    RepairsInputs,
    ReportInputs,
    ScoreInputs,
    SweepInputs,
    TrafficInputs,
    ValidateInputs,
    WorstInputs,
)
from cablenet_api.processes.loss_inputs import (
    DrawsInputs,
    FewestInputs,
    FortifyInputs,
    WorstCurveInputs,
    WorstPlacesInputs,
)
from cablenet_api.processes.map_inputs import (
    CheckInputs,
    ReplayInputs,
    RoutesInputs,
    SolarInputs,
)
from cablenet_api.processes.plain import plain
from cablenet_api.processes.repairs import repairs
from cablenet_api.processes.ship_inputs import PricesInputs, SimulateYearsInputs, SparesInputs
from cablenet_api.worlds import World

Run = Callable[[World, Any, Desk], dict[str, Any] | Found]


@dataclass(frozen=True)
class Process:
    """One verb as a process."""

    id: str
    title: str
    description: str
    inputs: type[Closed]
    run: Run
    at_once: bool  # whether it may be answered within the request


def _score(world: World, asked: ScoreInputs, desk: Desk) -> Found:
    for country in asked.countries or ():
        world.network.country_index(country)
    scores = cn.score(world.network, scenarios_of(world, asked.events), asked.metrics,
                      capacity_rule=asked.capacity_rule)
    return Found(answer_of(scores, asked.countries).model_dump(mode="json"),
                 lambda: cn.result_layers(scores))


def _cut_sets(world: World, asked: CutSetsInputs, desk: Desk) -> Found:
    found = cn.cut_sets(world.network, asked.max_order, asked.unit, countries=asked.countries)
    rows = found.to_frame().drop(columns=["ids", "names"]).to_dict("records")
    return Found({"unit": asked.unit, "max_order": asked.max_order, "cut_sets": [
        {**row, "ids": [found.units.id[unit] for unit in one]}
        for row, one in zip(rows, found.sets, strict=True)]},
        lambda: cn.result_layers(found))


def _worst(world: World, asked: WorstInputs, desk: Desk) -> Found:
    model = None if asked.min_rate is None else cn.fault_model(world.network)
    words: dict[str, Any] = {"unit": asked.unit, "country": asked.country, "model": model,
                             "min_rate": asked.min_rate, "radius_km": asked.radius_km,
                             "next_best": asked.next_best}
    plan: cn.WorstTraffic | cn.WorstCase
    if asked.metric == "unserved_tbps":
        plan = cn.worst_traffic(world.network, asked.k, **words)
    else:
        plan = cn.worst_case(world.network, asked.k, metric=asked.metric, pair=asked.pair,
                             **words)
    return Found(plan.to_json(), lambda: cn.result_layers(plan))


def _redundancy(world: World, asked: RedundancyInputs, desk: Desk) -> Found:
    layers = world.network.layers
    offered = cn.default_candidates(layers, asked.countries)
    net = cn.build_network(layers, candidates=offered)
    plan = cn.plan_redundancy(net, countries=asked.countries, budget_musd=asked.budget_musd)
    return Found(plan.to_json(), lambda: cn.result_layers(plan))


def _survival(world: World, asked: SurvivalInputs, desk: Desk) -> Found:
    table = cn.candidate_table(
        world.network.layers, kinds=("cable", "landing"), reach_km=asked.reach_km,
        progress=lambda done, total: desk.tell(done / max(total, 1) / 2))
    desk.tell(0.5)
    plan = cn.plan_survival(
        table, [one.promise() for one in asked.promises], budget_musd=asked.budget_musd,
        leave_out_impossible=asked.leave_out_impossible, next_best=asked.next_best, **asked.limits)
    return Found(plan.to_json(), lambda: cn.result_layers(plan))


def _traffic(world: World, asked: TrafficInputs, desk: Desk) -> Found:
    outage = None if asked.event is None else scenarios_of(world, [asked.event])
    found = cn.flow_optimum(world.network, outage, capacity_rule=asked.capacity_rule)
    tables = {"by_class": found.by_class(), "by_country": found.by_country(),
              "by_pair": found.by_pair()}
    return Found({"unserved_tbps": found.unserved_tbps,
                  "unserved_before_tbps": float(found.before.unserved_tbps.sum()),
                  "proved": bool(found.after.proved),
                  **{name: table.to_dict("records") for name, table in tables.items()}},
                 lambda: cn.result_layers(found))


PROCESSES: dict[str, Process] = {process.id: process for process in (
    Process("score", "Scores of failures",
            "What failures do, per scenario and per country.", ScoreInputs, _score, True),
    Process("cut-sets", "Minimal cut sets",
            "Every smallest set whose loss isolates a country.", CutSetsInputs, _cut_sets, False),
    Process("worst", "Worst case",
            "The worst that at most k losses can do, proved.", WorstInputs, _worst, False),
    Process("worst-curve", "Worst case by number of losses",
            "The worst that one loss can do, two, and so on, each proved.", WorstCurveInputs,
            losses.worst_curve, False),
    Process("fewest", "Fewest losses that isolate",
            "The fewest cables, stations or places whose loss isolates each country, proved.",
            FewestInputs, losses.fewest, False),
    Process("fortify", "Hardening",
            "Which cables, stations or places to harden so that the worst losses of the others "
            "isolate least, proved.", FortifyInputs, losses.fortify, False),
    Process("worst-places", "Worst places",
            "The places whose loss hurts most, and how sure that is on drawn lines.",
            WorstPlacesInputs, losses.worst_places, False),
    Process("draws", "How sure scores are",
            "Scores with every number drawn within its range, and which unknown moves them most.",
            DrawsInputs, losses.draws, False),
    Process("repairs", "Repair plan",
            "Which ship repairs what, in which order, and when traffic is back.",
            RepairsInputs, repairs, False),
    Process("repair-prices", "Prices of a repair plan",
            "What a permit-day, one more ship, a pooled fleet or spares at a port would save.",
            PricesInputs, ships.repair_prices, False),
    Process("simulate-years", "Simulated years",
            "Years of faults, ships, permits and weather under today's rules and others: how long "
            "repairs take, and why.", SimulateYearsInputs, ships.simulate_years, False),
    Process("bases", "Bases of ships",
            "Where an agreement's ships should lie, proved and simulated, or where one more ship "
            "would help most.", BasesInputs, long_work.bases, False),
    Process("spares", "Spares of an agreement",
            "Which cable's spares at which depot, proved, and how many km, judged by simulated "
            "years.", SparesInputs, ships.spares, False),
    Process("routes", "Routes of a new cable",
            "Ways for one cable, none worse than another in cost, faults and shared km together.",
            RoutesInputs, maps.routes, False),
    Process("redundancy", "Redundancy plan",
            "The cheapest new cables after which countries survive any one cable loss.",
            RedundancyInputs, _redundancy, False),
    Process("survival", "Survival plan",
            "The cheapest new cables after which promises hold: any so many cables, stations or "
            "places may be lost.", SurvivalInputs, _survival, False),
    Process("demand", "Demand plan",
            "The cheapest new cables after which countries keep a share of their demand, or those "
            "after which least is lost for a budget.", DemandInputs, long_work.demand, False),
    Process("demand-curve", "Least loss by budget",
            "What remains at risk for each of several budgets, every point proved.",
            DemandCurveInputs, long_work.demand_curve, False),
    Process("traffic", "Traffic after a failure",
            "Who is served over which links, intact and after one failure, at the flow optimum.",
            TrafficInputs, _traffic, False),
    Process("sweep", "Sweep of failures",
            "Every combination, a random sample or named failures, scored in chunks that are "
            "kept: a sweep goes on where its worker died.", SweepInputs, long_work.sweep, False),
    Process("solar-shares", "Losses of a solar storm",
            "The share of cables and landing points that a storm is expected to take, exactly.",
            SolarInputs, maps.solar_shares, False),
    Process("check", "Health of a map",
            "What is wrong or doubtful in a map, and how its numbers are known.",
            CheckInputs, maps.check, False),
    Process("replay", "Replay of a past outage",
            "What a past outage did to each country, as seen and as found on the atlas of that "
            "day.", ReplayInputs, maps.replay, False),
    Process("report", "Study",
            "A whole study on the shipped atlas: its summary and its report as HTML.",
            ReportInputs, long_work.report, False),
    Process("validate", "Checks against published figures",
            "Ours, theirs, tolerance, source, pass or miss.",
            ValidateInputs, long_work.validate, False),
)}


def compute(process: Process, world: World, asked: Closed) -> dict[str, Any]:
    """The answer of one process, stamped with the network it belongs to."""
    return find(process, world, asked).answer


def find(process: Process, world: World, asked: Closed, desk: Desk | None = None) -> Found:
    """The same with its layers, which are drawn when they are asked for.

    `desk` is for jobs; without one, unfinished work is kept nowhere.
    """
    if desk is None:
        with TemporaryDirectory() as folder:
            return find(process, world, asked, Desk(Path(folder) / "work"))
    made = process.run(world, asked, desk)
    found = made if isinstance(made, Found) else Found(made)
    return Found(dict(plain({"network": stamp(world.network).model_dump(mode="json"),
                             **found.answer})), found.draw)
