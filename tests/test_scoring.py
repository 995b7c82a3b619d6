"""`score` and what can be asked of `Scores`."""

from __future__ import annotations

import numpy as np
import pytest
from twins import worlds
from twins.worlds import built

from cablenet.build import build_network
from cablenet.errors import MismatchError, MissingCapacityError, UnknownNameError
from cablenet.hazards import constant_duration
from cablenet.metrics import METRICS
from cablenet.scenarios import areas, cuts, losses
from cablenet.scoring import score
from cablenet.testing import chain, ring, small_world


@pytest.fixture(scope="module")
def scores():
    net = built(ring)
    return score(net, losses.all_losses(net, order=2), tuple(METRICS))


def test_isolated_is_scored_unless_another_metric_is_named():
    net = built(ring)
    got = score(net, losses.cable_losses(net))
    assert got.metrics == ("isolated",)
    assert got.to_frame().columns.tolist() == [h.name for h in METRICS["isolated"].headings]


def test_unknown_metrics_are_refused_with_the_nearest():
    net = built(ring)
    with pytest.raises(UnknownNameError, match="no metric 'isolatd'; nearest: isolated"):
        score(net, losses.cable_losses(net), ["isolatd"])


def test_scenarios_of_another_network_are_refused_and_their_recipe_is_taken():
    net, other = built(ring), built(chain)
    sweep = losses.cable_losses(other)
    with pytest.raises(MismatchError):
        score(net, sweep)
    assert score(net, sweep.recipe).scenarios.names == ("AB", "BC", "CD", "DA")


def test_flow_scores_on_a_map_without_capacities_ask_for_a_rule():
    net = build_network(small_world([("a", "AA", 0, 0), ("b", "BB", 10, 0)],
                                    {"ab": [("a", "b")]}, hubs=["AA"], lit_tbps=None))
    sweep = losses.cable_losses(net)
    with pytest.raises(MissingCapacityError):
        score(net, sweep, ["capacity_loss"])
    got = score(net, sweep, ["capacity_loss"], capacity_rule="by-length").to_frame()
    assert got["capacity_loss_tbps"].tolist() == [10.0]


def test_progress_is_told_as_metrics_finish():
    net, told = built(ring), []
    score(net, losses.cable_losses(net), ["isolated", "margin"],
          progress=lambda *step: told.append(step))
    assert told == [("isolated", 0, 2), ("margin", 1, 2), ("", 2, 2)]


def test_the_worst_come_first_and_ties_keep_their_order(scores):
    worst = scores.worst(4)
    # the pair at the hub, ab + da, isolates all three others
    assert worst.index[0] == "AB + DA"
    assert worst["isolated_countries"].tolist() == [3, 2, 2, 1]
    by = scores.worst(1, by="added_latency_worst_ms")
    assert by["added_latency_worst_ms"].iloc[0] == scores.to_frame()["added_latency_worst_ms"].max()
    with pytest.raises(UnknownNameError, match="no column 'isolated_cuntries'"):
        scores.worst(by="isolated_cuntries")


def test_every_column_has_a_heading_with_unit_and_meaning(scores):
    assert [h.name for h in scores.headings] == scores.to_frame().columns.tolist()
    assert all(h.unit and h.meaning for h in scores.headings)
    assert len({h.name for metric in METRICS.values() for h in metric.headings}) == sum(
        len(metric.headings) for metric in METRICS.values())


def test_countries_of_one_scenario_are_the_same_rows_as_in_the_long_table(scores):
    long, one = scores.by_country(), scores.by_country("AB + BC")
    assert long.loc["AB + BC"].equals(one)
    assert one["isolated"].to_dict() == {"AA": 0, "BB": 1, "CC": 0, "DD": 0}
    assert one.equals(scores.by_country(scores.scenarios.names.index("AB + BC")))


def test_country_values_add_up_to_the_scenarios(scores):
    frame, long = scores.to_frame(), scores.by_country().groupby(level="scenario", sort=False)
    for column in ("isolated_people", "isolated_users", "capacity_loss_tbps",
                   "demand_without_path_tbps"):
        assert long[column].sum().to_numpy() == pytest.approx(frame[column].to_numpy())


def test_gateways_carry_their_names_and_values(scores):
    got = scores.by_gateway("AB + BC")
    assert got.loc["BB-gw", ["name", "country", "isolated"]].tolist() == ["B", "BB", 1.0]


def test_an_unknown_scenario_is_refused_by_name(scores):
    for ask in (scores.by_country, scores.by_gateway):
        with pytest.raises(UnknownNameError, match="no scenario 'AB and BC'"):
            ask("AB and BC")


def test_expected_values_are_rate_times_loss_over_known_rates():
    net = built(ring)
    # b alone falls with its station (0.2 a year); the cut has no rate and does not count
    events = areas.disk(net, 10, 0, 50, rate_per_year=0.2) + cuts.cut(net, 5, 0)
    got = score(net, events).expected()
    assert got.loc["isolated_people", "loss_x_events_per_year"] == pytest.approx(0.2e6)
    assert got["events_per_year"].tolist() == pytest.approx([0.2] * len(got))


def test_expected_values_with_durations_are_rate_times_hours_times_loss():
    net = built(ring)
    events = areas.disk(net, 10, 0, 50, rate_per_year=0.2) + cuts.cut(net, 5, 0)
    got = score(net, events).expected(constant_duration(100)).loc["isolated_people"]
    assert got["loss_x_hours_per_year"] == pytest.approx(0.2 * 100 * 1e6)
    assert got["unit_per_year"] == "people x hours"


def test_the_map_of_scores_has_one_feature_a_scenario_within_180():
    net = worlds.network(0)
    geo = score(net, worlds.failures(0)).to_geo()
    assert len(geo) == worlds.PER_WORLD
    low, _, high, _ = geo.total_bounds
    assert low >= -180
    assert high <= 180


def test_scores_read_well(scores):
    assert repr(scores).startswith("<Scores: 10 scenarios x isolated, capacity_loss")
    assert "<table" in scores._repr_html_()


def test_the_plot_has_one_bar_a_scenario_and_the_unit_on_its_axis(scores):
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    axes = scores.plot(5, by="isolated_people")
    assert len(axes.patches) == 5
    assert axes.get_xlabel() == "isolated_people (people)"
    plt.close(axes.figure)


def test_an_empty_part_of_a_sweep_scores_to_an_empty_table(scores):
    net = built(ring)
    none = losses.cable_losses(net)[[]]
    assert score(net, none, tuple(METRICS)).to_frame().shape[0] == 0
    assert np.isfinite(scores.to_frame().to_numpy()).all()
