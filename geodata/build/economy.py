"""Gross domestic product: facts and a declared table, both from memory; else by the region."""

from __future__ import annotations

import pandas as pd
from provenance import Ledger, of_confidence
from read_facts import declared, fact, numbers

FACT = "gdp_2023_busd(memory)"


def gdp_busd(countries: pd.DataFrame, ledger: Ledger) -> pd.Series:
    """Nominal GDP of 2023 of each country in billion USD.

    A country in neither table gets its people times the GDP per head of its region, assumed.
    """
    told = fact("country_demand").set_index("country_iso2")[FACT]
    known = numbers(pd.concat([told[told != ""], declared("gdp").set_index("country")["gdp_busd"]]))
    known = known[~known.index.duplicated()]
    found = countries["country"].map(known)
    basis, low, high, note = of_confidence("memory")
    has = found.notna()
    by_region = countries[has].assign(gdp=found[has]).groupby("region")[["gdp", "population"]].sum()
    per_head = by_region["gdp"] / by_region["population"]
    for row, given in zip(countries.itertuples(), has, strict=True):
        if given:
            ledger.add("countries", row.country, "gdp_busd", basis, low, high, sources="MEM",
                       note=f"nominal GDP of 2023; {note}")
        else:
            ledger.add("countries", row.country, "gdp_busd", "assumed", 0.3, 3.0,
                       sources="CABLENET",
                       note=f"people x {1e9 * per_head[row.region]:,.0f} USD a head, as in the "
                            f"countries of the region that are known ({row.region})")
    guess = countries["population"] * countries["region"].map(per_head)
    return found.fillna(guess).map(lambda value: float(f"{value:.4g}"))
