"""Results in every form: the same rows as JSON, GeoJSON, Parquet, GeoPackage and OGC layers."""

from __future__ import annotations

import io
import json
import os
import sqlite3
import stat
import time
from pathlib import Path

import geopandas as gpd
import pyarrow.parquet as pq
import pytest
from cablenet_api.jobs.queue import claim_job, finish
from cablenet_api.jobs.results import forget_unnamed, keep_layers
from cablenet_api.processes.table import PROCESSES, find
from cablenet_api.store import Store
from cablenet_api.store.files import Files, files_at
from cablenet_api.store.store import EVERY
from cablenet_api.store.tables import jobs
from cablenet_api.worlds import World

from cablenet import result_layers
from tests.api.conftest import LOSS, House, Member, ring_network

TWO = {"events": [LOSS, {"kind": "together", "name": "both", "parts": [
    LOSS, {"kind": "cable_loss", "cable": "da"}]}], "metrics": ["isolated"]}
FORMS = {"geojson": "application/geo+json", "parquet": "application/vnd.apache.parquet",
         "gpkg": "application/geopackage+sqlite3", "json": "application/json"}


def done_job(who: Member, house: House, store: Store, process: str, inputs: object) -> str:
    """A job asked for over HTTP and done as a worker does it; its path."""
    reply = who.ask("POST", f"/processes/{process}/execution", {"inputs": inputs},
                    Prefer="respond-async")
    assert reply.status_code == 201, reply.text
    with store.writing(EVERY) as connection:
        claim = claim_job(connection, "w", 60.0, 9)
    assert claim is not None
    asked = PROCESSES[process].inputs.model_validate_json(claim.inputs)
    found = find(PROCESSES[process], World(ring_network(None)), asked)
    layers = keep_layers(files_at(house.settings.files, house.settings.database), found)
    with store.writing(EVERY) as connection:
        assert finish(connection, claim, "successful", json.dumps(found.answer), "", layers)
    return f"/jobs/{claim.id}"


def test_one_result_reads_alike_in_every_form(house: House, store: Store, name: str) -> None:
    who = house.admit(name)
    job = done_job(who, house, store, "score", TWO)
    # by hand: losing ab alone isolates nobody of the ring; ab and da isolate BB, CC and DD
    wanted = {"0": 0, "1": 3}
    plain = who.ask("GET", f"{job}/results")
    assert [one["values"]["isolated_countries"] for one in plain.json()["scenarios"]] == [0, 3]
    told = {}
    for form, media in FORMS.items():
        reply = who.ask("GET", f"{job}/results?f={form}")
        assert (reply.status_code, reply.headers["content-type"]) == (200, media)
        told[form] = reply
        by_header = who.ask("GET", f"{job}/results", Accept=f"text/html, {media};q=0.5")
        assert by_header.headers["content-type"] == media
        assert by_header.headers["etag"] == reply.headers["etag"]
    features = told["geojson"].json()["features"]
    assert {one["id"]: one["properties"]["isolated_countries"] for one in features} == wanted
    table = gpd.read_parquet(io.BytesIO(told["parquet"].content))
    assert dict(zip(table["scenario_id"], table["isolated_countries"], strict=True)) == wanted
    assert len({reply.headers["etag"] for reply in told.values()}) == 4
    paged = who.ask("GET", f"{job}/layers/collections/scenarios/items").json()["features"]
    assert paged == features


def test_a_geopackage_holds_every_layer_that_has_rows(house: House, store: Store, name: str,
                                                      tmp_path: Path) -> None:
    who = house.admit(name)
    job = done_job(who, house, store, "score", TWO)
    (tmp_path / "r.gpkg").write_bytes(who.ask("GET", f"{job}/results?f=gpkg").content)
    with sqlite3.connect(tmp_path / "r.gpkg") as base:
        kinds = dict(base.execute("SELECT table_name, data_type FROM gpkg_contents"))
        lost = dict(base.execute("SELECT row_id, isolated FROM country_scores"))
    base.close()
    assert kinds == {"scenarios": "features", "countries": "features",
                     "country_scores": "attributes", "layer_styles": "attributes"}
    # four countries in two scenarios; AA is the hub and is never cut off
    assert len(lost) == 8 and [key for key in sorted(lost) if lost[key]] == [
        "1:BB", "1:CC", "1:DD"]
    whole = [one["id"] for one in who.ask("GET", f"{job}/layers/collections").json()["collections"]]
    assert whole == ["scenarios", "countries", "faults", "country_scores"]


@pytest.mark.parametrize(("process", "inputs", "layers"), [
    ("cut-sets", {"max_order": 2}, {"units": 4}),
    ("worst", {"k": 2, "next_best": 1}, {"attacks": 2, "countries": None}),
    ("worst", {"k": 1, "metric": "unserved_tbps", "next_best": 1}, {"attacks": 2}),
    ("worst", {"k": 1, "unit": "place", "metric": "people"}, {"attacks": None, "countries": None}),
    ("traffic", {"event": LOSS}, {"links": 8, "country_traffic": 4}),
    # of six pairs of cables each isolates somebody; four countries; orders 1 and 2
    ("sweep", {"order": 2}, {"countries": 4, "worst": 6, "orders": 2, "rows": 6}),
])
def test_every_process_leaves_its_layers(house: House, store: Store, name: str, process: str,
                                         inputs: object, layers: dict[str, int | None]) -> None:
    who = house.admit(name)
    job = done_job(who, house, store, process, inputs)
    root = f"{job}/layers/collections"
    found = [one["id"] for one in who.ask("GET", root).json()["collections"]]
    assert found == list(layers)
    for layer, count in layers.items():
        page = who.ask("GET", f"{root}/{layer}/items").json()
        assert count in (None, page["numberMatched"])
        one = page["features"][0]
        assert who.ask("GET", f"{root}/{layer}/items/{one['id']}").json()["id"] == one["id"]
        table = pq.read_table(io.BytesIO(who.ask(
            "GET", f"{job}/results?f=parquet&layer={layer}").content))
        assert table.num_rows == page["numberMatched"]


def test_links_by_load_show_where_traffic_goes(house: House, store: Store, name: str) -> None:
    who = house.admit(name)
    job = done_job(who, house, store, "traffic", {"event": LOSS})
    page = who.ask("GET", f"{job}/layers/collections/links/items").json()["features"]
    load = {one["id"]: one["properties"] for one in page}
    # by hand: with ab gone nothing runs on it, and all that BB exchanges runs over bc
    assert (load["ab/1"]["load_tbps"], load["ab/1"]["room_tbps"]) == (0, 0)
    assert load["bc/1"]["load_tbps"] > load["bc/1"]["load_before_tbps"]
    assert load["ab/1"]["load_before_tbps"] > 0
    for one in load.values():
        assert 0 <= one["load_tbps"] <= one["room_tbps"] * (1 + 1e-9)
        if one["room_tbps"] > 0:
            assert one["used_share"] == pytest.approx(one["load_tbps"] / one["room_tbps"])


def test_a_layer_that_is_too_long_comes_as_parquet_only(
        house: House, store: Store, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    who = house.admit(name)
    job = done_job(who, house, store, "sweep", {"order": 2})
    monkeypatch.setattr("cablenet_api.jobs.results.MOST_FEATURES", 5)
    listed = who.ask("GET", f"{job}/layers/collections").json()["collections"]
    assert [one["id"] for one in listed] == ["countries", "orders"]
    assert who.ask("GET", f"{job}/results?f=geojson&layer=rows").status_code == 406
    table = who.ask("GET", f"{job}/results?f=parquet&layer=rows").content
    assert pq.read_table(io.BytesIO(table)).num_rows == 6


@pytest.mark.parametrize(("asked", "status", "problem"), [
    ({"path": "?f=xml"}, 422, "invalid-request"), ({"Accept": "text/html"}, 406, "no-such-form"),
    ({"Accept": "application/json;q=0"}, 406, "no-such-form"),
    ({"path": "?f=geojson&layer=nothing"}, 404, "not-found"),
    ({"path": "?f=parquet&layer=..%2F..%2Fetc"}, 422, "invalid-request"),
])
def test_what_there_is_not_is_refused(house: House, store: Store, name: str,
                                      asked: dict[str, str], status: int, problem: str) -> None:
    who = house.admit(name)
    job = done_job(who, house, store, "cut-sets", {"max_order": 1})
    headers = {key: value for key, value in asked.items() if key != "path"}
    reply = who.ask("GET", f"{job}/results{asked.get('path', '')}", **headers)
    assert (reply.status_code, reply.json()["type"]) == (status, f"/problems/{problem}")


def test_an_answer_at_hand_is_not_sent_again(house: House, store: Store, name: str) -> None:
    who = house.admit(name)
    job = done_job(who, house, store, "cut-sets", {"max_order": 2})
    for form in ("json", "parquet"):
        tag = who.ask("GET", f"{job}/results?f={form}").headers["etag"]
        again = who.ask("GET", f"{job}/results?f={form}", **{"If-None-Match": f'"x", {tag}'})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)


def test_equal_results_share_a_file_and_not_a_tag(house: House, store: Store, name: str) -> None:
    a, b = house.admit(f"a {name}"), house.admit(f"b {name}")
    first = done_job(a, house, store, "cut-sets", {"max_order": 2})
    second = done_job(b, house, store, "cut-sets", {"max_order": 2})
    replies = [who.ask("GET", f"{job}/results?f=parquet") for who, job in ((a, first), (b, second))]
    assert replies[0].content == replies[1].content
    assert replies[0].headers["etag"] != replies[1].headers["etag"]
    assert b.ask("GET", f"{first}/results?f=parquet").status_code == 404


def test_a_dismissed_job_has_no_layers_and_its_files_go(house: House, store: Store, name: str
                                                        ) -> None:
    who = house.admit(name)
    files = files_at(house.settings.files, house.settings.database)
    job = done_job(who, house, store, "cut-sets", {"max_order": 2, "countries": ["BB"]})
    assert who.ask("DELETE", job).status_code == 200
    assert who.ask("GET", f"{job}/layers").status_code == 409
    with store.reading(EVERY) as connection:
        assert connection.execute(jobs.select()).one().layers is None
    assert forget_unnamed(store, files) == 0  # nothing is a day old yet
    assert files.forget_all_but(set(), younger_s=-1) >= 1


def test_files_are_private_whole_and_kept_once(tmp_path: Path) -> None:
    files = Files(tmp_path / "f")
    digest = files.keep(b"some rows")
    assert files.keep(b"some rows") == digest
    kept = [path for path in (tmp_path / "f").rglob("*") if path.is_file()]
    assert [path.read_bytes() for path in kept] == [b"some rows"]
    assert stat.S_IMODE(kept[0].stat().st_mode) == 0o600
    os.utime(kept[0], (time.time() - 2e5,) * 2)
    assert files.forget_all_but({digest}) == 0
    assert files.forget_all_but({"another"}) == 1


def test_what_is_no_result_has_no_layers() -> None:
    with pytest.raises(TypeError, match="no layers of int"):
        result_layers(3)
