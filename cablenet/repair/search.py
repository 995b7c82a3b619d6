"""Good routes for many jobs: ruin and recreate from several starts, a fixed number of rounds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cablenet.kernels.route_search import Arrays, arrays_of, ruin_and_recreate
from cablenet.repair.problem import Dispatch
from cablenet.repair.routes import Routes

STARTS = 2
ROUNDS_PER_JOB = 3000
HEAT, COOL = 3000.0, 3.0
"""Temperatures of the annealing in hours of a job of mean weight: by test on random outages."""
POOL = 20_000


def loop_arrays(problem: Dispatch) -> Arrays:
    """The problem as the compiled loops want it."""
    return arrays_of(problem.base_h, problem.leg_h, problem.ready_h, problem.able, (
        problem.permit_h, problem.work_h, problem.test_h, problem.weight))


def search_routes(problem: Dispatch, start: Routes, *, seed: int,
                  rounds: int) -> tuple[Routes, set[tuple[int, tuple[int, ...]]]]:
    """The best routes found from `start`, and routes of good plans met on the way."""
    data = loop_arrays(problem)
    ships, jobs = problem.n_ships, problem.n_jobs
    near = nearness(problem)
    mean = float(problem.weight.mean())
    best, lowest = start, sum(problem.cost(ship, route) for ship, route in enumerate(start))
    met = {(ship, route) for ship, route in enumerate(start) if route}
    for turn in range(STARTS):
        routes, length = np.zeros((ships, jobs), np.int64), np.zeros(ships, np.int64)
        for ship, route in enumerate(start):
            routes[ship, :len(route)], length[ship] = route, len(route)
        pool = np.zeros((POOL, jobs + 2), np.int64)
        value, filled = ruin_and_recreate(data, near, routes, length, STARTS * seed + turn, rounds,
                                          HEAT * mean, COOL * mean, pool)
        kept = np.unique(pool[max(0, filled - POOL // 4):filled], axis=0)
        met |= {(int(row[0]), tuple(row[2:2 + row[1]].tolist())) for row in kept}
        found = tuple(tuple(routes[s, :length[s]].tolist()) for s in range(ships))
        met |= {(ship, route) for ship, route in enumerate(found) if route}
        if value < lowest:
            best, lowest = found, int(value)
    return best, met


def nearness(problem: Dispatch) -> NDArray[np.int64]:
    """(J, J) jobs by hours at sea from each job, itself first."""
    hours = problem.leg_h.min(axis=0) + 1
    np.fill_diagonal(hours, 0)
    return np.argsort(hours, axis=1, kind="stable").astype(np.int64)
