"""What a caller may ask to fail: closed types, with a limit on everything that can grow."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import shapely
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

MAX_EVENTS = 50
MAX_PARTS = 20
MAX_VERTICES = 1_000
MAX_RINGS = 20
FIRST_DAY, LAST_DAY = date(1980, 1, 1), date(2100, 12, 31)

Name = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=120,
                                        pattern=r"^[^\x00-\x1f\x7f]+$")]
Lon = Annotated[float, Field(strict=True, ge=-360, le=360, description="degrees east, WGS84; "
                             "may pass 180 so that a shape need not be torn at the dateline")]
Lat = Annotated[float, Field(strict=True, ge=-90, le=90, description="degrees north, WGS84")]
Vertex = tuple[Lon, Lat]
Ring = Annotated[list[Vertex], Field(min_length=4, max_length=MAX_VERTICES)]


def _plain_polygon(rings: list[Ring]) -> list[Ring]:
    if sum(map(len, rings)) > MAX_VERTICES:
        raise ValueError(f"more than {MAX_VERTICES} vertices in all")
    if any(ring[0] != ring[-1] for ring in rings):
        raise ValueError("each ring must end where it starts")
    reason = shapely.is_valid_reason(shapely.Polygon(rings[0], rings[1:]))
    if reason != "Valid Geometry":
        raise ValueError(f"no plain area: {reason}")
    return rings


class Closed(BaseModel):
    """No field beyond those named, no NaN, no change after it was read."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True)


class _Event(Closed):
    name: Name | None = Field(None, description="what to call the scenario; default: made up")


class CableLoss(_Event):
    """A whole cable is lost."""

    kind: Literal["cable_loss"]
    cable: Name = Field(description="cable id, name or alias")


class StationLoss(_Event):
    """A whole station is lost, with everything that ends there."""

    kind: Literal["station_loss"]
    station: Name = Field(description="station id")


class Cut(_Event):
    """One section is cut at one place: the nearest within a distance. Hitting nothing is an error.
    """

    kind: Literal["cut"]
    lon: Lon
    lat: Lat
    cable: Name | None = Field(None, description="only this cable; default: the nearest of any")
    within_km: float = Field(25.0, strict=True, gt=0, le=500)


class Disk(_Event):
    """Everything within a geodesic distance of a place, stations included unless told otherwise."""

    kind: Literal["disk"]
    lon: Lon
    lat: Lat
    radius_km: float = Field(strict=True, gt=0, le=3_000)
    stations: bool = Field(True, strict=True, description="whether stations fail too")


class GeoJsonPolygon(Closed):
    """A GeoJSON Polygon: the outer ring, then holes; longitudes may pass 180."""

    type: Literal["Polygon"]
    coordinates: Annotated[
        list[Ring], Field(min_length=1, max_length=MAX_RINGS), AfterValidator(_plain_polygon)]


class Area(_Event):
    """Everything inside a polygon, stations included unless told otherwise."""

    kind: Literal["polygon"]
    area: GeoJsonPolygon
    stations: bool = Field(True, strict=True, description="whether stations fail too")


class Chokepoint(_Event):
    """Everything that runs through a named chokepoint of the map."""

    kind: Literal["chokepoint"]
    chokepoint: Name = Field(description="chokepoint id or name")


class Denial(_Event):
    """A country refuses its waters and stations to every cable."""

    kind: Literal["denial"]
    country: Name = Field(description="ISO 3166-1 alpha-2 code, or name")


class NamedEvent(Closed):
    """One of the named failures that come with the map."""

    kind: Literal["named_event"]
    event: Name = Field(description="its name, as GET /names lists it")


Simple = CableLoss | StationLoss | Cut | Disk | Area | Chokepoint | Denial


class Together(Closed):
    """Several failures at the same time, as one scenario."""

    kind: Literal["together"]
    name: Name
    parts: list[Annotated[Simple, Field(discriminator="kind")]] = Field(
        min_length=1, max_length=MAX_PARTS)


Event = Annotated[Simple | NamedEvent | Together, Field(discriminator="kind")]


class ScoreRequest(Closed):
    """What fails, on which day, and what to measure."""

    model_config = ConfigDict(json_schema_extra={"examples": [{
        "events": [{"kind": "named_event", "event": "Luzon Strait earthquake"},
                   {"kind": "disk", "lon": 43.35, "lat": 12.6, "radius_km": 50,
                    "name": "Bab el-Mandeb"}],
        "metrics": ["isolated", "capacity_loss"], "countries": ["IN", "JP"],
    }]})

    events: list[Event] = Field(min_length=1, max_length=MAX_EVENTS,
                                description="each is one scenario of the answer, in this order")
    as_of: date | None = Field(None, ge=FIRST_DAY, le=LAST_DAY,
                               description="the day asked about; default: the map's own")
    metrics: list[Name] = Field(["isolated"], min_length=1, max_length=20,
                                description="names of scores; GET /names lists them")
    countries: list[Name] | None = Field(
        None, min_length=1, max_length=300,
        description="codes of the countries to answer for; default: all")
    capacity_rule: Name | None = Field(
        None, description="how to fill capacities on a map that has none; GET /names lists them")
