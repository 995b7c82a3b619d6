"""Blocks of drawn years: what overlaps coincides, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

import cablenet as cn
from cablenet.errors import InputError, MismatchError
from cablenet.hazards.timeline import CAUSES, HOURS_A_YEAR, timeline
from cablenet.testing import ring

MONTH = 730.5


def made(years: int, *outages: tuple[int, float, float]) -> cn.Timeline:
    """A timeline of (link, start, end)."""
    link, start, end = (np.array(column) for column in zip(*outages, strict=True))
    n = len(outages)
    return timeline(0, years, link.astype(np.int32), np.zeros(n, np.float32), start.astype(float),
                    end.astype(float), cause=np.zeros(n, np.int16), event=np.full(n, -1))


def test_two_faults_in_different_months_never_combine():
    drawn = made(1, (0, 0.5 * MONTH, 0.9 * MONTH), (1, 6.1 * MONTH, 6.9 * MONTH))
    down = ~drawn.alive(2, drawn.states())
    assert down.any(axis=0).tolist() == [True, True]
    assert not down.all(axis=1).any()


def test_two_faults_combine_for_just_the_time_they_overlap():
    # link 0 is out from hour 10 to 40, link 1 from 30 to 70: both from 30 to 40
    drawn = made(1, (0, 10, 40), (1, 30, 70))
    states = drawn.states()
    down = ~drawn.alive(2, states)
    assert states.start_h.tolist() == [0, 10, 30, 40, 70]
    assert states.hours[down.all(axis=1)].tolist() == [10.0]
    assert states.hours[down.any(axis=1)].sum() == 60.0


def test_an_outage_that_ends_when_another_starts_does_not_meet_it():
    drawn = made(1, (0, 10, 20), (1, 20, 30))
    assert not (~drawn.alive(2, drawn.states())).all(axis=1).any()


def test_two_outages_of_one_link_leave_it_out_until_the_last_ends():
    drawn = made(1, (0, 10, 40), (0, 20, 30))
    states = drawn.states()
    assert states.hours[~drawn.alive(1, states)[:, 0]].sum() == 30.0


def test_outages_are_clipped_to_the_block_and_those_outside_are_dropped():
    drawn = made(1, (0, -50, 20), (1, -50, -10), (2, 8700, 9000), (3, 9000, 9100), (4, 5, 5))
    assert drawn.link.tolist() == [0, 2]
    assert drawn.start_h.tolist() == [0, 8700]
    assert drawn.end_h.tolist() == [20, HOURS_A_YEAR]


@pytest.mark.parametrize("whole_years", [False, True])
def test_states_fill_the_block_without_a_gap(whole_years):
    rng = np.random.default_rng(1)
    start = rng.random(300) * 3 * HOURS_A_YEAR
    drawn = made(3, *zip(rng.integers(0, 5, 300), start, start + rng.random(300) * 900,
                         strict=True))
    states = drawn.states(whole_years)
    assert states.start_h[0] == 0
    assert (states.hours > 0).all()
    assert states.start_h[1:] == pytest.approx(states.start_h[:-1] + states.hours[:-1])
    assert states.hours.sum() == pytest.approx(3 * HOURS_A_YEAR)
    if whole_years:
        assert np.bincount(states.year, states.hours) == pytest.approx([HOURS_A_YEAR] * 3)


def test_states_cover_each_outage_from_its_start_to_its_end():
    """The slow twin asks each state's middle which outages hold it."""
    rng = np.random.default_rng(2)
    start = rng.random(200) * HOURS_A_YEAR
    drawn = made(1, *zip(rng.integers(0, 7, 200), start, start + rng.random(200) * 500,
                         strict=True))
    states = drawn.states()
    middle = states.start_h + states.hours / 2
    slow = np.ones((len(states), 7), bool)
    for k in range(len(drawn)):
        slow[(middle > drawn.start_h[k]) & (middle < drawn.end_h[k]), drawn.link[k]] = False
    assert (drawn.alive(7, states) == slow).all()
    assert (drawn.alive(7, states, 40, 90) == slow[40:90]).all()


def test_a_block_without_outages_is_one_state():
    states = made(2, (0, -2, -1)).states()
    assert len(states) == 1
    assert states.hours.tolist() == [2 * HOURS_A_YEAR]


def test_faults_lie_where_the_outage_says():
    net = cn.build_network(ring())
    drawn = cn.constant_model(net, net.of_kind("wet") * 2.0, cn.constant_duration(48)).draw(0, 3, 1)
    faults = drawn.to_faults(net)
    ab = faults[faults["segment_id"] == "ab/1"]  # from 0, 0 to 10, 0 along the equator
    assert len(ab)
    # a degree of the equator is 111.3195 km
    assert ab["lon"].to_numpy() == pytest.approx(ab["km_from_a"].to_numpy() / 111.3195, abs=1e-4)
    assert ab["lat"].to_numpy() == pytest.approx(0)
    assert set(faults["cause"]) == {"unknown"}
    assert faults["depth_m"].isna().all()  # the ring has no depth


def test_faults_of_another_network_are_refused():
    net = cn.build_network(ring())
    drawn = cn.constant_model(net, net.of_kind("wet") * 1.0, cn.constant_duration(9)).draw(0, 1, 1)
    with pytest.raises(MismatchError, match="draw them again"):
        drawn.to_faults(net.with_service(~net.links.in_service))


def test_causes_are_named_once():
    assert len(set(CAUSES)) == len(CAUSES)


@pytest.mark.parametrize("years", [0, -3, 1.5])
def test_fewer_than_one_year_is_refused(years):
    net = cn.build_network(ring())
    model = cn.constant_model(net, net.of_kind("wet") * 1.0, cn.constant_duration(9))
    with pytest.raises(InputError, match=f"cannot draw {years} years"):
        model.draw(0, years, 1)
