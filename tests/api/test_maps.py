"""Maps in a workspace: imported in two forms, shared, versioned, exported, read as layers."""

from __future__ import annotations

import copy
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from libcoveofds.jsonschemavalidate import JSONSchemaValidator
from libcoveofds.schema import OFDSSchema

import cablenet as cn
from tests.api.conftest import House, Member
from tests.api.dateline_world import dateline_world

Json = dict[str, Any]


@pytest.fixture(scope="module")
def document() -> Json:
    return dict(json.loads(json.dumps(cn.layers_document(dateline_world()))))


@pytest.fixture(scope="module")
def package() -> Json:
    return dict(json.loads(json.dumps(cn.ofds_package(dateline_world()).package)))


def space_of(who: Member) -> str:
    return f"/workspaces/{who.ask('POST', '/workspaces', {'name': 'maps'}).json()['id']}"


def test_a_map_is_imported_shared_exported_and_read_as_layers(
        house: House, name: str, document: Json, tmp_path: Path) -> None:
    india, japan = house.admit(f"in {name}"), house.admit(f"jp {name}")
    space = space_of(india)
    made = india.ask("POST", f"{space}/maps", {"name": "Pacific", "map": document})
    assert made.status_code == 201, made.text
    path = made.headers["location"]
    assert japan.ask("GET", path).status_code == 404
    india.ask("POST", f"{space}/parties", {"organisation": japan.organisation})
    seen = japan.ask("GET", path).json()
    assert (seen["name"], seen["version"], seen["organisation"]) == ("Pacific", 1, f"in {name}")
    assert japan.ask("GET", f"{space}/maps").json()["items"] == [seen]
    assert japan.ask("GET", f"{path}/export/json").json() == document
    features = japan.ask("GET", f"{path}/layers/collections/cables/items").json()["features"]
    assert [one["id"] for one in features] == ["fs", "ft", "st"]
    page = japan.ask("GET", f"{path}/layers/collections/stations/items?bbox=179,-22,-174,-13")
    assert [one["id"] for one in page.json()["features"]] == ["t"]
    links = {one["rel"]: one["href"] for one in japan.ask("GET", f"{path}/layers").json()["links"]}
    assert links["data"].endswith(f"{path}/layers/collections")
    (tmp_path / "m.gpkg").write_bytes(japan.ask("GET", f"{path}/export/gpkg").content)
    with sqlite3.connect(tmp_path / "m.gpkg") as base:
        assert base.execute("SELECT count(*) FROM cables").fetchone() == (3,)
    base.close()


def test_ofds_goes_in_and_comes_out_valid(house: House, name: str, package: Json) -> None:
    who = house.admit(name)
    made = who.ask("POST", f"{space_of(who)}/maps", {"name": "as OFDS", "map": package})
    assert made.status_code == 201, made.text
    assert made.json()["links_in_service"] > 0
    assert any("segments" in line for line in made.json()["report"])
    out = who.ask("GET", f"{made.headers['location']}/export/ofds").json()
    assert JSONSchemaValidator(OFDSSchema()).validate(out) == []
    assert out == package


def test_a_new_version_names_the_one_it_was_made_from(house: House, name: str, document: Json
                                                      ) -> None:
    who = house.admit(name)
    made = who.ask("POST", f"{space_of(who)}/maps", {"name": "Pacific", "map": document})
    path, tag = made.headers["location"], made.headers["etag"]
    newer = copy.deepcopy(document)
    newer["tables"]["cables"] = [row for row in newer["tables"]["cables"]
                                 if row["cable_id"] != "st"]
    for table in ("segments", "landings"):
        newer["tables"][table] = [row for row in newer["tables"][table] if row["cable_id"] != "st"]
    body = {"name": "Pacific", "map": newer}
    assert who.ask("PUT", path, body).status_code == 428
    assert who.ask("PUT", path, body, **{"If-Match": '"x"'}).status_code == 412
    assert who.ask("PUT", path, body, **{"If-Match": tag}).json()["version"] == 2
    assert who.ask("PUT", path, body, **{"If-Match": tag}).status_code == 412
    features = who.ask("GET", f"{path}/layers/collections/cables/items").json()["features"]
    assert [one["id"] for one in features] == ["fs", "ft"]


def test_equal_maps_have_different_tags_in_different_workspaces(house: House, name: str,
                                                                document: Json) -> None:
    body = {"name": "Pacific", "map": document}
    tags = set()
    for who in (house.admit(f"a {name}"), house.admit(f"b {name}")):
        made = who.ask("POST", f"{space_of(who)}/maps", body)
        out = who.ask("GET", f"{made.headers['location']}/export/json")
        tags |= {made.headers["etag"], out.headers["etag"]}
    assert len(tags) == 4


def test_who_may_only_read_imports_nothing(house: House, name: str, document: Json) -> None:
    admin, viewer = house.admit(name), house.admit(name, "viewer")
    space = space_of(admin)
    body = {"name": "Pacific", "map": document}
    assert viewer.ask("POST", f"{space}/maps", body).status_code == 403
    assert admin.ask("GET", f"{space}/maps").json()["items"] == []


@pytest.mark.parametrize("bad", [
    {}, {"schema": "cablenet/layers/1"}, {"schema": "cablenet/layers/1", "tables": {}},
    {"schema": "cablenet/layers/1", "tables": {"cables": [3]}}, {"networks": []},
    {"networks": [{"id": "x"}]}, {"networks": [{"id": "x", "nodes": [{}], "spans": 3}]},
    {"type": "FeatureCollection", "features": []},
])
def test_what_is_no_map_is_refused_and_not_kept(house: House, name: str, bad: Json) -> None:
    who = house.admit(name)
    space = space_of(who)
    reply = who.ask("POST", f"{space}/maps", {"name": "bad", "map": bad})
    assert (reply.status_code, reply.json()["type"]) == (422, "/problems/bad-input"), reply.text
    assert who.ask("GET", f"{space}/maps").json()["items"] == []


VALUES = st.one_of(st.none(), st.booleans(), st.integers(-10**6, 10**6), st.floats(-1e6, 1e6),
                   st.text(max_size=3), st.just([]), st.just({}), st.just([[0, 0], [0, 0]]))


@settings(max_examples=60, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_broken_map_is_a_fault_of_the_service(document: Json, package: Json,
                                                 data: st.DataObject) -> None:
    """A value anywhere in a map is replaced: it is read, or refused as bad input."""
    value: Any = copy.deepcopy(data.draw(st.sampled_from([document, package])))
    at, step = value, data.draw(st.sampled_from(sorted(value)))
    while isinstance(at[step], dict | list) and at[step] and data.draw(st.integers(0, 6)):
        at = at[step]
        step = data.draw(st.sampled_from(sorted(at)) if isinstance(at, dict)
                         else st.integers(0, len(at) - 1))
    at[step] = data.draw(VALUES)
    try:
        net = cn.build_network(cn.import_document(value, "probe").layers)
        cn.published_layers(net)
        cn.ofds_package(net.layers)
    except cn.errors.CablenetError:
        pass
