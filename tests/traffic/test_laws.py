"""Laws of the flow optimum, on random networks; scaled, permuted, with less and with more."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cablenet.traffic.optimum import FlowSolver, Optimum
from cablenet.traffic.problem import FlowProblem, Outage, intact
from tests.traffic.test_optimum import random_problem

SEEDS = range(20)


def levels(answer: Optimum) -> list[float]:
    """Unserved Tbps by level, rounded to what the solver can tell."""
    return [round(float(value), 6) for value in answer.unserved_tbps.sum(axis=0)]


def solved(problem: FlowProblem) -> Optimum:
    return FlowSolver(problem).intact


@pytest.mark.parametrize("seed", SEEDS)
def test_removing_a_link_never_improves_the_vector_by_level(seed: int) -> None:
    problem = random_problem(seed)
    solver = FlowSolver(problem)
    half = len(problem.tail) // 2
    for link in range(min(half, 6)):
        lost = np.zeros(len(problem.tail), bool)
        lost[[link, link + half]] = True
        after = solver.solve(Outage(np.where(lost, 0.0, problem.room_tbps), lost))
        assert levels(after) >= [value - 2e-6 for value in levels(solver.intact)]


@pytest.mark.parametrize("seed", SEEDS)
def test_more_room_never_makes_the_vector_by_level_worse(seed: int) -> None:
    problem = random_problem(seed)
    roomier = problem.room_tbps.copy()
    roomier[np.random.default_rng(seed).integers(0, len(roomier), 3)] += 2.0
    more = solved(replace(problem, room_tbps=roomier))
    assert levels(more) <= [value + 2e-6 for value in levels(solved(problem))]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_higher_level_is_served_as_if_the_lower_did_not_exist(seed: int) -> None:
    problem = random_problem(seed)
    alone = problem.tbps.copy()
    alone[:, 1:] = 0.0
    first = solved(replace(problem, tbps=alone)).unserved_tbps[:, 0].sum()
    assert solved(problem).unserved_tbps[:, 0].sum() == pytest.approx(first, abs=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_scaling_demand_and_room_scales_the_answer(seed: int) -> None:
    problem = random_problem(seed)
    scaled = solved(replace(problem, tbps=problem.tbps * 2.5, room_tbps=problem.room_tbps * 2.5))
    np.testing.assert_allclose(scaled.unserved_tbps, 2.5 * solved(problem).unserved_tbps,
                               atol=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_order_of_arcs_and_demands_does_not_matter(seed: int) -> None:
    problem = random_problem(seed)
    rng = np.random.default_rng(seed)
    arc, demand = rng.permutation(len(problem.tail)), rng.permutation(len(problem))
    mixed = replace(
        problem, tail=problem.tail[arc], head=problem.head[arc], room_tbps=problem.room_tbps[arc],
        delay_ms=problem.delay_ms[arc], refused=problem.refused[:, arc],
        source=problem.source[demand], target=problem.target[demand], tbps=problem.tbps[demand],
        refusal=problem.refusal[demand])
    ours, theirs = solved(problem), solved(mixed)
    np.testing.assert_allclose(ours.unserved_tbps[demand], theirs.unserved_tbps, atol=1e-6)
    np.testing.assert_allclose(ours.arc_tbps[arc], theirs.arc_tbps, atol=1e-5)


@pytest.mark.parametrize("seed", SEEDS)
def test_prices_of_full_arcs_are_what_a_little_more_room_saves(seed: int) -> None:
    """Finite differences: from both sides, since prices jump where an answer is degenerate."""
    problem = random_problem(seed, levels=1)
    base = solved(problem)
    step = 1e-3
    for arc in np.flatnonzero(base.arc_tbps >= problem.room_tbps - 1e-9)[:5]:
        unserved = {}
        for sign in (-1, 1):
            room = problem.room_tbps.copy()
            room[arc] += sign * step
            unserved[sign] = solved(replace(problem, room_tbps=room)).unserved_tbps.sum()
        now = base.unserved_tbps.sum()
        gains = sorted([(now - unserved[1]) / step, (unserved[-1] - now) / step])
        assert gains[0] - 1e-3 <= base.saves_tbps[arc] <= gains[1] + 1e-3


def test_a_proof_fails_for_an_answer_that_is_not_the_best() -> None:
    problem = random_problem(3)
    best = solved(problem)
    served = np.argwhere(best.served_tbps > 0.5)[0]
    worse = best.unserved_tbps.copy()
    worse[tuple(served)] += 0.25
    assert best.proved
    assert not replace(best, unserved_tbps=worse).proved
    narrow = Outage(best.outage.room_tbps * 0.5, intact(problem).lost)
    assert not replace(best, outage=narrow).proved
