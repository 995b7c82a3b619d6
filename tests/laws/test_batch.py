"""Scoring many scenarios at once gives what scoring them one by one gives."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twins import worlds

from cablenet.metrics import METRICS, Options, isolation
from cablenet.scenarios import losses
from cablenet.scoring import score

ALL = tuple(METRICS)


@given(st.integers(0, worlds.WORLDS - 1), st.randoms(use_true_random=False))
@settings(max_examples=8)
def test_a_batch_equals_the_loop(seed, rng):
    net = worlds.network(seed)
    order = list(range(worlds.PER_WORLD)) * 2
    rng.shuffle(order)
    rows = [worlds.losses(seed)[i] for i in order]
    together = worlds.set_of(net, rows)
    for metric in METRICS.values():
        whole = metric.measure(net, together, Options())
        for i in range(len(rows)):
            alone = metric.measure(net, worlds.set_of(net, rows[i:i + 1]), Options())
            for part in ("scenario", "country", "gateway"):
                for name, values in getattr(alone, part).items():
                    assert getattr(whole, part)[name][i] == pytest.approx(values[0], nan_ok=True)


def test_scenarios_on_both_sides_of_a_batch_edge_agree(monkeypatch):
    net = worlds.network(3)
    sweep = losses.all_losses(net, order=2)
    assert len(sweep) > 14
    whole = score(net, sweep).to_frame()
    monkeypatch.setattr(isolation, "BATCH", 7)
    assert score(net, sweep).to_frame().equals(whole)


def test_the_same_input_gives_the_same_answer_twice():
    net = worlds.network(4)
    one, two = (score(net, worlds.failures(4), ALL) for _ in range(2))
    assert one.to_frame().equals(two.to_frame())
    assert one.by_country().equals(two.by_country())
    assert np.isfinite(one.to_frame().to_numpy()).all()
