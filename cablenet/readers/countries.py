"""Country names to ISO 3166-1 alpha-2 codes, by the declared table country_names.csv.

The longest ending of a name that the table knows wins, so that 'Town, Congo, Dem. Rep.' is found
by its last two parts, and a place that its source files under a larger state can be declared by
its full name ('Piti, GU, United States').
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

UNKNOWN = "ZZ"
"""User-assigned code of ISO 3166 for a country that the table does not know."""


@cache
def _codes() -> dict[str, str]:
    text = (files("cablenet.readers") / "country_names.csv").read_text(encoding="utf-8")
    return {_plain(row["name"]): row["country"] for row in csv.DictReader(text.splitlines())}


@cache
def _names() -> dict[str, str]:
    text = (files("cablenet.readers") / "country_names.csv").read_text(encoding="utf-8")
    names: dict[str, str] = {}
    for row in csv.DictReader(text.splitlines()):
        if row["usual"] == "1":
            names[row["country"]] = row["name"]
    return names


def country_code(name: str) -> str:
    """The code for a country's name, or for the end of a place's name; ZZ when unknown."""
    codes, parts = _codes(), name.split(",")
    for start in range(len(parts)):
        code = codes.get(_plain(",".join(parts[start:])))
        if code:
            return code
    word = name.strip()
    return word if word in _names() else UNKNOWN


def country_name(code: str) -> str:
    """The usual short name of a code; the code itself when the table has none."""
    return _names().get(code, code)


def _plain(name: str) -> str:
    return " ".join(name.replace("’", "'").casefold().split())
