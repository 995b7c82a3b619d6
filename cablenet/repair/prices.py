"""`repair_prices`: what a permit-day, one more ship, a pooled fleet or spares at a port would save.

Each is found by planning again, by the objective asked for. Beside it stands what the schedule
saves if no ship changes its route (never more), and for one more ship, where plans are additive,
the dual price of the linear relaxation of the choice of routes (never less than the relaxation
saves, since its value is convex in the number of ships). What the network gets back depends on what
else is mended: there is no such relaxation, and no dual.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp
from scipy.optimize import linprog

from cablenet.network import Network
from cablenet.repair.case import RepairCase, repair_case
from cablenet.repair.choice import choose_routes
from cablenet.repair.durations import HOURS_PER_DAY, LAND_WORK, LOCATE
from cablenet.repair.fleet import SeaRoutes
from cablenet.repair.jobs import WEIGHT_UNIT
from cablenet.repair.network_value import NetworkValue
from cablenet.repair.objective import Judging, Objective
from cablenet.repair.problem import Dispatch
from cablenet.repair.routes import Routes, enumerate_routes, kinds_of
from cablenet.repair.rules import Place, RepairRules
from cablenet.repair.sea_legs import Distances
from cablenet.scenarios.scenario_set import ScenarioSet

UNIT = float(WEIGHT_UNIT * HOURS_PER_DAY)
MOST_ROUTES = 100_000
NEAR_PORTS = 4
COLUMNS = ["lever", "what", "saves", "saves_low", "saves_high", "order_kept", "dual", "last_day",
           "not_repaired"]


@dataclass(frozen=True, eq=False)
class _Solved:
    """A plan, what it loses and what any loses at least, in parts of the objective's unit."""

    case: RepairCase
    routes: Routes
    value: float
    bound: float
    part: float
    lost: Callable[[Routes], float]
    """Of other routes."""

    @property
    def jobs(self) -> list[str]:
        return [job.id for job in self.case.jobs]

    @property
    def last_day(self) -> float:
        return max((done for ship, route in enumerate(self.routes) for _, _, done in
                    self.case.problem.clock(ship, route)), default=0) / HOURS_PER_DAY


def repair_prices(net: Network, scenario: ScenarioSet, *, ports: Mapping[str, Place] | None = None,
                  weights: Mapping[str, float] | None = None, router: SeaRoutes | None = None,
                  charter: bool = False, seed: int = 1, time_limit_s: float = 5.0,
                  rules: RepairRules | None = None, objective: Objective = "weighted",
                  horizon_days: float = 90.0,
                  progress: Callable[[str, int, int], None] | None = None) -> pd.DataFrame:
    """What each lever saves of the objective, by planning again.

    Parameters
    ----------
    ports
        where one more ship, and spares, are tried (name: lon, lat); default: the depots of the map
        nearest to the fault of most worth
    objective, horizon_days
        as of `plan_repairs`. By "demand_days" or a `ServiceLevel` states of the network are solved
        once for all levers; a plan takes minutes where one of `plan_repairs` does

    Returns
    -------
    lever, what
        permit day (a country), ship (a port), pooled fleet, spares (a port)
    saves
        days x weight (Tbps-days, days below the level) less than without it; `saves_low` and
        `saves_high` bracket it where one of the two plans is not proved
    order_kept
        the same if no ship changes its route; of permit days only
    dual
        the relaxation's price of one more ship like the dearest that lies at that port; NaN where
        none does, or plans are not additive
    last_day, not_repaired
        with it: the day the last repair is done, and faults that no ship may reach
    """
    base_rules = rules or RepairRules()
    far = Distances(router)
    value: NetworkValue | None = None

    def solve(changed: RepairRules, before: _Solved | None = None) -> _Solved:
        nonlocal value
        case = repair_case(net, scenario, weights=weights, charter=charter, rules=changed, far=far)
        if objective == "weighted":
            return _by_weight(case, seed, time_limit_s)
        value = value or NetworkValue(net, scenario, [job.link for job in case.every])
        return _by_network(case, value, objective, before,
                           horizon_h=round(horizon_days * HOURS_PER_DAY), seed=seed,
                           limit=time_limit_s)

    now = solve(base_rules)
    places = dict(ports) if ports is not None else _near_ports(now.case)
    tries = [("nothing", "as planned", base_rules), *_levers(now.case, places, base_rules)]
    prices = ship_duals(now.case.problem, int(now.value)) if objective == "weighted" else {}
    rows = []
    for number, (lever, what, changed) in enumerate(tries):
        (progress or (lambda *_: None))(f"{lever} {what}", number, len(tries))
        then = now if lever == "nothing" else solve(changed, now)
        rows.append({"lever": lever, "what": what, **_saved(now, then),
                     "order_kept": _order_kept(now, then) if lever == "permit day" else np.nan,
                     "dual": _dual_at(now.case, prices, places[what]) if lever == "ship"
                     else np.nan})
    return pd.DataFrame(rows, columns=COLUMNS)


def _by_weight(case: RepairCase, seed: int, limit: float) -> _Solved:
    choice = choose_routes(case.problem, seed=seed, limit=limit)
    return _Solved(case, choice.routes, choice.objective, choice.bound, UNIT, lambda routes: sum(
        case.problem.cost(ship, route) for ship, route in enumerate(routes)))


def _by_network(case: RepairCase, value: NetworkValue, objective: Objective,
                before: _Solved | None, *, horizon_h: int, seed: int, limit: float) -> _Solved:
    """The plan by what the network gets back; never worse than the plan before, sailed now."""
    number = {job.id: n for n, job in enumerate(case.every)}
    ashore = {n: LOCATE.hours + LAND_WORK.hours for n, job in enumerate(case.every) if job.on_land}
    kept = None
    if before is not None and before.jobs == [job.id for job in case.jobs]:
        kept = before.routes + ((),) * (case.problem.n_ships - len(before.routes))
        if not all(case.problem.able[ship, job] for ship, route in enumerate(kept)
                   for job in route):
            kept = None
    judging = Judging(case.problem, value, [number[job.id] for job in case.jobs], ashore, objective,
                      None, horizon_h, seed, limit, kept=kept)
    judged = judging.judge()
    return _Solved(case, judged.routes, judged.certificate.objective, judged.certificate.bound, 1.0,
                   judging.lost)


def _levers(case: RepairCase, ports: Mapping[str, Place],
            rules: RepairRules) -> list[tuple[str, str, RepairRules]]:
    asked = sorted({country for job in case.jobs for country in job.asked})
    out = [("permit day", country, replace(rules, sooner={
        **rules.sooner, country: rules.sooner.get(country, 0.0) + 1.0})) for country in asked]
    out += [("ship", name, replace(rules, added_ships=(*rules.added_ships, (name, place))))
            for name, place in ports.items()]
    out.append(("pooled fleet", "agreements ignored", replace(rules, pooled=True)))
    out += [("spares", name, replace(rules, added_spares=(*rules.added_spares, (name, place))))
            for name, place in ports.items()]
    return out


def _saved(now: _Solved, then: _Solved) -> dict[str, float]:
    """Compared on the jobs that both plans do; brackets by the bounds of both."""
    both = len(now.case.jobs) == len(then.case.jobs)
    low, high = now.bound - then.value, now.value - then.bound
    return {"saves": (now.value - then.value) / now.part if both else np.nan,
            "saves_low": low / now.part if both else np.nan,
            "saves_high": high / now.part if both else np.nan,
            "last_day": then.last_day, "not_repaired": len(then.case.not_served)}


def _order_kept(now: _Solved, then: _Solved) -> float:
    """The saving when ships keep their routes and only clocks change."""
    return (now.value - then.lost(now.routes)) / now.part if now.jobs == then.jobs else np.nan


def ship_duals(problem: Dispatch, found: int) -> dict[int, float]:
    """What one more ship like each ship would save, by ship, in weight x days; {} where unknown.

    The dual of "no more routes of a kind than ships" in the relaxation of the choice of routes over
    all routes that a plan no worse than the one found (its weighted completion) may use.
    """
    kinds = kinds_of(problem)
    least = int((problem.weight * problem.earliest().min(axis=0)).sum())
    columns, _ = enumerate_routes(problem, kinds, found - least, MOST_ROUTES)
    if not columns:
        return {}
    serves: Any = sp.lil_array((problem.n_jobs, len(columns)))
    of_kind: Any = sp.lil_array((len(kinds), len(columns)))
    for number, column in enumerate(columns):
        serves[list(column.route), number] = 1.0
        of_kind[column.kind, number] = 1.0
    relaxed: Any = linprog(
        [float(column.regret) for column in columns], A_ub=of_kind.tocsr(),
        b_ub=[float(len(ships)) for ships in kinds], A_eq=serves.tocsr(),
        b_eq=np.ones(problem.n_jobs), method="highs")
    if relaxed.status != 0:
        return {}
    return {ship: -float(relaxed.ineqlin.marginals[kind]) / UNIT + 0.0
            for kind, ships in enumerate(kinds) for ship in ships}


def _dual_at(case: RepairCase, prices: Mapping[int, float], place: Place) -> float:
    """The highest dual of a ship whose base is this port."""
    there = [price for ship, price in prices.items()
             if abs(case.ships[ship].lon - place[0]) < 0.5
             and abs(case.ships[ship].lat - place[1]) < 0.5]
    return max(there, default=float("nan"))


def _near_ports(case: RepairCase) -> dict[str, Place]:
    """The depots of the map nearest to the fault of most worth, by name."""
    job = max(case.jobs, key=lambda one: (one.weight, one.id))
    depots = [depot for depot in case.depots if not depot.added]
    by_way = sorted(depots, key=lambda depot: (case.far.km(
        (job.lon, job.lat), (depot.lon, depot.lat)), depot.id))
    return {depot.name: (depot.lon, depot.lat) for depot in by_way[:NEAR_PORTS]}
