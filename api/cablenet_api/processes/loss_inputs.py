"""What processes about the fewest and the worst losses may be asked, and about hardening."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field, model_validator

from cablenet_api.events import Event
from cablenet_api.processes.inputs import Asked, Country, OneLoser, Seed, Whole

AnyUnit = Literal["cable", "station", "segment", "place", "mixed"]
Radius = Field(25.0, strict=True, ge=1, le=500, description="of a place")


class FortifyInputs(OneLoser):
    """What to harden so that the worst losses of the rest do least."""

    model_config = ConfigDict(json_schema_extra={"examples": [
        {"harden": 3, "k": 3}, {"harden": 2, "k": 2, "unit": "station", "country": "JP"}]})

    harden: Whole = Field(ge=1, le=50, description="units that may be hardened, so many at most")
    k: Whole = Field(ge=1, le=20, description="of the others that fail at once")
    unit: AnyUnit = Field("cable", description=(
        "what is hardened and what fails; a hardened place is a strait or a coast kept safe"))
    metric: Literal["isolated", "people"] = "isolated"
    radius_km: float = Radius
    seed: Seed = 1


class WorstCurveInputs(OneLoser):
    """The worst that 1, 2, ... losses can do."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"most": 5, "country": "IN"}]})

    most: Whole = Field(ge=1, le=30, description="the curve runs from one loss to so many")
    unit: AnyUnit = "cable"
    metric: Literal["isolated", "people"] = "isolated"
    radius_km: float = Radius
    seed: Seed = 1


class FewestInputs(Asked):
    """The fewest losses that isolate each country."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"countries": ["IN", "JP"]}]})

    unit: AnyUnit = "cable"
    countries: list[Country] | None = Field(None, min_length=1, max_length=300,
                                            description="default: all")
    radius_km: float = Radius
    seed: Seed = 1


class WorstPlacesInputs(Asked):
    """The places whose loss hurts most, on the map and on drawn lines."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"count": 10, "draws": 50}]})

    count: Whole = Field(10, ge=1, le=100, description="places told")
    metric: Literal["isolated", "people"] = "people"
    radius_km: float = Radius
    draws: Whole = Field(50, ge=2, le=1_000, description="of the lines within their uncertainty")
    seed: Seed = 1


Kind = Literal["lit", "demand", "classes", "routes"]


class DrawsInputs(Asked):
    """How sure the scores of failures are."""

    model_config = ConfigDict(json_schema_extra={"examples": [
        {"events": [{"kind": "cable_loss", "cable": "aae1"}], "draws": 50}]})

    events: list[Event] = Field(min_length=1, max_length=50)
    metrics: list[Literal["isolated", "capacity_loss", "unserved", "cost"]] = Field(
        ["isolated", "capacity_loss"], min_length=1, max_length=4, description=(
            "unserved and cost take seconds an event and draw"))
    draws: Whole = Field(100, ge=2, le=1_000, description=(
        "networks whose numbers are drawn within their ranges"))
    what: list[Kind] = Field(["lit", "demand", "classes", "routes"], min_length=1, max_length=4,
                             description="kinds of numbers that are drawn")
    seed: Seed = 1

    @model_validator(mode="after")
    def _each_once(self) -> DrawsInputs:
        if len(set(self.what)) < len(self.what):
            raise ValueError("name each kind of number once")
        return self
