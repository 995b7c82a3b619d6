"""The cables table and every section's capacity, from the facts by declared rules."""

from __future__ import annotations

from collections import Counter, deque

import numpy as np
import pandas as pd
from provenance import Ledger, of_confidence
from read_facts import declared, fact, numbers

STATUS = {"live": "live", "build": "building", "plan": "planned", "retired": "retired",
          "partial": "partial"}
REPEATERED_KM = 350.0
"""Longer systems have repeaters and are fed with power from the shore; assumed rule."""

PAIR_TBPS = ((2003, 2.5), (2013, 4.0), (2019, 10.0), (2022, 15.0), (9999, 18.0))
"""Tbps a fibre pair can carry, by the first year it no longer holds; after upgrades; estimated."""
LIT_SHARE = ((2005, 0.50), (2012, 0.50), (2018, 0.35), (2022, 0.20), (9999, 0.10))
"""Lit share of design by year of service, before calibration; new plant is hardly lit; assumed."""
BRANCH_SHARE = ((4, 0.5), (9999, 0.35))
"""Design of a branch over its trunk's, by fibre pairs of the trunk; assumed."""
MESH_SHARE = 0.4
"""Design of one section of a mesh over the system's figure: its legs share it; assumed."""
ZONES = {
    "YZ": "JP KR CN TW KP RU",
    "SEAIOCMA": "SG MY ID PH VN TH KH MM BN HK MO IN LK BD MV TL AU CX CC GU",
    "EMARINE": "AE OM QA BH SA KW IQ IR YE DJ SD SO KE PK JO TZ KM ER ET",
    "MECMA": "EG IT FR GR CY TR LB SY IL MT TN DZ LY MC ES GI",
    "ACMA": "GB PT MA EH SN GM GW GN SL LR CI GH TG BJ NG CM GQ ST GA CV MR BE DE BR",
    "2OCMA": "ZA MZ MG MU RE YT NA AO CD CG SC SH",
    "SPMMA": "NZ FJ TO WS AS PF CK NU VU NC SB PG WF TK KI TV NR FM MH PW MP",
    "NAZ": "US CA MX",
}


def cables(segments: pd.DataFrame, ledger: Ledger) -> pd.DataFrame:
    """One row for each system, with dated interval, rules for power and repair, and provenance."""
    raw = fact("systems")
    dates = declared("cable_dates").set_index("cable_id")
    landings = fact("landings")
    contract = declared("cable_agreements").set_index("cable_id")
    with_bu = set(segments.loc[segments["role"] == "branch", "cable_id"])
    rows = []
    for row in raw.itertuples():
        start, stop, dated = _interval(row, dates)
        km = float(row.length_km) if row.length_km else _chain_km(row.system_id)
        pairs, design, design_note = _trunk(row)
        zone, zone_note = _agreement(row.system_id, landings, contract)
        notes = [row.capacity_note and f"capacity: {row.capacity_note}", dated, zone_note]
        rows.append({
            "cable_id": row.system_id, "name": row.name, "status": STATUS[row.status],
            "in_service_from": start, "in_service_to": stop,
            "length_km": numbers(pd.Series([row.length_km]))[0],
            "fibre_pairs": pairs, "design_capacity_tbps": design,
            "topology": _topology(row, row.system_id in with_bu),
            "power_feed": "stations" if km >= REPEATERED_KM else "none",
            "maintenance_agreement": zone, "owners": row.owners,
            "cost_musd": numbers(pd.Series([row.cost_musd]))[0],
            "notes": "; ".join(filter(None, notes)),
            "source_id": row.system_id, "source_version": "facts 2026",
        })
        _provenance(ledger, row, rows[-1], design_note)
    ledger.add("cables", "*", "length_km", "estimated", 0.9, 1.1, sources="MEM")
    return pd.DataFrame(rows)


def _interval(row: tuple, dates: pd.DataFrame) -> tuple[str, str, str]:
    """Mid-year unless declared; what is not yet in service starts on the last day of its year."""
    if row.system_id in dates.index:
        known = dates.loc[row.system_id]
        stop = known["in_service_to"] or (f"{row.retired_year_memory}-07-01"
                                          if row.retired_year_memory else "")
        return known["in_service_from"], stop, f"dates: {known['basis']}" + (
            f", {known['note']}" if known["note"] else "")
    future = row.status in ("build", "plan")
    start = f"{row.rfs_year}-{'12-31' if future else '07-01'}"
    stop = f"{row.retired_year_memory}-07-01" if row.retired_year_memory else ""
    return start, stop, ("date: announced year, taken as its last day" if future
                         else "date: year known, mid-year taken")


def _chain_km(system: str) -> float:
    hops = fact("segments")
    return float(numbers(hops.loc[hops["system_id"] == system, "est_route_km"]).sum())


def _by_year(table: tuple[tuple[int, float], ...], year: int) -> float:
    return next(value for before, value in table if year < before)


def _trunk(row: tuple) -> tuple[float, float, str]:
    """Fibre pairs and design Tbps of the trunk, and how the design was found."""
    pairs = float(row.fibre_pairs) if row.fibre_pairs else np.nan
    if row.est_trunk_capacity_tbps:
        return pairs, float(row.est_trunk_capacity_tbps), row.est_basis
    year = int(row.rfs_year)
    count = pairs if pairs == pairs else 2.0
    design = round(count * _by_year(PAIR_TBPS, year), 3)
    return pairs, design, (f"no figure: {count:g} fibre pairs"
                           f"{'' if pairs == pairs else ' (assumed)'} x Tbps a pair by year")


def _topology(row: tuple, has_branches: bool) -> str:
    if row.topology in ("ring", "mesh"):
        return str(row.topology)
    if row.topology == "p2p":
        return "point_to_point"
    return "trunk_and_branch" if has_branches else "chain"


def _agreement(system: str, landings: pd.DataFrame, contract: pd.DataFrame) -> tuple[str, str]:
    if system in contract.index:
        return contract.loc[system, "agreement"], f"agreement: {contract.loc[system, 'note']}"
    countries = list(landings.loc[landings["system_id"] == system, "country_iso2"])
    domestic = {"ID": "ID-CABOTAGE", "CN": "CN-DOMESTIC", "JP": "JP-DOMESTIC"}
    if len(set(countries)) == 1 and countries[0] in domestic:
        return domestic[countries[0]], "agreement assumed: domestic"
    zone_of = {country: zone for zone, codes in ZONES.items() for country in codes.split()}
    votes = Counter(zone_of[country] for country in countries)
    best = max(votes.values())
    first = next(zone_of[country] for country in countries if votes[zone_of[country]] == best)
    return first, "agreement assumed from where it lands"


def _provenance(ledger: Ledger, row: tuple, out: dict[str, object], design_note: str) -> None:
    check = row.tg2022_crosscheck
    if row.length_km:
        note = "public figure, source not kept" + (
            f"; cross-check: {check}" if "km:" in check else "")
        low, high = (0.95, 1.05) if "km:ok" in check else (0.8, 1.2)
        if row.est_basis.startswith("ours"):
            low, high, note = 0.8, 1.25, "from memory, not verified"
        ledger.add("cables", row.system_id, "length_km", "estimated", low, high,
                   sources="MEM", note=note)
    basis, low, high, note = of_confidence(row.capacity_confidence)
    if row.fibre_pairs:
        ledger.add("cables", row.system_id, "fibre_pairs", basis, 0.9, 1.1,
                   sources=row.capacity_source_ids or "MEM", note=note)
    published = row.est_basis.startswith("published")
    if not published:
        basis, low, high = ("estimated" if row.est_trunk_capacity_tbps else "assumed"), 0.4, 2.0
    ledger.add("cables", row.system_id, "design_capacity_tbps", basis, low, high,
               sources=row.capacity_source_ids or "MEM",
               note="; ".join(filter(None, [design_note, note])))
    if row.cost_musd:
        sourced = row.cost_source_ids not in ("", "MEM")
        ledger.add("cables", row.system_id, "cost_musd", "sourced" if sourced else "estimated",
                   *((0.9, 1.1) if sourced else (0.7, 1.4)), sources=row.cost_source_ids or "MEM",
                   note="" if sourced else "from memory, not verified")


def fill_segments(segments: pd.DataFrame, table: pd.DataFrame, ledger: Ledger) -> pd.DataFrame:
    """Fibre pairs, design and a first lit capacity for every section; dates where declared."""
    out = segments.copy()
    cable = table.set_index("cable_id")
    design = out["cable_id"].map(cable["design_capacity_tbps"]).to_numpy(float)
    pairs = out["cable_id"].map(cable["fibre_pairs"]).to_numpy(float)
    branch = (out["role"] == "branch").to_numpy(bool)
    few = np.where(np.isnan(pairs), 2.0, pairs) <= BRANCH_SHARE[0][0]
    share = np.where(branch, np.where(few, BRANCH_SHARE[0][1], BRANCH_SHARE[1][1]), 1.0)
    mesh = out["cable_id"].map(cable["topology"] == "mesh").to_numpy(bool)
    share = np.where(mesh, MESH_SHARE, share)
    out["fibre_pairs"] = np.where(branch, np.maximum(1.0, np.round(pairs * share)), pairs)
    out["design_capacity_tbps"] = np.round(design * share, 6)
    out["lit_capacity_tbps"] = np.round(
        out["design_capacity_tbps"] * out["cable_id"].map(first_lit_share(table)), 6)
    _dates(out)
    ledger.add("segments", "*", "fibre_pairs", "estimated", 0.5, 2.0, sources="CABLENET",
               note="trunk: as the cable; branch: its share, at least one")
    ledger.add("segments", "*", "design_capacity_tbps", "estimated", 0.4, 2.0, sources="CABLENET",
               note="trunk: as the cable; branch: half of a trunk of up to 4 fibre pairs, "
                    "35 % of a larger one; a section of a mesh: 40 %; assumed")
    return out


def first_lit_share(table: pd.DataFrame) -> pd.Series:
    """Lit over design before calibration, as sourced or by year of service; index cable_id."""
    years = table["in_service_from"].str[:4].astype(int)
    known = declared("lit").set_index("cable_id")["lit_tbps"].astype(float)
    design = table.set_index("cable_id")["design_capacity_tbps"]
    shares = pd.Series([_by_year(LIT_SHARE, year) for year in years], index=design.index)
    shares.update(known / design.loc[known.index])
    return shares


def _dates(segments: pd.DataFrame) -> None:
    """Declared later sections: every section on the way between two stations of the cable."""
    segments["in_service_from"] = ""
    segments["in_service_to"] = ""
    for row in declared("segment_dates").itertuples():
        own = segments[segments["cable_id"] == row.cable_id]
        way = _way(own, row.from_station, row.to_station)
        segments.loc[way, "in_service_from"] = row.in_service_from


def _way(own: pd.DataFrame, start: str, goal: str) -> list[int]:
    """Row labels of the sections on the way with fewest sections between two stations."""
    beside: dict[str, list[tuple[str, int]]] = {}
    for label, a, b in zip(own.index, own["from_id"], own["to_id"], strict=True):
        beside.setdefault(a, []).append((b, label))
        beside.setdefault(b, []).append((a, label))
    came: dict[str, tuple[str, int]] = {start: ("", -1)}
    queue = deque([start])
    while queue:
        here = queue.popleft()
        for there, label in beside.get(here, []):
            if there not in came:
                came[there] = (here, label)
                queue.append(there)
    if goal not in came:
        raise ValueError(f"segment_dates.csv: no way from {start} to {goal}")
    labels = []
    while goal != start:
        goal, label = came[goal]
        labels.append(label)
    return labels
