"""Hardening against brute force over all choices and all attacks, and by hand."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from twins import worlds
from twins.worlds import built

from cablenet.build import build_network
from cablenet.errors import InputError
from cablenet.metrics import METRICS, Options
from cablenet.planning.fortification import fortify
from cablenet.scenarios.units import units_of
from cablenet.testing import random_world, small_world


def brute_force(net, units, harden, k):
    """min over sets hardened of max over sets of k others of the countries isolated."""
    sets = [one for size in range(1, k + 1) for one in combinations(range(len(units)), size)]
    failures = worlds.set_of(net, [np.concatenate([units.members(u) for u in one])
                                   for one in sets])
    value = METRICS["isolated"].measure(net, failures, Options()).scenario["isolated_countries"]
    return min(max((v for one, v in zip(sets, value, strict=True) if not set(one) & set(hard)),
                   default=0.0)
               for hard in combinations(range(len(units)), min(harden, len(units))))


@pytest.mark.parametrize("seed", range(40))
def test_the_best_hardening_of_small_random_networks_equals_brute_force(seed):
    net = build_network(random_world(seed, places=5 + seed % 4, cables=4 + seed % 4,
                                     hubs=1 + seed % 2))
    kind = ("cable", "station", "cable+station")[seed % 3]
    units = units_of(net, kind)
    harden, k = 1 + seed % 3, min(1 + seed % 2, len(units))
    if harden > len(units):
        return
    plan = fortify(net, harden, k, unit=kind)
    assert plan.certificate.status == "optimal"
    assert plan.certificate.objective == brute_force(net, units, harden, k), (seed, kind)
    assert len(plan.hardened) <= harden
    assert not set(plan.hardened) & set(plan.after.ids)


def star():
    """Hub AA with BB on one cable, CC on another, DD on two.

    BB --ab-- AA --ac-- CC, AA ==d1, d2== DD; HH joins AA twice so that AA stays joined
    """
    return small_world(
        [("a", "AA", 0, 0), ("b", "BB", -10, 0), ("c", "CC", 10, 0), ("d", "DD", 0, -10)],
        {"ab": [("a", "b")], "ac": [("a", "c")], "d1": [("a", "d")], "d2": [("a", "d")]},
        hubs=["AA"], name="star")


def test_hardening_by_hand():
    # k = 1: ab or ac isolates one country; hardening both leaves nothing a single loss can do
    net = built(star)
    plan = fortify(net, 2, 1)
    assert set(plan.hardened) == {"ab", "ac"}
    assert (plan.before.value, plan.after.value) == (1, 0)
    # k = 2: ab + ac isolate two. One hardened cable leaves one country to lose, whichever it is
    assert fortify(net, 1, 2).certificate.objective == 1
    assert fortify(net, 3, 2).certificate.objective == 0


@pytest.mark.parametrize(("harden", "k"), [(0, 1), (1, 0), (99, 1)])
def test_bad_numbers_are_told(harden, k):
    with pytest.raises(InputError):
        fortify(built(star), harden, k)
