"""Names, the order of rows and the choice of meridian change no answer."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twins import worlds

from cablenet.build import build_network
from cablenet.layers import layers_from_tables
from cablenet.metrics import METRICS, Options
from cablenet.scenarios import areas, cuts
from cablenet.schema import TABLES

SEEDS = st.integers(0, worlds.WORLDS - 1)
IDS = ("cables", "stations", "branching_units", "segments", "countries", "gateways", "backhaul",
       "border_crossings", "fixed_links")


def measured(net, rows):
    scenarios = worlds.set_of(net, rows)
    return {name: metric.measure(net, scenarios, Options()) for name, metric in METRICS.items()}


def same_scores(one, other, countries, gateways):
    """Equal values, with countries and gateways of `other` reordered to those of `one`."""
    for name in METRICS:
        for heading, values in one[name].scenario.items():
            assert other[name].scenario[heading] == pytest.approx(values, abs=1e-5)
        for heading, values in one[name].country.items():
            if heading == "added_round_trip_ms":
                continue  # demands that could change places leave the total, not each one's share
            assert other[name].country[heading][:, countries] == pytest.approx(values, abs=1e-5)
        for heading, values in one[name].gateway.items():
            assert (other[name].gateway[heading][:, gateways] == values).all()


def renamed(layers, seed):
    """The same map under new ids in a new order, its rows shuffled; and old id to new id."""
    rng = np.random.default_rng(seed)
    new: dict[str, str] = {}
    for name in IDS:
        keys = layers.tables[name][TABLES[name].key[0]].tolist()
        marks = rng.permutation(len(keys))
        new |= {key: f"{name[:3]}-{mark:03d}" for key, mark in zip(keys, marks, strict=True)}
    tables = {}
    for name, frame in layers.tables.items():
        changed = frame.copy()
        for column in TABLES[name].columns:
            if column.kind == "text" and column.name not in ("name", "kind", "status"):
                changed[column.name] = changed[column.name].map(lambda v: new.get(v, v))
        tables[name] = changed.sample(frac=1.0, random_state=seed)
    return layers_from_tables(tables, name=layers.name), new


@given(SEEDS, st.integers(0, 1000))
@settings(max_examples=6)
def test_relabelling_changes_nothing(seed, order):
    layers = worlds.world(seed)
    net = build_network(layers)
    other, new = renamed(layers, order)
    again = build_network(other)
    number = {key: i for i, key in enumerate(again.links.id)}
    links = [number[new[key]] for key in net.links.id]
    rows = [[link for link in row if link < len(net.links)] for row in worlds.losses(seed)]
    countries = [again.country_index(new[key]) for key in net.country_id]
    at = {int(node): g for g, node in enumerate(again.gateways.node)}
    gateways = [at[again.node_index(new[str(net.nodes.id[node])])] for node in net.gateways.node]
    same_scores(measured(net, rows), measured(again, [[links[i] for i in row] for row in rows]),
                countries, gateways)


def test_the_order_of_rows_changes_nothing_at_all():
    layers = worlds.world(7)
    tables = {name: frame.sample(frac=1.0, random_state=3) for name, frame in layers.tables.items()}
    again = build_network(layers_from_tables(tables, name=layers.name))
    assert again.fingerprint == build_network(layers).fingerprint


def shifted(layers, degrees):
    """The same map with every longitude moved."""
    tables = {}
    for name, frame in layers.tables.items():
        if isinstance(frame, gpd.GeoDataFrame) and len(frame):
            frame = frame.set_geometry(frame.geometry.translate(xoff=degrees))
        tables[name] = frame
    return layers_from_tables(tables, name=layers.name)


@given(SEEDS, st.integers(-600, 300))
@settings(max_examples=6)
def test_shifting_all_longitudes_changes_nothing(seed, degrees):
    layers = worlds.world(seed)
    net, again = build_network(layers), build_network(shifted(layers, degrees))
    assert again.links.id.tolist() == net.links.id.tolist()
    assert again.links.length_km == pytest.approx(net.links.length_km, abs=1e-6)
    rows = [[link for link in row if link < len(net.links)] for row in worlds.losses(seed)]
    same_scores(measured(net, rows), measured(again, rows),
                list(range(len(net.country_id))), list(range(len(net.gateways))))
    members = [sorted(frozenset(n.groups.members(r).tolist()) for r in range(len(n.groups)))
               for n in (net, again)]
    assert sorted(map(sorted, members[0])) == sorted(map(sorted, members[1]))


@given(SEEDS, st.integers(-600, 300), st.floats(0, 1), st.data())
@settings(max_examples=6)
def test_shifting_all_longitudes_moves_every_place_with_them(seed, degrees, share, data):
    layers = worlds.world(seed)
    net, again = build_network(layers), build_network(shifted(layers, degrees))
    wet = np.flatnonzero(net.of_kind("wet") & net.links.in_service)
    line = net.links.geometry[data.draw(st.sampled_from(wet.tolist()))]
    at = line.interpolate(share, normalized=True)
    for make in (lambda n, lon: cuts.cut(n, lon, at.y),
                 lambda n, lon: areas.disk(n, lon, at.y, 500.0),
                 lambda n, lon: areas.polygon(n, line.buffer(0.5), name="x") if n is net
                 else areas.polygon(n, gpd.GeoSeries([line.buffer(0.5)]).translate(
                     xoff=degrees).iloc[0], name="x")):
        one = make(net, at.x)
        two = make(again, (at.x + degrees + 180.0) % 360.0 - 180.0)
        assert one.links_lost(0).tolist() == two.links_lost(0).tolist()
        gap = (two.faults["lon"] - one.faults["lon"] - degrees + 180.0) % 360.0 - 180.0
        assert gap.to_numpy(float) == pytest.approx(0.0, abs=1e-4)
