"""Random networks and random failures, built once and shared by all tests of a run."""

from __future__ import annotations

from functools import cache

import numpy as np

from cablenet.build import build_network
from cablenet.network import Network
from cablenet.scenarios import ScenarioSet
from cablenet.scenarios.scenario_set import recipe, scenario_set
from cablenet.testing import random_candidates, random_world

WORLDS = 40
PER_WORLD = 5
CASES = WORLDS * PER_WORLD


@cache
def world(seed: int):
    """The layers of one random world."""
    return random_world(seed, places=7 + seed % 4, cables=5 + seed % 5, hubs=1 + seed % 3)


@cache
def network(seed: int) -> Network:
    """The network of one random world; every other world has proposed links too."""
    layers = world(seed)
    return build_network(layers, candidates=random_candidates(seed, layers) if seed % 2 else None)


def random_links(net: Network, rng: np.random.Generator) -> list[int]:
    """A few links in service, as any mixture of failures could take them away."""
    live = np.flatnonzero(net.links.in_service)
    chosen = set(rng.choice(live, size=int(rng.integers(1, 5)), replace=False).tolist())
    if rng.random() < 0.4:
        chosen |= set(net.links_of_cable(int(rng.integers(len(net.cable_id)))).tolist())
    if rng.random() < 0.4:
        chosen |= set(net.links_at_node(int(rng.integers(len(net.nodes)))).tolist())
    return sorted(chosen)


@cache
def losses(seed: int) -> tuple[tuple[int, ...], ...]:
    """`PER_WORLD` sets of links to lose in one world."""
    net, rng = network(seed), np.random.default_rng(1000 + seed)
    return tuple(tuple(random_links(net, rng)) for _ in range(PER_WORLD))


def set_of(net: Network, rows) -> ScenarioSet:
    """A scenario set of these lists of links; rows may lose nothing at all."""
    return scenario_set(net, [f"row {i}" for i in range(len(rows))],
                        [np.array(row, np.int64) for row in rows],
                        recipe("made by a test"), allow_empty=True)


@cache
def failures(seed: int) -> ScenarioSet:
    """The random failures of one world as a scenario set."""
    return set_of(network(seed), losses(seed))


@cache
def built(make) -> Network:
    """The network of a small world that is drawn by a function; networks never change."""
    return build_network(make())
