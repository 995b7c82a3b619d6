"""`layers_schema`: the JSON Schema of a map as a document, made from the tables' declaration."""

from __future__ import annotations

from typing import Any

from cablenet.readers.layer_document import SCHEMA
from cablenet.schema import TABLES, Column, Table

DIALECT = "https://json-schema.org/draft/2020-12/schema"
TYPES = {"text": "string", "number": "number", "integer": "integer", "flag": "boolean",
         "date": "string"}
POSITION = {"type": "array", "minItems": 2, "maxItems": 2, "prefixItems": [
    {"type": "number", "minimum": -540, "maximum": 540},
    {"type": "number", "minimum": -90, "maximum": 90}], "items": False}
"""Longitude and latitude; a line over the dateline goes on past 180."""


def layers_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of `cablenet/layers/1`.

    It holds what one row can say. That ids are unique and point at something is checked when the
    document is read.
    """
    needed = [name for name, table in TABLES.items() if table.required]
    return {
        "$schema": DIALECT, "$id": "/schemas/layers-v1.json", "title": "A map of cables",
        "description": "Every table of a cablenet map in one document.",
        "type": "object", "additionalProperties": False, "required": ["schema", "tables"],
        "properties": {
            "schema": {"const": SCHEMA},
            "name": {"type": "string", "description": "what the map is called"},
            "as_of": {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}],
                      "description": "the day the map is asked about"},
            "tables": {"type": "object", "additionalProperties": False, "required": needed,
                       "properties": {name: {"type": "array", "items": {"$ref": f"#/$defs/{name}"}}
                                      for name in TABLES}}},
        "$defs": {name: _row(table) for name, table in TABLES.items()} | _geometries()}


def _row(table: Table) -> dict[str, Any]:
    columns = {column.name: _cell(column) for column in table.columns}
    needed = [column.name for column in table.columns if column.required]
    if table.geometry:
        columns["geometry"] = {"$ref": f"#/$defs/{table.geometry}"}
        needed.append("geometry")
    return {"type": "object", "description": table.meaning, "additionalProperties": False,
            "required": needed, "properties": columns}


def _cell(column: Column) -> dict[str, Any]:
    cell: dict[str, Any] = {"type": TYPES[column.kind]}
    if column.choices:
        cell["enum"] = list(column.choices)
    if column.kind == "date":
        cell["format"] = "date"
        cell["pattern"] = r"^\d{4}-\d{2}-\d{2}$"
    if column.required and column.kind == "text":
        cell["minLength"] = 1
    bounds = {"minimum": column.low, "maximum": column.high}
    cell |= {key: bound for key, bound in bounds.items() if bound is not None}
    words = column.meaning + (f" ({column.unit})" if column.unit else "")
    return ({**cell, "description": words} if column.required
            else {"anyOf": [cell, {"type": "null"}], "description": words})


def _geometries() -> dict[str, Any]:
    line = {"type": "array", "minItems": 2, "items": POSITION}
    ring = {"type": "array", "minItems": 4, "items": POSITION}
    areas = {"type": "array", "minItems": 1, "items": ring}
    return {
        "Point": _shape("Point", POSITION), "LineString": _shape("LineString", line),
        "Polygon": {"anyOf": [_shape("Polygon", areas), _shape(
            "MultiPolygon", {"type": "array", "minItems": 1, "items": areas})]}}


def _shape(kind: str, coordinates: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "required": ["type", "coordinates"],
            "properties": {"type": {"const": kind}, "coordinates": coordinates}}
