"""Whatever is sent, the answer is a problem with a 4xx status: never a crash, never a 500."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cablenet_api import create_app
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

import cablenet as cn
from cablenet.testing import ring

JSON = {"Content-Type": "application/json"}
LOSS = b'{"kind": "cable_loss", "cable": "ab"}'
DISK = b'{"kind": "disk", "lon": %s, "lat": 0, "radius_km": 50}'


def body(event: bytes, more: bytes = b"") -> bytes:
    return b'{"events": [' + event + b"]" + more + b"}"


HOSTILE: dict[str, tuple[bytes, int]] = {
    "nothing": (b"", 400),
    "blanks": (b"  \n\t ", 400),
    "truncated": (b'{"events": [', 400),
    "text": (b"hello", 400),
    "a lone quote": (b'"', 400),
    "escaped quotes without an end": (b'"' + b'\\"' * 40_000, 400),
    "xml": (b"<events/>", 400),
    "NaN": (body(DISK % b"NaN"), 400),
    "Infinity": (body(DISK % b"-Infinity"), 400),
    "1e999": (body(DISK % b"1e999"), 400),
    "an integer of 5000 digits": (body(DISK % (b"9" * 5000)), 400),
    "an integer of 400 digits": (body(DISK % (b"9" * 400)), 422),
    "a lone surrogate": (body(b'{"kind": "cable_loss", "cable": "\\ud800"}'), 400),
    "a lone surrogate as key": (body(b'{"kind": "cable_loss", "\\udfff": 1}'), 400),
    "a raw surrogate": (body(b'{"kind": "cable_loss", "cable": "\xed\xa0\x80"}'), 400),
    "not UTF-8": (b"\xff\xfe{}", 400),
    "UTF-16": ('{"events": []}'.encode("utf-16"), 400),
    "a byte order mark": (b"\xef\xbb\xbf" + body(LOSS), 400),
    "a NUL": (body(b'{"kind": "cable_loss", "cable": "a\x00b"}'), 400),
    "an escaped NUL": (body(b'{"kind": "cable_loss", "cable": "a\\u0000b"}'), 422),
    "900 deep lists": (b"[" * 900 + b"]" * 900, 400),
    "900 deep objects": (b'{"a":' * 900 + b"1" + b"}" * 900, 400),
    "90,000 open brackets": (b"[" * 90_000, 400),
    "a key twice": (b'{"events": [], "events": [' + LOSS + b"]}", 400),
    "a list": (b"[]", 422),
    "null": (b"null", 422),
    "a number": (b"1", 422),
    "no events": (b'{"events": []}', 422),
    "too many events": (body(b",".join([LOSS] * 51)), 422),
    "an unknown field": (body(LOSS, b', "extra": 1'), 422),
    "an unknown field of an event": (body(LOSS[:-1] + b', "extra": 1}'), 422),
    "an unknown kind": (body(b'{"kind": "meteor"}'), 422),
    "no kind": (body(b"{}"), 422),
    "a truth as number": (body(DISK % b"true"), 422),
    "a text as number": (body(DISK % b'"10"'), 422),
    "longitude 400": (body(DISK % b"400"), 422),
    "no radius": (body(b'{"kind": "disk", "lon": 0, "lat": 0, "radius_km": 0}'), 422),
    "latitude 95": (body(b'{"kind": "cut", "lon": 0, "lat": 95}'), 422),
    "a name of 10,000 letters": (body(b'{"kind": "cable_loss", "cable": "' + b"x" * 10_000
                                      + b'"}'), 422),
    "an unknown cable": (body(b'{"kind": "cable_loss", "cable": "zz"}'), 422),
    "an unknown station": (body(b'{"kind": "station_loss", "station": "zz"}'), 422),
    "an unknown chokepoint": (body(b'{"kind": "chokepoint", "chokepoint": "zz"}'), 422),
    "an unknown country": (body(b'{"kind": "denial", "country": "ZZ"}'), 422),
    "an unknown event": (body(b'{"kind": "named_event", "event": "zz"}'), 422),
    "a file as event": (body(b'{"kind": "named_event", "event": "/etc/hostname.toml"}'), 422),
    "an unknown metric": (body(LOSS, b', "metrics": ["lost_demnad"]'), 422),
    "no metric": (body(LOSS, b', "metrics": []'), 422),
    "an unknown capacity rule": (body(LOSS, b', "metrics": ["capacity_loss"], '
                                            b'"capacity_rule": "zz"'), 422),
    "an unknown country to answer for": (body(LOSS, b', "countries": ["ZZ"]'), 422),
    "a day that is none": (body(LOSS, b', "as_of": "2026-13-01"'), 422),
    "a day out of range": (body(LOSS, b', "as_of": "0001-01-01"'), 422),
    "a number of seconds as day": (body(LOSS, b', "as_of": 1e15'), 422),
    "a cut far from everything": (body(b'{"kind": "cut", "lon": 90, "lat": 60}'), 422),
    "an area far from everything": (body(
        b'{"kind": "polygon", "area": {"type": "Polygon", "coordinates": '
        b"[[[50, 50], [51, 50], [51, 51], [50, 50]]]}}"), 422),
    "parts inside parts": (body(
        b'{"kind": "together", "name": "x", "parts": [{"kind": "together", "name": "y", '
        b'"parts": []}]}'), 422),
}


def polygon(rings: Any) -> bytes:
    return body(json.dumps({"kind": "polygon", "area": {"type": "Polygon", "coordinates": rings}}
                           ).encode())


HOSTILE |= {
    "a ring of two": (polygon([[[0, 0], [0, 0]]]), 422),
    "a ring that stays open": (polygon([[[0, 0], [1, 0], [1, 1], [0, 1]]]), 422),
    "a bow tie": (polygon([[[9, -6], [11, -4], [11, -6], [9, -4], [9, -6]]]), 422),
    "a ring without area": (polygon([[[10, -5]] * 5]), 422),
    "a hole outside": (polygon([[[0, 0], [1, 0], [1, 1], [0, 0]],
                                [[5, 5], [6, 5], [6, 6], [5, 5]]]), 422),
    "three coordinates": (polygon([[[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 0, 0]]]), 422),
    "no ring": (polygon([]), 422),
    "1,200 vertices": (polygon([[[0, 0], *[[1, i / 1200] for i in range(1200)], [0, 0]]]), 422),
    "an area of another type": (body(
        b'{"kind": "polygon", "area": {"type": "GeometryCollection", "geometries": []}}'), 422),
}


def check_problem(reply: Any, status: int) -> dict[str, Any]:
    assert reply.status_code == status, reply.text[:500]
    assert reply.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = reply.json()
    assert problem["status"] == status
    assert problem["type"].startswith("/problems/") and problem["title"]
    return problem


@pytest.mark.parametrize("what", sorted(HOSTILE))
def test_a_hostile_body_gets_one_clear_problem(client: TestClient, what: str) -> None:
    content, status = HOSTILE[what]
    problem = check_problem(client.post("/score", content=content, headers=JSON), status)
    assert problem["detail"], what
    assert len(json.dumps(problem)) < 20_000, "a problem never echoes the request"


def test_a_body_beyond_the_limit_is_refused_by_its_declared_length(client: TestClient) -> None:
    reply = client.post("/score", content=b" " * 100_001, headers=JSON)
    assert check_problem(reply, 413)["type"] == "/problems/too-large"


def test_a_body_beyond_the_limit_is_refused_while_it_streams(client: TestClient) -> None:
    reply = client.post("/score", content=(b" " * 10_000 for _ in range(11)), headers=JSON)
    assert check_problem(reply, 413)["type"] == "/problems/too-large"


@pytest.mark.parametrize("headers", [
    {}, {"Content-Type": "text/plain"}, {"Content-Type": "application/x-www-form-urlencoded"},
    {"Content-Type": "multipart/form-data; boundary=x"}, {"Content-Type": "application/xml"},
    {"Content-Type": "application/json; charset=utf-16"},
    {"Content-Type": "application/json", "Content-Encoding": "gzip"},
])
def test_another_content_type_is_refused(client: TestClient, headers: dict[str, str]) -> None:
    check_problem(client.post("/score", content=body(LOSS), headers=headers), 415)


def test_json_with_its_charset_is_taken(client: TestClient) -> None:
    headers = {"Content-Type": 'application/json; charset="UTF-8"'}
    assert client.post("/score", content=body(LOSS), headers=headers).status_code == 200


@pytest.mark.parametrize(("verb", "path", "status"), [
    ("GET", "/score", 405), ("DELETE", "/score", 405), ("GET", "/nowhere", 404),
    ("GET", "/problems/zz", 404), ("GET", "/names?as_of=yesterday", 422),
    ("GET", "/names?as_of=0001-01-01", 422), ("GET", "/%ED%A0%80", 404), ("GET", "/%00", 404),
])
def test_a_wrong_address_is_a_problem_too(client: TestClient, verb: str, path: str,
                                          status: int) -> None:
    check_problem(client.request(verb, path), status)


def test_all_findings_come_back_at_once_with_their_places(client: TestClient) -> None:
    events = [{"kind": "cable_loss", "cable": "abx"}, {"kind": "cable_loss", "cable": "ab"},
              {"kind": "cut", "lon": 90, "lat": 60}]
    problem = check_problem(client.post("/score", json={"events": events}), 422)
    assert [place["pointer"] for place in problem["problems"]] == ["/events/0", "/events/2"]
    assert "nearest: ab" in problem["problems"][0]["message"]


def test_a_pointer_leads_to_the_field(client: TestClient) -> None:
    parts = [{"kind": "cable_loss", "cable": "ab"}, {"kind": "disk", "lon": 0, "lat": 95,
                                                     "radius_km": 1}]
    sent = {"events": [{"kind": "together", "name": "x", "parts": parts}]}
    problem = check_problem(client.post("/score", json=sent), 422)
    assert [place["pointer"] for place in problem["problems"]] == ["/events/0/parts/1/lat"]


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8) | st.sampled_from(["ab", "BB", "cut", "disk", "Polygon", "isolated"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["kind", "lon", "lat", "cable", "area", "type", "parts", "name",
                         "coordinates", "events", "metrics", "radius_km"]), inner, max_size=5),
    max_leaves=25)
EVENT = st.fixed_dictionaries(
    {"kind": st.sampled_from(["cable_loss", "station_loss", "cut", "disk", "polygon",
                              "chokepoint", "denial", "named_event", "together"])},
    optional=dict.fromkeys(("cable", "station", "lon", "lat", "radius_km", "area", "chokepoint",
                            "country", "event", "parts", "name"), PLAIN))
FUZZED = TestClient(create_app(
    load_network=lambda as_of: cn.build_network(ring(), as_of=as_of)))


@given(PLAIN | st.fixed_dictionaries({"events": st.lists(EVENT, max_size=3)},
                                     optional={"metrics": PLAIN, "as_of": PLAIN}))
def test_no_json_at_all_breaks_the_service(sent: Any) -> None:
    """`TestClient` raises here what a server would answer with 500."""
    reply = FUZZED.post("/score", content=json.dumps(sent).encode(), headers=JSON)
    assert reply.status_code == 200 or 400 <= reply.status_code < 500


@given(st.binary(max_size=200))
def test_no_bytes_at_all_break_the_service(sent: bytes) -> None:
    assert 400 <= FUZZED.post("/score", content=sent, headers=JSON).status_code < 500
