"""GDAL, pyogrio and OWSLib read every layer of a running service, each in a process of its own."""

from __future__ import annotations

import json
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cablenet_api import Settings, admit_member

import cablenet as cn
from tests.api.live import live_service, read_by

needs_gdal = pytest.mark.skipif(shutil.which("ogrinfo") is None, reason="no gdal-bin")
PYOGRIO = """
import json, sys, pyogrio
at = sys.argv[1]
found = {}
for name, kind in pyogrio.list_layers(f"OAPIF:{at}"):
    shapes = pyogrio.read_dataframe(f"OAPIF:{at}", layer=str(name))
    found[str(name)] = [len(shapes), str(kind)]
box = pyogrio.read_dataframe(f"OAPIF:{at}", layer="stations", bbox=(-176, -22, -170, -13))
print(json.dumps({"layers": found, "box": sorted(box["station_id"])}))
"""
OWSLIB = """
import json, sys
from owslib.ogcapi.features import Features
api = Features(sys.argv[1])
names = api.feature_collections()
counts = {name: api.collection_items(name, limit=1)["numberMatched"] for name in names}
over = api.collection_items("stations", bbox=[179, -22, -174, -13])
print(json.dumps({
    "counts": counts, "over": [one["id"] for one in over["features"]],
    "ship": api.collection_item("ships", "ship%2F1")["properties"]["name"],
    "conforms": api.conformance()["conformsTo"], "paths": len(api.api()["paths"]),
    "queried": api.collection("cables")["extent"]["spatial"]["bbox"]}))
"""
SMALL = {"cables": 3, "stations": 3, "segments": 3, "chokepoints": 1, "ships": 1, "gateways": 3,
         "branching_units": 0, "jurisdictions": 0, "depots": 0}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("service")
    with live_service(f"sqlite:///{folder / 'kept.sqlite'}", "small") as address:
        yield f"{address}/layers"


@needs_gdal
def test_ogrinfo_reads_every_layer(small: str) -> None:
    told = read_by("ogrinfo", "-json", "-so", "-al", f"OAPIF:{small}") if _has_json() else ""
    if told:
        counts = {one["name"]: one["featureCount"] for one in json.loads(told)["layers"]}
    else:
        text = read_by("ogrinfo", "-so", "-al", f"OAPIF:{small}")
        names = [line.split(": ")[1] for line in text.splitlines() if line.startswith("Layer name")]
        sizes = [int(line.split(": ")[1]) for line in text.splitlines()
                 if line.startswith("Feature Count")]
        counts = dict(zip(names, sizes, strict=True))
    assert counts.pop("links") > 3
    assert counts == SMALL


def _has_json() -> bool:
    return "-json" in read_by("sh", "-c", "ogrinfo --help; true")


@needs_gdal
def test_ogr2ogr_filters_by_box_and_by_id(small: str, tmp_path: Path) -> None:
    out = tmp_path / "cut.geojson"
    read_by("ogr2ogr", "-f", "GeoJSON", str(out), f"OAPIF:{small}", "segments",
            "-spat", "-176", "-22", "-174.9", "-20")
    cut = json.loads(out.read_text())["features"]
    assert sorted(one["properties"]["segment_id"] for one in cut) == ["ft/1", "st/1"]
    assert cut[0]["geometry"]["type"] == "MultiLineString"  # cut at the dateline


def test_pyogrio_reads_every_layer(small: str) -> None:
    found = json.loads(read_by(sys.executable, "-c", PYOGRIO, small))
    counts = {name: count for name, (count, _) in found["layers"].items()}
    assert counts.pop("links") > 3
    assert counts == SMALL
    assert found["layers"]["cables"][1] == "MultiLineString"
    assert found["box"] == ["s", "t"]


def test_owslib_reads_every_layer(small: str) -> None:
    found = json.loads(read_by(sys.executable, "-c", OWSLIB, small))
    assert found["counts"].pop("links") > 3
    assert found["counts"] == SMALL
    assert found["over"] == ["t"]
    assert found["ship"] == "Ship One"
    assert len(found["conforms"]) == 3 and found["paths"] == 6


@needs_gdal
def test_ogr2ogr_copies_the_whole_shipped_atlas_over_its_pages(tmp_path: Path) -> None:
    """The service with login: GDAL sends a token. Layers of more than 1,000 features have pages."""
    base = f"sqlite:///{tmp_path / 'kept.sqlite'}"
    secret = admit_member(Settings(database=base), "ministry", "asha", "viewer", 1)["secret"]
    out = tmp_path / "atlas.gpkg"
    with live_service(base, "atlas", "tokens") as at:
        read_by("ogr2ogr", "-f", "GPKG", str(out), f"OAPIF:{at}/layers",
                GDAL_HTTP_HEADERS=f"Authorization: Bearer {secret}", timeout=100)
    with sqlite3.connect(out) as copy:
        names = [name for name, in copy.execute("SELECT table_name FROM gpkg_contents")]
        counts = {name: copy.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
                  for name in names}
        tables = cn.atlas().tables
        for name in SMALL:
            assert counts[name] == len(tables[name]), name
        keys = {key for key, in copy.execute("SELECT segment_id FROM segments")}
    copy.close()
    assert keys == set(tables["segments"]["segment_id"])
    assert counts["segments"] > 1000 and counts["links"] > 1000
