"""Jobs: every fault of an outage as a place to sail to, with its permit, work and worth."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cablenet.errors import InputError
from cablenet.network import LINK_KINDS, Network
from cablenet.repair.durations import TEST, spare_km, whole_hours, work_stage
from cablenet.repair.permits import Permit, claimants_of, permits_of
from cablenet.repair.rules import RepairRules
from cablenet.repair.weather import season_at
from cablenet.scenarios.scenario_set import ScenarioSet

WEIGHT_UNIT = 100


@dataclass(frozen=True)
class Job:
    """One fault to mend.

    Hours count from the fault. `refused_by` names the countries that grant no permit; `weight` is
    in hundredths; `season` names the hard weather that lengthens the work, if any.
    """

    id: str
    link: int
    segment_id: str
    cable_id: str
    cable_name: str
    lon: float
    lat: float
    depth_m: float
    jurisdiction_id: str
    asked: tuple[str, ...]
    refused_by: tuple[str, ...]
    permits: tuple[Permit, ...]
    work_h: int
    test_h: int
    agreement: str
    weight: int
    on_land: bool = False
    cause: str = ""
    season: str = ""
    spare_km: float = 0.0

    def permit_h(self, flag: str = "", charter_h: int = 0) -> int:
        """The hour the last permit is there for a ship of this flag, chartered so many hours."""
        return max((permit.there_h(flag, charter_h) for permit in self.permits), default=0)

    def last_permit(self, flag: str = "", charter_h: int = 0) -> str:
        """The country whose permit is there last; empty where nobody is asked."""
        return max(self.permits, key=lambda permit: permit.there_h(flag, charter_h)).country \
            if self.permits else ""


def jobs_of(net: Network, outage: ScenarioSet, weights: Mapping[str, float] | None = None,
            rules: RepairRules | None = None) -> tuple[Job, ...]:
    """One job per fault of a one-row scenario set, in the order of its faults.

    Parameters
    ----------
    weights
        worth of a day of each segment or cable, by id (others 1); default: its lit capacity in
        Tbps, shared among its faults (1 where unknown)
    rules
        which quantile of the ranges, or which draw; the month of the weather; fast permits

    Raises
    ------
    InputError
        several scenarios at once, or one without a place to sail to
    """
    outage.check_network(net)
    if len(outage) != 1:
        raise InputError(f"repairs are planned for one outage at a time, not for {len(outage)} "
                         "scenarios; pick one: scenarios['its name']")
    faults = outage.faults
    if not len(faults):
        raise InputError(f"'{outage.names[0]}' has no fault at sea to sail to; a lost cable or "
                         "station has no place, so use a cut, an area or a named event")
    for key, worth in (weights or {}).items():
        if not worth >= 0:
            raise InputError(f"weights: '{key}' is {worth}; give a number of 0 or more")
    chosen = rules or RepairRules()
    shares = _shares(faults, chosen)
    records: Any = faults.to_dict("records")
    share = Counter(faults["link"].tolist())
    return tuple(
        _job(net, f"J{number + 1}", row, _worth(net, row, share[row["link"]], weights), chosen,
             shares[number]) for number, row in enumerate(records))


class _Shares:
    """The quantile of each stage of a job: the same for all, or drawn, permits once a country."""

    def __init__(self, rules: RepairRules, stages: tuple[float, float],
                 countries: Mapping[str, float]) -> None:
        self.work, self.test = (rules.quantile,) * 2 if rules.draw is None else stages
        self._plain = rules.quantile if rules.draw is None else None
        self._countries = countries

    def permit(self, country: str) -> float:
        return self._countries[country] if self._plain is None else self._plain


class _Drawn(dict[str, float]):
    """A share for each country asked, drawn when first asked for from its own seed."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._seed = seed

    def __missing__(self, country: str) -> float:
        words = [self._seed, *country.encode("utf-8")]
        self[country] = float(np.random.default_rng(words).random())
        return self[country]


def _shares(faults: pd.DataFrame, rules: RepairRules) -> list[_Shares]:
    seed = 0 if rules.draw is None else rules.draw
    drawn = np.random.default_rng(seed).random((len(faults), 2))
    countries = _Drawn(seed)
    return [_Shares(rules, (float(work), float(test)), countries) for work, test in drawn]


def _worth(net: Network, fault: Mapping[str, Any], faults_on_link: int,
           weights: Mapping[str, float] | None) -> float:
    link = int(fault["link"])
    if weights is not None:
        cable_id = str(net.cable_id[int(net.links.cable[link])])
        return float(weights.get(str(fault["segment_id"]), weights.get(cable_id, 1.0)))
    lit = float(net.links.lit_tbps[link])
    return (1.0 if math.isnan(lit) else lit) / faults_on_link


def _job(net: Network, key: str, fault: Mapping[str, Any], worth: float, rules: RepairRules,
         shares: _Shares) -> Job:
    link = int(fault["link"])
    cable = int(net.links.cable[link])
    cable_id = str(net.cable_id[cable])
    depth = math.nan if pd.isna(fault["depth_m"]) else float(fault["depth_m"])
    cause = "" if pd.isna(fault["cause"]) else str(fault["cause"])
    jurisdiction = "" if pd.isna(fault["jurisdiction_id"]) else str(fault["jurisdiction_id"])
    asked = claimants_of(net, jurisdiction)
    permits = permits_of(net, jurisdiction, asked, rules, shares.permit)
    season = season_at(float(fault["lon"]), float(fault["lat"]), rules.month)
    slower = 1.0 if season is None else season.factor
    cables = net.layers.tables["cables"]
    agreement = cables.loc[cables["cable_id"] == cable_id, "maintenance_agreement"].dropna()
    return Job(
        id=key, link=link, segment_id=str(fault["segment_id"]), cable_id=cable_id,
        cable_name=str(net.cable_name[cable]), lon=float(fault["lon"]),
        lat=float(fault["lat"]), depth_m=depth, jurisdiction_id=jurisdiction, asked=asked,
        refused_by=tuple(permit.country for permit in permits if permit.refused),
        permits=permits, work_h=whole_hours(work_stage(depth, cause).at(shares.work) * slower),
        test_h=whole_hours(TEST.at(shares.test)),
        agreement=str(agreement.iloc[0]) if len(agreement) else "",
        weight=max(1, round(worth * WEIGHT_UNIT)),
        on_land=int(net.links.kind[link]) != LINK_KINDS.index("wet"),
        cause=cause, season="" if season is None else season.name,
        spare_km=spare_km(depth, cause),
    )
