"""Plain models beside ours on small cases: every peer proves the same optimum."""

from __future__ import annotations

import numpy as np
import pytest
from twins.worlds import built

from cablenet.bench.plain_models import plain_design, plain_of, plain_p_median, plain_survival
from cablenet.bench.planning_bench import beside, survival_case, worst
from cablenet.build import build_network
from cablenet.planning.link_failures import DesignProblem
from cablenet.planning.p_median import p_median
from cablenet.solvers import IntegerProgram
from cablenet.testing import ring
from tests.planning.test_survival import star, table_of


def test_worst_pairs_of_a_ring_are_equal_by_all() -> None:
    case = worst(built(ring), 2, limit_s=10.0)  # both cables at the hub isolate three
    assert case.equal and set(case.peers) == {"plain, HiGHS", "plain, CP-SAT"}
    assert "not finished" not in case.case


def test_the_cheapest_cables_are_equal_by_all() -> None:
    # B and C hang on one cable each: one cable between them for 15 saves both (10 + 10 else)
    table = table_of(star(), ("b", "c", 15), ("a", "b", 10), ("a", "c", 10))
    net = build_network(table.layers)
    case = survival_case(table, net, ("BB", "CC"), 10.0)
    assert case.equal and "not finished" not in case.case
    a, b = table.nodes(net)
    plain = plain_survival(net, [net.country_index("BB"), net.country_index("CC")], a, b,
                           np.array([15, 10, 10]))
    assert plain.by_highs(10.0) == plain.by_cp_sat(10.0) == 15.0


def test_a_triangle_of_links_needs_its_demand_both_ways() -> None:
    # 1.5 modules between 0 and 1: 2 on the direct link, and 2 on each link of the detour
    problem = DesignProblem(3, np.array([0, 1, 0]), np.array([1, 2, 2]), np.array([3.0, 1.0, 1.0]),
                            np.array([0]), np.array([1]), np.array([1.5]))
    plain = plain_design(problem)
    assert plain.by_highs(10.0) == pytest.approx(2 * (3 + 1 + 1))
    with pytest.raises(ValueError, match="rounds"):
        plain.by_cp_sat(1.0)


@pytest.mark.parametrize("seed", range(3))
def test_small_p_medians_are_equal_by_all(seed: int) -> None:
    distance = np.random.default_rng(seed).integers(0, 50, (9, 7))
    ours = p_median(distance, 3)
    plain = plain_p_median(distance, 3)
    assert plain.by_highs(10.0) == plain.by_cp_sat(10.0) == ours.certificate.objective


def test_a_peer_that_does_not_finish_or_differs_is_told() -> None:
    program = IntegerProgram()
    one, two = program.flag("a"), program.flag("b")
    program.require(one + two <= 1)
    program.maximise(2 * one + 3 * two)
    plain = plain_of(program)
    assert plain.by_highs(10.0) == plain.by_cp_sat(10.0) == -3.0
    assert beside("x", 1, 0.1, -3.0, 0.0, plain, 10.0).equal
    assert not beside("x", 1, 0.1, -2.0, 0.0, plain, 10.0).equal
    late = beside("x", 1, 0.1, -3.0, 0.0, plain, 0.0)
    assert "not finished in 0 s" in late.case
