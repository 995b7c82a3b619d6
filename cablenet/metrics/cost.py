"""`cost`: people and users affected by an outage, and what a day of it costs the economy.

    cost per day = GDP / 365 x loss(level of connectivity) x share of the country's demand unserved

The loss is that of Deloitte (2016) for a day without any internet; the level is the share of the
people who use it. That cost grows in proportion to the traffic lost is assumed: what is cached or
stays inside the country goes on, while firms that live on the outside world stop altogether. Hence
the range. Costs of the first day; long outages cost less a day (firms adapt) or more (stocks end).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cablenet.metrics.unserved import unserved
from cablenet.metrics.values import Heading, Metric, MetricValues, Options
from cablenet.network import Network
from cablenet.scenarios.scenario_set import ScenarioSet

Floats = NDArray[np.float64]
DAYS = 365.0
MUSD = 1000.0
"""Million USD in a billion."""
NOISE = 1e-9
"""A smaller rise of a share is rounding."""


@dataclass(frozen=True)
class Loss:
    """Share of a day's GDP lost without internet where at least `users_from` of the people use it.
    """

    level: str
    users_from: float
    share: float
    low: float
    high: float
    confidence: Literal["sourced", "estimated", "assumed"]
    note: str


LOSSES: tuple[Loss, ...] = (
    Loss("low", 0.0, 0.004, 0.002, 0.008, "sourced", "Deloitte 2016 for GNI (DELOITTE)"),
    Loss("medium", 0.5, 0.010, 0.005, 0.020, "sourced", "Deloitte 2016 for GNI (DELOITTE)"),
    Loss("high", 0.8, 0.019, 0.0095, 0.038, "sourced", "Deloitte 2016 for GNI (DELOITTE)"),
)
"""The shares are sourced; the limits between levels (50 and 80 %) are from memory, and the range,
half to twice, is assumed: the tools of Brookings, CIPESA and NetBlocks differ by such factors."""

HEADINGS = (
    Heading("cost_musd_per_day", "million USD a day", False,
            "GDP a day x loss at the country's connectivity x share of its demand unserved"),
    Heading("cost_musd_per_day_low", "million USD a day", False, "the same with half the loss"),
    Heading("cost_musd_per_day_high", "million USD a day", False, "the same with twice the loss"),
    Heading("people_affected", "people", False,
            "people x share of their country's demand unserved"),
    Heading("users_affected", "people", False,
            "internet users x share of their country's demand unserved"),
    Heading("cost_unknown_countries", "countries", False,
            "countries with demand unserved whose GDP is not known: they are not in the cost"),
)
COUNTRY_HEADINGS = HEADINGS[:-1]


def outage_cost(net: Network, unserved_share: Floats) -> MetricValues:
    """What it costs when a share of each country's demand is not served.

    Parameters
    ----------
    unserved_share
        (S, C) between 0 and 1, in the order of `net.country_id`; NaN (no demand) counts as 0

    Returns
    -------
    MetricValues
        by scenario and by country. A country of unknown GDP that loses something has NaN, is left
        out of the sum, and is counted in `cost_unknown_countries`
    """
    share = np.clip(np.nan_to_num(np.asarray(unserved_share, np.float64)), 0.0, 1.0)
    countries = net.layers.tables["countries"]
    gdp = countries["gdp_busd"].to_numpy(float)
    people = countries["population"].fillna(0.0).to_numpy(float)
    users = countries["internet_users"].fillna(0.0).to_numpy(float)
    level = _level(people, users)
    values: dict[str, Floats] = {}
    for name, losses in (("cost_musd_per_day", [row.share for row in LOSSES]),
                         ("cost_musd_per_day_low", [row.low for row in LOSSES]),
                         ("cost_musd_per_day_high", [row.high for row in LOSSES])):
        whole = gdp * MUSD / DAYS * np.array(losses)[level]
        values[name] = np.where(share > 0.0, share * whole, 0.0)
    values["people_affected"] = share * people
    values["users_affected"] = share * users
    unknown = (share > 0.0) & np.isnan(gdp)
    return MetricValues(
        scenario={**{name: np.nansum(one, axis=1) for name, one in values.items()},
                  "cost_unknown_countries": unknown.sum(axis=1).astype(float)},
        country=values)


def _level(people: Floats, users: Floats) -> NDArray[np.int64]:
    """(C,) number in `LOSSES` by the share of the people who use the internet."""
    share = np.divide(users, people, out=np.zeros(len(people)), where=people > 0)
    limits = np.array([row.users_from for row in LOSSES[1:]])
    return np.searchsorted(limits, share, side="right").astype(np.int64)


def measure(net: Network, scenarios: ScenarioSet, options: Options) -> MetricValues:
    """`outage_cost` of the share of each country's demand that the failure leaves unserved.

    That is at the flow optimum, and beyond what the intact network leaves unserved already.

    Raises
    ------
    MissingCapacityError
        a map without capacities and no capacity rule named
    """
    found = unserved(net, scenarios, options)
    asked = np.bincount(net.gateways.country[net.demands.from_gateway], net.demands.tbps,
                        minlength=len(net.country_id))
    rise = found.values.country["unserved_tbps"] - found.intact_tbps
    share = np.divide(rise, asked, out=np.zeros_like(rise), where=asked > 0)
    return outage_cost(net, np.where(share > NOISE, share, 0.0))


METRIC = Metric("cost", HEADINGS, measure, COUNTRY_HEADINGS)
