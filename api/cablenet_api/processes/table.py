"""The table of processes: each takes a world and its inputs, calls one verb, answers plain JSON."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cablenet as cn
from cablenet_api.answers import answer_of, stamp
from cablenet_api.events import Closed, ScoreRequest
from cablenet_api.failures import scenarios_of
from cablenet_api.processes.inputs import (
    CutSetsInputs,
    RedundancyInputs,
    RepairsInputs,
    WorstInputs,
)
from cablenet_api.processes.plain import plain
from cablenet_api.worlds import World

Run = Callable[[World, Any], dict[str, Any]]


@dataclass(frozen=True)
class Process:
    """One verb as a process."""

    id: str
    title: str
    description: str
    inputs: type[Closed]
    run: Run
    at_once: bool  # whether it may be answered within the request


def _score(world: World, asked: ScoreRequest) -> dict[str, Any]:
    for country in asked.countries or ():
        world.network.country_index(country)
    scores = cn.score(world.network, scenarios_of(world, asked.events), asked.metrics,
                      capacity_rule=asked.capacity_rule)
    return answer_of(scores, asked.countries).model_dump(mode="json")


def _cut_sets(world: World, asked: CutSetsInputs) -> dict[str, Any]:
    found = cn.cut_sets(world.network, asked.max_order, asked.unit, countries=asked.countries)
    rows = found.to_frame().drop(columns=["ids", "names"]).to_dict("records")
    return {"unit": asked.unit, "max_order": asked.max_order, "cut_sets": [
        {**row, "ids": [found.units.id[unit] for unit in one]}
        for row, one in zip(rows, found.sets, strict=True)]}


def _worst(world: World, asked: WorstInputs) -> dict[str, Any]:
    return cn.worst_case(world.network, asked.k, unit=asked.unit, metric=asked.metric,
                         country=asked.country, next_best=asked.next_best).to_json()


def _repairs(world: World, asked: RepairsInputs) -> dict[str, Any]:
    outage = scenarios_of(world, [asked.event])
    return cn.plan_repairs(world.network, outage, horizon_days=asked.horizon_days,
                           router=cn.sea_router()).to_json()


def _redundancy(world: World, asked: RedundancyInputs) -> dict[str, Any]:
    layers = world.network.layers
    offered = cn.default_candidates(layers, asked.countries)
    net = cn.build_network(layers, candidates=offered)
    return cn.plan_redundancy(net, countries=asked.countries,
                              budget_musd=asked.budget_musd).to_json()


PROCESSES: dict[str, Process] = {process.id: process for process in (
    Process("score", "Scores of failures",
            "What failures do, per scenario and per country.", ScoreRequest, _score, True),
    Process("cut-sets", "Minimal cut sets",
            "Every smallest set whose loss isolates a country.", CutSetsInputs, _cut_sets, False),
    Process("worst", "Worst case",
            "The worst that at most k losses can do, proved.", WorstInputs, _worst, False),
    Process("repairs", "Repair plan",
            "Which ship repairs what, in which order, and when traffic is back.",
            RepairsInputs, _repairs, False),
    Process("redundancy", "Redundancy plan",
            "The cheapest new cables after which countries survive any one cable loss.",
            RedundancyInputs, _redundancy, False),
)}


def compute(process: Process, world: World, asked: Closed) -> dict[str, Any]:
    """The answer of one process, stamped with the network it belongs to."""
    answer = process.run(world, asked)
    return dict(plain({"network": stamp(world.network).model_dump(mode="json"), **answer}))
