"""Traffic of a quiet day: shares worked out by hand, and nobody gains by moving."""

from __future__ import annotations

import numpy as np
import pytest

from cablenet.traffic.optimum import FlowSolver
from cablenet.traffic.problem import FlowProblem, plain_problem
from cablenet.traffic.spread import spread_evenly
from cablenet.traffic.trees import TreeFinder

HEADROOM = 0.2


def two_ways(delay: tuple[float, float], room: tuple[float, float], tbps: float) -> FlowProblem:
    """From node 0 to node 1 over two arcs."""
    return plain_problem(2, np.array([0, 0]), np.array([1, 1]), np.array(room), np.array(delay),
                         np.array([0]), np.array([1]), np.array([[tbps]]))


def spread(problem: FlowProblem, precision: float = 1e-7) -> np.ndarray:
    answer = FlowSolver(problem).intact
    return spread_evenly(answer, problem.room_tbps / (1 - HEADROOM), precision=precision)


def test_equal_ways_are_filled_to_equal_shares():
    """Capacities 10 and 30 of the same delay, 8 Tbps to carry: a fifth of each, 2 and 6."""
    flow = spread(two_ways((5.0, 5.0), (8.0, 24.0), 8.0))
    assert flow.sum(axis=0) == pytest.approx([2.0, 6.0], rel=1e-3)


def test_a_longer_way_is_used_once_the_shorter_is_full_enough():
    """Delays 2 and 3, capacities 10 each. 2 / (1 - u) reaches 3 at u = 1/3: 3.33 Tbps stay on the
    short way. With 6: 2 / (1 - x/10) = 3 / (1 - (6 - x)/10) gives 2 (4 + x) = 3 (10 - x), x = 4.4.
    """
    assert spread(two_ways((2.0, 3.0), (8.0, 8.0), 3.3)).sum(axis=0) == pytest.approx(
        [3.3, 0.0], abs=1e-6)
    assert spread(two_ways((2.0, 3.0), (8.0, 8.0), 6.0)).sum(axis=0) == pytest.approx(
        [4.4, 1.6], rel=1e-3)


@pytest.mark.parametrize("seed", range(10))
def test_nobody_gains_by_moving_and_all_is_still_carried(seed: int):
    """On random rings with chords: each demand pays what the cheapest way costs, within a permille;
    what flows in flows out, and no arc is fuller than its capacity."""
    rng = np.random.default_rng(seed)
    n = 8
    ends = [(i, (i + 1) % n) for i in range(n)] + [tuple(rng.choice(n, 2, replace=False))
                                                   for _ in range(5)]
    a, b = np.array(ends).T
    tail, head = np.concatenate([a, b]), np.concatenate([b, a])
    room, delay = np.tile(rng.uniform(2, 8, len(a)), 2), np.tile(rng.uniform(1, 9, len(a)), 2)
    source = np.arange(2, n)
    problem = plain_problem(n, tail, head, room, delay, source, np.where(source % 2, 0, 1),
                            rng.uniform(0.2, 1.0, (len(source), 1)))
    answer = FlowSolver(problem).intact
    capacity = room / (1 - HEADROOM)
    flow = spread_evenly(answer, capacity)
    load = flow.sum(axis=0)
    assert np.all(load < capacity)
    served = answer.served_tbps[:, 0]
    for row, target in enumerate(problem.aims[0]):
        balance = (np.bincount(tail, flow[row], n) - np.bincount(head, flow[row], n)
                   - np.bincount(source, served * (problem.target == target), n))
        balance[target] = 0
        assert np.abs(balance).max() < 1e-9
    cost = delay / (1 - load / capacity)
    cheapest = TreeFinder(problem).find(cost).cost[problem.aims[2], problem.source]
    assert load @ cost <= (served @ cheapest) * 1.0011
