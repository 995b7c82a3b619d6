"""The flow optimum is what the slow twin says, proves itself, and keeps the laws."""

from __future__ import annotations

import numpy as np
import pytest

from cablenet.traffic.optimum import FlowSolver
from cablenet.traffic.problem import FlowProblem, Outage, intact, plain_problem
from tests.traffic.arc_twin import ArcTwin


def random_problem(seed: int, levels: int = 2) -> FlowProblem:
    """A small network that usually cannot serve everything."""
    rng = np.random.default_rng(seed)
    nodes = int(rng.integers(4, 9))
    links = int(rng.integers(nodes, 2 * nodes + 2))
    a, b = rng.integers(0, nodes, (2, links))
    a, b = a[a != b], b[a != b]
    room = rng.integers(1, 9, 2 * len(a)).astype(float)
    delay = np.tile(rng.uniform(1, 30, len(a)), 2)
    pairs = rng.integers(0, nodes, (int(rng.integers(2, 9)), 2))
    pairs = np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0)
    tbps = rng.integers(0, 6, (len(pairs), levels)).astype(float)
    return plain_problem(nodes, np.r_[a, b], np.r_[b, a], room, delay, pairs[:, 0], pairs[:, 1],
                         tbps)


def outages(problem: FlowProblem, seed: int, count: int = 2) -> list[Outage]:
    """Intact, and some links lost."""
    rng = np.random.default_rng(seed)
    half = len(problem.tail) // 2
    out = [intact(problem)]
    for _ in range(count):
        lost = np.tile(rng.random(half) < 0.25, 2)
        out.append(Outage(np.where(lost, 0.0, problem.room_tbps), lost))
    return out


@pytest.mark.parametrize("seed", range(34))
def test_equals_the_arc_program_on_three_states_of_a_random_network(seed: int) -> None:
    problem = random_problem(seed)
    assert len(problem) and len(problem.tail)
    solver = FlowSolver(problem)
    for outage in outages(problem, seed):
        ours = solver.solve(outage)
        assert ours.proved
        twin = ArcTwin(problem.n_nodes, problem.tail, problem.head, outage.room_tbps,
                       problem.delay_ms, problem.source, problem.target, problem.tbps)
        served, delay = twin.optimum()
        np.testing.assert_allclose(ours.served_tbps, served, atol=1e-6)
        assert ours.delay_tbps_ms == pytest.approx(delay, abs=1e-3, rel=1e-6)
