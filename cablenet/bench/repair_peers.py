"""The same dispatch as users would put it to CP-SAT, to OR-Tools routing and to PyVRP.

Each is given a wall time and returns routes (one for each ship), or None where it found none.
CP-SAT proves a bound as well. Costs are counted by our clock afterwards, the same for all.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from cablenet.repair.problem import BASE, Dispatch
from cablenet.repair.routes import Routes
from cablenet.solvers import IntegerProgram

SHIFTS = (1.15, 1.4, 2.0)
"""PyVRP's shifts, as multiples of an equal share of all work and sailing."""


@dataclass(frozen=True)
class Answer:
    """Routes, if any were found, the bound proved (nan: none), and seconds with the building."""

    routes: Routes | None
    bound: float
    seconds: float


Peer = Callable[[Dispatch, float], Answer]


def by_cp_sat(problem: Dispatch, limit_s: float) -> Answer:
    """A circuit for each ship, an hour for each start, times linked along arcs; one worker."""
    begun = time.perf_counter()
    program, jobs = IntegerProgram(), range(problem.n_jobs)
    late = int(problem.ready_h.max() + problem.permit_h.max() + problem.work_h.sum()
               + problem.n_jobs * max(problem.leg_h.max(), problem.base_h.max()))
    start = [program.integer(f"start {j}", 0, late) for j in jobs]
    served: list[list[Any]] = [[] for _ in jobs]
    follows: dict[tuple[int, int, int], Any] = {}
    for ship in range(problem.n_ships):
        able = np.flatnonzero(problem.able[ship]).tolist()
        arcs = [(0, 0, program.flag(f"{ship} stays"))]
        for job in able:
            here = program.flag(f"{ship} serves {job}")
            served[job].append(here)
            arcs += [(job + 1, job + 1, here.negated()),
                     (job + 1, 0, program.flag(f"{ship} ends with {job}"))]
            for at in (BASE, *able):
                if at == job:
                    continue
                arc = follows[ship, at, job] = program.flag(f"{ship} {at} {job}")
                arcs.append((at + 1, job + 1, arc))
                set_out = problem.ready_h[ship, job] + problem.sail_h(ship, at, job)
                program.require(start[job] >= int(max(set_out, problem.permit_h[ship, job]))
                                ).only_enforce_if(arc)
                if at != BASE:
                    program.require(start[job] >= start[at] + int(problem.work_h[at])
                                    + problem.sail_h(ship, at, job)).only_enforce_if(arc)
        program.model.add_circuit(arcs)
    for flags in served:
        program.require(sum(flags) == 1)
    rest = int((problem.weight * (problem.work_h + problem.test_h)).sum())
    program.minimise(sum(int(problem.weight[j]) * start[j] for j in jobs))
    answer = program.solve(wall_limit_s=max(0.1, limit_s - (time.perf_counter() - begun)),
                           deterministic_limit=math.inf, linearization_level=1)
    bound = answer.bound + rest if math.isfinite(answer.bound) else math.nan
    if answer.status not in ("optimal", "feasible"):
        return Answer(None, bound, time.perf_counter() - begun)
    nexts = {(ship, at): job for (ship, at, job), flag in follows.items()
             if answer.values[f"{ship} {at} {job}"]}
    return Answer(_chains(problem.n_ships, nexts), bound, time.perf_counter() - begun)


def by_routing(problem: Dispatch, limit_s: float) -> Answer:
    """OR-Tools routing: soft limits of 0 on the hour work starts, guided local search.

    Its ships set out at one hour each and permits are the same for all, as in `random_outage`.
    """
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    begun = time.perf_counter()
    ships, jobs = problem.n_ships, problem.n_jobs
    manager = pywrapcp.RoutingIndexManager(jobs + ships, ships, list(range(jobs, jobs + ships)),
                                           list(range(jobs, jobs + ships)))
    routing = pywrapcp.RoutingModel(manager)
    work = [*problem.work_h.tolist(), *[0] * ships]
    legs = []
    for ship in range(ships):
        table = np.zeros((jobs + ships, jobs + ships), np.int64)
        table[:jobs, :jobs] = problem.leg_h[ship]
        table[jobs + ship, :jobs] = problem.base_h[ship]
        table += np.array(work)[:, None]
        legs.append(routing.RegisterTransitMatrix(table.tolist()))
    late = int(problem.permit_h.max() + problem.ready_h.max() + problem.work_h.sum()
               + jobs * max(problem.leg_h.max(), problem.base_h.max()))
    routing.SetArcCostEvaluatorOfAllVehicles(routing.RegisterTransitMatrix(
        np.zeros((jobs + ships, jobs + ships), np.int64).tolist()))
    routing.AddDimensionWithVehicleTransits(legs, late, late, False, "hour")
    hour = routing.GetDimensionOrDie("hour")
    for job in range(jobs):
        index = manager.NodeToIndex(job)
        hour.CumulVar(index).SetMin(int(problem.permit_h[:, job].max()))
        hour.SetCumulVarSoftUpperBound(index, 0, int(problem.weight[job]))
        able = np.flatnonzero(problem.able[:, job]).tolist()
        if len(able) < ships:
            routing.VehicleVar(index).SetValues([-1, *able])
    for ship in range(ships):
        hour.CumulVar(routing.Start(ship)).SetMin(int(problem.ready_h[ship].max()))
    settings = pywrapcp.DefaultRoutingSearchParameters()
    settings.first_solution_strategy = (
        routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION)
    settings.local_search_metaheuristic = (
        routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH)
    left = max(0.1, limit_s - (time.perf_counter() - begun))
    settings.time_limit.FromMilliseconds(int(1000 * left))
    found = routing.SolveWithParameters(settings)
    if found is None:
        return Answer(None, math.nan, time.perf_counter() - begun)
    routes = []
    for ship in range(ships):
        index, route = found.Value(routing.NextVar(routing.Start(ship))), []
        while not routing.IsEnd(index):
            route.append(manager.IndexToNode(index))
            index = found.Value(routing.NextVar(index))
        routes.append(tuple(route))
    return Answer(tuple(routes), math.nan, time.perf_counter() - begun)


def by_pyvrp(problem: Dispatch, limit_s: float) -> Answer:
    """PyVRP: the least time under way within shifts of several lengths; the best by our clock.

    It has no weights on completion, so it is asked the nearest question it knows.
    """
    from pyvrp import Model
    from pyvrp.stop import MaxRuntime

    begun = time.perf_counter()
    mean = int((problem.work_h + problem.leg_h.mean(axis=(0, 1))).sum() / problem.n_ships)
    best: Routes | None = None
    for turn, shift in enumerate(SHIFTS):
        model = Model()
        bases = [model.add_location(0, 0) for _ in range(problem.n_ships)]
        places = [model.add_location(0, 0) for _ in range(problem.n_jobs)]
        for job, place in enumerate(places):
            model.add_client(place, service_duration=int(problem.work_h[job]),
                             tw_early=int(problem.permit_h[:, job].max()))
        for ship, base in enumerate(bases):
            depot = model.add_depot(base)
            profile, ready = model.add_profile(), int(problem.ready_h[ship].max())
            model.add_vehicle_type(
                1, start_depot=depot, end_depot=depot, tw_early=ready,
                tw_late=ready + int(shift * mean) + int(problem.permit_h.max()),
                unit_distance_cost=0, unit_duration_cost=1, profile=profile)
            for job in np.flatnonzero(problem.able[ship]).tolist():
                sail = int(problem.base_h[ship, job])
                model.add_edge(base, places[job], sail, sail, profile)
                model.add_edge(places[job], base, 0, 0, profile)
                for other in np.flatnonzero(problem.able[ship]).tolist():
                    if other != job:
                        sail = int(problem.leg_h[ship, job, other])
                        model.add_edge(places[job], places[other], sail, sail, profile)
        left = (limit_s - (time.perf_counter() - begun)) / (len(SHIFTS) - turn)
        result = model.solve(MaxRuntime(max(0.1, left)), seed=1, display=False)
        if result.is_feasible():
            routes: list[tuple[int, ...]] = [()] * problem.n_ships
            for route in result.best.routes():
                routes[route.vehicle_type()] = tuple(
                    visit.idx for visit in route if visit.is_client())
            if best is None or cost_of(problem, tuple(routes)) < cost_of(problem, best):
                best = tuple(routes)
    return Answer(best, math.nan, time.perf_counter() - begun)


def cost_of(problem: Dispatch, routes: Routes) -> int:
    """The weighted completion of routes that serve every job once.

    Raises
    ------
    ValueError
        they do not, or a ship is sent where it cannot go
    """
    served = sorted(job for route in routes for job in route)
    if served != list(range(problem.n_jobs)):
        raise ValueError(f"routes serve jobs {served}")
    if not all(problem.able[ship, job] for ship, route in enumerate(routes) for job in route):
        raise ValueError("a ship serves a job that it is not able to do")
    return sum(problem.cost(ship, route) for ship, route in enumerate(routes))


def _chains(ships: int, nexts: dict[tuple[int, int], int]) -> Routes:
    routes = []
    for ship in range(ships):
        route, at = [], BASE
        while (ship, at) in nexts:
            at = nexts[ship, at]
            route.append(at)
        routes.append(tuple(route))
    return tuple(routes)
