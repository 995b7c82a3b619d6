"""Put the open atlas together: geometry and facts become tables, calibrated and with provenance."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cables as cable_rules
import calibrate
import fleet
import geopandas as gpd
import pandas as pd
import places
import terrestrial
from provenance import Ledger
from read_facts import declared, fact

from cablenet.geo.landmass import Land
from cablenet.schema import TABLES

EMPTY = ""


def tables(geometry: dict[str, Any], land: Land, packages: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """All tables of the atlas by name, plus `calibration`, `raised` (not part of the schema)."""
    ledger = Ledger()
    out: dict[str, Any] = {name: frame for name, frame in geometry.items()
                           if name in TABLES}
    stations = out["stations"] = _with_landmass(out["stations"], land)
    out["countries"] = places.countries(ledger)
    out["gateways"] = places.gateways(out["countries"], stations, land, ledger)
    out["hubs"] = places.hubs(out["gateways"], ledger)
    segments = out["segments"].reset_index(drop=True)
    out["cables"] = cable_rules.cables(segments, ledger)
    segments = cable_rules.fill_segments(segments, out["cables"], ledger)
    out["segments"] = segments
    out["backhaul"] = terrestrial.fill_backhaul(
        terrestrial.backhaul(stations, out["gateways"], ledger), segments)
    out["border_crossings"] = terrestrial.crossings(
        out["gateways"], out["countries"], ledger)
    out["fixed_links"] = terrestrial.fixed_links(
        out["gateways"], out["countries"], _landed_design(segments, stations), ledger)
    out["ships"], out["depots"] = fleet.ships(ledger), fleet.depots(ledger)
    out["maintenance_agreements"] = fleet.agreements(ledger)
    out["permits"], out["permit_waters"] = fleet.permits(ledger), fleet.permit_waters(ledger)
    out["sources"] = fleet.sources(packages)
    out["aliases"] = aliases(out)
    raised = calibrate.calibrate(out)
    out = calibrate.apply(out, raised)
    out["calibration"] = calibrate.table_of_countries(out)
    _lit(out, raised, ledger)
    out["provenance"] = ledger.frame(geometry.get("provenance_geometry"))
    return out


def _with_landmass(stations: gpd.GeoDataFrame, land: Land) -> gpd.GeoDataFrame:
    out = stations.copy()
    found = land.find(out.geometry.x.to_numpy(), out.geometry.y.to_numpy(),
                      out["country"].to_numpy(object))
    given = out["landmass_id"].fillna("") if "landmass_id" in out else pd.Series("", out.index)
    islet = "islet-" + out["station_id"]
    out["landmass_id"] = [old or new or own for old, new, own
                          in zip(given, found, islet, strict=True)]
    return out


def _landed_design(segments: pd.DataFrame, stations: pd.DataFrame) -> pd.Series:
    """Design Tbps that lands in each country."""
    country = stations.set_index("station_id")["country"]
    ends = pd.concat([segments[[column, "design_capacity_tbps"]].set_axis(["at", "tbps"], axis=1)
                      for column in ("from_id", "to_id")])
    return ends["tbps"].groupby(ends["at"].map(country)).sum()


def _lit(out: dict[str, pd.DataFrame], raised: dict[str, float], ledger: Ledger) -> None:
    """Lit capacity of the cables table is the trunk's largest; provenance says how it was found."""
    segments = out["segments"]
    trunk = segments.groupby("cable_id")["lit_capacity_tbps"].max()
    cables = out["cables"].copy()
    cables["lit_capacity_tbps"] = cables["cable_id"].map(trunk)
    out["cables"] = cables
    for cable, share in sorted(raised.items()):
        layer = "border_crossings" if ":" in cable else "segments"
        ids = ([cable] if layer == "border_crossings"
               else list(segments.loc[segments["cable_id"] == cable, "segment_id"]))
        note = (f"calibrated: raised by {share:.3f} of what was not lit, so that the intact "
                f"network of {calibrate.AS_OF} serves its demand")
        for row in ids:
            ledger.add(layer, row, "lit_capacity_tbps", "estimated", 0.7, 1.5, sources="CABLENET",
                       note=note)
        if layer == "segments":
            ledger.add("cables", cable, "lit_capacity_tbps", "estimated", 0.7, 1.5,
                       sources="CABLENET", note=note)
    for row in declared("lit").itertuples():
        if row.cable_id not in raised:
            ledger.add("cables", row.cable_id, "lit_capacity_tbps", "sourced", 0.9, 1.5,
                       sources=row.sources, note=row.note)
    for layer in ("segments", "cables"):
        ledger.add(layer, "*", "lit_capacity_tbps", "estimated", 0.5, 2.0, sources="CABLENET",
                   note="design x lit share of its age class (assumed); calibration left it there")


def aliases(out: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Names and spellings of our ids: cable names and their short forms, station towns."""
    rows = []
    for row in fact("systems").itertuples():
        names = {row.name}
        if "(" in row.name:
            names |= {row.name.split("(")[0].strip(), row.name.split("(")[1].split(")")[0].strip()}
        names |= {name.replace("SEA-ME-WE ", "SMW") for name in names if "SEA-ME-WE" in name}
        rows += [("cables", name, row.system_id) for name in names if name != row.system_id]
    for row in out["stations"].itertuples():
        rows.append(("stations", f"{row.name}, {row.country}", row.station_id))
    frame = pd.DataFrame(rows, columns=["layer", "alias", "id"])
    return frame.drop_duplicates(["layer", "alias"], keep=False)


def problems(out: dict[str, pd.DataFrame]) -> list[str]:
    """What a reader should know: numbers without provenance, gateways that reach no hub."""
    from cablenet.layer_checks import provenance_of
    from cablenet.layers import layers_from_tables

    layers = layers_from_tables({name: out[name] for name in out if name in TABLES},
                                name="open atlas")
    basis = provenance_of(layers.tables)
    bare = basis[basis["basis"] == ""]
    found = [f"no provenance: {layer}.{column} ({count})"
             for (layer, column), count in bare.groupby(["layer", "column"]).size().items()]
    short = out["calibration"]
    short = short[short["served_share"] < 0.99]
    found += [f"{row.country} served {row.served_share:.1%} of {row.demand_tbps:.4f} Tbps"
              for row in short.itertuples()]
    return found


def cache_default() -> Path:
    """Where raw material is kept: .cache/geodata of the checkout."""
    return Path(__file__).resolve().parents[2] / ".cache" / "geodata"
