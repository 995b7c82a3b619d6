"""Survival plans: by hand, against every subset of candidates, and against the plain master."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations

import numpy as np
import pytest
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex
from scipy import sparse

from cablenet.build import build_network
from cablenet.errors import InfeasibleError, InputError, NoPlanFoundError, UnknownNameError
from cablenet.maps import palette
from cablenet.planning.attack import alive_after
from cablenet.planning.candidate_table import CANDIDATE_KINDS, CandidateTable, places_of
from cablenet.planning.check_redundancy import isolated_pairs
from cablenet.planning.covering import cover
from cablenet.planning.demand_promise import DemandPromise
from cablenet.planning.promise import Promise, read_promises
from cablenet.planning.star_graph import Cut, StarGraph
from cablenet.planning.survival import plan_survival
from cablenet.planning.survival_check import isolations
from cablenet.scenarios.units import units_of
from cablenet.solvers import cheapest_cover
from cablenet.testing import random_world, small_world


@dataclass(frozen=True)
class _Tree:
    lon: float
    lat: float


class Straight:
    """A sea without land: every way is the straight one."""

    factor = np.ones(1)

    def tree(self, lon: float, lat: float, limit: float) -> _Tree:
        return _Tree(lon, lat)

    def way(self, tree: _Tree, lon: float, lat: float) -> np.ndarray:
        return np.array([[tree.lon, tree.lat], [lon, lat]])


def table_of(layers, *rows) -> CandidateTable:
    """Candidates (from, to, cost in million USD) between stations of a map."""
    places = places_of(layers)
    number = {key: i for i, key in enumerate(places.id)}
    a = np.array([number[row[0]] for row in rows])
    b = np.array([number[row[1]] for row in rows])
    cost = np.array([row[2] for row in rows], float)
    return CandidateTable(
        layers, Straight(), places, np.zeros(len(rows), np.int8), a, b,
        np.full(len(rows), "", object), np.full(len(rows), 100.0), np.stack([cost] * 3),
        np.full(len(rows), 10.0), np.full(len(rows), 2.0))


def star():
    """Two hubs AA and HH on two cables; BB, CC and DD each on one cable to AA."""
    return small_world(
        [("a", "AA", 0, 0), ("b", "BB", -10, 0), ("c", "CC", 10, 0), ("d", "DD", 0, -10),
         ("h", "HH", 0, 10)],
        {"ab": [("a", "b")], "ac": [("a", "c")], "ad": [("a", "d")], "ah": [("a", "h")],
         "ah2": [("a", "h")]},
        hubs=["AA", "HH"], name="star")


def test_one_cable_between_two_leaves_saves_both_from_any_cable_loss():
    # b-c for 15 against a second cable to the hub for each, 10 + 10
    table = table_of(star(), ("b", "c", 15), ("a", "b", 10), ("a", "c", 10))
    plan = plan_survival(table, Promise(1, "cable", ("BB", "CC")))
    assert plan.chosen == ("new:b:c",)
    assert plan.certificate.status == "optimal"
    assert plan.certificate.objective == plan.certificate.bound == 15
    assert plan.cables.loc[0, "reason"] == "keeps BB, CC connected through the loss of AB"
    # today each is isolated by one loss of five; with the plan in it six losses isolate nobody
    assert plan.walked.loc[0].tolist() == ["BB, CC: any one cable", 7, 2, 0, 0, "", ""]


def test_new_cables_fail_too_so_two_losses_ask_for_two_more_ways():
    # BB has one cable. Any two losses: two new cables must lead out of it, 10 + 12
    table = table_of(star(), ("b", "c", 12), ("a", "b", 10), ("b", "d", 14), ("a", "c", 5),
                     ("h", "c", 6), ("a", "d", 50))
    plan = plan_survival(table, Promise(2, "cable", ("BB",)))
    assert plan.chosen == ("new:b:c", "new:a:b") or plan.chosen == ("new:a:b", "new:b:c")
    assert plan.cost_musd == 22


def test_a_station_takes_all_it_lands_so_the_ways_out_must_not_share_one():
    # BB lands at b and e, its only cable goes b-a. Losing b asks for a way from e, losing a for a
    # way to h: e-h does both for 20, a-e and b-h together for 10
    layers = small_world(
        [("a", "AA", 0, 0), ("b", "BB", -10, 0), ("e", "BB", -10, 2), ("h", "HH", 0, 10)],
        {"ab": [("a", "b")], "ah": [("a", "h")], "ah2": [("a", "h")]}, hubs=["AA", "HH"])
    table = table_of(layers, ("a", "e", 1), ("e", "h", 20), ("b", "h", 9))
    plan = plan_survival(table, Promise(1, "station", ("BB",)))
    assert set(plan.chosen) == {"new:a:e", "new:b:h"}
    assert plan.cost_musd == 10


def test_a_place_takes_what_runs_beside_it_and_new_cables_too():
    # places of 25 km: a second cable between the same stations shares theirs, and one from e to a
    # shares a's; only e-h keeps away from a-b all along
    layers = small_world(
        [("a", "AA", 0, 0), ("b", "BB", -10, 0), ("e", "BB", -10, 2), ("h", "HH", 0, 10)],
        {"ab": [("a", "b")], "ah": [("a", "h")], "ah2": [("a", "h")]}, hubs=["AA", "HH"])
    table = table_of(layers, ("a", "b", 5), ("a", "e", 8), ("e", "h", 20))
    plan = plan_survival(table, Promise(1, "place", ("BB",)))
    assert plan.chosen == ("new:e:h",)
    assert plan.certificate.status == "optimal"
    assert "within 25 km round" in plan.cables.loc[0, "reason"]
    assert plan.walked.loc[0, "isolations_before"] > 0 == plan.walked.loc[0, "isolations_after"]
    with pytest.raises(InputError, match="one at a time"):
        Promise(2, "place")


def test_a_country_whose_landings_one_disk_takes_is_named_by_that_rule():
    # b and e stand 33 km apart, so a disk between them takes both; with e 220 km off, the only
    # candidate from there ends at a, where the old cable ends too
    for lat, why in ((0.3, "every landing it has or is offered lies in it"),
                     (2.0, "every candidate that leads elsewhere comes into it")):
        layers = small_world(
            [("a", "AA", 0, 0), ("b", "BB", -10, 0), ("e", "BB", -10, lat), ("h", "HH", 0, 10)],
            {"ab": [("a", "b")], "ah": [("a", "h")], "ah2": [("a", "h")]}, hubs=["AA", "HH"])
        table = table_of(layers, ("a", "e", 8), ("e", "h", 20) if lat < 1 else ("a", "b", 5))
        with pytest.raises(InfeasibleError) as raised:
            plan_survival(table, Promise(1, "place", ("BB",)))
        assert raised.value.conflict[0].startswith("BB hangs on everything within 25 km round")
        assert raised.value.conflict[0].endswith(why)


def test_a_country_with_one_station_cannot_be_made_safe_from_its_loss():
    table = table_of(star(), ("b", "h", 20))
    with pytest.raises(InfeasibleError) as raised:
        plan_survival(table, Promise(1, "cable+station", ("BB",)))
    assert raised.value.conflict == ("BB hangs on B station: without it no candidate leads anywhere"
                                     " else",)
    left = plan_survival(table, Promise(1, "cable+station", ("BB",)), leave_out_impossible=True)
    assert left.left_out == raised.value.conflict
    assert left.chosen == ()


def test_limits_that_contradict_each_other_are_named():
    table = table_of(star(), ("b", "c", 15), ("a", "b", 10), ("a", "c", 10), ("a", "d", 40))
    promises = [Promise(1, "cable", ("BB", "CC")), Promise(1, "cable", ("DD",))]
    with pytest.raises(InfeasibleError) as raised:
        plan_survival(table, promises, budget_musd=30)
    assert raised.value.conflict == ("DD: any one cable",), "40 alone is over the budget of 30"
    with pytest.raises(InfeasibleError) as raised:
        plan_survival(table, promises, budget_musd=50)
    assert len(raised.value.conflict) == 2, "15 and 40 fit singly, not together"
    assert plan_survival(table, promises, budget_musd=55).cost_musd == 55


def test_landings_asked_for_and_partners_ruled_out():
    table = table_of(star(), ("b", "c", 15), ("a", "b", 10), ("a", "c", 10), ("c", "h", 18))
    promise = Promise(1, "cable", ("BB", "CC"))
    assert plan_survival(table, promise, must_land=["HH"]).cost_musd == 28
    assert plan_survival(table, promise, never_joined=[("CC", "BB")]).cost_musd == 20
    with pytest.raises(InputError, match="lands in 'ZZ'"):
        plan_survival(table, promise, must_land=["ZZ"])


def test_next_best_plans_come_in_order_and_hold_no_plan_before_them():
    table = table_of(star(), ("b", "c", 15), ("a", "b", 10), ("a", "c", 10), ("c", "h", 18))
    plan = plan_survival(table, Promise(1, "cable", ("BB", "CC")), next_best=5)
    assert plan.cost_musd == 15
    assert [cost for cost, _ in plan.next_best] == [20, 28]
    assert all(not set(plan.chosen) <= set(ids) for _, ids in plan.next_best)


def test_who_falls_without_the_declared_mesh_is_told():
    # BB's second way to a hub is a declared link over land to HH: without it the loss of ab cuts BB
    layers = small_world(
        [("a", "AA", 0, 0), ("b", "BB", -10, 0), ("h", "HH", 0, 10)],
        {"ab": [("a", "b")], "ah": [("a", "h")], "ah2": [("a", "h")]}, hubs=["AA", "HH"],
        borders=[("BB", "HH")])
    borders = layers.tables["border_crossings"].assign(kind="mesh_land")
    layers = replace(layers, tables={**layers.tables, "border_crossings": borders})
    table = table_of(layers, ("b", "h", 9))
    plan = plan_survival(table, Promise(1, "cable", ("BB",)))
    assert plan.chosen == ()
    assert plan.walked.loc[0, ["isolations_after", "isolations_without_mesh", "fall_without_mesh",
                               "apart_without_mesh"]].tolist() == [0, 1, "BB", ""]
    assert "without the declared hub mesh" in repr(plan)


def test_the_picture_of_a_plan_draws_what_it_adds_and_nothing_else_in_red():
    table = table_of(star(), ("b", "c", 15), ("a", "b", 10), ("a", "c", 10))
    plan = plan_survival(table, Promise(1, "cable", ("BB", "CC")))
    axes = plan.plot()
    red = [lines for lines in axes.collections
           if isinstance(lines, LineCollection) and to_hex(lines.get_color()[0]) == palette.LOST]
    assert [len(lines.get_segments()) for lines in red] == [1], "one new cable, one line"
    assert plan.title == "1 new cable for 15 million USD; BB, CC: any one cable"
    assert [str(plan.network.links.id[link]) for link in plan.new_links] == ["new:b:c"]


@pytest.mark.parametrize("given", [
    {"promises": ()}, {"budget_musd": float("nan")}, {"must_land": ["ZZ"]},
    {"never_joined": [("AA", "ZZ")]}, {"promises": Promise(1, "cable", ("ZZ",))},
    {"ready_by": 2030}])
def test_bad_input_is_told(given):
    with pytest.raises((InputError, UnknownNameError)):
        plan_survival(table_of(star(), ("a", "b", 1)), **given)


@pytest.mark.parametrize(("given", "conflict"), [
    ({"budget_musd": 0}, "BB, CC: any one cable"),
    ({"budget_musd": -3}, "budget_musd = -3"),
    ({"must_land": ["HH"], "never_joined": [("CC", "HH")]}, "must_land HH"),
    ({"never_joined": [("CC", "HH"), ("CC", "BB"), ("AA", "BB"), ("AA", "CC")]},
     "never_joined CC, HH"),
    ({"ready_by": 2025}, "ready_by 2025"),
])
def test_limits_that_leave_nothing_are_a_conflict_never_a_plan(given, conflict):
    layers = star().dated(date(2024, 7, 1))
    table = table_of(layers, ("b", "c", 15), ("a", "b", 10), ("a", "c", 10), ("c", "h", 18))
    with pytest.raises(InfeasibleError) as raised:
        plan_survival(table, Promise(1, "cable", ("BB", "CC")), **given)
    assert conflict in raised.value.conflict


def test_what_takes_too_long_to_build_is_not_chosen():
    # 100 km take 2.02 years: begun in mid 2024 they are ready in 2026
    layers = star().dated(date(2024, 7, 1))
    table = table_of(layers, ("b", "c", 15), ("a", "b", 10), ("a", "c", 10))
    long = replace(table, length_km=np.array([9000.0, 100.0, 100.0]))
    promise = Promise(1, "cable", ("BB", "CC"))
    assert plan_survival(long, promise).chosen == ("new:b:c",)
    assert set(plan_survival(long, promise, ready_by=2026).chosen) == {"new:a:b", "new:a:c"}


@pytest.mark.parametrize("bad", [{"losses": 0}, {"unit": "ship"}, {"unit": ""}])
def test_a_promise_about_nothing_is_refused(bad):
    with pytest.raises(InputError):
        Promise(**bad)


def test_no_time_gives_no_plan_but_says_what_is_proved():
    table = table_of(star(), ("b", "c", 15), ("a", "b", 10))
    with pytest.raises(NoPlanFoundError) as raised:
        plan_survival(table, Promise(1, "cable", ("BB",)), time_limit_s=0.0)
    assert raised.value.bound == 0


def random_table(seed: int, count: int = 7) -> CandidateTable:
    layers = random_world(seed, places=5 + seed % 4, cables=4 + seed % 3)
    rng = np.random.default_rng(seed + 1000)
    stations = layers.tables["stations"]["station_id"].tolist()
    pairs = [(a, b) for a, b in combinations(stations, 2)]
    chosen = rng.choice(len(pairs), min(count, len(pairs)), replace=False)
    return table_of(layers, *((*pairs[i], int(rng.integers(1, 30))) for i in chosen))


def kept_by(table: CandidateTable, rows, promise: Promise, named) -> bool:
    """Whether every loss leaves the named countries connected: sets and lists only."""
    net = table.network(list(rows))
    service = net.links.in_service.copy()
    for key in table.ids(np.array(rows, int)) if rows else []:
        service[net.links_of_cable(net.cable_index(key))] = True
    net = net.with_service(service, note="subset")
    units = units_of(net, promise.unit, radius_km=promise.radius_km)
    losses = [set_ for k in range(promise.losses + 1)
              for set_ in combinations(range(len(units)), k)]
    failed = np.stack([~alive_after(net, units, one) for one in losses])
    countries = [net.country_index(code) for code in named]
    return not isolated_pairs(net, service, sparse.csr_array(failed), countries,
                              range(len(losses)))


@pytest.mark.parametrize("seed", range(40))
def test_no_subset_of_candidates_keeps_the_promise_for_less(seed):
    table = random_table(seed)
    unit = ("cable", "station", "cable+station")[seed % 3]
    losses = 2 if seed % 5 == 0 and unit == "cable" else 1
    net = build_network(table.layers)
    named = tuple(sorted({str(net.country_id[c]) for c in net.gateways.country}))
    promise = Promise(losses, unit)
    try:
        plan = plan_survival(table, promise, leave_out_impossible=True)
    except InfeasibleError:
        plan = None
    assert plan is not None
    whole = range(len(table))
    able = [code for code in named if code not in _connected_not(net)
            and kept_by(table, tuple(whole), promise, [code])]
    costs = table.cost_musd[1]
    best = min(sum(costs[list(rows)]) for k in range(len(table) + 1)
               for rows in combinations(whole, k)
               if sum(costs[list(rows)]) <= plan.cost_musd and kept_by(table, rows, promise, able))
    assert plan.cost_musd == pytest.approx(best)


def islands(seed: int) -> CandidateTable:
    """Two hubs and three countries of two stations each in a box of 4 degrees; six candidates."""
    rng = np.random.default_rng(seed)
    home = {"a": "AA", "h": "HH", "b": "BB", "b2": "BB", "c": "CC", "c2": "CC", "d": "DD"}
    spots = rng.integers(0, 64 * 4, (len(home), 2)) / 64
    layers = small_world(
        [(key, code, *spot) for (key, code), spot in zip(home.items(), spots.tolist(),
                                                         strict=True)],
        {"ab": [("a", "b")], "bc": [("b", "c")], "hd": [("h", "d")], "ah": [("a", "h")],
         "ah2": [("a", "h")]}, hubs=["AA", "HH"], name=f"islands {seed}")
    pairs = [(a, b) for a, b in combinations(home, 2) if home[a] != home[b]]
    return table_of(layers, *((*pairs[i], int(rng.integers(1, 30)))
                              for i in rng.choice(len(pairs), 6, replace=False)))


@pytest.mark.parametrize("seed", range(6))
def test_no_subset_of_candidates_survives_every_place_for_less(seed):
    table, promise = islands(seed), Promise(1, "place")
    net = build_network(table.layers)
    plan = plan_survival(table, promise, leave_out_impossible=True)
    assert plan.certificate.bound == plan.certificate.objective == plan.cost_musd
    whole = range(len(table))
    able = [code for code in ("AA", "BB", "CC", "DD", "HH")
            if code not in _connected_not(net) and kept_by(table, tuple(whole), promise, [code])]
    costs = table.cost_musd[1]
    best = min(sum(costs[list(rows)]) for k in range(len(table) + 1)
               for rows in combinations(whole, k)
               if sum(costs[list(rows)]) <= plan.cost_musd and kept_by(table, rows, promise, able))
    assert plan.cost_musd == pytest.approx(best)


def _connected_not(net) -> set[str]:
    """Countries that reach no hub abroad with nothing lost."""
    every = sorted(set(net.gateways.country.tolist()))
    cut = isolated_pairs(net, net.links.in_service,
                         sparse.csr_array((1, len(net.links)), dtype=bool), every, [0])
    return {str(net.country_id[c]) for c, _ in cut}


@pytest.mark.parametrize("seed", range(8))
def test_the_walk_counts_what_plain_sets_count(seed):
    net = build_network(random_world(seed))
    unit, losses = ("cable", 3) if seed % 2 else ("cable+station", 2)
    units = units_of(net, unit)
    every = [one for k in range(losses + 1) for one in combinations(range(len(units)), k)]
    failed = sparse.csr_array(np.stack([~alive_after(net, units, one) for one in every]))
    countries = sorted(set(net.gateways.country.tolist()))
    cut = isolated_pairs(net, net.links.in_service, failed, countries, range(len(every)))
    walk = isolations(net, units, countries, losses)
    assert walk.scenarios == len(every)
    assert walk.count == dict(Counter(country for country, _ in cut))
    assert all((country, every.index(one)) in cut
               for country, rows in walk.found.items() for one in rows)


@pytest.mark.parametrize("seed", range(50))
def test_keeping_the_cheapest_of_each_class_loses_nothing(seed):
    rng = np.random.default_rng(seed)
    costs = rng.integers(1, 40, 60)
    cuts = []
    for _ in range(12):
        crossing = np.flatnonzero(rng.random(60) < 0.3)
        cuts.append(Cut(0, (), tuple(crossing.tolist()), int(rng.integers(1, 4))))
    refused = [cover(costs, cuts, limit_s=60).built] if seed % 2 else []
    short = cover(costs, cuts, refused=refused, limit_s=60)
    rows = [(np.array(cut.crossing), cut.least, len(cut.crossing)) for cut in cuts]
    rows += [(np.array(one), 0, len(one) - 1) for one in refused]
    status, on, _, _ = cheapest_cover(costs, rows, limit_s=60)
    assert status == short.status == "optimal"
    assert short.cost == costs[on].sum() == short.bound


def test_a_cut_of_the_star_graph_says_what_must_be_built():
    net = build_network(star())
    at = {key: i for i, key in enumerate(net.nodes.id)}
    a, b = np.array([at["b"], at["b"], at["c"]]), np.array([at["c"], at["h"], at["h"]])
    graph = StarGraph(net, a, b, {"cable"})
    bb = net.country_index("BB")
    cuts = graph.isolating((), [bb], 1)
    assert cuts == [Cut(bb, (("cable", net.cable_index("ab")),), (0, 1), 1)]
    assert graph.isolating((1,), [bb], 1) == []
    assert {(cut.units, cut.crossing, cut.least) for cut in graph.isolating((1,), [bb], 2)} == {
        ((("cable", net.cable_index("ab")),), (0, 1), 2)}
    assert CANDIDATE_KINDS[0] == "cable"


def test_a_promise_file_is_read_and_bad_ones_are_told(tmp_path):
    good = tmp_path / "promises.toml"
    good.write_text('budget_musd = 900\nmust_land = ["IN"]\n[[promise]]\nlosses = 2\n'
                    'unit = "cable"\ncountries = ["TO", "WS"]\n[[promise]]\n')
    promises, options = read_promises(good)
    assert promises == (Promise(2, "cable", ("TO", "WS")), Promise())
    assert options == {"budget_musd": 900.0, "must_land": ("IN",)}  # only what the file says
    good.write_text('ready_by = 2032\n[[promise]]\nshare = 0.9\ncountries = ["TO"]\n'
                    'failures = ["Tonga Cable"]\n')
    assert read_promises(good)[0] == (DemandPromise(0.9, ("TO",), ("Tonga Cable",)),)
    for text, told in (("[[promise]]\nlosses = 0\n", "give 1 or more"), ("x = 1", "promise"),
                       ("[[promise]]\nshare = 0.9\nlosses = 1\n", "share, countries and failures"),
                       ("[[promise]]\nfailures = ['x']\n", "the other kind of promise"),
                       ("[[promise]]\nshare = 90\n", "above 0 and up to 1"),
                       ("[[promise]]\nshare = 0.9\n[[promise]]\nlosses = 1\n", "two files"),
                       ("[[promise]]\nunits = 2\n", "promise.0.units"), ("=", "TOML")):
        bad = tmp_path / "bad.toml"
        bad.write_text(text)
        with pytest.raises(InputError, match=told):
            read_promises(bad)
