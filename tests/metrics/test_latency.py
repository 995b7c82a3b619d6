"""`added_latency` against networkx shortest paths and on a small world."""

from __future__ import annotations

import numpy as np
import pytest
from twins import plain, worlds
from twins.worlds import built

from cablenet.build import build_network
from cablenet.metrics import METRICS, Options
from cablenet.network import FIBRE_KM_PER_MS
from cablenet.scenarios import losses
from cablenet.testing import ring, small_world

measure = METRICS["added_latency"].measure


@pytest.mark.parametrize("seed", range(worlds.WORLDS))
def test_added_latency_equals_networkx_shortest_paths(seed):
    net = worlds.network(seed)
    got = measure(net, worlds.failures(seed), Options())
    tbps, owner = net.demands.tbps, net.gateways.country[net.demands.from_gateway]
    before = np.array(plain.round_trips(net, plain.alive_after(net, [])))
    had = np.isfinite(before)
    for row, lost in enumerate(worlds.losses(seed)):
        after = np.array(plain.round_trips(net, plain.alive_after(net, lost)))
        still = had & np.isfinite(after)
        rise = np.zeros(len(tbps))
        rise[still] = after[still] - before[still]
        carried = tbps[still].sum()
        mean = (tbps * rise).sum() / carried if carried else 0.0
        # cablenet gives links of no length a nanosecond, so that they are not lost as zeros
        assert got.scenario["added_latency_ms"][row] == pytest.approx(mean, abs=1e-4)
        assert got.scenario["added_latency_worst_ms"][row] == pytest.approx(
            rise.max(initial=0.0), abs=1e-4)
        assert got.scenario["demand_without_path_tbps"][row] == pytest.approx(
            tbps[had & ~still].sum())
        for c in range(len(net.country_id)):
            mine = still & (owner == c)
            mean = (tbps * rise)[mine].sum() / tbps[mine].sum() if mine.any() else 0.0
            assert got.country["added_latency_ms"][row, c] == pytest.approx(mean, abs=1e-4)


def test_the_way_round_a_ring_is_longer_by_what_the_lines_measure():
    # BB to AA: ab (10 degrees on the equator, 1,113.2 km) fails; bc, cd and da remain
    net = built(ring)
    km = dict(zip(net.links.id, net.links.length_km, strict=True))
    got = measure(net, losses.cable_losses(net, ["ab"]), Options())
    round_trip = 2 * (km["bc/1"] + km["cd/1"] + km["da/1"] - km["ab/1"]) / FIBRE_KM_PER_MS
    bb = net.country_index("BB")
    assert got.country["added_latency_worst_ms"][0, bb] == pytest.approx(round_trip, abs=1e-4)
    assert got.scenario["added_latency_worst_ms"][0] == pytest.approx(round_trip, abs=1e-4)


def test_a_thousand_km_of_fibre_are_four_point_nine_milliseconds_one_way():
    # c / 1.468 = 299,792.458 / 1.468 = 204,218 km a second
    assert pytest.approx(4.897, abs=0.002) == 1000 / FIBRE_KM_PER_MS


def test_a_map_without_demand_scores_nothing():
    world = small_world([("a", "AA", 0, 0), ("b", "BB", 10, 0)], {"ab": [("a", "b")]}, hubs=["AA"])
    countries = world.countries.assign(demand_tbps=np.nan)
    net = build_network(world.with_tables(countries=countries))
    got = measure(net, losses.cable_losses(net), Options())
    assert got.scenario["demand_without_path_tbps"].tolist() == [0.0]
