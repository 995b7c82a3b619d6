"""What breaks how often: footprints, chains and sums by hand on small worlds and the atlas."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

import cablenet as cn
from cablenet.errors import InputError, UnknownNameError
from cablenet.hazards import background, drags, earthquakes, hazard_tables, pieces, solar
from cablenet.hazards.timeline import BACKGROUND, CAUSES
from cablenet.testing import ring, small_world

KM_A_DEGREE = 111.3195  # of the equator, WGS84


def sea(*depths: float, far: float = 5.0, stations: tuple | None = None) -> cn.Network:
    """Parallel cables from hub AA to BB, 0.1 degree apart, each of one depth (NaN: unknown).

    They run along the equator from 0 to `far` degrees.
    """
    stations = stations or [
        (f"{side}{i}", code, lon, 0.1 * i) for i in range(len(depths))
        for side, code, lon in (("a", "AA", 0.0), ("b", "BB", far))]
    layers = small_world(stations, {f"c{i}": [(f"a{i}", f"b{i}")] for i in range(len(depths))},
                         hubs=["AA"])
    runs = pd.DataFrame([{"segment_id": f"c{i}/1", "km_from": 0.0, "km_to": 5000.0,
                          "depth_m": depth} for i, depth in enumerate(depths)
                         if not np.isnan(depth)])
    return cn.build_network(layers.with_tables(depth_profile=runs) if len(runs) else layers)


def quake(magnitude: float, lon: float, lat: float = 0.0) -> cn.HazardTables:
    """The shipped numbers with one earthquake in a catalogue of the usual years."""
    return cn.hazard_tables().replaced(earthquakes=pd.DataFrame(
        [{"lon": lon, "lat": lat, "depth_km": 10.0, "magnitude": magnitude}]))


def slope_and_deep() -> cn.Network:
    """A cable on a slope of 1,000 m along the equator, one in deep water 199 km to its north."""
    return sea(1000, 4000, stations=[("a0", "AA", 1, 0), ("b0", "BB", 3, 0),
                                     ("a1", "AA", 1, 1.8), ("b1", "BB", 3, 1.8)])


@cache
def atlas_net() -> cn.Network:
    return cn.build_network(cn.atlas())


@cache
def atlas_model() -> cn.FaultModel:
    return cn.fault_model(atlas_net())


def wet_km(net: cn.Network) -> float:
    return float(net.links.length_km[net.of_kind("wet") & net.links.in_service].sum())


def test_the_world_total_scaled_to_the_atlas_is_kept():
    """150 to 200 faults a year on 1.7 million km; the solar storm comes on top."""
    by_cause = atlas_model().by_cause()["faults_per_year"]
    total = by_cause.drop("solar_storm").sum()
    assert total == pytest.approx(0.103 * wet_km(atlas_net()) / 1000, rel=1e-3)
    assert 150 <= total / wet_km(atlas_net()) * 1.7e6 <= 200


def test_events_take_their_part_out_of_their_cause_and_the_total_stays():
    net = atlas_net()
    alone = cn.fault_model(net, ["background"]).by_cause()["faults_per_year"]
    both = atlas_model().by_cause()["faults_per_year"]
    assert alone["anchoring"] == pytest.approx(both["anchoring"] + both["anchor_drag"])
    assert both["anchor_drag"] == pytest.approx(0.05 * alone["anchoring"])
    nature = both[["earthquake", "slope_failure", "cyclone"]].sum()
    assert alone["natural"] == pytest.approx(both["natural"] + nature)
    assert nature <= 0.75 * alone["natural"] + 1e-9


def test_only_wet_links_in_service_break():
    net = atlas_net()
    breaks = atlas_model().faults_per_year > 0
    assert (breaks == (net.of_kind("wet") & net.links.in_service)).all()


def test_drawing_the_atlas_gives_what_the_model_expects():
    model = atlas_model()
    drawn = model.draw(0, 1000, 1)
    want = model.by_cause()["faults_per_year"].to_numpy() * 1000
    seen = np.bincount(drawn.cause[drawn.start_h > 0], minlength=len(CAUSES))
    alone = np.arange(len(CAUSES)) < len(BACKGROUND)
    # independent causes are Poisson: five standard deviations
    assert (np.abs(seen - want)[alone] <= 5 * np.sqrt(want[alone]) + 1).all()
    assert drawn.km_from_a.min() >= 0
    assert (drawn.km_from_a <= atlas_net().links.length_km[drawn.link] + 0.01).all()


def test_shallow_cables_fail_more_often_as_the_depth_rates_say():
    net = sea(100, 500, 4000)
    rate = cn.fault_model(net, ["background"]).faults_per_year[net.of_kind("wet")]
    assert rate / rate[2] == pytest.approx(np.array([0.72, 0.12, 0.023]) / 0.023, rel=1e-3)


def test_without_depth_every_km_fails_alike_at_the_overall_rate():
    net = cn.build_network(ring())
    tables = cn.hazard_tables()
    model = cn.fault_model(net, ["background"], tables=tables.replaced(
        regions=tables["regions"].head(0)))
    wet = net.of_kind("wet")
    want = 0.103 * net.links.length_km[wet] / 1000
    assert model.faults_per_year[wet] == pytest.approx(want, rel=1e-6)
    share = model.by_cause()["faults_per_year"] / model.faults_per_year.sum()
    assert share["fishing"] == pytest.approx(0.38)  # TG_CAUSES


def test_the_mix_of_causes_fits_both_totals():
    tables = cn.hazard_tables()
    mix = background.cause_mix(tables)
    assert mix.sum(axis=1) == pytest.approx(1)
    depth = np.array([0.70, 0.12, 0.18])
    want = [tables.number(f"cause_{name}") for name in BACKGROUND]
    assert depth @ mix[:3] == pytest.approx(want, abs=1e-6)
    assert mix[3] == pytest.approx(want)


def test_a_region_weighs_its_pieces_and_a_deep_one_only_deep_water():
    # 110 to 115 E, 10 N lies in the South China Sea (x3); 60 E, 10 N in the Arabian Sea (deep x0.5)
    for lon, depth, factor in ((110.0, 50.0, 3.0), (60.0, 50.0, 1.0), (60.0, 3000.0, 0.5)):
        net = sea(depth, stations=[("a0", "AA", lon, 10), ("b0", "BB", lon + 3, 10)])
        got = background.region_factor(pieces.cut_pieces(net), cn.hazard_tables()["regions"])
        assert set(got) == {factor}


def test_pieces_are_short_and_add_up_to_their_link():
    net = sea(100, np.nan)
    cut = pieces.cut_pieces(net)
    wet = np.flatnonzero(net.of_kind("wet"))
    assert np.bincount(cut.link, cut.km)[wet] == pytest.approx(net.links.length_km[wet], rel=1e-6)
    assert cut.km.max() <= pieces.STEP_KM + 1e-9
    assert np.isnan(cut.depth_m[cut.link == wet[1]]).all()


def test_the_footprint_is_the_rupture_length_and_breaking_falls_with_distance():
    # Wells and Coppersmith 1994, all slip types: M 7 ruptures 10^(-2.44 + 0.59 x 7) = 48.98 km
    tables = quake(7.0, 2.0)
    assert earthquakes.reach_km(np.array([7.0]), tables) == pytest.approx([48.98], abs=0.01)
    net = sea(100, 100, far=4.0, stations=[
        ("a0", "AA", 0, 0.0), ("b0", "BB", 4, 0.0), ("a1", "AA", 0, 0.3), ("b1", "BB", 4, 0.3)])
    found = earthquakes.earthquakes(pieces.cut_pieces(net), tables, slopes=False)
    # the first cable runs over the epicentre (to half a piece), the second 33.2 km north of it
    near = np.hypot(0.0, 12.5)
    assert found.probability[0] == pytest.approx(0.05, abs=0.05 * near / 48.98)
    assert found.probability[1] == pytest.approx(0.05 * (1 - 33.2 / 48.98), abs=0.004)
    assert found.rate_per_year == pytest.approx([1 / 41])


def test_an_earthquake_out_of_reach_hits_nothing():
    net = sea(100, 100)
    assert len(earthquakes.earthquakes(pieces.cut_pieces(net), quake(7.0, 2.0, 0.7),
                                       slopes=False)) == 0


def test_an_earthquake_finds_cables_drawn_beyond_the_dateline():
    # the line runs from 175 to 185; the earthquake stands at -178, which is 182
    net = cn.build_network(small_world(
        [("a", "AA", 175, 0), ("b", "BB", 185, 0)], {"x": [("a", "b")]}, hubs=["AA"]))
    found = earthquakes.earthquakes(pieces.cut_pieces(net), quake(7.0, -178.0), slopes=False)
    assert len(found) == 1
    assert found.km[0] == pytest.approx(7 * KM_A_DEGREE, abs=13)


def test_slope_failures_run_downslope_and_arrive_later():
    """A slope of 1,000 m over the epicentre, and a deep cable 200 km to its north."""
    net = slope_and_deep()
    model = cn.fault_model(net, ["earthquake", "slope_failure"], tables=quake(7.0, 2.0),
                           rate_per_1000km_year=100.0)  # so that nothing is scaled down
    events, slope = model.events, CAUSES.index("slope_failure")
    wet = np.flatnonzero(net.of_kind("wet"))
    north = [i for i, name in enumerate(events.name) if name.endswith("slope failure N")]
    rows = slice(*events.indptr[north[0]:north[0] + 2])
    flow = events.cause[rows] == slope
    assert set(events.link[rows][flow]) == set(wet)
    deep = flow & (events.link[rows] == wet[1])
    # 200 km (1.8 degrees are 199.0 km) at 30 km/h, and a few minutes
    assert events.delay_h[rows][deep] == pytest.approx([199 / 30 + 0.1], abs=0.15)
    # falls straight to nothing 300 km beyond the footprint of 49 km
    assert events.probability[rows][deep] == pytest.approx([0.5 * (1 - 150 / 300)], abs=0.01)
    south = [i for i, name in enumerate(events.name) if name.endswith("slope failure S")]
    rows = slice(*events.indptr[south[0]:south[0] + 2])
    assert set(events.link[rows][events.cause[rows] == slope]) == {wet[0]}


def test_an_earthquake_fails_with_or_without_its_slope_as_often_as_before():
    # M 7 sets off a failure with 0.1 x 10^(0.5 x 0.5) = 0.178; all in all once in 41 years
    net = sea(1000, 1000)
    found = earthquakes.earthquakes(pieces.cut_pieces(net), quake(7.0, 2.0))
    kind = np.array(CAUSES)[found.kind]
    assert found.rate_per_year.sum() == pytest.approx(1 / 41)
    assert found.rate_per_year[kind == "slope_failure"].sum() == pytest.approx(0.1778 / 41,
                                                                               rel=1e-3)


def test_a_map_without_depth_has_no_slope_to_fail():
    net = cn.build_network(ring())
    model = cn.fault_model(net, ["earthquake", "slope_failure"], tables=quake(7.5, 5.0))
    assert set(np.array(CAUSES)[model.events.kind]) == {"earthquake"}


def test_slope_and_deep_cable_really_fail_in_one_event():
    net = slope_and_deep()
    model = cn.fault_model(net, ["slope_failure"], tables=quake(7.0, 2.0),
                           rate_per_1000km_year=100.0)
    drawn = model.draw(0, 30_000, 1)
    later = pd.DataFrame({"event": drawn.event, "link": drawn.link, "start": drawn.start_h})
    both = later[later.duplicated("event", keep=False)].sort_values(["event", "start"])
    assert len(both)
    # the slope fails first, the flow reaches the deep cable 6.6 h later
    gap = both.groupby("event")["start"].agg(np.ptp)
    assert gap.to_numpy() == pytest.approx(6.63, abs=0.15)


def test_anchor_drags_hit_two_cables_or_more_and_have_their_share():
    net = sea(50, 50, 50)
    cut = pieces.cut_pieces(net)
    anchoring = cut.km / 100.0
    found = drags.anchor_drags(cut, anchoring, cn.hazard_tables(), seed=1)
    assert np.diff(found.indptr).min() >= 2
    assert found.faults_per_year() == pytest.approx(0.05 * anchoring.sum())


def test_anchors_do_not_reach_deep_cables():
    net = sea(50, 500)
    cut = pieces.cut_pieces(net)
    assert len(drags.anchor_drags(cut, cut.km, cn.hazard_tables(), seed=1)) == 0


def test_a_drag_crosses_cables_drawn_on_both_sides_of_the_dateline():
    """One cable runs from 178 to 182, the other from -178 to -182, 5 km to its north."""
    stations = [("a0", "AA", 178, 0), ("b0", "BB", -178, 0),
                ("a1", "BB", -178, 0.05), ("b1", "AA", 178, 0.05)]
    net = sea(50, 50, stations=stations)
    cut = pieces.cut_pieces(net)
    found = drags.anchor_drags(cut, cut.km, cn.hazard_tables(), seed=1)
    assert len(found) > 50
    assert set(found.link) == set(np.flatnonzero(net.of_kind("wet")))
    # where a drag takes both, the places are at most a track apart, seen from either end
    length = net.links.length_km[found.link[0]]
    assert (found.km >= 0).all()
    assert (found.km <= length + 0.1).all()
    pairs = found.km.reshape(-1, 2)
    assert np.median(np.abs(pairs[:, 0] - (length - pairs[:, 1]))) < 15


def test_the_solar_storm_follows_the_latitude_of_the_landings():
    net = cn.build_network(small_world(
        [("a", "AA", 0, 0), ("b", "BB", 10, 0), ("n", "BB", 10, 45), ("p", "BB", 10, 61)],
        {"low": [("a", "b")], "mid": [("b", "n")], "high": [("b", "p")]}, hubs=["AA"]))
    found = solar.solar_storm(net, cn.hazard_tables())
    # repeaters: floor(1113 / 70) = 15, floor(4985 / 70) = 71, floor(6766 / 70) = 96
    want = [1 - 0.999**15, 1 - 0.99**71, 1 - 0.9**96]
    order = np.argsort([str(net.links.id[link]) for link in found.link])  # high, low, mid
    assert found.probability[order] == pytest.approx([want[2], want[0], want[1]])


def test_the_numbers_can_be_taken_at_the_low_and_high_end():
    assert cn.hazard_tables("low").number("rate_overall") == 0.088
    assert cn.hazard_tables("high").number("rate_overall") == 0.143
    assert cn.hazard_tables("high").number("world_km") == 1_700_000  # no range: its value


def test_every_shipped_number_says_what_it_stands_on():
    table = cn.hazard_tables()["numbers"]
    assert set(table["basis"]) <= {"sourced", "estimated", "assumed"}
    assert table.loc[table["basis"] == "sourced", "sources"].notna().all()
    assert table["name"].is_unique
    ranged = table.dropna(subset=["low", "high"])
    assert ((ranged["low"] <= ranged["value"]) & (ranged["value"] <= ranged["high"])).all()


def test_the_catalogue_is_of_whole_years_and_as_large_as_it_says():
    table = cn.hazard_tables()["earthquakes"]
    years = table["day"].str[:4].astype(int)
    assert (years.min(), years.max()) == (1976, 2016)
    assert table["magnitude"].min() >= 6.5
    assert table["depth_km"].max() <= 70


def test_an_unknown_hazard_is_refused_by_name():
    with pytest.raises(UnknownNameError, match="no hazard 'typhoon'"):
        cn.fault_model(cn.build_network(ring()), ["background", "typhoon"])


def test_a_catalogue_without_its_columns_is_refused_by_table_and_column():
    tables = cn.hazard_tables()
    broken = tables["earthquakes"].drop(columns=["magnitude", "lat"])
    with pytest.raises(InputError) as caught:
        tables.replaced(earthquakes=broken)
    assert "earthquakes: lat: is missing" in str(caught.value)
    assert "earthquakes: magnitude: is missing" in str(caught.value)


def test_a_catalogue_with_words_for_numbers_is_refused_by_row():
    tables = cn.hazard_tables()
    broken = tables["earthquakes"].astype({"magnitude": object})
    broken.loc[3, "magnitude"] = "large"
    with pytest.raises(InputError, match="earthquakes: '3' magnitude: 'large' is no number"):
        tables.replaced(earthquakes=broken)


def test_missing_tables_are_refused_together(tmp_path):
    with pytest.raises(InputError, match=r"earthquakes\.csv: is not in"):
        cn.read_hazard_tables(tmp_path)
    with pytest.raises(InputError, match="regions: is missing"):
        hazard_tables({})


def test_a_rate_that_makes_no_sense_is_refused():
    with pytest.raises(InputError, match="makes no sense"):
        cn.fault_model(cn.build_network(ring()), rate_per_1000km_year=-1.0)


def test_a_map_without_wet_links_has_no_faults():
    net = cn.build_network(ring())
    model = cn.fault_model(net.with_service(np.zeros(len(net.links), bool)))
    assert model.faults_per_year.sum() == 0
    assert len(model.draw(0, 10, 1)) == 0
