"""Cuts of a plan for demand hold for every plan, and what is gathered from them is the cheapest."""

from contextlib import suppress
from itertools import combinations

import numpy as np
import pytest

from cablenet.metrics.flow_case import flow_case
from cablenet.planning.candidates import proposals
from cablenet.planning.demand_case import DemandCase
from cablenet.planning.demand_floors import capped, floors_of
from cablenet.planning.demand_floors import least_short as least_told
from cablenet.planning.demand_loss import LossSearch
from cablenet.planning.demand_master import Held, best_choice, gathered, least_known
from cablenet.planning.demand_oracle import Cut, Oracle
from cablenet.planning.demand_promise import DemandPromise
from cablenet.planning.demand_search import DemandSearch, ImpossibleError
from cablenet.planning.demand_setup import look, loss_question, promise_question
from cablenet.planning.needs import failures_to_answer
from cablenet.planning.plan_demand import default_sweep
from tests.planning.test_plan_demand import built, least_short, random_world, subsets

FOREVER = 1e12


def searched(seed, share):
    """A search that has ended, its case, its network, and the rows of its candidates."""
    net, rows = random_world(seed)
    case = DemandCase(net, proposals(net))
    now = look(case, failures_to_answer(net, case.full, default_sweep(net)))
    question, _ = promise_question(now, DemandPromise(share))
    search = DemandSearch(case.options.cost_musd, [question], FOREVER)
    with suppress(ImpossibleError):  # its cuts must hold all the same
        search.run()
    return search, case, net, rows


def cuts_of(seed, share):
    """All cuts that a search told, each with its failure."""
    return {(held.row, held.cut) for held in searched(seed, share)[0].cuts}


@pytest.mark.parametrize("seed", range(8))
def test_no_cut_says_more_than_any_plan_falls_short(seed):
    search, case, net, rows = searched(seed, [0.3, 0.6, 0.9][seed % 3])
    ids = [str(net.cable_id[k]) for k in case.options.cable]
    assert search.cuts
    truth = {}
    for held in search.cuts:
        need = np.zeros(len(net.country_id))
        countries = list(held.cut.countries)
        need[countries] = search.questions[0].need[countries]
        failed = search.questions[0].failed[held.row]
        for some in subsets(rows):
            key = held.row, held.cut.countries, some
            if key not in truth:
                order = flow_case(built(net, some)).problem.tbps.sum(axis=1)
                truth[key] = least_short(built(net, some), failed, need, order)
            level = np.array([1.0 * (one in {row[0] for row in some}) for one in ids])
            assert held.cut.lower(level) <= truth[key] + 1e-6


def test_countries_passed_over_in_one_search_of_trees_would_have_given_no_cut(monkeypatch):
    """The same cuts come where a cut of its own is tried for every country."""
    told = {seed: [cuts_of(seed, share) for share in (0.3, 0.9)] for seed in (0, 3, 8)}
    monkeypatch.setattr(Oracle, "_alone", lambda *given: given[5])
    assert any(any(one) for one in told.values())
    for seed, some in told.items():
        assert some == [cuts_of(seed, share) for share in (0.3, 0.9)]


def test_what_is_left_of_a_cut_beyond_what_stands():
    """10 short less 4, 6 and 9: with the first built, 6 is left, and no cable does more."""
    cut = Cut((0,), 10.0, (3, 5, 8), (4.0, 6.0, 9.0))
    assert cut.beyond(frozenset({3, 1})) == Cut((0,), 6.0, (5, 8), (6.0, 6.0))
    assert cut.beyond(frozenset()) == cut


@pytest.mark.parametrize("seed", range(20))
def test_gathered_plans_equal_every_choice_tried(seed):
    rng = np.random.default_rng(seed)
    cost = rng.integers(1, 9, 6).astype(float)
    kept_by = [[frozenset(rng.choice(6, int(rng.integers(0, 4)), replace=False).tolist())
                for _ in range(int(rng.integers(1, 4)))] for _ in range(4)]
    refused = [frozenset(rng.choice(6, 2, replace=False).tolist())]
    budget = float(cost.sum()) * 0.6
    every = [frozenset(some) for size in range(7) for some in combinations(range(6), size)]
    fit = [sum(cost[list(some)]) for some in every
           if all(any(one <= some for one in sets) for sets in kept_by)
           and not refused[0] <= some and sum(cost[list(some)]) <= budget]
    found = gathered(cost, kept_by, 10.0, budget=budget, refused=refused)
    assert (found is None) == (not fit)
    if found is not None:
        assert sum(cost[list(found)]) == pytest.approx(min(fit))


def test_nothing_is_gathered_where_nothing_is_known_to_keep_a_promise():
    assert gathered(np.ones(2), [[frozenset({0})], []], 10.0) is None


def test_building_in_part_costs_no_more_and_what_is_dear_is_told():
    """At least 4 of 8 from one cable of 10, or 4 of 4 from one of 6: half the first is enough."""
    cuts = [Held(0, 0, Cut((0,), 4.0, (0, 1), (8.0, 4.0)), None)]
    part = best_choice(np.array([10.0, 6.0, 3.0]), cuts, 10.0, whole=False)
    whole = best_choice(np.array([10.0, 6.0, 3.0]), cuts, 10.0)
    assert part.bound == pytest.approx(5.0) and part.level.tolist() == [0.5, 0.0, 0.0]
    assert whole.bound == pytest.approx(6.0) and whole.built == {1}
    assert part.dear.tolist() == pytest.approx([0.0, 1.0, 3.0])


def test_the_same_question_gives_the_same_cuts():
    first, second = (searched(5, 0.9)[0] for _ in range(2))
    assert [held.cut for held in first.cuts] == [held.cut for held in second.cuts]


@pytest.mark.parametrize("seed", range(12))
def test_the_least_that_is_known_equals_every_choice_tried(seed):
    rng = np.random.default_rng(seed)
    cost = rng.integers(1, 9, 6).astype(float)

    def some(size):
        return frozenset(rng.choice(6, size, replace=False).tolist())

    known = [[(frozenset(), 9.0), *((some(int(rng.integers(1, 4))), float(rng.integers(0, 9)))
                                    for _ in range(3))] for _ in range(4)]
    kept_by = [[some(2), some(1)]]
    refused = [some(3)]
    budget = float(cost.sum()) * 0.6
    every = [frozenset(one) for size in range(7) for one in combinations(range(6), size)]

    def loss(plan):
        return sum(min(value for one, value in sets if one <= plan) for sets in known)

    fit = [loss(plan) for plan in every
           if any(one <= plan for one in kept_by[0]) and not refused[0] <= plan
           and sum(cost[list(plan)]) <= budget]
    found = least_known(cost, kept_by, known, 10.0, budget=budget, refused=refused)
    assert (found is None) == (not fit)
    if found is not None:
        assert loss(found) == pytest.approx(min(fit))
        assert sum(cost[list(found)]) <= budget + 1e-6


@pytest.mark.parametrize("seed", [7, 10, 11, 13, 19, 23])  # worlds in which all is served today
def test_no_cut_of_a_loss_says_more_than_any_plan_loses(seed):
    """Floors and what is sharpened by them too."""
    net, rows = random_world(seed)
    case = DemandCase(net, proposals(net))
    failures = failures_to_answer(net, case.full, default_sweep(net))
    now = look(case, failures)
    question = loss_question(now, np.ones(len(failures.names)))
    search = LossSearch(case.options.cost_musd, [question], FOREVER)
    search.run(budget=float(case.options.cost_musd.sum()) / 2)
    ids = [str(net.cable_id[k]) for k in case.options.cable]
    assert search.cuts
    truth = {}
    for held in search.cuts:
        countries = list(held.cut.countries)
        need = np.zeros(len(net.country_id))
        need[countries] = question.need[countries]
        for some in subsets(rows):
            key = held.row, held.cut.countries, some
            grown = built(net, some)
            if key not in truth:
                order = flow_case(grown).problem.tbps.sum(axis=1)
                truth[key] = least_short(grown, question.failed[held.row], need, order)
            level = np.array([1.0 * (one in {row[0] for row in some}) for one in ids])
            assert held.cut.lower(level) <= truth[key] + 1e-6


def test_a_cable_gains_no_more_than_what_lies_above_the_floor():
    """10 short of two countries, 4 of it whatever is built: 9 and 7 become 6, 5 stays."""
    floor = Cut((0,), 4.0, (), ())
    cut = Cut((0, 1), 10.0, (2, 5, 8), (9.0, 5.0, 7.0))
    assert capped(cut, [floor]).gain == (6.0, 5.0, 6.0)
    assert capped(cut, [Cut((2,), 4.0, (), ())]) == cut
    whole = Cut((0, 1), 10.0, (2, 5), (4.0, 3.0))
    assert floors_of([whole], frozenset({2, 5})) == (Cut((0, 1), 3.0, (), ()),)
    assert least_told([floor, cut, Cut((1,), 7.0, (2,), (1.0,))],
                       np.array([0, 0, 1.0, 0, 0, 0, 0, 0, 0])) == 4.0 + 6.0


def test_what_a_witness_calls_harmless_loses_nothing():
    """A flow that serves all after one failure is a witness for all the others."""
    called = 0
    for seed in range(0, 40, 4):
        net, _ = random_world(seed)
        case = DemandCase(net, proposals(net))
        now = look(case, failures_to_answer(net, case.full, default_sweep(net)))
        question = loss_question(now, np.ones(len(now.failures.names)))
        for row in now.same:
            answer, _ = question.oracle.ask(now.lost(row), np.zeros(4), question.need)
            if answer.short_tbps.sum() <= 1e-9:
                question.patches.learn(answer.flow_tbps, 0)
        for row in now.same:
            if question.patches.harmless(now.lost(row), 0):
                called += (now.lost(row) & net.links.in_service).any()
                assert least_short(net, now.lost(row), question.need, now.served_tbps) <= 1e-6
    assert called > 10
