"""`isolated` against its slow twin and on small worlds."""

from __future__ import annotations

import numpy as np
import pytest
from twins import plain, worlds
from twins.worlds import built

from cablenet.build import build_network
from cablenet.metrics import METRICS, Options
from cablenet.metrics.isolation import isolated_by_components, isolated_by_words
from cablenet.scenarios import losses
from cablenet.testing import chain, ring, small_world

measure = METRICS["isolated"].measure


@pytest.mark.parametrize("seed", range(worlds.WORLDS))
def test_isolation_equals_the_slow_twin(seed):
    net, gates = worlds.network(seed), worlds.network(seed).gateways
    got = measure(net, worlds.failures(seed), Options())
    before = plain.isolated(net, plain.alive_after(net, []))
    closed = plain.countries_isolated(net, before)
    for row, lost in enumerate(worlds.losses(seed)):
        after = plain.isolated(net, plain.alive_after(net, lost))
        new = np.array([a and not b for a, b in zip(after, before, strict=True)])
        countries = [a and not b for a, b in zip(plain.countries_isolated(net, after), closed,
                                                 strict=True)]
        assert got.gateway["isolated"][row].tolist() == new.tolist()
        assert got.country["isolated"][row].tolist() == countries
        assert got.scenario["isolated_countries"][row] == sum(countries)
        assert got.scenario["isolated_gateways"][row] == new.sum()
        assert got.scenario["isolated_people"][row] == pytest.approx(gates.people[new].sum())
        assert got.scenario["isolated_users"][row] == pytest.approx(gates.users[new].sum())
        for c in range(len(net.country_id)):
            mine = new & (gates.country == c)
            assert got.country["isolated_people"][row, c] == pytest.approx(gates.people[mine].sum())


@pytest.mark.parametrize("seed", range(worlds.WORLDS))
def test_labelled_parts_and_one_bit_a_scenario_say_the_same(seed):
    net = worlds.network(seed)
    alive = worlds.failures(seed).alive() & net.links.in_service
    np.testing.assert_array_equal(isolated_by_components(net, alive),
                                  isolated_by_words(net, alive))


def test_one_loss_on_a_ring_isolates_nobody_and_two_isolate_what_lies_between():
    net = built(ring)
    one = measure(net, losses.all_losses(net), Options())
    assert one.scenario["isolated_countries"].tolist() == [0, 0, 0, 0]
    # ab + bc cut BB off; ab + cd cut BB and CC; the two at the hub (ab, da) cut all but AA
    two = losses.all_losses(net, order=2)["AB + BC"]
    assert measure(net, two, Options()).scenario["isolated_countries"].tolist() == [1]
    three = losses.all_losses(net, order=2)["AB + DA"]
    assert measure(net, three, Options()).scenario["isolated_people"].tolist() == [3_000_000]


def test_the_only_hub_country_is_not_called_isolated_by_a_failure():
    # AA is the only hub: it reaches no hub abroad with nothing failed, so no failure did it
    net = built(chain)
    got = measure(net, losses.cable_losses(net), Options())
    assert got.country["isolated"][0].tolist() == [0, 1, 1]


def test_two_hub_countries_isolate_each_other():
    net = build_network(small_world([("a", "AA", 0, 0), ("b", "BB", 10, 0)],
                                    {"ab": [("a", "b")]}, hubs=["AA", "BB"]))
    got = measure(net, losses.cable_losses(net), Options())
    assert got.country["isolated"][0].tolist() == [1, 1]


def test_a_landlocked_neighbour_falls_with_its_coast():
    world = small_world([("a", "AA", 0, 0), ("b", "BB", 10, 0), ("x", "XX", 12, 1)],
                        {"ab": [("a", "b")]}, hubs=["AA"], borders=[("BB", "XX")])
    net = build_network(world)
    got = measure(net, losses.cable_losses(net), Options())
    assert got.country["isolated"][0].tolist() == [0, 1, 1]
    assert got.scenario["isolated_users"].tolist() == [1_000_000]


def test_without_any_hub_nothing_is_blamed_on_a_failure():
    net = build_network(small_world([("a", "AA", 0, 0), ("b", "BB", 10, 0)],
                                    {"ab": [("a", "b")]}, hubs=[]))
    got = measure(net, losses.cable_losses(net), Options())
    assert got.scenario["isolated_countries"].tolist() == [0]
    assert any("hub" in note for note in net.notes)
