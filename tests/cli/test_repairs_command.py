"""`cablenet plan repairs`: JSON, ports and fast lanes by name, one message where it is wrong."""

from __future__ import annotations

import json

import pytest

import cablenet as cn
from cablenet.cli import main
from cablenet.cli.repairs import fairness_of, fast, goal_of, port_of
from cablenet.errors import InputError, UnknownNameError


@pytest.fixture(scope="module")
def net():
    return cn.build_network(cn.atlas())


def test_a_port_is_a_depot_a_base_a_station_or_a_place(net):
    assert port_of(net, "80.3,13.1") == (80.3, 13.1)
    assert port_of(net, "Cochin") == (76.24, 9.96)
    assert port_of(net, "port klang") == (101.39, 3.0)
    with pytest.raises(UnknownNameError, match="cochin"):
        port_of(net, "Cochim")


def test_a_fast_lane_has_its_days_or_the_shortest_known():
    assert fast("in") == ("IN", None)
    assert fast("IN=2.5") == ("IN", 2.5)
    with pytest.raises(InputError, match="number of days"):
        fast("IN=soon")


def test_the_answer_is_one_object_with_its_certificate(capsys, tmp_path):
    event = tmp_path / "one.toml"
    event.write_text('[[event]]\nid = "one"\nname = "One cut"\nnote = ""\nsources = ""\nparts = ['
                     '{ kind = "cut", cable = "smw4", lon = 72.0, lat = 18.5, '
                     'within_km = 300 }]\n')
    with pytest.raises(SystemExit) as ended:
        main(["plan", "repairs", "--event", str(event), "--month", "7", "--fast-lane", "IN=2",
              "--closed", "panama", "--add-ship", "Cochin", "--json"])
    assert ended.value.code == 0
    answer = json.loads(capsys.readouterr().out)
    assert {"status", "objective", "bound", "gap", "seconds", "checked", "schedule", "not_served",
            "ships", "cost_musd", "restoration", "notes"} <= set(answer)
    job, = answer["schedule"]
    # July in the Arabian Sea: 7 days x 1.5, or 8 x 1.5 where it is deeper
    assert job["work_days"] in (10.5, 12.0)
    assert job["permit_day"] == 2.0
    assert any("south-west monsoon" in note for note in answer["notes"])


def test_a_goal_is_a_name_or_a_share_of_demand_in_percent():
    assert goal_of("demand_days", None, None) == "demand_days"
    assert goal_of("weighted", 90, ["in", "JP"]) == cn.ServiceLevel(0.9, ("IN", "JP"))
    with pytest.raises(InputError, match="goes with --until"):
        goal_of("weighted", None, ["IN"])
    with pytest.raises(InputError, match="leave --objective out"):
        goal_of("demand_days", 90, None)
    with pytest.raises(InputError, match="percent above 0"):
        goal_of("weighted", 0, None)


def test_parties_are_countries_or_named_groups():
    rule = fairness_of(1.5, ["in", "East=JP,kr"])
    assert (rule.parties, rule.most) == ({"in": ("IN",), "East": ("JP", "KR")}, 1.5)
    assert fairness_of(None, None) is None
    with pytest.raises(InputError, match="goes with --fair"):
        fairness_of(None, ["IN"])


def test_two_parties_and_a_level_are_told_in_json(capsys, tmp_path):
    event = tmp_path / "one.toml"
    event.write_text('[[event]]\nid = "one"\nname = "One cut"\nnote = ""\nsources = ""\nparts = ['
                     '{ kind = "cut", cable = "smw4", lon = 72.0, lat = 18.5, '
                     'within_km = 300 }]\n')
    with pytest.raises(SystemExit) as ended:
        main(["plan", "repairs", "--event", str(event), "--until", "90", "--country", "IN",
              "--fair", "2", "--party", "India=IN", "--party", "JP", "--json"])
    assert ended.value.code == 0
    answer = json.loads(capsys.readouterr().out)
    # one cable less leaves nothing unserved: nobody waits, and the level is never left
    assert (answer["status"], answer["objective"]) == ("optimal", 0.0)
    assert answer["objective_unit"] == "country-days below 90% of demand"
    assert [row["party"] for row in answer["parties"]] == ["India", "JP"]
    assert [row["mean_wait_days"] for row in answer["parties"]] == [None, None]


def test_a_canal_nobody_knows_is_bad_input(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["plan", "repairs", "--event", "versova", "--closed", "suze"])
    assert ended.value.code == 2
    assert "suez" in capsys.readouterr().err
