"""The shipped tables: complete, dated, honest about each number, and true where truth is known."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cablenet import catalogue
from cablenet.layer_checks import provenance_of

FACTS = Path(__file__).parents[2] / "geodata" / "build" / "facts"


def rows(name: str) -> list[dict[str, str]]:
    with (FACTS / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def atlas():
    return catalogue.atlas()


def test_all_155_systems_of_the_facts_are_there_and_our_additions_say_so(atlas):
    facts, added = ({row["system_id"] for row in rows(name)}
                    for name in ("systems", "additions_systems"))
    assert len(facts) == 155
    assert set(atlas.cables["cable_id"]) == facts | added
    assert not facts & added


def test_every_landing_of_the_facts_is_in_the_landings_table(atlas):
    expected = {(row["system_id"], row["country_iso2"], row["town"]) for row in rows("landings")}
    station = atlas.stations.set_index("station_id")
    mine = atlas.landings
    got = set(zip(mine["cable_id"], station.loc[mine["station_id"], "country"],
                  station.loc[mine["station_id"], "name"], strict=True))
    assert expected <= got


def test_status_words_are_mapped_and_future_systems_start_at_the_end_of_their_year(atlas):
    cables = atlas.cables.set_index("cable_id")
    words = {"live": "live", "build": "building", "plan": "planned", "retired": "retired",
             "partial": "partial"}
    for row in rows("systems"):
        cable = cables.loc[row["system_id"]]
        assert cable["status"] == words[row["status"]]
        if row["status"] in ("build", "plan"):
            assert cable["in_service_from"] == f"{row['rfs_year']}-12-31"
        else:
            assert cable["in_service_from"][:4] <= str(int(row["rfs_year"]) + 1)


def test_every_measured_number_says_where_it_comes_from_and_has_a_range(atlas):
    basis = provenance_of(atlas.tables)
    bare = basis[basis["basis"] == ""]
    assert not len(bare), bare.groupby(["layer", "column"]).size().to_string()
    rules = atlas.provenance
    assert rules["low"].notna().all()
    assert rules["high"].notna().all()
    assert (rules["low"] <= rules["high"]).all()
    factor = rules[rules["range_kind"] == "factor"]
    assert ((factor["low"] <= 1.0) & (factor["high"] >= 1.0)).all()


def test_every_source_named_is_in_the_sources_table(atlas):
    known = set(atlas.sources["source_id"])
    named = {source for cell in atlas.provenance["sources"].dropna() for source in cell.split(";")}
    assert named - {""} <= known


def test_nothing_from_memory_or_assumed_is_called_sourced(atlas):
    weak = {row["system_id"] for row in rows("systems")
            if row["capacity_confidence"] != "sourced" or row["est_basis"].startswith("ESTIMATE")}
    rules = atlas.provenance
    mine = rules[(rules["layer"] == "cables") & (rules["column"] == "design_capacity_tbps")]
    assert not weak & set(mine.loc[mine["basis"] == "sourced", "id"])
    sourced = rules[rules["basis"] == "sourced"]
    assert not sourced["sources"].isin(["MEM", "CABLENET", ""]).any()


def test_lit_never_exceeds_design_and_branches_are_no_larger_than_trunks(atlas):
    segments = atlas.segments
    assert (segments["lit_capacity_tbps"] <= segments["design_capacity_tbps"] + 1e-9).all()
    assert (segments["design_capacity_tbps"] > 0).all()
    trunk = segments["cable_id"].map(atlas.cables.set_index("cable_id")["design_capacity_tbps"])
    assert (segments["design_capacity_tbps"] <= trunk + 1e-9).all()


def test_every_country_with_people_has_a_gateway_and_landlocked_ones_a_way_out(atlas):
    countries = set(atlas.countries["country"])
    gateways = atlas.gateways
    assert countries == set(gateways["country"])
    assert len(countries) > 235
    ends = set(atlas.border_crossings["from_id"]) | set(atlas.border_crossings["to_id"])
    for country in ("NP", "BT", "ET", "UG", "RW", "BI", "MW", "ZM", "ZW", "BW", "LS", "SZ", "LA",
                    "AF", "UZ", "KG", "TJ", "TM", "KZ", "MN", "BF", "ML", "NE", "TD", "CF", "SS"):
        assert set(gateways.loc[gateways["country"] == country, "gateway_id"]) & ends, country


def test_shares_of_each_country_sum_to_one(atlas):
    total = atlas.gateways.groupby("country")[["people_share", "demand_share"]].sum()
    assert np.allclose(total, 1.0, atol=1e-4)


def test_backhaul_never_leaves_its_country_or_its_landmass(atlas):
    station = atlas.stations.set_index("station_id")
    gateway = atlas.gateways.set_index("gateway_id")
    for column in ("country", "landmass_id"):
        a = station.loc[atlas.backhaul["station_id"], column].to_numpy(object)
        b = gateway.loc[atlas.backhaul["gateway_id"], column].to_numpy(object)
        assert (a == b).all()
    assert set(atlas.backhaul["station_id"]) == set(atlas.stations["station_id"])


def test_fixed_links_are_declared_crossings_or_stay_on_one_landmass(atlas):
    mass = atlas.gateways.set_index("gateway_id")["landmass_id"]
    links = atlas.fixed_links
    apart = (mass.loc[links["from_id"]].to_numpy(object)
             != mass.loc[links["to_id"]].to_numpy(object))
    assert set(links.loc[apart, "kind"]) <= {"tunnel", "bridge"}
    assert (links.loc[~apart, "kind"] == "backbone").all()
    assert {"seikan", "kanmon", "seto"} <= set(links["fixed_link_id"])


def test_tonga_had_one_international_cable_in_january_2022(atlas):
    station = atlas.stations.set_index("station_id")["country"]
    landed = atlas.landings
    tonga = set(landed.loc[landed["station_id"].map(station) == "TO", "cable_id"])
    abroad = {cable for cable in tonga if set(
        landed.loc[landed["cable_id"] == cable, "station_id"].map(station)) != {"TO"}}
    cables = atlas.cables.set_index("cable_id").loc[sorted(abroad)]
    alive = (cables["in_service_from"] <= "2022-01-15") & ~(cables["in_service_to"] <= "2022-01-15")
    assert list(cables.index[alive]) == ["tonga"]


def test_demand_keeps_the_itu_figure_unless_transit_makes_it_implausible(atlas):
    countries = atlas.countries.set_index("country")
    assert countries.loc["IN", "demand_tbps"] == pytest.approx(110.853, abs=0.001)
    per_user = 1e6 * countries["demand_tbps"] / countries["internet_users"].where(
        countries["internet_users"] > 0)
    assert per_user.max() <= 1.0 + 1e-6
    notes = atlas.provenance.set_index(["layer", "id", "column"])["note"]
    assert "224187" in notes[("countries", "HK", "demand_tbps")]
    assert countries.loc["TW", "demand_tbps"] > 0


def test_all_66_ships_and_24_depots_serve_known_agreements(atlas):
    known = set(atlas.maintenance_agreements["agreement_id"])
    assert (len(atlas.ships), len(atlas.depots)) == (66, 24)
    for frame in (atlas.ships, atlas.depots):
        zones = {zone for cell in frame["zones"].dropna() for zone in cell.split(";")}
        assert zones - {""} <= known
    assert not atlas.ships.loc[atlas.ships["role"] == "naval", "can_repair"].any()
    able = atlas.ships["can_repair"] & atlas.ships["status"].isin(["active", "uncertain"])
    served = {zone for cell in atlas.ships.loc[able, "zones"].dropna()
              for zone in cell.split(";")}
    assert set(atlas.cables["maintenance_agreement"]) <= served


def test_permits_have_a_default_and_ordered_days(atlas):
    permits = atlas.permits
    assert "DEFAULT" in set(permits["country"])
    assert (permits["days_low"] <= permits["days_typical"]).all()
    assert (permits["days_typical"] <= permits["days_high"]).all()


def test_the_calibration_meets_what_was_declared(atlas):
    from cablenet_geodata import path

    table = pd.read_csv(path("calibration.csv"), keep_default_na=False, na_values=[""])
    table = table.set_index("country")
    assert table["served_tbps"].sum() >= 0.99 * table["demand_tbps"].sum()
    use = table.loc[["IN", "JP", "TW", "SG"], "utilisation"]
    assert use.between(0.30, 0.80).all(), use.to_string()


def test_indias_landed_lit_capacity_is_near_what_its_regulators_figures_grow_to():
    # policy_facts.csv: lit in India 123.87 Tbps at the end of 2021 (SNINDIA), 138.606 at the end
    # of 2022 (BIZZBUZZ); at the same growth 138.606 x (138.606 / 123.87) ** 3.4 = 203 in June 2026
    from cablenet_geodata import path

    table = pd.read_csv(path("calibration.csv"), keep_default_na=False, na_values=[""])
    lit = table.set_index("country").loc["IN", "landed_lit_tbps"]
    assert lit == pytest.approx(203.0, rel=0.25)


def test_the_readme_shows_the_columns_of_the_schema():
    from cablenet.schema import markdown

    text = (FACTS.parents[1] / "README.md").read_text(encoding="utf-8")
    assert text.endswith(markdown())
