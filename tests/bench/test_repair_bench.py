"""The repairs bench on small outages: peers answer the same question; a better one would show."""

from __future__ import annotations

import importlib.util
import math

import numpy as np
import pytest

from cablenet.bench import repair_bench
from cablenet.bench.repair_bench import beside, repair_cases
from cablenet.bench.repair_peers import Answer, by_cp_sat, by_pyvrp, by_routing, cost_of
from cablenet.errors import InputError
from cablenet.repair.problem import Dispatch
from tests.repair.test_choice import best_of_all, cost_by_hand


def outage(seed, jobs=5, ships=2):
    """Faults and bases on a plane; each ship sets out at an hour of its own, permits are shared."""
    rng = np.random.default_rng(seed)
    faults, bases = rng.uniform(0, 40, (jobs, 2)), rng.uniform(0, 40, (ships, 2))
    speed = rng.uniform(0.1, 0.3, ships)
    base = np.linalg.norm(bases[:, None] - faults[None], axis=2) / speed[:, None]
    leg = np.linalg.norm(faults[:, None] - faults[None], axis=2)[None] / speed[:, None, None]
    able = rng.random((ships, jobs)) < 0.8
    able[0, ~able.any(axis=0)] = True
    return Dispatch(
        np.ceil(base).astype(int), np.ceil(leg).astype(int),
        np.tile(rng.integers(20, 150, (ships, 1)), (1, jobs)), able,
        np.tile(rng.choice([0, 100, 400], jobs), (ships, 1)), rng.integers(72, 216, jobs),
        np.full(jobs, 24), rng.integers(1, 51, jobs))


@pytest.mark.parametrize("seed", range(4))
def test_cp_sat_proves_the_best_of_all(seed):
    problem = outage(seed)
    answer = by_cp_sat(problem, 20.0)
    assert cost_of(problem, answer.routes) == answer.bound == best_of_all(problem)


@pytest.mark.parametrize("seed", range(4))
def test_routing_finds_the_best_of_few_faults_with_the_same_clock(seed):
    problem = outage(seed)
    answer = by_routing(problem, 0.5)
    assert cost_of(problem, answer.routes) == best_of_all(problem)
    assert math.isnan(answer.bound)


@pytest.mark.skipif(importlib.util.find_spec("pyvrp") is None, reason="pyvrp is not installed")
def test_pyvrp_serves_every_fault():
    problem = outage(1)
    assert cost_of(problem, by_pyvrp(problem, 1.0).routes) >= best_of_all(problem)


def test_figures_of_all_are_told_and_agree():
    problem = outage(2)
    case = beside("x", problem, {"CP-SAT": by_cp_sat}, limit=1.0).to_json()
    best = best_of_all(problem)
    assert case["told"] == {name: {"objective": best, "bound": best, "gap": 0.0}
                            for name in ("ours", "CP-SAT")}
    assert case["equal"] and case["case"] == "x; PyVRP not installed"


def test_a_better_plan_or_a_bound_above_ours_is_seen():
    problem = outage(3)
    best = best_of_all(problem)
    none = beside("x", problem, {"peer": lambda *_: Answer(None, math.nan, 0.1)})
    assert none.equal
    assert none.told["peer"] == {"objective": None, "bound": None, "gap": None}
    assert not beside("x", problem, {"peer": lambda *_: Answer(None, best + 1.0, 0.1)}).equal


def test_a_peer_with_a_better_plan_is_seen(monkeypatch):
    problem = outage(3)
    answer = by_cp_sat(problem, 20.0)
    choose = repair_bench.choose_routes

    def worse(*args, **named):
        good = choose(*args, **named)
        turned = next(tuple(r[::-1] if i == n else r for i, r in enumerate(good.routes))
                      for n, route in enumerate(good.routes) if len(route) > 1)
        return type(good)(turned, "feasible", cost_of(problem, turned), good.bound, 0.0)

    monkeypatch.setattr(repair_bench, "choose_routes", worse)
    assert not beside("x", problem, {"peer": lambda *_: answer}).equal


def test_our_clock_counts_what_peers_bring_and_refuses_wrong_routes():
    problem = outage(0)
    routes = by_cp_sat(problem, 20.0).routes
    assert cost_of(problem, routes) == sum(
        cost_by_hand(problem, ship, route) for ship, route in enumerate(routes))
    with pytest.raises(ValueError, match="routes serve jobs"):
        cost_of(problem, ((0, 1), (1, 2, 3, 4)))


def test_a_map_of_ones_own_is_refused(tmp_path):
    with pytest.raises(InputError, match="leave --data out"):
        repair_cases(tmp_path, lambda *_: None)
