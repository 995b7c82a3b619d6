"""The shipped hazard tables are what their build writes, and the docs list every number."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "geodata/cablenet_geodata/hazards"
BUILD = ROOT / "geodata/build"


@pytest.fixture
def build(monkeypatch):
    monkeypatch.syspath_prepend(str(BUILD))
    spec = importlib.util.spec_from_file_location("build_hazards", BUILD / "hazards.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    sys.modules.pop("write", None)


def same(build, frame: pd.DataFrame, name: str, tmp_path: Path) -> bool:
    build.write_csv(frame, tmp_path / "made.csv")
    return (tmp_path / "made.csv").read_bytes() == (SHIPPED / f"{name}.csv").read_bytes()


@pytest.mark.parametrize("name", ["cause_depth", "cyclone_basins", "repair_durations"])
def test_declared_tables_are_written_again_byte_for_byte(build, tmp_path, name):
    assert same(build, getattr(build, name)(), name, tmp_path)


@pytest.mark.parametrize("name", ["numbers", "regions"])
def test_tables_from_facts_are_written_again_byte_for_byte(build, tmp_path, name):
    facts = json.loads((BUILD / "facts/fault_rates.json").read_text(encoding="utf-8"))
    assert same(build, getattr(build, name)(facts), name, tmp_path)


def test_the_catalogue_is_cut_again_byte_for_byte(build, tmp_path):
    package = ROOT / ".cache/geodata" / build.WHEEL
    if not package.exists():
        pytest.skip("the earthquake package is not in the cache; run geodata/build/hazards.py")
    assert same(build, build.earthquakes(build.wheel(package.parent)), "earthquakes", tmp_path)


def test_another_package_under_the_same_name_is_refused(build, tmp_path):
    (tmp_path / build.WHEEL).write_bytes(b"not the wheel")
    with pytest.raises(ValueError, match="pinned"):
        build.wheel(tmp_path)


def test_the_docs_list_every_number_and_explain_every_source():
    docs = (ROOT / "docs/hazards.md").read_text(encoding="utf-8")
    table = pd.read_csv(SHIPPED / "numbers.csv")
    rows = {line.split("|")[1].strip(" `"): line for line in docs.splitlines()
            if line.startswith("| `")}
    for number in table.to_dict("records"):
        line = rows[number["name"]]
        assert f"| {number['value']:g} |" in line, line
        assert number["basis"] in line.replace("*", ""), line
    known = set(pd.read_csv(SHIPPED.parent / "sources.csv")["source_id"])
    sources = {key for text in table["sources"].dropna() for key in text.split(";")}
    for key in sources - known:
        assert f"**{key}**" in docs, key
