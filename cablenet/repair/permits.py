"""Permits: who is asked before work starts, how long each takes, and from when the days count."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from cablenet.errors import InputError, Problem
from cablenet.network import Network
from cablenet.repair.durations import DEFAULT_PERMIT, LOCATE, between, whole_hours
from cablenet.repair.rules import RepairRules

DEFAULT = "DEFAULT"
Share = Callable[[str], float]


@dataclass(frozen=True)
class Permit:
    """What one country asks.

    `from_nomination`: the days count once the ship is named to it, otherwise from the fault.
    `ship_bound`: it belongs to one ship, so a ship that has still to be chartered cannot be named.
    `own_flag_h`: for ships of the country's own flag, which need no exemption from cabotage rules.
    """

    country: str
    hours: int
    own_flag_h: int
    from_nomination: bool
    ship_bound: bool
    refused: bool = False

    def there_h(self, flag: str, charter_h: int) -> int:
        """The hour it is there for a ship of this flag that is chartered for so many hours."""
        days = self.own_flag_h if flag == self.country else self.hours
        named = (LOCATE.hours if self.from_nomination else 0) + (
            charter_h if self.ship_bound else 0)
        return named + days


def claimants_of(net: Network, jurisdiction: str) -> tuple[str, ...]:
    """Who is asked: every claimant of disputed waters, nobody on the high seas.

    Waters that the map does not know ask DEFAULT.
    """
    table = net.layers.tables["jurisdictions"]
    claims = table.loc[table["jurisdiction_id"] == jurisdiction, "claimants"]
    if not len(claims):
        return (DEFAULT,)
    text = "" if pd.isna(claims.iloc[0]) else str(claims.iloc[0])
    return tuple(code for code in text.split(";") if code)


def permits_of(net: Network, jurisdiction: str, asked: Sequence[str], rules: RepairRules,
               share: Share) -> tuple[Permit, ...]:
    """One permit for each country asked in a jurisdiction; `share` gives the quantile of its days.

    A country's row for these very waters comes before one for their kind, and that before its row
    for all waters; of a country without any, the same rows of DEFAULT hold.

    Raises
    ------
    InputError
        days below 0, or that do not rise from low through typical to high
    """
    rows: dict[tuple[str, str], dict[Any, Any]] = {
        (str(row["country"]), ""): row for row in net.layers.tables["permits"].to_dict("records")}
    rows |= {(str(row["country"]), str(row["waters"])): row
             for row in net.layers.tables["permit_waters"].to_dict("records")}
    table = net.layers.tables["jurisdictions"]
    kind = table.loc[table["jurisdiction_id"] == jurisdiction, "kind"]
    places = [jurisdiction, *kind.astype(str), ""] if jurisdiction else [""]
    found = []
    for country in asked:
        row = next((rows[key] for key in ((who, where) for who in (country, DEFAULT)
                                          for where in places) if key in rows), {})
        permit = _permit(country, row, rules, share(country))
        altogether = rows.get((country, ""), {}).get("refused") is True
        found.append(replace(permit, refused=True) if altogether else permit)
    return tuple(found)


def _permit(country: str, row: dict[Any, Any], rules: RepairRules, quantile: float) -> Permit:
    low, typical, high = _days(country, row)
    days = between(low, typical, high, quantile)
    own = _number(row.get("own_flag_days"))
    own_days = days if math.isnan(own) else min(
        days, own * days / typical if typical > 0 else own)
    refused = row.get("refused") is True
    earlier = rules.sooner.get(country, 0.0)
    days, own_days = max(0.0, days - earlier), max(0.0, own_days - earlier)
    if country in rules.fast_lane:
        promised = rules.fast_lane[country]
        days = min(days, max(0.0, (low if promised is None else promised) - earlier))
        return Permit(country, whole_hours(days), whole_hours(min(days, own_days)), False, False,
                      refused)
    return Permit(country, whole_hours(days), whole_hours(own_days),
                  row.get("clock") == "nomination", row.get("ship_bound") is True, refused)


def _days(country: str, row: dict[Any, Any]) -> tuple[float, float, float]:
    """Low, typical and high; what is missing is as typical, and typical as the default."""
    if not row:
        return DEFAULT_PERMIT.low, DEFAULT_PERMIT.typical, DEFAULT_PERMIT.high
    typical = _number(row.get("days_typical"))
    typical = DEFAULT_PERMIT.typical if math.isnan(typical) else typical
    low, high = _number(row.get("days_low")), _number(row.get("days_high"))
    low, high = (typical if math.isnan(value) else value for value in (low, high))
    if not 0 <= low <= typical <= high:
        raise InputError([Problem("permits", country, "days_low, days_typical, days_high",
                                  f"{low:g}, {typical:g}, {high:g} do not rise from 0 or more",
                                  "give days in rising order")])
    return low, typical, high


def _number(value: Any) -> float:
    return math.nan if value is None or pd.isna(value) else float(value)
