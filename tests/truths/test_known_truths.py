"""What everyone in the field knows must come out of the atlas and of the world map alike.

The world map (TeleGeography, November 2022) is for local tests only and never part of the project.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from cablenet import catalogue
from cablenet.errors import NothingHitError
from cablenet.metrics import METRICS, Options
from cablenet.metrics.margin import country_margins
from cablenet.network import Network
from cablenet.scenarios import areas, cuts, losses

ROOT = Path(__file__).parents[2]
ATLAS = ROOT / "geodata/cablenet_geodata/segments.geojson"
WORLD = ROOT / "../shared/data/telegeography_v3_2022"
needs_atlas = pytest.mark.skipif(not ATLAS.exists(), reason="the atlas has not been built")
needs_world = pytest.mark.skipif(not WORLD.exists(), reason="no world map beside the repository")
MAPS = [pytest.param("atlas", marks=needs_atlas),
        pytest.param("world", marks=[needs_atlas, needs_world])]


@cache
def atlas(day: str | None = None) -> Network:
    return catalogue.build_network(catalogue.atlas(day))


@cache
def world() -> Network:
    return catalogue.build_network(catalogue.read_layers(WORLD))


@pytest.fixture(params=MAPS)
def net(request) -> Network:
    return atlas() if request.param == "atlas" else world()


def isolated(net, scenarios, gateway=None) -> list[str]:
    """Countries isolated by one scenario, or whether one gateway is."""
    got = METRICS["isolated"].measure(net, scenarios, Options())
    if gateway is not None:
        g = net.gateways.node.tolist().index(net.node_index(gateway))
        return bool(got.gateway["isolated"][0, g])
    return net.country_id[got.country["isolated"][0] > 0].tolist()


def ways_out(net, gateway) -> tuple[set[str], set[str]]:
    """Systems and land links that join a gateway and the stations of its backhaul to the rest."""
    region = {net.node_index(gateway)}
    backhaul = np.flatnonzero(net.of_kind("backhaul") & net.links.in_service)
    while True:
        near = {int(end) for i in backhaul for end in (net.links.a[i], net.links.b[i])
                if {int(net.links.a[i]), int(net.links.b[i])} & region}
        if near <= region:
            break
        region |= near
    out = [i for i in np.flatnonzero(net.links.in_service)
           if (int(net.links.a[i]) in region) != (int(net.links.b[i]) in region)]
    cables = {str(net.cable_id[net.links.cable[i]]) for i in out if net.links.cable[i] >= 0}
    return cables, {str(net.links.id[i]) for i in out if net.links.cable[i] < 0}


@pytest.mark.parametrize(("country", "neighbours"), [
    ("NP", {"IN", "CN"}), ("ET", {"DJ", "KE", "SD", "SO", "ER", "SS"})])
def test_landlocked_countries_reach_the_sea_only_through_their_neighbours(
        net, country, neighbours):
    number = net.country_index(country)
    gates = net.gateways.node[net.gateways.country == number]
    assert len(gates)
    assert not ((net.nodes.country == country) & (net.nodes.kind == 0)).any(), "a landing inland"
    for gate in gates:
        mine = net.links_at_node(int(gate))
        assert net.of_kind("border", "fixed_link")[mine].all()
    ends = {str(net.nodes.country[end]) for gate in gates for i in net.links_at_node(int(gate))
            for end in (net.links.a[i], net.links.b[i])} - {country}
    assert ends
    assert ends <= neighbours


def test_losing_bab_el_mandeb_does_not_isolate_india(net):
    got = areas.chokepoint(net, "bab_el_mandeb")
    assert len(got.links_lost(0)) >= 8
    assert "IN" not in isolated(net, got)


@pytest.mark.parametrize("name", MAPS)
def test_tonga_in_2022_is_isolated_by_one_cut(name):
    """The eruption of 15 January 2022 cut its one international cable (facts/events.csv)."""
    net = atlas("2022-01-14") if name == "atlas" else world()
    cable = "tonga" if name == "atlas" else "tonga-cable"
    assert country_margins(net)[net.country_index("TO")] == 1
    line = net.links.geometry[net.links_of_cable(net.cable_index(cable))[0]]
    at = line.interpolate(0.9, normalized=True)
    got = cuts.cut(net, at.x, at.y, cable=cable)
    assert len(got.faults) == 1
    assert isolated(net, got) == ["TO"]


@pytest.mark.parametrize(("gateway", "least"), [
    ("AU-hobart", {"basslink"}), ("IN-port-blair", set()), ("JP-naha", set())])
def test_islands_hang_on_the_cables_that_really_join_them(net, gateway, least):
    """Tasmania, the Andamans and Okinawa: no bridge, no tunnel, nothing but their cables."""
    cables, land = ways_out(net, gateway)
    assert land == set()
    assert least <= cables
    assert isolated(net, losses.joint_loss(net, "all", cables=sorted(cables)), gateway)
    if gateway == "IN-port-blair":
        assert len(cables) == 1  # the Chennai - Andaman and Nicobar cable
        return
    for kept in cables:
        rest = sorted(cables - {kept})
        scenario = losses.joint_loss(net, "all but one", cables=rest)
        if not isolated(net, scenario, gateway):
            return
    pytest.fail("no one of the cables is enough by itself")


def test_hokkaido_hangs_on_its_tunnel_too(net):
    cables, land = ways_out(net, "JP-sapporo")
    assert land == {"seikan"}
    without_cables = losses.joint_loss(net, "all cables", cables=sorted(cables))
    assert not isolated(net, without_cables, "JP-sapporo")
    bare = net.with_service(net.links.in_service
                            & ~np.isin(np.arange(len(net.links)), [net.link_index("seikan")]))
    again = losses.joint_loss(bare, "all cables", cables=sorted(cables))
    assert isolated(bare, again, "JP-sapporo")


def test_a_cut_that_hits_nothing_is_an_error(net):
    with pytest.raises(NothingHitError):
        cuts.cut(net, 60.0, -55.0)  # the empty Southern Ocean
    with pytest.raises(NothingHitError):
        cuts.cut(net, 103.8, 55.0)  # Siberia


def test_no_country_of_the_atlas_is_isolated_with_nothing_failed(net):
    margins = country_margins(net)
    zero = net.country_id[margins == 0].tolist()
    for country in ("IN", "JP", "TW", "SG", "KE", "EG", "NP", "ET", "LK", "MV", "TO", "FJ"):
        assert country not in zero
