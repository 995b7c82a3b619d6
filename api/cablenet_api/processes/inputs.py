"""What each process may be asked: closed types, with a limit on everything that can grow."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from cablenet_api.events import FIRST_DAY, LAST_DAY, MAX_EVENTS, Closed, Event, Name, ScoreRequest
from cablenet_api.workspaces.maps import MapNamed

Unit = Literal["cable", "station", "segment"]
Country = Annotated[str, StringConstraints(strict=True, pattern="^[A-Z]{2}$")]
Whole = Annotated[int, Field(strict=True)]


OnMap = Annotated[MapNamed | None, Field(
    description="a map of a workspace; default: the one that the service answers from")]


class _Asked(Closed):
    as_of: date | None = Field(None, ge=FIRST_DAY, le=LAST_DAY,
                               description="the day asked about; default: the map's own")
    map: OnMap = None


class ScoreInputs(ScoreRequest):
    """What fails, on which map and day, and what to measure."""

    map: OnMap = None


class CutSetsInputs(_Asked):
    """Which minimal sets isolate whom."""

    max_order: Whole = Field(2, ge=1, le=5, description="largest set looked for")
    unit: Unit = "cable"
    countries: list[Country] | None = Field(None, min_length=1, max_length=300,
                                            description="default: all")


class WorstInputs(_Asked):
    """The worst that k losses can do."""

    k: Whole = Field(ge=1, le=50)
    unit: Literal["cable", "station", "segment", "place", "mixed"] = "cable"
    metric: Literal["isolated", "people", "unserved_tbps"] = "isolated"
    radius_km: float = Field(25.0, ge=1, le=500, description="of a place")
    country: Country | None = None
    next_best: Whole = Field(0, ge=0, le=20)


class RepairsInputs(_Asked):
    """One outage, and how far ahead to plan."""

    event: Annotated[Event, Field(description="what has failed")]
    horizon_days: Whole = Field(90, ge=1, le=365)
    permit_days: float | None = Field(None, strict=True, ge=0, le=365, description=(
        "what if every country granted its permit within so many days of the fault, to any ship"))


class BasesInputs(_Asked):
    """Where an agreement's ships should lie, or where one more ship would help most."""

    agreement: Name | None = Field(None, description="id of a maintenance agreement; or")
    one_more: list[Country] | None = Field(None, min_length=1, max_length=20, description=(
        "countries: one more ship under every agreement of their cables"))
    ships: Whole | None = Field(None, ge=1, le=50, description=(
        "with `agreement`: how many of its ships; default: as today"))
    years: Whole = Field(40, ge=1, le=1_000, description="simulated, and as many to compare on")
    seed: Whole = Field(1, ge=0, le=2**31)
    sea_router: bool = Field(True, strict=True, description=(
        "false: ships sail 1.2 times the great circle, known at once"))

    @model_validator(mode="after")
    def _one_question(self) -> BasesInputs:
        if (self.agreement is None) == (self.one_more is None):
            raise ValueError("name an agreement, or countries as one_more: one of the two")
        if self.ships is not None and self.agreement is None:
            raise ValueError("ships goes with an agreement")
        return self


class RedundancyInputs(_Asked):
    """Who must survive any one cable loss, for how much."""

    countries: list[Country] = Field(min_length=1, max_length=20)
    budget_musd: float | None = Field(None, strict=True, gt=0, le=1e6)


class TrafficInputs(_Asked):
    """One failure, or none: the network as it is."""

    event: Annotated[Event, Field(description="what has failed")] | None = None
    capacity_rule: Name | None = Field(None, description="for maps without capacities")


class SweepInputs(_Asked):
    """Which failures to score: all combinations of up to `order` units, or a sample, or these."""

    order: Whole = Field(2, ge=1, le=4, description="largest number of units that fail together")
    unit: Unit = "cable"
    metrics: list[Name] = Field(["isolated"], min_length=1, max_length=5)
    samples: Whole | None = Field(None, ge=1, le=100_000_000,
                                  description="a random sample of exactly `order` units each")
    seed: Whole = Field(1, ge=0, le=2**31)
    events: list[Event] | None = Field(None, min_length=1, max_length=MAX_EVENTS,
                                       description="these failures, and no combinations")
    top: Whole = Field(100, ge=1, le=1_000, description="how many of the worst are listed")


class ReportInputs(Closed):
    """A study that comes with the library, on the shipped atlas."""

    as_of: date | None = Field(None, ge=FIRST_DAY, le=LAST_DAY,
                               description="the day asked about; default: the atlas's own")
    study: Literal["india-japan", "india-japan-traffic"] = "india-japan"


class ValidateInputs(Closed):
    """Nothing to choose: all checks that need no data from outside."""
