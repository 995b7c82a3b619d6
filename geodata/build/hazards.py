"""Write the hazard tables: an earthquake catalogue from a pinned package, and declared numbers.

    python geodata/build/hazards.py [--out DIR] [--cache DIR]

The catalogue is cut out of PyPI usgs-strec (CC0, public domain in the United States), which
carries the solutions of the Global CMT project; fetched by `pip download`, checked by SHA-256.
Everything else comes from build/facts (with its sources) or is declared below and says so.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sqlite3
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import pandas as pd
from write import write_csv

HERE = Path(__file__).parent
WHEEL = "usgs_strec-2.3.14-py3-none-any.whl"
WHEEL_SHA256 = "69c88c6263d7fcaf56f5807b2dd764a784bf706059e08d2cff9d4158c3398c88"
LEAST_MAGNITUDE = 6.5
DEEPEST_KM = 70.0
FIRST_YEAR, LAST_YEAR = 1976, 2016
"""Whole years: the package's copy of the catalogue begins in 1976 and ends in mid-2017."""

NUMBER_COLUMNS = ["name", "value", "low", "high", "unit", "basis", "sources", "note"]
CAUSES = ("fishing", "anchoring", "other_human", "natural", "abrasion", "component", "unknown")
DEPTHS = ("shallow", "middle", "deep")

DECLARED = [
    ("earthquake_years", LAST_YEAR - FIRST_YEAR + 1, "", "", "years", "sourced", "GCMT",
     "years that the catalogue covers; each event happens again once in so many years"),
    ("natural_events_share", 0.75, 0.5, 1.0, "share of natural faults", "assumed", "",
     "at most so many come from earthquakes, slope failures and cyclones of the model"),
    ("earthquake_break", 0.05, 0.01, 0.2, "probability", "assumed", "",
     "a section over the epicentre breaks by shaking or faulting alone; falls to 0 at the radius"),
    ("earthquake_reach_a", -2.44, -2.55, -2.33, "log10 km", "sourced", "WC1994",
     "subsurface rupture length, all slip types: log10(km) = a + b M"),
    ("earthquake_reach_b", 0.59, 0.57, 0.61, "log10 km per magnitude", "sourced", "WC1994", ""),
    ("slope_trigger", 0.1, 0.03, 0.3, "probability", "assumed", "",
     "an earthquake of magnitude 6.5 sets off a slope failure that reaches cables"),
    ("slope_trigger_growth", 0.5, 0.25, 0.75, "log10 per magnitude", "assumed", "",
     "growth of slope_trigger with magnitude, up to 1"),
    ("slope_break", 0.5, 0.2, 0.9, "probability", "assumed", "",
     "a section on the slope or in the path of the flow breaks; falls to 0 at the end of the run"),
    ("slope_run_km", 300.0, 100.0, 460.0, "km", "estimated", "GAVEY2017",
     "how far the flow runs downslope; above 300 km and up to 460 km in 2006"),
    ("slope_speed_km_h", 30.0, 20.0, 45.0, "km/h", "sourced", "CARTER2014",
     "45 falling to 20 km/h in 2006"),
    ("slope_top_m", 200.0, "", "", "m", "assumed", "", "slopes from this depth"),
    ("slope_foot_m", 3000.0, "", "", "m", "assumed", "", "slopes down to this depth"),
    ("slope_steep", 0.03, 0.01, 0.06, "m per m", "assumed", "",
     "deeper than slope_foot_m a section counts as slope when its profile is this steep"),
    ("cyclone_radius_km", 50.0, 30.0, 100.0, "km", "assumed", "",
     "reach of storm waves and currents round the track"),
    ("cyclone_break", 0.02, 0.005, 0.05, "probability", "assumed", "",
     "a shallow section on the track of a hurricane breaks; falls to 0 at the radius"),
    ("cyclone_wind_kt", 64.0, "", "", "kt", "assumed", "",
     "tracks count where the wind is that of a hurricane (64 kt by definition)"),
    ("drag_length_km", 15.0, 3.0, 50.0, "km", "assumed", "", "mean length of a dragged anchor's "
     "track in shallow water (exponential)"),
    ("drag_break", 0.9, 0.6, 1.0, "probability", "assumed", "",
     "a shallow section that the track crosses breaks"),
    ("solar_rate_per_year", 0.003, 0.00046, 0.0128, "per year", "estimated",
     "RILEY2012;MORINA2019",
     "a storm like that of 1859: 12 % and 0.46 to 1.88 % in ten years; between them, log scale"),
    ("solar_high", 0.1, 0.01, 1.0, "probability per repeater", "assumed", "JYOTHI2021",
     "cables that land at 60 degrees or more; the paper's S2, its S1 is the high end"),
    ("solar_middle", 0.01, 0.001, 0.1, "probability per repeater", "assumed", "JYOTHI2021",
     "40 to 60 degrees"),
    ("solar_low", 0.001, 0.0001, 0.01, "probability per repeater", "assumed", "JYOTHI2021",
     "below 40 degrees"),
]

CAUSE_DEPTH = {  # where each cause strikes before fitting: shallow, middle, deep; assumed
    "fishing": (80, 18, 2), "anchoring": (95, 4, 1), "other_human": (85, 8, 7),
    "natural": (15, 20, 65), "abrasion": (30, 15, 55), "component": (10, 10, 80),
    "unknown": (30, 10, 60),
}

REGIONS = [  # name, boxes (west, south, east, north), only deeper than (m); factors are facts
    ("South China Sea / Taiwan Strait", [(105, 3, 122, 26)], 0),
    ("East China Sea / Yellow Sea", [(117, 26, 131, 41)], 0),
    ("Malacca & Singapore Strait", [(95, 0.5, 105, 6.5)], 0),
    ("Red Sea south / Bab el-Mandeb", [(37, 11.5, 45, 20)], 0),
    ("Gulf (Persian/Arabian)", [(47.5, 23.5, 57, 31)], 0),
    ("Mediterranean (Egypt approaches)", [(24, 30.5, 34.5, 35)], 0),
    ("Arabian Sea deep", [(55, 5, 75, 25)], 1000),
    ("Bay of Bengal", [(80, 5, 95, 23)], 0),
    ("Indian Ocean deep", [(40, -45, 110, 5)], 1000),
    ("North Pacific deep", [(131, 5, 180, 60), (-180, 5, -115, 60)], 1000),
    ("South Pacific deep", [(150, -50, 180, 5), (-180, -50, -75, 5)], 1000),
    ("Congo Canyon / Abidjan Trou Sans Fond", [(8, -8, 13, -4), (-6, 2.5, -2.5, 5.5)], 0),
    ("Tonga-Kermadec", [(-180, -35, -170, -14)], 0),
]

BASINS = [  # name, hurricanes a year (sourced), genesis box, heading, its spread, km; assumed
    ("north-west Pacific", 16.5, 122, 9, 165, 22, 305, 25, 3000),
    ("north-east Pacific", 8.9, -130, 10, -95, 20, 290, 20, 2000),
    ("north Atlantic", 6.4, -75, 11, -25, 25, 300, 30, 3500),
    ("Bay of Bengal", 1.0, 82, 8, 95, 16, 340, 30, 1200),
    ("Arabian Sea", 0.5, 58, 8, 74, 18, 320, 35, 1200),
    ("south-west Indian", 5.0, 50, -20, 90, -8, 240, 25, 2200),
    ("Australia, south-east Indian", 3.6, 100, -20, 130, -9, 230, 30, 1800),
    ("Australia, south-west Pacific", 5.2, 145, -20, 190, -9, 150, 35, 1800),
]


def main() -> int:
    """Fetch, cut out, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE.parent / "cablenet_geodata/hazards")
    parser.add_argument("--cache", type=Path, default=HERE.parents[1] / ".cache/geodata")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    facts = json.loads((HERE / "facts/fault_rates.json").read_text(encoding="utf-8"))
    tables = {"earthquakes": earthquakes(wheel(asked.cache)), "numbers": numbers(facts),
              "cause_depth": cause_depth(), "regions": regions(facts),
              "cyclone_basins": cyclone_basins(), "repair_durations": repair_durations()}
    for name, table in tables.items():
        write_csv(table, asked.out / f"{name}.csv")
        print(f"{name}: {len(table)} rows")
    return 0


def wheel(cache: Path) -> Path:
    """The pinned package, fetched by pip where the cache has none."""
    cache.mkdir(parents=True, exist_ok=True)
    path = cache / WHEEL
    if not path.exists():
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps",
                        "--dest", cache, "usgs-strec==2.3.14"], check=True)
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != WHEEL_SHA256:
        raise ValueError(f"{WHEEL} has sha256 {found}, pinned {WHEEL_SHA256}; delete it and "
                         "try again")
    return path


def earthquakes(package: Path) -> pd.DataFrame:
    """Large shallow earthquakes of whole years: day, place, depth and magnitude."""
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(package) as archive:
            file = archive.extract("strec/data/moment_tensors.db", folder)
        connection = sqlite3.connect(file)
        found = pd.read_sql_query(
            "select time, lon, lat, depth as depth_km, mag as magnitude from earthquake "
            "where mag >= ? and depth <= ? order by time, lon, lat",
            connection, params=(LEAST_MAGNITUDE, DEEPEST_KM))
        last, = connection.execute("select max(time) from earthquake").fetchone()
        connection.close()
    if last[:4] <= str(LAST_YEAR):
        raise ValueError(f"the catalogue ends on {last[:10]}: {LAST_YEAR} is not a whole year")
    found["time"] = found["time"].str[:10]
    year = found["time"].str[:4].astype(int)
    found = found[(year >= FIRST_YEAR) & (year <= LAST_YEAR)].rename(columns={"time": "day"})
    found["magnitude"] = found["magnitude"].round(2)
    return found.drop_duplicates().reset_index(drop=True)


def numbers(facts: dict) -> pd.DataFrame:
    """Every single number with its range, basis and sources."""
    overall, depth = facts["rate_per_1000km_year_overall"], facts["rate_per_1000km_year_by_depth"]
    world, wet = facts["world_faults_per_year"], facts["wet_plant"]["repeater_spacing_km"]
    share = facts["common_mode"]["anchor_drag_multi_cable_share"]
    rows = [
        ("world_faults", world["typical"], world["low"], world["high"], "faults per year",
         "sourced", ";".join(world["sources"]), world["note"]),
        ("world_km", facts["world_cable_km"]["2025"], "", "", "km", "sourced",
         ";".join(facts["world_cable_km"]["sources"]), "2025"),
        ("rate_overall", overall["value"], overall["low"], overall["high"],
         "faults per 1000 km and year", "estimated", ";".join(world["sources"]),
         "world_faults / world_km"),
    ]
    note = "70, 12 and 18 % of faults on 10, 10 and 80 % of the length; shares from memory"
    rows += [(f"rate_{name}", depth[key], "", "", "faults per 1000 km and year", "assumed", "",
              note) for name, key in (("shallow", "shallow_lt_200m"), ("middle", "mid_200_1000m"),
                                      ("deep", "deep_gt_1000m"))]
    rows += [(f"faults_{name}", value, "", "", "share of faults", "assumed", "", note)
             for name, value in zip(DEPTHS, (0.70, 0.12, 0.18), strict=True)]
    causes = {**facts["causes_world"], "natural": facts["causes_world"]["natural_hazard"],
              "unknown": facts["causes_world"]["other_unknown"]}
    rows += [(f"cause_{name}", causes[name], "", "", "share of faults", "sourced",
              ";".join(facts["causes_world"]["sources"]), "") for name in CAUSES]
    rows += [("drag_share", share, 0.02, 0.15, "share of anchoring faults", "assumed", "",
              "come from drags that hit several cables; range assumed"),
             ("repeater_km", wet["typical"], wet["low"], wet["high"], "km", "sourced",
              ";".join(wet["sources"]), "repeater spacing")]
    return pd.DataFrame([*rows, *DECLARED], columns=NUMBER_COLUMNS)


def cause_depth() -> pd.DataFrame:
    """Where each cause strikes, before it is fitted to the totals by cause and by depth."""
    rows = [(cause, *CAUSE_DEPTH[cause], "assumed") for cause in CAUSES]
    return pd.DataFrame(rows, columns=["cause", *DEPTHS, "basis"])


def regions(facts: dict) -> pd.DataFrame:
    """Our own coarse boxes with the factor of each region."""
    factors = facts["regional_multiplier"]
    rows = [(name, *box, least, factors[name], "assumed")
            for name, boxes, least in REGIONS for box in boxes]
    return pd.DataFrame(rows, columns=["name", "west", "south", "east", "north",
                                       "deeper_than_m", "factor", "basis"])


def cyclone_basins() -> pd.DataFrame:
    """Hurricanes a year (sourced; the two Indian seas share 1.5) and straight tracks (assumed)."""
    frame = pd.DataFrame(BASINS, columns=["name", "rate_per_year", "west", "south", "east",
                                          "north", "heading_deg", "spread_deg", "length_km"])
    return frame.assign(basis="rate sourced, tracks assumed", sources="NOAAE10")


def repair_durations() -> pd.DataFrame:
    """Observed times from fault to restoration as quantiles, one row an observation."""
    seen = pd.read_csv(HERE / "facts/repair_durations.csv")
    seen = seen.sort_values(["days_fault_to_restored", "event_id", "cable"]).reset_index(drop=True)
    days = seen["days_fault_to_restored"].astype(float)
    return pd.DataFrame({
        "quantile": seen.index / (len(seen) - 1), "hours": days * 24.0,
        "event_id": seen["event_id"], "cable": seen["cable"],
        "basis": seen["source_id"].map(lambda source: "assumed" if source == "MEM" else "sourced"),
        "sources": seen["source_id"], "note": seen["note"],
    })


if __name__ == "__main__":
    sys.exit(main())
