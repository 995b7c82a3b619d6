"""Capacity that survives any one link failure: by hand, by brute force, and what cannot be."""

from __future__ import annotations

import numpy as np
import pytest

from cablenet.errors import InfeasibleError, InputError, NoPlanFoundError
from cablenet.planning.capacity_design import broken_states, design_capacity
from cablenet.planning.link_failures import DesignProblem, RoutingTest
from cablenet.validation.link_design import cheapest_tried, random_problem


def triangle(demand: float, cost: tuple[float, float, float] = (1.0, 1.0, 1.0)) -> DesignProblem:
    """Three nodes joined in a ring, one demand from 0 to 1."""
    return DesignProblem(3, np.array([0, 1, 0]), np.array([1, 2, 2]), np.array(cost),
                         np.array([0]), np.array([1]), np.array([demand]))


def test_a_triangle_needs_the_demand_on_both_of_its_ways() -> None:
    """0-1 direct and 0-2-1 round: each must carry 1.5 alone when the other fails, so 2 modules on
    each of three links; costs 1, 1, 1 make 6."""
    found = design_capacity(triangle(1.5))
    assert found.modules.tolist() == [2, 2, 2]
    assert (found.certificate.objective, found.certificate.status) == (6.0, "optimal")


@pytest.mark.parametrize("seed", range(6, 14))
def test_the_cheapest_design_is_that_of_every_choice_tried(seed: int) -> None:
    problem = random_problem(seed)
    found = design_capacity(problem)
    assert found.certificate.objective == cheapest_tried(problem)
    assert not broken_states(problem, found.modules)


def test_one_module_less_anywhere_breaks_a_state_or_was_not_needed() -> None:
    problem = triangle(1.5, (3.0, 2.0, 1.0))
    found = design_capacity(problem)
    for link in range(3):
        less = found.modules.copy()
        less[link] -= 1
        assert broken_states(problem, less)


@pytest.mark.parametrize("seed", range(6))
def test_a_metric_inequality_holds_for_every_design_that_survives(seed: int) -> None:
    """The inequality that a poor capacity breaks is kept by the designs found by brute force."""
    problem = random_problem(seed)
    test = RoutingTest(problem)
    good = design_capacity(problem).modules
    for failed in range(len(problem)):
        left, metric = test.unserved(np.full(len(problem), 0.2), failed)
        assert left > 0
        assert metric.factor @ good >= metric.least - 1e-9
        assert metric.factor @ np.full(len(problem), 0.2) < metric.least


def test_a_bridge_is_named() -> None:
    problem = DesignProblem(3, np.array([0, 1]), np.array([1, 2]), np.ones(2), np.array([0]),
                            np.array([2]), np.array([1.0]))
    with pytest.raises(InfeasibleError, match="link 0 \\(0-1\\) is a bridge"):
        design_capacity(problem)


def test_what_is_no_problem_is_told() -> None:
    with pytest.raises(InputError, match="zero or more"):
        design_capacity(triangle(-1.0))
    with pytest.raises(NoPlanFoundError, match="none costs less than"):
        design_capacity(triangle(1.5), time_limit_s=0.0)
