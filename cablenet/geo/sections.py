"""From a drawing to joints and sections: walk from each landing, fork and loose end to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from cablenet.geo.dateline import unwrap_lons
from cablenet.geo.drawing import Drawing, Edge, Floats


@dataclass(frozen=True)
class Joint:
    """Where sections meet: a landing (`place` >= 0), a junction, or a loose end (`degree` 1)."""

    place: int
    lon: float
    lat: float
    degree: int


@dataclass(frozen=True, eq=False)
class Section:
    """A line between two joints; `connector` says that it was added, not drawn."""

    start: int
    end: int
    coordinates: Floats
    is_built: bool
    connector: bool


def contract(drawing: Drawing) -> tuple[tuple[Joint, ...], tuple[Section, ...]]:
    """Walk from joint to joint; joints are landings, forks, loose ends and where building stops."""
    near: dict[int, list[int]] = {}
    for a, b in drawing.edges:
        near.setdefault(a, []).append(b)
        near.setdefault(b, []).append(a)
    is_joint = {
        v: v in drawing.landing or len(next_to) != 2
        or len({drawing.edges[min(v, o), max(v, o)][0] for o in next_to}) > 1
        for v, next_to in near.items()
    }
    is_joint |= {v: True for v in drawing.landing if v not in near}
    order = sorted((v for v, joint in is_joint.items() if joint),
                   key=lambda v: (drawing.landing.get(v, len(drawing.lon)), v))
    runs: list[list[int]] = []
    left = set(drawing.edges)
    _walk(order, near, is_joint, left, runs)
    while left:
        start = min(min(left))
        is_joint[start] = True
        _walk([start], near, is_joint, left, runs)
    pieces = [part for run in runs for part in _without_loop(run)]
    number: dict[int, int] = {}
    for vertex in [*sorted(drawing.landing, key=lambda v: drawing.landing[v]),
                   *(end for run in pieces for end in (run[0], run[-1]))]:
        number.setdefault(vertex, len(number))
    degree = np.bincount([number[end] for run in pieces for end in (run[0], run[-1])],
                         minlength=len(number))
    joints = tuple(Joint(drawing.landing.get(v, -1), drawing.lon[v], drawing.lat[v], int(degree[n]))
                   for v, n in number.items())
    return joints, tuple(_section(drawing, run, number) for run in pieces)


def _walk(starts: Sequence[int], near: dict[int, list[int]], is_joint: dict[int, bool],
          left: set[Edge], runs: list[list[int]]) -> None:
    """Follow every unwalked edge of the starts, breadth first: numbers run along the cable."""
    for first in starts:
        queue = [first]
        for vertex in queue:
            for other in near.get(vertex, []):
                if (min(vertex, other), max(vertex, other)) not in left:
                    continue
                run = [vertex, other]
                left.discard((min(vertex, other), max(vertex, other)))
                while not is_joint[run[-1]]:
                    onward = next(o for o in near[run[-1]] if o != run[-2])
                    left.discard((min(run[-1], onward), max(run[-1], onward)))
                    run.append(onward)
                runs.append(run)
                queue.append(run[-1])


def _without_loop(run: list[int]) -> list[list[int]]:
    """A run that returns to its start becomes two runs that meet half-way round."""
    if run[0] != run[-1]:
        return [run]
    middle = len(run) // 2
    return [run[:middle + 1], run[middle:]]


def _section(drawing: Drawing, run: list[int], number: dict[int, int]) -> Section:
    flags = [drawing.edges[min(a, b), max(a, b)] for a, b in pairwise(run)]
    lon = unwrap_lons(np.array([drawing.lon[v] for v in run]))
    lat = np.array([drawing.lat[v] for v in run])
    return Section(number[run[0]], number[run[-1]], np.column_stack([lon, lat]),
                   flags[0][0], all(connector for _, connector in flags))
