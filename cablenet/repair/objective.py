"""The demand-days a schedule costs: which of several schedules is best for the network as a whole.

A repair is worth what rerouting leaves unserved at that moment, so values of jobs depend on each
other. Two additive plans are made, one by lit capacity and one by what each job is worth to the
network (alone, and as the last missing one); both are followed through on the network by the flow
optimum, and the better is kept. So it is never worse than the additive plan. The bound lets every
job be done as early as any ship could if it were the only one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cablenet.repair.choice import Choice, choose_routes
from cablenet.repair.network_value import NetworkValue, marginal_weights
from cablenet.repair.problem import Dispatch

Objective = Literal["weighted", "demand_days"]
OBJECTIVES = ("weighted", "demand_days")
WEIGHTS = 1_000_000
"""Whole weights for one Tbps: a megabit a second counts."""
NOTHING = 1e-9


@dataclass(frozen=True)
class NetworkChoice:
    """Routes, and the Tbps-days of demand they leave unserved until `until_h`, with a bound."""

    choice: Choice
    demand_days: float
    bound: float
    until_h: float


def choose_for_network(problem: Dispatch, value: NetworkValue, numbers: Sequence[int],
                       other_h: Sequence[float], *, horizon_h: float, seed: int,
                       limit: float) -> NetworkChoice:
    """The better of the two additive plans, followed through on the network.

    Parameters
    ----------
    numbers
        each job of the problem as a number of `value`
    other_h
        the hour each job of `value` is done that is not in the problem: infinite for never
    """
    others = [job for job, hour in enumerate(other_h) if np.isfinite(hour)]

    by_lit = choose_routes(problem, seed=seed, limit=limit)
    choices = [by_lit]
    if value.unserved_tbps(others) > NOTHING:
        def of_jobs(mended: Iterable[int]) -> float:
            return value.unserved_tbps([*others, *(numbers[j] for j in mended)])

        worth = np.array(marginal_weights(of_jobs, problem.n_jobs))
        weight = np.maximum(np.round(worth * WEIGHTS), 0).astype(np.int64)
        most = max(int(problem.weight.max(initial=1)), 1)
        lit = np.ceil(problem.weight * 99 / most).astype(np.int64)
        for_network = replace(problem, weight=weight * 100 + np.maximum(lit, 1))
        choices.append(choose_routes(for_network, seed=seed, limit=limit))
    done = [done_hours(problem, one.routes) for one in choices]
    until = max(horizon_h, *(float(hours.max(initial=0)) for hours in done))

    def cost(hours: NDArray[np.int64]) -> float:
        every = np.array(other_h, float)
        every[list(numbers)] = hours
        return value.demand_days(every.tolist(), until)

    costs = [cost(hours) for hours in done]
    best = int(np.argmin(np.round(costs, 9)))
    bound = min(costs[best], cost(problem.earliest().min(axis=0)))
    return NetworkChoice(choices[best], costs[best], bound, until)


def done_hours(problem: Dispatch, routes: Sequence[Sequence[int]]) -> NDArray[np.int64]:
    """(J,) the hour each job is done."""
    hours = np.zeros(problem.n_jobs, np.int64)
    for ship, route in enumerate(routes):
        for job, _, done in problem.clock(ship, route):
            hours[job] = done
    return hours
