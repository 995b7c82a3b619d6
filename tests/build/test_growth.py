"""Time travel: demand by a table of growth, lit capacity by the rule of the file, by hand."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from cablenet import catalogue
from cablenet.build.growth import demand_growth, scaled_to
from cablenet.errors import InputError
from cablenet.testing import chain, ring

KNOWN = pd.DataFrame({"cable_id": [], "valid_from": [], "valid_to": [],
                      "lit_capacity_tbps": [], "raised_with": []}, dtype=object)


def growth(rate: float) -> pd.DataFrame:
    return pd.DataFrame({"regions": ["*"], "year_from": [2000], "year_to": [2040],
                         "growth_per_year": [rate]})


def lit(layers):
    return layers.segments.set_index("segment_id")["lit_capacity_tbps"].to_dict()


def test_demand_grows_by_the_rate_of_each_year_and_shrinks_backwards():
    """Two whole years from the middle of 2023: 1.25 squared, and its inverse."""
    table = growth(0.25)
    assert demand_growth(table, "Europe", date(2025, 7, 2)) == pytest.approx(1.5625, rel=1e-3)
    assert demand_growth(table, "Europe", date(2021, 7, 2)) == pytest.approx(0.64, rel=1e-3)


def test_a_row_that_names_the_region_goes_before_the_others():
    table = pd.concat([growth(0.25), growth(1.0).assign(regions="Asia;Pacific")])
    table = table.reset_index(drop=True)
    assert demand_growth(table, "Pacific", date(2024, 7, 1)) == pytest.approx(2.0, rel=2e-3)
    assert demand_growth(table, "Europe", date(2024, 7, 1)) == pytest.approx(1.25, rel=2e-3)


def test_a_year_outside_the_table_is_one_clear_error():
    with pytest.raises(InputError, match="name a day from 2000 to 2040"):
        demand_growth(growth(0.25), "Europe", date(1999, 1, 1))


def test_with_the_same_cables_lit_capacity_follows_demand():
    """Every country of the ring has 20 Tbps landed; demand of 2025 is 1.5625 of 2023's."""
    layers = scaled_to(ring(), date(2025, 7, 2), growth(0.25), KNOWN)
    assert layers.countries["demand_tbps"].tolist() == pytest.approx([1.5625] * 4, rel=1e-3)
    assert layers.as_of == date(2025, 7, 2)
    # the design of 10 Tbps is no bound to the ratio itself, only to what is raised beyond it
    assert lit(layers)["ab/1"] == pytest.approx(15.625, rel=1e-3)


def test_with_fewer_cables_those_there_carry_what_all_do_today():
    """Without ab, AA has 10 of its 20 Tbps (factor 2), DD all (factor 1): da gets 10 x sqrt(2)."""
    layers = ring()
    cables = layers.cables
    cables["in_service_from"] = ["2020-01-01", "2010-01-01", "2010-01-01", "2010-01-01"]
    layers = scaled_to(layers.with_tables(cables=cables), date(2015, 7, 2), growth(0.0), KNOWN)
    assert lit(layers)["da/1"] == pytest.approx(14.142, rel=1e-3)
    assert lit(layers)["cd/1"] == pytest.approx(10.0, rel=1e-3)


def test_a_figure_known_for_the_day_replaces_the_rule():
    known = pd.DataFrame({"cable_id": ["ab"], "valid_from": ["2024-01-01"],
                          "valid_to": ["2026-01-01"], "lit_capacity_tbps": [7.0],
                          "raised_with": ["ab"]})
    assert lit(scaled_to(ring(), date(2025, 1, 1), growth(0.0), known))["ab/1"] == 7.0
    assert lit(scaled_to(ring(), date(2023, 1, 1), growth(0.0), known))["ab/1"] == 10.0


def test_a_system_is_raised_as_a_whole_until_demand_is_served():
    """BB and CC ask 0.85 Tbps each of the hub AA: 1.7 at 80 % usable is 2.125 all along."""
    layers = chain()
    layers = layers.with_tables(cables=layers.cables.assign(lit_capacity_tbps=0.5,
                                                            design_capacity_tbps=10.0))
    raised = lit(scaled_to(layers, date(2023, 7, 2), growth(0.25), KNOWN))
    assert raised["ch/1"] == pytest.approx(2.125, abs=0.03)
    assert raised["ch/2"] == pytest.approx(raised["ch/1"])


def test_a_day_before_the_first_system_is_one_clear_error():
    with pytest.raises(InputError, match="before the first system"):
        catalogue.atlas("1980-01-01", scaled=True)
    with pytest.raises(InputError, match="before the first system"):
        catalogue.build_network(catalogue.atlas("1980-01-01"))


def test_the_shipped_table_knows_every_year_and_region():
    layers = catalogue.atlas()
    from cablenet_geodata import path

    table = pd.read_csv(path("growth.csv"))
    for region in layers.countries["region"].unique():
        assert 0 < demand_growth(table, region, date(1991, 1, 1)) < 1e-2
        assert demand_growth(table, region, date(2040, 1, 1)) > 10
    assert set(table["basis"]) <= {"sourced", "estimated", "assumed"}
    assert (table["low"] <= table["growth_per_year"]).all()
    assert (table["growth_per_year"] <= table["high"]).all()


def test_known_figures_keep_their_ratio_in_2008():
    """620 Gbps over SMW4 and FEA are 75 % of what ran through Egypt, 207 over SMW3 the rest."""
    net = catalogue.build_network(catalogue.atlas("2008-01-30", scaled=True))
    largest = {key: net.links.lit_tbps[net.links_of_cable(net.cable_index(key))].max()
               for key in ("smw4", "fea", "smw3")}
    pair = largest["smw4"] + largest["fea"]
    assert pair / (pair + largest["smw3"]) == pytest.approx(0.75, abs=0.005)
