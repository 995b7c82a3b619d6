"""`counted`: a number with its noun, one or many."""

from __future__ import annotations

ONE = {"countries": "country", "people": "person"}
"""Singulars that are not the plural without its last letter."""


def counted(count: int, many: str) -> str:
    """'1 country', '2 countries', '1,200 people'; `many` is the plural, its first word the noun."""
    noun, space, rest = many.partition(" ")
    return f"{count:,} {noun if count != 1 else ONE.get(noun, noun.removesuffix('s'))}{space}{rest}"
