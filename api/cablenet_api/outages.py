"""What the desk shows of one outage: several failures as one, what they take and whom they hurt."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
from pydantic import BaseModel, Field

import cablenet as cn
from cablenet_api.answers import inside_lon, plain_number
from cablenet_api.events import (
    FIRST_DAY,
    LAST_DAY,
    MAX_PARTS,
    Closed,
    Event,
    NamedEvent,
    Together,
)
from cablenet_api.failures import part_of, scenarios_of
from cablenet_api.worlds import World

LEAST_SHARE, LEAST_MS = 0.0005, 0.05
"""A country that loses less than this share, or waits less than this longer, is not listed."""
MOST_SHARE = 0.5
"""Of a country with more of its demand unserved, the added delay is not told."""


class OutageAsked(Closed):
    """Failures that all happen at once, on one day."""

    events: list[Event] = Field(min_length=1, max_length=MAX_PARTS,
                                description="all of these together are one outage")
    as_of: date | None = Field(None, ge=FIRST_DAY, le=LAST_DAY)


class CountryHurt(BaseModel):
    """One country that an outage touches."""

    country: str
    isolated: bool
    people: float = Field(description="inhabitants cut off")
    loss_tbps: float
    loss_share: float


class OutageShown(BaseModel):
    """What an outage takes and whom it hurts: isolation and capacity, without traffic."""

    fingerprint: str
    capacity_rule: str | None = Field(description="null: the map's own capacities")
    links: list[int] = Field(description="numbers of the links lost, as in the map's `links`")
    faults: list[tuple[float, float]] = Field(description="lon, lat of each place hit")
    gateways: list[int] = Field(description="numbers of the gateways cut off")
    values: dict[str, float | None]
    countries: list[CountryHurt]


class CountryTraffic(BaseModel):
    """What traffic of one country does."""

    country: str
    demand_tbps: float
    unserved_before_tbps: float
    unserved_tbps: float
    added_round_trip_ms: float | None = Field(
        description="null where most of its demand is unserved: the rest says nothing of it")


class TrafficShown(BaseModel):
    """Who is served at the optimum, and how full links become."""

    fingerprint: str
    proved: bool = Field(description="whether code without a solver proves this the most served")
    demand_tbps: float
    unserved_before_tbps: float
    unserved_tbps: float
    classes: list[dict[str, Any]]
    countries: list[CountryTraffic]
    full: list[int] = Field(description="links that are full now and were not before")
    more: list[tuple[int, float, float]] = Field(
        description="link, Tbps before, Tbps after: those that carry more than before")


def outage_of(world: World, events: Sequence[Event]) -> cn.ScenarioSet:
    """All events as one scenario; what is wrong with any is told with its place in the request."""
    alone = scenarios_of(world, events)
    if len(events) == 1:
        return alone
    parts: list[dict[str, Any]] = []
    for event in events:
        if isinstance(event, NamedEvent):
            parts += _named_parts(world, event.event)
        elif isinstance(event, Together):
            parts += [part_of(part) for part in event.parts]
        else:
            parts.append(part_of(event))
    return cn.together(world.network, "several failures", parts, skip_empty=True)


def outage_shown(world: World, outage: cn.ScenarioSet) -> OutageShown:
    """Isolation and capacity of one outage."""
    net = world.network
    with world.capacity:
        ready = world.ready
        scores = ready.scores(outage)
    own, flow = scores.parts["isolated"], scores.parts["capacity_loss"]
    alone = own.country["isolated"][0] > 0 if "isolated" in own.country else np.zeros(
        len(net.country_id), bool)
    people = own.country["isolated_people"][0]
    loss, share = flow.country["capacity_loss_tbps"][0], flow.country["capacity_loss_share"][0]
    hit = np.flatnonzero(alone | (people > 0) | (share > LEAST_SHARE))
    hit = hit[np.lexsort((-share[hit], -people[hit], ~alone[hit]))]
    row = scores.to_frame().iloc[0].to_dict()
    faults = outage.faults[["lon", "lat"]].to_numpy(float).round(3)
    return OutageShown(
        fingerprint=net.fingerprint, capacity_rule=ready.capacity_rule,
        links=[int(link) for link in outage.links_lost(0)],
        faults=[(inside_lon(lon), lat) for lon, lat in np.unique(faults, axis=0).tolist()],
        gateways=np.flatnonzero(own.gateway["isolated"][0] > 0).tolist(),
        values={str(name): plain_number(value) for name, value in row.items()},
        countries=[CountryHurt(country=str(net.country_id[c]), isolated=bool(alone[c]),
                               people=float(people[c]), loss_tbps=round(float(loss[c]), 3),
                               loss_share=round(float(share[c]), 4)) for c in hit])


def traffic_shown(world: World, outage: cn.ScenarioSet) -> TrafficShown:
    """Traffic of one outage at the flow optimum; the first of a day takes seconds."""
    net = world.network
    with world.traffic:
        answer = world.ready.traffic(outage)
    table = answer.by_country()
    new = table["unserved_tbps"] - table["unserved_before_tbps"]
    added = (table["round_trip_ms"] - table["round_trip_before_ms"]).fillna(0.0)
    table["added_ms"] = added.where(new <= MOST_SHARE * table["demand_tbps"])
    touched = (new > LEAST_SHARE * table["demand_tbps"]) | (added > LEAST_MS)
    links = answer.links()
    number = {str(key): i for i, key in enumerate(net.links.id)}
    links["number"] = links["link_id"].map(number)
    full_before = (links["room_tbps"] > 0) & (
        links["load_before_tbps"] >= links["room_tbps"] * (1 - 1e-6))
    by_link = links.groupby("number")[["load_before_tbps", "load_tbps"]].max()
    rise = by_link["load_tbps"] - by_link["load_before_tbps"]
    more = by_link[rise > np.maximum(0.01, 0.02 * by_link["load_before_tbps"])]
    return TrafficShown(
        fingerprint=net.fingerprint, proved=answer.after.proved,
        demand_tbps=float(answer.case.problem.tbps.sum()),
        unserved_before_tbps=float(answer.before.unserved_tbps.sum()),
        unserved_tbps=answer.unserved_tbps,
        classes=[{str(key): value for key, value in row.items()}
                 for row in answer.by_class().round(4).to_dict("records")],
        countries=[CountryTraffic(
            country=str(row["country"]), demand_tbps=round(row["demand_tbps"], 4),
            unserved_before_tbps=round(row["unserved_before_tbps"], 4),
            unserved_tbps=round(row["unserved_tbps"], 4),
            added_round_trip_ms=None if math.isnan(row["added_ms"]) else round(row["added_ms"], 2))
            for row in table[touched].to_dict("records")],
        full=sorted(set(links.loc[links["full"] & ~full_before, "number"].tolist())),
        more=[(int(link), round(before, 3), round(after, 3)) for link, before, after in zip(
            more.index, more["load_before_tbps"], more["load_tbps"], strict=True)])


def _named_parts(world: World, name: str) -> list[dict[str, Any]]:
    """The parts of a named event, from the recipe that made it."""
    for source, parameters in world.named_events.recipe.parts:
        if source == "named_events":
            for event in json.loads(parameters)["events"]:
                if event["name"] == name:
                    return [dict(part) for part in event["parts"]]
    raise cn.errors.UnknownNameError("named event", name, list(world.named_events.names))

