"""`Collection`: one layer as GeoJSON features in the order of their ids, asked for by page."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from cablenet_api.layers.query import Query

BEGINS, ENDS = "in_service_from", "in_service_to"
WORLD = (-180.0, -90.0, 180.0, 90.0)


@dataclass(frozen=True, eq=False)
class Collection:
    """N features of one layer, sorted by id.

    `shapes` (N,) is cut at +-180, None where a feature has no place; `properties` are plain.
    `begins` and `ends` (N,) are the days a feature enters and leaves service, "" where open.
    """

    name: str
    title: str
    ids: NDArray[np.str_]
    shapes: NDArray[np.object_]
    properties: tuple[dict[str, Any], ...]
    begins: NDArray[np.str_]
    ends: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def bounds(self) -> tuple[float, float, float, float]:
        """The box round all features; the world where none has a place."""
        if all(shape is None for shape in self.shapes):
            return WORLD
        west, south, east, north = (float(value) for value in shapely.total_bounds(self.shapes))
        return west, south, east, north

    @property
    def interval(self) -> tuple[str | None, str | None]:
        """First and last day of service as instants; None: open."""
        if not len(self) or not (self.begins != "").any():
            return None, None
        first = None if (self.begins == "").any() else f"{min(self.begins)}T00:00:00Z"
        last = None if (self.ends == "").any() else f"{max(self.ends)}T00:00:00Z"
        return first, last

    @cached_property
    def _geometry(self) -> NDArray[np.object_]:
        return np.asarray(shapely.to_geojson(self.shapes), dtype=object)

    def feature(self, row: int, links: list[dict[str, str]] | None = None) -> str:
        """One feature as GeoJSON text."""
        head = json.dumps({"type": "Feature", "id": str(self.ids[row])})[:-1]
        more = f', "links": {json.dumps(links)}' if links else ""
        shape = self._geometry[row] or "null"
        return f'{head}, "geometry": {shape}, "properties": {json.dumps(self.properties[row])}' \
               f"{more}}}"

    def features(self) -> Iterator[str]:
        """Every feature as GeoJSON text."""
        return map(self.feature, range(len(self)))

    def row_of(self, key: str) -> int | None:
        """The row of an id, or None."""
        row = int(np.searchsorted(self.ids, key))
        return row if row < len(self) and self.ids[row] == key else None

    def rows(self, query: Query) -> NDArray[np.int64]:
        """The rows that meet a query's place and time, in order; its page is not looked at."""
        keep = np.ones(len(self), bool)
        if query.boxes is not None:
            keep &= np.any([shapely.intersects(self.shapes, shapely.box(*box))
                            for box in query.boxes], axis=0)
        if query.last:
            keep &= (self.begins == "") | (self.begins <= query.last)
        if query.first:
            keep &= (self.ends == "") | (self.ends > query.first)
        return np.flatnonzero(keep)


def collection_of(name: str, title: str, frame: Any) -> Collection:
    """A collection from a layer as `cablenet.published` makes it: its first column is the key.
    The rows of a table without shapes are features without a place.

    Raises
    ------
    ValueError
        when the key of a feature is missing or there twice
    """
    ids = np.array([str(key) for key in frame[frame.columns[0]]], dtype=str)
    if len(np.unique(ids)) < len(ids):
        raise ValueError(f"{name}: {frame.columns[0]} is no key")
    order = np.argsort(ids, kind="stable")
    shapes = np.full(len(frame), None, dtype=object)
    if hasattr(frame, "geometry"):
        shapes = np.asarray(frame.geometry.array, dtype=object)
        frame = frame.drop(columns=frame.geometry.name)
    plain = frame.to_dict("records")
    return Collection(
        name, title, ids[order], shapes[order],
        tuple(_plain(plain[row]) for row in order), _days(frame, BEGINS, order),
        _days(frame, ENDS, order))


def _days(frame: Any, column: str, order: NDArray[np.intp]) -> NDArray[np.str_]:
    if column not in frame.columns:
        return np.full(len(frame), "", dtype="U10")
    return np.array([str(day) if isinstance(day, str | date) else "" for day in frame[column]],
                    dtype="U10")[order]


def _plain(record: dict[Any, Any]) -> dict[str, Any]:
    """Cells as JSON holds them; what is missing is null."""
    return {str(name): _cell(value) for name, value in record.items()}


def _cell(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value != value or type(value).__name__ == "NAType":
        return None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if isinstance(value, bool | int | str) else str(value)
