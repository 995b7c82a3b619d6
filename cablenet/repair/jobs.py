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
from cablenet.repair.durations import DEFAULT_PERMIT, HOURS_PER_DAY, LOCATE, TEST, work_stage
from cablenet.scenarios.scenario_set import ScenarioSet

WEIGHT_UNIT = 100


@dataclass(frozen=True)
class Job:
    """One fault to mend.

    Hours count from the fault. `permit_h` is when the last permit is there, `refused_by` names
    the countries that grant none; `weight` is in hundredths.
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
    permit_h: int
    work_h: int
    test_h: int
    agreement: str
    weight: int
    on_land: bool = False


def jobs_of(net: Network, outage: ScenarioSet,
            weights: Mapping[str, float] | None = None) -> tuple[Job, ...]:
    """One job per fault of a one-row scenario set, in the order of its faults.

    Parameters
    ----------
    weights
        worth of a day of each segment or cable, by id (others 1); default: its lit capacity in
        Tbps, shared among its faults (1 where unknown)

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
    records: Any = faults.to_dict("records")
    share = Counter(faults["link"].tolist())
    return tuple(
        _job(net, f"J{number + 1}", row, share[row["link"]], weights)
        for number, row in enumerate(records)
    )


def _job(net: Network, key: str, fault: Mapping[str, Any], faults_on_link: int,
         weights: Mapping[str, float] | None) -> Job:
    link = int(fault["link"])
    cable = int(net.links.cable[link])
    cable_id = str(net.cable_id[cable])
    depth = math.nan if pd.isna(fault["depth_m"]) else float(fault["depth_m"])
    jurisdiction = "" if pd.isna(fault["jurisdiction_id"]) else str(fault["jurisdiction_id"])
    asked, refused, permit_h = _permit(net, jurisdiction)
    cables = net.layers.tables["cables"]
    agreement = cables.loc[cables["cable_id"] == cable_id, "maintenance_agreement"].dropna()
    if weights is None:
        lit = float(net.links.lit_tbps[link])
        worth = (1.0 if math.isnan(lit) else lit) / faults_on_link
    else:
        worth = weights.get(str(fault["segment_id"]), weights.get(cable_id, 1.0))
    return Job(
        id=key, link=link, segment_id=str(fault["segment_id"]), cable_id=cable_id,
        cable_name=str(net.cable_name[cable]), lon=float(fault["lon"]),
        lat=float(fault["lat"]), depth_m=depth, jurisdiction_id=jurisdiction, asked=asked,
        refused_by=refused, permit_h=permit_h, work_h=work_stage(depth).hours,
        test_h=TEST.hours, agreement=str(agreement.iloc[0]) if len(agreement) else "",
        weight=max(1, round(worth * WEIGHT_UNIT)),
        on_land=int(net.links.kind[link]) != LINK_KINDS.index("wet"),
    )


def _permit(net: Network, jurisdiction: str) -> tuple[tuple[str, ...], tuple[str, ...], int]:
    """Who is asked, who refuses, and the hour at which the slowest permit is there.

    Disputed waters ask every claimant; the high seas ask nobody; where the map does not know the
    waters, the DEFAULT row holds. A clock that starts at nomination starts once the fault is
    located.
    """
    table = net.layers.tables["jurisdictions"]
    claims = table.loc[table["jurisdiction_id"] == jurisdiction, "claimants"]
    if len(claims):
        text = "" if pd.isna(claims.iloc[0]) else str(claims.iloc[0])
        asked = tuple(code for code in text.split(";") if code)
    else:
        asked = ("DEFAULT",)
    permits = {str(row["country"]): row
               for row in net.layers.tables["permits"].to_dict("records")}
    refused, ready = [], [0]
    for country in asked:
        row = permits.get(country, permits.get("DEFAULT", {}))
        days = float(row.get("days_typical", np.nan))
        days = DEFAULT_PERMIT.typical if math.isnan(days) else days
        start = LOCATE.hours if row.get("clock") == "nomination" else 0
        ready.append(start + math.ceil(days * HOURS_PER_DAY - 1e-9))
        if row.get("refused") is True:
            refused.append(country)
    return asked, tuple(refused), max(ready)
