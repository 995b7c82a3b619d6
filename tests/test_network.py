"""The numbered case: look-ups, views and fingerprints."""

from __future__ import annotations

from functools import cache

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from twins import worlds
from twins.worlds import built

from cablenet.build import build_network
from cablenet.errors import UnknownNameError
from cablenet.testing import ring, small_world


@cache
def aliased():
    aliases = pd.DataFrame({"layer": ["cables", "stations", "cables"],
                            "alias": ["Old AB", "Bee", "Nowhere"], "id": ["ab", "b", "zz"]})
    return ring().with_tables(aliases=aliases)


def test_cables_are_found_by_id_name_alias_and_any_case():
    net = built(aliased)
    assert {net.cable_index(key) for key in ("ab", "AB", "Old AB", "aB")} == {0}
    assert net.node_index("Bee") == net.node_index("b") == 1
    assert net.country_index("CC") == net.country_index("cc") == 2


@pytest.mark.parametrize("name", ["zz", "Nowhere"])
def test_unknown_cables_are_refused_even_through_an_alias(name):
    with pytest.raises(UnknownNameError, match=f"no cable '{name}'"):
        built(aliased).cable_index(name)


def test_an_id_beats_another_cables_name():
    world = small_world([("a", "AA", 0, 0), ("b", "BB", 10, 0)],
                        {"one": [("a", "b")], "two": [("a", "b")]}, hubs=["AA"])
    net = build_network(world.with_tables(cables=world.cables.assign(name=["two", "other"])))
    assert net.cable_index("two") == 1


def test_links_of_a_cable_and_at_a_node():
    net = built(ring)
    assert net.links.id[net.links_of_cable(net.cable_index("ab"))].tolist() == ["ab/1"]
    assert set(net.links.id[net.links_at_node(net.node_index("b"))]) == {
        "ab/1", "bc/1", "b>BB-gw"}


@pytest.mark.parametrize("seed", range(6))
def test_the_graph_holds_the_links_in_service_and_is_frozen(seed):
    net = worlds.network(seed)
    graph = net.graph
    assert graph.number_of_edges() == net.links.in_service.sum()
    assert graph.number_of_nodes() == len(net.nodes)
    for u, v, key, data in graph.edges(keys=True, data=True):
        link = net.link_index(key)
        assert data["link"] == link
        assert {u, v} == {net.nodes.id[net.links.a[link]], net.nodes.id[net.links.b[link]]}
    with pytest.raises(nx.NetworkXError, match="Frozen"):
        graph.remove_node(next(iter(graph)))


def test_published_lines_stay_within_180_degrees():
    net = worlds.network(2)
    geo = net.to_geo()
    assert len(geo) == len(net.links)
    assert geo.crs == "EPSG:4326"
    low, _, high, _ = geo.total_bounds
    assert low >= -180
    assert high <= 180
    assert set(geo["kind"]) <= {"wet", "land", "backhaul", "border", "fixed_link", "mesh_land",
                                "mesh_sea"}
    assert ((net.nodes_frame().geometry.x >= -180) & (net.nodes_frame().geometry.x <= 180)).all()


def test_a_network_says_what_it_is():
    assert repr(built(ring)).startswith("<Network 'ring': 8 nodes, 8 links (8 in service)")


def test_the_same_map_gives_the_same_fingerprint_and_a_changed_one_another():
    layers = worlds.world(1)
    assert build_network(layers).fingerprint == build_network(layers).fingerprint
    assert build_network(layers, as_of="2024-01-01").fingerprint != build_network(
        layers).fingerprint
    cables = layers.cables
    other = layers.with_tables(cables=cables.assign(
        lit_capacity_tbps=cables["lit_capacity_tbps"].where(cables.index > 0, 0.5)))
    assert build_network(other).fingerprint != build_network(layers).fingerprint


def test_latency_is_length_over_the_speed_of_light_in_glass():
    net = built(ring)
    ab = net.link_index("ab/1")
    assert net.links.latency_ms[ab] == pytest.approx(1113.19 / 204.2, abs=1e-3)
    assert np.isfinite(net.links.latency_ms).all()
