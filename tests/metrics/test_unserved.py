"""Unserved demand by hand: a chain of three countries that asks more than its cable carries.

AA (hub) -- BB -- CC, 1 Tbps lit, a fifth kept free: each direction of each section has room for
0.8. Towards AA, BB and CC ask 0.85 each; from AA, BB is asked 2/3 and CC 1/3; BB and CC ask each
other 0.15. Towards AA, 1.7 meets 0.8: whoever is left out, 0.9 is unserved, and 1.0 meets 0.8 the
other way. All of levels 1 and 2 (3.5 % of each demand) fits, and level 3 is shared alike, so BB
and CC each get half of the room: 0.45 is left of each.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import cablenet as cn
from cablenet.errors import InputError, UnknownNameError
from cablenet.metrics.flow_case import flow_case
from cablenet.network import Network
from cablenet.testing import ring, small_world

STATIONS = [("a", "AA", 0, 0), ("b", "BB", 10, 0), ("c", "CC", 20, 0)]


def narrow_chain() -> Network:
    return cn.build_network(small_world(STATIONS, {"ch": [("a", "b"), ("b", "c")]}, hubs=["AA"],
                                        lit_tbps=1.0, name="narrow chain"))


def by_country(answer: cn.FlowAnswer) -> dict[str, float]:
    frame = answer.by_country()
    return dict(zip(frame["country"], frame["unserved_tbps"].round(6), strict=True))


def test_a_full_cable_is_shared_alike_between_equal_demands() -> None:
    answer = cn.flow_optimum(narrow_chain())
    assert by_country(answer) == {"AA": 0.2, "BB": 0.45, "CC": 0.45}
    assert answer.after.proved


def test_only_the_last_level_goes_without() -> None:
    frame = cn.flow_optimum(narrow_chain()).by_class().set_index("class")
    assert frame["unserved_tbps"].drop(["bulk", "interconnection of IXPs"]).max() < 1e-9
    assert frame["unserved_tbps"].sum() == pytest.approx(1.1)
    # classes of one level share alike: 0.300 to 0.665
    assert (frame.loc["bulk", "unserved_tbps"] / frame.loc["interconnection of IXPs",
            "unserved_tbps"]) == pytest.approx(0.665 / 0.300)


def test_one_more_tbps_on_a_full_link_would_serve_one() -> None:
    links = cn.flow_optimum(narrow_chain()).links().set_index(["from_id", "to_id"])
    assert links.loc[("b", "a"), "full"]
    assert links.loc[("b", "a"), "saves_tbps_per_tbps"] == 1.0
    assert not links.loc[("c", "b"), "full"]
    assert links.loc[("c", "b"), "saves_tbps_per_tbps"] == 0.0


def test_paths_before_and_after_name_the_cables() -> None:
    net = cn.build_network(ring())
    events = cn.all_losses(net, order=1)
    answer = cn.flow_optimum(net, events, events.names.index("AB"))
    paths = answer.paths("BB-gw", "AA-gw").set_index("when")
    assert paths.loc["before", "cables"] == "AB"
    assert paths.loc["after", "cables"] == "BC > CD > DA"
    # 1,105.9 + 1,096.4 + 1,105.9 km at 204.2 km/ms, there and back; backhaul 0.02 ms
    assert paths.loc["after", "round_trip_ms"] == pytest.approx(32.40, abs=0.05)
    with pytest.raises(UnknownNameError, match="AA-gw"):
        answer.paths("BB-gw", "BB-gw")


def test_backup_without_cable_serves_its_country_and_frees_room_for_others() -> None:
    rules = cn.TrafficRules(backup=(cn.Backup("CC", 0.1),))
    answer = cn.flow_optimum(narrow_chain(), rules=rules)
    assert by_country(answer) == {"AA": 0.2, "BB": 0.4, "CC": 0.4}


def test_a_carrier_may_refuse_a_customers_traffic_unless_it_ends_there() -> None:
    rules = cn.TrafficRules(refuse=(cn.Refusal("BB", "CC"),))
    answer = cn.flow_optimum(narrow_chain(), rules=rules)
    # CC and AA cannot reach each other; BB asks 0.85 of AA and gets 0.8
    assert by_country(answer) == {"AA": 0.333333, "BB": 0.05, "CC": 0.85}


def test_restoration_agreed_beforehand_adds_room_once_its_cable_fails() -> None:
    net = cn.build_network(ring())
    links = replace(net.links, lit_tbps=np.where(net.links.cable >= 0, 1.0, np.nan))
    net = replace(net, links=links)
    events = cn.all_losses(net, order=1)
    row = events.names.index("AB")
    rules = cn.TrafficRules(restore=(cn.Restore("AB", "DA", 0.5),))
    without = cn.flow_optimum(net, events, row)
    helped = cn.flow_optimum(net, events, row, rules=rules)
    assert helped.before.unserved_tbps.sum() == pytest.approx(without.before.unserved_tbps.sum())
    # towards and from AA, DA is the only way left, and half a Tbps more fits each way
    towards = flow_case(net).problem.target == net.node_index("AA-gw")
    assert (without.after.unserved_tbps[towards].sum()
            - helped.after.unserved_tbps[towards].sum()) == pytest.approx(0.5)


def test_the_metric_says_what_the_answer_says() -> None:
    net = narrow_chain()
    scores = cn.score(net, cn.all_losses(net, order=1), ["unserved"])
    row = scores.to_frame().iloc[0]
    assert row["unserved_tbps"] == pytest.approx(net.demands.total_tbps)
    assert row["unserved_emergency_tbps"] == pytest.approx(0.001 * net.demands.total_tbps)
    assert scores.by_country(0)["unserved_share"].tolist() == pytest.approx([1.0, 1.0, 1.0])


def test_more_headroom_leaves_less_room() -> None:
    answer = cn.flow_optimum(narrow_chain(), rules=cn.TrafficRules(headroom=0.5))
    assert answer.unserved_tbps == pytest.approx(1.7 - 0.5 + 1.0 - 0.5)


@pytest.mark.parametrize(("text", "said"), [
    ("headroom = 1.0", "headroom"),
    ("headroom = 'much'", "not a number"),
    ("speed = 3", "is not a traffic rule"),
    ("backup = [{country = 'CC'}]", "tbps"),
    ("backup = [{country = 'CC', tbps = -1}]", "not an amount"),
    ("backup = [{country = 'CC', tbps = nan}]", "not an amount"),
    ("backup = [{country = 'CC', tbps = 1, delay_ms = 0}]", "not a delay"),
    ("backup = 3", "give a table"),
    ("refuse = [{carrier = 'BB'}]", "customer"),
    ("= 3", "not a readable TOML"),
])
def test_bad_rules_are_told_in_one_message(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "rules.toml"
    file.write_text(text)
    with pytest.raises(InputError, match=said):
        cn.read_rules(file)


def test_rules_that_name_nobody_are_refused() -> None:
    net = narrow_chain()
    for rules in (cn.TrafficRules(backup=(cn.Backup("ZZ", 1.0),)),
                  cn.TrafficRules(refuse=(cn.Refusal("ZZ", "AA"),)),
                  cn.TrafficRules(restore=(cn.Restore("CH", "nowhere", 1.0),))):
        with pytest.raises(UnknownNameError):
            cn.flow_optimum(net, rules=rules)


def test_rules_are_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text("headroom = 0.3\nbackup = [{country = 'TW', tbps = 0.013, kind = 'microwave', "
                    "delay_ms = 5}]\nrefuse = [{carrier = 'BB', customer = 'CC'}]\n"
                    "restore = [{when = 'AB', on = 'DA', tbps = 0.5}]\n")
    assert cn.read_rules(file) == cn.TrafficRules(
        0.3, (cn.Backup("TW", 0.013, "microwave", 5.0),), (cn.Refusal("BB", "CC"),),
        (cn.Restore("AB", "DA", 0.5),))
