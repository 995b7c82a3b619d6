"""A judged schedule, checked without a solver and made into a `RepairPlan` with its curve."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from cablenet.errors import PlanError
from cablenet.network import Network
from cablenet.repair.case import RepairCase
from cablenet.repair.check_calls import check_calls
from cablenet.repair.check_schedule import check_schedule
from cablenet.repair.durations import HOURS_PER_DAY
from cablenet.repair.fairness import Fairness
from cablenet.repair.network_value import NetworkValue
from cablenet.repair.objective import Judged, Objective
from cablenet.repair.plan_notes import plan_notes
from cablenet.repair.repair_plan import RepairPlan
from cablenet.repair.restoration import restoration_of
from cablenet.repair.rules import RepairRules
from cablenet.repair.service_level import CountriesBelow, ServiceLevel
from cablenet.repair.tracks import tracks_of
from cablenet.scenarios.scenario_set import ScenarioSet


@dataclass(frozen=True, eq=False)
class RepairBasis:
    """What a repair plan was made of, so that it can be made again from what has happened since.

    `ashore_h` holds the hour each job of `case.every` is mended without a ship; infinite where it
    is not.
    """

    net: Network
    scenario: ScenarioSet
    case: RepairCase
    value: NetworkValue
    ashore_h: tuple[float, ...]
    horizon_days: float
    objective: Objective
    fairness: Fairness | None
    rules: RepairRules
    seed: int
    limit: float


def finished(basis: RepairBasis, schedule: pd.DataFrame, judged: Judged, *,
             known: Collection[str] = (), notes: Sequence[str] = ()) -> RepairPlan:
    """The plan of a schedule; `known` jobs' rows tell what has happened or is under way.

    Raises
    ------
    PlanError
        the schedule breaks a rule, or its objective is not what was claimed
    """
    case, value = basis.case, basis.value
    done = dict(zip(schedule["job_id"], schedule["done_h"], strict=True))
    hours = [float(done.get(job.id, hour))
             for job, hour in zip(case.every, basis.ashore_h, strict=True)]
    claimed = judged.certificate.objective
    wrong = check_schedule(
        schedule, case.ships, case.jobs, case.legs,
        judged.weighted if basis.objective == "weighted" else None, known=known)
    wrong += check_calls(schedule, case.ships, case.jobs, case.spares, case.depots, known=known)
    wrong += _check_objective(value, hours, basis.horizon_days * HOURS_PER_DAY, basis.objective,
                              claimed)
    if wrong:
        raise PlanError("the schedule failed its own check: " + "; ".join(wrong[:5]))
    curve = restoration_of(basis.net, basis.scenario, pd.DataFrame({
        "link": [job.link for job in case.every],
        "label": [job.cable_name for job in case.every],
        "done_h": hours}), basis.horizon_days, value)
    return RepairPlan(
        basis.scenario.names[0], case.every, case.ships, schedule, case.not_served, curve,
        judged.certificate,
        (*plan_notes(basis.net, case, schedule, basis.horizon_days, basis.rules), *judged.notes,
         *notes), tracks_of(case, schedule), basis.objective, judged.form, judged.parties,
        basis=basis)


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
