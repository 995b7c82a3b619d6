"""The licence credits of the shipped data, one a line."""

from __future__ import annotations

from importlib.resources import files


def credits() -> list[str]:
    """What every page says of the data it was made from."""
    text = (files("cablenet_geodata") / "CREDITS.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.strip()]
