"""Past outages: reading, cuts by position, classes, statistics by hand, and small replays."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from cablenet import catalogue
from cablenet.build import build_network
from cablenet.cli import main
from cablenet.errors import InputError
from cablenet.testing import chain, ring, small_world, trunk_and_branch
from cablenet.validation import outage_scores as scores
from cablenet.validation import outages
from cablenet.validation.outage_cuts import lost_links
from cablenet.validation.outage_events import Cut, Outage, read_outages
from cablenet.validation.outage_replay import replay

EVENTS = "event_id,date,name,lat,lon,cable_system_ids,source_ids\nE1,2024-03-01,One,0,5,ab,S1\n"
CUTS = "event_id,system_id,mode,from_town_or_choke_or_landing,to_town\nE1,ab,segment,A,B\n"
IMPACT = "event_id,country_iso2,status\nE1,AA,low\nE1,BB,medium\nE1,BB,severe\n"


def folder(tmp_path: Path, events: str = EVENTS, cuts: str = CUTS, impact: str = IMPACT) -> Path:
    for name, text in (("events", events), ("event_cuts", cuts), ("event_country_impact", impact)):
        (tmp_path / f"{name}.csv").write_text(text)
    return tmp_path


def outage(*cuts: Cut, lon: float = 5.0, lat: float = 0.0) -> Outage:
    return Outage("E1", "One", date(2024, 3, 1), lon, lat, tuple(c.system for c in cuts), cuts, {})


def test_of_several_rows_of_a_country_the_worst_counts(tmp_path):
    (event,) = read_outages(folder(tmp_path), {"AA", "BB"})
    assert event.observed == {"AA": "low", "BB": "severe"}
    assert event.cuts == (Cut("ab", "segment", "A", "B"),)
    assert event.sources == "S1"


@pytest.mark.parametrize(("change", "said"), [
    ({"events": EVENTS.replace("2024-03-01", "March 2024")},
     "events.csv: 'line 2' date: 'March 2024' is not a date; write YYYY-MM-DD"),
    ({"events": EVENTS.replace(",0,5,", ",north,5,")}, "events.csv: 'line 2' lat: 'north'"),
    ({"events": EVENTS.replace(",lat,", ",latitude,")}, "events.csv: 'line 1' lat: is missing"),
    ({"cuts": CUTS.replace("E1", "E9")}, "event_cuts.csv: 'line 2' event_id: 'E9' is not in"),
    ({"cuts": CUTS.replace("segment", "somewhere")}, "event_cuts.csv: 'line 2' mode: 'somewhere'"),
    ({"cuts": CUTS.replace(",B\n", ",\n")}, "event_cuts.csv: 'line 2' to_town: is empty"),
    ({"impact": IMPACT.replace("medium", "bad")}, "event_country_impact.csv: 'line 3' status"),
    ({"impact": IMPACT.replace("AA", "XX")}, "event_country_impact.csv: 'line 2' country_iso2"),
])
def test_a_bad_row_gives_one_message_with_file_line_column_and_cure(tmp_path, change, said):
    with pytest.raises(InputError) as caught:
        read_outages(folder(tmp_path, **change), {"AA", "BB"})
    assert said in str(caught.value)
    assert len(caught.value.problems) == 1


def test_a_folder_without_the_files_names_each_of_them(tmp_path):
    with pytest.raises(InputError, match=r"events\.csv: is not in") as caught:
        outages.check_outages(tmp_path)
    assert len(caught.value.problems) == 3
    with pytest.raises(InputError, match="is not a folder"):
        outages.check_outages(tmp_path / "none")


def test_a_cut_between_two_towns_takes_the_trunk_and_leaves_both_landed():
    """AA --u-- CC with BB on a branch: between B and C lie the branch u-b and the trunk u-c."""
    net = build_network(trunk_and_branch())
    net = net if not net.powered.any() else build_network(trunk_and_branch().with_tables(
        cables=trunk_and_branch().cables.assign(power_feed="none")))
    segments = net.layers.segments
    segments["role"] = ["trunk", "trunk", "branch"]
    net = build_network(net.layers.with_tables(segments=segments))
    lost, notes = lost_links(net, outage(Cut("tb", "segment", "B", "C")))
    assert net.links.id[lost].tolist() == ["tb/2"]
    assert not notes


def test_of_several_trunk_sections_the_one_nearest_to_the_event_is_cut():
    """Sections 0-10 and 10-20 degrees east; the event lies at 15 degrees."""
    net = build_network(chain())
    lost, _ = lost_links(net, outage(Cut("ch", "segment", "A", "C"), lon=15.0))
    assert net.links.id[lost].tolist() == ["ch/2"]


def test_a_landing_takes_the_sections_there_and_whole_the_system():
    net = build_network(ring())
    lost, _ = lost_links(net, outage(Cut("ab", "landing", "B", "")))
    assert net.links.id[lost].tolist() == ["ab/1"]
    net = build_network(chain())
    lost, _ = lost_links(net, outage(Cut("ch", "whole", "", "")))
    assert net.links.id[lost].tolist() == ["ch/1", "ch/2"]


def test_a_town_that_is_not_on_the_map_puts_the_cut_nearest_to_the_event_and_says_so():
    net = build_network(chain())
    lost, notes = lost_links(net, outage(Cut("ch", "segment", "Nowhere", "C"), lon=15.0))
    assert net.links.id[lost].tolist() == ["ch/2"]
    assert notes == ["ch: no segment Nowhere to C on our map; "
                     "the section nearest to the event is cut"]
    lost, notes = lost_links(net, outage(Cut("ch", "choke", "nowhere", ""), lat=40.0))
    assert len(lost) == 0
    assert "nothing of it within 300 km" in notes[0]


def test_an_unknown_system_is_noted():
    lost, notes = lost_links(build_network(ring()), outage(Cut("zz", "whole", "", "")))
    assert len(lost) == 0
    assert notes == ["zz is not in the atlas"]


def test_a_cut_chain_loses_the_far_country_and_disrupts_it():
    """CC hangs on ch/2 alone: all it asks is lost; BB keeps what it asks of AA: 85 %."""
    net = build_network(chain())
    shares = replay(net, np.array([net.link_index("ch/2")]))
    assert shares.loc["CC", "unserved"] == pytest.approx(1.0)
    assert shares.loc["CC", "disrupted"] == pytest.approx(1.0)
    assert shares.loc["BB", "unserved"] == pytest.approx(0.15)
    assert shares.loc["BB", "cables_lost"] == 1.0


def test_a_cut_ring_serves_everyone_the_other_way_after_disruption():
    """BB asks its hub over ab; the way round over cd and da has room for all."""
    net = build_network(ring())
    shares = replay(net, np.array([net.link_index("ab/1")]))
    assert shares["unserved"].max() == pytest.approx(0.0, abs=1e-9)
    assert shares.loc["BB", "disrupted"] > 0.5
    assert shares.loc["BB", "lit_lost"] == 0.5
    assert shares.loc["CC", "lit_lost"] == 0.0


def test_a_landlocked_country_has_no_baseline_and_loses_with_its_neighbour():
    world = small_world([("a", "AA", 0, 0), ("b", "BB", 10, 0), ("l", "LL", 10, 5)],
                        {"ab": [("a", "b")]}, hubs=["AA"], borders=[("BB", "LL")])
    net = build_network(world)
    shares = replay(net, np.array([net.link_index("ab/1")]))
    assert shares.loc["LL", "cables_lost"] == 0.0
    assert shares.loc["LL", "unserved"] > 0.8


def test_classes_follow_the_thresholds_of_the_file():
    from cablenet_geodata import path

    least = scores.read_thresholds(path("validation") / "severity.toml")
    assert [scores.class_of(x, least.unserved) for x in (0, 0.005, 0.05, 0.2, 0.5, 0.9)] == [
        0, 1, 2, 3, 4, 5]
    assert scores.severity(0.0, 0.15, least) == 2
    assert scores.severity(0.0, 1.0, least) == 3
    assert scores.severity(0.95, 1.0, least) == 5


def test_statistics_by_hand():
    """Recalls 1/2, 1, 0: balanced accuracy 1/2. Within one: all but the last, 4 of 5."""
    seen, ours = np.array([0, 0, 1, 4, 4]), np.array([0, 1, 1, 3, 1])
    assert scores.balanced_accuracy(ours, seen) == pytest.approx(0.5)
    assert scores.within_one(ours, seen) == pytest.approx(0.8)
    assert scores.best_constant(np.array([0, 1, 2, 5])) == (1, 0.75)
    assert scores.tau_b(np.array([0, 1, 2]), np.array([1, 2, 4])) == pytest.approx(1.0)
    assert np.isnan(scores.tau_b(np.array([1, 1]), np.array([1, 2])))


def test_the_bootstrap_is_seeded_and_holds_the_figure():
    rng = np.random.default_rng(3)
    seen = rng.integers(0, 5, 60)
    ours = np.clip(seen + rng.integers(-1, 2, 60), 0, 5)
    event = np.arange(60) // 4
    low, high = scores.bootstrap(ours, seen, event, seed=1)
    assert (low, high) == scores.bootstrap(ours, seen, event, seed=1)
    assert low <= scores.balanced_accuracy(ours, seen) <= high


def test_the_shipped_events_are_read_and_their_systems_are_in_the_atlas():
    from cablenet_geodata import path

    layers = catalogue.atlas()
    events = read_outages(path("validation"), set(layers.countries["country"]))
    assert len(events) == 30
    cables = set(layers.cables["cable_id"])
    assert {cut.system for event in events for cut in event.cuts} <= cables


def test_events_on_unknown_cables_or_without_outcome_are_skipped_with_the_reason(tmp_path):
    where = folder(tmp_path, EVENTS.replace(",ab,", ",zz,"), CUTS.replace(",ab,", ",zz,"),
                   IMPACT.replace("AA", "IN").replace("BB", "EG"))
    checks = {check.id: check for check in outages.check_outages(where)}
    assert checks["outage-E1"].status == "skipped"
    assert checks["outage-E1"].detail == ("zz is not in the atlas",)
    assert checks["outages-overall"].status == "skipped"
    bare = folder(tmp_path, impact=IMPACT.splitlines()[0] + "\n")
    assert outages.check_outages(bare)[0].detail == ("no country's outcome is recorded",)


def test_an_event_before_the_first_system_is_skipped_with_the_reason(tmp_path):
    where = folder(tmp_path, EVENTS.replace("2024-03-01", "1975-03-01"),
                   impact=IMPACT.replace("AA", "IN").replace("BB", "EG"))
    assert "before the first system" in outages.check_outages(where)[0].detail[0]


def test_bad_events_are_told_by_the_command_line_with_exit_code_2(tmp_path, capsys):
    where = folder(tmp_path, cuts=CUTS.replace("segment", "somewhere"),
                   impact=IMPACT.replace("AA", "IN").replace("BB", "EG"))
    with pytest.raises(SystemExit) as stopped:
        main(["validate", "--events", str(where)])
    assert stopped.value.code == 2
    assert "event_cuts.csv: 'line 2' mode: 'somewhere' is no mode" in capsys.readouterr().err
