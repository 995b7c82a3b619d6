"""Policies side by side: the same years, zone agreements as switches, and what traffic loses."""

from __future__ import annotations

import numpy as np
import pytest

import cablenet as cn
from cablenet.cli.policies import policy_of
from cablenet.errors import InputError, MismatchError, UnknownNameError
from cablenet.hazards.timeline import HOURS_A_YEAR
from cablenet.metrics.traffic_rules import Refusal, TrafficRules
from cablenet.repair.fleet import fleet_of
from cablenet.repair.twin_traffic import TwinTraffic, traffic_job
from cablenet.sweeps.runner import tallies_of
from cablenet.testing import chain

TODAY = cn.Policy("today")


@pytest.fixture(scope="module")
def atlas():
    net = cn.build_network(cn.atlas())
    return net, cn.fault_model(net)


def outages_of(net, *rows):
    """(segment, from day, to day)"""
    links = {str(key): number for number, key in enumerate(net.links.id)}
    return (np.array([links[name] for name, _, _ in rows], np.int32),
            np.array([start * 24.0 for _, start, _ in rows]),
            np.array([end * 24.0 for _, _, end in rows]))


def test_days_unserved_and_cut_off_are_counted_in_their_years_by_hand():
    """AA (hub) -- BB -- CC. The section to CC is out for 10 days up to the turn of the year and 5
    after it; for the last 2 of these the section to BB as well. CC has a million people and so has
    BB: 10 million people-days in the first year, 5 + 2 in the second. Unserved demand is what each
    failure alone leaves by the metric, times these days."""
    net = cn.build_network(chain())
    year = HOURS_A_YEAR / 24
    rows = outages_of(net, ("ch/2", year - 10, year + 5), ("ch/1", year + 3, year + 5))
    first, second = tallies_of(traffic_job(net, [rows], 2, TrafficRules()), workers=0)
    at = {str(key): number for number, key in enumerate(net.country_id)}
    assert first["people"][0, at["CC"]] == pytest.approx(10e6)
    assert second["people"][0].tolist() == pytest.approx(
        [2e6 if key == "BB" else 5e6 if key == "CC" else 0.0 for key in at])

    def lost(what):
        return float(cn.score(net, what, ["unserved"]).to_frame()["unserved_tbps"].iloc[0])

    last, whole = lost(cn.cut(net, 15.0, 0.0, cable="ch")), lost(cn.cable_losses(net))
    assert 0 < last < whole
    assert first["unserved"][0].sum() == pytest.approx(10 * last)
    assert second["unserved"][0].sum() == pytest.approx(3 * last + 2 * whole)


def test_what_is_never_mended_is_out_to_the_end():
    net = cn.build_network(chain())
    link, start, _ = outages_of(net, ("ch/2", 0.0, 1.0))
    job = traffic_job(net, [(link, start, np.array([np.inf]))], 3, TrafficRules())
    days = [tally["people"].sum() / 1e6 for tally in tallies_of(job, workers=0)]
    assert days == pytest.approx([HOURS_A_YEAR / 24] * 3)


def test_policies_scored_together_are_each_scored_alone(atlas):
    """And the pools give the same bytes: chunks depend on nothing but the job."""
    net = cn.build_network(chain())
    one = outages_of(net, ("ch/2", 5.0, 20.0))
    two = outages_of(net, ("ch/2", 5.0, 11.0), ("ch/1", 8.0, 12.0))
    both = tallies_of(traffic_job(net, [one, two], 1, TrafficRules()), workers=0)[0]
    for number, alone in enumerate((one, two)):
        mine = tallies_of(traffic_job(net, [alone], 1, TrafficRules()), workers=0)[0]
        assert mine["unserved"][0].tobytes() == both["unserved"][number].tobytes()
    there = tallies_of(traffic_job(net, [one, two], 1, TrafficRules()), workers=1)[0]
    assert there["unserved"].tobytes() == both["unserved"].tobytes()
    assert traffic_job(net, [one], 1, TrafficRules()).fingerprint != \
        traffic_job(net, [two], 1, TrafficRules()).fingerprint


def test_intervals_are_paired_by_year():
    """Days saved 1, 2, 3: mean 2, spread 1 / sqrt(3), Student's t of 2 degrees 4.303."""
    one, two = (TwinTraffic(("AA",), np.array(days)[:, None], np.zeros((3, 1)), 1, 1, 0)
                for days in ([11.0, 22.0, 33.0], [10.0, 20.0, 30.0]))
    saved = one.saved(two)
    assert saved["unserved_tbps_days_per_year_saved"] == pytest.approx(2.0)
    assert saved["unserved_saved_half_width"] == pytest.approx(4.3027 / np.sqrt(3), rel=1e-4)
    with pytest.raises(MismatchError, match="score both policies together"):
        one.saved(TwinTraffic(("AA",), np.zeros((2, 1)), np.zeros((2, 1)), 1, 1, 0))


def test_agreements_are_joined_and_ended(atlas):
    net, _ = atlas
    joined = fleet_of(net, cn.RepairRules(joined=(frozenset({"SEAIOCMA", "YZ"}),)))
    for before, after in zip(fleet_of(net), joined, strict=True):
        both = bool(before.zones & {"SEAIOCMA", "YZ"})
        assert after.zones == before.zones | ({"SEAIOCMA", "YZ"} if both else set())
    ended = fleet_of(net, cn.RepairRules(ended=frozenset({"MECMA"})))
    assert not any("MECMA" in ship.zones for ship in ended)
    with pytest.raises(UnknownNameError, match="YOKOHAMA"):
        fleet_of(net, cn.RepairRules(ended=frozenset({"YOKOHAMA"})))


def test_a_joined_zone_waits_less_and_an_ended_one_waits_for_a_charter(atlas):
    """JP-DOMESTIC has one ship: those of YZ help it. Cables of an ended EMARINE wait five days."""
    net, model = atlas
    found = cn.simulate_policies(net, model, [
        TODAY, cn.Policy("joined", cn.RepairRules(joined=(frozenset({"JP-DOMESTIC", "YZ"}),))),
        cn.Policy("ended", cn.RepairRules(ended=frozenset({"EMARINE"})))], years=15, seed=2)
    waits = [twin.by_agreement().set_index("agreement") for twin in found.twins]
    assert waits[1].loc["JP-DOMESTIC", "mean_wait_days"] < waits[0].loc[
        "JP-DOMESTIC", "mean_wait_days"]
    gone = found.twins[2]
    mine = gone.case.group == gone.agreements.index("EMARINE")
    assert set(np.unique(gone.case.charter_h[:, gone.case.group[mine]])) == {5 * 24.0}
    frame = found.to_frame().set_index("policy")
    assert frame.loc["today", "outage_days_saved_per_year"] == 0.0
    assert frame.loc["ended", "outage_days_saved_per_year"] == pytest.approx(
        found.twins[0].down_days.mean() - gone.down_days.mean())
    assert set(found.to_json()) == {"years", "seed", "policies", "by_country"}


def test_policies_as_they_are_written(atlas):
    net, _ = atlas
    found = policy_of(net, "fast-lane ID=3, join SEAIOCMA+YZ, end MECMA, mutual-aid, "
                           "add-ship 80.3 13.1")
    assert found.mutual_aid
    assert found.rules == cn.RepairRules(
        fast_lane={"ID": 3.0}, joined=(frozenset({"SEAIOCMA", "YZ"}),), ended=frozenset({"MECMA"}),
        added_ships=(("80.3 13.1", (80.3, 13.1)),))
    assert policy_of(net, "pooled").rules.pooled
    for text in ("pool", "pooled yes", "join SEAIOCMA", "fast-lane", ""):
        with pytest.raises(InputError, match="is none of pooled, mutual-aid"):
            policy_of(net, text)


def test_what_cannot_be_compared_is_told(atlas):
    net, model = atlas
    for none in ([], [TODAY, TODAY]):
        with pytest.raises(InputError, match="a name of its own"):
            cn.simulate_policies(net, model, none)
    with pytest.raises(InputError, match="at least one"):
        cn.twin_traffic()
    small = cn.build_network(chain())
    with pytest.raises(InputError, match="without refusals"):
        traffic_job(small, [], 1, TrafficRules(refuse=(Refusal("AA", "BB"),)))
    one, two = (cn.simulate_years(net, model, years=years) for years in (1, 2))
    with pytest.raises(MismatchError, match="other networks or numbers of years"):
        cn.twin_traffic(one, two)
