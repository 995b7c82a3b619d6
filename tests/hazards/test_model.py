"""Drawn years agree with theory, and with themselves."""

from __future__ import annotations

import itertools
import pickle

import numpy as np
import pytest
from scipy import stats

import cablenet as cn
from cablenet.errors import InputError
from cablenet.hazards.events import make_events
from cablenet.hazards.model import FaultModel
from cablenet.hazards.timeline import HOURS_A_YEAR
from cablenet.metrics.isolation import isolated_gateways
from cablenet.testing import ring, small_world

ARRAYS = ("link", "km_from_a", "start_h", "end_h", "cause", "event")


def two_cables() -> cn.Network:
    """AA (hub) and BB, joined by two cables of their own: x and y."""
    return cn.build_network(small_world(
        [("a", "AA", 0, 0), ("b", "BB", 10, 0)], {"x": [("a", "b")], "y": [("a", "b")]},
        hubs=["AA"]))


def wet_rates(net: cn.Network, *rates: float) -> np.ndarray:
    out = np.zeros(len(net.links))
    out[net.of_kind("wet")] = rates
    return out


def with_event(net: cn.Network, rate: float, probability: float) -> FaultModel:
    """No faults but an event that can hit every wet link."""
    base = cn.constant_model(net, np.zeros(len(net.links)), cn.constant_duration(100))
    wet = np.flatnonzero(net.of_kind("wet"))
    events = make_events(["quake"], "earthquake", np.array([rate]), np.zeros(len(wet), int), wet,
                         np.full(len(wet), probability), np.zeros(len(wet)))
    return FaultModel(**{**base.__dict__, "events": events})


def hours_isolated(net: cn.Network, drawn: cn.Timeline) -> np.ndarray:
    """(Y, G) hours of each year in which each gateway is cut off, state by state."""
    states = drawn.states(whole_years=True)
    out = np.zeros((drawn.years, len(net.gateways)))
    for start in range(0, len(states), 4096):
        alive = drawn.alive(len(net.links), states, start, start + 4096) & net.links.in_service
        part = slice(start, start + len(alive))
        np.add.at(out, states.year[part],
                  isolated_gateways(net, alive) * states.hours[part, None])
    return out


def test_counts_of_a_year_are_poisson():
    """Chi-square of the yearly counts of 4,000 years at 3 a year against Poisson(3).

    One fixed seed, so the test cannot flicker; a right draw fails with probability 0.001.
    """
    net = two_cables()
    model = cn.constant_model(net, wet_rates(net, 1.0, 2.0), cn.constant_duration(1.0))
    drawn = model.draw(0, 4000, 11)
    fresh = drawn.start_h > 0
    counts = np.bincount((drawn.start_h[fresh] / HOURS_A_YEAR).astype(int), minlength=4000)
    seen = np.bincount(np.minimum(counts, 9), minlength=10)
    share = stats.poisson.pmf(np.arange(10), 3.0)
    share[9] = stats.poisson.sf(8, 3.0)
    assert stats.chisquare(seen, share * 4000).pvalue > 0.001


def test_faults_fall_on_links_by_their_rate_and_evenly_along_them():
    net = two_cables()
    model = cn.constant_model(net, wet_rates(net, 1.0, 3.0), cn.constant_duration(1.0))
    drawn = model.draw(0, 3000, 5)
    wet = np.flatnonzero(net.of_kind("wet"))
    seen = np.array([(drawn.link == link).sum() for link in wet])
    assert stats.binomtest(int(seen[0]), int(seen.sum()), 0.25).pvalue > 0.001
    share = drawn.km_from_a / net.links.length_km[drawn.link]
    assert stats.kstest(share, "uniform").pvalue > 0.001
    assert stats.kstest(drawn.start_h[drawn.start_h > 0] / drawn.hours, "uniform").pvalue > 0.001


def test_the_availability_of_two_links_is_the_closed_form():
    # a link is down with probability 1 - exp(-rate x mean hours / 8766): as many outages as come
    # are under way at once, which is M/G/infinity, whose number is Poisson (Takacs 1962)
    net = two_cables()
    lasting = cn.durations_from_quantiles([0, 0.5, 1], [100, 800, 3000])
    model = cn.constant_model(net, wet_rates(net, 2.0, 1.5), lasting)
    hours = np.concatenate([hours_isolated(net, model.draw(block, 500, 4)) for block in range(8)])
    load = np.array([2.0, 1.5]) * lasting.mean_h / HOURS_A_YEAR
    want = 1 - np.prod(1 - np.exp(-load))
    got = cn.availability(hours[:, 1:], ["BB"]).to_frame().loc["BB"]
    assert got["low"] <= want <= got["high"]
    assert got["high"] - got["low"] < 0.01


def test_expected_annual_loss_by_enumeration_lies_in_the_printed_interval():
    """All 16 states of a ring of four cables, each with its probability, against drawn years."""
    net, rates = cn.build_network(ring()), np.array([1.0, 2.0, 0.5, 1.5])
    lasting = cn.durations_from_quantiles([0, 1], [200, 1400])
    wet = np.flatnonzero(net.of_kind("wet"))
    up = np.exp(-rates * lasting.mean_h / HOURS_A_YEAR)
    want = np.zeros(len(net.gateways))
    for state in itertools.product([False, True], repeat=4):
        alive = net.links.in_service.copy()
        alive[wet] = state
        weight = np.prod(np.where(state, up, 1 - up))
        want += weight * HOURS_A_YEAR * isolated_gateways(net, alive[None])[0]
    model = cn.constant_model(net, wet_rates(net, *rates), lasting)
    hours = np.concatenate([hours_isolated(net, model.draw(block, 400, 9)) for block in range(8)])
    codes = net.country_id[net.gateways.country]
    got = cn.annual_risk(hours, codes, "hours").to_frame().loc[codes]
    inside = (got["low"] <= want + 1e-9) & ~(got["high"] < want)
    assert inside.all()
    assert (want[codes != "AA"] > 100).all()  # the hub's country counts on no hub abroad


def test_a_block_starts_in_the_long_run_state():
    # the share of blocks whose first moment sees link 0 out is 1 - exp(-2 x 1000 / 8766) = 0.204
    net = two_cables()
    model = cn.constant_model(net, wet_rates(net, 2.0, 0.0), cn.constant_duration(1000))
    out = [bool((model.draw(block, 1, 3).start_h == 0).any()) for block in range(1500)]
    assert stats.binomtest(sum(out), 1500, 1 - np.exp(-2000 / HOURS_A_YEAR)).pvalue > 0.001


def test_the_same_seed_gives_the_same_bytes():
    net = two_cables()
    model = cn.constant_model(net, wet_rates(net, 2.0, 1.0), cn.constant_duration(100))
    first, again = model.draw(3, 50, 8), pickle.loads(pickle.dumps(model)).draw(3, 50, 8)
    for name in ARRAYS:
        assert getattr(first, name).tobytes() == getattr(again, name).tobytes()
    assert first.link.tobytes() != model.draw(3, 50, 9).link.tobytes()


def test_a_block_is_the_same_alone_or_after_others():
    net = two_cables()
    model = with_event(net, 3.0, 0.5)
    alone = model.draw(2, 20, 8)
    others = [model.draw(block, 20, 8) for block in (0, 1, 2)]
    for name in ARRAYS:
        assert getattr(alone, name).tobytes() == getattr(others[2], name).tobytes()
    assert others[0].start_h.tobytes() != others[1].start_h.tobytes()


def test_the_draws_come_from_one_named_generator_in_a_fixed_order():
    """PCG64 on the seed sequence (seed, block): what makes a block the same on every machine."""
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([7, 0])))
    net = two_cables()
    model = cn.constant_model(net, wet_rates(net, 2.0, 1.0), cn.constant_duration(100))
    drawn = model.draw(0, 10, 7)
    span = 100 + 10 * HOURS_A_YEAR
    count = rng.poisson(3.0 * span / HOURS_A_YEAR)
    start = np.sort(rng.random(count) * span - 100)
    inside = (start > -100) & (start < 10 * HOURS_A_YEAR)
    assert drawn.start_h == pytest.approx(np.maximum(start[inside], 0))


def test_an_event_hits_its_links_together():
    net = two_cables()
    drawn = with_event(net, 5.0, 1.0).draw(0, 40, 1)
    assert len(drawn)
    for event in np.unique(drawn.event):
        mine = drawn.event == event
        assert mine.sum() == 2
        assert len(set(drawn.start_h[mine])) == 1
        assert len(set(drawn.link[mine])) == 2


def test_hits_of_an_event_happen_with_their_probability():
    net = two_cables()
    model = with_event(net, 20.0, 0.3)
    drawn = model.draw(0, 500, 2)
    # 10,000 events of two hits at 0.3: 6,000 faults, of which 0.3 x 0.3 x 10,000 pairs
    assert len(drawn) == pytest.approx(6000, abs=5 * np.sqrt(10_000 * (0.6 + 0.18)))
    pairs = (np.unique(drawn.event, return_counts=True)[1] == 2).sum()
    assert pairs == pytest.approx(900, abs=5 * 30)
    assert set(model.event_names(drawn)) == {"quake"}


def test_what_is_expected_is_what_is_drawn():
    net = two_cables()
    model = with_event(net, 4.0, 0.5)
    drawn = model.draw(0, 2000, 3)
    wet = net.of_kind("wet")
    assert model.faults_per_year[wet] == pytest.approx([2.0, 2.0])
    seen = np.bincount(drawn.link, minlength=len(wet))[wet] / 2000
    assert seen == pytest.approx([2.0, 2.0], abs=5 * np.sqrt(2 / 2000))


def test_the_fingerprint_follows_the_numbers():
    net = two_cables()
    first = cn.constant_model(net, wet_rates(net, 2.0, 1.0), cn.constant_duration(100))
    same = cn.constant_model(net, wet_rates(net, 2.0, 1.0), cn.constant_duration(100))
    slower = cn.constant_model(net, wet_rates(net, 2.0, 1.0), cn.constant_duration(200))
    assert first.fingerprint == same.fingerprint != slower.fingerprint


@pytest.mark.parametrize("rates", [[1.0], [-1.0] * 9, [np.nan] * 9])
def test_rates_that_do_not_fit_are_refused(rates):
    with pytest.raises(InputError, match="one rate of at least 0"):
        cn.constant_model(two_cables(), np.array(rates), cn.constant_duration(1))


def test_a_negative_seed_is_refused():
    with pytest.raises(InputError, match="whole and count from 0"):
        with_event(two_cables(), 1.0, 1.0).draw(0, 1, -1)
