"""How columns and numbers read: words and units from a column's name, digits from its values."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from cablenet.report.content import Heading

UNITS = {
    "_tbps": "Tbps", "_gbps": "Gbps", "_km": "km", "_ms": "ms", "_musd": "M USD", "_usd": "USD",
    "_days": "days", "_day": "day", "_h": "hours", "_kn": "kn", "_m": "m",
    "_per_year": "a year", "_share": "%", "_fraction": "%", "_percent": "%", "_deg": "degrees",
}
PERCENT_OF_ONE = ("_share", "_fraction")
ACRONYMS = {"id": "ID", "eez": "EEZ", "bu": "BU", "n-1": "N-1", "itu": "ITU", "sha256": "SHA-256"}
NOTHING = "–"


def heading_of(name: str, given: Mapping[str, Heading]) -> Heading:
    """The heading of one column: what was given, filled up from the column's name."""
    base = given.get(name, Heading())
    suffix = next((suffix for suffix in UNITS if name.endswith(suffix)), "")
    words = name.removesuffix(suffix).replace("_", " ").strip() or name
    label = " ".join(ACRONYMS.get(word.lower(), word) for word in words.split())
    shown = base.label or label
    return Heading(shown[:1].upper() + shown[1:], base.unit or UNITS.get(suffix, ""),
                   base.meaning, base.decimals, base.bar)


def is_share(name: str, given: Mapping[str, Heading]) -> bool:
    """Whether the column holds shares of one, to be shown as per cent.

    A heading with a unit of its own says what the values already are, per cent included.
    """
    unit = given[name].unit if name in given else ""
    return name.endswith(PERCENT_OF_ONE) and not unit


def digits_for(values: Iterable[float]) -> int:
    """Decimals that show about three figures of a column's larger values, none for counts."""
    finite = [abs(value) for value in values if math.isfinite(value)]
    if not finite or all(value == round(value) for value in finite):
        return 0
    largest = max(finite)
    if largest >= 1000:
        return 0
    if largest >= 10:
        return 1
    return 2 if largest >= 0.1 else 4


def number_text(value: float, digits: int) -> str:
    """A number with thousands set apart and the given decimals; a dash where there is none."""
    if not math.isfinite(value):
        return NOTHING
    text = f"{value:,.{digits}f}"
    return text.replace("-", "−") if float(text.replace(",", "")) != 0 else text.lstrip("-")


def plain_text(value: Any) -> str:
    """Any other cell as words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple | set | frozenset):
        parts = sorted(value) if isinstance(value, set | frozenset) else value
        return ", ".join(plain_text(part) for part in parts) or NOTHING
    if value is None or pd.isna(value) or value == "":
        return NOTHING
    return str(value).replace(" %", "\u00a0%")


def is_numeric(column: pd.Series[Any]) -> bool:
    """Whether a column is to be set, sorted and aligned as numbers."""
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
