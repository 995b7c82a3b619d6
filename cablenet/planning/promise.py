"""`Promise`: which countries survive the loss of how many units, and the file that asks for it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cablenet.errors import InputError, Problem
from cablenet.metrics.isolation import countries_cut, isolated_gateways
from cablenet.network import Network
from cablenet.planning.demand_promise import DemandPromise
from cablenet.planning.star_graph import KINDS


@dataclass(frozen=True)
class Promise:
    """Countries survive the loss of any `losses` units of these kinds, new ones included.

    A place is all that one disk can hit, stations and new cables too; one place at a time.

    Attributes
    ----------
    losses
        how many units may be lost at once, 1 or more
    unit
        'cable', 'station', 'cable+station' or 'place'
    countries
        ISO codes or names; left out: all that reach a hub abroad today
    radius_km
        of the disk, for places
    """

    losses: int = 1
    unit: str = "cable+station"
    countries: tuple[str, ...] | None = None
    radius_km: float = 25.0

    def __post_init__(self) -> None:
        if self.losses < 1:
            raise InputError(f"a promise names {self.losses} losses; give 1 or more")
        if self.unit == "place" and self.losses > 1:
            raise InputError("a promise about places is about one at a time; give losses 1")
        if self.unit != "place" and not set(self.unit.split("+")) <= set(KINDS):
            raise InputError(f"a promise about unit '{self.unit}'; use cable, station, "
                             "cable+station or place")

    def __str__(self) -> str:
        who = "every country" if self.countries is None else ", ".join(self.countries)
        many = "any one" if self.losses == 1 else f"any {self.losses}"
        kinds = [kind if self.losses == 1 else f"{kind}s" for kind in self.unit.split("+")]
        disk = f" of {self.radius_km:g} km" if self.unit == "place" else ""
        return f"{who}: {many} {' or '.join(kinds)}{disk}"


def connected_today(net: Network) -> set[int]:
    """Countries with a gateway that reaches a hub abroad."""
    cut = countries_cut(net, isolated_gateways(net, net.links.in_service[None, :]))[0]
    return set(np.unique(net.gateways.country[~cut[net.gateways.country]]).tolist())


def countries_of(net: Network, promise: Promise, today: set[int]) -> tuple[int, ...]:
    """The countries a promise names, by number; `today` are those connected today."""
    if promise.countries is None:
        return tuple(sorted(today))
    named = sorted({net.country_index(country) for country in promise.countries})
    bare = [str(net.country_id[c]) for c in named if c not in net.gateways.country]
    if bare:
        raise InputError(f"no gateway in {', '.join(bare)}: nothing there could stay connected")
    return tuple(named)


class _PromiseRow(BaseModel):
    """A promise of connection, or where `share` is given one of demand."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    losses: int = 1
    unit: str = "cable+station"
    countries: tuple[str, ...] | None = None
    radius_km: float = 25.0
    share: float | None = None
    failures: tuple[str, ...] | None = None

    def told(self, file: str, number: int) -> Promise | DemandPromise:
        """The promise of the table `number`."""
        of_demand = self.share is not None
        wrong = self.model_fields_set & ({"losses", "unit", "radius_km"} if of_demand
                                         else {"failures"})
        if wrong:
            raise InputError([Problem(
                file, f"promise.{number}", ", ".join(sorted(wrong)),
                "belongs to the other kind of promise",
                "a promise of demand has share, countries and failures; one of connection has "
                "losses, unit, countries and radius_km")])
        if self.share is None:
            return Promise(self.losses, self.unit, self.countries, self.radius_km)
        return DemandPromise(self.share, self.countries, self.failures)


class _PromiseFile(BaseModel):
    """What a promise file may say; every key but `promise` is an option of `plan_survival` and of
    `plan_demand`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    promise: tuple[_PromiseRow, ...] = Field(min_length=1)
    budget_musd: float | None = None
    must_land: tuple[str, ...] = ()
    never_joined: tuple[tuple[str, str], ...] = ()
    ready_by: int | None = None
    leave_out_impossible: bool = False
    next_best: int = Field(default=0, ge=0, le=100)


def read_promises(path: Path | str) -> tuple[tuple[Promise, ...] | tuple[DemandPromise, ...],
                                             dict[str, Any]]:
    """Promises from a TOML file, all of one kind, and the options of `plan_survival` or
    `plan_demand` it sets.

    Raises
    ------
    InputError
        a file that cannot be read, a key nobody knows, a value of the wrong kind, promises of
        connection and of demand together
    """
    file = Path(path)
    try:
        given = _PromiseFile.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{file}: is not a readable TOML file: {error}") from error
    except ValidationError as error:
        raise InputError([Problem(
            file.name, ".".join(map(str, one["loc"])), "", one["msg"].lower(),
            "give [[promise]] tables with losses, unit and countries, or with share (0.9), "
            "countries and failures; beside them budget_musd, must_land, never_joined, ready_by, "
            "leave_out_impossible, next_best")
            for one in error.errors()]) from error
    promises = [row.told(file.name, number) for number, row in enumerate(given.promise)]
    connection = tuple(one for one in promises if isinstance(one, Promise))
    demand = tuple(one for one in promises if isinstance(one, DemandPromise))
    if connection and demand:
        raise InputError(f"{file}: promises of connection (losses) and of demand (share) are "
                         "planned apart; put them into two files")
    return connection or demand, given.model_dump(exclude={"promise"}, exclude_unset=True)
