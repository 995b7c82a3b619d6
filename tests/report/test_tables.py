"""Tables, headings and charts: how a number, a name and an axis read."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from cablenet.report.charts import curve_html, gantt_html, nice_ticks
from cablenet.report.content import Curve, Gantt, Heading, Table
from cablenet.report.headings import digits_for, heading_of, number_text, plain_text
from cablenet.report.tables import row_ids, rows_named, slug, table_html


@pytest.mark.parametrize(("column", "label", "unit"), [
    ("lit_capacity_tbps", "Lit capacity", "Tbps"), ("length_km", "Length", "km"),
    ("cost_musd", "Cost", "M USD"), ("rate_per_year", "Rate", "a year"),
    ("capacity_loss_share", "Capacity loss", "%"), ("cable_id", "Cable ID", ""),
])
def test_a_heading_reads_from_the_name_of_its_column(column: str, label: str, unit: str) -> None:
    heading = heading_of(column, {})
    assert (heading.label, heading.unit) == (label, unit)


def test_a_given_heading_comes_first() -> None:
    given = {"cost_musd": Heading("Price", "million")}
    assert heading_of("cost_musd", given).label == "Price"
    assert heading_of("cost_musd", given).unit == "million"


def test_counts_have_no_decimals_and_small_numbers_have_some() -> None:
    assert digits_for([1.0, 20.0, math.nan]) == 0
    assert digits_for([1234.5]) == 0
    assert digits_for([12.34]) == 1
    assert digits_for([1.234]) == 2
    assert digits_for([0.01234]) == 4


def test_numbers_have_their_thousands_apart_and_a_true_minus() -> None:
    assert number_text(1234567.0, 0) == "1,234,567"
    assert number_text(-2.5, 1) == "−2.5"
    assert number_text(-0.04, 1) == "0.0"
    assert number_text(math.inf, 1) == "–"


def test_other_cells_read_as_words() -> None:
    assert plain_text(True) == "yes"
    assert plain_text(None) == "–"
    assert plain_text({"b", "a"}) == "a, b"


def test_a_share_reads_as_per_cent_and_sorts_as_a_number() -> None:
    table = Table("t", "T", pd.DataFrame({"x": ["a", "b"], "loss_share": [0.125, np.nan]}))
    text = table_html(table)
    assert '<td class="n" data-v="12.5">12.5</td>' in text
    assert '<td class="n" data-v="">–</td>' in text


def test_a_unit_given_says_what_the_values_already_are() -> None:
    table = Table("t", "T", pd.DataFrame({"loss_share": [12.5]}), "", "",
                  {"loss_share": Heading("loss", "%")})
    assert '<td class="n" data-v="12.5">12.5</td>' in table_html(table)


def test_rows_that_share_a_name_have_addresses_of_their_own() -> None:
    table = Table("t", "T", pd.DataFrame({"n": ["A b", "a-B", "c"]}), "", "n")
    assert row_ids(table) == ["t--a-b", "t--a-b-2", "t--c"]
    assert rows_named(table, ["c", "a-B", "nobody"]) == ["t--c", "t--a-b-2"]
    assert slug("東京") == "row"


def test_a_long_table_hides_its_tail_behind_a_button() -> None:
    table = Table("t", "T", pd.DataFrame({"n": range(30)}), shown=10)
    text = table_html(table)
    assert text.count('class="more"') == 20
    assert "Show all 30 rows" in text
    assert 'type="search"' in text


def test_an_empty_table_says_so() -> None:
    assert "Nothing to list." in table_html(Table("t", "T", pd.DataFrame({"n": []})))


def test_ticks_are_round_and_cover_the_range() -> None:
    assert nice_ticks(0.0, 30.0) == [0, 5, 10, 15, 20, 25, 30]
    assert nice_ticks(0.0, 0.9)[-1] >= 0.9
    assert len(nice_ticks(0.0, 12345.0)) <= 9


def test_a_gantt_bar_lies_where_its_days_are() -> None:
    bars = pd.DataFrame([("S", "job", 5.0, 10.0, "work")],
                        columns=["lane", "label", "from_day", "to_day", "kind"])
    text = gantt_html(Gantt("g", "G", bars))
    # the axis runs from 170 to 940 over 10 days: day 5 is at 555, 5 days are 385 wide
    assert '<rect class="k-work" x="555.0"' in text
    assert 'width="385.0"' in text
    assert "S: job, at work, day 5.0 to 10.0" in text


def test_a_stepped_curve_holds_each_value_until_the_next() -> None:
    lines = pd.DataFrame({"lost": [10.0, 0.0]}, index=[0.0, 10.0])
    text = curve_html(Curve("c", "C", lines, "days", "Tbps"))
    # x 90 to 940 over 10 days; y 250 at 0 and 12 at 10 Tbps
    assert 'points="90.0,12.0 940.0,12.0 940.0,250.0"' in text
