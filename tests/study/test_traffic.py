"""Traffic of a study on small worlds: what is rerouted and lost, by hand, and pairs of cables."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from cablenet.build import build_network
from cablenet.flow_answer import flow_optimum
from cablenet.metrics.traffic_rules import TrafficRules
from cablenet.network import Network
from cablenet.scenarios.losses import cable_losses
from cablenet.study import traffic_tables as tables
from cablenet.study.traffic import EventTraffic, PairsTraffic, Traffic, pairs_of, pairs_traffic
from cablenet.study.traffic_chapter import traffic_findings, traffic_summary, why
from cablenet.study.traffic_layers import traffic_frames
from cablenet.testing import small_world


def test_quantiles_count_the_pairs_that_leave_nothing() -> None:
    # 10 pairs, 2 of them leave something: sorted, eight zeros, 1 and 5 Tbps beyond the intact 0.5
    pairs = _pairs([(1.5, 1.5), (2.5, 5.5)], count=10)
    table = tables.quantile_table(pairs)
    high = dict(zip(table.frame["pairs"], table.frame["high"], strict=True))
    low = dict(zip(table.frame["pairs"], table.frame["low"], strict=True))
    assert high["half of all pairs"] == 0.0
    assert high["90 % of all pairs"] == 1.0
    assert (low["all pairs"], high["all pairs"]) == (2.0, 5.0)
    assert "10 pairs; 20.0 %" in table.caption


def test_a_table_of_pairs_says_which_figures_are_upper_sides() -> None:
    pairs = _pairs([(1.5, 1.5), (2.5, 5.5)], count=10)
    assert "9 pairs are exact" in tables.quantile_table(pairs).caption
    assert "upper side" in tables.quantile_table(pairs).caption
    assert "upper side" in tables.pairs_chart(pairs).caption
    assert "lower sides" in tables.worst_pairs_table(pairs, {}).caption


def test_without_brackets_a_table_of_pairs_says_that_all_is_exact() -> None:
    pairs = _pairs([(1.5, 1.5)], count=3)
    assert "Every pair is exact." in tables.quantile_table(pairs).caption
    assert list(tables.pairs_chart(pairs).counts.columns) == ["pairs"]


def test_the_chart_counts_each_pair_once_and_leaves_out_the_quiet_ones() -> None:
    # beyond the intact 0.5: 1 Tbps in '0.5 to 1', 3 in '2 to 5', 100 in 'over 20'
    chart = tables.pairs_chart(_pairs([(1.5, 1.5), (3.5, 3.5), (100.5, 100.5)], count=20))
    counts = chart.counts["pairs"]
    assert counts[counts > 0].to_dict() == {"0.5 to 1": 1, "2 to 5": 1, "over 20": 1}
    assert "17 pairs" in chart.caption


def test_the_pairs_with_the_largest_lower_sides_are_solved_exactly() -> None:
    # 12 pairs of at least 11, 10, ... 0 and at most 20; each that is asked turns out to leave 15
    kept = pd.DataFrame({
        "order": 2, "unit_1": [f"a{i}" for i in range(12)], "unit_2": "b",
        "unserved_low_tbps": [float(11 - i) for i in range(12)], "unserved_high_tbps": 20.0})
    asked: list[tuple[str, str]] = []

    def exactly(named: list[tuple[str, str]]) -> list[dict[str, Any]]:
        asked.extend(named)
        return [{"unserved_tbps": 15.0} for _ in named]

    pairs = pairs_of(kept, 12, 0.0, 100.0, exactly)
    assert asked == [(f"a{i}", "b") for i in range(10)]
    assert pairs.pairs.head(10)["unserved_high_tbps"].tolist() == [15.0] * 10
    # the other two may leave up to 20, more than any of the ten
    assert len(pairs.undecided) == len(pairs.bracketed) == 2
    assert "2 other pairs reach above the last of them, up to 20.0" in tables.worst_pairs_table(
        pairs, {}).caption


def test_singles_are_not_pairs() -> None:
    kept = pd.DataFrame({"order": [1, 2], "unit_1": ["a", "a"], "unit_2": [None, "b"],
                         "unserved_low_tbps": [9.0, 1.0], "unserved_high_tbps": [9.0, 1.0]})
    pairs = pairs_of(kept, 1, 0.0, 10.0, lambda named: [])
    assert pairs.values("high").tolist() == [1.0]


def _pairs(brackets: list[tuple[float, float]], count: int) -> PairsTraffic:
    """Pairs with these unserved amounts; 0.5 of 1,000 Tbps is unserved with nothing failed."""
    low, high = zip(*brackets, strict=True)
    frame = pd.DataFrame({"unit_1": "a", "unit_2": [f"b{i}" for i in range(len(low))],
                          "unserved_low_tbps": low, "unserved_high_tbps": high,
                          "exact": np.array(low) == np.array(high)})
    return PairsTraffic(frame, count, 0.5, 1000.0)


def two_ways(long_tbps: float) -> Network:
    """AA (0, 0), a hub, and BB (10, 0) ask each other for 1 Tbps: `main` straight, `long` round.

    AA ------ main ------ BB
     |------ u ------- long --|    u (5, 20)
    """
    return build_network(small_world(
        [("a", "AA", 0, 0), ("b", "BB", 10, 0)],
        {"main": [("a", "b")], "long": [("a", "u"), ("u", "b")]}, hubs=["AA"],
        units={"u": ("long", 5, 20)}, lit_tbps={"main": 10.0, "long": long_tbps}))


def lost(net: Network, cable: str) -> EventTraffic:
    failing = cable_losses(net, [cable])
    return EventTraffic("some_event", failing, flow_optimum(net, failing))


def test_what_fits_the_other_way_is_rerouted_and_nothing_is_unserved() -> None:
    # 1 Tbps each way over `main` (room 8) goes over `long` (room 8): a slower way, nothing full
    event = lost(two_ways(10.0), "main")
    assert event.overview["rerouted_tbps"] == pytest.approx(2.0)
    assert event.overview["newly_full_links"] == 0
    assert not event.leaves_unserved
    # 2 sections each way, 1 of 8 Tbps in use
    assert (event.relief["links"], event.relief["full"]) == (4, 0)
    assert event.relief["median_free_share"] == pytest.approx(7 / 8)
    assert event.relief["spare_tbps"] == pytest.approx(4 * 7.0)
    assert float(event.overview["added_round_trip_ms"]) > 0
    # all that is served is rerouted, so its delay is the mean over everything
    assert event.overview["added_per_rerouted_ms"] == pytest.approx(
        event.overview["added_round_trip_ms"])


def test_a_report_says_by_numbers_why_nothing_is_unserved() -> None:
    words = why(lost(two_ways(10.0), "main"))
    for part in ("1 cable is hit", "2.0 Tbps", "4 cable sections", "0 of these are full",
                 "0 links", "the median 88 %", "laid on what is rerouted"):
        assert part in words


def test_what_does_not_fit_is_unserved_and_the_rest_rerouted() -> None:
    # `long` has room for 0.8 each way: 0.2 each way is left, its 4 directed sections are full
    event = lost(two_ways(1.0), "main")
    assert event.newly_unserved_tbps == pytest.approx(0.4)
    assert event.overview["rerouted_tbps"] == pytest.approx(1.6)
    assert event.overview["newly_full_links"] == 4
    assert np.isnan(float(event.overview["added_per_rerouted_ms"]))
    losing = tables.losing_table(event).frame
    assert losing["newly_unserved_share"].tolist() == pytest.approx([20.0, 20.0])
    assert tables.class_table(event).frame["newly"].sum() == pytest.approx(0.4)
    # one more Tbps on one of the two sections does not help while the other stays full
    assert set(tables.saving_table(event).frame.columns) >= {"link_id", "saves_tbps_per_tbps"}


def test_a_cable_that_carries_nothing_is_not_missed() -> None:
    event = lost(two_ways(10.0), "long")
    assert event.overview["rerouted_tbps"] == 0.0
    assert event.overview["added_round_trip_ms"] == pytest.approx(0.0)
    # 2 of 16 x 1 length + 16 x 4.5 or so before, 2 of 16 after
    assert float(event.overview["fill_before_share"]) < 0.1
    assert event.overview["fill_after_share"] == pytest.approx(2 / 16)


def test_every_pair_of_cables_is_counted() -> None:
    # the only pair cuts both ways: 2 Tbps unserved of 2
    pairs = pairs_traffic(two_ways(10.0), TrafficRules())
    assert (pairs.count, pairs.intact_tbps) == (1, 0.0)
    assert pairs.asked_tbps == pytest.approx(2.0)
    assert pairs.values("high").tolist() == pytest.approx([2.0])


def test_findings_summary_and_tables_agree() -> None:
    traffic = Traffic((lost(two_ways(10.0), "main"), lost(two_ways(1.0), "main")),
                      _pairs([(1.5, 1.5)], count=4))
    quiet, loud, pairs = traffic_findings(traffic)
    assert "leaves nothing newly unserved: 2.0 Tbps find another way" in quiet.text
    assert "leaves 0.4 Tbps unserved (20.0 % of all demand)" in loud.text
    assert "25.0 % leave something newly unserved" in pairs.text
    summary = traffic_summary(traffic)
    assert [event["newly_unserved_tbps"] for event in summary["events"]] == pytest.approx([0, 0.4])
    assert summary["pairs"]["share_leaving_more_high"] == 0.25
    frames = traffic_frames(traffic)
    assert {"traffic_classes", "traffic_countries", "traffic_links",
            "traffic_cable_pairs"} <= set(frames)
    assert frames["traffic_countries"]["newly_unserved_tbps"].sum() == pytest.approx(0.4)
