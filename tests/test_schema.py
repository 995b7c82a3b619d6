"""The one declaration of every table: what it must hold for all that is made from it."""

from __future__ import annotations

import pytest

from cablenet import schema
from cablenet.layers import empty_table

COLUMNS = [(table, column) for table in schema.TABLES.values() for column in table.columns]


@pytest.mark.parametrize("table", schema.TABLES.values(), ids=lambda t: t.name)
def test_every_key_is_a_column_of_its_table(table):
    assert set(table.key) <= set(table.by_name)
    assert len(table.by_name) == len(table.columns), "a column is declared twice"
    assert table.meaning.endswith(".")


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=lambda x: x.name)
def test_every_column_says_what_it_means_and_numbers_their_unit(table, column):
    assert column.meaning
    if column.kind == "number" and table.name != "provenance":
        assert column.unit
    for target in filter(None, column.refers.split("|")):
        assert target in schema.TABLES
        assert len(schema.TABLES[target].key) == 1
    if column.low is not None and column.high is not None:
        assert column.low < column.high


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=lambda x: x.name)
def test_units_stand_in_the_names_of_numbers(table, column):
    suffix = {"km": ("_km", "km_from", "km_to"), "Tbps": ("_tbps",), "m": ("_m",),
              "million USD": ("_musd",), "kn": ("_kn",), "USD per day": ("_usd",)}
    for ending in [suffix[column.unit]] if column.unit in suffix else []:
        assert column.name.endswith(ending)


def test_every_table_has_an_empty_form_with_all_its_columns():
    for name, table in schema.TABLES.items():
        frame = empty_table(name)
        assert len(frame) == 0
        wanted = [column.name for column in table.columns]
        assert list(frame.columns) == wanted + (["geometry"] if table.geometry else [])


def test_the_column_tables_name_every_table_and_column():
    text = schema.markdown()
    for table, column in COLUMNS:
        assert f"### {table.name}\n" in text
        assert f"| {column.name} |" in text or f"| **{column.name}** |" in text


def test_measured_columns_are_numbers():
    for name, columns in schema.measured_columns().items():
        for column in columns:
            assert schema.TABLES[name].by_name[column].kind == "number"
    assert "lit_capacity_tbps" in schema.measured_columns()["segments"]
