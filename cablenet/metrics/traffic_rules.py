"""`TrafficRules`: the limits of rerouting that a user can set, read from TOML.

    headroom = 0.2
    backup = [{country = "TW", tbps = 0.013, kind = "microwave", delay_ms = 5}]
    refuse = [{carrier = "PK", customer = "IN"}]
    restore = [{when = "AAE-1", on = "PEACE", tbps = 0.5}]
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from cablenet.errors import InputError, Problem

HEADROOM = 0.2
"""Share of lit capacity kept free of peak traffic. Operators run at 40-50 % of lit (DAWN25 saw
60 %), so 80 % is the most we let a link carry: assumed."""
SATELLITE_MS = 550.0
"""Round trip over a geostationary satellite: four times 35,786 km at the speed of light, and
70 ms on the ground (assumed)."""


@dataclass(frozen=True)
class Backup:
    """Capacity abroad that needs no cable, shared by a country's gateways: satellite, microwave."""

    country: str
    tbps: float
    kind: str = "satellite"
    delay_ms: float = SATELLITE_MS


@dataclass(frozen=True)
class Refusal:
    """Traffic from or to `customer` may not pass through `carrier`, unless it ends there."""

    carrier: str
    customer: str


@dataclass(frozen=True)
class Restore:
    """Pre-agreed restoration: once cable `when` has lost a section, all sections of cable `on`
    may carry `tbps` more, up to their design capacity."""

    when: str
    on: str
    tbps: float


@dataclass(frozen=True)
class TrafficRules:
    """What traffic may do when something fails."""

    headroom: float = HEADROOM
    backup: tuple[Backup, ...] = ()
    refuse: tuple[Refusal, ...] = ()
    restore: tuple[Restore, ...] = ()

    def __post_init__(self) -> None:
        problems = [Problem("traffic rules", name, "tbps", f"{value:g} is not an amount",
                            "give Tbps of zero or more")
                    for name, value in [*((f"backup {b.country}", b.tbps) for b in self.backup),
                                        *((f"restore {r.on}", r.tbps) for r in self.restore)]
                    if not (math.isfinite(value) and value >= 0)]
        problems += [Problem("traffic rules", f"backup {b.country}", "delay_ms",
                             f"{b.delay_ms:g} is not a delay", "give ms above zero")
                     for b in self.backup if not (math.isfinite(b.delay_ms) and b.delay_ms > 0)]
        if not 0 <= self.headroom < 1:
            problems.append(Problem("traffic rules", "headroom", "", f"{self.headroom:g}",
                                    "give a share from 0 up to, not including, 1"))
        if problems:
            raise InputError(problems)


def read_rules(path: Path | str) -> TrafficRules:
    """Rules from a TOML file.

    Raises
    ------
    InputError
        a file that cannot be read, a key nobody knows, a value of the wrong kind
    """
    file = Path(path)
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{file}: is not a readable TOML file: {error}") from error
    kinds = {"backup": Backup, "refuse": Refusal, "restore": Restore}
    given: dict[str, Any] = {}
    for key, value in content.items():
        if key == "headroom":
            given[key] = _number(file, key, value)
        elif key in kinds:
            given[key] = tuple(_entry(file, f"{key} {i + 1}", kinds[key], row)
                               for i, row in enumerate(value if isinstance(value, list) else [0]))
        else:
            raise InputError([Problem(file.name, key, "", "is not a traffic rule",
                                      "use headroom, backup, refuse or restore")])
    return TrafficRules(**given)


def _entry(file: Path, row: str, kind: type[Any], value: Any) -> Any:
    """One table of a list as its dataclass."""
    known = {item.name: item.type for item in fields(kind)}
    if not isinstance(value, dict) or set(value) - set(known):
        raise InputError([Problem(file.name, row, "", "is not understood",
                                  f"give a table with {', '.join(known)}")])
    out = {key: _number(file, f"{row} {key}", item) if known[key] == "float" else str(item)
           for key, item in value.items()}
    try:
        return kind(**out)
    except TypeError as error:
        raise InputError([Problem(file.name, row, "", str(error).split(") ", 1)[-1],
                                  f"give a table with {', '.join(known)}")]) from error


def _number(file: Path, row: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError([Problem(file.name, row, "", f"{value!r} is not a number",
                                  "give a number")])
    return float(value)


def rules_from_record(record: Mapping[str, Any]) -> TrafficRules:
    """Rules from plain JSON values, as `dataclasses.asdict` made them."""
    return TrafficRules(
        float(record.get("headroom", HEADROOM)),
        tuple(Backup(**row) for row in record.get("backup", ())),
        tuple(Refusal(**row) for row in record.get("refuse", ())),
        tuple(Restore(**row) for row in record.get("restore", ())))
