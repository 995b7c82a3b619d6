"""`plan_repairs`: which ship mends which fault, in which order, and when traffic comes back."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from cablenet.errors import InputError
from cablenet.network import Network
from cablenet.repair.case import repair_case
from cablenet.repair.durations import HOURS_PER_DAY, LAND_WORK, LOCATE
from cablenet.repair.fairness import Fairness
from cablenet.repair.finished import RepairBasis, finished
from cablenet.repair.fleet import SeaRoutes
from cablenet.repair.network_value import NetworkValue
from cablenet.repair.objective import OBJECTIVES, Judging, Objective
from cablenet.repair.repair_plan import RepairPlan
from cablenet.repair.rules import RepairRules
from cablenet.repair.schedule import schedule_of
from cablenet.repair.service_level import ServiceLevel
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
    for name, given in (("horizon_days", horizon_days), ("time_limit_s", time_limit_s)):
        if not 0 < given < math.inf:
            raise InputError(f"{name} is {given}; give a number above 0")
    if not isinstance(objective, ServiceLevel) and objective not in OBJECTIVES:
        raise InputError(f"objective is '{objective}'; give {', '.join(OBJECTIVES)} or a "
                         "ServiceLevel")
    case = repair_case(net, scenario, weights=weights, router=router, charter=charter, rules=rules)
    value = NetworkValue(net, scenario, [job.link for job in case.every])
    ashore = tuple(float(LOCATE.hours + LAND_WORK.hours) if job.on_land else math.inf
                   for job in case.every)
    number = {job.id: n for n, job in enumerate(case.every)}
    judged = Judging(
        case.problem, value, [number[job.id] for job in case.jobs],
        {n: int(hour) for n, hour in enumerate(ashore) if np.isfinite(hour)}, objective, fairness,
        round(horizon_days * HOURS_PER_DAY), seed, time_limit_s).judge()
    basis = RepairBasis(net, scenario, case, value, ashore, horizon_days, objective, fairness,
                        rules or RepairRules(), seed, time_limit_s)
    return finished(basis, schedule_of(case, judged.routes), judged)
