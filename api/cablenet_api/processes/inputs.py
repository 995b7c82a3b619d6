"""What each process may be asked: closed types, with a limit on everything that can grow."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator

import cablenet as cn
from cablenet_api.events import FIRST_DAY, LAST_DAY, MAX_EVENTS, Closed, Event, Name, ScoreRequest
from cablenet_api.workspaces.maps import MapNamed
from cablenet_api.workspaces.overlays import OverlayNamed

Unit = Literal["cable", "station", "segment"]
Country = Annotated[str, StringConstraints(strict=True, pattern="^[A-Z]{2}$")]
Whole = Annotated[int, Field(strict=True)]

Seed = Annotated[int, Field(strict=True, ge=0, le=2**31)]
SeaRouter = Annotated[bool, Field(strict=True, description=(
    "false: ships sail 1.2 times the great circle, known at once"))]

OnMap = Annotated[MapNamed | None, Field(
    description="a map of a workspace; default: the one that the service answers from")]


class Asked(Closed):
    """About which map, on which day."""

    as_of: date | None = Field(None, ge=FIRST_DAY, le=LAST_DAY,
                               description="the day asked about; default: the map's own")
    map: OnMap = None


class ScoreInputs(ScoreRequest):
    """What fails, on which map and day, and what to measure."""

    map: OnMap = None


class CutSetsInputs(Asked):
    """Which minimal sets isolate whom."""

    max_order: Whole = Field(2, ge=1, le=5, description="largest set looked for")
    unit: Unit = "cable"
    countries: list[Country] | None = Field(None, min_length=1, max_length=300,
                                            description="default: all")


class OneLoser(Asked):
    """Whose loss counts: that of a country or a pair; of all where neither is named."""

    country: Country | None = Field(None, description="only its loss counts; default: all")
    pair: list[Country] | None = Field(None, min_length=2, max_length=2, description=(
        "instead of `country`: two countries that may lose each other"))

    @model_validator(mode="after")
    def _one_loser(self) -> Self:
        if self.pair is not None and self.country is not None:
            raise ValueError("name one country or one pair, not both")
        if self.pair is not None and self.pair[0] == self.pair[1]:
            raise ValueError("a pair is of two countries")
        return self


class WorstInputs(OneLoser):
    """The worst that k losses can do."""

    model_config = ConfigDict(json_schema_extra={"examples": [
        {"k": 3, "country": "JP"}, {"k": 2, "pair": ["IN", "JP"]},
        {"k": 2, "min_rate": 0.01}]})

    k: Whole = Field(ge=1, le=50)
    unit: Literal["cable", "station", "segment", "place", "mixed"] = "cable"
    metric: Literal["isolated", "people", "unserved_tbps"] = "isolated"
    radius_km: float = Field(25.0, ge=1, le=500, description="of a place")
    min_rate: float | None = Field(None, strict=True, gt=0, le=1, description=(
        "only sets whose units' yearly chances of failing multiply to at least this; of cables "
        "and segments"))
    next_best: Whole = Field(0, ge=0, le=20)

    @model_validator(mode="after")
    def _no_pair_of_traffic(self) -> WorstInputs:
        if self.pair is not None and self.metric == "unserved_tbps":
            raise ValueError("unserved_tbps knows no pair; ask for the world or a country")
        return self


class ServiceLevelInputs(Closed):
    """A share of their demand that countries should have back soonest."""

    level: float = Field(strict=True, gt=0, le=1)
    countries: list[Country] = Field([], max_length=300, description=(
        "default: all that the outage puts below the level"))


class FairnessInputs(Closed):
    """No party's lost demand waits longer than so many times another's."""

    parties: dict[Name, Annotated[list[Country], Field(min_length=1, max_length=300)]] = Field(
        min_length=2, max_length=20, description="a name, and its countries")
    most: float = Field(strict=True, ge=1, le=1_000)

    @model_validator(mode="after")
    def _kept(self) -> FairnessInputs:
        self.rule()  # the library's own refusals, before a job is made
        return self

    def rule(self) -> cn.Fairness:
        """In the library's words."""
        return cn.Fairness(self.parties, self.most)


class OnOverlay(Asked):
    """About the service's own map, with an overlay laid over it where one is named."""

    overlay: OverlayNamed | None = Field(None, description=(
        "an overlay of a workspace, laid over the service's own map; others than its owner get "
        "what its tier allows of `repairs`, and nothing of other processes"))

    @model_validator(mode="after")
    def _own_map(self) -> Self:
        if self.overlay is not None and self.map is not None:
            raise ValueError("an overlay lies on the service's own map; leave map out")
        return self


class RepairsInputs(OnOverlay):
    """One outage, how far ahead to plan, and what for."""

    model_config = ConfigDict(json_schema_extra={"examples": [
        {"event": {"kind": "named_event", "event": "Luzon Strait earthquake"},
         "service_level": {"level": 0.9, "countries": ["IN", "JP"]},
         "fairness": {"parties": {"India": ["IN"], "Japan": ["JP"]}, "most": 1.5}}]})

    event: Annotated[Event, Field(description="what has failed")]
    horizon_days: Whole = Field(90, ge=1, le=365)
    permit_days: float | None = Field(None, strict=True, ge=0, le=365, description=(
        "what if every country granted its permit within so many days of the fault, to any ship"))
    month: Whole | None = Field(None, ge=1, le=12, description=(
        "of the faults: hard seasons at sea slow the work; null: calm weather everywhere"))
    objective: Literal["weighted", "demand_days"] = Field("weighted", description=(
        "weighted: by lit capacity; demand_days: by the demand that the network serves again"))
    service_level: ServiceLevelInputs | None = Field(None, description=(
        "instead of `objective`: the fewest days that countries are below this"))
    fairness: FairnessInputs | None = None

    @model_validator(mode="after")
    def _one_objective(self) -> RepairsInputs:
        if self.service_level is not None and self.objective != "weighted":
            raise ValueError("service_level is an objective of its own; leave objective out")
        return self

    def goal(self) -> cn.ServiceLevel | Literal["weighted", "demand_days"]:
        """The objective in the library's words."""
        wanted = self.service_level
        if wanted is None:
            return self.objective
        return cn.ServiceLevel(wanted.level, tuple(wanted.countries))


class BasesInputs(Asked):
    """Where an agreement's ships should lie, or where one more ship would help most."""

    agreement: Name | None = Field(None, description="id of a maintenance agreement; or")
    one_more: list[Country] | None = Field(None, min_length=1, max_length=20, description=(
        "countries: one more ship under every agreement of their cables"))
    ships: Whole | None = Field(None, ge=1, le=50, description=(
        "with `agreement`: how many of its ships; default: as today"))
    years: Whole = Field(40, ge=1, le=1_000, description="simulated, and as many to compare on")
    seed: Seed = 1
    sea_router: SeaRouter = True

    @model_validator(mode="after")
    def _one_question(self) -> BasesInputs:
        if (self.agreement is None) == (self.one_more is None):
            raise ValueError("name an agreement, or countries as one_more: one of the two")
        if self.ships is not None and self.agreement is None:
            raise ValueError("ships goes with an agreement")
        return self


class TrafficInputs(Asked):
    """One failure, or none: the network as it is."""

    event: Annotated[Event, Field(description="what has failed")] | None = None
    capacity_rule: Name | None = Field(None, description="for maps without capacities")


Pair = Annotated[list[Country], Field(min_length=2, max_length=2)]
Hazard = Literal["background", "earthquake", "slope_failure", "cyclone", "anchor_drag",
                 "solar_storm"]


class SweepInputs(Asked):
    """Which failures to score: all combinations of up to `order` units, or a sample, or these, or
    what happens in drawn years."""

    model_config = ConfigDict(json_schema_extra={"examples": [
        {"order": 2}, {"years": 10_000, "pairs": [["IN", "JP"]]}]})

    order: Whole = Field(2, ge=1, le=4, description="largest number of units that fail together")
    unit: Unit = "cable"
    metrics: list[Name] = Field(["isolated"], min_length=1, max_length=5)
    samples: Whole | None = Field(None, ge=1, le=100_000_000,
                                  description="a random sample of exactly `order` units each")
    seed: Whole = Field(1, ge=0, le=2**31)
    events: list[Event] | None = Field(None, min_length=1, max_length=MAX_EVENTS,
                                       description="these failures, and no combinations")
    top: Whole = Field(100, ge=1, le=1_000, description="how many of the worst are listed")
    years: Whole | None = Field(None, ge=1, le=100_000, description=(
        "so many drawn years of faults and repairs, and no combinations"))
    hazards: list[Hazard] | None = Field(None, min_length=1, max_length=6, description=(
        "with years: only faults of these; default: all"))
    pairs: list[Pair] | None = Field(None, min_length=1, max_length=50, description=(
        "with years: pairs of countries whose time apart is counted"))

    @model_validator(mode="after")
    def _one_source(self) -> SweepInputs:
        if [self.samples, self.events, self.years].count(None) < 2:
            raise ValueError("name one source of failures: samples, events or years")
        if self.years is None and (self.hazards or self.pairs):
            raise ValueError("hazards and pairs belong to years")
        if self.years is not None and not set(self.metrics) <= {"isolated", "capacity_loss"}:
            raise ValueError("drawn years know the metrics isolated and capacity_loss")
        if any(one == other for one, other in self.pairs or ()):
            raise ValueError("a pair is of two countries")
        return self


class ReportInputs(Closed):
    """A study that comes with the library, on the shipped atlas."""

    as_of: date | None = Field(None, ge=FIRST_DAY, le=LAST_DAY,
                               description="the day asked about; default: the atlas's own")
    study: Literal["india-japan", "india-japan-traffic"] = "india-japan"


class ValidateInputs(Closed):
    """Nothing to choose: all checks that need no data from outside."""
