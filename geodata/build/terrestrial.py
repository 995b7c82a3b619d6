"""Links on land: backhaul, border crossings with the declared hub mesh, fixed links, backbones."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from places import _km
from provenance import Ledger, of_confidence
from read_facts import declared, fact, slug

DETOUR = 1.3
"""Length along the ground over the great circle; assumed."""
SECOND_GATEWAY_KM = 1500.0
NO_BACKBONE = {"SO": "no national backbone joins the three networks (from memory)"}
BORDER_DESIGN = 2.0
"""A border crossing could be equipped to twice the capacity guessed as in use; assumed."""
LANDLOCKED_DESIGN = 2.0
"""A landlocked country's crossing could carry twice that country's demand; assumed."""
_LANDLOCKED_CODES = "AF BF BI BT BW CF ET KG KZ LA LS ML MN MW NE NP RW SS SZ TD TJ TM UG UZ ZM ZW"
LANDLOCKED = frozenset(_LANDLOCKED_CODES.split(" "))


def backhaul(stations: gpd.GeoDataFrame, gateways: gpd.GeoDataFrame,
             ledger: Ledger) -> pd.DataFrame:
    """Each station to its nearest gateway of its country on its landmass, and to a second one."""
    rows = []
    for station in stations.sort_values("station_id").itertuples():
        same = gateways[(gateways["country"] == station.country)
                        & (gateways["landmass_id"] == station.landmass_id)]
        if not len(same):
            raise ValueError(f"station {station.station_id} has no gateway on its landmass")
        km = _km(np.array([station.geometry.x]), np.array([station.geometry.y]),
                 same.geometry.x.to_numpy(), same.geometry.y.to_numpy())[0]
        for rank, i in enumerate(np.argsort(km, kind="stable")[:2]):
            if rank and km[i] > SECOND_GATEWAY_KM:
                continue
            gateway = same["gateway_id"].iloc[i]
            rows.append({"backhaul_id": f"{station.station_id}>{gateway}",
                         "station_id": station.station_id, "gateway_id": gateway,
                         "length_km": round(max(km[i] * DETOUR, 2.0), 1)})
    ledger.add("backhaul", "*", "length_km", "estimated", 0.8, 1.5, sources="CABLENET",
               note="great circle x 1.3 to the nearest gateways on the same landmass")
    ledger.add_columns("backhaul", ["design_capacity_tbps", "lit_capacity_tbps"], "assumed",
                       0.5, 2.0, "not binding: all that its station's sections can carry",
                       "CABLENET")
    return pd.DataFrame(rows)


def crossings(gateways: gpd.GeoDataFrame, countries: pd.DataFrame,
              ledger: Ledger) -> pd.DataFrame:
    """Border crossings of the facts, more of our own, and the declared hub mesh."""
    rows: list[dict[str, object]] = []
    need = dict(zip(countries["country"], countries["demand_tbps"], strict=True))
    for row in fact("terrestrial_links").itertuples():
        tbps = float(row.capacity_gbps_guess) / 1000.0
        rows.append(_crossing(gateways, row.from_cc, "", row.to_cc, "", "border", "", tbps))
        ends = {row.from_cc, row.to_cc} & LANDLOCKED
        rows[-1]["design_capacity_tbps"] = max(
            [BORDER_DESIGN * tbps] + [round(LANDLOCKED_DESIGN * need[end], 4) for end in ends])
        basis, low, high, note = of_confidence(row.confidence)
        basis = "estimated" if basis == "sourced" else basis
        for column in ("design_capacity_tbps", "lit_capacity_tbps"):
            ledger.add("border_crossings", rows[-1]["crossing_id"], column, basis, low, high,
                       sources=row.source_ids, note="; ".join(filter(None, [row.note, note])))
    rows.extend(
        _crossing(gateways, row.from_country, row.from_place, row.to_country, row.to_place,
                  row.kind, row.from_date, float(row.design_tbps) / BORDER_DESIGN)
        for row in declared("crossings").itertuples())
    frame = pd.DataFrame(rows)
    ledger.add("border_crossings", "*", "length_km", "estimated", 0.8, 1.6, sources="CABLENET",
               note="great circle x 1.3 between gateways")
    ledger.add_columns("border_crossings", ["design_capacity_tbps", "lit_capacity_tbps"],
                       "assumed", 0.3, 3.0,
                       "declared by us; mesh rows stand for many systems outside our facts", "MEM")
    doubled = frame["crossing_id"][frame["crossing_id"].duplicated()]
    if len(doubled):
        raise ValueError(f"crossings given twice: {sorted(doubled)}")
    return frame


def _crossing(gateways: gpd.GeoDataFrame, country1: str, place1: str, country2: str, place2: str,
              kind: str, start: str, lit_tbps: float) -> dict[str, object]:
    one, two = _at(gateways, country1, place1), _at(gateways, country2, place2)
    i, j, km = _nearest_pair(one, two)
    a, b = one["gateway_id"].iloc[i], two["gateway_id"].iloc[j]
    word = {"border": "border", "mesh_land": "mesh-land", "mesh_sea": "mesh-sea"}[kind]
    return {"crossing_id": f"{word}:{a}:{b}", "from_id": a, "to_id": b, "kind": kind,
            "in_service_from": start, "in_service_to": "",
            "length_km": round(max(km * DETOUR, 2.0), 1),
            "design_capacity_tbps": lit_tbps * BORDER_DESIGN, "lit_capacity_tbps": lit_tbps}


def _nearest_pair(one: gpd.GeoDataFrame, two: gpd.GeoDataFrame) -> tuple[int, int, float]:
    """The nearest gateways of two countries, on one landmass if any are."""
    km = _km(one.geometry.x.to_numpy(), one.geometry.y.to_numpy(),
             two.geometry.x.to_numpy(), two.geometry.y.to_numpy())
    apart = (one["landmass_id"].to_numpy(object)[:, None]
             != two["landmass_id"].to_numpy(object)[None, :])
    i, j = np.unravel_index(np.argmin(km + 1e6 * (apart & ~apart.all())), km.shape)
    return int(i), int(j), float(km[i, j])


def _at(gateways: gpd.GeoDataFrame, country: str, place: str) -> gpd.GeoDataFrame:
    found = gateways[gateways["country"] == country]
    if place:
        found = found[found["gateway_id"] == f"{country}-{slug(place)}"]
    if not len(found):
        raise ValueError(f"no gateway {place} in {country}")
    return found


def fixed_links(gateways: gpd.GeoDataFrame, countries: pd.DataFrame, landed: pd.Series,
                ledger: Ledger) -> pd.DataFrame:
    """Declared tunnels and bridges, and a backbone between gateways of one country and landmass.

    The backbone is the spanning tree plus each gateway's two nearest; its capacity is assumed not
    to bind (four times the country's demand plus half of what lands in it).
    """
    rows = []
    for row in declared("fixed_links").itertuples():
        same = gateways[gateways["country"] == row.country]
        ends = [same.iloc[int(np.argmin(_km(
            np.array([float(lon)]), np.array([float(lat)]), same.geometry.x.to_numpy(),
            same.geometry.y.to_numpy())))]
            for lon, lat in ((row.from_lon, row.from_lat), (row.to_lon, row.to_lat))]
        if ends[0]["gateway_id"] == ends[1]["gateway_id"] or (
                ends[0]["landmass_id"] == ends[1]["landmass_id"]):
            continue
        km = _km(*(np.array([v]) for end in ends for v in (end.geometry.x, end.geometry.y)))
        rows.append(_fixed(row.fixed_link_id, row.name, ends[0]["gateway_id"],
                           ends[1]["gateway_id"], row.kind, row.from_date, float(km[0, 0]),
                           float(row.design_tbps)))
    need = dict(zip(countries["country"], countries["demand_tbps"], strict=True))
    for (country, _mass), part in gateways.groupby(["country", "landmass_id"]):
        if country in NO_BACKBONE or len(part) < 2:
            continue
        tbps = max(1.0, round(4.0 * need.get(country, 0.0) + 0.5 * landed.get(country, 0.0), 3))
        part = part.sort_values("gateway_id")
        km = _km(part.geometry.x.to_numpy(), part.geometry.y.to_numpy(),
                 part.geometry.x.to_numpy(), part.geometry.y.to_numpy())
        for i, j in _backbone(km):
            a, b = part["gateway_id"].iloc[i], part["gateway_id"].iloc[j]
            rows.append(_fixed(f"backbone:{a}:{b}", f"{country} backbone {part['name'].iloc[i]}-"
                               f"{part['name'].iloc[j]}", a, b, "backbone", "", float(km[i, j]),
                               tbps))
    ledger.add("fixed_links", "*", "length_km", "estimated", 0.8, 1.6, sources="CABLENET",
               note="great circle x 1.3 between gateways")
    ledger.add_columns("fixed_links", ["design_capacity_tbps", "lit_capacity_tbps"], "assumed",
                       0.3, 3.0, "declared; a backbone is assumed not to bind", "MEM;CABLENET")
    return pd.DataFrame(rows)


def _fixed(link_id: str, name: str, a: str, b: str, kind: str, start: str, km: float,
           tbps: float) -> dict[str, object]:
    return {"fixed_link_id": link_id, "name": name, "from_id": a, "to_id": b, "kind": kind,
            "in_service_from": start, "in_service_to": "",
            "length_km": round(max(km * DETOUR, 2.0), 1),
            "design_capacity_tbps": tbps, "lit_capacity_tbps": tbps}


def _backbone(km: np.ndarray) -> list[tuple[int, int]]:
    """The minimum spanning tree and each place's two nearest, as sorted pairs."""
    count = len(km)
    pairs = set()
    inside, best = {0}, dict.fromkeys(range(1, count), 0)
    while best:
        i = min(best, key=lambda k: (km[k, best[k]], k))
        pairs.add((min(i, best[i]), max(i, best[i])))
        inside.add(i)
        del best[i]
        for k in best:
            if km[k, i] < km[k, best[k]]:
                best[k] = i
    for i in range(count):
        for j in [k for k in np.argsort(km[i], kind="stable") if k != i][:2]:
            pairs.add((min(i, int(j)), max(i, int(j))))
    return sorted(pairs)


def fill_backhaul(frame: pd.DataFrame, segments: pd.DataFrame) -> pd.DataFrame:
    """Backhaul carries, design and lit, all that the sections at its station can carry."""
    ends = pd.concat([segments[["from_id", "design_capacity_tbps", "lit_capacity_tbps"]]
                      .rename(columns={"from_id": "station_id"}),
                      segments[["to_id", "design_capacity_tbps", "lit_capacity_tbps"]]
                      .rename(columns={"to_id": "station_id"})])
    total = ends.groupby("station_id")[["design_capacity_tbps", "lit_capacity_tbps"]].sum()
    out = frame.copy()
    out["design_capacity_tbps"] = frame["station_id"].map(total["design_capacity_tbps"]).round(4)
    out["lit_capacity_tbps"] = out["design_capacity_tbps"]
    return out
