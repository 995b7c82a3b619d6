"""What processes about the map itself may be asked: new routes, solar storms, health, replays."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from cablenet_api.events import Closed, Lat, Lon, Name
from cablenet_api.processes.inputs import Asked, Country, Whole

End = Name | tuple[Lon, Lat]
Chance = Annotated[float, Field(strict=True, ge=0, le=1)]


class RoutesInputs(Asked):
    """From where to where a cable shall run, and what it shall keep clear of."""

    model_config = ConfigDict(json_schema_extra={"examples": [
        {"start": "Tuas", "end": "Maruyama", "avoid": ["CN"]},
        {"start": [80.3, 13.1], "end": [103.9, 1.3]}]})

    start: End = Field(description="a station by id or name, or [lon, lat]")
    end: End = Field(description="the same, for the other end")
    avoid: list[Country] = Field([], max_length=20, description=(
        "no way enters waters that one of these claims, disputed ones included"))
    keep_km_from_cables: float = Field(25.0, strict=True, ge=1, le=500, description=(
        "nearer than this to a cable in service counts as shared"))
    most: Whole = Field(6, ge=1, le=20, description="at most so many ways")


class SolarInputs(Asked):
    """A solar storm, by the model of Jyothi (SIGCOMM 2021)."""

    model_config = ConfigDict(json_schema_extra={"examples": [
        {"spacing_km": 150, "chances": [1, 0.1, 0.01]}]})

    spacing_km: float = Field(150.0, ge=1, le=10_000, description="between repeaters")
    chances: tuple[Chance, Chance, Chance] = Field(description=(
        "that one repeater fails, of cables that land at 60 degrees or more, at 40 to 60, below"))


class CheckInputs(Asked):
    """Nothing to choose but the map."""


class ReplayInputs(Closed):
    """A past outage, on the shipped atlas as it was that day."""

    event: Name | None = Field(None, description="id of a past outage; default: which there are")
