"""The coupled dispatch against every assignment and order, on worths that are not additive."""

from __future__ import annotations

from itertools import pairwise, permutations, product

import numpy as np
import pytest

from cablenet.repair.choice import choose_routes
from cablenet.repair.coupled import choose_coupled
from cablenet.repair.problem import Dispatch


def outage(seed, jobs, ships):
    """Random hours; some permits of one ship only."""
    rng = np.random.default_rng(seed)
    return Dispatch(
        rng.integers(5, 200, (ships, jobs)), rng.integers(5, 200, (ships, jobs, jobs)),
        rng.choice([36, 156], (ships, jobs)), np.ones((ships, jobs), bool),
        rng.choice([0, 100, 400], (ships, jobs)), rng.integers(72, 216, jobs),
        np.full(jobs, 24), rng.integers(1, 50, jobs))


def cover(seed, jobs):
    """Worth: demands that are served as soon as one of their groups of jobs is whole."""
    rng = np.random.default_rng(seed + 1000)
    demands = [(float(rng.integers(1, 50)), [frozenset(rng.choice(jobs, min(jobs, size)).tolist())
                                             for size in (1 + i % 3, 2)]) for i in range(jobs + 2)]
    return lambda mended: sum(worth for worth, groups in demands
                              if any(group <= mended for group in groups))


def lost(problem, worth, plan):
    """Second clock: hour by hour of change, from the rules."""
    done = {}
    for ship, order in enumerate(plan):
        place, free = None, 0
        for job in order:
            sail = problem.base_h[ship][job] if place is None else problem.leg_h[ship][place][job]
            there = max(free, problem.ready_h[ship][job]) + sail
            free = max(there, problem.permit_h[ship][job]) + problem.work_h[job]
            done[job], place = int(free + problem.test_h[job]), job
    whole, hours = worth(frozenset(done)), [0, *sorted(done.values())]
    return sum((b - a) * (whole - worth(frozenset(j for j, hour in done.items() if hour <= a)))
               for a, b in pairwise(hours))


def least_lost(problem, worth):
    jobs = range(problem.n_jobs)
    best = float("inf")
    for order in permutations(jobs):
        for owner in product(range(problem.n_ships), repeat=problem.n_jobs):
            if list(owner) == sorted(owner):  # each set of routes once: cut the order in pieces
                plan = [tuple(j for j, o in zip(order, owner, strict=True) if o == ship)
                        for ship in range(problem.n_ships)]
                best = min(best, lost(problem, worth, plan))
    return best


@pytest.mark.parametrize("seed", range(200))
def test_the_coupled_plan_equals_the_best_of_all(seed):
    problem = outage(seed, jobs=2 + seed % 3 + (seed % 20 == 0), ships=1 + seed % 3)
    worth = cover(seed, problem.n_jobs)
    choice = choose_coupled(problem, worth)
    assert choice.status == "optimal"
    assert choice.objective == pytest.approx(least_lost(problem, worth))
    assert choice.objective == pytest.approx(lost(problem, worth, choice.routes))


@pytest.mark.parametrize("seed", range(4))
def test_more_jobs_are_bounded_and_never_worse_than_the_additive_plan(seed):
    problem = outage(seed, jobs=11, ships=3)
    worth = cover(seed, 11)
    additive = choose_routes(problem, seed=1, limit=0.1).routes
    choice = choose_coupled(problem, worth, additive)
    assert choice.bound <= choice.objective <= lost(problem, worth, additive) + 1e-6
    assert choice.objective == pytest.approx(lost(problem, worth, choice.routes))


def test_two_faults_of_one_cable_are_worth_nothing_until_both_are_mended():
    # one ship, no sea, 100 h work each, no test; jobs 0 and 1 bring 10 together, job 2 brings
    # 6 alone: 2 first costs 100 x 16 + 200 x 10 = 3600; 0 and 1 first 200 x 16 + 100 x 6 = 3800
    zero = np.zeros((1, 3), int)
    problem = Dispatch(zero, np.zeros((1, 3, 3), int), zero, zero == 0, zero, np.full(3, 100),
                       np.zeros(3, int), np.ones(3, int))
    choice = choose_coupled(problem, lambda mended: 10.0 * ({0, 1} <= mended) + 6.0 * (2 in mended))
    assert choice.objective == 3600.0
    assert choice.routes[0][0] == 2
