"""The queue of repairs: its slow twin, and the waits that queueing theory tells."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from twins.queue_twin import serve_slowly

from cablenet.repair.queue_kernel import DepotCalls, QueueCase, serve


def case_of(known, work, *, ships=1, value=None, permit=None):
    """A queue without distances: every ship is there at once."""
    faults = len(known)
    zeros = np.zeros(faults)
    return QueueCase(
        call_h=np.asarray(known, float), place=np.zeros(faults, np.int64),
        group=np.zeros(faults, np.int64),
        value=zeros if value is None else np.asarray(value, float),
        permit_h=(zeros if permit is None else np.asarray(permit, float))[:, None],
        work_h=np.asarray(work, float), test_h=zeros, charter_h=np.zeros((ships, 1)),
        flag=np.zeros(ships, np.int64),
        mobilise_h=np.zeros(ships), base_h=np.zeros((ships, 1)), apart_km=np.zeros((1, 1)),
        speed_km_h=np.ones(ships), dock_due_h=np.full(ships, np.inf))


def random_case(rng):
    faults, ships, places, groups = (int(rng.integers(1, n)) for n in (25, 5, 6, 4))
    charter = rng.choice([0.0, 48.0, np.inf], (ships, groups), p=[0.5, 0.25, 0.25])
    base = rng.integers(1, 200, (ships, places)).astype(float)
    base[rng.random(base.shape) < 0.1] = np.inf
    apart = rng.integers(0, 3000, (places, places)).astype(float)
    depots, kinds = int(rng.integers(1, 4)), int(rng.integers(1, 4))
    calls = None if rng.random() < 0.3 else DepotCalls(
        depot=rng.integers(-1, depots, faults),
        depot_h=rng.integers(0, 150, (ships, depots)).astype(float),
        depot_km=rng.integers(0, 3000, (depots, places)).astype(float),
        load_h=float(rng.integers(0, 40)), kind=rng.integers(0, kinds, faults),
        need_km=rng.integers(0, 30, faults).astype(float),
        stock_km=rng.integers(10, 60, kinds).astype(float), lead_h=float(rng.integers(1, 900)))
    return QueueCase(
        call_h=np.sort(rng.integers(0, 600, faults)).astype(float),
        place=rng.integers(0, places, faults), group=rng.integers(0, groups, faults),
        value=rng.integers(0, 3, faults).astype(float),
        permit_h=rng.integers(0, 900, (faults, 2)).astype(float),
        work_h=rng.integers(1, 200, faults).astype(float),
        test_h=rng.integers(0, 30, faults).astype(float), charter_h=charter,
        flag=rng.integers(0, 2, ships),
        mobilise_h=rng.integers(0, 72, ships).astype(float), base_h=base, apart_km=apart + apart.T,
        speed_km_h=rng.choice([16.0, 20.0, 25.0], ships),
        dock_due_h=rng.choice([np.inf, 50.0, 300.0, 301.5], ships),
        dock_every_h=float(rng.choice([np.inf, 200.0, 900.0])), dock_h=float(rng.choice([0, 60])),
        calls=calls)


def test_the_kernel_is_its_slow_twin_on_random_queues():
    rng = np.random.default_rng(3)
    for _ in range(400):
        case = random_case(rng)
        ours = serve(case)
        theirs, busy, waits = serve_slowly(case)
        rows = zip(ours.ship, ours.called_h, ours.there_h, ours.begin_h, ours.done_h, strict=True)
        for mine, other in zip(rows, theirs, strict=True):
            assert mine == pytest.approx(other)
        assert ours.busy_h == pytest.approx(busy)
        served = ours.ship >= 0
        if served.all():
            assert ours.waiting_fault_h == pytest.approx(waits)


def test_the_more_valuable_fault_goes_first_and_ties_wait_in_turn():
    """One ship, busy with the first fault until hour 10; then 2 (worth 5), then 1 and 3."""
    served = serve(case_of([0, 1, 2, 3], [10, 10, 10, 10], value=[1, 1, 5, 1]))
    assert served.done_h.tolist() == [10, 30, 20, 40]


def test_a_permit_holds_the_ship_at_the_place():
    served = serve(case_of([0, 1], [10, 10], permit=[50, 0]))
    assert served.begin_h.tolist() == [50, 60]
    assert served.busy_h.tolist() == [70]


def test_a_ship_due_in_dock_ends_its_work_first_and_lies_there():
    """Due at hour 5, at work to hour 10, in dock to 30; due again at 45 while idle, in dock to 65:
    the fault of hour 12 is begun at 30, the one of 50 at 65."""
    case = replace(case_of([0, 12, 50], [10, 10, 10]), dock_due_h=np.array([5.0]),
                   dock_every_h=40.0, dock_h=20.0)
    served = serve(case)
    assert served.called_h.tolist() == [0, 30, 65]
    assert served.busy_h.tolist() == [30]
    assert case.dock_due_h.tolist() == [5.0], "a case is not changed by serving it"


def test_spares_are_used_up_and_wait_for_their_order():
    """One ship at its base, the depot 5 h off, the fault 10 h from there; stock 30 km, an order
    takes 100 h. Faults of hours 0, 40, 80 take 20, 10 and 10 km: the first two leave nothing, so
    a ship for the third is called when the first order is back, at 100, and is there at 115. A
    fourth of 40 km is made to order: from 500 to 600, reached at 615."""
    calls = DepotCalls(np.zeros(4, np.int64), np.array([[5.0]]), np.array([[10.0]]), 7.0,
                       np.zeros(4, np.int64), np.array([20.0, 10.0, 10.0, 40.0]), np.array([30.0]),
                       100.0)
    served = serve(replace(case_of([0, 40, 80, 500], [1, 1, 1, 1]), calls=calls))
    assert served.called_h.tolist() == [0, 40, 100, 600]
    assert served.there_h.tolist() == [15, 55, 115, 615]
    assert served.stocked_h.tolist() == [0, 0, 100, 600]
    assert served.waiting_fault_h == 20 + 100


def test_from_a_fault_of_the_same_depot_a_ship_sails_straight_and_else_calls_there():
    """Home is 100 h off. After the first fault the second, of the same depot, is 3 km away; the
    third lies at the first's place, its depot 20 km from it and 7 h of loading."""
    calls = DepotCalls(np.array([0, 0, 1]), np.array([[5.0, 5.0]]), np.array([[10.0, 9.0],
                       [20.0, 25.0]]), 7.0, np.zeros(3, np.int64), np.ones(3), np.array([30.0]),
                       1.0)
    case = replace(case_of([0, 1, 2], [1, 1, 1]), place=np.array([0, 1, 0]), calls=calls,
                   base_h=np.full((1, 2), 100.0), apart_km=np.array([[0.0, 3.0], [3.0, 0.0]]))
    assert serve(case).there_h.tolist() == [15, 19, 20 + 25 + 7 + 20]


def poisson(rng, faults, rate):
    return np.cumsum(rng.exponential(1.0 / rate, faults))


def batch_interval(values, batches=40):
    """Mean and half width of a 99.9 % interval from batch means (t of 39 degrees: 3.56)."""
    means = np.array([part.mean() for part in np.array_split(values, batches)])
    return means.mean(), 3.56 * means.std(ddof=1) / math.sqrt(batches)


def erlang_c_wait(rate, mean_work, ships):
    """Mean wait of M/M/c (A. K. Erlang 1917): C(c, a) x mean work / (c - a)."""
    load = rate * mean_work
    last = load ** ships / math.factorial(ships) * ships / (ships - load)
    rest = sum(load ** n / math.factorial(n) for n in range(ships))
    return last / (rest + last) * mean_work / (ships - load)


@pytest.mark.parametrize("ships", [1, 2, 5])
def test_mean_waits_are_those_of_erlang(ships):
    rng = np.random.default_rng(ships)
    rate, work = 0.7 * ships / 100.0, 100.0
    known = poisson(rng, 200_000, rate)
    served = serve(case_of(known, rng.exponential(work, len(known)), ships=ships))
    mean, half = batch_interval((served.called_h - known)[5000:])
    assert abs(mean - erlang_c_wait(rate, work, ships)) < half
    assert served.busy_h.sum() / ships / known[-1] == pytest.approx(0.7, abs=0.01)


def test_waits_by_priority_are_those_of_cobham():
    """M/G/1, two classes, work uniform on 50..150 (A. Cobham 1954): W1 = R / (1 - r1),
    W2 = R / ((1 - r1) (1 - r1 - r2)), R = rate x E[work^2] / 2, E[work^2] = 100^2 + 100^2 / 12."""
    rng = np.random.default_rng(8)
    rate, first = 0.008, 0.25
    known = poisson(rng, 200_000, rate)
    urgent = rng.random(len(known)) < first
    served = serve(case_of(known, rng.uniform(50, 150, len(known)), value=urgent))
    wait = (served.called_h - known)[5000:]
    urgent = urgent[5000:]
    rest = rate * (100.0 ** 2 + 100.0 ** 2 / 12) / 2
    one, all_of = rate * first * 100.0, rate * 100.0
    for mine, theory in ((wait[urgent], rest / (1 - one)),
                         (wait[~urgent], rest / ((1 - one) * (1 - all_of)))):
        mean, half = batch_interval(mine)
        assert abs(mean - theory) < half


def test_utilisation_falls_as_one_over_the_ships():
    rng = np.random.default_rng(1)
    known, work = poisson(rng, 50_000, 0.005), rng.exponential(100.0, 50_000)
    share = [serve(case_of(known, work, ships=n)).busy_h.sum() / n / known[-1]
             for n in (1, 2, 4, 8)]
    assert [share[0] / one for one in share] == pytest.approx([1, 2, 4, 8], rel=1e-9)


def test_the_same_case_gives_the_same_bytes():
    case = random_case(np.random.default_rng(5))
    assert serve(case).done_h.tobytes() == serve(case).done_h.tobytes()
