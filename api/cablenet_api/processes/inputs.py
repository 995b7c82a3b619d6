"""What each process may be asked: closed types, with a limit on everything that can grow."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from cablenet_api.events import FIRST_DAY, LAST_DAY, MAX_EVENTS, Closed, Event, Name

Unit = Literal["cable", "station", "segment"]
Country = Annotated[str, StringConstraints(strict=True, pattern="^[A-Z]{2}$")]
Whole = Annotated[int, Field(strict=True)]


class _Asked(Closed):
    as_of: date | None = Field(None, ge=FIRST_DAY, le=LAST_DAY,
                               description="the day asked about; default: the map's own")


class CutSetsInputs(_Asked):
    """Which minimal sets isolate whom."""

    max_order: Whole = Field(2, ge=1, le=5, description="largest set looked for")
    unit: Unit = "cable"
    countries: list[Country] | None = Field(None, min_length=1, max_length=300,
                                            description="default: all")


class WorstInputs(_Asked):
    """The worst that k losses can do."""

    k: Whole = Field(ge=1, le=50)
    unit: Literal["cable", "station", "segment", "mixed"] = "cable"
    metric: Literal["isolated", "people"] = "isolated"
    country: Country | None = None
    next_best: Whole = Field(0, ge=0, le=20)


class RepairsInputs(_Asked):
    """One outage, and how far ahead to plan."""

    event: Annotated[Event, Field(description="what has failed")]
    horizon_days: Whole = Field(90, ge=1, le=365)
    permit_days: float | None = Field(None, strict=True, ge=0, le=365, description=(
        "what if every country granted its permit within so many days of the fault, to any ship"))


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


class ReportInputs(_Asked):
    """A study that comes with the library."""

    study: Literal["india-japan", "india-japan-traffic"] = "india-japan"


class ValidateInputs(Closed):
    """Nothing to choose: all checks that need no data from outside."""
