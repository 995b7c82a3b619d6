"""Bounds, cuts and listed routes of column generation against every route there is."""

from __future__ import annotations

from itertools import combinations, permutations

import numpy as np
import pytest

from cablenet.kernels.route_pricing import price_ship, to_come
from cablenet.repair.columns import LABELS, SCALE, raise_bound, start_master
from cablenet.repair.cover import cover, promising
from cablenet.repair.route_cuts import find_cuts, times_paid
from cablenet.repair.route_list import list_routes
from cablenet.repair.routes import Column, good_routes, kinds_of
from tests.repair.test_choice import best_of_all, cost_by_hand, random_problem


def every_route(problem, ship):
    """All orders of all sets of jobs that a ship can do."""
    able = np.flatnonzero(problem.able[ship]).tolist()
    return [order for size in range(1, len(able) + 1) for order in permutations(able, size)]


def master_of(problem):
    plan = good_routes(problem)
    return start_master(problem, kinds_of(problem), plan, ()), sum(
        cost_by_hand(problem, ship, route) for ship, route in enumerate(plan))


def with_some_cuts(problem, seed):
    """A master bounded once, with random cuts whether broken or not, and bounded again."""
    master, value = master_of(problem)
    raise_bound(master, value, 10**6)
    rng = np.random.default_rng(seed)
    triples = list(combinations(range(problem.n_jobs), 3))
    master.add_cuts([triples[i] for i in rng.choice(len(triples), 4, replace=False)])
    raise_bound(master, value + 1, 10**6)
    return master, value


@pytest.mark.parametrize("seed", range(40))
def test_the_bound_is_never_above_the_best_with_and_without_cuts(seed):
    problem = random_problem(seed, jobs=5, ships=2)
    best = best_of_all(problem)
    master, value = master_of(problem)
    raise_bound(master, value, 10**6)
    assert -(-master.best.bound // SCALE) <= best
    before = master.best.bound
    shares = raise_bound(master, value, 10**6)
    cuts = find_cuts(master.visits([route for _, route in master.routes[:len(shares)]]), shares, ())
    master.add_cuts(cuts)
    raise_bound(master, value, 10**6)
    assert before <= master.best.bound and -(-master.best.bound // SCALE) <= best


@pytest.mark.parametrize("seed", range(20))
def test_exact_pricing_is_no_more_than_the_cheapest_of_all_routes_with_tolls(seed):
    problem = random_problem(seed, jobs=5, ships=1)
    rng = np.random.default_rng(seed)
    master, _ = master_of(problem)
    master.add_cuts([(0, 1, 2), (1, 2, 3), (0, 2, 4), (1, 3, 4)])
    price = SCALE * problem.weight * rng.integers(100, 1500, 5)
    toll = SCALE * rng.integers(0, 200_000, 4)
    reduced = {route: SCALE * cost_by_hand(problem, 0, route) - price[list(route)].sum() + sum(
        toll[c] for c, cut in enumerate(master.cuts) if len(set(cut) & set(route)) >= 2)
        for route in every_route(problem, 0)}
    hours = master.worth_h(price)
    rest, low = to_come(master.data, 0, price, SCALE, hours, 8)
    everyone = np.tile(np.arange(5), (5, 1))  # all is remembered: routes are elementary
    for job in range(5):
        everyone[job, [0, job]] = everyone[job, [job, 0]]
    slot = np.full((5, 5), -1)
    np.put_along_axis(slot, everyone, np.arange(5)[None, :], axis=1)
    members = master.members(np.arange(4))
    _, _, cost, made = price_ship(master.data, 0, price, SCALE, rest, 8, everyone, slot, members,
                                  toll, False, LABELS)
    assert made >= 0
    assert min(0, *reduced.values()) == min(0, int(cost[:made].min(initial=0)))
    assert low <= min(0, *reduced.values())
    _, _, lax, made = price_ship(master.data, 0, price, SCALE, rest, 8, everyone, slot, members,
                                 toll, True, LABELS)
    assert min(0, int(lax[:made].min(initial=0))) >= min(0, *reduced.values())


@pytest.mark.parametrize("seed", range(30))
def test_the_list_holds_every_set_of_jobs_a_plan_within_the_gap_may_hold(seed):
    problem = random_problem(seed, jobs=5, ships=2)
    master, value = with_some_cuts(problem, seed)
    listed = {(column.kind, frozenset(column.route)): column.regret
              for column in list_routes(master, value, 10**5)}
    slack, best = value * SCALE - master.best.bound, master.best
    for kind, (ship, *_) in enumerate(master.kinds):
        cheapest = {}
        for route in every_route(problem, ship):
            jobs = frozenset(route)
            cheapest[jobs] = min(cost_by_hand(problem, ship, route), cheapest.get(jobs, 10**12))
        for jobs, cost in cheapest.items():
            paid = sum(int(best.toll[c]) for c, cut in enumerate(master.cuts)
                       if len(jobs & set(cut)) >= 2)
            reduced = SCALE * cost - int(best.price[list(jobs)].sum()) + paid
            assert ((kind, jobs) in listed) == (reduced <= best.least[kind] + slack)
            assert listed.get((kind, jobs), cost) == cost


def test_too_many_routes_to_list_give_none():
    master, value = with_some_cuts(random_problem(1, jobs=5, ships=2), 1)
    assert list_routes(master, 10 * value, 3) is None


def test_a_route_counts_in_a_cut_by_half_its_visits():
    # visits of three routes to jobs 0-3: (0, 1), (0, 1, 2) and (3, 0, 3, 0); cuts 012 and 013
    visits = np.array([[1, 1, 2], [1, 1, 0], [0, 1, 0], [0, 0, 2]])
    assert times_paid([(0, 1, 2), (0, 1, 3)], visits).tolist() == [[1, 1, 1], [1, 1, 2]]


def test_three_halves_over_three_jobs_break_one_cut():
    # routes (0, 1), (1, 2), (0, 2), each at one half: 3 / 2 > 1
    visits = np.array([[1, 0, 1], [1, 1, 0], [0, 1, 1], [0, 0, 0]])
    assert find_cuts(visits, np.full(3, 0.5), ()) == [(0, 1, 2)]
    assert find_cuts(visits, np.full(3, 0.5), [(0, 1, 2)]) == []
    assert find_cuts(visits, np.array([1.0, 0.0, 0.0]), ()) == []


@pytest.mark.parametrize("seed", range(10))
def test_broken_cuts_are_those_of_all_threes(seed):
    rng = np.random.default_rng(seed)
    visits = (rng.random((7, 12)) < 0.4).astype(np.int64)
    values = rng.random(12) * 0.4
    broken = {cut for cut in combinations(range(7), 3)
              if times_paid([cut], visits)[0] @ values > 1.02}
    found = set(find_cuts(visits, values, ()))
    assert found <= broken and bool(found) == bool(broken)


def columns_of(problem, seed, many):
    """Random routes of each ship, their regrets above what each job alone could do."""
    alone = (problem.weight * problem.earliest().min(axis=0)).astype(int)
    rng = np.random.default_rng(seed)
    out = []
    for kind, (ship, *_) in enumerate(kinds_of(problem)):
        routes = every_route(problem, ship)
        for i in rng.choice(len(routes), min(many, len(routes)), replace=False).tolist():
            cost = cost_by_hand(problem, ship, routes[i])
            out.append(Column(kind, routes[i], cost - int(alone[list(routes[i])].sum()), 0))
    return out


@pytest.mark.parametrize("seed", range(12))
def test_covers_by_both_solvers_agree_and_dropped_columns_are_not_missed(seed, monkeypatch):
    problem = random_problem(seed, jobs=6, ships=3)
    kinds, columns = kinds_of(problem), columns_of(problem, seed, 300)
    monkeypatch.setattr("cablenet.repair.cover.FEW", 10**6)
    routes, least, _ = cover(problem, kinds, columns, 1, 10.0)
    monkeypatch.setattr("cablenet.repair.cover.FEW", 0)
    by_scip, bound, _ = cover(problem, kinds, columns, 1, 10.0)
    cost = [sum(cost_by_hand(problem, ship, route) for ship, route in enumerate(plan))
            for plan in (routes, by_scip)]
    assert least == bound and cost[0] == cost[1]
    kept, low = promising(problem, kinds, columns, least)
    assert low <= least and len(kept) <= len(columns)
    assert cover(problem, kinds, kept, 1, 10.0)[1] == least
