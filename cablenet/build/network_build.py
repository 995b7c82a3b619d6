"""`build_network`: number nodes, links, cables and groups of a map, once and in a fixed order."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cablenet.build import gateways as gateway_build
from cablenet.build import groups as group_build
from cablenet.build.links import build_links
from cablenet.build.power import build_feeds
from cablenet.errors import InputError
from cablenet.layers import Layers
from cablenet.network import NODE_KINDS, Network, Nodes, freeze_part, frozen

Texts = NDArray[np.object_]


def build_network(
    layers: Layers,
    *,
    as_of: date | str | None = None,
    candidates: pd.DataFrame | None = None,
) -> Network:
    """Number a map once: every link, proposed ones too, gets its place for good.

    Parameters
    ----------
    as_of
        the day asked about (default: the map's own). With a day, dated intervals decide what is
        in service; without one, the status does (live and partial are in service)
    candidates
        proposed links, not in service: columns `candidate_id, name, from_id, to_id, geometry`
        and, where known, `design_capacity_tbps, lit_capacity_tbps, cost_musd`; each is a cable
        of its own

    Returns
    -------
    Network
        with every array read-only; `notes` lists what the build had to assume
    """
    day = date.fromisoformat(as_of) if isinstance(as_of, str) else as_of or layers.as_of
    refuse_too_early(layers, day)
    nodes = _nodes(layers)
    index = {str(key): i for i, key in enumerate(nodes.id)}
    proposed = _candidate_cables(candidates)
    cable_id = np.concatenate([_column(layers.tables["cables"], "cable_id"),
                               _column(proposed, "cable_id")])
    cable_name = np.concatenate([_column(layers.tables["cables"], "name"),
                                 _column(proposed, "name")])
    links, notes = build_links(layers, nodes, index, list(cable_id), day, candidates)
    countries = layers.tables["countries"]
    country_id = _column(countries, "country")
    gates, gate_notes = gateway_build.build_gateways(layers, index, list(country_id), day)
    feeds, powered, feed_notes = build_feeds(layers, links, index, list(cable_id))
    groups = group_build.build_groups(layers, nodes, links, list(cable_id), list(cable_name), feeds)
    net = Network(
        name=layers.name, as_of=day, nodes=nodes, links=links,
        cable_id=frozen(cable_id), cable_name=frozen(cable_name),
        country_id=frozen(country_id), country_name=frozen(_column(countries, "name")),
        gateways=freeze_part(gates),
        demands=freeze_part(gateway_build.build_demands(layers, nodes, gates)),
        groups=freeze_part(groups), feeds=frozen(feeds), powered=frozen(powered),
        cable_cost_musd=frozen(_costs(layers.tables["cables"], candidates)),
        layers=layers, notes=(*notes, *gate_notes, *feed_notes),
    )
    return net


def refuse_too_early(layers: Layers, day: date | None) -> None:
    """An error where the day lies before the first system; one without a first day is older."""
    first = layers.tables["cables"]["in_service_from"]
    if day is not None and first.notna().all() and day.isoformat() < first.min():
        raise InputError(f"{day} lies before the first system of '{layers.name}', in service from "
                         f"{first.min()}; ask about that day or a later one")


def _nodes(layers: Layers) -> Nodes:
    """Stations, then branching units, then gateways, each by id."""
    stations, units = layers.tables["stations"], layers.tables["branching_units"]
    gates = layers.tables["gateways"]
    counts = [len(stations), len(units), len(gates)]
    blank = np.full(len(units), "", object)
    geometry = [frame.geometry for frame in (stations, units, gates)]
    return freeze_part(Nodes(
        id=np.concatenate([_column(stations, "station_id"), _column(units, "bu_id"),
                           _column(gates, "gateway_id")]),
        name=np.concatenate([_column(stations, "name"), _column(units, "bu_id"),
                             _column(gates, "name")]),
        kind=np.repeat(np.arange(len(NODE_KINDS), dtype=np.int8), counts),
        country=np.concatenate([_column(stations, "country"), blank, _column(gates, "country")]),
        landmass=np.concatenate([_column(stations, "landmass_id"), blank,
                                 _column(gates, "landmass_id")]),
        lon=np.concatenate([shape.x.to_numpy(float) for shape in geometry]),
        lat=np.concatenate([shape.y.to_numpy(float) for shape in geometry]),
    ))


def _candidate_cables(candidates: pd.DataFrame | None) -> pd.DataFrame:
    if candidates is None or not len(candidates):
        return pd.DataFrame({"cable_id": [], "name": []})
    names = candidates["name"] if "name" in candidates else candidates["candidate_id"]
    return pd.DataFrame({"cable_id": candidates["candidate_id"], "name": names})


def _costs(cables: pd.DataFrame, candidates: pd.DataFrame | None) -> NDArray[np.float64]:
    """Cost of each cable in million USD, NaN where none is given."""
    known = [cables["cost_musd"].to_numpy(float)]
    if candidates is not None and len(candidates):
        known.append(candidates["cost_musd"].to_numpy(float) if "cost_musd" in candidates
                     else np.full(len(candidates), np.nan))
    return np.concatenate(known)


def _column(frame: pd.DataFrame, name: str) -> Texts:
    values = frame[name].astype(object)
    return values.where(values.notna(), "").map(str).to_numpy(object)
