"""Cut sets against brute force, against the exhaustive sweep, and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from twins import sweeps, worlds
from twins.worlds import built

from cablenet.build import build_network
from cablenet.errors import InputError, UnknownNameError
from cablenet.hazards import constant_duration, constant_model
from cablenet.scenarios.units import units_of
from cablenet.sweeps.compiled import exhaustive_sweep
from cablenet.sweeps.cut_sets import cut_sets
from cablenet.testing import chain, random_world, ring, trunk_and_branch

SMALL = 300


def by_country(found, net):
    out = {str(code): [] for code in net.country_id}
    for country, one in zip(found.asked, found.sets, strict=True):
        out[country].append(one)
    return out


@pytest.mark.parametrize("start", range(0, SMALL, 30))
def test_cut_sets_of_small_random_networks_equal_brute_force(start):
    for seed in range(start, start + 30):
        net = build_network(random_world(seed, places=5 + seed % 3, cables=3 + seed % 4,
                                         hubs=1 + seed % 2))
        unit = ("cable", "station", "segment", "cable+station")[seed % 4]
        units = units_of(net, unit)
        order = min(3 if len(units) > 9 else 4, len(units))
        got = by_country(cut_sets(net, order, unit), net)
        want = sweeps.minimal_sets(net, units, order)
        for c, code in enumerate(net.country_id):
            assert got[str(code)] == want[c], (seed, unit, code)


@pytest.mark.parametrize("unit", ["cable", "station", "segment"])
@pytest.mark.parametrize("seed", range(0, worlds.WORLDS, 4))
def test_cut_sets_are_exactly_the_minimal_failing_rows_of_the_exhaustive_sweep(seed, unit):
    net = worlds.network(seed)
    units = units_of(net, unit)
    order = min(3, len(units))
    job = exhaustive_sweep(net, order, unit)
    dead = job.source.failed(0, job.total)
    got = by_country(cut_sets(net, order, unit), net)
    measure = job.measures[0]
    words = measure.reach.cut(sweeps_dead(dead, len(units)))
    for c, code in enumerate(net.country_id):
        mine = np.flatnonzero(measure.reach.askers.country == c)
        minimal = []
        if len(mine) and len(mine) == measure.reach.country_size[c]:
            whole = np.bitwise_and.reduce(words[mine], axis=0)
            bits = np.unpackbits(whole.view(np.uint8), bitorder="little")[:job.total]
            for row in dead[bits.astype(bool)]:
                one = tuple(int(u) for u in row if u >= 0)
                if not any(set(smaller) < set(one) for smaller in minimal):
                    minimal.append(one)
        assert got[str(code)] == minimal


def sweeps_dead(failed, n_units):
    from cablenet.metrics.rows import dead_units

    return dead_units(failed, n_units)


def test_both_ways_round_a_ring_must_fail():
    # AA (hub) - b - c - d - AA: each country has two ways; BB loses both by (ab, bc), (ab, cd),
    # (ab, da)... that is by `ab` and any other cable, and so on round the ring
    net = built(ring)
    found = by_country(cut_sets(net, 3), net)
    names = [str(key) for key in net.cable_id]
    assert names == ["ab", "bc", "cd", "da"]
    assert found["AA"] == []
    assert found["BB"] == [(0, 1), (0, 2), (0, 3)]
    assert found["CC"] == [(0, 2), (0, 3), (1, 2), (1, 3)]
    assert found["DD"] == [(0, 3), (1, 3), (2, 3)]


def test_a_pair_is_parted_where_no_gateway_of_one_reaches_the_other():
    # BB and CC sit side by side: `bc` and any one of the other three part them
    net = built(ring)
    found = cut_sets(net, 4, pairs=[("BB", "CC")])
    assert set(found.asked) == {"BB-CC"}
    assert list(found.sets) == [(0, 1), (1, 2), (1, 3)]


def test_a_chain_is_cut_by_each_station_on_the_way():
    net = built(chain)
    found = cut_sets(net, 2, "station").to_frame()
    assert not found.empty
    assert found["order"].eq(1).any()


def test_a_branch_that_fails_cuts_its_own_country_only():
    net = built(trunk_and_branch)
    found = cut_sets(net, 1, "segment").to_frame()
    assert len(found) >= 1
    for _, row in found.iterrows():
        lost = [net.link_index(row["ids"])]
        c = net.country_index(row["isolates"])
        assert sweeps.isolates(net, c, lost)


def test_return_periods_by_hand():
    # every segment 0.1 faults a year, each 876.6 h (a tenth of a year): down 1 - exp(-0.01) of
    # the time. Two of them together: 2 x 0.1 x exp(-0.01) x (1 - exp(-0.01)) a year = 0.00197
    net = built(ring)
    model = constant_model(net, np.where(net.of_kind("wet"), 0.1, 0.0), constant_duration(876.6))
    frame = cut_sets(net, 2, model=model).to_frame()
    down = 1 - np.exp(-0.01)
    assert (frame["order"] == 2).all()
    assert frame["return_period_years"].to_numpy() == pytest.approx(
        1 / (2 * 0.1 * np.exp(-0.01) * down))


def test_stations_have_no_rate_and_so_no_return_period():
    net = built(ring)
    model = constant_model(net, np.where(net.of_kind("wet"), 0.1, 0.0), constant_duration(100.0))
    assert cut_sets(net, 2, "station", model=model).to_frame()["return_period_years"].isna().all()
    mixed = cut_sets(net, 2, "cable+station", model=model)
    stations = [any(mixed.units.kinds[u] == "station" for u in one) for one in mixed.sets]
    assert any(stations) and not all(stations)
    assert mixed.to_frame()["return_period_years"].isna().tolist() == stations


def test_orders_and_names_out_of_range_get_one_message():
    net = built(ring)
    with pytest.raises(InputError, match="1 to 5"):
        cut_sets(net, 6)
    with pytest.raises(UnknownNameError):
        cut_sets(net, 1, countries=["ZZ"])
    with pytest.raises(UnknownNameError):
        cut_sets(net, 1, "ship")
    with pytest.raises(InputError, match="no pair"):
        cut_sets(net, 1, pairs=[("BB", "BB")])
