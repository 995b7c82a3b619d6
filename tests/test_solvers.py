"""The door to OR-Tools: flows and integer programs, checked by brute force."""

from __future__ import annotations

from itertools import product

import networkx as nx
import numpy as np
import pytest

from cablenet.solvers import UNLIMITED, FlowNetwork, IntegerProgram, undirected


@pytest.mark.parametrize("seed", range(20))
def test_max_flow_equals_networkx_under_changing_capacities(seed):
    rng = np.random.default_rng(seed)
    n, arcs = int(rng.integers(3, 9)), int(rng.integers(4, 25))
    tails, heads = rng.integers(0, n, arcs), rng.integers(0, n, arcs)
    flow = FlowNetwork(np.append(tails, 0), np.append(heads, n - 1))
    for _ in range(5):
        capacity = np.append(rng.integers(0, 12, arcs), 1)
        graph = nx.DiGraph()
        graph.add_nodes_from(range(n))
        for u, v, c in zip([*tails, 0], [*heads, n - 1], capacity, strict=True):
            if u != v:
                before = graph.get_edge_data(int(u), int(v), {"capacity": 0})["capacity"]
                graph.add_edge(int(u), int(v), capacity=before + int(c))
        assert flow.max_flow(capacity, 0, n - 1) == nx.maximum_flow_value(graph, 0, n - 1)
        used = flow.flows()
        assert (used >= 0).all()
        assert (used <= capacity).all()


def test_the_source_side_is_a_minimum_cut():
    # 0 -5-> 1 -2-> 2: the cut lies behind node 1
    flow = FlowNetwork(np.array([0, 1]), np.array([1, 2]))
    assert flow.max_flow(np.array([5, 2]), 0, 2) == 2
    assert sorted(flow.source_side().tolist()) == [0, 1]


def test_unlimited_arcs_do_not_overflow():
    flow = FlowNetwork(np.repeat([0], 50), np.repeat([1], 50))
    assert flow.max_flow(np.full(50, UNLIMITED), 0, 1) >= UNLIMITED


def test_undirected_links_become_arcs_both_ways():
    tails, heads = undirected(np.array([0, 1]), np.array([1, 2]))
    assert tails.tolist() == [0, 1, 1, 2]
    assert heads.tolist() == [1, 2, 0, 1]


@pytest.mark.parametrize("seed", range(10))
def test_small_integer_programs_equal_brute_force(seed):
    rng = np.random.default_rng(seed)
    cost, weight = rng.integers(1, 20, 6), rng.integers(1, 10, 6)
    need = int(weight.sum() // 2)
    program = IntegerProgram()
    flags = [program.flag(f"x{i}") for i in range(6)]
    program.require(sum(int(w) * x for w, x in zip(weight, flags, strict=True)) >= need)
    program.minimise(sum(int(c) * x for c, x in zip(cost, flags, strict=True)))
    got = program.solve()
    best = min(np.dot(cost, x) for x in product([0, 1], repeat=6) if np.dot(weight, x) >= need)
    assert got.status == "optimal"
    assert got.objective == got.bound == best
    assert np.dot(weight, [got.values[f"x{i}"] for i in range(6)]) >= need


def test_what_cannot_be_is_called_infeasible_and_has_no_values():
    program = IntegerProgram()
    x = program.integer("x", 0, 3)
    program.require(x >= 5)
    got = program.solve()
    assert got.status == "infeasible"
    assert got.values == {}
    assert np.isnan(got.objective)


def test_the_same_program_gives_the_same_answer_twice():
    def solve():
        program = IntegerProgram()
        flags = [program.flag(f"x{i}") for i in range(12)]
        program.require(sum(flags) == 4)
        program.maximise(sum(flags[:8]))
        return program.solve(seed=3).values

    assert solve() == solve()


@pytest.mark.parametrize("seed", range(10))
def test_a_second_solver_reads_clauses_and_rows_the_same(seed):
    rng = np.random.default_rng(seed)
    program = IntegerProgram()
    flags = [program.flag(f"x{i}") for i in range(8)]
    many = program.integer("many", 0, 5)
    for _ in range(6):
        chosen = rng.choice(8, 4, replace=False).tolist()
        program.either([flags[i] for i in chosen[:2]], [flags[i] for i in chosen[2:]])
    program.require(sum(flags) <= 5)
    program.require(many <= flags[0] + 2 * flags[1] + flags[2])
    cost = rng.integers(-9, 10, 8).tolist()
    goal = sum(c * x for c, x in zip(cost, flags, strict=True)) + 4 * many
    (program.maximise if seed % 2 else program.minimise)(goal)
    one, other = program.solve(), program.second_opinion()
    assert one.status == other.status == "optimal"
    assert one.objective == pytest.approx(other.objective)
    assert other.bound == pytest.approx(other.objective)


def test_the_second_solver_refuses_what_it_cannot_read():
    program = IntegerProgram()
    x = program.integer("x", 0, 5)
    program.require(x != 3)
    program.maximise(x)
    with pytest.raises(NotImplementedError):
        program.second_opinion()
