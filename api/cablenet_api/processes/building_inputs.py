"""What processes that choose new cables may be asked: promises, budgets, how far to look."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, model_validator

import cablenet as cn
from cablenet_api.events import Closed, Name
from cablenet_api.processes.inputs import Asked, Country, Whole


class BuildingLimits(Asked):
    """Where new cables must land, whom they never join, and by when they must be ready."""

    must_land: list[Country] = Field([], max_length=20, description=(
        "at least one new cable lands in each of these countries"))
    never_joined: list[tuple[Country, Country]] = Field([], max_length=100, description=(
        "pairs of countries that no new cable joins"))
    ready_by: Whole | None = Field(None, ge=1950, le=2200, description=(
        "only cables that can be in service by the end of this year, if they are begun on the day "
        "of the map"))

    @property
    def limits(self) -> dict[str, Any]:
        """In the library's words."""
        return {"must_land": self.must_land, "never_joined": self.never_joined,
                "ready_by": self.ready_by}


class RedundancyInputs(Asked):
    """Who must survive any one cable loss, for how much."""

    countries: list[Country] = Field(min_length=1, max_length=20)
    budget_musd: float | None = Field(None, strict=True, gt=0, le=1e6)


class PromiseInputs(Closed):
    """Countries survive the loss of any `losses` units of these kinds, new ones included."""

    losses: Whole = Field(1, ge=1, le=3)
    unit: Literal["cable", "station", "cable+station", "place"] = "cable+station"
    countries: list[Country] | None = Field(None, min_length=1, max_length=300, description=(
        "default: all that reach a hub abroad today"))
    radius_km: float = Field(25.0, strict=True, ge=1, le=500, description="of a place")

    @model_validator(mode="after")
    def _kept(self) -> PromiseInputs:
        self.promise()  # the library's own refusals, before a job is made
        return self

    def promise(self) -> cn.Promise:
        """In the library's words."""
        return cn.Promise(self.losses, self.unit,
                          None if self.countries is None else tuple(self.countries),
                          self.radius_km)


class SurvivalInputs(BuildingLimits):
    """What countries must survive, of all cables within reach."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"promises": [
        {"losses": 1, "unit": "cable+station", "countries": ["TO"]}], "budget_musd": 200}]})

    promises: list[PromiseInputs] = Field(min_length=1, max_length=10)
    budget_musd: float | None = Field(None, strict=True, gt=0, le=1e6, description=(
        "a plan that costs more is refused"))
    reach_km: float = Field(3_000.0, strict=True, ge=100, le=5_000, description=(
        "how far a new cable may reach; it takes minutes to price those of the world"))
    leave_out_impossible: bool = Field(False, strict=True, description=(
        "plan for the others where a country cannot be saved"))
    next_best: Whole = Field(0, ge=0, le=10)


class SharePromiseInputs(Closed):
    """Countries keep a share of their demand through failures of the sweep."""

    share: float = Field(0.9, strict=True, gt=0, le=1)
    countries: list[Name] | None = Field(None, min_length=1, max_length=300, description=(
        "default: all that have this share today"))
    failures: list[Name] | None = Field(None, min_length=1, max_length=1_000, description=(
        "names of cables, stations and named events; default: all of them, one at a time"))

    def promise(self) -> cn.DemandPromise:
        """In the library's words."""
        names = (None if one is None else tuple(one) for one in (self.countries, self.failures))
        return cn.DemandPromise(self.share, *names)


class DemandSearch(BuildingLimits):
    """What share of demand to keep, how far to look, and for how long."""

    promises: list[SharePromiseInputs] = Field([], max_length=10)
    reach_km: float = Field(1_500.0, strict=True, ge=100, le=5_000, description=(
        "how far a new cable may reach; it takes a minute to draw those of the world"))
    leave_out_impossible: bool = Field(False, strict=True, description=(
        "plan for the rest where no cable keeps a promise"))
    gap: float = Field(0.0, strict=True, ge=0, le=1, description=(
        "end when proved to lie so close to the best: 0.01 for 1 %"))
    time_limit_s: Whole = Field(300, ge=1, le=3_000, description=(
        "seconds on the clock for the search of each plan"))


class DemandCurveInputs(DemandSearch):
    """Budgets: what remains at risk for each."""

    model_config = ConfigDict(json_schema_extra={"examples": [
        {"budgets_musd": [0, 200, 400], "gap": 0.05}]})

    budgets_musd: list[Annotated[float, Field(strict=True, ge=0, le=1e6)]] = Field(
        min_length=1, max_length=20)


class DemandInputs(DemandSearch):
    """What share of demand to keep, or what to spend so that least is lost, or both."""

    model_config = ConfigDict(json_schema_extra={"examples": [
        {"promises": [{"share": 0.9, "countries": ["IN", "JP"]}], "leave_out_impossible": True},
        {"budget_musd": 200, "gap": 0.05}]})

    budget_musd: float | None = Field(None, strict=True, ge=0, le=1e6, description=(
        "spend at most this so that the expected loss is least; promises are kept as well"))
    next_best: Whole = Field(0, ge=0, le=10)

    @model_validator(mode="after")
    def _something(self) -> DemandInputs:
        if not self.promises and self.budget_musd is None:
            raise ValueError("say what to keep (promises), or what may be spent (budget_musd)")
        return self
