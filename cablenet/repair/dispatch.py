"""`plan_repairs`: which ship mends which fault, in which order, and when traffic comes back."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from cablenet.errors import InputError, PlanError
from cablenet.network import Network
from cablenet.repair.case import repair_case
from cablenet.repair.check_calls import check_calls
from cablenet.repair.check_schedule import check_schedule
from cablenet.repair.choice import Choice, choose_routes
from cablenet.repair.durations import HOURS_PER_DAY, LAND_WORK, LOCATE
from cablenet.repair.fleet import SeaRoutes
from cablenet.repair.jobs import WEIGHT_UNIT
from cablenet.repair.network_value import NetworkValue
from cablenet.repair.objective import OBJECTIVES, NetworkChoice, Objective, choose_for_network
from cablenet.repair.plan_notes import plan_notes
from cablenet.repair.repair_plan import RepairPlan
from cablenet.repair.restoration import restoration_of
from cablenet.repair.rules import RepairRules
from cablenet.repair.schedule import schedule_of
from cablenet.repair.tracks import tracks_of
from cablenet.scenarios.scenario_set import ScenarioSet
from cablenet.solvers import Certificate


def plan_repairs(
    net: Network,
    scenario: ScenarioSet,
    *,
    horizon_days: float = 90.0,
    weights: Mapping[str, float] | None = None,
    router: SeaRoutes | None = None,
    charter: bool = False,
    seed: int = 1,
    time_limit_s: float = 20.0,
    objective: Objective = "weighted",
    rules: RepairRules | None = None,
) -> RepairPlan:
    """Send ships to the faults of one outage so that the most valuable traffic is back first.

    A repair is done at locate + max(ship there, permit there) + work x weather + test, where the
    ship is there after its charter if it is not under contract, mobilising, its earlier jobs,
    loading spares, and sailing. Every job that some ship may reach is done, if need be after the
    horizon; the others are listed with the reason.

    Parameters
    ----------
    scenario
        one outage with faults at sea: `scenarios['its name']`
    horizon_days
        how far the restoration curve is drawn and summed
    weights
        worth of a day of each segment or cable, by id; default: lit capacity in Tbps
    router
        a sea router for ships (`cablenet.ship_router()`); without one ships are taken to sail 1.2
        times the great circle, across land if need be, and the plan says so
    charter
        whether ships outside a cable's maintenance agreement are sent as well, five days later
        (assumed: the time to charter them); without it only to faults that no ship under
        contract can reach
    seed, time_limit_s
        for the search; the limit is counted in work, not on a clock
    objective
        weighted: the least sum of weight x time done, proved where it can be. demand_days: the
        least demand left unserved over time by the flow optimum, the better of two plans (see
        docs/repair.md); the certificate then counts Tbps-days
    rules
        quantiles or draws of durations, the month's weather, fast permits, a pooled fleet, ships
        and spares added

    Raises
    ------
    InputError
        several outages, or one without a fault at sea
    InfeasibleError
        no ship may reach any of the faults; `conflict` names why
    """
    if not horizon_days > 0:
        raise InputError(f"horizon_days is {horizon_days}; give a number above 0")
    if objective not in OBJECTIVES:
        raise InputError(f"objective is '{objective}'; give {' or '.join(OBJECTIVES)}")
    case = repair_case(net, scenario, weights=weights, router=router, charter=charter, rules=rules)
    value = NetworkValue(net, scenario, [job.link for job in case.every])
    by_road = [float(LOCATE.hours + LAND_WORK.hours) if job.on_land else np.inf
               for job in case.every]
    if objective == "demand_days":
        number = {job.id: n for n, job in enumerate(case.every)}
        found = choose_for_network(case.problem, value, [number[job.id] for job in case.jobs],
                                   by_road, horizon_h=horizon_days * HOURS_PER_DAY, seed=seed,
                                   limit=time_limit_s)
        routes, certificate = found.choice.routes, _network_certificate(found, seed, time_limit_s)
    else:
        choice = choose_routes(case.problem, seed=seed, limit=time_limit_s)
        routes, certificate = choice.routes, _certificate(choice, seed, time_limit_s)
    schedule = schedule_of(case, routes)
    wrong = check_schedule(schedule, case.ships, case.jobs, case.legs, sum(
        case.problem.cost(ship, route) for ship, route in enumerate(routes)))
    wrong += check_calls(schedule, case.ships, case.jobs, case.spares, case.depots)
    if wrong:
        raise PlanError("the schedule failed its own check: " + "; ".join(wrong[:5]))
    done = dict(zip(schedule["job_id"], schedule["done_h"], strict=True))
    done |= {job.id: hour for job, hour in zip(case.every, by_road, strict=True) if job.on_land}
    curve = restoration_of(net, scenario, pd.DataFrame({
        "link": [job.link for job in case.every],
        "label": [job.cable_name for job in case.every],
        "done_h": [float(done.get(job.id, np.inf)) for job in case.every]}), horizon_days, value)
    return RepairPlan(
        scenario.names[0], case.every, case.ships, schedule, case.not_served, curve,
        certificate,
        plan_notes(net, case, schedule, horizon_days, rules or RepairRules()),
        tracks_of(case, schedule), objective)


def _certificate(choice: Choice, seed: int, limit: float) -> Certificate:
    unit = WEIGHT_UNIT * HOURS_PER_DAY
    objective, bound = choice.objective / unit, choice.bound / unit
    return Certificate(choice.status, objective, bound,
                       (objective - bound) / max(1.0, objective), choice.seconds, seed, limit,
                       checked=True)


def _network_certificate(found: NetworkChoice, seed: int, limit: float) -> Certificate:
    gap = (found.demand_days - found.bound) / max(1.0, found.demand_days)
    return Certificate("optimal" if found.demand_days <= found.bound + 1e-9 else "feasible",
                       found.demand_days, found.bound, gap, found.choice.seconds, seed, limit,
                       checked=True)
