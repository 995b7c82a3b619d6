"""An outside check of a plan for demand: flows walked arc by arc, and losses by the flow optimum.

Nothing here knows the planner's cuts or prices. `broken_promises` reads a flow as a witness: what
it carries must fit, must come from somewhere, and must serve what was promised. `losses` solves the
regenerated failures on the network that contains the plan with `cablenet.traffic.optimum`, which
proves each answer by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cablenet.metrics.flow_case import flow_case
from cablenet.metrics.traffic_rules import TrafficRules
from cablenet.network import Network
from cablenet.scenarios.scenario_set import ScenarioSet
from cablenet.traffic.optimum import FlowSolver
from cablenet.traffic.patch import Patcher
from cablenet.traffic.problem import FlowProblem, Outage

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
WITHIN_TBPS = 1e-5
"""Room, balance and promises hold to ten Mbps: programs count in Gbps to seven digits."""


def broken_promises(problem: FlowProblem, outage: Outage, flow_tbps: Floats, unserved_tbps: Floats,
                    need_tbps: Floats, country: Ints) -> list[str]:
    """What a flow (R, A) with (D,) unserved breaks: room, balance, or what (C,) countries need."""
    out = []
    target, refusal, aim = problem.aims
    if (flow_tbps.sum(axis=0) > outage.room_tbps + WITHIN_TBPS).any():
        out.append("an arc carries more than its room")
    if (flow_tbps < -WITHIN_TBPS).any() or (
            flow_tbps[problem.refused[refusal]] > WITHIN_TBPS).any():
        out.append("a flow is negative or runs where it is refused")
    served = problem.tbps[:, 0] - unserved_tbps
    if (served < -WITHIN_TBPS).any() or (unserved_tbps < -WITHIN_TBPS).any():
        out.append("a demand is served more than it asks, or less than nothing")
    for row in range(len(target)):
        balance = np.zeros(problem.n_nodes)
        np.add.at(balance, problem.tail, flow_tbps[row])
        np.subtract.at(balance, problem.head, flow_tbps[row])
        np.subtract.at(balance, problem.source[aim == row], served[aim == row])
        balance[target[row]] = 0.0
        if np.abs(balance).max() > WITHIN_TBPS:
            out.append(f"traffic to node {target[row]} appears or vanishes")
            break
    kept = np.bincount(country, served, minlength=len(need_tbps))
    out += [f"country {c} gets {kept[c]:g} of {need_tbps[c]:g} Tbps"
            for c in np.flatnonzero(kept < need_tbps - WITHIN_TBPS)]
    return out


def losses(net: Network, scenarios: ScenarioSet, served_today: dict[tuple[int, int], float],
           rules: TrafficRules | None = None, capacity_rule: str | None = None,
           progress: Callable[[int, int], None] | None = None) -> Floats:
    """(S, C) of what is served today, the least that is unserved after each failure, Tbps.

    All levels alike; the total is exact, its split over countries that compete is max-min fair.

    Parameters
    ----------
    served_today
        Tbps of each (from, to) pair of gateways that count
    """
    case = flow_case(net, rules, capacity_rule)
    demands = net.demands
    pairs = zip(demands.from_gateway[case.demand].tolist(),
                demands.to_gateway[case.demand].tolist(), strict=True)
    amount = np.array([served_today.get(pair, 0.0) for pair in pairs])
    kept = np.flatnonzero(amount > 0)
    whole = case.problem
    problem = replace(whole, source=whole.source[kept], target=whole.target[kept],
                      tbps=amount[kept, None], refusal=whole.refusal[kept])
    solver = FlowSolver(problem)
    patcher = Patcher(solver.intact) if Patcher.fits(solver.intact) else None
    country = case.country[kept]
    seen: dict[bytes, Floats] = {}
    out = np.zeros((len(scenarios), len(net.country_id)))
    for row in range(len(scenarios)):
        failed = np.zeros(len(net.links), bool)
        failed[scenarios.links_lost(row)] = True
        outage = case.outage(failed)
        key = np.packbits(outage.lost).tobytes() + outage.room_tbps.tobytes()
        if key not in seen:
            seen[key] = np.asarray(np.bincount(country, _left(solver, patcher, outage),
                                               minlength=len(net.country_id)), np.float64)
        out[row] = seen[key]
        if progress is not None:
            progress(row + 1, len(scenarios))
    return out


def _left(solver: FlowSolver, patcher: Patcher | None, outage: Outage) -> Floats:
    """(D,) unserved after one failure."""
    asked = solver.problem.tbps[:, 0]
    if patcher is not None:
        patch = patcher.patch(outage)
        if patch.settled:
            return np.where(patch.cut, asked, 0.0)
    solver.reset()
    return np.asarray(solver.solve(outage).unserved_tbps[:, 0], np.float64)
