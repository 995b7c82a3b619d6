"""What the layers of results are called, for people."""

from __future__ import annotations

TITLES = {
    "scenarios": "Scenarios: the links each takes away, with its scores",
    "countries": "Countries by the worst they lose in any scenario",
    "country_scores": "Scores of each country in each scenario, without shapes",
    "faults": "Where the sea bed would have to be visited",
    "units": "Units by the number of minimal cut sets they belong to, without shapes",
    "attacks": "The worst attack and the next best: the links each takes away",
    "repair_jobs": "Repairs: where, by which ship, from when until when",
    "country_repairs": "Countries by what a repair plan leaves them without, without shapes",
    "voyages": "Voyages from repair to repair (great circles, schematic)",
    "restoration": "Share of the outage still felt, by day, without shapes",
    "bases": "Ports, with the ships that each model lays there",
    "ports": "Ports, by what one more ship there would save",
    "new_cables": "Cables to build",
    "losses": "Failures by the demand they leave unserved, before and after, without shapes",
    "promised": "Promises that fall short today, and what is left of that, without shapes",
    "links": "Links by load: the busier direction, before and after the failure",
    "worst": "The worst failures of a sweep, without shapes",
    "orders": "Sums of a sweep by the number of failures, without shapes",
    "capacity": "Capacity that countries lose in drawn years, without shapes",
    "pairs": "Pairs of countries by their time apart in drawn years, without shapes",
    "years": "Sums of each drawn year, without shapes",
    "rows": "Every failure of a sweep that was kept, or every loss of a drawn year, without shapes",
    "country_traffic": "Demand of each country, unserved and delayed, without shapes",
}
