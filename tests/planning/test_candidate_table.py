"""The table of everything that could be built: which pairs, what they cost, how they are built.

The sea is one open rectangle, -5..15 east, -15..5 north; all else is land. `ring` has a station
in each corner of a square of 10 degrees: a (0, 0), b (10, 0), c (10, -10), d (0, -10).
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from cablenet.build import build_network
from cablenet.errors import InputError, UnknownNameError
from cablenet.geo.geodesic import distance_km
from cablenet.geo.sea_router import SeaRouter
from cablenet.planning.all_candidates import candidate_table, joined_by_land
from cablenet.planning.candidate_table import join_tables, without_dearer_twins
from cablenet.planning.prices import branch_costs_musd, cable_costs_musd, upgrade_costs_musd
from cablenet.planning.promise import Promise
from cablenet.planning.survival import plan_survival
from cablenet.readers.candidates import read_candidates
from cablenet.testing import ring, small_world


def test_every_pair_of_two_countries_within_reach_is_there_once(router: SeaRouter) -> None:
    # sides are 1,113 (along the equator), 1,106 and 1,096 km; diagonals 1,560 km
    near = candidate_table(ring(), router, reach_km=1200.0)
    assert near.ids().tolist() == ["new:a:b", "new:a:d", "new:b:c", "new:c:d"]
    assert len(candidate_table(ring(), router, reach_km=2000.0)) == 6
    assert len(candidate_table(ring(), router, reach_km=2000.0, countries=["CC"])) == 3


def test_lengths_on_an_open_sea_are_those_of_the_great_circle(router: SeaRouter) -> None:
    table = candidate_table(ring(), router)
    at = table.places
    true = distance_km(at.lon[table.a], at.lat[table.a], at.lon[table.b], at.lat[table.b])
    assert table.length_km == pytest.approx(true, rel=0.055)  # of the mesh, not of the line
    assert table.drawn(np.arange(6))["length_km"].to_numpy() == pytest.approx(true, rel=0.01)


def test_costs_are_those_of_the_price_model(router: SeaRouter) -> None:
    table = candidate_table(ring(), router)
    assert table.cost_musd == pytest.approx(cable_costs_musd(table.length_km))
    # a 500 km branch: 500 x 0.045 + 1.5 + 1.75 + 5 = 30.75 million USD
    assert branch_costs_musd(np.array([500.0]))[1] == pytest.approx(30.75)
    # 8 Tbps more: 8 x 0.25 = 2 million USD
    assert upgrade_costs_musd(np.array([8.0]))[:, 0] == pytest.approx([0.8, 2.0, 4.8])


def test_stations_that_land_joins_inside_a_country_make_no_pair(router: SeaRouter) -> None:
    world = [("a", "AA", 0, 0), ("b", "AA", 5, 0), ("c", "BB", 10, 0)]
    layers = small_world(world, {"ac": [("a", "c")]}, hubs=["BB"])
    assert candidate_table(layers, router).ids().tolist() == ["new:a:c", "new:b:c"]
    apart = layers.stations.assign(landmass_id=["L1", "L2", "L3"])
    islands = small_world(world, {"ac": [("a", "c")]}, hubs=["BB"], joined=False).with_tables(
        stations=apart)
    assert candidate_table(islands, router).ids().tolist() == ["new:a:b", "new:a:c", "new:b:c"]
    assert len(set(joined_by_land(layers)[:2])) == 1


def test_rows_of_the_table_point_at_the_nodes_of_the_network(router: SeaRouter) -> None:
    table = candidate_table(ring(), router)
    net = build_network(ring())
    a, b = table.nodes(net)
    assert net.nodes.id[a].tolist() == table.to_frame()["from_id"].tolist()
    assert net.nodes.id[b].tolist() == table.to_frame()["to_id"].tolist()


def test_only_chosen_rows_are_drawn_and_built(router: SeaRouter) -> None:
    table = candidate_table(ring(), router)
    row = table.ids().tolist().index("new:a:c")
    net = table.network([row])
    assert len(net.links) == len(build_network(ring()).links) + 1
    cable = net.cable_index("new:a:c")
    assert not net.links.in_service[net.links_of_cable(cable)].any()
    # 1,560 km x 0.03 + 2 x 5
    assert net.cable_cost_musd[cable] == pytest.approx(56.8, rel=0.01)


def test_a_branch_goes_to_the_nearest_place_of_a_trunk_and_splits_it(router: SeaRouter) -> None:
    # the trunk a-b runs along the equator, c lies 5 degrees (553 km) south of its middle
    layers = small_world([("a", "AA", 0, 0), ("b", "BB", 10, 0), ("c", "CC", 5, -5)],
                         {"ab": [("a", "b")], "cb": [("c", "b")]}, hubs=["AA"])
    table = candidate_table(layers, router, kinds=["branch"], branch_km=600.0)
    mine = [i for i in range(len(table))
            if (table.places.id[table.a[i]], table.cable[i]) == ("c", "ab")]
    assert len(mine) == 1
    assert table.length_km[mine[0]] == pytest.approx(553.0, rel=0.05)
    net = table.network(mine)
    halves = [str(key) for key in net.links.id if str(key).startswith("ab/1")]
    assert halves == ["ab/1~1", "ab/1~2"]
    whole = build_network(layers)
    both = sum(net.links.length_km[net.link_index(key)] for key in halves)
    assert both == pytest.approx(whole.links.length_km[whole.link_index("ab/1")], abs=0.1)
    # losing the whole trunk takes both halves and leaves c without its branch's way to a
    assert len(net.links_of_cable(net.cable_index("ab"))) == 2


def test_a_trunk_split_twice_keeps_its_length_and_its_runs(router: SeaRouter) -> None:
    layers = small_world([("a", "AA", 0, 0), ("b", "BB", 10, 0), ("c", "CC", 3, -2),
                          ("d", "DD", 7, -2)], {"ab": [("a", "b")], "cd": [("c", "d")]},
                         hubs=["AA"])
    table = candidate_table(layers, router, kinds=["branch"], branch_km=300.0)
    rows = np.flatnonzero(table.cable == "ab")
    assert table.places.id[table.a[rows]].tolist() == ["c", "d"]
    split = table.layers_with(rows)
    assert split.segments["segment_id"].tolist() == ["ab/1~1", "ab/1~2", "ab/1~3", "cd/1"]
    assert len(split.branching_units) == 2


def test_a_country_with_one_landing_gets_a_second_one(router: SeaRouter) -> None:
    layers = small_world([("a", "AA", 0, 0), ("b", "BB", 10, 0)], {"ab": [("a", "b")]},
                         hubs=["AA"])
    layers = layers.with_tables(gateways=layers.gateways.assign(landmass_id=["L1", "L2"]),
                                stations=layers.stations.assign(landmass_id=["L1", "L2"]))
    coast = gpd.GeoDataFrame({"landmass_id": ["L2"], "country": ["BB"]},
                             geometry=[shapely.box(9.9, -2.0, 10.1, 0.1)], crs="EPSG:4326")
    table = candidate_table(layers, router, kinds=["landing"], countries=["BB"], land=coast)
    assert table.ids().tolist() == ["new:new-bb:a", "new:new-bb-2:a"]
    new = len(table.places) - 2
    away = distance_km(table.places.lon[new:], table.places.lat[new:], 10.0, 0.0)
    assert 50.0 <= away[0] < 60.0 and 100.0 <= away[1] < 110.0, "one further off as well"
    net = table.network([0])
    assert len(net.links_at_node(net.node_index("new-bb"))) == 2


def test_stations_that_one_disk_may_take_count_as_one_landing(router: SeaRouter) -> None:
    # b and c stand 33 km apart: a second landing is offered; 11 degrees apart: none is
    for lat, offered in ((-0.3, True), (-11.0, False)):
        layers = small_world([("a", "AA", 0, 0), ("b", "BB", 10, 0), ("c", "BB", 10, lat)],
                             {"ab": [("a", "b")], "ac": [("a", "c")]}, hubs=["AA"])
        mass = layers.stations["country"].map({"AA": "L1", "BB": "L2"})
        layers = layers.with_tables(stations=layers.stations.assign(landmass_id=mass),
                                    gateways=layers.gateways.assign(landmass_id=["L1", "L2"]))
        coast = gpd.GeoDataFrame({"landmass_id": ["L2"], "country": ["BB"]},
                                 geometry=[shapely.box(9.9, -2.0, 10.1, 0.1)], crs="EPSG:4326")
        table = candidate_table(layers, router, kinds=["landing"], countries=["BB"], land=coast)
        assert (len(table) > 0) == offered


def test_an_upgrade_lights_what_is_dark_and_nothing_more(router: SeaRouter) -> None:
    layers = ring()
    cables = layers.cables.assign(design_capacity_tbps=[10.0, 40.0, 10.0, 10.0])
    layers = layers.with_tables(cables=cables)
    table = candidate_table(layers, router, kinds=["upgrade"])
    assert table.cable.tolist() == ["bc"]
    assert table.lit_tbps.tolist() == [30.0]
    lit = table.layers_with([0]).cables.set_index("cable_id")["lit_capacity_tbps"]
    assert lit.tolist() == [10.0, 40.0, 10.0, 10.0]


def test_tables_of_several_kinds_share_the_places_of_the_map(router: SeaRouter) -> None:
    both = candidate_table(ring(), router, kinds=["branch", "cable", "upgrade"], branch_km=1200.0)
    again = join_tables([candidate_table(ring(), router, kinds=[kind], branch_km=1200.0)
                         for kind in ("cable",)])
    cables = both.chosen(both.of_kind("cable"))
    assert cables.ids().tolist() == again.ids().tolist()
    assert both.ids().tolist() == list(dict.fromkeys(both.ids().tolist()))


def test_progress_is_told_and_bad_questions_are_refused(router: SeaRouter) -> None:
    told: list[tuple[int, int]] = []
    candidate_table(ring(), router, progress=lambda done, of: told.append((done, of)))
    assert told[-1][0] == told[-1][1]
    with pytest.raises(UnknownNameError, match="kind of candidate"):
        candidate_table(ring(), router, kinds=["tunnel"])
    with pytest.raises(UnknownNameError, match="ZZ"):
        candidate_table(ring(), router, countries=["ZZ"])
    with pytest.raises(InputError, match="above 0"):
        candidate_table(ring(), router, reach_km=0.0)


def test_of_twins_the_cheapest_stay(router: SeaRouter) -> None:
    table = candidate_table(ring(), router, reach_km=1200.0)
    twice = join_tables([table, table])
    assert without_dearer_twins(twice).ids().tolist() == table.ids().tolist()
    assert len(without_dearer_twins(twice, copies=2)) == 8
    with pytest.raises(InputError, match="copies"):
        without_dearer_twins(table, copies=0)


def test_a_user_s_own_candidates_keep_their_ids_lines_and_costs(router, tmp_path):
    layers = small_world(
        [("a", "AA", 0, 0), ("b", "BB", -10, 0), ("h", "HH", 0, 10)],
        {"ab": [("a", "b")], "ah": [("a", "h")], "ah2": [("a", "h")]}, hubs=["AA", "HH"])
    file = tmp_path / "mine.csv"
    file.write_text("candidate_id,from_id,to_id,cost_musd,geometry\n"
                    'west,b,h,33,"LINESTRING (-10 0, -12 8, 0 10)"\n'
                    'south,b,a,44,"LINESTRING (-10 0, -5 -4, 0 0)"\n')
    own = read_candidates(file)
    table = candidate_table(layers, router, kinds=(), own=own)
    assert table.ids().tolist() == ["west", "south"]
    plan = plan_survival(table, Promise(1, "cable", ("BB",)))
    assert plan.chosen == ("west",) and plan.cost_musd == 33
    assert plan.cables.geometry.iloc[0].equals(own.geometry.iloc[0])
    assert plan.cables.loc[0, "cost_musd"] == 33
    off = own.assign(to_id="nowhere")
    with pytest.raises(InputError, match="'nowhere' is no station or unit of the map"):
        candidate_table(layers, router, kinds=(), own=off)
    with pytest.raises(InputError, match="no kind of candidate"):
        candidate_table(layers, router, kinds=())
