"""Read our facts, our additions to them and the declared tables of the build, as text frames."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

HERE = Path(__file__).parent
FACTS, DECLARED = HERE / "facts", HERE / "declared"
BASIS_OF = {"sourced": "sourced", "mixed": "estimated", "derived": "estimated",
            "memory": "estimated", "assumption": "assumed", "none": "assumed"}
"""How the confidence word of a fact becomes a basis; memory stays visible in the note."""


def fact(name: str) -> pd.DataFrame:
    """One facts table as text, with our additions (additions_<name>.csv) appended."""
    parts = [_text(FACTS / f"{name}.csv")]
    more = FACTS / f"additions_{name}.csv"
    if more.exists():
        parts.append(_text(more))
    return pd.concat(parts, ignore_index=True)


def declared(name: str) -> pd.DataFrame:
    """One declared table of the build as text."""
    return _text(DECLARED / f"{name}.csv")


def numbers(values: pd.Series) -> pd.Series:
    """Text to numbers, blanks to NaN."""
    return pd.to_numeric(values.replace("", None), errors="raise").astype(float)


def slug(text: str) -> str:
    """Lower-case words joined by '-': "Nuku'alofa" is nukualofa."""
    import unicodedata

    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    plain = plain.replace("'", "")
    return "-".join("".join(c if c.isalnum() else " " for c in plain).lower().split())


def _text(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False)
