"""A map as its source tells it, before it becomes our layers: cables with lines, and places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Status = Literal["live", "partial", "building", "planned", "retired"]


@dataclass(frozen=True, eq=False)
class RawPiece:
    """One drawn line (K, 2) of lon, lat, and whether it is drawn as built."""

    coordinates: Floats
    is_built: bool = True


@dataclass(frozen=True)
class RawPlace:
    """A landing place; `lon` and `lat` are NaN where the source gives no position.

    `country` is a code, a country's name or a place's full name that ends with it;
    `country_hint` is asked when that tells nothing.
    """

    station_id: str
    name: str
    country: str
    lon: float = float("nan")
    lat: float = float("nan")
    country_hint: str = ""

    @property
    def has_position(self) -> bool:
        return bool(np.isfinite(self.lon) and np.isfinite(self.lat))


@dataclass(frozen=True, eq=False)
class RawCable:
    """A cable: `landings` are place ids; None where the source names none and they are inferred."""

    cable_id: str
    name: str
    pieces: tuple[RawPiece, ...]
    landings: tuple[str, ...] | None
    status: Status = "live"
    in_service_from: str | None = None
    in_service_to: str | None = None
    length_km: float = float("nan")
    design_capacity_tbps: float = float("nan")
    owners: str = ""
    notes: str = ""


@dataclass(frozen=True, eq=False)
class RawMap:
    """The whole source: where it came from, its version (a date where it has one), its content."""

    title: str
    format: str
    version: str
    source_id: str
    cables: tuple[RawCable, ...]
    places: tuple[RawPlace, ...]
