"""Plans for shares of demand, against every subset tried and a program of another solver."""

from itertools import combinations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from scipy import optimize

import cablenet as cn
from cablenet.errors import InfeasibleError, InputError, NoPlanFoundError
from cablenet.metrics.flow_case import flow_case
from cablenet.planning.candidates import proposals
from cablenet.planning.demand_curve import demand_curve
from cablenet.planning.demand_promise import DemandPromise
from cablenet.planning.demand_setup import UNKNOWN_RATE_PER_YEAR
from cablenet.planning.needs import with_all_built
from cablenet.planning.plan_demand import MEAN_REPAIR_H, default_sweep, plan_demand
from cablenet.testing import small_world

DAYS = 0.01 * 480.0 / 24.0
"""A failure once in a hundred years that lasts twenty days: 0.2 days a year."""


def proposed(layers, *rows):
    """Candidates: (id, from, to, cost in million USD, lit Tbps)."""
    at = {key: (p.x, p.y) for key, p in zip(layers.tables["stations"]["station_id"],
                                            layers.tables["stations"].geometry, strict=True)}
    return gpd.GeoDataFrame([{
        "candidate_id": key, "name": key, "from_id": a, "to_id": b, "cost_musd": cost,
        "lit_capacity_tbps": lit, "design_capacity_tbps": lit,
        "geometry": shapely.LineString([at[a], at[b]])} for key, a, b, cost, lit in rows],
        geometry="geometry", crs="EPSG:4326")


def line_world(*rows):
    """Leaf A hangs on hub H by one cable of 10 Tbps, leaf B on A by another.

        b1 --- a1 --- h1     a2 (of A), h2 (of H) have no cable yet; B's way runs through A

    Each asks for 1 Tbps: A and B 0.85 of H and 0.15 of each other, H 2/3 of A and 1/3 of B.
    """
    layers = small_world(
        [("a1", "A", 0, 0), ("a2", "A", 0, 2), ("b1", "B", -5, 0), ("h1", "H", 5, 0),
         ("h2", "H", 5, 2)],
        {"ah": [("a1", "h1")], "ba": [("b1", "a1")]}, hubs=["H"])
    return cn.build_network(layers, candidates=proposed(layers, *rows))


def test_the_cheaper_of_two_cables_with_room_enough_is_taken():
    """Losing cable AH leaves A and B 0.15 Tbps each, H nothing: 0.35, 0.35, 0.5 short of half.
    `thin` carries 0.8 x 0.5 = 0.4 Tbps each way, too little for 0.7 and 0.5; `wide` 0.8 x 5 = 4."""
    net = line_world(("thin", "a2", "h2", 5, 0.5), ("wide", "a2", "h2", 9, 5.0))
    plan = plan_demand(net, DemandPromise(0.5, failures=("AH",)))
    assert plan.chosen == ("wide",)
    assert plan.cost_musd == 9 and plan.certificate.status == "optimal"
    assert plan.answers[["short_before_tbps", "short_after_tbps"]].to_numpy().tolist() == [[1.2, 0]]
    assert "AH" in plan.cables["reason"].iloc[0]


def test_a_share_small_enough_is_kept_by_the_thin_cable():
    """A fifth: 0.05 out of A and of B, 0.2 out of H, within the 0.4 of `thin`."""
    net = line_world(("thin", "a2", "h2", 5, 0.5), ("wide", "a2", "h2", 9, 5.0))
    assert plan_demand(net, DemandPromise(0.2, failures=("AH",))).chosen == ("thin",)


def test_under_a_budget_least_is_lost():
    """Without AH or h1 all but what A and B ask of each other is lost: 2 x (3 - 0.3) Tbps; without
    BA all of B, 1 + 0.15 + 1/3; `bh` saves all of that. Without a1 nothing is left; `bh` then still
    serves 0.85 and 1/3 between B and H. Without b1 it is no help."""
    net = line_world(("bh", "b1", "h2", 5, 5.0), ("far", "b1", "h2", 50, 5.0))
    plan = plan_demand(net, budget_musd=6)
    assert plan.chosen == ("bh",)
    assert plan.loss_before - plan.loss_after == pytest.approx(
        (2 * 2.7 + 1.15 + 1 / 3 + 0.85 + 1 / 3) * DAYS)
    assert plan.swept_after == pytest.approx(plan.loss_after, abs=1e-6)
    assert plan.swept_before == pytest.approx(plan.loss_before, abs=1e-6)


def test_a_function_that_makes_the_fault_model_is_given_every_candidate_in_service():
    net = line_world(("bh", "b1", "h2", 5, 5.0), ("far", "b1", "h2", 50, 5.0))
    full = with_all_built(net, proposals(net))
    by_hand, made = (plan_demand(net, budget_musd=6, model=model)
                     for model in (cn.fault_model(full), cn.fault_model))
    assert made.chosen == by_hand.chosen == ("bh",)
    assert made.loss_before == by_hand.loss_before != plan_demand(net, budget_musd=6).loss_before


def test_nothing_to_spend_builds_nothing():
    plan = plan_demand(line_world(("bh", "b1", "h2", 5, 5.0)), budget_musd=0)
    assert plan.chosen == () and plan.loss_after == plan.loss_before


def test_a_budget_below_zero_no_number_and_no_question_are_refused():
    net = line_world(("bh", "b1", "h2", 5, 5.0))
    with pytest.raises(InfeasibleError, match="below 0"):
        plan_demand(net, budget_musd=-1)
    with pytest.raises(InputError, match="not a number"):
        plan_demand(net, budget_musd=float("nan"))
    with pytest.raises(InputError, match="say what to keep"):
        plan_demand(net)
    with pytest.raises(InputError, match="above 0 and up to 1"):
        DemandPromise(1.2)
    with pytest.raises(InputError, match="time_limit_s"):
        plan_demand(net, DemandPromise(0.5), time_limit_s=0)


def test_unknown_names_are_told():
    net = line_world(("bh", "b1", "h2", 5, 5.0))
    with pytest.raises(LookupError, match="country"):
        plan_demand(net, DemandPromise(0.5, countries=("Atlantis",)))
    with pytest.raises(LookupError, match="failure of the sweep"):
        plan_demand(net, DemandPromise(0.5, failures=("Kraken",)))


def test_candidates_off_the_network_are_refused():
    layers = small_world([("a1", "A", 0, 0), ("h1", "H", 5, 0)], {"ah": [("a1", "h1")]},
                         hubs=["H"])
    with pytest.raises(InputError, match="candidate"):
        plan_demand(cn.build_network(layers), DemandPromise(0.5))


def test_what_no_candidate_keeps_is_named_and_can_be_left_out():
    """B has one station: its loss takes B off whatever is built."""
    net = line_world(("bh", "b1", "h2", 5, 5.0), ("aa", "a2", "h2", 7, 5.0))
    promise = DemandPromise(0.5, countries=("B",))
    with pytest.raises(InfeasibleError, match="B through 'B1 \\(B\\)'") as told:
        plan_demand(net, promise)
    assert told.value.conflict
    plan = plan_demand(net, promise, leave_out_impossible=True)
    assert plan.chosen == ("bh",)
    assert any("B1 (B)" in rule for rule in plan.left_out)


def test_a_budget_too_small_for_two_promises_names_both():
    """A needs `aa` (7) through a1, where both its cables land; B needs `bh` (5) through BA; 11 is
    enough for either alone."""
    net = line_world(("bh", "b1", "h2", 5, 5.0), ("aa", "a2", "h2", 7, 5.0))
    asked = [DemandPromise(0.8, countries=("A",), failures=("A1 (A)",)),
             DemandPromise(0.8, countries=("B",), failures=("BA",))]
    assert set(plan_demand(net, asked, budget_musd=12).chosen) == {"aa", "bh"}
    with pytest.raises(InfeasibleError, match="cannot keep together") as told:
        plan_demand(net, asked, budget_musd=11)
    assert len(told.value.conflict) == 3
    assert plan_demand(net, asked[:1], budget_musd=11).chosen == ("aa",)


def test_a_time_too_short_gives_no_plan_or_one_that_keeps_its_promise():
    net = line_world(("bh", "b1", "h2", 5, 1.0), ("aa", "a2", "h2", 7, 5.0))
    promise = DemandPromise(0.5, countries=("A",), failures=("AH",))
    try:
        plan = plan_demand(net, promise, time_limit_s=1e-9)
    except NoPlanFoundError as error:
        assert "no plan was found" in str(error)
    else:
        assert plan.answers["short_after_tbps"].max() <= 1e-6


def test_next_best_plans_follow_in_order():
    net = line_world(("one", "a2", "h2", 5, 5.0), ("two", "a2", "h2", 6, 5.0),
                     ("three", "a2", "h2", 7, 5.0))
    plan = plan_demand(net, DemandPromise(0.5, failures=("AH",)), next_best=2)
    assert [(cost, ids) for cost, ids in plan.next_best] == [(6, ("two",)), (7, ("three",))]


def test_the_built_cable_fails_like_any_other():
    """Named though it has nothing today: C reaches the hub over candidates only, and must keep half
    through the loss of any one cable, new ones included: both are built."""
    layers = small_world([("c1", "C", 0, 0), ("h1", "H", 5, 0), ("d1", "D", 9, 0)],
                         {"dh": [("d1", "h1")]}, hubs=["H"])
    net = cn.build_network(layers, candidates=proposed(
        layers, ("one", "c1", "h1", 5, 5.0), ("two", "c1", "h1", 6, 5.0)))
    promise = DemandPromise(0.5, countries=("C",))
    plan = plan_demand(net, promise, sweep=cn.cable_losses(net).recipe)
    assert set(plan.chosen) == {"one", "two"}


# -- every subset tried, each state by HiGHS over the plain arc model ---------------------------


def least_short(net, failed, need, tbps_of):
    """Least sum of shortfalls of (C,) need: the textbook program, one flow per demand, by HiGHS."""
    case = flow_case(net)
    problem = case.problem
    room = case.outage(failed).room_tbps
    arcs, demands = len(problem.tail), len(problem)
    n, countries = problem.n_nodes, len(net.country_id)
    width = demands * arcs + demands + countries  # flows, served, short
    a_eq, b_eq = [], []
    for d in range(demands):
        for node in range(n):
            if node == problem.target[d]:
                continue
            row = np.zeros(width)
            row[d * arcs:(d + 1) * arcs] = (problem.tail == node) * 1.0 - (problem.head == node)
            if node == problem.source[d]:
                row[demands * arcs + d] = -1.0
            a_eq.append(row)
            b_eq.append(0.0)
    a_ub, b_ub = [], []
    for arc in range(arcs):
        row = np.zeros(width)
        row[arc:demands * arcs:arcs] = 1.0
        a_ub.append(row)
        b_ub.append(room[arc])
    for c in range(countries):
        row = np.zeros(width)
        row[demands * arcs:demands * arcs + demands] = -(case.country == c).astype(float)
        row[demands * arcs + demands + c] = -1.0
        a_ub.append(row)
        b_ub.append(-need[c])
    upper = [(0, None)] * (demands * arcs) + [(0, amount) for amount in tbps_of] + (
        [(0, None)] * countries)
    cost = np.r_[np.zeros(demands * arcs + demands), np.ones(countries)]
    found = optimize.linprog(cost, A_ub=np.array(a_ub), b_ub=b_ub, A_eq=np.array(a_eq), b_eq=b_eq,
                             bounds=upper, method="highs")
    return found.fun


def random_world(seed):
    """Four countries with two stations each, one a hub, random cables and candidates."""
    rng = np.random.default_rng(seed)
    stations = [(f"{c}{i}", c.upper(), 10 * k + i, int(rng.integers(-3, 4)) + i)
                for k, c in enumerate("abch") for i in (1, 2)]
    names = [key for key, *_ in stations]

    def pair():
        while True:
            one, two = rng.choice(names, 2, replace=False)
            if one[0] != two[0]:
                return str(one), str(two)

    cables = {f"x{i}": [pair()] for i in range(4)}
    layers = small_world(stations, cables, hubs=["H"],
                         lit_tbps={key: float(rng.choice([0.7, 1.5, 4.0])) for key in cables})
    rows = [(f"n{i}", *pair(), int(rng.integers(3, 20)), float(rng.choice([0.5, 1.0, 3.0])))
            for i in range(4)]
    return cn.build_network(layers, candidates=proposed(layers, *rows)), rows


def subsets(rows):
    return [some for size in range(len(rows) + 1) for some in combinations(rows, size)]


def built(net, some):
    service = net.links.in_service.copy()
    for key, *_ in some:
        service[net.links_of_cable(net.cable_index(key))] = True
    return net.with_service(service)


SHARED = [0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 16, 17, 18, 19]
WHOLE = [7, 10, 11, 13, 19, 23, 26, 27, 34, 35, 37, 39]


@pytest.mark.parametrize("seed", SHARED)  # worlds in which some country has its share today
def test_the_cheapest_plan_equals_every_subset_tried(seed):
    net, rows = random_world(seed)
    share = [0.3, 0.6, 0.9][seed % 3]
    case = flow_case(net)
    asked = case.problem.tbps.sum(axis=1)
    total = np.bincount(case.country, asked, minlength=len(net.country_id))
    nothing = np.zeros(len(net.links), bool)
    today = np.array([total[c] - least_short(net, nothing, np.where(
        np.arange(len(total)) == c, total, 0), asked) for c in range(len(total))])
    named = [c for c in range(len(total)) if total[c] > 0 and today[c] >= share * total[c] - 1e-9]
    need = np.zeros(len(total))
    need[named] = share * total[named]
    assert named and least_short(net, nothing, need, asked) <= 1e-7
    best = np.inf
    for some in subsets(rows):
        cost = sum(row[3] for row in some)
        if cost >= best:
            continue
        grown = built(net, some)
        sweep = default_sweep(net).recipe.regenerate(grown)
        if all(least_short(grown, sweep.failed[[row]].toarray()[0].astype(bool), need, asked)
               <= 1e-6 for row in range(len(sweep))):
            best = cost
    promise = DemandPromise(share, tuple(str(net.country_id[c]) for c in named))
    if np.isinf(best):
        with pytest.raises(InfeasibleError):
            plan_demand(net, promise, sweep_again=False)
    else:
        assert plan_demand(net, promise, sweep_again=False).cost_musd == pytest.approx(best)


def losses_of_subsets(net, rows):
    """Cost and weighted loss of every subset of the candidates, each state by HiGHS."""
    case = flow_case(net)
    asked = case.problem.tbps.sum(axis=1)
    total = np.bincount(case.country, asked, minlength=len(net.country_id))
    assert least_short(net, np.zeros(len(net.links), bool), total, asked) <= 1e-7
    days = UNKNOWN_RATE_PER_YEAR * MEAN_REPAIR_H / 24
    out = {}
    for some in subsets(rows):
        grown = built(net, some)
        sweep = default_sweep(net).recipe.regenerate(grown)
        out[some] = sum(row[3] for row in some), days * sum(
            least_short(grown, sweep.failed[[row]].toarray()[0].astype(bool), total, asked)
            for row in range(len(sweep)))
    return out


@pytest.mark.parametrize("seed", WHOLE)  # the first worlds in which all is served today
def test_the_least_loss_of_every_budget_equals_every_subset_tried(seed):
    net, rows = random_world(seed)
    found = losses_of_subsets(net, rows)
    whole = sum(row[3] for row in rows)
    budgets = [0.0, whole / 4, whole / 2, 3 * whole / 4, whole]
    curve = demand_curve(net, budgets)
    assert [plan.budget_musd for plan in curve.plans] == budgets
    for plan in curve.plans:
        best = min(loss for cost, loss in found.values() if cost <= plan.budget_musd)
        assert plan.loss_before == pytest.approx(found[()][1], abs=1e-5)
        assert plan.loss_after == pytest.approx(best, abs=1e-5)
        assert plan.certificate.status == "optimal"
        assert plan.certificate.bound <= best + 1e-5
    alone = plan_demand(net, budget_musd=whole / 2, sweep_again=False)
    assert alone.loss_after == pytest.approx(curve.plans[2].loss_after, abs=1e-6)


@pytest.mark.parametrize("seed", WHOLE[:4])
@pytest.mark.parametrize("limit", [1e-9, 0.05])
def test_a_time_too_short_gives_a_plan_within_the_budget_and_says_at_most_what_it_loses(seed,
                                                                                       limit):
    net, rows = random_world(seed)
    found = losses_of_subsets(net, rows)
    budget = sum(row[3] for row in rows) / 2
    plan = plan_demand(net, budget_musd=budget, sweep_again=False, time_limit_s=limit)
    cost, loss = next(found[some] for some in found if {row[0] for row in some} == set(plan.chosen))
    best = min(loss for cost, loss in found.values() if cost <= budget)
    assert cost <= budget
    assert plan.certificate.bound - 1e-5 <= best <= loss <= plan.loss_after + 1e-5
    assert plan.loss_after <= plan.loss_before + 1e-9


def test_a_gap_that_is_asked_for_is_kept():
    net, rows = random_world(WHOLE[0])
    found = losses_of_subsets(net, rows)
    budget = sum(row[3] for row in rows) / 2
    plan = plan_demand(net, budget_musd=budget, sweep_again=False, gap=0.3)
    best = min(loss for cost, loss in found.values() if cost <= budget)
    assert plan.certificate.gap <= 0.3 and plan.certificate.bound <= best + 1e-5
    assert plan.loss_after <= best / 0.7 + 1e-5
