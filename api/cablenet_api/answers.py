"""What `POST /score` answers: scores per scenario and per country, with units and fingerprints."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from datetime import date

import numpy as np
from pydantic import BaseModel, Field

import cablenet as cn

Values = dict[str, float | None]


class Heading(BaseModel):
    """One column of the values: unit, meaning, and whether more failure can only raise it."""

    name: str
    unit: str
    monotone: bool = Field(description="true: losing more can never improve it")
    meaning: str


class NetworkStamp(BaseModel):
    """Which network was asked: two answers compare only where the fingerprints agree."""

    name: str
    as_of: date | None
    fingerprint: str = Field(description="SHA-256 over every array of the numbered network")
    atlas_fingerprint: str = Field(description="SHA-256 over the content of the map")
    atlas_version: str = Field(description="release of cablenet that ships the map")
    links_in_service: int


class Fault(BaseModel):
    """Where the sea bed would have to be visited."""

    segment_id: str
    lon: float
    lat: float
    depth_m: float | None


class CountryAnswer(BaseModel):
    """The values of one country in one scenario."""

    country: str
    name: str
    values: Values


class ScenarioAnswer(BaseModel):
    """One scenario: what it takes away and what that does."""

    name: str
    event: int = Field(description="its place in the request, counted from 0")
    links_lost: int
    cables_hit: list[str] = Field(description="ids of cables that lose at least one section")
    faults: list[Fault]
    values: Values
    countries: list[CountryAnswer]


class ScoreAnswer(BaseModel):
    """Scores of all scenarios. A value is null where no finite number answers (see `meaning`)."""

    network: NetworkStamp
    metrics: list[str]
    headings: list[Heading] = Field(description="columns of a scenario's `values`")
    country_headings: list[Heading] = Field(description="columns of a country's `values`")
    scenarios: list[ScenarioAnswer]


def answer_of(scores: cn.Scores, countries: Sequence[str] | None) -> ScoreAnswer:
    """The answer to one request; `countries` None means all of the network."""
    net = scores.network
    chosen = (list(range(len(net.country_id))) if countries is None
              else [net.country_index(code) for code in countries])
    rows = scores.to_frame().to_dict("records")
    return ScoreAnswer(
        network=stamp(net), metrics=list(scores.metrics),
        headings=[Heading(**vars(heading)) for heading in scores.headings],
        country_headings=[Heading(**vars(heading)) for heading in scores.country_headings],
        scenarios=[_scenario(scores, number, row, chosen) for number, row in enumerate(rows)],
    )


def stamp(net: cn.Network) -> NetworkStamp:
    """Name, day and fingerprints of a network."""
    return NetworkStamp(
        name=net.name, as_of=net.as_of, fingerprint=net.fingerprint,
        atlas_fingerprint=net.layers.fingerprint, atlas_version=cn.__version__,
        links_in_service=int(net.links.in_service.sum()),
    )


def _scenario(scores: cn.Scores, number: int, row: Mapping[Hashable, float],
              chosen: Sequence[int]) -> ScenarioAnswer:
    net, events = scores.network, scores.scenarios
    lost = events.links_lost(number)
    cables = np.unique(net.links.cable[lost])
    faults = events.faults[events.faults["scenario"] == number]
    by_country = scores.by_country(number).iloc[list(chosen)].to_dict("records")
    return ScenarioAnswer(
        name=events.names[number], event=number, links_lost=len(lost),
        cables_hit=[str(net.cable_id[cable]) for cable in cables if cable >= 0],
        faults=[Fault(segment_id=str(fault["segment_id"]), lon=inside_lon(fault["lon"]),
                      lat=float(fault["lat"]), depth_m=plain_number(fault["depth_m"]))
                for fault in faults.to_dict("records")],
        values=_values(row),
        countries=[CountryAnswer(country=str(net.country_id[index]),
                                 name=str(net.country_name[index]),
                                 values=_values(values))
                   for index, values in zip(chosen, by_country, strict=True)],
    )


def _values(row: Mapping[Hashable, float]) -> Values:
    return {str(name): plain_number(value) for name, value in row.items()}


def plain_number(value: float) -> float | None:
    """A number as JSON can hold it: nothing for NaN and infinity."""
    return float(value) if math.isfinite(value) else None


def inside_lon(lon: float) -> float:
    """A longitude from -180 to 180."""
    return (float(lon) + 180.0) % 360.0 - 180.0
