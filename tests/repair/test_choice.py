"""The exact dispatch against every assignment and order, and the laws it must keep."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cablenet.repair.choice import choose_by_columns, choose_routes, queue_bound
from cablenet.repair.problem import Dispatch
from cablenet.repair.routes import enumerate_routes, good_routes, kinds_of


def random_problem(seed, jobs=5, ships=2):
    """Bases and faults on a plane of 40 units, ships of several speeds, permits of 0-60 days."""
    rng = np.random.default_rng(seed)
    faults, bases = rng.uniform(0, 40, (jobs, 2)), rng.uniform(0, 40, (ships, 2))
    speed = rng.uniform(0.08, 0.15, ships)
    base = np.linalg.norm(bases[:, None] - faults[None], axis=2) / speed[:, None]
    leg = np.linalg.norm(faults[:, None] - faults[None], axis=2)[None] / speed[:, None, None]
    able = rng.random((ships, jobs)) < 0.85
    able[rng.integers(0, ships), ~able.any(axis=0)] = True
    tied = rng.choice([0, 0, 96], (ships, jobs))  # some permits are of one ship and take longer
    return Dispatch(
        np.ceil(base).astype(int), np.ceil(leg).astype(int),
        36 + rng.choice([0, 120], (ships, jobs)), able,
        np.tile(rng.choice([0, 72, 240, 1452], jobs), (ships, 1)) + tied,
        rng.choice([168, 192], jobs), np.full(jobs, 24), rng.integers(1, 50, jobs) * 100)


def cost_by_hand(problem, ship, order):
    """A second clock, written from the rules: set out when free and ready, work with a permit."""
    place, free, total = None, 0, 0
    for job in order:
        sail = problem.base_h[ship][job] if place is None else problem.leg_h[ship][place][job]
        there = max(free, problem.ready_h[ship][job]) + sail
        leave = max(there, problem.permit_h[ship][job]) + problem.work_h[job]
        total += problem.weight[job] * (leave + problem.test_h[job])
        place, free = job, leave
    return int(total)


def best_of_all(problem):
    """Slow twin: every assignment of jobs to ships, every order on every ship."""
    best = {}
    for ship in range(problem.n_ships):
        for size in range(problem.n_jobs + 1):
            for order in permutations(np.flatnonzero(problem.able[ship]).tolist(), size):
                key = ship, frozenset(order)
                cost = cost_by_hand(problem, ship, order)
                best[key] = min(cost, best.get(key, cost))
    jobs = range(problem.n_jobs)
    return min(
        sum(best[ship, frozenset(j for j in jobs if owner[j] == ship)]
            for ship in range(problem.n_ships))
        for owner in product(range(problem.n_ships), repeat=problem.n_jobs)
        if all(problem.able[owner[j], j] for j in jobs))


@pytest.mark.parametrize("seed", range(120))
def test_the_plan_equals_the_best_of_all_assignments_and_orders(seed):
    problem = random_problem(seed, jobs=2 + seed % 4, ships=2 + seed % 2)
    choice = choose_routes(problem, seed=1, limit=20.0)
    assert choice.status == "optimal"
    assert choice.objective == choice.bound == best_of_all(problem)
    assert sorted(job for route in choice.routes for job in route) == list(range(problem.n_jobs))
    assert choice.objective == sum(cost_by_hand(problem, ship, route)
                                   for ship, route in enumerate(choice.routes))


@pytest.mark.parametrize("seed", range(80))
def test_a_way_by_another_job_that_is_sooner_than_straight_spoils_no_proof(seed):
    # a ship may work nearby while the charter for the next job runs: works of 1 to 3 days
    problem = random_problem(seed, jobs=2 + seed % 4, ships=1 + seed % 2)
    rng = np.random.default_rng(seed)
    short = replace(problem, work_h=rng.choice([24, 72], problem.n_jobs))
    for choice in (choose_routes(short, seed=1, limit=20.0),
                   choose_by_columns(short, seed=1, limit=0.1)):
        assert choice.status == "optimal"
        assert choice.objective == choice.bound == best_of_all(short)
    assert queue_bound(short) <= best_of_all(short)


def test_the_earliest_hour_may_lead_by_another_job():
    # free from hour 10; job 1 may be set out for from hour 100 only, 90 h from the base, 20 h from
    # job 0, where the ship works from 15 to 39: back at 100 + 20 + 24 = 144, straight 214
    base, leg = np.array([[5, 90]]), np.array([[[0, 20], [20, 0]]])
    problem = Dispatch(base, leg, np.array([[10, 100]]), base > 0, base * 0, np.full(2, 24),
                       np.zeros(2, int), np.ones(2, int))
    assert problem.earliest().tolist() == [[39, 144]]


@pytest.mark.parametrize("seed", range(60))
def test_column_generation_equals_the_best_of_all_assignments_and_orders(seed):
    problem = random_problem(seed, jobs=2 + seed % 4, ships=2 + seed % 2)
    choice = choose_by_columns(problem, seed=1, limit=0.1)
    assert choice.status == "optimal"
    assert choice.objective == choice.bound == best_of_all(problem)
    assert sorted(job for route in choice.routes for job in route) == list(range(problem.n_jobs))
    assert choice.objective == sum(cost_by_hand(problem, ship, route)
                                   for ship, route in enumerate(choice.routes))


@pytest.mark.parametrize("seed", range(3))
def test_both_ways_agree_on_nine_jobs_and_on_seeds(seed):
    problem = random_problem(seed, jobs=9, ships=4)
    choice = choose_by_columns(problem, seed=seed, limit=1.0)
    assert choice.status == "optimal"
    assert choice.objective == objective(problem)
    assert choice.routes == choose_by_columns(problem, seed=seed, limit=1.0).routes


@pytest.mark.parametrize("seed", range(5))
def test_a_dozen_jobs_are_proven(seed):
    choice = choose_routes(random_problem(seed, jobs=12, ships=6), seed=1, limit=20.0)
    assert choice.status == "optimal"


@pytest.mark.parametrize("seed", range(20))
def test_a_search_cut_short_still_gives_a_true_bound(seed):
    problem = random_problem(seed, jobs=5, ships=2)
    short = choose_routes(problem, seed=1, limit=0.002)  # ten routes, no more
    best = best_of_all(problem)
    assert short.bound <= best <= short.objective
    assert (short.status == "optimal") == (short.bound == short.objective)


def test_the_queue_alone_bounds_two_ships_with_four_jobs():
    # four jobs of 168 h, weight 1, two ships, at work from hour 10, test 24, no time at sea: first
    # places done at 10 + 168 + 24 = 202, second places at 370; 2 x 202 + 2 x 370 = 1144, tight
    zero = np.zeros((2, 4), int)
    problem = Dispatch(zero, np.zeros((2, 4, 4), int), zero + 10, zero == 0, zero,
                       np.full(4, 168), np.full(4, 24), np.ones(4, int))
    assert queue_bound(problem) == 1144
    assert objective(problem) == 1144


@pytest.mark.parametrize("seed", range(40))
def test_the_queue_bound_is_never_above_the_best(seed):
    problem = random_problem(seed, jobs=5, ships=2)
    assert queue_bound(problem) <= best_of_all(problem)


def test_ships_that_are_alike_are_one_kind():
    problem = random_problem(3, jobs=3, ships=1)
    twice = Dispatch(*(np.concatenate([table, table]) for table in (
        problem.base_h, problem.leg_h, problem.ready_h, problem.able, problem.permit_h)),
        problem.work_h, problem.test_h, problem.weight)
    assert kinds_of(twice) == [[0, 1]]


def test_too_many_routes_give_none_instead_of_some():
    problem = random_problem(0, jobs=5, ships=2)
    assert enumerate_routes(problem, kinds_of(problem), 10**9, most=5) == (None, 6)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), jobs=st.integers(1, 5), ships=st.integers(1, 3))
def test_one_more_ship_never_worsens(seed, jobs, ships):
    more = random_problem(seed, jobs, ships + 1)
    tables = (more.base_h, more.leg_h, more.ready_h, more.able, more.permit_h)
    fewer = Dispatch(*(table[:-1] for table in tables), more.work_h, more.test_h, more.weight)
    if not fewer.able.any(axis=0).all():
        return
    assert objective(more) <= objective(fewer)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), share=st.floats(0.0, 1.0))
def test_a_shorter_permit_never_worsens(seed, share):
    problem = random_problem(seed)
    sooner = replace(problem, permit_h=np.floor(problem.permit_h * share).astype(int))
    assert objective(sooner) <= objective(problem)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), share=st.floats(0.3, 1.0))
def test_a_faster_ship_never_worsens(seed, share):
    problem = random_problem(seed)
    base, leg = problem.base_h.copy(), problem.leg_h.copy()
    base[0], leg[0] = np.ceil(base[0] * share), np.ceil(leg[0] * share)
    assert objective(replace(problem, base_h=base, leg_h=leg)) <= objective(problem)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_first_plan_is_never_better_than_the_best(seed):
    problem = random_problem(seed, jobs=6, ships=3)
    first = sum(problem.cost(ship, route) for ship, route in enumerate(good_routes(problem)))
    assert objective(problem) <= first


def objective(problem):
    choice = choose_routes(problem, seed=1, limit=20.0)
    assert choice.status == "optimal"
    return choice.objective
