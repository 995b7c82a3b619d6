"""`Layers`: the validated map, its tables frozen and fingerprinted, with overlays on top."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from cablenet import layer_checks
from cablenet.errors import InputError, LayersError, Problem, UnknownNameError
from cablenet.schema import TABLES, Table

WGS84 = "EPSG:4326"
Tier = Literal["public", "restricted", "confidential"]


@dataclass(frozen=True)
class Patch:
    """One changed cell (or a whole new row, when `column` is empty and `row` is given)."""

    layer: str
    id: str
    column: str = ""
    value: object = None
    row: Mapping[str, object] | None = None


@dataclass(frozen=True)
class Overlay:
    """A typed set of patches that one owner lays over a map, and who may see it.

    Parameters
    ----------
    owner
        who answers for these values (an operator, a ministry)
    tier
        disclosure tier: public, restricted (to the workspace) or confidential (to the owner)
    patches
        changed cells and new rows, applied in order
    """

    owner: str
    tier: Tier
    patches: tuple[Patch, ...]
    note: str = ""


@dataclass(frozen=True, eq=False)
class Layers:
    """The map: one frame per table of `cablenet.schema`, every geometry in EPSG:4326.

    Tables are read as attributes (`layers.cables`) and come as copies that share memory, so
    changing one never changes the map. Missing tables are empty frames with the right columns.
    """

    name: str
    tables: Mapping[str, pd.DataFrame]
    as_of: date | None = None
    overlays: tuple[Overlay, ...] = field(default=())

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (self.name, dict(self.tables), self.as_of, self.overlays)

    def __getattr__(self, name: str) -> Any:
        if name in TABLES:
            return self[name]
        raise AttributeError(f"Layers has no table '{name}'")

    def __getitem__(self, name: str) -> Any:
        if name not in TABLES:
            raise UnknownNameError("table", name, TABLES)
        return self.tables[name].copy(deep=False)

    def __dir__(self) -> Iterable[str]:
        return [*super().__dir__(), *TABLES]

    def __repr__(self) -> str:
        when = f", as of {self.as_of}" if self.as_of else ""
        sizes = ", ".join(
            f"{len(self.tables[name])} {name}" for name in ("cables", "stations", "segments")
        )
        more = f", {len(self.overlays)} overlays" if self.overlays else ""
        return f"<Layers '{self.name}'{when}: {sizes}{more}>"

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over the content of all tables and the date; row order does not matter."""
        digest = hashlib.sha256(f"{self.as_of}".encode())
        for name, table in TABLES.items():
            digest.update(f"\x1d{name}".encode())
            for line in sorted(_canonical_rows(self.tables[name], table)):
                digest.update(line)
        return digest.hexdigest()

    def with_tables(self, **tables: pd.DataFrame) -> Layers:
        """A new map with some tables replaced, validated again."""
        return layers_from_tables(
            {**self.tables, **tables}, name=self.name, as_of=self.as_of, overlays=self.overlays
        )

    def with_overlay(self, overlay: Overlay) -> Layers:
        """A new map with an owner's values laid over this one; ids stay as they are."""
        changed = {name: frame.copy() for name, frame in self.tables.items()}
        problems: list[Problem] = []
        for patch in overlay.patches:
            problems += _apply(patch, changed, overlay)
        if problems:
            raise LayersError(problems)
        return layers_from_tables(
            changed, name=self.name, as_of=self.as_of, overlays=(*self.overlays, overlay)
        )

    def dated(self, as_of: date | None) -> Layers:
        """The same map asked about another day; `build_network` decides what is in service."""
        return replace(self, as_of=as_of)


def layers_from_tables(
    tables: Mapping[str, pd.DataFrame],
    *,
    name: str,
    as_of: date | None = None,
    overlays: Sequence[Overlay] = (),
) -> Layers:
    """Check and freeze a set of tables; every problem is gathered and raised at once.

    Raises
    ------
    LayersError
        naming layer, row, column and cure of each error (warnings never raise)
    """
    unknown = sorted(set(tables) - set(TABLES))
    if unknown:
        raise InputError([
            Problem(layer, "", "", "is not a table of a map", f"known: {', '.join(TABLES)}")
            for layer in unknown
        ])
    coerced: dict[str, pd.DataFrame] = {}
    problems: list[Problem] = []
    for table in TABLES.values():
        frame, found = layer_checks.coerce(tables.get(table.name), table)
        coerced[table.name] = frame
        problems += found
    if not problems:
        problems = layer_checks.check_references(coerced)
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise LayersError(errors)
    return Layers(name, MappingProxyType(coerced), as_of, tuple(overlays))


def empty_table(name: str) -> pd.DataFrame:
    """An empty frame with the columns and types of one table."""
    return layer_checks.coerce(None, TABLES[name])[0]


def _apply(patch: Patch, tables: dict[str, pd.DataFrame], overlay: Overlay) -> list[Problem]:
    """Apply one patch in place to our own working copies; return what is wrong with it."""
    where = f"overlay of {overlay.owner}"
    if patch.layer not in TABLES:
        return [Problem(where, patch.id, "", f"no table '{patch.layer}'", "name a known table")]
    table, frame = TABLES[patch.layer], tables[patch.layer]
    keys = layer_checks.row_keys(frame, table)
    if patch.row is not None:
        if patch.id in set(keys):
            return [Problem(where, patch.id, "", f"already a row of {patch.layer}",
                            "patch its columns instead")]
        row = pd.DataFrame([{**dict.fromkeys(frame.columns), **patch.row}])
        if table.geometry:
            row = gpd.GeoDataFrame(row, geometry="geometry", crs=WGS84)
        parts = [part for part in (frame, row) if len(part)]
        tables[patch.layer] = pd.concat(parts, ignore_index=True)
        return []
    hit = np.flatnonzero(keys == patch.id)
    if len(hit) == 0:
        return [Problem(where, patch.id, "", f"no such row in {patch.layer}",
                        "check the id or add a whole row")]
    if patch.column not in frame.columns or patch.column in table.key:
        return [Problem(where, patch.id, patch.column, "cannot be patched",
                        "name a column of the table that is not its key")]
    if patch.column == "geometry":
        frame.loc[frame.index[hit[0]], patch.column] = cast(Any, patch.value)
    else:
        column = frame[patch.column].astype(object)
        column.iloc[hit[0]] = patch.value
        frame[patch.column] = column
    return []


def _canonical_rows(frame: pd.DataFrame, table: Table) -> list[bytes]:
    """Each row as bytes that depend on its content only, not on dtype quirks or row order."""
    if not len(frame):
        return []
    columns: list[list[bytes]] = []
    for column in table.columns:
        values = frame[column.name]
        if column.kind in ("number", "integer"):
            columns.append([np.float64(v).tobytes() for v in values.to_numpy(float)])
        else:
            plain = values.astype(object).where(values.notna(), "")
            columns.append([str(v).encode() for v in plain])
    if table.geometry:
        columns.append(list(shapely.to_wkb(frame.geometry.to_numpy(), byte_order=1)))
    return [b"\x1f".join(cells) for cells in zip(*columns, strict=True)]


def _restored(name: str, tables: dict[str, pd.DataFrame], as_of: date | None,
              overlays: tuple[Overlay, ...]) -> Layers:
    """A map that was valid when it was sent to another process."""
    return Layers(name, MappingProxyType(tables), as_of, overlays)
