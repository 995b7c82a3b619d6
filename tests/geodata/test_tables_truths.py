"""What is known to be true of single places holds on the shipped atlas."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from cablenet import catalogue


@pytest.fixture(scope="module")
def atlas():
    return catalogue.atlas()


@pytest.fixture(scope="module")
def today(atlas):
    return catalogue.build_network(atlas)


def reaches(net, gateway, goal, cables=(), links=()):
    """True where the gateway reaches the goal when the named cables and links are lost."""
    lost = np.isin(net.links.cable, [net.cable_index(name) for name in cables])
    lost |= np.isin(net.links.id.astype(str), list(links))
    on = net.links.in_service & ~lost
    size = len(net.nodes)
    graph = coo_matrix((np.ones(on.sum()), (net.links.a[on], net.links.b[on])), shape=(size, size))
    part = connected_components(graph, directed=False)[1]
    return part[net.node_index(gateway)] == part[net.node_index(goal)]


def test_tasmania_hangs_on_its_three_bass_strait_cables(today):
    cables = ["basslink", "bs1", "bs2"]
    assert not reaches(today, "AU-hobart", "SG-singapore", cables)
    for spared in cables:
        assert reaches(today, "AU-hobart", "SG-singapore", [c for c in cables if c != spared])


def test_the_andamans_hang_on_cani(today):
    assert reaches(today, "IN-port-blair", "SG-singapore")
    assert not reaches(today, "IN-port-blair", "SG-singapore", ["cani"])


def test_okinawa_hangs_on_four_cables(today):
    cables = ["jih", "goki", "moc", "okcell"]
    assert not reaches(today, "JP-naha", "SG-singapore", cables)
    for spared in cables:
        assert reaches(today, "JP-naha", "SG-singapore", [c for c in cables if c != spared])


def test_hokkaido_hangs_on_its_cables_and_also_on_its_tunnel(today):
    assert reaches(today, "JP-sapporo", "SG-singapore", ["jih", "hac"])
    assert not reaches(today, "JP-sapporo", "SG-singapore", ["jih", "hac"], ["seikan"])


@pytest.mark.parametrize(("gateway", "neighbours"), [
    ("NP-kathmandu", {"IN", "CN"}), ("ET-addis-ababa", {"DJ", "KE", "SD", "SO"}),
])
def test_a_landlocked_country_reaches_the_sea_only_through_neighbours(today, gateway, neighbours):
    at = today.links_at_node(today.node_index(gateway))
    kinds = set(np.flatnonzero(today.of_kind("border"))) & set(at)
    assert set(at) == kinds
    ends = set(today.nodes.country[today.links.a[at]]) | set(today.nodes.country[today.links.b[at]])
    assert ends - {gateway[:2]} == neighbours


def test_tonga_in_january_2022_is_isolated_by_the_loss_of_one_cable(atlas):
    then = catalogue.build_network(atlas, as_of="2022-01-14")
    gateway = "TO-nukualofa"
    assert reaches(then, gateway, "US-los-angeles")
    assert not reaches(then, gateway, "US-los-angeles", ["tonga"])


def test_every_gateway_reaches_singapore_but_for_the_places_without_a_cable(today):
    known = {"FK", "NF", "NR", "PN", "TV"}
    alone = {str(today.nodes.id[node]) for node in today.gateways.node
             if not reaches(today, str(today.nodes.id[node]), "SG-singapore")}
    assert {name[:2] for name in alone} - known <= {"FM", "KI"}
    assert {name for name in alone if name[:2] in ("FM", "KI")} <= {"FM-tofol", "KI-tarawa"}
