"""`bench repairs`: dispatch beside CP-SAT, OR-Tools routing and PyVRP, given the same wall time.

Ours runs until it is done; each peer then gets as long on the same outage. Objective (weighted
completion, counted by one clock), bound and gap of each are told. `equal` means: no peer found a
better plan, and no peer's bound lies above ours' plan.
"""

from __future__ import annotations

import math
from pathlib import Path

from cablenet import catalogue
from cablenet.bench.case import Case, Progress, timed
from cablenet.bench.repair_peers import Peer, by_cp_sat, by_pyvrp, by_routing, cost_of
from cablenet.bench.repair_worlds import random_outage
from cablenet.errors import InputError
from cablenet.repair.choice import choose_routes
from cablenet.repair.problem import Dispatch

SIZES = ((30, 1), (60, 1), (60, 3), (100, 1))
"""Faults and seed of each outage, ten ships each."""
SHIPS = 10
LIMIT = 20.0
"""Ours: the default of `plan_repairs`, counted in work."""
LEAST_S = 1.0
"""A peer gets no less, so that it can start at all."""


def peers() -> dict[str, Peer]:
    """The peers at hand; PyVRP only where it is installed (`cablenet[bench]`)."""
    out: dict[str, Peer] = {"CP-SAT": by_cp_sat, "OR-Tools routing": by_routing}
    try:
        import pyvrp  # noqa: F401 - only whether it is there
    except ImportError:
        return out
    return out | {"PyVRP": by_pyvrp}


def repair_cases(data: Path | None, progress: Progress) -> list[Case]:
    """Random outages of the atlas (`random_outage`)."""
    if data is not None:
        raise InputError("bench repairs draws its outages on the shipped atlas; leave --data out")
    net = catalogue.build_network(catalogue.atlas())
    asked = peers()
    choose_routes(random_outage(net, 0, 13, SHIPS), seed=1, limit=0.1)  # compiles the loops
    cases = []
    for done, (jobs, seed) in enumerate(SIZES):
        progress("outages", done, len(SIZES))
        cases.append(beside(f"{jobs} faults, {SHIPS} ships, seed {seed}",
                            random_outage(net, seed, jobs, SHIPS), asked))
    return cases


def beside(what: str, problem: Dispatch, asked: dict[str, Peer], limit: float = LIMIT) -> Case:
    """One outage by ours and by each peer; PyVRP is named as absent where it is not installed."""
    ours_s, ours = timed(lambda: choose_routes(problem, seed=1, limit=limit))
    best = cost_of(problem, ours.routes)
    told = {"ours": _told(best, ours.bound)}
    seconds, equal = {}, best == ours.objective
    for name, peer in asked.items():
        answer = peer(problem, max(LEAST_S, ours_s))
        cost = math.inf if answer.routes is None else cost_of(problem, answer.routes)
        told[name], seconds[name] = _told(cost, answer.bound), answer.seconds
        equal &= cost >= best and not answer.bound > best + 1e-6
    absent = "" if "PyVRP" in asked else "; PyVRP not installed"
    return Case(what + absent, problem.n_jobs, ours_s, seconds, equal, told)


def _told(cost: float, bound: float) -> dict[str, float | None]:
    """Objective, bound and gap; None where there is none."""
    objective = cost if math.isfinite(cost) else None
    proved = bound if math.isfinite(bound) else None
    gap = None if objective is None or proved is None else (cost - bound) / max(1.0, cost)
    return {"objective": objective, "bound": proved, "gap": gap}


