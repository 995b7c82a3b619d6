"""A user's demand matrix is read to the last Tbps, or refused with every fault named."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cablenet.build import build_network
from cablenet.errors import InputError, MismatchError, ReadError
from cablenet.layers import layers_from_tables
from cablenet.readers.demand_matrix import read_demand
from cablenet.testing import ring
from cablenet.traffic import CLASSES, make_demand

HEAD = "from,to,class,tbps,year,source,confidence\n"


@cache
def two_gateways():
    """The ring, with a second gateway in AA that takes a quarter of its demand."""
    layers = ring()
    gates = layers.gateways
    more = gates[gates["country"] == "AA"].assign(gateway_id="AA-west", name="West",
                                                  demand_share=0.25)
    gates.loc[gates["country"] == "AA", "demand_share"] = 0.75
    return layers.with_tables(gateways=pd.concat([gates, more], ignore_index=True))


def read(tmp_path, text, on=None, **options):
    file = tmp_path / "m.csv"
    file.write_text(text, encoding="utf-8")
    return read_demand(file, on or two_gateways(), **options)


def pairs(demand, layers):
    ids = layers.gateways["gateway_id"].to_numpy()
    return {(ids[a], ids[b]): tbps for a, b, tbps in
            zip(demand.from_gateway, demand.to_gateway, demand.tbps, strict=True)}


def test_a_country_is_spread_over_its_gateways_by_their_share(tmp_path):
    layers = two_gateways()
    got = pairs(read(tmp_path, HEAD + "AA,BB,,8,,,\nCC,AA-west,,1,,,\n", layers), layers)
    assert got == {("AA-gw", "BB-gw"): 6.0, ("AA-west", "BB-gw"): 2.0, ("CC-gw", "AA-west"): 1.0}


def test_codes_names_and_ids_in_any_case_mean_the_same(tmp_path):
    layers = two_gateways()
    layers = layers.with_tables(countries=layers.countries.assign(
        name=["Aland", "Beland", "Celand", "Deland"]))
    one = read(tmp_path, HEAD + "bb,CC,,8,,,\n", layers)
    for text in ("Beland,celand", "BB-gw,CC-gw"):
        assert pairs(read(tmp_path, f"{HEAD}{text},,8,,,\n", layers), layers) == pairs(one, layers)


def test_a_class_takes_the_whole_row_and_a_blank_class_is_split(tmp_path):
    demand = read(tmp_path, HEAD + "BB,CC,health,2,,,\nBB,CC,Finance/Clearing,3,,,\n"
                                   "CC,BB,,100,,,\n")
    assert demand.class_tbps[0].tolist() == [0, 0, 2, 0, 3, 0, 0]
    assert demand.class_tbps[1] == pytest.approx([100 * row.share for row in CLASSES])


def test_where_figures_come_from_is_kept(tmp_path):
    demand = read(tmp_path, HEAD + "BB,CC,,6,,ITU 2024,\nCC,BB,,3,,,\nBB,DD,,1,,x,Estimated\n")
    assert demand.provenance["tbps"].tolist() == [6.0, 1.0, 3.0]
    assert demand.source.tolist() == ["ITU 2024", "x", "m.csv"]


def test_parquet_and_csv_say_the_same(tmp_path):
    text = HEAD + "BB,CC,bulk,2.5,2030,a,sourced\nCC,DD,,1e-3,2030,,\n"
    csv = read(tmp_path, text, year=2030)
    pd.read_csv(tmp_path / "m.csv").set_index("from", drop=False, append=False).to_parquet(
        tmp_path / "m.parquet")
    parquet = read_demand(tmp_path / "m.parquet", two_gateways(), year=2030)
    assert (csv.class_tbps == parquet.class_tbps).all()
    assert csv.from_gateway.tolist() == parquet.from_gateway.tolist()


def test_zeros_are_left_out(tmp_path):
    assert len(read(tmp_path, HEAD + "BB,CC,,0,,,\nCC,BB,,1,,,\n")) == 1


def test_gateways_of_one_country_may_ask_each_other(tmp_path):
    assert read(tmp_path, HEAD + "AA-gw,AA-west,,1,,,\n").total_tbps == 1.0


def test_a_year_is_asked_of_the_whole_matrix(tmp_path):
    assert read(tmp_path, HEAD + "BB,CC,,1,2030,,\nCC,BB,,1,,,\n", year=2030).total_tbps == 2.0
    with pytest.raises(ReadError) as told:
        read(tmp_path, HEAD + "BB,CC,,1,2030,,\nCC,BB,,1,2030,,\n", year=2025)
    assert len(told.value.problems) == 1
    assert "the matrix is of 2030, but 2025 is asked about" in str(told.value)


BAD = {
    "an unknown place, with near ones": ("AA-gq,BB,,1,,,", "line 2", "from", "nearest: AA-gw"),
    "no place": (",BB,,1,,,", "line 2", "from", "is empty"),
    "negative": ("AA,BB,,-1,,,", "line 2", "tbps", "'-1' is not a finite number from 0 on"),
    "not a number": ("AA,BB,,nan,,,", "line 2", "tbps", "'nan' is not a finite"),
    "infinite": ("AA,BB,,1e999,,,", "line 2", "tbps", "'1e999' is not a finite"),
    "words": ("AA,BB,,much,,,", "line 2", "tbps", "'much' is not a finite"),
    "blank": ("AA,BB,,,,,", "line 2", "tbps", "is not a finite"),
    "another unit": ("AA,BB,,250000,,,", "line 2", "tbps", "more than 100,000 Tbps"),
    "a gateway and itself": ("BB-gw,BB-gw,,1,,,", "line 2", "to", "is where the demand comes from"),
    "a country and itself": ("AA,AA,,1,,,", "line 2", "to", "is where the demand comes from"),
    "a country and its gateway": ("AA,AA-gw,,1,,,", "line 2", "to", "where the demand comes from"),
    "an unknown class": ("AA,BB,video,1,,,", "line 2", "class", "known: emergency, safety,"),
    "an unknown basis": ("AA,BB,,1,,,rumour", "line 2", "confidence", "write sourced,"),
    "no year": ("AA,BB,,1,soon,,", "line 2", "year", "'soon' is not a year"),
    "two years": ("AA,BB,,1,2024,,\nBB,CC,,1,2025,,", "line 3", "year", "is 2025, but the rows"),
    "a pair twice": ("AA,BB,,1,,,\nAA,BB,,2,,,", "line 3", "", "already given in line 2"),
    "a total beside a class": ("AA,BB,,1,,,\nAA,BB,bulk,2,,,", "line 3", "class", "as a whole and"),
    "too many cells": ("AA,BB,,1,,,,,", "line 2", "", "has 9 cells, the header 7"),
    "no row": ("", "", "", "holds no demand"),
    "nothing but zeros": ("AA,BB,,0,,,", "", "", "no demand above 0"),
}


@pytest.mark.parametrize("case", BAD)
def test_each_fault_is_told_with_its_row_its_column_and_a_cure(tmp_path, case):
    rows, line, column, words = BAD[case]
    with pytest.raises(ReadError) as told:
        read(tmp_path, HEAD + rows + "\n")
    (problem,) = told.value.problems
    assert (problem.layer, problem.row, problem.column) == ("m.csv", line, column)
    assert words in str(problem)
    assert problem.cure


@pytest.mark.parametrize(("text", "words"), [
    ("from,tbps\nAA,1\n", "to: is a required column and missing"),
    ("from,to,tbps,clas\nAA,BB,1,bulk\n", "clas: is no column of a demand matrix"),
    ("", "is empty"), ("\x00\x01\x02", "NUL"), ('from,to,tbps\n"AA,BB,1\n', "is not CSV"),
    ("<html><body>no</body></html>\n", "required column and missing"),
])
def test_a_file_that_is_no_matrix_is_refused(tmp_path, text, words):
    with pytest.raises(ReadError, match=words):
        read(tmp_path, text)


def test_a_parquet_file_that_is_none_or_holds_other_things_is_refused(tmp_path):
    file = tmp_path / "m.parquet"
    file.write_bytes(b"PAR1 not really")
    with pytest.raises(ReadError, match="no whole Parquet file"):
        read_demand(file, ring())
    pd.DataFrame({"from": ["AA"], "to": ["BB"], "tbps": [[1.0]]}).to_parquet(file)
    with pytest.raises(ReadError, match="tbps: is of type list"):
        read_demand(file, ring())
    pd.DataFrame({"from": ["AA"], "to": ["BB"], "tbps": [np.inf]}).to_parquet(file)
    with pytest.raises(ReadError, match="'row 1' tbps: 'inf' is not a finite"):
        read_demand(file, ring())
    with pytest.raises(ReadError, match="does not exist"):
        read_demand(tmp_path / "none.parquet", ring())


def test_all_faults_of_a_file_are_told_at_once(tmp_path):
    with pytest.raises(ReadError) as told:
        read(tmp_path, HEAD + "AA,XX,video,-1,,,\nBB,BB,,1,,,\n")
    assert [(p.row, p.column) for p in told.value.problems] == [
        ("line 2", "to"), ("line 2", "tbps"), ("line 2", "class"), ("line 3", "to")]


def test_a_country_without_a_gateway_and_a_map_without_any_say_so(tmp_path):
    layers = ring()
    gates = layers.gateways
    tables = {**layers.tables, "gateways": gates[gates["country"] != "DD"],
              "backhaul": layers.backhaul[layers.backhaul["gateway_id"] != "DD-gw"]}
    with pytest.raises(ReadError, match="'DD' has no gateway on this map"):
        read(tmp_path, HEAD + "AA,DD,,1,,,\n", layers_from_tables(tables, name="three"))
    bare = {**tables, "gateways": gates[:0], "backhaul": layers.backhaul[:0],
            "hubs": layers.hubs[:0]}
    with pytest.raises(InputError, match="has no gateways yet"):
        read(tmp_path, HEAD + "AA,BB,,1,,,\n", layers_from_tables(bare, name="bare"))


ROW = st.tuples(st.sampled_from(["AA", "AA-west", "BB"]), st.sampled_from(["CC", "DD-gw"]),
                st.floats(1e-6, 1e3))
ROWS = st.lists(ROW, min_size=1, max_size=6, unique_by=lambda row: row[:2])


@given(ROWS, st.randoms(use_true_random=False))
def test_every_tbps_arrives_and_the_order_of_rows_does_not_matter(tmp_path_factory, rows, random):
    folder = tmp_path_factory.mktemp("demand")
    text = [f"{a},{b},,{tbps!r},,,\n" for a, b, tbps in rows]
    demand = read(folder, HEAD + "".join(text))
    assert demand.total_tbps == pytest.approx(sum(row[2] for row in rows))
    random.shuffle(text)
    assert (read(folder, HEAD + "".join(text)).class_tbps == demand.class_tbps).all()


def test_a_network_takes_another_demand_and_another_fingerprint(tmp_path):
    net = build_network(two_gateways())
    own = net.with_demand(read(tmp_path, HEAD + "AA,BB,,8,,,\n", net), "ours")
    assert own.gateways.demand_tbps.tolist() == [6.0, 2.0, 0.0, 0.0, 0.0]
    assert own.demands.total_tbps == 8.0
    assert own.fingerprint != net.fingerprint
    assert own.notes[-1] == "ours"
    assert own.links is net.links
    with pytest.raises(MismatchError, match="up to number 9, this network has 5"):
        net.with_demand(make_demand([9], [0], [1.0]))
