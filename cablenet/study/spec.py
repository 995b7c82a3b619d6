"""`Study`: the file that says what is to be studied."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from cablenet.errors import InputError, Problem, UnknownNameError

Code = Annotated[str, Field(pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2")]


class RedundancyAsk(BaseModel):
    """Which countries must survive any one cable loss, and how far a new cable may reach."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    countries: tuple[Code, ...]
    reach_km: float = Field(default=3000.0, gt=0, le=20000)
    budget_musd: float | None = Field(default=None, gt=0)


class RepairAsk(BaseModel):
    """The event whose repair is planned: how, in which month, and whether demand is followed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    event: str
    horizon_days: int = Field(default=90, ge=1, le=730)
    month: int | None = Field(default=None, ge=1, le=12)
    traffic: bool = False


EVENTS = ("bab_el_mandeb", "luzon_strait_earthquake", "versova")
"""Ids of the named events whose traffic is followed where a study names none."""


class TrafficAsk(BaseModel):
    """Where traffic goes after each named event; `pairs`: also after every pair of cables.

    `rules` is a file of traffic rules, as `cablenet.read_rules` reads it; a relative path counts
    from the study file.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    events: tuple[str, ...] = Field(default=EVENTS, min_length=1)
    pairs: bool = False
    rules: str | None = None

    @field_validator("events")
    @classmethod
    def _each_once(cls, events: tuple[str, ...]) -> tuple[str, ...]:
        twice = sorted({event for event in events if events.count(event) > 1})
        if twice:
            raise ValueError(f"{', '.join(twice)} is named twice")
        return events


class WorstAsk(BaseModel):
    """A worst case: what may fail, how many at once, what counts, and for whom.

    `curve_to`: also the worst of each number of failures up to this one (0: no curve; traffic has
    none).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    k: int = Field(default=3, ge=1)
    unit: str = "cable"
    metric: Literal["isolated", "people", "unserved_tbps"] = "isolated"
    country: Code | None = None
    next_best: int = Field(default=9, ge=0, le=99)
    curve_to: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _no_curve_of_traffic(self) -> WorstAsk:
        if self.metric == "unserved_tbps" and self.curve_to:
            raise ValueError("unserved_tbps knows no curve; leave out curve_to")
        return self


class HardenAsk(BaseModel):
    """How many units to harden against the worst k of the others."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    harden: int = Field(default=3, ge=1)
    k: int = Field(default=3, ge=1)
    unit: str = "cable"
    metric: Literal["isolated", "people"] = "isolated"
    country: Code | None = None


class RouteAsk(BaseModel):
    """The two stations between which ways are looked for, and whose waters none may enter."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: str
    end: str
    avoid: tuple[Code, ...] = ()
    keep_km_from_cables: float = Field(default=25.0, gt=0, le=1000)


class SurvivalAsk(BaseModel):
    """What countries must survive, of all candidates within reach; minutes on a large map.

    `avoid`, `keep_km_from_cables` and `round_hazards` are those of `cablenet.candidate_table`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    losses: int = Field(default=1, ge=1)
    unit: str = "cable+station"
    countries: tuple[Code, ...] | None = None
    reach_km: float = Field(default=3000.0, gt=0, le=20000)
    leave_out_impossible: bool = False
    avoid: tuple[Code, ...] = ()
    keep_km_from_cables: float | None = Field(default=None, gt=0, le=1000)
    round_hazards: bool = False


class Study(BaseModel):
    """What to study: focus countries, and the plans to make."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    title: str
    focus: tuple[Code, ...] = Field(min_length=1)
    seed: int = 1
    redundancy: RedundancyAsk | None = None
    repairs: RepairAsk | None = None
    traffic: TrafficAsk | None = None
    worst: tuple[WorstAsk, ...] = ()
    hardening: HardenAsk | None = None
    routes: tuple[RouteAsk, ...] = ()
    survival: SurvivalAsk | None = None

    @field_validator("worst", "routes")
    @classmethod
    def _no_question_twice(cls, asks: tuple[BaseModel, ...]) -> tuple[BaseModel, ...]:
        if len(set(asks)) < len(asks):
            raise ValueError("the same question stands here twice")
        return asks

    @classmethod
    def load(cls, name: str) -> Study:
        """A built-in study by name, or a TOML file.

        Raises
        ------
        InputError
            naming the entry that is wrong
        UnknownNameError
            neither a built-in study nor a file
        """
        if name.endswith(".toml"):
            text = _text(Path(name))
        else:
            found = built_in_studies()
            if name not in found:
                raise UnknownNameError("study", name, found)
            text = found[name]
        try:
            study = cls.model_validate(tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            raise InputError(f"{name}: is not TOML: {error}") from error
        except ValidationError as error:
            raise InputError([
                Problem(name, "", ".".join(map(str, item["loc"])), item["msg"].lower(),
                        "see the built-in study india-japan.toml")
                for item in error.errors()]) from error
        return study._with_rules_beside(Path(name)) if name.endswith(".toml") else study

    def _with_rules_beside(self, file: Path) -> Study:
        """The same with the path of the traffic rules told from the study file."""
        if self.traffic is None or self.traffic.rules is None:
            return self
        rules = str(file.parent / self.traffic.rules)
        return self.model_copy(
            update={"traffic": self.traffic.model_copy(update={"rules": rules})})


def built_in_studies() -> dict[str, str]:
    """The text of each built-in study by name."""
    folder = files("cablenet.study") / "studies"
    return {entry.name.removesuffix(".toml"): entry.read_text(encoding="utf-8")
            for entry in folder.iterdir() if entry.name.endswith(".toml")}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from error
