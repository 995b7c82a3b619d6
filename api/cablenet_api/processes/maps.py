"""Processes about the map itself: ways for a new cable, solar storms, its health, past outages."""

from __future__ import annotations

from typing import Any

import cablenet as cn
from cablenet_api.processes.desk import Desk
from cablenet_api.processes.found import Found
from cablenet_api.processes.map_inputs import (
    CheckInputs,
    ReplayInputs,
    RoutesInputs,
    SolarInputs,
)
from cablenet_api.worlds import World


def routes(world: World, asked: RoutesInputs, desk: Desk) -> Found:
    """Ways for one cable, none worse than another in cost, faults and shared km together."""
    ways = cn.route_choices(world.network, asked.start, asked.end, avoid=asked.avoid,
                            keep_km_from_cables=asked.keep_km_from_cables, most=asked.most)
    return Found({"start": ways.start, "end": ways.end, "avoided": ways.avoided,
                  "keep_km_from_cables": ways.keep_km, "tried": ways.tried,
                  "routes": ways.to_frame().to_dict("records")},
                 lambda: cn.result_layers(ways))


def solar_shares(world: World, asked: SolarInputs, desk: Desk) -> Found:
    """The share of cables and landing points that a solar storm is expected to take."""
    shares = cn.solar_shares(world.network, asked.spacing_km, asked.chances)
    return Found({"cables": shares.cables, "landing_points": shares.landing_points,
                  "per_cable": shares.per_cable.to_dict("records"),
                  "per_point": shares.per_point.to_dict("records")},
                 lambda: cn.result_layers(shares))


def check(world: World, asked: CheckInputs, desk: Desk) -> dict[str, Any]:
    """What is wrong or doubtful in a map, and how its numbers are known."""
    return cn.check_layers(world.network.layers).to_json()


def replay(world: World, asked: ReplayInputs, desk: Desk) -> dict[str, Any]:
    """What a past outage did to each country, as seen and as we find it; or which there are."""
    if asked.event is None:
        return {"outages": cn.past_outages().reset_index().to_dict("records")}
    table = cn.replay_outage(asked.event)
    return {"event": asked.event, "countries": table.reset_index().to_dict("records")}
