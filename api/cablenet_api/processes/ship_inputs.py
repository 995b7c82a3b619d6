"""What processes about ships and spares over years may be asked, and about prices of repairs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, model_validator

import cablenet as cn
from cablenet_api.events import Closed, Event, Name
from cablenet_api.processes.inputs import Country, OnOverlay, SeaRouter, Seed, Whole

Days = Annotated[float, Field(strict=True, ge=0, le=365)]
Group = Annotated[list[Name], Field(min_length=2, max_length=20)]


class PolicyInputs(Closed):
    """Rules of repair that are held against today's."""

    name: Name
    pooled: bool = Field(False, strict=True, description="every ship serves every cable")
    mutual_aid: bool = Field(False, strict=True, description=(
        "ships outside an agreement help too, once chartered"))
    fast_lane: dict[Country, Days | None] = Field({}, max_length=300, description=(
        "country -> days within which it permits, from the fault and to any ship; null: the "
        "shortest of the table of permits"))
    added_ships: list[Name] = Field([], max_length=20, description=(
        "ports (id or name of a depot, base port or station) of one more ship each, under "
        "contract for every cable"))
    joined: list[Group] = Field([], max_length=20, description=(
        "maintenance agreements, by id, that serve each other's cables as their own"))
    ended: list[Name] = Field([], max_length=50, description=(
        "maintenance agreements, by id, that are no more"))

    def policy(self, net: cn.Network) -> cn.Policy:
        """In the library's words."""
        return cn.Policy(self.name, cn.RepairRules(
            pooled=self.pooled, fast_lane=dict(self.fast_lane),
            added_ships=tuple((port, cn.port_of(net, port)) for port in self.added_ships),
            joined=tuple(frozenset(group) for group in self.joined),
            ended=frozenset(self.ended)), self.mutual_aid)


TODAY = "today"


class SimulateYearsInputs(OnOverlay):
    """How many years, and which policies face them."""

    model_config = ConfigDict(json_schema_extra={"examples": [
        {"years": 100},
        {"years": 50, "policies": [{"name": "permits in three days",
                                    "fast_lane": {"IN": 3, "ID": 3}}]}]})

    years: Whole = Field(100, ge=1, le=10_000)
    seed: Seed = 1
    dock_days: float = Field(14.0, strict=True, ge=0, le=365, description=(
        "days in dock of each ship, twice in five years; 0: never"))
    spare_share: float | None = Field(0.02, strict=True, ge=0, le=1, description=(
        "spare cable of each cable's length at the bases, used up and restocked; null: no end"))
    restock_days: float = Field(180.0, strict=True, ge=0, le=3650, description=(
        "from an order of spare cable to its arrival"))
    policies: list[PolicyInputs] = Field([], max_length=10, description=(
        "to be held against today's in the same years"))
    traffic: bool = Field(False, strict=True, description=(
        "also what is left unserved and cut off, by country; seconds a year"))
    sea_router: SeaRouter = True

    @model_validator(mode="after")
    def _other_names(self) -> SimulateYearsInputs:
        names = [TODAY, *(one.name for one in self.policies)]
        if len(set(names)) < len(names):
            raise ValueError("give each policy a name of its own; 'today' is taken")
        return self


class SparesInputs(OnOverlay):
    """Where an agreement's spares should lie, and how many km of them."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"agreement": "SEAIOCMA"}]})

    agreement: Name = Field(description="id of a maintenance agreement")
    depots: Whole | None = Field(None, ge=1, le=200, description="how many; default: as today")
    years: Whole = Field(40, ge=1, le=1_000, description="simulated, and as many to judge by")
    seed: Seed = 1
    sea_router: SeaRouter = True


class PricesInputs(OnOverlay):
    """One outage, and where one more ship or depot is tried."""

    model_config = ConfigDict(json_schema_extra={"examples": [
        {"event": {"kind": "named_event", "event": "Luzon Strait earthquake"}}]})

    event: Annotated[Event, Field(description="what has failed")]
    ports: list[Name] | None = Field(None, min_length=1, max_length=10, description=(
        "id or name of a depot, base port or station each; default: the depots nearest to the "
        "fault of most worth"))
    charter: bool = Field(False, strict=True, description=(
        "ships outside a cable's agreement may be chartered"))
    objective: Literal["weighted", "demand_days"] = Field("weighted", description=(
        "what is saved: lit Tbps x days until sections are back, or Tbps-days of unserved demand "
        "(minutes: the network is solved for it)"))
    seed: Seed = 1
    time_limit_s: Whole = Field(5, ge=1, le=600, description=(
        "seconds on the clock for the search of each plan"))
