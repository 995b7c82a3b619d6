"""The parts of an attack's graph: pieces, layers, and the sections over which power runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Killers = frozenset[int]
"""What brings a piece down: unit u as u, darkness of wet section i as `n_units + i`."""


@dataclass(frozen=True)
class Piece:
    """A hyperedge: while none of `killers` happens, it joins all of `places`."""

    places: tuple[int, ...]
    killers: Killers


@dataclass(frozen=True)
class Layer:
    """One propagation from `root`, the place where all sources of the layer are."""

    n_places: int
    root: int
    place: Mapping[int, int]
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Section:
    """A section of a powered cable: ends `a`, `b`, and the units that take it away."""

    a: int
    b: int
    killers: Killers


@dataclass(frozen=True)
class DarkSection:
    """A wet section (number `token - n_units`), its ends, and the units that touch its cable."""

    token: int
    a: int
    b: int
    touched_by: Killers


@dataclass(frozen=True)
class PowerGraph:
    """Sections over which power runs, the ends that feed it, and the sections that can go dark."""

    sections: tuple[Section, ...] = ()
    feeds: frozenset[int] = frozenset()
    dark: tuple[DarkSection, ...] = ()
