"""Ships, depots, maintenance agreements, permits: from the facts, words brought to ours."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
from provenance import Ledger, of_confidence
from read_facts import declared, fact, numbers, slug

REPAIR_ROLES = ("maintenance", "maintenance+installation", "installation+maintenance")
DAY_RATE_USD = 60000.0
NOT_TELECOM = ("power cable",)
RIVER_MOUTHS = {"Portland OR": (-124.0, 46.25)}
"""Ports far up a river, where our sea does not reach: ships and spares lie at its mouth."""


def ships(ledger: Ledger) -> gpd.GeoDataFrame:
    """The 66 ships; position is the base port."""
    raw = fact("ships")
    zones = dict(zip(*declared("ship_zones").T.values.tolist(), strict=True))
    status = raw["status"].str.split(" ").str[0].map(
        {"active": "active", "uncertain": "uncertain", "retired": "retired", "on": "on_order",
         "charter": "active"})
    column = "max_or_cruise_speed_kn"
    ids = [_ship_id(name) for name in raw["ship"]]
    frame = pd.DataFrame({
        "ship_id": ids, "name": raw["ship"], "operator": raw["operator"], "flag": raw["flag"],
        "base_port": raw["base_port"], "zones": raw["zone"].map(zones), "role": raw["role"],
        "status": status, "speed_kn": numbers(raw[column]), "day_rate_usd": DAY_RATE_USD,
        "can_repair": raw["role"].isin(REPAIR_ROLES) & ~raw["zone"].isin(NOT_TELECOM),
        "in_service_from": raw["built"].map(lambda year: f"{year}-01-01" if year else ""),
        "in_service_to": raw["status"].str.extract(r"retired (\d{4})")[0].map(
            lambda year: f"{year}-12-31", na_action="ignore").fillna(""),
        "note": _notes(raw),
    })
    missing = raw.loc[frame["zones"].isna(), "zone"].unique()
    if len(missing):
        raise ValueError(f"ship_zones.csv lacks {list(missing)}")
    for row, confidence, sources in zip(ids, raw["confidence"], raw["source_ids"], strict=True):
        basis, _low, _high, note = of_confidence(confidence)
        basis = "estimated" if basis == "sourced" else basis
        ledger.add("ships", row, "speed_kn", basis, 0.8, 1.1, sources=sources,
                   note="largest or cruise speed; effective speed is lower. " + note)
    ledger.add("ships", "*", "day_rate_usd", "estimated", 40000, 100000, kind="value",
               sources="NEWBLOOM;MEM", note="facts/costs.csv ship_day_rate, the same for all ships")
    return gpd.GeoDataFrame(frame, geometry=_ports(raw["base_port"], raw["base_lon"],
                                                   raw["base_lat"]), crs="EPSG:4326")


def _ports(name: pd.Series, lon: pd.Series, lat: pd.Series) -> gpd.GeoSeries:
    """Ports as points, those far up a river at its mouth."""
    places = [RIVER_MOUTHS.get(port, (x, y)) for port, x, y in
              zip(name, numbers(lon), numbers(lat), strict=True)]
    return gpd.GeoSeries(gpd.points_from_xy(*zip(*places, strict=True)), index=name.index)


def _ship_id(name: str) -> str:
    return "nec-layer" if name.startswith("NEC chartered") else slug(name.split(" (")[0])


def _notes(raw: pd.DataFrame) -> list[str]:
    notes = []
    for _, row in raw.iterrows():
        parts = [row["note"], f"status in source: {row['status']}",
                 f"zone in source: {row['zone']}", f"confidence {row['confidence']}",
                 f"sources {row['source_ids']}"]
        notes.append("; ".join(part for part in parts if part))
    return notes


def depots(ledger: Ledger) -> gpd.GeoDataFrame:
    """The 24 depots (no measured numbers)."""
    raw = fact("depots")
    zones = dict(zip(*declared("ship_zones").T.values.tolist(), strict=True))
    frame = pd.DataFrame({
        "depot_id": raw["depot"].map(lambda name: slug(name.split(" (")[0].split("/")[0])),
        "name": raw["depot"], "country": raw["country_iso2"], "zones": raw["zone"].map(zones),
        "note": raw["note"] + "; sources " + raw["source_ids"],
    })
    missing = raw.loc[frame["zones"].isna(), "zone"].unique()
    if len(missing):
        raise ValueError(f"ship_zones.csv lacks {list(missing)}")
    return gpd.GeoDataFrame(frame, geometry=_ports(raw["depot"], raw["lon"], raw["lat"]),
                            crs="EPSG:4326")


def agreements(ledger: Ledger) -> pd.DataFrame:
    """Maintenance agreements; time to mobilise as contracted or assumed."""
    raw = declared("agreements")
    frame = raw[["agreement_id", "name", "coverage", "terms"]].copy()
    frame["mobilise_days"] = numbers(raw["mobilise_days"])
    for _, row in raw[raw["mobilise_days"] != ""].iterrows():
        ledger.add("maintenance_agreements", row["agreement_id"], "mobilise_days", row["basis"],
                   1.0, 5.0, sources=row["note"] if row["basis"] == "sourced" else "",
                   note="contract time to sail; the 2022 Tonga call-out took 5 days")
    return frame


def permits(ledger: Ledger) -> pd.DataFrame:
    """Permit days by country from the facts; clock and ship-binding declared, mostly assumed."""
    raw = fact("permit_delays")
    raw = raw[~raw["what"].str.startswith("mean time to commence/complete before")]
    rules = declared("permits").set_index("country")
    rows = []
    for _, fact_row in raw.iterrows():
        country = fact_row["country_iso2"]
        known = country in rules.index
        rule = rules.loc[country if known else "DEFAULT"]
        low, typical, high = (fact_row[f"days_{name}"] for name in ("low", "typical", "high"))
        told = ""
        if rule["mean"] == "true":
            told = f"typical days such that the mean is the source's {typical}"
            typical = typical_of_mean(float(low), float(typical), float(high))
        rows.append({
            "country": country, "days_low": low, "days_typical": typical, "days_high": high,
            "own_flag_days": rule["own_flag_days"], "clock": rule["clock"],
            "ship_bound": rule["ship_bound"], "refused": rule["refused"],
            "note": "; ".join(filter(None, [fact_row["what"], fact_row["note"], rule["note"],
                                            told])),
        })
        basis, _low, _high, note = of_confidence(fact_row["confidence"])
        for column, low, high in (("days_low", 0.5, 1.5), ("days_typical", 0.5, 2.0),
                                  ("days_high", 0.7, 2.0)):
            ledger.add("permits", country, column, basis, low, high,
                       sources=fact_row["source_ids"], note=note)
        if rule["own_flag_days"]:
            ledger.add("permits", country, "own_flag_days", "assumed", 0.2, 3.0,
                       note="no exemption is needed; the days of DEFAULT")
    frame = pd.DataFrame(rows)
    for column in ("days_low", "days_typical", "days_high", "own_flag_days"):
        frame[column] = numbers(frame[column])
    return frame


def typical_of_mean(low: float, mean: float, high: float) -> float:
    """The typical days where a source tells the mean.

    A stage's quantile function runs straight from low through typical to high, so that its mean is
    (low + 2 typical + high) / 4; what sources call the mean must be that.
    """
    return (4.0 * mean - low - high) / 2.0


def permit_waters(ledger: Ledger) -> pd.DataFrame:
    """Waters in which a country asks otherwise than its row of permits says, as declared."""
    frame = declared("permit_waters")
    strict = {"days_low": 2.0, "days_typical": 10.0, "days_high": 30.0}  # practice: as of DEFAULT
    for _, row in frame.iterrows():
        for column, most in strict.items():
            low, high, kind = (0.5, 2.0, "factor") if float(row[column]) else (0.0, most, "value")
            ledger.add("permit_waters", f"{row['country']}|{row['waters']}", column, row["basis"],
                       low, high, kind=kind, sources=row["sources"], note=row["note"])
    frame = frame.drop(columns=["basis", "sources"])
    for column in ("days_low", "days_typical", "days_high", "own_flag_days"):
        frame[column] = numbers(frame[column])
    return frame


def sources(packages: pd.DataFrame) -> pd.DataFrame:
    """The sources of the facts, MEM, and the packages the build takes raw material from."""
    raw = fact("sources").rename(columns={"title_or_fact": "title"})
    own = pd.DataFrame([
        {"source_id": "MEM", "publisher": "", "title": "remembered by the compilers, not verified",
         "year": "", "url": "", "kind": "memory"},
        {"source_id": "CABLENET", "publisher": "cablenet", "title": "rules of geodata/build",
         "year": "", "url": "", "kind": "rule"},
        {"source_id": "UNCLOS", "publisher": "United Nations",
         "title": "Convention on the Law of the Sea, articles 58, 79 and 112: cables are laid and "
                  "kept up freely in economic zones, on shelves and on the high seas",
         "year": "1982", "url": "", "kind": "law"},
        {"source_id": "CN27", "publisher": "State Council of China",
         "title": "Decree 27, provisions on laying submarine cables and pipelines, article 10: "
                  "urgent repair on the shelf is reported; in the territorial sea foreign ships "
                  "need approval", "year": "1989", "url": "", "kind": "law"},
    ])
    columns = ["source_id", "publisher", "title", "year", "url", "kind"]
    frame = pd.concat([raw[columns], own, packages[columns]], ignore_index=True)
    return frame.drop_duplicates("source_id", keep="first")
