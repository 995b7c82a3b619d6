"""Permits by waters: the row for a jurisdiction, for its kind, for the country, and DEFAULT's."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from repair.test_dispatch import outage, sea

import cablenet as cn
from cablenet.build import build_network
from cablenet.repair import RepairRules
from cablenet.repair.case import repair_case
from cablenet.repair.permits import permits_of

WATERS = [("bb-gulf", "eez", "BB", "near/1"), ("cc-eez", "eez", "CC", "far/1")]
MORE = [("bb-eez", "eez", "BB"), ("cc-ts", "territorial_sea", "CC")]


def with_waters(*rows, permits=(("BB", 20.0, "nomination", False),), waters=WATERS):
    """The sea of the dispatch tests; rows as (country, waters, days, refused)."""
    net = sea(ships=[("one", 0, 0, "ZONE", 10.0)], permits=list(permits), waters=list(waters))
    table = pd.DataFrame([
        {"country": country, "waters": where, "days_low": days, "days_typical": days,
         "days_high": days, "clock": "fault", "refused": refused}
        for country, where, days, refused in rows])
    zones = gpd.GeoDataFrame([
        {"jurisdiction_id": key, "kind": kind, "claimants": claimants,
         "geometry": shapely.box(0, -1, 20, 1)}
        for key, kind, claimants in {zone[0]: zone[:3] for zone in (*MORE, *waters)}.values()],
        geometry="geometry", crs="EPSG:4326")
    return build_network(net.layers.with_tables(permit_waters=table, jurisdictions=zones))


def days(net, jurisdiction, country):
    (permit,) = permits_of(net, jurisdiction, [country], RepairRules(), lambda _: 0.5)
    return permit.hours / 24.0


def test_the_nearest_row_holds():
    net = with_waters(("BB", "eez", 5.0, False), ("BB", "bb-gulf", 40.0, False),
                      ("DEFAULT", "eez", 1.0, False),
                      permits=[("BB", 20.0, "nomination", False)])
    assert days(net, "bb-gulf", "BB") == 40.0  # its own row
    assert days(net, "bb-eez", "BB") == 5.0  # the row for its kind
    assert days(net, "cc-ts", "BB") == 20.0  # the country's row
    assert days(net, "cc-eez", "CC") == 1.0  # DEFAULT's for the kind
    assert days(net, "cc-ts", "CC") == 0.0  # DEFAULT's: 0 in this sea
    assert days(net, "nowhere", "CC") == 0.0
    # a country with a row of its own never falls through to a row of DEFAULT
    plain = with_waters(("DEFAULT", "eez", 1.0, False))
    assert days(plain, "bb-eez", "BB") == 20.0


def test_a_refusal_of_all_permits_holds_in_all_waters_and_one_by_waters_there():
    net = with_waters(("BB", "eez", 5.0, False), ("CC", "cc-eez", 5.0, True),
                      permits=[("BB", 20.0, "nomination", True)])
    asked = [(where, permits_of(net, where, [who], RepairRules(), lambda _: 0.5)[0].refused)
             for where, who in (("bb-eez", "BB"), ("cc-eez", "CC"), ("cc-ts", "CC"))]
    assert asked == [("bb-eez", True), ("cc-eez", True), ("cc-ts", False)]


def test_plans_and_simulated_years_ask_by_waters():
    one = [("bb-eez", "eez", "BB", "near/1"), ("high-seas", "high_seas", None, "far/1")]
    plain, freed = (with_waters(*rows, waters=one, permits=[("BB", 20.0, "fault", False)])
                    for rows in ([("CC", "eez", 0.0, False)], [("BB", "eez", 0.0, False)]))
    for net, permit in ((plain, 20 * 24), (freed, 0)):
        assert repair_case(net, outage(net, (5.0, "near"))).problem.permit_h.tolist() == [[permit]]
    years = [cn.simulate_years(net, cn.fault_model(net), years=30, seed=1)
             for net in (plain, freed)]
    near = years[0].faults["segment_id"].to_numpy() == "near/1"
    assert near.any()
    waited = [np.nan_to_num(twin.case.permit_h.min(axis=1)) - twin.faults["start_h"].to_numpy()
              for twin in years]
    assert waited[0][near] == pytest.approx(20 * 24)
    assert waited[1][years[1].faults["segment_id"].to_numpy() == "near/1"] == pytest.approx(0.0)
