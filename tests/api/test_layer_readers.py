"""GDAL, pyogrio and OWSLib read every layer of a running service, each in a process of its own."""

from __future__ import annotations

import json
import shutil
import sqlite3
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from cablenet_api import Settings, admit_member
from cablenet_api.jobs.queue import claim_job, finish
from cablenet_api.jobs.results import keep_layers
from cablenet_api.processes.table import PROCESSES, find
from cablenet_api.store import Store
from cablenet_api.store.files import files_at
from cablenet_api.store.store import EVERY
from cablenet_api.worlds import World

import cablenet as cn
from tests.api.dateline_world import dateline_world
from tests.api.live_process import live_service, read_by

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
LIST = """
import json, sys, pyogrio
at = f"OAPIF:{sys.argv[1]}"
print(json.dumps({str(name): len(pyogrio.read_dataframe(at, layer=str(name)))
                  for name, _ in pyogrio.list_layers(at)}))
"""
OWSLIB_NAMES = """
import json, sys
from owslib.ogcapi.features import Features
print(json.dumps(Features(sys.argv[1]).feature_collections()))
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


def test_the_layers_of_a_result_are_read_as_well(tmp_path: Path) -> None:
    """A job asked for over HTTP, done by a worker, read by GDAL (pyogrio's) and OWSLib."""
    base = f"sqlite:///{tmp_path / 'kept.sqlite'}"
    with live_service(base, "small") as at:
        asked = urllib.request.Request(
            f"{at}/processes/traffic/execution", method="POST",
            data=json.dumps({"inputs": {"event": {"kind": "cable_loss", "cable": "fs"}}}).encode(),
            headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(asked, timeout=30) as reply:
            job = json.load(reply)["jobID"]
        do_one_job(base)
        root = f"{at}/jobs/{job}/layers"
        found = json.loads(read_by(sys.executable, "-c", LIST, root))
        names = json.loads(read_by(sys.executable, "-c", OWSLIB_NAMES, root))
    assert found["country_traffic"] == 3 and found["links"] > 3
    assert names == ["links", "country_traffic"]


def do_one_job(base: str) -> None:
    """What a worker does, without its loop."""
    store = Store(base)
    with store.writing(EVERY) as connection:
        claim = claim_job(connection, "w", 60.0, 9)
    assert claim is not None
    process = PROCESSES[claim.process]
    world = World(cn.build_network(dateline_world()))
    made = find(process, world, process.inputs.model_validate_json(claim.inputs))
    layers = keep_layers(files_at(None, base), made)
    with store.writing(EVERY) as connection:
        assert finish(connection, claim, "successful", json.dumps(made.answer), "", layers)
    store.close()


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
