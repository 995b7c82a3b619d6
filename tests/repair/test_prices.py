"""Prices of permit-days, ships and spares by planning again: worked out by hand, and their laws."""

from __future__ import annotations

import numpy as np
import pytest
from repair.test_dispatch import outage, sea
from repair.test_objectives import drawn, every_schedule, spent, two_ships
from repair.test_repair_rules import with_depots

from cablenet.build import build_network
from cablenet.repair import RepairRules, ServiceLevel, repair_prices
from cablenet.repair.case import repair_case
from cablenet.repair.choice import choose_routes
from cablenet.repair.network_value import NetworkValue
from cablenet.repair.prices import ship_duals


def priced(net, hit, **options):
    return repair_prices(net, hit, **options).set_index(["lever", "what"])


def test_a_permit_day_is_worth_the_weight_of_what_waits_for_it():
    # near: permit of BB on day 20.5, ship there long before: one day less is 10 Tbps-days.
    # far: high seas, another ship: nothing
    net = sea(ships=[("one", 0, 0, "ZONE", 10.0), ("two", 20, 0, "ZONE", 10.0)],
              permits=[("BB", 20.0, "nomination", False)],
              waters=[("bb", "eez", "BB", "near/1"), ("high-seas", "high_seas", None, "far/1")])
    found = priced(net, outage(net, (5.0, "near"), (15.0, "far")), ports={"x": (10.0, 0.0)})
    row = found.loc["permit day", "BB"]
    assert row["saves"] == pytest.approx(10.0)
    assert row["order_kept"] == pytest.approx(10.0)
    assert found.loc["nothing", "as planned"]["saves"] == 0.0
    # nobody queues and everybody is under contract: a pooled fleet saves nothing
    assert found.loc["pooled fleet", "agreements ignored"]["saves"] == 0.0


def test_one_more_ship_takes_the_second_job():
    # two cuts of 'near' at 5 and 5.2 E (5 Tbps each), one ship at 0: the second waits for the
    # first's 192 h of work and sails 0.2 degrees (26.7 km, 2 h). A second ship like it sails
    # 5.2 degrees: 694.6 km, 37.5 -> 38 h. Alone: there at 74; behind the first: 73 + 192 + 2 = 267.
    # Added ships sail 11.5 kn: 694.6 km is 32.6 -> 33 h, there at 69; 667.9 km: 31.4 -> 32 h.
    # Best with it: old ship to one (73 or 74), new to the other (69 or 68): sums 73 + 69 = 142,
    # 74 + 68 = 142; before 73 + 267 = 340. Saved 198 h x 5 Tbps / 24 = 41.25
    net = sea(ships=[("one", 0, 0, "ZONE", 10.0)])
    hit = outage(net, (5.0, "near"), (5.2, "near"))
    row = priced(net, hit, ports={"x": (0.0, 0.0)}).loc["ship", "x"]
    assert row["saves"] == pytest.approx(198 * 5 / 24)
    assert row["saves_low"] == row["saves_high"] == row["saves"]
    # by the dual: one more like it would save 267 - 74 = 193 h
    assert row["dual"] == pytest.approx(193 * 5 / 24, rel=0.01)


def test_the_dual_of_a_ship_bounds_what_one_more_like_it_saves():
    rng = np.random.default_rng(7)
    for _ in range(8):
        lon = rng.uniform(0.5, 19.5, 4).round(2)
        places = [(float(x), "near" if x < 10 else "far") for x in lon]
        bases = [("one", 1.0, 0, "ZONE", 10.0), ("two", 18.0, 0, "ZONE", 12.0)]
        net = sea(ships=bases)
        case = repair_case(net, outage(net, *places))
        choice = choose_routes(case.problem, seed=1, limit=5.0)
        dual = ship_duals(case.problem, choice.objective)
        more = sea(ships=[*bases, ("three", 1.0, 0, "ZONE", 10.0)])
        bigger = choose_routes(repair_case(more, outage(more, *places)).problem, seed=1, limit=5.0)
        saved = (choice.objective - bigger.objective) / 2400
        # exact where the relaxation is whole; never below 0
        assert saved >= -1e-9
        assert dual[0] >= -1e-9
        one = ship_duals(case.problem, choice.objective)[case.ships.index(
            next(s for s in case.ships if s.id == "one"))]
        assert one >= saved - 1e-6 or choice.status != "optimal"


def test_spares_nearer_by_save_the_detour_and_levers_never_cost():
    net = with_depots(sea(ships=[("one", 10, 0, "ZONE", 10.0)]), ("far-off", 0.0, "ZONE", np.nan))
    hit = outage(net, (15.0, "far"))
    found = priced(net, hit, ports={"quay": (10.0, 0.0)})
    # by way of 0 E: 10 + 15 degrees: 3,339.6 km = 1,803.2 nm -> 181 h, and 36 h to load.
    # with spares beside the base: 5 degrees -> 37 h. Saved 180 h x 4 Tbps / 24
    assert found.loc["spares", "quay"]["saves"] == pytest.approx(180 * 4 / 24)
    assert (found["saves"].dropna() >= -1e-9).all()


def test_permit_days_count_from_the_fast_lane_too():
    net = sea(ships=[("one", 0, 0, "ZONE", 10.0)], permits=[("BB", 20.0, "fault", False)],
              waters=[("bb", "eez", "BB", "near/1")])
    hit = outage(net, (5.0, "near"))
    plain = repair_case(net, hit, rules=RepairRules(sooner={"BB": 4.0})).problem.permit_h
    assert plain.tolist() == [[16 * 24]]
    fast = repair_case(net, hit, rules=RepairRules(sooner={"BB": 4.0}, fast_lane={"BB": 3.0}))
    assert fast.problem.permit_h.tolist() == [[0]]


def with_permits(net, days):
    """Two cables and two ships; the near cable lies in waters that ask for permits."""
    tables = sea(permits=[("BB", days, "fault", False)], waters=[
        ("bb", "eez", "BB", "near/1"), ("high-seas", "high_seas", None, "far/1")]).layers.tables
    return build_network(net.layers.with_tables(**{name: tables[name] for name in (
        "permits", "jurisdictions", "segment_jurisdictions")}))


def asking(seed):
    """Random room, and random cuts."""
    net = with_permits(drawn(seed)[0], 15.0)
    rng = np.random.default_rng(seed)
    rng.uniform(0.5, 6, 2)
    lon = rng.uniform(0.5, 19.5, 3).round(2)
    return net, outage(net, *((float(x), "near" if x < 10 else "far") for x in lon))


@pytest.mark.parametrize("seed", range(6))
def test_prices_by_what_the_network_gets_are_those_of_every_schedule(seed):
    net, hit = asking(seed)
    value = NetworkValue(net, hit, hit.faults["link"].tolist())
    level = value.demand_by_country * 0.1 + 1e-6
    rate = {"demand_days": value.unserved_tbps, ServiceLevel(0.9): lambda mended: float(
        (value.unserved_by_country(mended) > level).sum())}
    levers = {("permit day", "BB"): RepairRules(sooner={"BB": 1.0}),
              ("pooled fleet", "agreements ignored"): RepairRules(pooled=True)}
    for objective, lost in rate.items():
        found = priced(net, hit, ports={"x": (7.0, 0.0)}, objective=objective)
        least = {rules: min(spent(done, 90 * 24.0, lost) for done in every_schedule(
            net, hit, levers.get(rules))) for rules in (None, *levers)}
        for lever in levers:
            assert found.loc[lever]["saves"] == pytest.approx(least[None] - least[lever], abs=1e-5)
        assert (found["saves"] >= -1e-6).all()
        assert found.loc["permit day", "BB"]["order_kept"] <= found.loc[
            "permit day", "BB"]["saves"] + 1e-6
        assert found["dual"].isna().all(), "nothing is additive here"


def test_a_permit_day_is_worth_what_stays_unserved_for_it():
    """One cut of 'near', which alone joins AA to the others: of 3 Tbps the 0.3 between BB and CC
    are served without it (see `valued`). Its permit comes long after the ship: a day less saves
    2.7."""
    net = with_permits(two_ships(40.0, 4.0), 40.0)
    found = priced(net, outage(net, (5.0, "near")), ports={"x": (5.0, 0.0)},
                   objective="demand_days")
    assert found.loc["permit day", "BB"]["saves"] == pytest.approx(2.7)
    assert found.loc["permit day", "BB"]["order_kept"] == pytest.approx(2.7)
    assert found.loc["ship", "x"]["saves"] == pytest.approx(0.0, abs=1e-6)
