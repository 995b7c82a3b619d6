"""Candidates proposed for named countries, and the price model."""

from __future__ import annotations

import pytest
import shapely

from cablenet.build import build_network
from cablenet.errors import InputError, ReadError, UnknownNameError
from cablenet.planning import default_candidates, plan_redundancy
from cablenet.planning.candidates import completed, proposals
from cablenet.planning.prices import cable_cost_musd
from cablenet.readers.candidates import read_candidates
from cablenet.testing import ring, small_world


def straight(lon1, lat1, lon2, lat2):
    return shapely.LineString([(lon1, lat1), (lon2, lat2)])


def test_the_price_model_counts_kilometres_and_landings():
    # 1,000 km x 0.03 + 2 x 5 = 40; low 17 + 6 = 23; high 50 + 40 = 90 million USD
    assert cable_cost_musd(1000.0) == pytest.approx((23.0, 40.0, 90.0))


def test_the_nearest_stations_of_each_neighbour_are_proposed_once():
    # CC to BB and DD (1,113 and 1,106 km) within 1,200 km; AA is 1,560 km away
    frame = default_candidates(ring(), ["CC"], straight, reach_km=1200.0)
    assert frame["candidate_id"].tolist() == ["new:b:c", "new:c:d"]
    assert (frame["cost_low_musd"] < frame["cost_musd"]).all()
    both = default_candidates(ring(), ["CC", "BB"], straight, reach_km=1200.0)
    assert both["candidate_id"].is_unique


def test_the_frame_goes_straight_into_a_network_and_a_plan():
    layers = small_world([("a", "AA", 0, 0), ("b", "BB", 10, 0)], {"ab": [("a", "b")]},
                         hubs=["AA"])
    net = build_network(layers, candidates=default_candidates(layers, ["BB"], straight))
    options = proposals(net)
    assert len(options) == 1
    assert not options.modelled[0]
    assert plan_redundancy(net, countries=["BB"]).chosen == ("new:a:b",)


def test_what_cannot_be_proposed_says_why():
    with pytest.raises(UnknownNameError):
        default_candidates(ring(), ["ZZ"], straight)
    with pytest.raises(InputError, match="reach_km"):
        default_candidates(ring(), ["CC"], straight, reach_km=10.0)


def test_cables_under_way_or_retired_are_no_candidates():
    layers = ring()
    cables = layers.cables.copy()
    cables["status"] = ["building", "retired", "planned", "live"]
    net = build_network(layers.with_tables(cables=cables))
    assert [str(net.cable_id[c]) for c in proposals(net).cable] == ["cd"]


def users_file(tmp_path, *rows):
    path = tmp_path / "own.csv"
    head = "candidate_id,from_id,to_id,name,cost_musd,design_capacity_tbps,geometry"
    path.write_text("\n".join([head, *rows]) + "\n")
    return path


def test_a_users_table_is_drawn_and_priced_where_it_is_silent(tmp_path):
    given = read_candidates(users_file(
        tmp_path, "x,a,c,Mine,,,", 'y,b,d,,75,96,"LINESTRING (10 0, 5 -6, 0 -10)"'))
    frame = completed(given, ring(), straight)
    assert frame["candidate_id"].tolist() == ["x", "y"]
    assert frame["cost_basis"].tolist() == ["price model", "given"]
    # a (0, 0) to c (10, -10): 1,565 km x 0.03 + 10
    assert frame["cost_musd"].tolist() == pytest.approx([56.95, 75.0], abs=0.05)
    assert len(frame.geometry.iloc[1].coords) == 3
    net = build_network(ring(), candidates=frame)
    assert net.cable_cost_musd[net.cable_index("y")] == 75.0


def test_each_bad_row_of_a_users_table_is_named_once(tmp_path):
    with pytest.raises(ReadError) as caught:
        read_candidates(users_file(tmp_path, "x,a,,,,,", "y,a,b,,dear,,", "z,a,b,,,,POINT (1 2)",
                                   "x,c,d,,,,"))
    assert [(p.row, p.column) for p in caught.value.problems] == [
        ("line 2", "to_id"), ("line 3", "cost_musd"), ("line 4", "geometry"),
        ("x", "candidate_id")]
    given = read_candidates(users_file(tmp_path, "x,a,nowhere,,,,", "y,b,b,,,,"))
    with pytest.raises(InputError) as caught:
        completed(given, ring(), straight)
    assert [(p.row, p.column) for p in caught.value.problems] == [("x", "to_id"), ("y", "to_id")]


def test_a_table_with_a_column_that_no_candidate_has_is_refused(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text("candidate_id,from_id,to_id,costs\nx,a,b,5\n")
    with pytest.raises(ReadError, match="costs"):
        read_candidates(path)
