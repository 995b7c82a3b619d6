"""Cuts over some jobs counted more than once: no plan breaks one, and columns they drop are none
that a plan within reach uses."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

import cablenet.repair.cover as cover_module
from cablenet.repair.cover import promising
from cablenet.repair.rank_cuts import FORMS, RankCut, find_rank_cuts
from cablenet.repair.routes import Column, kinds_of
from tests.repair.test_choice import random_problem


def partitions(items):
    """Every way to part a list into sets."""
    if not items:
        yield []
        return
    first, rest = items[0], items[1:]
    for size in range(len(rest) + 1):
        for others in combinations(rest, size):
            for more in partitions([one for one in rest if one not in others]):
                yield [{first, *others}, *more]


def visits_of(sets, jobs):
    return np.array([[int(job in one) for one in sets] for job in range(jobs)])


@pytest.mark.parametrize(("times", "share"), [((1, 1, 1), 2), *FORMS])
def test_no_plan_pays_more_than_a_cut_allows(times, share):
    cut = RankCut(tuple(range(len(times))), times, share)
    paid = [int(cut.paid(visits_of(sets, 6)).sum()) for sets in partitions(list(range(6)))]
    assert max(paid) == cut.most  # none breaks it, and it is no looser than it must be


def test_four_halves_of_pairs_and_a_three_break_a_cut_of_four():
    # routes {0,1}, {0,2}, {0,3} by a third each and {1,2,3} by two thirds serve each job once:
    # 1/3 + 2/3 = 1. With job 0 counted twice and a share of three each pays 1: together 5/3 > 1.
    # No three jobs are broken: of (0, 1, 2), {0,1}, {0,2} and {1,2,3} pay 4/3 - broken by threes
    # too, so the threes come first, and without them the four is found
    visits = visits_of([{0, 1}, {0, 2}, {0, 3}, {1, 2, 3}], 4)
    values = np.array([1 / 3, 1 / 3, 1 / 3, 2 / 3])
    found = find_rank_cuts(visits, values, (), dear=True)
    assert RankCut((0, 1, 2, 3), (2, 1, 1, 1), 3) in found
    assert all(float(cut.paid(visits) @ values) > cut.most for cut in found)
    assert not [cut for cut in find_rank_cuts(visits, values, (), dear=False) if len(cut.jobs) > 3]
    assert not set(find_rank_cuts(visits, values, found, dear=True)) & set(found)


@pytest.mark.parametrize("seed", range(30))
def test_with_dear_cuts_no_column_of_a_cover_within_reach_is_dropped(seed, monkeypatch):
    monkeypatch.setattr(cover_module, "MANY", 0)
    monkeypatch.setattr(cover_module, "FEW", 0)
    problem = random_problem(seed, jobs=6, ships=3)
    kinds = kinds_of(problem)
    rng = np.random.default_rng(seed)
    sets = [set(one) for size in range(1, 5) for one in combinations(range(6), size)]
    columns = [Column(kind, tuple(sorted(one)), int(rng.integers(0, 60)) + 10 * len(one), 0)
               for kind in range(len(kinds)) for one in sets]
    regret = {(column.kind, frozenset(column.route)): column.regret for column in columns}

    def cheapest(parts, ships):
        """The least regret of these sets on kinds with so many ships left."""
        if not parts:
            return 0
        return min((regret.get((kind, frozenset(parts[0])), 10**9)
                    + cheapest(parts[1:], [n - (k == kind) for k, n in enumerate(ships)])
                    for kind, left in enumerate(ships) if left), default=10**9)

    number = [len(ships) for ships in kinds]
    costs = [cheapest(parts, number) for parts in partitions(list(range(6)))]
    least = min(costs)
    kept, low = promising(problem, kinds, columns, least)
    assert low <= least
    still = {(column.kind, frozenset(column.route)) for column in kept}
    regret = {key: value for key, value in regret.items() if key in still}
    assert min(cheapest(parts, number) for parts in partitions(list(range(6)))) == least
