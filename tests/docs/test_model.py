"""Every example of docs/model.md, worked out there by hand, is what the code answers."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

import cablenet as cn
from cablenet.build import build_network
from cablenet.build.growth import demand_growth
from cablenet.hazards.timeline import timeline
from cablenet.metrics import METRICS
from cablenet.metrics.flow_case import flow_case
from cablenet.scenarios.losses import cable_losses, joint_loss
from cablenet.sweeps.unit_rates import unit_rates
from cablenet.testing import chain, ring, small_world
from cablenet.traffic.demand import country_to_gateways, gravity_demand
from cablenet.validation import outage_scores

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/model.md").read_text(encoding="utf-8")
KM_PER_DEGREE = 2 * np.pi * 6378.137 / 360
"""Along the equator of WGS84."""
DEGREES_PER_MS = 204.2 / 2 / KM_PER_DEGREE
"""Of round trip over fibre."""
CLASS = {row.id: i for i, row in enumerate(cn.CLASSES)}


def says(heading: str, *figures: str) -> None:
    """The section of the page under this heading holds these words."""
    parts = re.split(r"^#+ (.*)$", PAGE, flags=re.MULTILINE)
    text = " ".join(dict(zip(parts[1::2], parts[2::2], strict=True))[heading].split())
    for figure in figures:
        assert figure in text, (heading, figure)


def fibre_world(cables, places, *, hub, tbps, lit=10.0):
    """A network of one section a cable, as long as its round trip in ms says, on the equator.

    `places` are countries with their place in ms, `cables` pairs of them with their round trip,
    `tbps` demands (from, to, class, Tbps). A cable longer than its ends are apart runs on to the
    east and back.
    """
    at = {code: ms * DEGREES_PER_MS for code, ms in places.items()}
    world = small_world(
        [(code.lower(), code, lon, 0.0) for code, lon in at.items()],
        {pair: [(pair[:2], pair[2:])] for pair in cables}, hubs=[hub], lit_tbps=lit)
    lines = []
    for pair in world.segments["cable_id"]:
        a, b = at[pair[:2].upper()], at[pair[2:].upper()]
        far = (a + b + cables[pair] * DEGREES_PER_MS) / 2
        lines.append(shapely.LineString([(a, 0.0), (far, 0.0), (b, 0.0)]))
    net = build_network(world.with_tables(segments=world.segments.assign(geometry=lines)))
    number = {code: net.country_index(code) for code in places}
    gate = {code: int(np.flatnonzero(net.gateways.country == i)[0]) for code, i in number.items()}
    classes = np.zeros((len(tbps), len(cn.CLASSES)))
    for row, (_, _, kind, amount) in enumerate(tbps):
        classes[row, CLASS[kind]] = amount
    return net.with_demand(cn.make_demand(
        [gate[a] for a, *_ in tbps], [gate[b] for _, b, *_ in tbps],
        [row[3] for row in tbps], class_tbps=classes))


def of(net, table, country):
    """The value of one country in the first scenario."""
    return table[0, net.country_index(country)]


# -- the page itself ------------------------------------------------------------------------


def test_the_table_of_scores_tells_unit_and_monotony_of_every_heading():
    rows = {cells[1].strip(" `"): [cell.strip() for cell in cells[2:4]] for cells in
            (line.split("|") for line in PAGE.splitlines() if line.startswith("| `"))}
    for metric in METRICS.values():
        for heading in (*metric.headings, *metric.country_headings):
            name = re.sub(r"^unserved_(\w+)_tbps$", "unserved_<class>_tbps", heading.name)
            unit, monotone = rows[name]
            assert unit == heading.unit, heading.name
            assert monotone.startswith("yes" if heading.monotone else "no"), heading.name


def test_every_link_of_the_page_leads_to_a_heading_that_is_there():
    for target in re.findall(r"\]\(([^)]+)\)", PAGE):
        name, _, anchor = target.partition("#")
        text = (ROOT / "docs" / (name or "model.md")).read_text(encoding="utf-8")
        titles = re.findall(r"^#+ (.*)$", text, flags=re.MULTILINE)
        slugs = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
        assert not anchor or anchor in slugs, target


# -- delay and room -------------------------------------------------------------------------


def test_delay_of_ten_degrees_of_fibre():
    net = build_network(chain())
    section = net.link_index("ch/1")
    assert net.links.length_km[section] == pytest.approx(1113.195, abs=5e-4)
    assert net.links.latency_ms[section] == pytest.approx(5.451, abs=5e-4)
    assert 2 * net.links.latency_ms[section] == pytest.approx(10.903, abs=5e-4)
    says("Delay", "1113.195", "5.451 ms", "10.903 ms", "204,218")


def test_room_is_lit_less_headroom_and_restoration_goes_up_to_the_design():
    world = ring()
    cables = world.cables.assign(lit_capacity_tbps=7.0, design_capacity_tbps=9.0)
    net = build_network(world.with_tables(cables=cables))
    case = flow_case(net, cn.TrafficRules(restore=(cn.Restore("ab", "bc", 4.0),)))
    failed = np.zeros(len(net.links), bool)
    arc = int(np.flatnonzero(case.link == net.link_index("bc/1"))[0])
    assert case.outage(failed).room_tbps[arc] == pytest.approx(5.6)
    failed[net.link_index("ab/1")] = True
    assert case.outage(failed).room_tbps[arc] == pytest.approx(9.0)
    says("Room", "7 x (1 - 0.2) = 5.6 Tbps", "min(5.6 + 4, 9) = 9 Tbps")


def test_the_round_trip_over_a_satellite_is_four_times_the_height():
    assert pytest.approx(477.5, abs=0.05) == 4 * 35786 / 299.792458
    assert cn.Backup("TW", 0.01).delay_ms == 550.0
    says("Room", "477.5 + 70")


# -- demand ---------------------------------------------------------------------------------


def test_country_totals_reach_gateways_by_share():
    got = country_to_gateways(np.array([20.0]), np.array([0, 0]), np.array([0.6, 0.2]))
    assert got.tolist() == pytest.approx([15.0, 5.0])
    says("Gravity", "15 and 5 Tbps")


def test_gravity_splits_ten_tbps_over_two_hubs_and_a_partner():
    """Asker at 0, hubs at 20 and 40 degrees east, a partner at 30 west."""
    got = gravity_demand(np.array([10.0, 0.0, 0.0, 2.0]), np.arange(4),
                         np.array([0, 20, 40, -30.0]), np.zeros(4), np.array([0, 1.0, 1.0, 0]))
    mine = got.from_gateway == 0
    assert got.to_gateway[mine].tolist() == [1, 2, 3]
    assert got.tbps[mine] == pytest.approx([5.6667, 2.8333, 1.5], abs=1e-4)
    says("Gravity", "5.667, 2.833 and 1.5 Tbps")


def test_a_hub_next_door_counts_as_500_km_away():
    """One degree is 111 km and counts as 500; nine degrees are 1,001.9 km."""
    got = gravity_demand(np.array([3.0, 0.0, 0.0]), np.arange(3), np.array([0, 1.0, 9.0]),
                         np.zeros(3), np.array([0, 1.0, 1.0]))
    assert got.tbps[0] / got.tbps[1] == pytest.approx(1001.9 / 500, abs=1e-3)
    says("Gravity", "1001.9 / 500 = 2.004")


def test_demand_grows_by_the_rates_of_its_region():
    table = pd.DataFrame({"regions": ["*", "*"], "year_from": [2015, 2024],
                          "year_to": [2024, 2030], "growth_per_year": [0.3, 0.2]})
    assert demand_growth(table, "Asia", date(2025, 1, 1)) == pytest.approx(1.3682, abs=1e-4)
    assert demand_growth(table, "Asia", date(2022, 1, 1)) == pytest.approx(0.6747, abs=1e-4)
    one = cn.make_demand([0], [1], [2.0])
    assert cn.grown(one, 2023, 2025, 0.25).total_tbps == pytest.approx(3.125)
    says("Growth", "1.3682", "0.6747", "3.125 Tbps")


def test_two_hundred_tbps_by_class_and_level():
    demand = cn.make_demand([0], [1], [200.0])
    assert demand.class_tbps[0].tolist() == pytest.approx([0.2, 0.2, 0.6, 2, 4, 60, 133])
    assert demand.level_tbps[0].tolist() == pytest.approx([1.0, 6.0, 193.0])
    says("Classes and levels", "0.2 + 0.2 + 0.6 = 1", "2 + 4 = 6", "60 + 133 = 193")


# -- the flow optimum -----------------------------------------------------------------------


def line():
    """AA -- BB -- HH with room 10 and 6: 12 Tbps ask for the 6 of the last section."""
    return fibre_world(
        {"aabb": 10, "bbhh": 12}, {"HH": 0, "AA": 2, "BB": 12}, hub="HH",
        lit={"aabb": 12.5, "bbhh": 7.5},
        tbps=[("AA", "HH", "emergency", 1), ("AA", "HH", "bulk", 3),
              ("BB", "HH", "emergency", 1), ("BB", "HH", "bulk", 7)])


def triangle():
    """AA reaches HH straight in 20 ms, or by BB in 10 + 12."""
    return fibre_world(
        {"aahh": 20, "aabb": 10, "bbhh": 12}, {"HH": 0, "AA": 2, "BB": 12}, hub="HH",
        lit={"aahh": 3.75, "aabb": 10.0, "bbhh": 7.0},
        tbps=[("AA", "HH", "bulk", 4), ("BB", "HH", "bulk", 3)])


def test_urgent_traffic_first_then_equal_shares_over_one_full_link():
    answer = cn.flow_optimum(line())
    table = answer.by_country().set_index("country")["unserved_tbps"]
    assert table.loc[["AA", "BB"]].tolist() == pytest.approx([1.8, 4.2], abs=1e-6)
    classes = answer.by_class().set_index("class")["unserved_tbps"]
    assert classes["emergency services"] == pytest.approx(0.0, abs=1e-6)
    assert classes["bulk"] == pytest.approx(6.0, abs=1e-6)
    says("Levels, and a proof by hand", "4 / 10 = 40 %", "1.8 Tbps", "4.2 Tbps")


def test_bound_and_answer_meet_at_each_level():
    answer = cn.flow_optimum(line())
    proofs = answer.after.proofs
    full = answer.links().query("cable_id == 'bbhh' and from_id == 'bb'").index[0]
    assert [proof.price[full] for proof in proofs] == pytest.approx([0.0, 0.0, 1.0])
    assert proofs[2].price.sum() == pytest.approx(1.0)
    assert answer.after.outage.room_tbps[full] == pytest.approx(6.0)
    assert all(abs(proof.gap) < 1e-6 for proof in proofs[:2])
    assert abs(proofs[2].gap) < 1e-2  # of 20,004
    served = answer.after.served_tbps.sum(axis=0)
    assert served @ [10_000, 100, 1] == pytest.approx(20_004, abs=1e-2)
    assert answer.after.proved
    says("Levels, and a proof by hand", "6 x 1 + 2 x 9,999 + 10 x 0 = 20,004",
         "2 x 10,000 + 4 x 1 = 20,004")


def test_one_more_tbps_of_a_full_link_serves_one_more():
    net = line()
    links = cn.flow_optimum(net).links()
    saves = links[(links["cable_id"] == "bbhh") & links["full"]]["saves_tbps_per_tbps"]
    assert saves.tolist() == pytest.approx([1.0])
    more = np.where(net.links.lit_tbps == 7.5, 8.75, net.links.lit_tbps)  # room 7
    wider = fibre_world(
        {"aabb": 10, "bbhh": 12}, {"HH": 0, "AA": 2, "BB": 12}, hub="HH",
        lit={"aabb": 12.5, "bbhh": float(np.nanmin(more))},
        tbps=[("AA", "HH", "emergency", 1), ("AA", "HH", "bulk", 3),
              ("BB", "HH", "emergency", 1), ("BB", "HH", "bulk", 7)])
    assert cn.flow_optimum(wider).unserved_tbps == pytest.approx(5.0, abs=1e-6)
    says("What one more Tbps is worth", "from 6 to 5")


def test_who_is_held_back_elsewhere_leaves_the_rest_to_the_others():
    net = fibre_world(
        {"aabb": 10, "bbhh": 12}, {"HH": 0, "AA": 2, "BB": 12}, hub="HH",
        lit={"aabb": 1.25, "bbhh": 6.25},
        tbps=[("AA", "HH", "bulk", 4), ("BB", "HH", "bulk", 8)])
    table = cn.flow_optimum(net).by_country().set_index("country")
    assert table.loc[["AA", "BB"], "unserved_tbps"].tolist() == pytest.approx([3.0, 4.0], abs=1e-6)
    says("Fair shares", "5 / 12 = 42 %", "25 %", "50 %")


def test_the_least_delay_and_its_price():
    answer = cn.flow_optimum(triangle())
    table = answer.by_country().set_index("country")
    # each end adds 0.01 ms of backhaul without length
    assert table["round_trip_before_ms"].loc[["AA", "BB"]].tolist() == pytest.approx(
        [20.5 + 0.02, 12.0 + 0.02], abs=1e-3)
    assert answer.after.delay_tbps_ms == pytest.approx(118 + 7 * 0.02, abs=1e-3)
    links = answer.links()
    direct = links[(links["cable_id"] == "aahh") & links["full"]]
    assert direct["saves_ms"].tolist() == pytest.approx([2.0], abs=1e-3)
    assert direct["saves_tbps_per_tbps"].tolist() == [0.0]
    paths = answer.paths("AA-gw", "HH-gw").query("when == 'after'").sort_values("round_trip_ms")
    assert paths["share"].tolist() == pytest.approx([0.75, 0.25])
    assert paths["round_trip_ms"].tolist() == pytest.approx([20.02, 22.02], abs=2e-3)
    says("Least delay", "3 x 20 + 1 x 22 + 3 x 12 = 118", "4 x 22 + 3 x 12 - 3 x 2 = 118",
         "20.5 ms")


def test_after_the_loss_of_the_straight_cable():
    net = triangle()
    got = cn.score(net, cable_losses(net, ["aahh"]), ["unserved"])
    frame, table = got.to_frame().iloc[0], got.by_country(0)
    assert frame["unserved_tbps"] == pytest.approx(1.4, abs=1e-6)
    assert frame["added_round_trip_ms"] == pytest.approx(6 / 7, abs=1e-4)
    assert table.loc[["AA", "BB"], "unserved_tbps"].tolist() == pytest.approx([0.8, 0.6], abs=1e-6)
    assert table.loc[["AA", "BB"], "unserved_share"].tolist() == pytest.approx([0.2, 0.2], abs=1e-6)
    assert table.loc[["AA", "BB"], "added_round_trip_ms"].tolist() == pytest.approx(
        [1.5, 0.0], abs=1e-4)
    says("Round trip of what is served", "5.6 / 7 = 80 %", "118 / 7 = 16.857",
         "99.2 / 5.6 = 17.714", "0.857 ms")


def test_the_mean_round_trip_falls_when_the_far_are_cut_off():
    net = triangle()
    both = joint_loss(net, "both", cables=["aahh", "aabb"])
    got = cn.score(net, both, ["unserved"]).to_frame().iloc[0]
    assert got["unserved_tbps"] == pytest.approx(4.0, abs=1e-6)
    assert got["added_round_trip_ms"] == pytest.approx(12 - 118 / 7, abs=1e-4)
    says("Round trip of what is served", "12 - 16.857 = -4.857 ms")


def test_losing_more_can_leave_less_unserved_in_total():
    """XX -- AA -- BB -- HH, room 1 each: an urgent Tbps all the way, a bulk one on two sections."""
    net = fibre_world(
        {"xxaa": 10, "aabb": 10, "bbhh": 10}, {"XX": 0, "AA": 1, "BB": 2, "HH": 3}, hub="HH",
        lit=1.25, tbps=[("XX", "HH", "emergency", 1), ("AA", "BB", "bulk", 1),
                        ("BB", "HH", "bulk", 1)])
    before = cn.flow_optimum(net)
    assert before.unserved_tbps == pytest.approx(2.0, abs=1e-6)
    assert before.after.unserved_tbps.sum(axis=0).tolist() == pytest.approx([0, 0, 2], abs=1e-6)
    after = cn.flow_optimum(net, cable_losses(net, ["xxaa"]))
    assert after.unserved_tbps == pytest.approx(1.0, abs=1e-6)
    assert after.after.unserved_tbps.sum(axis=0).tolist() == pytest.approx([1, 0, 0], abs=1e-6)
    says("What is monotone", "(0, 0, 2)", "(1, 0, 0)")


def test_a_neighbours_loss_can_help_a_country():
    net = line()
    got = cn.flow_optimum(net, cable_losses(net, ["aabb"])).by_country().set_index("country")
    assert got.loc["BB", "unserved_before_tbps"] == pytest.approx(4.2, abs=1e-6)
    assert got.loc["BB", "unserved_tbps"] == pytest.approx(2.0, abs=1e-6)
    says("What is monotone", "4.2 Tbps", "2 Tbps")


# -- scores of connection -------------------------------------------------------------------


def test_isolation_on_the_ring():
    net = build_network(ring())
    two = joint_loss(net, "two", cables=["ab", "bc"])
    got = cn.score(net, two, ["isolated"])
    assert got.to_frame().iloc[0].tolist() == [1, 1, 1_000_000, 500_000]
    more = cn.score(net, joint_loss(net, "far", cables=["ab", "cd"]), ["isolated"])
    assert more.to_frame().iloc[0].tolist() == [2, 2, 2_000_000, 1_000_000]
    says("Isolation", "BB and CC", "2 million people")


def test_capacity_loss_is_a_fall_of_the_largest_flow():
    world = ring()
    lit = world.cables["cable_id"].map({"ab": 4.0, "bc": 3.0, "cd": 5.0, "da": 2.0})
    net = build_network(world.with_tables(cables=world.cables.assign(
        lit_capacity_tbps=lit, design_capacity_tbps=lit)))
    got = cn.score(net, cable_losses(net, ["ab"]), ["capacity_loss"])
    assert got.to_frame().iloc[0].tolist() == pytest.approx([10.0, 2 / 3])
    table = got.by_country(0)
    assert table["capacity_loss_tbps"].loc[["AA", "BB", "CC", "DD"]].tolist() == [0, 4, 3, 3]
    assert table["capacity_loss_share"].loc[["BB", "CC", "DD"]].tolist() == pytest.approx(
        [4 / 6, 3 / 5, 3 / 5])
    says("Capacity loss", "4 + 3 + 3 = 10 Tbps", "4 / 6 = 0.667")


def round_trip_ring():
    """The ring with round trips of 10, 10, 20 and 10 ms; BB asks 2 Tbps of AA, CC asks 1."""
    return fibre_world(
        {"aabb": 10, "bbcc": 10, "ccdd": 20, "ddaa": 10},
        {"AA": 0, "BB": 1, "CC": 2, "DD": 3}, hub="AA",
        tbps=[("BB", "AA", "bulk", 2), ("CC", "AA", "bulk", 1)])


def test_added_latency_over_the_shortest_way_left():
    net = round_trip_ring()
    one = cn.score(net, cable_losses(net, ["aabb"]), ["added_latency"]).to_frame().iloc[0]
    assert one.tolist() == pytest.approx([70 / 3, 30.0, 0.0], abs=1e-4)
    two = cn.score(net, joint_loss(net, "two", cables=["aabb", "bbcc"]), ["added_latency"])
    assert two.to_frame().iloc[0].tolist() == pytest.approx([10.0, 10.0, 2.0], abs=1e-4)
    says("Added latency", "(2 x 30 + 1 x 10) / 3 = 23.333 ms", "30 ms", "2 Tbps")


def test_margins_on_the_ring_and_on_one_cable():
    net = build_network(ring())
    assert dict(zip(net.country_id, cn.country_margins(net), strict=True)) == {
        "AA": np.inf, "BB": 2, "CC": 2, "DD": 2}
    assert cn.country_margins(net, "station")[net.country_index("BB")] == 1
    got = cn.score(net, cable_losses(net, ["ab"]), ["margin"])
    assert got.by_country(0)["margin_cables"].loc[["BB", "CC", "DD"]].tolist() == [1, 1, 1]
    assert got.to_frame()["countries_within_one_cable"].tolist() == [3]
    one = build_network(chain())
    assert cn.country_margins(one)[one.country_index("CC")] == 1
    says("Margin", "BB, CC and DD have a margin of 2", "each 1")


# -- money, years, storms, classes ----------------------------------------------------------


def test_the_cost_of_a_day():
    """AA and BB go without 20 %; GDP 36.5 billion USD, half of a million people online."""
    net = triangle()
    got = cn.score(net, cable_losses(net, ["aahh"]), ["cost"])
    assert got.to_frame().iloc[0].tolist() == pytest.approx(
        [0.4, 0.2, 0.8, 400_000, 200_000, 0], rel=1e-5)
    assert got.by_country(0).loc["AA", "cost_musd_per_day"] == pytest.approx(0.2, rel=1e-5)
    says("Cost of a day", "36,500 / 365 x 1.0 % x 0.2 = 0.2", "400,000", "200,000")


def test_only_outages_that_overlap_are_down_together():
    """`ab` out for days 10 to 30, `bc` for days 25 to 40: BB is cut off for five days."""
    net = build_network(ring())
    link = np.array([net.link_index("ab/1"), net.link_index("bc/1")], np.int32)
    drawn = timeline(0, 1, link, np.zeros(2, np.float32), np.array([240.0, 600.0]),
                     np.array([720.0, 960.0]), cause=np.zeros(2, np.int16),
                     event=np.full(2, -1))
    states = drawn.states()
    alive = drawn.alive(len(net.links), states)
    bb = net.gateways.country == net.country_index("BB")
    hours = states.hours @ cn.isolated_gateways(net, alive)  # the only hub has none abroad
    assert len(states) == 5
    assert hours[net.gateways.country != net.country_index("AA")].sum() == 120
    assert hours[bb] @ net.gateways.people[bb] == 120e6
    says("Drawn years", "30 - 25 = 5 days", "120 million")


def test_the_mean_outage_is_the_area_under_the_quantiles():
    durations = cn.durations_from_quantiles([0, 0.5, 1], [24, 240, 720])
    assert durations.mean_h == pytest.approx(306.0)
    net = build_network(ring())
    both = joint_loss(net, "both", cables=["ab", "bc"])
    rated = replace(both, rate_per_year=np.array([0.5]))
    table = cn.score(net, rated, ["isolated"]).expected(durations)
    assert table.loc["isolated_people", "loss_x_hours_per_year"] == pytest.approx(153e6)
    says("Expected loss", "0.5 x 132 + 0.5 x 480 = 306 h", "153 million")


def test_two_cables_down_at_once_by_formula_and_by_drawing():
    """One fault a year on each cable, 876.6 hours each; BB hangs on `ab` and `bc`."""
    net = build_network(ring())
    rate = np.zeros(len(net.links))
    mine = [net.link_index("ab/1"), net.link_index("bc/1")]
    rate[mine] = 1.0
    model = cn.constant_model(net, rate, cn.constant_duration(876.6))
    units = cn.units_of(net, "cable")
    rates = unit_rates(units, model)
    pair = [list(units.id).index("ab"), list(units.id).index("bc")]
    assert rates.down[pair] == pytest.approx([0.09516, 0.09516], abs=1e-5)
    assert rates.together(pair) == pytest.approx(0.1722, abs=5e-5)
    assert 1 / rates.together(pair) == pytest.approx(5.81, abs=5e-3)
    years = 4000
    drawn = model.draw(block=0, years=years, seed=4)
    states = drawn.states(whole_years=True)
    down = (~drawn.alive(len(net.links), states)[:, mine]).all(axis=1) * states.hours
    by_year = np.bincount(states.year, down, minlength=years)[:, None]
    row = cn.availability(by_year, ["BB"]).to_frame().loc["BB"]
    assert row["low"] < 0.99094 < row["high"]
    assert row["high"] - row["low"] < 0.002
    says("Availability and return periods", "0.09516", "79.4 hours", "0.99094", "0.1722",
         "5.81 years")


def test_return_periods_and_interval_of_a_few_years():
    curve = cn.annual_risk(np.arange(1.0, 10.0)[:, None], ["BB"], "h").return_periods([2, 5, 10])
    assert curve["loss"].tolist() == pytest.approx([5, 8, 9])
    row = cn.annual_risk([[1.0], [2.0], [3.0], [4.0]], ["BB"], "h").to_frame().loc["BB"]
    assert row[["low", "expected", "high"]].tolist() == pytest.approx([0.446, 2.5, 4.554], abs=1e-3)
    says("Availability and return periods", "0.446 to 4.554", "2, 5 and 10 years are 5, 8 and 9")


def test_a_solar_storm_over_two_cables():
    """Repeaters every 100 km: 2 fail with 1/2 each, 3 with 1/10 each; both cables land at P."""
    world = small_world(
        [("p", "PP", 0, 40), ("x", "XX", 1, 65), ("y", "YY", 1, 50)],
        {"px": [("p", "x")], "py": [("p", "y")]}, hubs=["PP"])
    length = world.cables["cable_id"].map({"px": 250.0, "py": 350.0})
    net = build_network(world.with_tables(cables=world.cables.assign(length_km=length)))
    got = cn.solar_shares(net, 100, (0.5, 0.1, 0.01))
    assert got.per_cable.set_index("cable_id")["chance"].loc[["px", "py"]].tolist() == (
        pytest.approx([0.75, 0.271]))
    assert got.cables == pytest.approx(0.5105)
    points = got.per_point.set_index("station_id")["chance"]
    assert points.loc[["p", "x", "y"]].tolist() == pytest.approx([0.20325, 0.75, 0.271])
    assert got.landing_points == pytest.approx(0.40808, abs=5e-6)
    says("Solar storm", "0.75", "0.271", "0.5105", "0.20325", "0.40808")


def test_classes_of_severity_and_how_they_are_judged():
    thresholds = outage_scores.read_thresholds(
        ROOT / "geodata/cablenet_geodata/validation/severity.toml")
    assert outage_scores.severity(0.03, 0.45, thresholds) == 3  # low by loss, high by disruption
    assert outage_scores.severity(0.60, 0.60, thresholds) == 4
    seen, ours = np.array([0, 1, 3]), np.array([0, 2, 1])
    assert outage_scores.balanced_accuracy(ours, seen) == pytest.approx(1 / 3)
    assert outage_scores.within_one(ours, seen) == pytest.approx(2 / 3)
    assert outage_scores.tau_b(ours, seen) == pytest.approx(1 / 3)
    says("Severity", "low", "high", "(2 - 1) / 3 = 0.333")
