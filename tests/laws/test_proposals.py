"""One universe: a proposed link changes nothing until it is in service."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twins import worlds

from cablenet.build import build_network
from cablenet.metrics import METRICS, Options
from cablenet.scenarios import SOURCES, losses
from cablenet.testing import random_candidates

SEEDS = st.integers(0, worlds.WORLDS - 1)


def pair(seed):
    """One random map built without and with proposed links, and what to lose on both."""
    layers = worlds.world(seed)
    plain = build_network(layers)
    more = build_network(layers, candidates=random_candidates(seed, layers, 4))
    rows = [[link for link in row if link < len(plain.links)] for row in worlds.losses(seed)]
    return plain, more, rows


@given(SEEDS)
@settings(max_examples=6)
def test_a_proposed_link_changes_no_score_while_it_is_not_in_service(seed):
    plain, more, rows = pair(seed)
    assert more.links.id[:len(plain.links)].tolist() == plain.links.id.tolist()
    assert not more.links.in_service[len(plain.links):].any()
    for metric in METRICS.values():
        one = metric.measure(plain, worlds.set_of(plain, rows), Options())
        two = metric.measure(more, worlds.set_of(more, rows), Options())
        for part in ("scenario", "country", "gateway"):
            for name, values in getattr(one, part).items():
                assert getattr(two, part)[name] == pytest.approx(values)


@given(SEEDS)
@settings(max_examples=6)
def test_no_source_of_scenarios_fails_what_is_only_proposed(seed):
    plain, more, _ = pair(seed)
    assert losses.cable_losses(more).names == losses.cable_losses(plain).names
    for unit in ("cable", "segment", "station"):
        one, two = losses.all_losses(plain, unit=unit), losses.all_losses(more, unit=unit)
        assert one.names == two.names
        assert (one.failed != two.failed[:, :len(plain.links)]).nnz == 0
        assert two.failed[:, len(plain.links):].nnz == 0


def test_a_proposal_put_into_service_can_fail_and_can_help():
    layers = worlds.world(1)
    net = build_network(layers, candidates=random_candidates(1, layers, 2))
    built = net.with_service(np.ones(len(net.links), bool), note="all of it")
    assert built.notes[-1] == "all of it"
    assert "New 0" in losses.cable_losses(built).names
    assert "New 0" not in losses.cable_losses(net).names
    assert len(built.links) == len(net.links)


@given(SEEDS, st.data())
@settings(max_examples=6)
def test_with_service_changes_the_fingerprint_only_when_something_changes(seed, data):
    net = worlds.network(seed)
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=len(net.links),
                                       max_size=len(net.links))))
    other = net.with_service(mask)
    assert (other.links.in_service == mask).all()
    assert (other.fingerprint == net.fingerprint) == bool((mask == net.links.in_service).all())
    assert other.links.id is net.links.id
    assert not other.links.in_service.flags.writeable
    assert net.with_service(net.links.in_service).fingerprint == net.fingerprint


@given(SEEDS)
@settings(max_examples=6)
def test_without_the_mesh_only_the_mesh_is_gone(seed):
    net = worlds.network(seed)
    bare = net.without_mesh()
    gone = net.links.in_service & ~bare.links.in_service
    assert (gone == (net.of_kind("mesh_land", "mesh_sea") & net.links.in_service)).all()
    assert bare.without_mesh().fingerprint == bare.fingerprint
    assert "mesh" in bare.notes[-1]


@given(SEEDS)
@settings(max_examples=6)
def test_every_recipe_gives_the_same_set_on_the_same_network(seed):
    net = worlds.network(seed)
    line = net.links.geometry[np.flatnonzero(net.of_kind("wet") & net.links.in_service)[0]]
    at = line.interpolate(0.3, normalized=True)
    code = str(net.nodes.country[net.links.a[net.links.in_service & (net.links.cable >= 0)]][0])
    arguments = {
        "cable_losses": {}, "station_losses": {}, "all_losses": {"order": 2},
        "joint_loss": {"name": "j", "cables": [losses.cable_losses(net).names[0]]},
        "joint_units": {"name": "units", "units": [
            ["cable", losses.cable_losses(net).names[0]], ["place", f"place:{at.x},{at.y}"]]},
        "cut": {"lon": at.x, "lat": at.y}, "disk": {"lon": at.x, "lat": at.y, "radius_km": 80},
        "area": {"wkt": at.buffer(1).wkt, "name": "area", "rate_per_year": 0.1},
        "areas": {"areas": [{"name": "one", "wkt": at.buffer(1).wkt, "rate_per_year": None}]},
        "corridor": {"line": line.wkt, "width_km": 30, "name": "drag"},
        "together": {"name": "both", "parts": [{"kind": "cut", "lon": at.x, "lat": at.y}]},
        "named_events": {"events": [{"name": "event", "rate_per_year": 0.2, "parts": [
            {"kind": "disk", "lon": at.x, "lat": at.y, "radius_km": 30}]}]},
    }
    if code:
        arguments["denial"] = {"country": code}
    for source, params in arguments.items():
        made = SOURCES[source](net, **params)
        again = made.recipe.regenerate(net)
        assert again.names == made.names, source
        assert (again.failed != made.failed).nnz == 0
        assert np.array_equal(again.rate_per_year, made.rate_per_year, equal_nan=True)
        assert again.faults.equals(made.faults)
    assert set(arguments) | {"chokepoint", "pick", "denial"} == set(SOURCES)
