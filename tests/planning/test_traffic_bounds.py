"""Bounds of all sets at once: never below the exact answer, and a slip in them is noticed."""

from __future__ import annotations

import time
from itertools import combinations

import numpy as np
import pytest

import cablenet as cn
from cablenet.metrics.values import Options
from cablenet.network import Network
from cablenet.planning import traffic_bounds
from cablenet.planning.traffic_bounds import TrafficBounds
from cablenet.scenarios.units import units_of
from cablenet.sweeps.unserved import unserved_measure
from cablenet.testing import random_world, small_world
from cablenet.traffic import beside

WORLDS = range(8)
SAME = 2e-6


def world(seed: int) -> Network:
    """Six countries, all joined by a ring of cables, with three more cables across it; one hub in
    the ring, and little more room than all need while nothing is lost."""
    rng = np.random.default_rng(seed)
    names = [f"A{letter}" for letter in "ABCDEF"]
    places = [(name.lower(), name, 10.0 * i, float(rng.integers(-20, 20)))
              for i, name in enumerate(names)]
    ends = [(i, (i + 1) % 6) for i in range(6)]
    across = [pair for pair in combinations(range(6), 2) if (pair[1] - pair[0]) not in (1, 5)]
    ends += [across[i] for i in rng.choice(len(across), 3, replace=False)]
    cables = {f"c{i}": [(places[a][0], places[b][0])] for i, (a, b) in enumerate(ends)}
    lit = {cable: float(rng.choice([2.0, 2.5, 3.0, 4.0])) for cable in cables}
    return cn.build_network(small_world(places, cables, hubs=["AA", "AD"], lit_tbps=lit))


def bounds(net: Network, k: int, unit: str = "cable") -> TrafficBounds:
    units = units_of(net, unit)
    measure = unserved_measure(net, units, k, Options())
    asked = measure.case.problem.tbps.sum(axis=1)
    found = TrafficBounds(measure, len(units), k, asked, float(asked.sum()),
                          time.monotonic() + 600, lambda done, total: None)
    found.find()
    return found


def exact(net: Network, k: int, unit: str = "cable") -> np.ndarray:
    """Every set of at most k, small ones first, each by the metric itself."""
    scores = cn.score(net, cn.all_losses(net, order=k, unit=unit), ["unserved"]).to_frame()
    return np.asarray(scores["unserved_tbps"], np.float64)


@pytest.mark.parametrize("seed", WORLDS)
def test_no_triple_leaves_more_than_its_bound(seed: int) -> None:
    net = world(seed)
    truth, found = exact(net, 3), bounds(net, 3)
    assert len(truth) == len(found.high) == 9 + 36 + 84
    assert (truth <= found.high + SAME).all()
    assert (found.low <= truth + SAME).all()


@pytest.mark.parametrize("seed", [0, 3])
def test_sections_that_go_dark_together_are_bounded_too(seed: int) -> None:
    net = cn.build_network(random_world(seed, places=5, cables=3))
    truth, found = exact(net, 2, "segment"), bounds(net, 2, "segment")
    assert (truth <= found.high + SAME).all() and (found.low <= truth + SAME).all()


def test_many_sets_are_settled_by_their_bounds_alone() -> None:
    """Otherwise bounds that say nothing would pass."""
    settled = [np.mean((found := bounds(world(seed), 3)).high <= found.low + SAME)
               for seed in WORLDS]
    assert np.mean(settled) > 0.2


@pytest.mark.parametrize("slip", ["overflow", "detours"])
def test_a_slip_in_the_bounds_is_noticed(slip: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Overflow forgotten, or detours over what the other failure loses allowed: some set of some
    world then leaves more than its bound."""
    right = beside.overflow_of_pairs

    def wrong(patcher: object, patches: list, lost: np.ndarray) -> np.ndarray:
        over = right(patcher, patches, np.zeros_like(lost) if slip == "detours" else lost)
        return np.where(np.isfinite(over), 0.0, over) if slip == "overflow" else over

    monkeypatch.setattr(traffic_bounds, "overflow_of_pairs", wrong)
    assert any((exact(net, 3) > bounds(net, 3).high + SAME).any()
               for net in map(world, range(12)))


def test_the_row_of_a_set_is_its_place_in_the_table() -> None:
    found = bounds(world(1), 3)
    sets = [some for size in (1, 2, 3) for some in combinations(range(9), size)]
    assert [found.row(some) for some in sets] == list(range(len(sets)))
