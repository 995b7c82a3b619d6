"""Spares of simulated years: no end of them changes nothing, more and nearer never cost waits."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from repair.test_dispatch import sea
from repair.test_queue_kernel import case_of, poisson

import cablenet as cn
from cablenet.errors import InputError
from cablenet.repair.queue_kernel import DepotCalls, serve
from cablenet.risk import half_width

YEARS = 40


@pytest.fixture(scope="module")
def atlas():
    net = cn.build_network(cn.atlas())
    return net, cn.fault_model(net)


def years(atlas, share, restock_days=180.0):
    return cn.simulate_years(*atlas, years=YEARS, seed=2, stock=cn.SpareStock(share, restock_days))


def test_stocks_are_a_share_of_the_length_and_two_repairs_at_least():
    # near and far are 10 degrees of the equator each: 1,113.19 km; 2 % are 22.264 km. Depths are
    # not known, taken as 3,000 m: a repair takes 1 + 2.5 x 3 = 8.5 km, two of them 17 km
    net = sea(ships=[("one", 0, 0, "ZONE", 10.0)])
    assert cn.SpareStock().of_cables(net) == pytest.approx([22.264, 22.264], abs=1e-3)
    assert cn.SpareStock(0.01).of_cables(net) == pytest.approx([17.0, 17.0])


def test_stock_without_end_and_more_than_can_be_used_give_the_same_bytes(atlas):
    endless, plenty = years(atlas, math.inf), years(atlas, 1e6)
    assert endless.case.calls is None and plenty.case.calls is not None
    for one in ("ship", "called_h", "there_h", "begin_h", "done_h", "busy_h"):
        assert getattr(endless.served, one).tobytes() == getattr(plenty.served, one).tobytes()
    assert endless.summary()["waited_for_spares_share"] == 0.0


def test_more_spares_and_quicker_orders_never_cost_waits(atlas):
    waits = []
    for poorer, richer in (((0.0, 365.0), (0.0, 90.0)), ((0.0, 180.0), (0.01, 180.0)),
                           ((0.01, 180.0), (0.03, 180.0)), ((0.02, 180.0), (math.inf, 180.0))):
        less, more = years(atlas, *poorer), years(atlas, *richer)
        saved = less.compare(more)
        assert saved["outage_days_saved_per_year"] >= -saved["half_width"]
        waits.append([one.summary()["mean_wait_for_spares_days"] for one in (less, more)])
    assert all(less >= more for less, more in waits)
    assert waits[0][0] > waits[0][1] > 0.0, "two repairs in stock run out somewhere"


def test_a_nearer_stock_never_costs_waits():
    # Poisson faults for three ships, 70 % busy with work alone; two depots, one of them far
    rng = np.random.default_rng(11)
    faults, places = 40_000, 6
    known = poisson(rng, faults, 3 * 0.5 / 100.0)
    place = rng.integers(0, places, faults)
    apart = rng.uniform(0, 600, (places, places))
    far = DepotCalls(rng.integers(0, 2, faults), rng.uniform(0, 40, (3, 2)),
                     rng.uniform(100, 900, (2, places)), 12.0, rng.integers(0, 3, faults),
                     rng.uniform(1, 9, faults), np.full(3, 200.0), 400.0)
    case = replace(case_of(known, rng.exponential(60.0, faults), ships=3), place=place,
                   apart_km=apart + apart.T, base_h=rng.uniform(0, 30, (3, places)),
                   speed_km_h=np.full(3, 20.0))
    nearer = replace(far, depot_h=far.depot_h / 2, depot_km=far.depot_km / 2)
    larger = replace(far, stock_km=far.stock_km * 2)
    taken = {name: serve(replace(case, calls=calls)).done_h
             for name, calls in (("far", far), ("nearer", nearer), ("larger", larger))}
    for better in ("nearer", "larger"):
        batches = np.array([part.mean() for part in np.array_split(
            taken["far"] - taken[better], 40)])
        assert batches.mean() >= -float(half_width(batches[:, None])[0])
    assert (taken["far"] - taken["nearer"]).mean() > 1.0


def test_stages_with_a_wait_for_spares_add_up(atlas):
    frame = years(atlas, 0.0, 365.0).to_frame()
    stages = [name for name in frame if name.endswith("_days") and name != "outage_days"]
    assert frame[stages].sum(axis=1).to_numpy() == pytest.approx(frame["outage_days"].to_numpy())
    assert (frame[stages] >= -1e-9).all().all() and (frame["wait_spares_days"] > 0).any()


@pytest.mark.parametrize(("share", "days"), [(-0.1, 180.0), (math.nan, 180.0), (0.02, -1.0)])
def test_stocks_that_cannot_be_are_refused(share, days):
    with pytest.raises(InputError, match="spares is"):
        cn.SpareStock(share, days)
