"""Bases: coverage against brute force, the search never worse than today, bad input named."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

import cablenet as cn
from cablenet.errors import InputError, UnknownNameError
from cablenet.repair.basing import covering_ports, ports_of


def test_coverage_is_the_best_of_all_choices_of_ports():
    rng = np.random.default_rng(2)
    for _ in range(60):
        places, ports = int(rng.integers(1, 12)), int(rng.integers(1, 8))
        p = int(rng.integers(1, ports + 1))
        hours, count = rng.integers(0, 200, (places, ports)), rng.integers(1, 9, places)
        sites, share = covering_ports(hours, count, p, 120.0, 1)
        best = max(count[(hours[:, list(choice)] <= 120).any(axis=1)].sum()
                   for choice in combinations(range(ports), p))
        assert len(sites) == p
        assert share == pytest.approx(best / count.sum())


@pytest.fixture(scope="module")
def world():
    net = cn.build_network(cn.atlas())
    model = cn.fault_model(net)
    ways = cn.twin_world(net, model, ports=[(lon, lat) for _, lon, lat in ports_of(net)], years=50)
    return net, model, ways


def test_bases_of_an_agreement_by_three_models(world):
    net, model, ways = world
    plan = cn.plan_bases(net, model, "EMARINE", years=12, world=ways)
    known = {name for name, _, _ in ports_of(net)}
    for sites in (plan.today, plan.by_median, plan.by_coverage, plan.by_simulation):
        assert len(sites) == 2
        assert set(sites) <= known
    assert plan.certificate.status == "optimal"
    assert plan.certificate.objective == plan.certificate.bound
    assert plan.sailing_h[1] <= plan.sailing_h[0], "the p-median sails no further than today"
    assert plan.covered[1] >= plan.covered[0]
    assert {"status", "objective", "bound", "gap", "seconds", "checked"} <= set(plan.to_json())
    lies = plan.to_geo()
    assert set(lies["port"]) == {*plan.today, *plan.by_median, *plan.by_coverage,
                                 *plan.by_simulation}
    assert lies["ships_simulation"].sum() == 2
    again = cn.plan_bases(net, model, "EMARINE", years=12, world=ways)
    assert again.by_simulation == plan.by_simulation


def test_another_number_of_ships(world):
    net, model, ways = world
    for ships in (1, 3):
        plan = cn.plan_bases(net, model, "EMARINE", ships=ships, years=4, world=ways)
        assert len(plan.today) == len(plan.by_simulation) == ships


def test_one_more_ship_is_tried_at_every_port_best_first(world):
    net, model, ways = world
    table = cn.one_more_ship(net, model, ["IN"], years=2, world=ways)
    assert set(table["port"]) == {name for name, _, _ in ports_of(net)}
    assert table["outage_days_saved_per_year"].is_monotonic_decreasing


def test_what_cannot_be_planned_is_named(world):
    net, model, ways = world
    with pytest.raises(UnknownNameError, match="SEAIOCMA"):
        cn.plan_bases(net, model, "SEAIOCM", world=ways)
    with pytest.raises(InputError, match="--ships 0"):
        cn.plan_bases(net, model, "EMARINE", ships=0, world=ways)
    with pytest.raises(InputError, match="no fault"):
        cn.plan_bases(net, model, "NAVAL" if "NAVAL" in {
            zone for ship in cn.simulate_years(net, model, years=1, world=ways).ships
            for zone in ship.zones} else "EU-PRIVATE", years=1, world=ways)
    with pytest.raises(LookupError):
        cn.one_more_ship(net, model, ["XX"], years=1, world=ways)
