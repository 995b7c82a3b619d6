"""`plan_repairs`: which ship mends which fault, in which order, and when traffic comes back."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import pandas as pd

from cablenet.errors import InputError, PlanError
from cablenet.network import Network
from cablenet.repair.case import repair_case
from cablenet.repair.check_calls import check_calls
from cablenet.repair.check_schedule import check_schedule
from cablenet.repair.durations import HOURS_PER_DAY, LAND_WORK, LOCATE
from cablenet.repair.fairness import Fairness
from cablenet.repair.fleet import SeaRoutes
from cablenet.repair.network_value import NetworkValue
from cablenet.repair.objective import OBJECTIVES, Judging, Objective
from cablenet.repair.plan_notes import plan_notes
from cablenet.repair.repair_plan import RepairPlan
from cablenet.repair.restoration import restoration_of
from cablenet.repair.rules import RepairRules
from cablenet.repair.schedule import schedule_of
from cablenet.repair.service_level import CountriesBelow, ServiceLevel
from cablenet.repair.tracks import tracks_of
from cablenet.scenarios.scenario_set import ScenarioSet


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
    fairness: Fairness | None = None,
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
        weighted: the least sum of weight x time done. demand_days: the least demand left unserved
        over time by the flow optimum. A `ServiceLevel`: the fewest days of its countries below its
        share of their demand. Proved where it can be, else bounded; the certificate counts in the
        unit of the objective, and `plan.form` says what was solved (see docs/repair.md)
    fairness
        of schedules only those in which no party's lost demand waits much longer than another's
    rules
        quantiles or draws of durations, the month's weather, fast permits, a pooled fleet, ships
        and spares added

    Raises
    ------
    InputError
        several outages, or one without a fault at sea
    InfeasibleError
        no ship may reach any of the faults; `conflict` names why. Or no schedule is fair
    NoPlanFoundError
        no fair schedule was found within the limit
    """
    if not horizon_days > 0:
        raise InputError(f"horizon_days is {horizon_days}; give a number above 0")
    if not isinstance(objective, ServiceLevel) and objective not in OBJECTIVES:
        raise InputError(f"objective is '{objective}'; give {', '.join(OBJECTIVES)} or a "
                         "ServiceLevel")
    case = repair_case(net, scenario, weights=weights, router=router, charter=charter, rules=rules)
    value = NetworkValue(net, scenario, [job.link for job in case.every])
    by_road = [float(LOCATE.hours + LAND_WORK.hours) if job.on_land else np.inf
               for job in case.every]
    number = {job.id: n for n, job in enumerate(case.every)}
    found = Judging(
        case.problem, value, [number[job.id] for job in case.jobs],
        {n: int(hour) for n, hour in enumerate(by_road) if np.isfinite(hour)}, objective, fairness,
        round(horizon_days * HOURS_PER_DAY), seed, time_limit_s).judge()
    routes = found.routes
    schedule = schedule_of(case, routes)
    wrong = check_schedule(schedule, case.ships, case.jobs, case.legs, sum(
        case.problem.cost(ship, route) for ship, route in enumerate(routes)))
    wrong += check_calls(schedule, case.ships, case.jobs, case.spares, case.depots)
    done = dict(zip(schedule["job_id"], schedule["done_h"], strict=True))
    done |= {job.id: hour for job, hour in zip(case.every, by_road, strict=True) if job.on_land}
    hours = [float(done.get(job.id, np.inf)) for job in case.every]
    wrong += _check_objective(value, hours, horizon_days * HOURS_PER_DAY, objective,
                              found.certificate.objective)
    if wrong:
        raise PlanError("the schedule failed its own check: " + "; ".join(wrong[:5]))
    curve = restoration_of(net, scenario, pd.DataFrame({
        "link": [job.link for job in case.every],
        "label": [job.cable_name for job in case.every],
        "done_h": hours}), horizon_days, value)
    return RepairPlan(
        scenario.names[0], case.every, case.ships, schedule, case.not_served, curve,
        found.certificate,
        (*plan_notes(net, case, schedule, horizon_days, rules or RepairRules()), *found.notes),
        tracks_of(case, schedule), objective, found.form, found.parties)


def _check_objective(value: NetworkValue, done_h: list[float], horizon_h: float,
                     objective: Objective, claimed: float) -> list[str]:
    """What is wrong with a claimed objective of the network, followed through hour by hour."""
    if objective == "weighted":
        return []  # `check_schedule` adds it up
    hours = np.array(done_h)
    until = max(horizon_h, float(hours[np.isfinite(hours)].max(initial=0.0)))
    if isinstance(objective, ServiceLevel):
        below = CountriesBelow(value, objective)
        marks = [0.0, *sorted({hour for hour in done_h if hour < until}), until]
        total = sum((end - start) * below.number(np.flatnonzero(hours <= start))
                    for start, end in pairwise(marks)) / HOURS_PER_DAY
    else:
        total = value.demand_days(done_h, until)
    if abs(total - claimed) <= 1e-6 * max(1.0, abs(total)):
        return []
    return [f"the objective is {total:.6g}, not {claimed:.6g}"]
