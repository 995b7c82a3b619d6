"""Units lost together: cables, stations, segments, places or groups, as one failure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cablenet.errors import InputError, NothingHitError, UnknownNameError
from cablenet.network import GROUP_KINDS, Network
from cablenet.scenarios import areas
from cablenet.scenarios.scenario_set import ScenarioSet, recipe, scenario_set
from cablenet.scenarios.units import KINDS


def joint_units(net: Network, name: str, units: Sequence[Sequence[str]], *,
                radius_km: float = 25.0) -> ScenarioSet:
    """One scenario that loses every unit, each given as (kind, id).

    Kinds are those of `units_of`; a place, `place:LON,LAT`, is the disk of `radius_km` there, and
    brings its faults along.

    Raises
    ------
    UnknownNameError
        a kind or id that does not exist
    NothingHitError
        no units at all, or nothing in service among them
    """
    if not units:
        raise NothingHitError(f"'{name}' names no unit")
    lost, faults = [], []
    for kind, key in units:
        if kind == "place":
            made = areas.disk(net, *_centre(key), radius_km)
            lost.append(made.links_lost(0))
            faults.append(made.faults)
        else:
            lost.append(_links(net, kind, key))
    return scenario_set(
        net, [name], [np.concatenate(lost)],
        recipe("joint_units", name=name, units=[list(unit) for unit in units],
               radius_km=radius_km),
        faults=pd.concat(faults, ignore_index=True).drop_duplicates(
            ["link", "km_from_a"]).reset_index(drop=True) if faults else None)


def _links(net: Network, kind: str, key: str) -> np.ndarray:
    if kind == "cable":
        return net.links_of_cable(net.cable_index(key))
    if kind == "station":
        return net.links_at_node(net.node_index(key))
    if kind == "segment":
        return np.array([net.link_index(key)])
    kinds = GROUP_KINDS if kind == "srlg" else (kind,)
    if kind not in KINDS:
        raise UnknownNameError("unit", kind, KINDS)
    found = np.flatnonzero(np.isin(net.groups.kind, kinds) & (net.groups.id == key))
    if not len(found):
        raise UnknownNameError(kind, key, map(str, net.groups.id))
    return net.groups.members(int(found[0]))


def _centre(key: str) -> tuple[float, float]:
    lon, _, lat = key.removeprefix("place:").partition(",")
    try:
        return float(lon), float(lat)
    except ValueError as error:
        raise InputError(f"'{key}' is no place; write place:LON,LAT") from error
