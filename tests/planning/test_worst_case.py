"""Worst cases against brute force on random networks, by hand, and against the second solver."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from twins import worlds
from twins.worlds import built

from cablenet.build import build_network
from cablenet.errors import InputError, NoPlanFoundError, UnknownNameError
from cablenet.hazards import constant_duration, constant_model
from cablenet.kernels.contract import components
from cablenet.metrics import METRICS, Options
from cablenet.planning.asked import Asked
from cablenet.planning.attack_proof import nothing_worse
from cablenet.planning.worst_case import worst_case
from cablenet.planning.worst_curve import worst_curve
from cablenet.scenarios.units import units_of
from cablenet.testing import chain, random_world, ring, small_world, trunk_and_branch

KINDS = ("cable", "station", "segment", "cable+station", "place")
METRIC = ("isolated", "people")
MOST = 14


def world_of(seed):
    """A small random network and a kind of unit of which it has at most `MOST`."""
    net = build_network(random_world(seed, places=5 + seed % 3, cables=3 + seed % 4,
                                     hubs=1 + seed % 3))
    for kind in (KINDS[seed % len(KINDS)], "cable"):
        units = units_of(net, kind, radius_km=100.0)
        if len(units) <= MOST:
            return net, kind, units
    raise AssertionError(seed)


def every_set(net, units, k):
    """All sets of 1 to k units as failures, and their links alive with what is dark."""
    sets = [one for size in range(1, k + 1) for one in combinations(range(len(units)), size)]
    failures = worlds.set_of(net, [np.concatenate([units.members(u) for u in one])
                                   for one in sets])
    return sets, failures


def parted(net, pair, alive):
    """Gateways of either country that reach none of the other."""
    live = np.flatnonzero(alive)
    part = components(len(net.nodes), net.links.a[live], net.links.b[live])[1]
    home, country = part[net.gateways.node], net.gateways.country
    return [country[g] in pair and not any(
        home[h] == home[g] for h in range(len(home))
        if country[h] in pair and country[h] != country[g]) for g in range(len(home))]


def brute_force(net, units, k, pair):
    """The worst values of every question over all sets of at most k units."""
    _, failures = every_set(net, units, k)
    got = METRICS["isolated"].measure(net, failures, Options())
    out = {("isolated", None): int(got.scenario["isolated_countries"].max()),
           ("people", None): float(got.scenario["isolated_people"].max())}
    for c, code in enumerate(net.country_id):
        mine = net.gateways.country == c
        if mine.any():
            cut = got.gateway["isolated"][:, mine]
            out["isolated", str(code)] = int(cut.sum(axis=1).max())
            out["people", str(code)] = float((cut @ net.gateways.people[mine]).max())
    intact = np.array(parted(net, pair, net.links.in_service))
    out["pair"] = max(int((np.array(parted(net, pair, alive)) & ~intact).sum())
                      for alive in failures.alive() & net.links.in_service)
    return out


@pytest.mark.parametrize("start", range(0, 200, 20))
def test_the_worst_of_small_random_networks_equals_brute_force(start):
    for seed in range(start, start + 20):
        net, kind, units = world_of(seed)
        k = min(1 + seed % 4, len(units))
        countries = sorted(set(net.gateways.country.tolist()))
        pair = (countries[0], countries[-1])
        want = brute_force(net, units, k, pair)
        words = {"unit": units, "radius_km": 100.0}
        asked = [(None, None), *((c, c) for c in countries[seed % 2::3])]
        for metric, c in ((metric, c) for metric in METRIC for c, _ in asked):
            country = None if c is None else str(net.country_id[c])
            value = want[metric, country]
            got = worst_case(net, k, metric=metric, country=country, **words)
            assert got.certificate.status == "optimal"
            assert got.attack.value == pytest.approx(value, abs=len(net.gateways)), \
                (seed, kind, k, metric, country)  # people are rounded, one gateway at a time
            if metric == "isolated":
                assert got.attack.value == value, (seed, kind, k, country)
        named = tuple(str(net.country_id[c]) for c in pair)
        got = worst_case(net, k, pair=named, **words)
        assert got.attack.value == want["pair"], (seed, kind, k, named)


@pytest.mark.parametrize("seed", range(0, 60, 3))
def test_two_solvers_agree(seed):
    net, _, units = world_of(seed)
    asked = Asked(net, units, METRIC[seed % 2], None, None, None, None, 100.0, 1, 60)
    k = min(3, len(units))
    case = asked.case(k)
    model = case.model(k)
    model.program.maximise(model.value)
    one, other = model.program.solve(), model.program.second_opinion()
    assert one.status == other.status == "optimal"
    assert one.objective == pytest.approx(other.objective, abs=1e-6)


@pytest.mark.parametrize("seed", range(0, 100, 4))
def test_common_units_are_those_in_every_worst_set(seed):
    net, _, units = world_of(seed)
    k = min(2, len(units))
    got = worst_case(net, k, unit=units, radius_km=100.0)
    if not len(got.attack):
        assert got.common == ()
        return
    sets, failures = every_set(net, units, k)
    values = METRICS["isolated"].measure(net, failures, Options()).scenario["isolated_countries"]
    worst = [set(one) for one, value in zip(sets, values, strict=True) if value == values.max()]
    assert got.common == tuple(str(units.id[u]) for u in sorted(set.intersection(*worst)))


@pytest.mark.parametrize("seed", range(0, 40, 4))
def test_the_next_best_are_the_best_sets_that_hold_none_before_them(seed):
    net, _, units = world_of(seed)
    k = min(2, len(units))
    got = worst_case(net, k, unit=units, radius_km=100.0, next_best=5)
    sets, failures = every_set(net, units, k)
    values = METRICS["isolated"].measure(net, failures, Options()).scenario["isolated_countries"]
    number = {(str(a), str(b)): u for u, (a, b) in
              enumerate(zip(units.kinds, units.id, strict=True))}
    usable = set(got._case.graph.usable)  # a unit that does no more than another is left out
    known = []
    for attack in (got.attack, *got.next_best):
        mine = {number[key] for key in zip(attack.kinds, attack.ids, strict=True)}
        assert not any(one <= mine for one in known)
        left = [value for one, value in zip(sets, values, strict=True)
                if set(one) <= usable and not any(other <= set(one) for other in known)]
        assert attack.value == max(left, default=0)
        known.append(mine)


def test_the_attack_on_a_chain_is_its_first_cable_by_hand():
    # AA(hub) --ab-- BB --bc-- CC: losing ab isolates BB and CC, losing bc only CC
    net = built(chain)
    got = worst_case(net, 1)
    assert got.attack.value == len(got.isolated) >= 1
    assert worst_case(net, len(units_of(net, "cable"))).attack.value == got.attack.value


def test_a_ring_needs_two_cables_and_units_without_effect_are_left_out():
    # a ring of cables: no single loss isolates anybody; two isolate what lies between them
    net = built(ring)
    one, two = worst_case(net, 1), worst_case(net, 2)
    assert one.attack.value == 0 and one.elements == () and one.certificate.bound == 0
    assert two.attack.value > 0 and len(two.elements) == 2
    most = worst_case(net, len(units_of(net, "cable")))
    assert most.attack.value >= two.attack.value


def test_a_branch_falls_alone_and_the_trunk_takes_all():
    # AA(hub) = trunk = CC with BB on a branch: the segment at AA isolates both BB and CC
    net = built(trunk_and_branch)
    got = worst_case(net, 1, unit="segment")
    assert set(got.isolated) == {"BB", "CC"}
    assert got.evidence.startswith("all ")


def hub_pair():
    """Two hubs AA and HH joined by one cable, and BB on a cable to each.

    BB --ab-- AA --ah-- HH --hb-- BB
    """
    return small_world([("a", "AA", 0, 0), ("b", "BB", 10, 10), ("h", "HH", 20, 0)],
                       {"ab": [("a", "b")], "ah": [("a", "h")], "hb": [("h", "b")]},
                       hubs=["AA", "HH"], name="hub pair")


def test_a_hub_country_is_isolated_when_it_reaches_no_hub_abroad():
    # losing ab and ah leaves AA, itself a hub, without a hub abroad, and HH too, whose only hub
    # abroad is AA; BB still reaches HH
    net = built(hub_pair)
    got = worst_case(net, 2, country="AA")
    assert got.isolated == ("AA", "HH") and set(got.elements) == {"ab", "ah"}
    # ab + hb isolate BB alone; ab + ah, or ah + hb, both hubs; all three: everybody
    assert worst_case(net, 2).attack.value == 2
    assert worst_case(net, 3).attack.value == 3


def test_a_pair_is_parted_with_the_fewest_units_and_says_who():
    net = built(hub_pair)
    got = worst_case(net, 2, pair=("AA", "HH"))
    assert got.asked == "AA-HH" and got.attack.value == 2  # one gateway each
    assert worst_case(net, 1, pair=("AA", "HH")).attack.value == 0


def test_a_likelihood_limit_keeps_to_likely_sets():
    # ab and hb fail with chance 1 - exp(-1) = .632 a year, ah with 1 - exp(-.1) = .095: the likely
    # ones multiply to .40 and isolate BB; with ah it is .060, both hubs; all three .038
    net = built(hub_pair)
    rates = {"ab": 1.0, "ah": 0.1, "hb": 1.0}
    by_link = np.array([rates.get(str(net.cable_id[c]), 0.0) if c >= 0 else 0.0
                        for c in net.links.cable])
    model = constant_model(net, by_link, constant_duration(24.0))
    likely = worst_case(net, 2, min_rate=0.3, model=model)
    assert set(likely.elements) == {"ab", "hb"} and likely.isolated == ("BB",)
    assert likely.chance == pytest.approx((1 - np.exp(-1)) ** 2)
    assert worst_case(net, 3, min_rate=0.03, model=model).attack.value == 3
    assert worst_case(net, 3, min_rate=0.05, model=model).attack.value == 2
    with pytest.raises(InputError, match="fault model"):
        worst_case(net, 2, min_rate=0.3)


def test_a_worst_case_is_a_scenario_that_scores_the_same():
    tried = [(world_of(seed), metric, column) for seed in (0, 2, 8, 9) for metric, column in
             (("isolated", "isolated_countries"), ("people", "isolated_people"))]
    for (net, _, units), metric, column in tried:
        got = worst_case(net, 2, unit=units, radius_km=100.0, metric=metric, next_best=2)
        assert len(got.attack)
        scored = METRICS["isolated"].measure(net, got.scenarios(), Options()).scenario[column]
        assert scored[0] == pytest.approx(got.attack.value, abs=len(net.gateways))
        again = got.scenarios().recipe.regenerate(net)
        assert (again.failed != got.scenarios().failed).nnz == 0


def test_a_curve_never_falls_and_equals_its_single_answers():
    net, _, units = world_of(8)
    steps = range(1, min(6, len(units)) + 1)
    curve = worst_curve(net, steps, unit=units, radius_km=100.0).to_frame()
    assert curve["objective"].is_monotonic_increasing
    assert curve["objective"].tolist() == [
        worst_case(net, k, unit=units, radius_km=100.0).attack.value for k in steps]


def test_the_same_call_gives_the_same_attack():
    net, _, units = world_of(5)
    assert worst_case(net, 2, unit=units, radius_km=100.0).elements == worst_case(
        net, 2, unit=units, radius_km=100.0).elements


def test_a_false_worst_case_is_found_out_by_the_recount():
    net = built(chain)
    case = Asked(net, "cable", "isolated", None, None, None, None, 25.0, 1, 60).case(1)
    with pytest.raises(ArithmeticError, match="more than 0"):
        nothing_worse(case, 1, 0)


@pytest.mark.parametrize(("words", "error", "match"), [
    ({"k": 0}, InputError, "at least one unit"),
    ({"k": 99}, InputError, "only 3 units"),
    ({"k": 1, "unit": "ship"}, UnknownNameError, "no unit 'ship'"),
    ({"k": 1, "metric": "lost"}, UnknownNameError, "no metric of worst cases 'lost'"),
    ({"k": 1, "country": "ZZ"}, UnknownNameError, "no country 'ZZ'"),
    ({"k": 1, "pair": ("AA", "AA")}, InputError, "name two countries"),
    ({"k": 1, "pair": ("AA", "BB"), "country": "AA"}, InputError, "not both"),
    ({"k": 1, "time_limit": 0}, InputError, "above 0"),
    ({"k": 1, "min_rate": 2}, InputError, "at most 1"),
])
def test_bad_words_are_told(words, error, match):
    with pytest.raises(error, match=match):
        worst_case(built(hub_pair), **words)


@pytest.mark.parametrize("seed", range(8))
def test_too_little_time_raises_with_a_bound_that_holds(seed):
    net, _, units = world_of(seed)
    countries = sorted(set(net.gateways.country.tolist()))
    most = brute_force(net, units, 2, (countries[0], countries[-1]))["isolated", None]
    try:
        found = worst_case(net, 2, unit=units, radius_km=100.0, time_limit=1e-9)
    except NoPlanFoundError as raised:
        assert raised.bound >= most
    else:  # nothing had to be searched for
        assert found.certificate.bound >= most


def test_at_least_one_search_of_those_is_cut_short():
    net, _, units = world_of(0)
    with pytest.raises(NoPlanFoundError, match="the limit of 1e-09 came before any attack"):
        worst_case(net, 2, unit=units, radius_km=100.0, time_limit=1e-9)
