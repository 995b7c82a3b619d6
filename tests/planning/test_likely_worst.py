"""The worst among failures that are likely enough, against every set of small random networks."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from twins import worlds

from cablenet.build import build_network
from cablenet.hazards import constant_duration, constant_model
from cablenet.metrics import METRICS, Options
from cablenet.planning.worst_case import worst_case
from cablenet.planning.worst_traffic import worst_traffic
from cablenet.scenarios.units import units_of
from cablenet.testing import random_world


def likely_sets(net, units, rate, k, least):
    """Sets of cables whose yearly chances, from the rates of their own links, multiply to least."""
    chance = [1 - np.exp(-sum(rate[link] for link in units.members(u)))
              for u in range(len(units))]
    return [one for size in range(1, k + 1) for one in combinations(range(len(units)), size)
            if np.prod([chance[u] for u in one]) >= least]


@pytest.mark.parametrize("seed", range(24))
def test_the_worst_likely_set_equals_brute_force(seed):
    net = build_network(random_world(seed, places=5 + seed % 3, cables=3 + seed % 4,
                                     hubs=1 + seed % 3))
    rng = np.random.default_rng(seed)
    rate = np.where(net.links.cable >= 0, rng.exponential(0.4, len(net.links)), 0.0)
    model = constant_model(net, rate, constant_duration(24.0))
    kind = ("cable", "segment")[seed % 2]
    units = units_of(net, kind)
    k = min(1 + seed % 3, len(units))
    least = float(rng.choice([0.02, 0.1, 0.3]))
    likely = likely_sets(net, units, rate, k, least)
    asked = [None, str(net.country_id[int(net.gateways.country[seed % len(net.gateways)])])]
    for country in asked:
        found = worst_case(net, k, unit=kind, country=country, min_rate=least, model=model)
        assert found.certificate.status == "optimal"
        assert found.attack.value == worst_of(net, units, likely, country), (seed, country)
        assert len(found.attack) == 0 or found.chance >= least * np.exp(-k * 1e-6)


def worst_of(net, units, sets, country):
    if not sets:
        return 0
    failures = worlds.set_of(net, [np.concatenate([units.members(u) for u in one])
                                   for one in sets])
    got = METRICS["isolated"].measure(net, failures, Options())
    if country is None:
        return int(got.scenario["isolated_countries"].max())
    mine = net.gateways.country == net.country_index(country)
    return int(got.gateway["isolated"][:, mine].sum(axis=1).max())


@pytest.mark.parametrize("seed", range(6))
def test_in_traffic_too_only_likely_sets_are_looked_at(seed):
    net = build_network(random_world(seed, places=5, cables=4, hubs=1))
    rate = np.where(net.links.cable >= 0, np.random.default_rng(seed).exponential(
        0.4, len(net.links)), 0.0)
    model = constant_model(net, rate, constant_duration(24.0))
    units = units_of(net, "cable")
    likely = likely_sets(net, units, rate, 2, 0.1)
    if not likely:
        return
    found = worst_traffic(net, 2, min_rate=0.1, model=model)
    every = worst_traffic(net, 2, next_best=len(units) ** 2)
    ids = [{str(units.id[u]) for u in one} for one in likely]
    best = max(one.unserved_tbps for one in every.attacks if set(one.ids) in ids)
    assert found.attack.unserved_tbps == pytest.approx(best, abs=1e-6)
    assert found.sets == len(likely)
