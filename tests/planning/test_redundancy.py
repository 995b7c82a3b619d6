"""`plan_redundancy` on worlds drawn by hand, and against all subsets on random ones."""

from __future__ import annotations

from functools import cache
from itertools import combinations

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely

from cablenet.build import build_network
from cablenet.errors import InfeasibleError, InputError, MismatchError
from cablenet.planning import plan_redundancy
from cablenet.planning.check_redundancy import check_plan, isolated_pairs
from cablenet.scenarios import areas, losses
from cablenet.testing import random_world, small_world


def proposed(layers, *rows):
    """Candidates (id, from, to, cost) as straight lines between stations."""
    at = layers.stations.set_index("station_id").geometry
    return gpd.GeoDataFrame([
        {"candidate_id": key, "name": key.upper(), "from_id": a, "to_id": b, "cost_musd": cost,
         "geometry": shapely.LineString([at[a], at[b]])} for key, a, b, cost in rows
    ], geometry="geometry", crs="EPSG:4326")


def star(people=1_000_000.0):
    """Hub AA with three countries, each on one cable of its own.

    BB --ab-- AA --ac-- CC
              |
              ad
              DD
    """
    return small_world(
        [("a", "AA", 0, 0), ("b", "BB", -10, 0), ("c", "CC", 10, 0), ("d", "DD", 0, -10),
         ("h", "HH", 0, 10)],
        {"ab": [("a", "b")], "ac": [("a", "c")], "ad": [("a", "d")], "ah": [("a", "h")],
         "ah2": [("a", "h")]},
        hubs=["AA", "HH"], people=people, name="star")


def star_net(*rows):
    layers = star()
    return build_network(layers, candidates=proposed(layers, *rows))


def test_one_ring_cable_saves_two_leaves_at_once():
    # BB and CC each hang on one cable. Joining them for 15 is cheaper than one more cable to the
    # hub each (10 + 10 = 20), and saves both: when ab is lost BB goes through CC.
    net = star_net(("bc", "b", "c", 15), ("ab9", "a", "b", 10), ("ac9", "a", "c", 10))
    plan = plan_redundancy(net, countries=["BB", "CC"])
    assert plan.chosen == ("bc",)
    assert plan.cost_musd == 15
    assert plan.certificate.status == "optimal"
    assert plan.certificate.bound == plan.certificate.objective == 15
    assert set(plan.answers["outcome"]) == {"kept"}
    assert plan.cables.loc[0, "countries"] == "BB, CC"


def test_a_ring_over_three_leaves_costs_two_links():
    # bc 15 + cd 15 = 30 against three doubles of 12 = 36, or bc 15 + ad9 12 = 27: the cheapest
    net = star_net(("bc", "b", "c", 15), ("cd", "c", "d", 15), ("ab9", "a", "b", 12),
                   ("ac9", "a", "c", 12), ("ad9", "a", "d", 12))
    plan = plan_redundancy(net, countries=["BB", "CC", "DD"])
    assert plan.cost_musd == 27, "cd with ab9 costs the same: compare values, not sets"


def test_what_no_candidate_can_answer_is_named():
    net = star_net(("bc", "b", "c", 15))
    with pytest.raises(InfeasibleError) as raised:
        plan_redundancy(net, countries=["BB", "DD"])
    assert raised.value.conflict == ("DD: AD",)
    assert "DD" in str(raised.value)


def test_a_country_cut_off_today_needs_two_new_cables():
    # EE has no cable at all. One new cable would be its only one and can fail itself.
    layers = small_world(
        [("a", "AA", 0, 0), ("b", "BB", -10, 0), ("e", "EE", 20, 0)],
        {"ab": [("a", "b")], "ab2": [("a", "b")]}, hubs=["AA"])
    net = build_network(layers, candidates=proposed(
        layers, ("ae", "a", "e", 5), ("be", "b", "e", 7), ("be2", "b", "e", 9)))
    plan = plan_redundancy(net, countries=["EE"])
    assert set(plan.chosen) == {"ae", "be"}


def test_under_a_budget_the_most_people_are_kept():
    # 10 million USD buys one of the doubles; all countries have a million people, so any one
    # double keeps 1 million; the ring bc for 10 keeps two.
    net = star_net(("bc", "b", "c", 10), ("ad9", "a", "d", 10), ("ab9", "a", "b", 4))
    plan = plan_redundancy(net, budget_musd=10)
    assert plan.chosen == ("bc",)
    assert plan.certificate.objective == 2_000_000
    plan = plan_redundancy(net, budget_musd=9.999)
    assert plan.chosen == ("ab9",)
    assert plan_redundancy(net, budget_musd=0).chosen == ()
    plan = plan_redundancy(net, budget_musd=1000)
    assert set(plan.chosen) == {"bc", "ad9"}, "nothing that adds no protection"
    assert plan.cost_musd == 20


def test_what_a_budget_leaves_unanswered_is_told_in_words():
    # 10 million USD buy bc, which answers AB and AC; what isolates DD is AD, and ad9 is too dear
    net = star_net(("bc", "b", "c", 10), ("ad9", "a", "d", 10), ("ab9", "a", "b", 4))
    told = repr(plan_redundancy(net, budget_musd=10)).splitlines()
    assert told[0] == ("<RedundancyPlan: 1 cable for 10.0 of 10 million USD; 2 of 3 isolations "
                       "answered (optimal)>")
    assert told[-1] == "  not answered: DD through 'AD' (beyond the budget)"
    assert "not answered" not in repr(plan_redundancy(net, budget_musd=20))


def test_a_plan_applies_to_a_network_of_the_same_links():
    net = star_net(("bc", "b", "c", 15))
    plan = plan_redundancy(net, countries=["BB"])
    applied = plan.applied_to(net)
    assert len(applied.links) == len(net.links)
    assert applied.links.in_service[applied.link_index("bc")]
    assert not net.links.in_service[net.link_index("bc")]
    assert plan.to_geo().crs == "EPSG:4326"
    assert "BC" in repr(plan)
    assert {"status", "objective", "bound", "gap", "seconds", "checked"} <= set(plan.to_json())


def test_a_sweep_of_pairs_asks_for_more_than_single_losses():
    # pairs of losses: one spare for BB is not enough, ab and the spare may fail together
    net = star_net(("x1", "a", "b", 5), ("x2", "a", "b", 6), ("x3", "a", "b", 8))
    single = plan_redundancy(net, countries=["BB"])
    double = plan_redundancy(net, losses.all_losses(net, order=2), countries=["BB"])
    assert single.chosen == ("x1",)
    assert set(double.chosen) == {"x1", "x2"}


def test_a_new_cable_through_the_struck_area_does_not_answer_it():
    # a disk over the middle of ab takes any straight cable from a to b with it; b to c survives
    net = star_net(("ab9", "a", "b", 1), ("bc", "b", "c", 50))
    layers = star()
    around = shapely.LineString([(-10, 0), (-10, 8), (10, 8), (10, 0)])
    frame = proposed(layers, ("ab9", "a", "b", 1), ("bc", "b", "c", 50))
    frame.loc[1, "geometry"] = around
    net = build_network(layers, candidates=frame)
    sweep = areas.disk(net, -5.0, 0.0, 100.0, name="earthquake")
    plan = plan_redundancy(net, sweep, countries=["BB"])
    assert plan.chosen == ("bc",)


def test_a_network_without_candidates_says_how_to_get_some():
    with pytest.raises(InputError, match="candidates"):
        plan_redundancy(build_network(star()))


def test_a_sweep_of_another_network_is_refused():
    net = star_net(("bc", "b", "c", 15))
    sweep = losses.cable_losses(build_network(star()))
    with pytest.raises(MismatchError):
        plan_redundancy(net, sweep)


def test_planned_systems_of_the_map_are_candidates_priced_by_the_model():
    layers = star()
    cables = layers.cables.copy()
    cables.loc[cables["cable_id"] == "ah2", "status"] = "planned"
    net = build_network(layers.with_tables(cables=cables))
    plan = plan_redundancy(net, countries=["HH"])
    assert plan.chosen == ("ah2",)
    # 10 degrees of latitude are 1,105.85 km (WGS84): 1105.85 x 0.03 + 2 x 5 = 43.18
    assert plan.cost_musd == pytest.approx(43.18, abs=0.01)
    assert plan.cables.loc[0, "cost_basis"] == "price model"


def survives(net, extra, countries, sets):
    """Slow twin: networkx components for every failure; the (country, failure) pairs isolated."""
    out = set()
    home = {c: {int(g) for g in net.gateways.node[net.gateways.country == c]} for c in countries}
    hubs = {int(net.gateways.node[g]): int(net.gateways.country[g]) for g in net.hubs}
    alive = np.flatnonzero(net.links.in_service).tolist() + sorted(extra)
    graph = nx.MultiGraph()
    graph.add_nodes_from(range(len(net.nodes)))
    for row, lost in enumerate(sets):
        graph.add_edges_from((int(net.links.a[i]), int(net.links.b[i]))
                             for i in alive if i not in lost)
        parts = [set(part) for part in nx.connected_components(graph)]
        graph.remove_edges_from(list(graph.edges))
        out |= {(c, row) for c in countries if not any(
            home[c] & part and any(node in hubs and hubs[node] != c for node in part)
            for part in parts)}
    return out


@cache
def world(seed):
    return random_world(seed, places=4 + seed % 4, cables=3 + seed % 3)


def random_case(seed):
    rng = np.random.default_rng(seed)
    layers = world(seed % 12)
    keys = layers.stations["station_id"].tolist()
    rows = []
    for k in range(int(rng.integers(2, 6))):
        a, b = rng.choice(len(keys), 2, replace=False)
        rows.append((f"x{k}", keys[a], keys[b], int(rng.integers(1, 30))))
    return build_network(layers, candidates=proposed(layers, *rows)), rows


@pytest.mark.parametrize("seed", range(120))
def test_the_plan_equals_the_best_of_all_subsets(seed):
    net, rows = random_case(seed)
    cost = {net.link_index(key): price for key, _, _, price in rows}
    sets = [set(net.links_of_cable(c).tolist()) for c in range(len(net.cable_id))]
    every = sorted(set(net.gateways.country.tolist()))
    intact = {c for c, _ in survives(net, (), every, [set()])}
    wanted = [c for c in every if c not in intact]
    if not wanted:
        return
    subsets = [s for n in range(len(cost) + 1) for s in combinations(sorted(cost), n)]
    left = {s: survives(net, s, wanted, sets) for s in subsets}
    good = [s for s in subsets if not left[s]]
    if good:
        plan = plan_redundancy(net)
        assert plan.cost_musd == min(sum(cost[i] for i in s) for s in good)
        assert plan.is_optimal
    else:
        with pytest.raises(InfeasibleError):
            plan_redundancy(net)
    budget = float(np.random.default_rng(seed + 1000).integers(0, 50))
    # with a budget: failures of today only, people counted once for each
    people = np.bincount(net.gateways.country, net.gateways.people)
    today = {(c, r) for c, r in left[()] if net.links.in_service[list(sets[r])].any()}
    best = max((sum(people[c] for c, _ in today - left[s]), -sum(cost[i] for i in s))
               for s in subsets if sum(cost[i] for i in s) <= budget)
    plan = plan_redundancy(net, budget_musd=budget)
    assert (plan.certificate.objective, -plan.cost_musd) == best
    assert plan.is_optimal


@pytest.mark.parametrize("seed", range(30))
def test_the_checker_agrees_with_networkx(seed):
    net, _ = random_case(seed)
    failures = losses.cable_losses(net)
    every = sorted(set(net.gateways.country.tolist()))
    sets = [set(failures.links_lost(row).tolist()) for row in range(len(failures))]
    ours = isolated_pairs(net, net.links.in_service, failures.failed, every, range(len(failures)))
    assert ours == survives(net, (), every, sets)


def test_the_checker_finds_a_broken_promise_a_wrong_sum_and_a_passed_budget():
    net = star_net(("bc", "b", "c", 15))
    failures = losses.cable_losses(net)
    country, row = net.country_index("DD"), failures.names.index("AD")
    found = check_plan(net, [net.link_index("bc")], failures.failed, kept={(country, row)},
                       rows=[row], costs=[15.0], cost_musd=14.0, budget_musd=10.0)
    assert len(found) == 3
    assert "DD is isolated" in found[0]


def test_the_same_seed_gives_the_same_plan():
    net, _ = random_case(7)
    first, second = (plan_redundancy(net, budget_musd=25) for _ in range(2))
    assert first.chosen == second.chosen
