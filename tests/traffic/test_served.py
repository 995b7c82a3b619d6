"""`max_served` against small worlds worked out by hand and against max-flow on random ones."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from cablenet.traffic import max_served
from cablenet.traffic.served import Raise


def arrays(*rows):
    columns = np.array(rows, dtype=float).T
    return (columns[0].astype(int), columns[1].astype(int), columns[2], columns[3])


def test_a_chain_serves_what_its_thinnest_link_carries():
    # 0 --3-- 1 --2-- 2: asking 5 from 0 to 2 gets 2
    a, b, usable, km = arrays((0, 1, 3, 100), (1, 2, 2, 100))
    got = max_served(3, a, b, usable, km, source=np.array([0]), target=np.array([2]),
                     tbps=np.array([5.0]))
    assert got.total_tbps == pytest.approx(2.0)
    assert got.flow_ab == pytest.approx([2.0, 2.0])
    assert got.flow_ba == pytest.approx([0.0, 0.0])


def test_the_two_directions_of_a_link_do_not_share_capacity():
    a, b, usable, km = arrays((0, 1, 2, 100))
    got = max_served(2, a, b, usable, km, source=np.array([0, 1]), target=np.array([1, 0]),
                     tbps=np.array([2.0, 2.0]))
    assert got.tbps == pytest.approx([2.0, 2.0])


def test_the_short_way_is_filled_first_and_the_rest_goes_round():
    # direct 0-1 (cap 1, 100 km), detour 0-2-1 (cap 5): asking 3 puts 1 direct and 2 round
    a, b, usable, km = arrays((0, 1, 1, 100), (0, 2, 5, 900), (2, 1, 5, 900))
    got = max_served(3, a, b, usable, km, source=np.array([0]), target=np.array([1]),
                     tbps=np.array([3.0]))
    assert got.total_tbps == pytest.approx(3.0)
    assert got.flow_ab == pytest.approx([1.0, 2.0, 2.0])


def test_a_demand_to_a_place_out_of_reach_is_not_served():
    a, b, usable, km = arrays((0, 1, 1, 100))
    got = max_served(4, a, b, usable, km, source=np.array([0, 2]), target=np.array([1, 3]),
                     tbps=np.array([0.5, 1.0]))
    assert got.tbps == pytest.approx([0.5, 0.0])


def test_a_raisable_group_is_raised_only_as_far_as_demand_needs():
    # one cable of two links in a row, 1 usable + up to 4 extra; asking 3 needs half of the extra
    a, b, usable, km = arrays((0, 1, 1, 100), (1, 2, 1, 100))
    raisable = Raise(np.array([0, 0]), np.array([4.0, 4.0]), np.array([1.0]))
    got = max_served(3, a, b, usable, km, source=np.array([0]), target=np.array([2]),
                     tbps=np.array([3.0]), raisable=raisable)
    assert got.total_tbps == pytest.approx(3.0)
    assert got.raised == pytest.approx([0.5])


def test_one_demand_equals_max_flow_on_random_networks():
    rng = np.random.default_rng(7)
    for _ in range(200):
        n, m = int(rng.integers(3, 9)), int(rng.integers(3, 16))
        a, b = rng.integers(0, n, m), rng.integers(0, n, m)
        keep = a != b
        a, b = a[keep], b[keep]
        usable = rng.integers(0, 6, len(a)).astype(float)
        graph = nx.DiGraph()
        graph.add_nodes_from(range(n))
        for tail, head, cap in zip(np.r_[a, b], np.r_[b, a], np.r_[usable, usable], strict=True):
            old = graph.get_edge_data(tail, head, {"capacity": 0.0})["capacity"]
            graph.add_edge(int(tail), int(head), capacity=old + cap)
        got = max_served(n, a, b, usable, np.ones(len(a)), source=np.array([0]),
                         target=np.array([n - 1]), tbps=np.array([100.0]))
        assert got.total_tbps == pytest.approx(nx.maximum_flow_value(graph, 0, n - 1), abs=1e-7)


def test_turning_every_demand_round_serves_the_same_total():
    rng = np.random.default_rng(3)
    for _ in range(50):
        n, m, d = 8, 14, 12
        a, b = rng.integers(0, n, m), rng.integers(0, n, m)
        usable, km = rng.uniform(0, 3, m), rng.uniform(1, 1000, m)
        source, target = rng.integers(0, n, d), rng.integers(0, n, d)
        tbps = rng.uniform(0, 2, d)
        there = max_served(n, a, b, usable, km, source=source, target=target, tbps=tbps)
        back = max_served(n, a, b, usable, km, source=target, target=source, tbps=tbps)
        assert there.total_tbps == pytest.approx(back.total_tbps, abs=1e-6)
