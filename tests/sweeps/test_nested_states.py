"""Unserved demand between nested losses: what every state's own optimum says."""

from __future__ import annotations

import numpy as np
import pytest

import cablenet as cn
from cablenet.metrics.values import Options
from cablenet.scenarios.units import units_of
from cablenet.sweeps.nested_states import StateScorer
from cablenet.sweeps.unserved import unserved_measure
from cablenet.testing import random_world


def states_of(net, rng, count=70):
    """(S, L) links lost, from one state to the next one more or one less."""
    wet = np.flatnonzero(net.of_kind("wet") & net.links.in_service)
    lost = np.zeros((count, len(net.links)), bool)
    for state in range(1, count):
        lost[state] = lost[state - 1]
        down = np.flatnonzero(lost[state])
        if len(down) and rng.random() < 0.5:
            lost[state, rng.choice(down)] = False
        else:
            lost[state, rng.choice(wet)] = True
    return lost


@pytest.mark.parametrize("seed", range(12))
def test_every_state_has_what_its_own_optimum_leaves(seed):
    """Half of the worlds have demand unserved though nothing failed: patches do not fit there."""
    net = cn.build_network(random_world(seed, places=9, cables=9))
    measure = unserved_measure(net, units_of(net, "segment"), 2, Options())
    lost = states_of(net, np.random.default_rng(seed))
    found = StateScorer(measure).unserved(lost)
    base = measure.intact.unserved_tbps.sum(axis=1)
    for state, ours in zip(lost, found, strict=True):
        alone = measure.optimum(state).unserved_tbps.sum(axis=1)
        assert ours == pytest.approx(measure.by_country(alone - base), abs=3e-6)


def test_a_loss_that_harms_nobody_is_looked_at_once_a_run():
    """The same two states in turn, 64 of them: two runs, each settled by its smaller and larger
    loss, both the same in both runs."""
    net = cn.build_network(cn.testing.ring())
    measure = unserved_measure(net, units_of(net, "segment"), 2, Options())
    lost = np.zeros((64, len(net.links)), bool)
    lost[::2, np.flatnonzero(net.of_kind("wet"))[0]] = True
    scorer = StateScorer(measure)
    assert not scorer.unserved(lost).any()
    assert (scorer.scored, scorer.programs) == (2, 0)
