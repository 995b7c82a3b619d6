"""Worst cases on the TeleGeography world of 2022 with every cable built: proof, time, agreement."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from time import process_time

import numpy as np
import pytest

from cablenet import catalogue
from cablenet.metrics import METRICS, Options
from cablenet.metrics.margin import country_margins
from cablenet.network import Network
from cablenet.planning.asked import Asked
from cablenet.planning.fewest import fewest_to_isolate
from cablenet.planning.fortification import fortify
from cablenet.planning.worst_case import worst_case
from cablenet.planning.worst_curve import worst_curve
from cablenet.sweeps.compiled import exhaustive_sweep
from cablenet.sweeps.runner import run_sweep

WORLD = Path(__file__).parents[2] / "../shared/data/telegeography_v3_2022"
pytestmark = pytest.mark.skipif(not WORLD.exists(), reason="no world map beside the repository")


@cache
def world() -> Network:
    return catalogue.build_network(catalogue.read_layers(WORLD), as_of=date(2035, 1, 1))


@pytest.mark.parametrize("unit", ["cable", "cable+station"])
def test_the_curve_to_fifty_is_proved_and_scores_the_same(unit):
    net = world()
    begun = process_time()
    curve = worst_curve(net, range(1, 51), unit=unit)
    assert process_time() - begun < 150.0  # 5 s each is promised; half a second each is usual
    frame = curve.to_frame()
    assert set(frame["status"]) == {"optimal"}
    assert frame["objective"].is_monotonic_increasing
    for case in curve.cases[::10]:
        scored = METRICS["isolated"].measure(net, case.scenarios(), Options())
        assert scored.scenario["isolated_countries"][0] == case.attack.value


@pytest.mark.parametrize(("unit", "k"), [("cable", 5), ("cable", 30), ("station", 10),
                                         ("cable+station", 10), ("segment", 10)])
def test_the_second_solver_agrees(unit, k):
    case = Asked(world(), unit, "isolated", None, None, None, None, 25.0, 1, 60.0).case(k)
    model = case.model(k)
    model.program.maximise(model.value)
    one, other = model.program.solve(), model.program.second_opinion(120.0)
    assert one.status == other.status == "optimal"
    assert round(one.objective) == round(other.objective)


def test_no_pair_of_the_exhaustive_sweep_is_worse(tmp_path):
    net = world()
    run = run_sweep(exhaustive_sweep(net, 2), tmp_path, workers=0)
    worst = run.table("worst")["isolated_countries"].max()
    got = worst_case(net, 2)
    assert got.attack.value == worst
    assert got.evidence.startswith("all 138,601 sets")  # 526 + 526 * 525 / 2


def test_the_fewest_cables_of_every_country_are_proved_and_are_its_margin():
    net = world()
    begun = process_time()
    found = fewest_to_isolate(net)
    assert process_time() - begun < 60.0
    margin = country_margins(net)
    assert {proof.status for proof in found.certificates} == {"optimal"}
    for code, one in zip(found.countries, found.sets, strict=True):
        assert margin[net.country_index(code)] == len(one)
    assert all(np.isinf(margin[net.country_index(code)]) for code in found.never)


def test_five_hardened_cables_take_the_worst_three_down_proved():
    plan = fortify(world(), 5, 3)
    assert plan.certificate.status == "optimal"
    assert plan.after.value < plan.before.value
    assert worst_case(world(), 3).attack.value == plan.before.value
