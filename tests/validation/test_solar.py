"""Solar storms: shares by hand, drawn repeater by repeater, and the tables of the paper."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cablenet as cn
from cablenet.errors import InputError, NothingHitError, ReadError
from cablenet.hazards.solar import cable_chance
from cablenet.hazards.solar_shares import cut_off_chance
from cablenet.testing import small_world
from cablenet.validation import solar

DATA = Path(__file__).parents[2] / "../shared/data"
KINDS = (0.5, 0.1, 0.01)


def steps(**lengths: float) -> cn.Layers:
    """Four cables from the north down to the equator; their lengths are published.

    n 65 --polar-- c 50 --mid-- s 10 ==low, twin== e 0
    """
    layers = small_world(
        [("n", "AA", 0, 65), ("c", "BB", 0, 50), ("s", "CC", 0, 10), ("e", "DD", 0, 0)],
        {"polar": [("n", "c")], "mid": [("c", "s")], "low": [("s", "e")], "twin": [("s", "e")]},
        hubs=["AA"])
    known = {"polar": 250.0, "mid": 350.0, "low": 200.0, "twin": 99.0} | lengths
    return layers.with_tables(
        cables=layers.cables.assign(length_km=layers.cables["cable_id"].map(known)))


def drawn_shares(length_km, lat, cable, point, points, spacing_km, chances, *, draws, seed):
    """The twin: every repeater of every cable drawn, one storm after the other."""
    rng = np.random.default_rng(seed)
    cables, cut_off = np.zeros(draws), np.zeros(draws)
    for storm in range(draws):
        failed = []
        for km, degrees in zip(length_km, lat, strict=True):
            p = chances[0] if degrees >= 60 else chances[1] if degrees >= 40 else chances[2]
            failed.append(any(rng.random() < p for _ in range(int(km // spacing_km))))
        cables[storm] = np.mean(failed)
        cut_off[storm] = np.mean([
            all(failed[c] for c, where in zip(cable, point, strict=True) if where == place)
            for place in range(points)])
    return cables, cut_off


def test_a_cable_fails_with_any_of_its_repeaters():
    """Repeaters: floor(250 / 100) = 2, 3, 2 and 0; 1 - .5^2, 1 - .9^3, 1 - .99^2 and 0."""
    found = cable_chance([250, 350, 200, 99], [65, -50, 10, 0], 100, KINDS)
    assert found == pytest.approx([0.75, 0.271, 0.0199, 0.0])


def test_a_band_begins_at_its_lower_latitude_on_either_side_of_the_equator():
    found = cable_chance(np.full(5, 100.0), [60, -60, 59.9, 40, -39.9], 100, KINDS)
    assert found == pytest.approx([0.5, 0.5, 0.1, 0.1, 0.01])


def test_where_every_repeater_fails_only_cables_without_one_survive():
    assert cable_chance([100, 99.9], [0, 70], 100, (1, 1, 1)).tolist() == [1.0, 0.0]


def test_a_point_is_cut_off_when_all_its_cables_fail():
    """Point 0 has cables of 0.5 and 0.2; point 1 one of unknown length; point 2 none."""
    found = cut_off_chance([0.5, 0.2, np.nan], np.array([0, 1, 1, 2, 0]),
                           np.array([0, 0, 0, 1, 1]), 3)
    assert found[:2].tolist() == pytest.approx([0.1, 0.0])
    assert np.isnan(found[2])


def test_the_shares_of_a_map_are_means_over_cables_and_landing_points():
    """Cables (.75 + .271 + .0199 + 0) / 4 = .260225.

    Points: n .75, c .75 x .271 = .20325, s and e 0 because twin has no repeater: mean .2383125.
    """
    found = cn.solar_shares(steps(), 100, KINDS)
    assert found.cables == pytest.approx(0.260225)
    assert found.landing_points == pytest.approx(0.2383125)
    table = found.per_cable.set_index("cable_id")
    assert table.loc["mid", ["repeaters", "highest_lat_deg", "length_basis"]].tolist() == [
        3, 50.0, "published"]
    assert found.per_point.set_index("station_id")["cables"].to_dict() == {
        "n": 1, "c": 2, "s": 3, "e": 2}
    assert "26.022% of 4 cables" in repr(found) and "23.831% of 4 landing" in repr(found)


def test_a_map_and_its_network_have_the_same_shares():
    ours = cn.solar_shares(cn.build_network(steps()), 100, KINDS)
    assert (ours.cables, ours.landing_points) == (
        cn.solar_shares(steps(), 100, KINDS).cables,
        cn.solar_shares(steps(), 100, KINDS).landing_points)


def test_without_a_published_length_the_drawn_one_counts():
    """10 degrees of latitude from the equator are 1,105.85 km on WGS84: 11 repeaters."""
    table = cn.solar_shares(steps(low=np.nan), 100, KINDS).per_cable.set_index("cable_id")
    assert table.loc["low", "length_basis"] == "drawn"
    assert table.loc["low", "length_km"] == pytest.approx(1105.85, abs=0.01)
    assert table.loc["low", "repeaters"] == 11


def test_a_cable_out_of_service_neither_fails_nor_holds_a_point():
    """Without twin: cables (.75 + .271 + .0199) / 3; s .271 x .0199, e .0199."""
    net = cn.build_network(steps())
    twin = net.links_of_cable(net.cable_index("twin"))
    on = net.links.in_service.copy()
    on[twin] = False
    found = cn.solar_shares(net.with_service(on), 100, KINDS)
    assert found.cables == pytest.approx(1.0409 / 3)
    assert found.landing_points == pytest.approx((0.75 + 0.20325 + 0.0053929 + 0.0199) / 4)
    with pytest.raises(NothingHitError, match="no wet section of 'small world' is in service"):
        cn.solar_shares(net.with_service(np.zeros_like(on)), 100, KINDS)


def test_a_system_in_service_in_part_counts_with_the_length_drawn_of_that_part():
    layers = small_world([("a", "AA", 0, 0), ("b", "BB", 10, 0), ("c", "CC", 20, 0)],
                         {"x": [("a", "b"), ("b", "c")]}, hubs=["AA"])
    net = cn.build_network(layers.with_tables(cables=layers.cables.assign(length_km=3000.0)))
    on = net.links.in_service.copy()
    on[net.link_index("x/2")] = False
    whole, part = (cn.solar_shares(case, 100, KINDS).per_cable.iloc[0]
                   for case in (net, net.with_service(on)))
    assert (whole["length_basis"], whole["repeaters"]) == ("published", 30)
    assert (part["length_basis"], part["repeaters"]) == ("drawn", 11)  # 1,113 km


@pytest.mark.parametrize("seed", range(4))
def test_drawing_every_repeater_of_many_storms_gives_the_same_shares(seed):
    """Six cables at random between five points; both means within five standard errors."""
    rng = np.random.default_rng(seed)
    length, lat = rng.uniform(50, 900, 6), rng.uniform(0, 75, 6)
    cable, point = np.repeat(np.arange(6), 2), np.concatenate(
        [rng.choice(5, 2, replace=False) for _ in range(6)])
    _, point = np.unique(point, return_inverse=True)
    points = int(point.max()) + 1
    failing = cable_chance(length, lat, 100, (0.4, 0.2, 0.1))
    draws = drawn_shares(length, lat, cable, point, points, 100, (0.4, 0.2, 0.1),
                         draws=4000, seed=seed)
    exact = (failing.mean(), cut_off_chance(failing, cable, point, points).mean())
    for ours, seen in zip(exact, draws, strict=True):
        assert abs(ours - seen.mean()) < 5 * seen.std() / np.sqrt(len(seen))


@given(st.lists(st.tuples(st.floats(0, 2e4), st.floats(-90, 90)), min_size=1, max_size=20),
       st.floats(10, 300), st.floats(1, 3), st.tuples(*[st.floats(0, 1)] * 3), st.floats(0, 1))
def test_stronger_storms_and_closer_repeaters_never_spare_a_cable(cables, spacing, wider,
                                                                  chances, weaker):
    length, lat = np.array(cables).T
    now = cable_chance(length, lat, spacing, chances)
    assert ((now >= 0) & (now <= 1)).all()
    assert (cable_chance(length, lat, spacing * wider, chances) <= now).all()
    assert (cable_chance(length, lat, spacing, [p * weaker for p in chances]) <= now).all()


@pytest.mark.parametrize(("spacing", "chances", "told"), [
    (0, KINDS, "repeaters 0 km apart"), (np.nan, KINDS, "repeaters nan km apart"),
    (100, (1, 0.1), "three probabilities"), (100, (1, 0.1, 1.1), "three probabilities"),
    (100, (1, 0.1, np.nan), "three probabilities")])
def test_a_wrong_spacing_or_chance_is_refused(spacing, chances, told):
    with pytest.raises(InputError, match=told):
        cn.solar_shares(steps(), spacing, chances)


def test_a_negative_length_is_refused():
    with pytest.raises(InputError, match="negative or infinite"):
        cable_chance([-1.0], [0.0], 100, KINDS)


def inputs(folder: Path, **changed: object) -> Path:
    """Two cables as the paper's inputs have them: x of 1,300.5 km to 61 S, y of unknown length."""
    (folder / "cable").mkdir(parents=True)
    (folder / solar.POINTS_FILE).write_text("7 1.5 2.5 here\n8 -61 3 there\n9 0 0 beyond\n")
    places = [{"landing_point_id": 7, "latlon": "1.5,2.5"},
              {"landing_point_id": 8, "latlon": "-61,3"},
              {"landing_point_id": 9, "latlon": "0,0"}]
    cables = {"x": {"length": "1,300.5 km", "landing_points": places[:2], **changed},
              "y": {"length": "n.a.", "landing_points": places[1:]}, "all": [{"id": "x"}]}
    for name, record in cables.items():
        (folder / "cable" / f"{name}.json").write_text(json.dumps(record))
    return folder


def test_the_inputs_are_found_inside_the_folder_named_and_read(tmp_path):
    """x has 26 repeaters of 50 km and fails for sure; y holds its two points."""
    folder = solar.find_inputs(inputs(tmp_path / "superstorms").parent)
    assert folder == solar.find_inputs(folder) == tmp_path / "superstorms"
    cables = solar.read_inputs(folder)
    assert cables.length_km[0] == 1300.5 and np.isnan(cables.length_km[1])
    assert cables.highest_lat_deg.tolist() == [61, 61]
    assert solar.failed_percent(cables, 50, (1, 0, 0)) == pytest.approx((100, 100 / 3))


@pytest.mark.parametrize("changed", [
    {"length": "long"}, {"length": 5}, {"landing_points": []}, {"landing_points": None},
    {"landing_points": [{"landing_point_id": 5, "latlon": "0,0"}]},
    {"landing_points": [{"landing_point_id": 7, "latlon": "north"}]},
    {"landing_points": [{"landing_point_id": 7, "latlon": "91,0"}]}])
def test_a_broken_cable_is_named(tmp_path, changed):
    with pytest.raises(ReadError, match=r"cable/x\.json: is not a cable of this list"):
        solar.read_inputs(inputs(tmp_path / "s", **changed))


def test_a_line_without_a_landing_point_is_named(tmp_path):
    folder = inputs(tmp_path / "s")
    with (folder / solar.POINTS_FILE).open("a") as file:
        file.write("nowhere 0 0\n")
    with pytest.raises(ReadError, match="'line 4': does not begin with an id"):
        solar.read_inputs(folder)


def test_other_inputs_are_misses_that_show_both_figures(tmp_path):
    checks = {check.id: check for check in solar.check_solar(inputs(tmp_path / "s"))}
    assert len(checks) == 20
    found = checks["solar-p1-50km-cables"]
    assert (found.ours, found.theirs, found.status) == (100.0, 94.104, "miss")


@pytest.mark.parametrize("given", [None, "empty"])
def test_without_the_inputs_the_check_is_skipped_with_a_reason(tmp_path, given):
    (only,) = solar.check_solar(given and tmp_path)
    assert only.status == "skipped" and "--data" in only.detail[0]


def test_the_tables_of_the_paper_come_out_to_three_decimals():
    if not (DATA / "solar_superstorms").is_dir():
        pytest.skip("the inputs of Solar Superstorms are not here")
    checks = solar.check_solar(DATA)
    assert len(checks) == 20
    assert {check.id: (check.ours, check.theirs) for check in checks
            if check.status != "pass"} == {}
