"""The process `repairs`: a plan on the shared map, or with an overlay at its owner's tier."""

from __future__ import annotations

import cablenet as cn
from cablenet_api.failures import scenarios_of
from cablenet_api.processes.desk import Desk
from cablenet_api.processes.found import Found
from cablenet_api.processes.inputs import RepairsInputs
from cablenet_api.processes.overlaid_repairs import told_of
from cablenet_api.workspaces.laying import world_with
from cablenet_api.worlds import World

NO_PLAN = "no plan can be made with this overlay; only its owner is told why"


def repairs(world: World, asked: RepairsInputs, desk: Desk) -> Found:
    """Which ship repairs what, in which order, and when traffic is back.

    `world` is the shared map's, also where an overlay is laid over it.
    """
    seen = desk.overlay
    assert (seen is None) == (asked.overlay is None)  # who starts a job looks it up
    if seen is None:
        return _found(plan_of(world, asked))
    if seen.sees == "everything":
        return _found(plan_of(world_with(world, seen.kept), asked))
    coarse = seen.sees == "aggregated"
    try:
        plan = plan_of(world_with(world, seen.kept, coarse=coarse), asked)
    except cn.errors.PlanError as error:  # the reasons would tell of stocks
        raise type(error)(NO_PLAN) from None
    return told_of(plan, world, asked, seen.kept) if coarse else _found(plan.disclosed())


def plan_of(world: World, asked: RepairsInputs) -> cn.RepairPlan:
    """The plan that the library makes."""
    outage = scenarios_of(world, [asked.event])
    goal, fair = asked.goal(), asked.fairness
    plan = cn.plan_repairs(world.network, outage, horizon_days=asked.horizon_days,
                           router=cn.ship_router(), rules=_rules(world, asked),
                           objective=goal, fairness=None if fair is None else fair.rule())
    return plan if goal == "weighted" else plan.with_traffic()


def _found(plan: cn.RepairPlan) -> Found:
    countries = {} if plan.objective == "weighted" else {
        "countries": plan.by_country().to_dict("records")}
    return Found({**plan.to_json(), **countries}, lambda: cn.result_layers(plan))


def _rules(world: World, asked: RepairsInputs) -> cn.RepairRules:
    """As today, but for the month, and for what permits would be granted within so many days."""
    # also those of whose permits the map says nothing, and whoever is asked in unknown waters
    every = [*map(str, world.network.country_id), "DEFAULT"]
    fast = {} if asked.permit_days is None else dict.fromkeys(every, asked.permit_days)
    return cn.RepairRules(month=asked.month, fast_lane=fast)
