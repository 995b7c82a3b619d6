"""Pages of worst cases, hardening and ways: what they say, and that findings point at rows."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely
from twins.worlds import built

from cablenet.build import build_network
from cablenet.maps import vendored
from cablenet.planning.fortification import fortify
from cablenet.planning.route_choice import RouteChoices
from cablenet.planning.worst_case import worst_case
from cablenet.planning.worst_curve import worst_curve
from cablenet.planning.worst_traffic import worst_traffic
from cablenet.report import ReportContent, report_html
from cablenet.study.decisions import Decisions, decide
from cablenet.study.hardening_chapter import hardening_report
from cablenet.study.spec import Study
from cablenet.study.worst_chapter import Worst, scenario_names, worst_report, worst_scenarios
from cablenet.testing import ring, small_world


@pytest.fixture(autouse=True)
def no_vendored_files(monkeypatch):
    monkeypatch.setattr(vendored, "read_vendored", lambda name: b"/* stand-in */")


def test_the_page_of_a_worst_case_tells_attack_proof_next_best_and_curve():
    # a ring AA-BB-CC-DD with hub AA: both cables at AA isolate three, no single one anybody
    net = built(ring)
    worst = Worst(worst_case(net, 2, next_best=2), worst_curve(net, [1, 2]))
    page = report_html(worst_report(worst))
    for words in ("The worst 2 cables: 3 countries cut off (proved)", "AB + DA",
                  "nothing of that size is worse", "In every worst attack: AB, DA",
                  "What ever more failures can do", "data:image/png"):
        assert words in page, words
    table = next(block for block in worst_report(worst).sections[0].blocks
                 if getattr(block, "key", "").endswith("-attacks"))
    assert table.frame["countries"].tolist() == [3, 2, 2]


def test_the_picker_of_the_map_fails_each_attack_under_its_rank():
    net = built(ring)
    worst = Worst(worst_case(net, 2, next_best=1))
    lost = worst_scenarios(worst)
    assert lost is not None and list(lost.names) == scenario_names(worst)
    assert lost.names[0] == "Worst 2 for countries, 1: AB + DA"
    assert sorted(lost.links_lost(0)) == sorted(
        [*net.links_of_cable(net.cable_index("ab")), *net.links_of_cable(net.cable_index("da"))])


def test_what_cuts_off_nobody_has_a_page_too():
    worst = Worst(worst_case(built(ring), 1))
    assert worst_scenarios(worst) is None
    assert "cuts off 0 countries" in report_html(worst_report(worst))


def test_the_page_of_a_worst_case_in_traffic():
    worst = Worst(worst_traffic(built(ring), 2, next_best=1))
    page = report_html(worst_report(worst))
    assert "Tbps unserved (proved)" in page and "sets were looked at" in page


def star():
    """Hub AA with BB on one cable, CC on another, DD on two: AB, AC single, D1, D2 double."""
    return small_world(
        [("a", "AA", 0, 0), ("b", "BB", -10, 0), ("c", "CC", 10, 0), ("d", "DD", 0, -10)],
        {"ab": [("a", "b")], "ac": [("a", "c")], "d1": [("a", "d")], "d2": [("a", "d")]},
        hubs=["AA"], name="star")


def test_the_page_of_a_hardening_tells_before_and_after():
    plan = fortify(built(star), 1, 2)  # two singles isolate two; with one of them safe, one
    page = report_html(hardening_report(plan))
    for words in ("1 cable hardened: countries cut off by the worst 2: 1 instead of 2",
                  "What to harden", "other choice does better"):
        assert words in page, words
    assert plan.scenarios().names[0].startswith("before: ")


def choices_of(net):
    """Two ways between stations A and C of the ring: the cheap one beside others, one alone."""
    lines = [shapely.LineString([(0, 0), (10, 10)]), shapely.LineString([(0, 0), (5, 9), (10, 10)])]
    frame = gpd.GeoDataFrame({
        "choice": ["way 1", "way 2"], "length_km": [1500.0, 1700.0],
        "cost_low_musd": [30.0, 34.0], "cost_musd": [55.0, 61.0], "cost_high_musd": [90.0, 99.0],
        "faults_per_year": [0.2, 0.3], "shared_km": [800.0, 50.0], "shallow_km": [10.0, 20.0],
        "jurisdictions": ["aa;high", "aa"]}, geometry=lines, crs="EPSG:4326")
    ends = [str(key) for key in net.nodes.id[net.nodes.kind == 0][:2]]
    return RouteChoices(ends[0], ends[1], frame, 25.0, ("ZZ",), None, net, None, 17)


def test_ways_have_a_chapter_an_explorer_and_layers():
    net = built(ring)
    choices = choices_of(net)
    made = Decisions(routes=(choices,))
    page = report_html(ReportContent("T", "A.", "2026-01-01", "0", made.findings(),
                                     made.sections()))
    for words in ("None enters waters that ZZ claims", "for 61 million it runs 50 km",
                  "aa, high", "17 ways were tried"):
        assert words in page, words
    assert made.layers()["route_choices"]["choice"].tolist() == ["way 1", "way 2"]
    assert "way 2" in choices.explore().html or len(choices.explore().html) > 1000


def test_what_survives_keeps_clear_of_what_the_study_file_names():
    """Hub AA and BB on one cable in the South China Sea, CC's waters on the straight line."""
    waters = shapely.box(109.5, 6.5, 111.5, 8.5)
    layers = small_world([("a", "AA", 107.5, 9.5), ("b", "BB", 113.5, 5.5)], {"ab": [("a", "b")]},
                         hubs=["AA"])
    layers = layers.with_tables(jurisdictions=gpd.GeoDataFrame(
        {"jurisdiction_id": ["CC-eez"], "kind": ["eez"], "claimants": ["CC"], "name": ["CC"]},
        geometry=[waters], crs="EPSG:4326"))
    net = build_network(layers)
    ask = {"unit": "cable", "countries": ["BB"]}
    clear = ask | {"avoid": ["CC"], "keep_km_from_cables": 25, "round_hazards": True}
    free, shut = (decide(Study.model_validate({"name": "x", "title": "X", "focus": ["BB"],
                                               "survival": one}), layers, net, lambda what: None)
                  for one in (ask, clear))
    assert free.layers()["survival_cables"].intersects(waters).all()
    assert len(shut.layers()["survival_cables"]) == 1  # one way more is what one loss asks for
    assert not shut.layers()["survival_cables"].intersects(waters).any()
    assert free.sections()[0].intro == "BB: any one cable."
    assert shut.sections()[0].intro == (
        "BB: any one cable. New cables enter no waters that CC claims, disputed ones included, and "
        "go round cables in service by 25 km and earthquakes, slopes and fishing depths where that "
        "is not too dear.")


def test_a_study_without_decisions_has_none():
    made = Decisions()
    assert made.sections() == [] and made.findings() == [] and made.layers() == {}
    assert made.plans() == {} and made.frames() == {} and made.drawn == {}
