"""Layers by OGC API - Features: what is asked is answered, to the letter of the standard."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest
import shapely
from cablenet_api import Settings, create_app
from cablenet_api.layers.api_description import CONFORMS, CRS84
from cablenet_api.layers.collection import Collection
from cablenet_api.layers.query import PARAMETERS, query_of
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

import cablenet as cn
from tests.api.dateline_world import dateline_world

TABLES = {"cables", "stations", "branching_units", "segments", "jurisdictions", "gateways",
          "chokepoints", "ships", "depots", "links"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    def load(as_of: date | None) -> cn.Network:
        return cn.build_network(dateline_world(), as_of=as_of)

    file = tmp_path_factory.mktemp("layers") / "kept.sqlite"
    with TestClient(create_app(Settings(database=f"sqlite:///{file}"), load_network=load)) as found:
        yield found


def items(client: TestClient, layer: str, **asked: Any) -> dict[str, Any]:
    reply = client.get(f"/layers/collections/{layer}/items", params=asked)
    assert reply.status_code == 200, reply.text
    assert reply.headers["content-type"] == "application/geo+json"
    found: dict[str, Any] = reply.json()
    return found


def ids(client: TestClient, layer: str, **asked: Any) -> list[str]:
    return [one["id"] for one in items(client, layer, **asked)["features"]]


def test_every_link_of_every_page_leads_somewhere(client: TestClient) -> None:
    seen, todo = set(), ["http://testserver/layers"]
    while todo:
        address = todo.pop()
        if address in seen:
            continue
        seen.add(address)
        reply = client.get(address)
        assert reply.status_code == 200, address
        if "json" not in reply.headers["content-type"] or address.endswith(("/api", "i.json")):
            continue
        page = reply.json()
        for holder in (page, *page.get("collections", ())):
            for one in holder.get("links", ()):
                assert one["href"].startswith("http://testserver/")
                todo.append(one["href"])
                answered = client.get(one["href"]).headers["content-type"].split(";")[0]
                assert answered == one["type"].split(";")[0] or one["rel"] == "service-desc"
    assert len(seen) > 2 * len(TABLES)


def test_the_pages_hold_what_the_standard_asks(client: TestClient) -> None:
    rels = {one["rel"] for one in client.get("/layers").json()["links"]}
    assert rels == {"self", "service-desc", "service-doc", "conformance", "data"}
    assert client.get("/layers/conformance").json() == {"conformsTo": CONFORMS}
    found = {one["id"]: one for one in client.get("/layers/collections").json()["collections"]}
    assert set(found) == TABLES
    for name, one in found.items():
        assert client.get(f"/layers/collections/{name}").json() == one
        assert (one["itemType"], one["crs"]) == ("feature", [CRS84])
    # worked out by hand: the box round Samoa and Tonga at 14 to 21 south, cut at the dateline
    assert found["cables"]["extent"]["spatial"]["bbox"] == [[-180, -21, 180, -14]]
    assert found["cables"]["extent"]["temporal"]["interval"] == [["2000-01-01T00:00:00Z", None]]
    assert found["stations"]["extent"]["temporal"]["interval"] == [[None, None]]


def test_the_api_page_is_openapi_3_0_with_every_parameter(client: TestClient) -> None:
    reply = client.get("/layers/api")
    assert reply.headers["content-type"] == "application/vnd.oai.openapi+json;version=3.0"
    assert reply.json()["openapi"] == "3.0.3"
    asked = reply.json()["paths"]["/collections/{collectionId}/items"]["get"]["parameters"]
    assert {one["name"] for one in asked} == {"collectionId", *(one["name"] for one in PARAMETERS)}


def test_lines_are_cut_at_the_dateline_and_cables_are_one_feature(client: TestClient) -> None:
    cable = items(client, "cables")["features"][0]
    # F (178, -18) to S (188, -14): at 180 it has gone 2 of 10 degrees, so -18 + 0.2 * 4 = -17.2
    assert cable["geometry"] == {"type": "MultiLineString", "coordinates": [
        [[178, -18], [180, -17.2]], [[-180, -17.2], [-172, -14]]]}
    assert cable["properties"]["name"] == "FS"
    gap = items(client, "chokepoints")["features"][0]["geometry"]
    assert gap["type"] == "MultiPolygon"
    for polygon in gap["coordinates"]:
        ring = shapely.LinearRing(polygon[0])
        assert ring.is_ccw  # RFC 7946 3.1.6
        assert ring.bounds[0] >= -180 and ring.bounds[2] <= 180


@pytest.mark.parametrize(("box", "found"), [
    ("177,-19,179,-17", ["f"]), ("-180,-90,180,90", ["f", "s", "t"]), ("0,-90,10,90", []),
    ("175,-22,-170,-13", ["f", "s", "t"]), ("179,-22,-174,-13", ["t"]),  # over the dateline
    ("175,-22,190,-13", ["f", "s", "t"]), ("179,-22,186,-13", ["t"]),  # the same, unwrapped
    ("178,-18,178,-18", ["f"]), ("177,-19,-9,179,-17,9", ["f"]), ("-172,-14,-172,10", ["s"]),
])
def test_a_box_finds_what_touches_it(client: TestClient, box: str, found: list[str]) -> None:
    answer = items(client, "stations", bbox=box)
    assert [one["id"] for one in answer["features"]] == found
    assert answer["numberMatched"] == answer["numberReturned"] == len(found)


def test_a_box_looks_at_the_line_and_not_at_its_own_box(client: TestClient) -> None:
    # the box round `st`, from (-172, -14) to (-175, -21), holds (-172.5, -20); the line does not
    assert ids(client, "segments", bbox="-172.6,-20.1,-172.4,-19.9") == []
    # half way along it lies (-173.5, -17.5)
    assert ids(client, "segments", bbox="-173.6,-17.6,-173.4,-17.4") == ["st/1"]


@pytest.mark.parametrize(("when", "found"), [
    ("2005-06-01T00:00:00Z", ["fs"]), ("2012-01-01", ["fs", "ft"]),
    ("2019-12-31T23:59:59Z", ["fs", "ft", "st"]), ("2020-01-01T00:00:00Z", ["fs", "st"]),
    ("2019-12-31T23:30:00-01:00", ["fs", "st"]),  # that is already 2020 in UTC
    ("../1999-12-31T00:00:00Z", []), ("2021-01-01T00:00:00Z/..", ["fs", "st"]),
    ("/2001-01-01", ["fs"]), ("2009-01-01/2011-01-01", ["fs", "ft"]),
])
def test_a_time_finds_what_is_in_service_then(client: TestClient, when: str,
                                              found: list[str]) -> None:
    assert ids(client, "cables", datetime=when) == found
    assert ids(client, "segments", datetime=when) == [f"{one}/1" for one in found]
    assert len(ids(client, "stations", datetime=when)) == 3  # without dates: always


def test_pages_hold_every_feature_once_and_keep_the_question(client: TestClient) -> None:
    seen: list[str] = []
    address: str | None = "/layers/collections/links/items?limit=2&bbox=-180,-90,180,90"
    whole = items(client, "links")["numberMatched"]
    while address:
        page = client.get(address).json()
        assert page["numberMatched"] == whole and page["numberReturned"] <= 2
        seen += [one["id"] for one in page["features"]]
        links = {one["rel"]: one["href"] for one in page["links"]}
        address = links.get("next")
        if address:
            assert ("bbox", "-180,-90,180,90") in parse_qsl(urlsplit(address).query)
    assert seen == sorted(set(seen)) and len(seen) == whole > 4


def test_a_feature_is_found_by_its_id_also_with_a_slash(client: TestClient) -> None:
    for path in ("ship/1", "ship%2F1"):
        one = client.get(f"/layers/collections/ships/items/{path}").json()
        assert (one["id"], one["geometry"]["coordinates"]) == ("ship/1", [178.4, -18.1])
        assert one["properties"]["can_repair"] is True
        links = {link["rel"]: link["href"] for link in one["links"]}
        assert client.get(links["self"]).json() == one


@pytest.mark.parametrize("asked", [
    "bbox=1,2,3", "bbox=a,b,c,d", "bbox=0,10,1,-10", "bbox=0,-91,1,0", "bbox=nan,0,1,1",
    "bbox=1e999,0,1,1", "bbox=-600,0,1,1", "bbox=", "limit=0", "limit=-1", "limit=x", "limit=1.5",
    "limit=99999999999999999999", "datetime=yesterday", "datetime=2020-13-01", "datetime=../..",
    "datetime=2020-01-01/2019-01-01", "datetime=2020-01-01T00:00:00", "datetime=a/b/c",
    "datetime=", "f=xml", "unknown=1", "limit=1&limit=2", "after=" + "x" * 201, "bbox-crs=x",
])
def test_what_cannot_be_read_is_refused_with_400(client: TestClient, asked: str) -> None:
    reply = client.get(f"/layers/collections/cables/items?{asked}")
    assert (reply.status_code, reply.json()["type"]) == (400, "/problems/bad-query")
    assert reply.headers["content-type"] == "application/problem+json"


def test_a_limit_beyond_the_most_is_no_error(client: TestClient) -> None:
    assert len(ids(client, "cables", limit=123_456)) == 3


@pytest.mark.parametrize("path", ["nothing", "nothing/items", "cables/items/zz",
                                  "cables/items/..%2F..%2Fetc%2Fpasswd"])
def test_what_is_not_there_is_404(client: TestClient, path: str) -> None:
    assert client.get(f"/layers/collections/{path}").status_code == 404


@pytest.mark.parametrize("path", ["", "/conformance", "/collections", "/collections/cables",
                                  "/collections/cables/items/fs", "/api"])
def test_no_page_takes_a_parameter_it_does_not_know(client: TestClient, path: str) -> None:
    assert client.get(f"/layers{path}?f=json").status_code == 200
    for bad in ("f=html", "x=1"):
        assert client.get(f"/layers{path}?{bad}").status_code == 400


def random_collection(seed: int) -> Collection:
    """Forty points, each with a life of some days in January 2020."""
    rng = np.random.default_rng(seed)
    begins = rng.integers(1, 20, 40)
    ends = begins + rng.integers(1, 10, 40)
    return Collection(
        "points", "points", np.array([f"{i:02d}" for i in range(40)]),
        shapely.points(rng.uniform(-180, 180, 40), rng.uniform(-90, 90, 40)),
        tuple({} for _ in range(40)),
        np.array([f"2020-01-{day:02d}" if day > 3 else "" for day in begins]),
        np.array([f"2020-01-{day:02d}" if day < 26 else "" for day in ends]))


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 5), west=st.floats(-180, 180), width=st.floats(0, 359),
       south=st.floats(-90, 90), height=st.floats(0, 180), day=st.integers(1, 31))
def test_a_box_and_a_day_find_what_looking_at_each_point_finds(
        seed: int, west: float, width: float, south: float, height: float, day: int) -> None:
    points, north = random_collection(seed), min(south + height, 90.0)
    east = west + width if west + width <= 180 else west + width - 360
    west, south, east, north = (round(value, 6) for value in (west, south, east, north))
    query = query_of({"bbox": f"{west:f},{south:f},{east:f},{north:f}",
                      "datetime": f"2020-01-{day:02d}"}, 2)
    wanted = []
    for row, point in enumerate(points.shapes):
        inside = west <= point.x <= east if west <= east else point.x >= west or point.x <= east
        lives = ((points.begins[row] or "0") <= f"2020-01-{day:02d}"
                 < (points.ends[row] or "9"))
        if inside and south <= point.y <= north and lives:
            wanted.append(row)
    assert points.rows(query).tolist() == wanted


def test_features_are_plain_json(client: TestClient, tmp_path: Path) -> None:
    for layer in TABLES:
        for one in items(client, layer)["features"]:
            assert set(one) == {"type", "id", "geometry", "properties"}
            json.dumps(one, allow_nan=False)
