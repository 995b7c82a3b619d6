"""A plan as the layers of a GeoPackage: its scenarios, ships and spares on the map, the rest as
tables, and the signed document itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import shapely

import cablenet as cn
from cablenet_api.answers import inside_lon
from cablenet_api.failures import scenarios_of
from cablenet_api.plans.canonical import canonical
from cablenet_api.plans.document import PlanDocument
from cablenet_api.plans.page import LISTS
from cablenet_api.plans.states import PlanVersion
from cablenet_api.problems import RequestEventsError
from cablenet_api.worlds import World

FAULT = ["scenario", "segment_id", "lon", "lat", "depth_m", "cause"]
PLACED = ("scenarios", "restoration_paths", "ship_calls", "spares")
"""Sections with a place on the map; the others are tables."""


def plan_layers(version: PlanVersion, world: World) -> dict[str, pd.DataFrame]:
    """The layers of one version, by name; those without rows are left out.

    Shapes are drawn from today's map, figures are those of the annex. What today's map does not
    know any more has no shape.
    """
    plan = version.document
    layers: dict[str, pd.DataFrame] = {
        "plan": pd.DataFrame([{
            "plan": version.plan, "title": plan.title, "version": version.number,
            "state": version.state, "digest": version.digest,
            "classification": plan.classification, "effective_date": _day(plan.effective_date),
            "review_date": _day(plan.review_date),
            "document": canonical(plan).decode()}]),
        **_scenarios(plan, world),
        "restoration_paths": cn.layer_of(_table(plan.restoration_paths), [
            _together(_known(world, "cables", name) for name in one.over_cables)
            for one in plan.restoration_paths]),
        "ship_calls": _ship_calls(plan, world),
        "spares": cn.layer_of(_table(plan.spares), [_known(world, "depots", one.depot)
                                                    for one in plan.spares]),
        "effects": pd.DataFrame([
            {"scenario": effect.scenario, **one.model_dump()}
            for effect in (plan.annex.effects if plan.annex else ()) for one in effect.countries]),
        **{name: _table(getattr(plan, name)) for name in LISTS if name not in PLACED}}
    return {name: cn.published(_keyed(frame)) for name, frame in layers.items() if len(frame)}


def packed_layers(layers: Mapping[str, pd.DataFrame]) -> bytes:
    """Layers as one GeoPackage; equal layers give equal bytes."""
    with TemporaryDirectory(prefix="cablenet-") as folder:
        return cn.write_geopackage(layers, Path(folder) / "plan.gpkg").read_bytes()


def _scenarios(plan: PlanDocument, world: World) -> dict[str, pd.DataFrame]:
    """The links that each scenario takes away, and where a ship would have to go."""
    rows, shapes, faults = [], [], []
    for one in plan.scenarios:
        try:
            events = scenarios_of(world, [one.event])
        except RequestEventsError:  # a cable that has left the map since
            events = None
        rows.append({"scenario": one.id, "name": one.name, "hazard": one.hazard,
                     "why": one.why or "", "on_the_map": events is not None})
        shapes.append(None if events is None else
                      cn.score(world.network, events, ["isolated"]).to_geo().geometry.iloc[0])
        if events is not None:
            faults.append(events.faults.assign(scenario=one.id))
    found = pd.concat(faults, ignore_index=True)[FAULT] if faults else pd.DataFrame(columns=FAULT)
    return {"scenarios": cn.layer_of(pd.DataFrame(rows), shapes),
            "faults": cn.layer_of(found, [shapely.Point(inside_lon(lon), lat) for lon, lat in zip(
                found["lon"], found["lat"], strict=True)])}


def _ship_calls(plan: PlanDocument, world: World) -> pd.DataFrame:
    """One row a ship, in the order in which it is called out, at its base."""
    calls = [(call, number, ship) for call in plan.ship_calls
             for number, ship in enumerate(call.ships, 1)]
    return cn.layer_of(
        pd.DataFrame([{"zone": call.zone, "call": number, "ship": ship,
                       "queue_rule": call.queue_rule, "fallback_zone": call.fallback_zone or ""}
                      for call, number, ship in calls]),
        [_known(world, "ships", ship) for _, _, ship in calls])


def _known(world: World, layer: str, name: str) -> Any:
    """The shape of a feature of the map by its id or name; None where there is none."""
    found = world.collections[layer]
    for key, shape, properties in zip(found.ids, found.shapes, found.properties, strict=True):
        if name.casefold() in (str(key).casefold(), str(properties.get("name")).casefold()):
            return shape
    return None


def _together(shapes: Iterable[Any]) -> Any:
    """Lines as one; None of none."""
    parts = [part for shape in shapes if shape is not None for part in shapely.get_parts(shape)]
    return shapely.MultiLineString(parts) if parts else None


def _keyed(frame: pd.DataFrame) -> pd.DataFrame:
    """With its row number as the key."""
    out = frame.reset_index(drop=True)
    out.insert(0, "row", range(1, len(out) + 1))
    return out


def _table(records: Iterable[Any]) -> pd.DataFrame:
    """Fields as cells: lists and shares as words, nothing for nothing."""
    return pd.DataFrame([{name: _cell(value) for name, value in one.model_dump(mode="json").items()}
                         for one in records])


def _cell(value: Any) -> Any:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {share:g}" for key, share in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else value


def _day(day: Any) -> str:
    return "" if day is None else str(day)
