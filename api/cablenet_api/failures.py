"""From the events of a request to scenarios: each event becomes one row, by one cablenet verb."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import Any

import shapely

import cablenet as cn
from cablenet_api.events import (
    Area,
    CableLoss,
    Chokepoint,
    Cut,
    Denial,
    Disk,
    Event,
    NamedEvent,
    Simple,
    StationLoss,
    Together,
)
from cablenet_api.problems import RequestEventsError
from cablenet_api.worlds import World


def scenarios_of(world: World, events: Sequence[Event]) -> cn.ScenarioSet:
    """All events as one set, a row each; what is wrong with any is gathered and raised once."""
    made: list[cn.ScenarioSet] = []
    found: list[tuple[int, cn.errors.CablenetError]] = []
    for number, event in enumerate(events):
        try:
            made.append(_scenario(world, event))
        except cn.errors.CablenetError as error:
            found.append((number, error))
    if found:
        raise RequestEventsError(found)
    return reduce(add, made)


def _scenario(world: World, event: Event) -> cn.ScenarioSet:
    net = world.network
    if isinstance(event, NamedEvent):
        return world.named_events[event.event]
    if isinstance(event, Together):
        return cn.together(net, event.name, [part_of(part) for part in event.parts])
    if event.name is not None:
        return cn.together(net, event.name, [part_of(event)])
    match event:
        case CableLoss():
            return cn.cable_losses(net, [event.cable])
        case StationLoss():
            return cn.station_losses(net, [event.station])
        case Cut():
            return cn.cut(net, event.lon, event.lat, cable=event.cable, within_km=event.within_km)
        case Disk():
            return cn.disk(net, event.lon, event.lat, event.radius_km, stations=event.stations)
        case Area():
            return cn.polygon(net, _shape(event), name="area", stations=event.stations)
        case Chokepoint():
            return cn.chokepoint(net, event.chokepoint)
        case Denial():
            return cn.denial(net, event.country)


def part_of(event: Simple) -> dict[str, Any]:
    """The record that `cablenet.together` takes for one event."""
    match event:
        case CableLoss():
            return {"kind": "joint_loss", "cables": [event.cable]}
        case StationLoss():
            return {"kind": "joint_loss", "stations": [event.station]}
        case Cut():
            return {"kind": "cut", "lon": event.lon, "lat": event.lat, "cable": event.cable,
                    "within_km": event.within_km}
        case Disk():
            return {"kind": "disk", "lon": event.lon, "lat": event.lat,
                    "radius_km": event.radius_km, "stations": event.stations}
        case Area():
            return {"kind": "area", "wkt": _shape(event).wkt, "stations": event.stations}
        case Chokepoint():
            return {"kind": "chokepoint", "choke": event.chokepoint}
        case Denial():
            return {"kind": "denial", "country": event.country}


def _shape(event: Area) -> shapely.Polygon:
    outer, *holes = event.area.coordinates
    return shapely.Polygon(outer, holes)
