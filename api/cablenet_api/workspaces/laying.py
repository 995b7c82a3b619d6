"""Laying an overlay over the shared map: its capacities, stocks and depots as patches of tables."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import cablenet as cn
from cablenet_api.plans.errors import NotAllowedError
from cablenet_api.workspaces.overlays import KeptOverlay, OverlayContent
from cablenet_api.worlds import World

ID = "overlay-depot-{}"
"""Ids of added depots say nothing of their names."""


def world_with(base: World, overlay: KeptOverlay, *, coarse: bool = False) -> World:
    """The world with an overlay on it; `coarse` counts its stocks in grains.

    A job without spares is never done, which no rounding of answers can hide: by asking of faults
    that need more and more cable a stock could be found exactly. So it is rounded before.

    Raises
    ------
    NotAllowedError
        the map has changed so that the overlay does not fit it; who asks is not told where
    """
    try:
        content = _coarse(overlay.content) if coarse else overlay.content
        return World(laid_over(base.network, overlay.organisation, content))
    except cn.errors.CablenetError:
        raise NotAllowedError("the overlay does not fit the map any more; its owner must mend it"
                              ) from None


def laid_over(net: cn.Network, owner: str, content: OverlayContent) -> cn.Network:
    """The network with what an owner knows better; a proof that the map can take it.

    Raises
    ------
    UnknownNameError
        for a cable, port, depot or agreement that the map does not have
    """
    patches = (*_capacities(net, content), *_stocks(net, content), *_depots(net, content))
    over = net.layers.with_overlay(cn.Overlay(owner, "confidential", patches))
    return cn.build_network(over, as_of=net.as_of)


def _coarse(content: OverlayContent) -> OverlayContent:
    def grains(km: float) -> float:
        return round(km / content.grain_km) * content.grain_km

    return content.model_copy(update={
        "spare_km": {depot: grains(km) for depot, km in content.spare_km.items()},
        "depots": [one if one.spare_km is None else one.model_copy(
            update={"spare_km": grains(one.spare_km)}) for one in content.depots]})


def _capacities(net: cn.Network, content: OverlayContent) -> Iterable[cn.Patch]:
    """Lit capacities of cables; of sections that have their own, each in proportion."""
    cables = net.layers.tables["cables"].set_index("cable_id")
    sections = net.layers.tables["segments"]
    for cable, lit in sorted(content.lit_tbps.items()):
        _check("cable", cable, cables.index)
        design, before = (float(cables[column].loc[cable])
                          for column in ("design_capacity_tbps", "lit_capacity_tbps"))
        yield cn.Patch("cables", cable, "lit_capacity_tbps", lit)
        if design < lit:  # not where it is unknown
            yield cn.Patch("cables", cable, "design_capacity_tbps", lit)
        for one in sections[sections["cable_id"] == cable].to_dict("records"):
            own = float(one["lit_capacity_tbps"])
            if not math.isnan(own):
                share = own / before if before > 0 else 1.0
                yield cn.Patch("segments", str(one["segment_id"]), "lit_capacity_tbps", lit * share)
                if float(one["design_capacity_tbps"]) < lit * share:
                    yield cn.Patch("segments", str(one["segment_id"]), "design_capacity_tbps",
                                   lit * share)


def _stocks(net: cn.Network, content: OverlayContent) -> Iterable[cn.Patch]:
    known = net.layers.tables["depots"]["depot_id"]
    for depot, km in sorted(content.spare_km.items()):
        _check("depot", depot, known)
        yield cn.Patch("depots", depot, "spare_km", km)


def _depots(net: cn.Network, content: OverlayContent) -> Iterable[cn.Patch]:
    tables = net.layers.tables
    ports: dict[str, tuple[Any, Any]] = {}
    for name, key in (("depots", "depot_id"), ("stations", "station_id")):
        table = tables[name]
        placed = table[~(table.geometry.isna() | table.geometry.is_empty)]
        ports |= {str(port): (place, country) for port, place, country in zip(
            placed[key], placed.geometry, placed["country"], strict=True)}
    for number, one in enumerate(content.depots, 1):
        _check("port", one.port, ports)
        for cable in one.cables:
            _check("cable", cable, tables["cables"]["cable_id"])
        for agreement in one.agreements:
            _check("maintenance agreement", agreement,
                   tables["maintenance_agreements"]["agreement_id"])
        place, country = ports[one.port]
        yield cn.Patch("depots", ID.format(number), row={
            "depot_id": ID.format(number), "name": one.name, "country": country,
            "zones": ";".join(one.agreements), "spare_cables": ";".join(one.cables),
            "spare_km": math.nan if one.spare_km is None else one.spare_km, "geometry": place})


def _check(kind: str, name: str, known: Iterable[Any]) -> None:
    names = [str(one) for one in known]
    if name not in names:
        raise cn.errors.UnknownNameError(kind, name, names)
