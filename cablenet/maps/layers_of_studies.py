"""Layers of answers about many failures or years: hardening, fewest, places, policies, routes."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cablenet.errors import MismatchError
from cablenet.geo import dateline
from cablenet.hazards.solar_shares import SolarShares
from cablenet.maps.land import country_frame
from cablenet.maps.layers_of import CRS, Layers, at_places, keyed, layers_of
from cablenet.network import Network
from cablenet.planning.demand_curve import DemandCurve
from cablenet.planning.fewest import FewestToIsolate
from cablenet.planning.fortification import Fortification
from cablenet.planning.route_choice import RouteChoices
from cablenet.planning.worst_curve import WorstCurve
from cablenet.repair.policies import PolicyYears
from cablenet.repair.spare_plan import SparesPlan
from cablenet.scenarios.joint_units import joint_units
from cablenet.scoring import score
from cablenet.uncertainty import Uncertain
from cablenet.uncertainty.worst_places import WorstPlaces

Ints = NDArray[np.int64]


@layers_of.register
def _(plan: Fortification) -> Layers:
    """What to harden as lines, the worst attack before and after, and countries by what it cuts."""
    hardened = pd.DataFrame({"kind": list(plan.kinds), "id": list(plan.hardened),
                             "name": list(plan.names)})
    try:
        scores = score(plan.network, plan.scenarios(), ["isolated"])
    except MismatchError:  # nothing of these units cuts anyone off
        return {"hardened": keyed(hardened)}
    attacks = scores.to_geo()
    attacks.insert(0, "when", [name.partition(":")[0] for name in scores.scenarios.names])
    lines = [joint_units(plan.network, key, [(kind, key)], radius_km=plan.radius_km).links_lost(0)
             for kind, key in zip(plan.kinds, plan.hardened, strict=True)]
    return {"hardened": _as_lines(plan.network, keyed(hardened), lines), "attacks": attacks,
            "countries": country_frame(plan.network, scores)}


@layers_of.register
def _(found: FewestToIsolate) -> Layers:
    """The links that each smallest set takes away."""
    table, units = found.to_frame(), found.units
    of = dict(zip(found.countries, found.sets, strict=True))
    return {"fewest": _as_lines(found.network, table, [
        np.concatenate([units.members(u) for u in of[code]]) for code in table["country"]])}


def _as_lines(net: Network, table: pd.DataFrame, links: list[Ints]) -> gpd.GeoDataFrame:
    """A table with the links that each row takes away."""
    return gpd.GeoDataFrame(table, geometry=[
        dateline.cut_together([net.links.geometry[link] for link in one]) for one in links],
        crs=CRS)


@layers_of.register
def _(curve: WorstCurve) -> Layers:
    """A row a number of losses."""
    return {"curve": keyed(curve.to_frame().drop(columns="seconds"))}


@layers_of.register
def _(curve: DemandCurve) -> Layers:
    """A row a budget."""
    return {"budgets": keyed(curve.to_frame())}


@layers_of.register
def _(found: WorstPlaces) -> Layers:
    """What falls with each place."""
    table, scores = found.to_frame(), found.uncertain.scores
    lines = scores.to_geo().set_index("scenario").geometry
    return {"places": gpd.GeoDataFrame(
        table, geometry=lines.loc[table["place"]].array, crs=CRS)}


@layers_of.register
def _(found: Uncertain) -> Layers:
    """Every headline of every scenario with its interval."""
    return {"ranges": keyed(found.to_frame())}


@layers_of.register
def _(found: PolicyYears) -> Layers:
    """Policies, then agreements, ships and mended faults under each, and countries by traffic."""
    named = [(policy.name, twin) for policy, twin in
             zip(found.policies, found.twins, strict=True)]

    def each(table: str) -> pd.DataFrame:
        return keyed(pd.concat([getattr(twin, table)().assign(policy=name)
                                for name, twin in named], ignore_index=True))

    out: Layers = {"policies": found.to_frame(), "agreements": each("by_agreement"),
                   "fleet": each("by_ship"), "mended": at_places(each("to_frame"))}
    if found.traffic:
        out["country_traffic"] = keyed(pd.concat(
            [traffic.to_frame().assign(policy=policy.name) for policy, traffic in
             zip(found.policies, found.traffic, strict=True)], ignore_index=True))
    return out


@layers_of.register
def _(plan: SparesPlan) -> Layers:
    """Cables at the depots of their spares."""
    return {"spares": at_places(plan.to_frame())}


@layers_of.register
def _(ways: RouteChoices) -> Layers:
    """The ways as lines."""
    return {"routes": ways.to_geo()}


@layers_of.register
def _(shares: SolarShares) -> Layers:
    """Cables and landing points by their chance."""
    return {"solar_cables": shares.per_cable, "solar_points": shares.per_point}
