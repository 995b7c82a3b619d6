"""Unserved demand in sweeps: patches, brackets and programs say what the full optimum says."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import cablenet as cn
from cablenet.network import Network
from cablenet.sweeps.combination_sweep import CombinationSweep
from cablenet.sweeps.compiled import exhaustive_sweep, sweep_again
from cablenet.sweeps.runner import run_sweep
from cablenet.sweeps.unserved import UnservedMeasure, solved_exactly
from cablenet.testing import random_world

WORLDS = range(6)


def world(seed: int) -> Network:
    """Random cables with little room, so that some demand goes without."""
    return cn.build_network(random_world(seed, places=9, cables=9))


def exact(net: Network) -> dict[tuple[int, ...], float]:
    """Every loss of one or two cables, by the metric itself."""
    cables = np.unique(net.links.cable[net.links.in_service & (net.links.cable >= 0)])
    sets = [(int(one),) for one in cables] + [
        (int(a), int(b)) for a, b in combinations(cables, 2)]
    events = cn.all_losses(net, order=2)
    scores = cn.score(net, events, ["unserved"]).to_frame()["unserved_tbps"].to_numpy()
    assert len(scores) == len(sets)
    return dict(zip(sets, scores.tolist(), strict=True))


def swept(net: Network, tolerance: float) -> tuple[UnservedMeasure, pd.DataFrame]:
    job = exhaustive_sweep(net, 2, metrics=["unserved"], tolerance=tolerance)
    measure = job.measures[0]
    assert isinstance(measure, UnservedMeasure)
    count = len(job.unit_id)
    failed = np.array([(a, -1) for a in range(count)] + list(combinations(range(count), 2)))
    return measure, pd.DataFrame(measure.measure(failed).scenario)


@pytest.mark.parametrize("seed", WORLDS)
def test_without_tolerance_every_scenario_equals_the_full_optimum(seed: int) -> None:
    net = world(seed)
    _, table = swept(net, 0.0)
    np.testing.assert_allclose(table["unserved_tbps"], list(exact(net).values()), atol=2e-6)
    assert (table["unserved_low_tbps"] == table["unserved_high_tbps"]).all()


@pytest.mark.parametrize("seed", WORLDS)
def test_the_optimum_always_lies_in_the_bracket(seed: int) -> None:
    net = world(seed)
    _, table = swept(net, 1.0)
    truth = np.array(list(exact(net).values()))
    assert (table["unserved_low_tbps"] <= truth + 2e-6).all()
    assert (truth <= table["unserved_high_tbps"] + 2e-6).all()


def test_countries_add_up_to_the_whole_where_the_answer_is_exact() -> None:
    net = world(1)
    measure, table = swept(net, 0.0)
    tally = measure.measure(np.array([[0, -1]])).country["unserved_tbps"]
    assert tally.total.sum() == pytest.approx(table["unserved_tbps"].iloc[0], abs=1e-6)


def test_the_worst_can_be_solved_exactly_afterwards(tmp_path: Path) -> None:
    net = world(2)
    job = exhaustive_sweep(net, 2, metrics=["unserved"], tolerance=1.0)
    run = run_sweep(job, tmp_path / "out", workers=0)
    rows = run.table("worst").head(5)
    named = [[row["unit_1"], row["unit_2"]] if row["unit_2"] else [row["unit_1"]]
             for row in rows.to_dict("records")]
    table = pd.DataFrame(solved_exactly(job, named))
    assert (table["unserved_tbps"].to_numpy()
            <= rows["unserved_high_tbps"].to_numpy() + 2e-6).all()


def test_a_sweep_of_unserved_demand_keeps_its_rules_in_the_recipe(tmp_path: Path) -> None:
    net = world(3)
    rules = cn.TrafficRules(headroom=0.5)
    job = exhaustive_sweep(net, 1, metrics=["unserved"], traffic=rules, tolerance=0.01)
    run = run_sweep(job, tmp_path / "out", workers=0)
    again = sweep_again(net, run.recipe)
    assert isinstance(again, CombinationSweep)
    measure = again.measures[0]
    assert isinstance(measure, UnservedMeasure)
    assert measure.case.rules == rules
    assert measure.tolerance == 0.01
