"""A corpus of hostile requests against a real socket: each is refused within 2 s, nothing breaks.

Bodies for /score alone are in `test_bad_requests`; here every kind of door is tried.
"""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from cablenet_api import Settings, admit_member, create_app
from cablenet_api.store.store import EVERY, Store
from cablenet_api.store.tables import metadata
from sqlalchemy import select

from tests.api.live import served
from tests.api.ring_world import ring_network

LONGEST_S = 2.0
ZERO = "0" * 32
SPACE = f"/workspaces/{ZERO}"
"""Stands for a workspace of the caller's, so that what is refused is the request."""
VRT = '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/etc/passwd</SrcDataSource>'
BOMB = b"PK\x03\x04" + b"\0" * 5000
RING = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]]


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


def event(**fields: object) -> bytes:
    return json.dumps({"events": [fields]}).encode()


def inputs(**fields: object) -> bytes:
    return json.dumps({"inputs": fields}).encode()


BODIES: dict[str, bytes] = {
    "NaN": b'{"events": NaN}', "1e999": b'{"events": 1e999}', "-1e999": b'{"events": -1e999}',
    "a lone surrogate": b'{"title": "\\ud800"}', "NUL": b'{"title": "a\\u0000b"}',
    "2^63": b'{"title": 9223372036854775808}', "a number of 5000 digits": b"9" * 5000,
    "900 deep": nested(900), "900 deep objects": b'{"a":' * 900 + b"1" + b"}" * 900,
    "truncated": b'{"title": "x"', "no JSON": b"title=x", "nothing": b"", "a key twice":
    b'{"title": "a", "title": "b"}', "UTF-16": '{"title": "x"}'.encode("utf-16"),
    "bytes that are no UTF-8": b'{"title": "\xff\xfe"}', "a VRT in disguise": VRT.encode(),
    "a zip bomb's head": BOMB, "Parquet's head": b"PAR1" + b"\xff" * 1000 + b"PAR1",
    "a pickle": b"\x80\x04\x95\x10", "an array": b"[]", "null": b"null", "true": b"true",
    "an object of objects": b'{"title": {"a": {}}}', "an unknown field": b'{"title": "x", "z": 1}',
    "a proto key": b'{"__proto__": {"admin": true}}', "YAML": b"!!python/object:os.system",
    "XML entities": b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
}
"""Sent to a plan, a workspace, a process and a score: four doors, as many refusals."""


def depots(count: int = 1, **more: object) -> bytes:
    """An overlay of depots, right but for what is said."""
    one = {"name": "x", "port": "c", "cables": ["ab"], **more}
    return json.dumps({"name": "x", "depots": [one] * count}).encode()


DOORS = ("/workspaces", f"{SPACE}/plans", "/processes/sweep/execution", "/score")
REQUESTS: dict[str, tuple[str, str, bytes | None, dict[str, str]]] = {
    "up the tree": ("GET", "/../../etc/passwd", None, {}),
    "up the tree, encoded": ("GET", "/%2e%2e/%2e%2e/etc/passwd", None, {}),
    "up the tree, twice encoded": ("GET", "/problems/%252e%252e%252fetc", None, {}),
    "a file as a form": ("GET", f"{SPACE}/plans/{ZERO}/print/..%2f..%2fx", None, {}),
    "a file as a schema": ("GET", "/schemas/..%2f..%2fsettings.py", None, {}),
    "NUL in a path": ("GET", "/workspaces/%00", None, {}),
    "a line end in a path": ("GET", "/workspaces/%0d%0aSet-Cookie:x", None, {}),
    "half a character in a path": ("GET", "/members/%ff%fe", None, {}),
    "a very long path": ("GET", "/" + "a" * 20_000, None, {}),
    "a long id": ("GET", "/workspaces/" + "a" * 5_000, None, {}),
    "an id of capitals": ("GET", "/workspaces/" + "A" * 32, None, {}),
    "SQL in an id": ("GET", "/workspaces/'%20OR%201=1--", None, {}),
    "SQL in a page": ("GET", "/workspaces?after='%20OR%201=1--", None, {}),
    "a page before the first": ("GET", "/workspaces?limit=-1", None, {}),
    "a page of 2^63": ("GET", "/workspaces?limit=9223372036854775808", None, {}),
    "a log after 2^63": ("GET", "/audit?after=9223372036854775808", None, {}),
    "a day that is none": ("GET", "/names?as_of=2026-02-30", None, {}),
    "a day far off": ("GET", "/names?as_of=9999-12-31", None, {}),
    "no token": ("GET", "/me", None, {"Authorization": ""}),
    "a token of others' making": ("GET", "/me", None, {"Authorization": f"Bearer cn_{ZERO}_x"}),
    "alg none": ("GET", "/me", None, {
        "Authorization": "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0."}),
    "basic log-in": ("GET", "/me", None, {"Authorization": "Basic YTpi"}),
    "a token of 60 kB": ("GET", "/me", None, {"Authorization": "Bearer " + "a" * 60_000}),
    "an organisation of 5 kB": ("GET", "/me", None, {"Cablenet-Organisation": "a" * 5_000}),
    "a verb of their own": ("BREW", "/workspaces", None, {}),
    "TRACE": ("TRACE", "/me", None, {}),
    "another verb's route": ("DELETE", "/score", None, {}),
    "a gzip body": ("POST", "/score", b"\x1f\x8b\x08\0" + b"\0" * 50, {"Content-Encoding": "gzip"}),
    "a brotli body": ("POST", "/score", b"\x0b\x02", {"Content-Encoding": "br"}),
    "a form": ("POST", "/workspaces", b"name=x", {
        "Content-Type": "application/x-www-form-urlencoded"}),
    "files": ("POST", "/workspaces", b"--x\r\n\r\n", {
        "Content-Type": "multipart/form-data; boundary=x"}),
    "another charset": ("POST", "/workspaces", b"{}", {
        "Content-Type": "application/json; charset=utf-7"}),
    "If-Match of 5 kB": ("PUT", f"{SPACE}/plans/{ZERO}", b'{"title": "x"}', {
        "If-Match": '"' + "a" * 5_000 + '"'}),
    "a key of 5 kB": ("POST", "/workspaces", b'{"name": "x"}', {"Idempotency-Key": "k" * 5_000}),
    "a last event of 2^63": ("GET", f"/jobs/{ZERO}/events", None, {
        "Last-Event-ID": "9223372036854775808"}),
    "a polygon of 2,000 vertices": ("POST", "/score", event(kind="polygon", area={
        "type": "Polygon", "coordinates": [[[i / 1e4, 0] for i in range(2_000)]]}), {}),
    "a polygon 500 deep": ("POST", "/score", b'{"events": [{"kind": "polygon", "area": {"type": '
                           b'"Polygon", "coordinates": ' + nested(500) + b"}}]}", {}),
    "a polygon that crosses itself": ("POST", "/score", event(kind="polygon", area={
        "type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}), {}),
    "a geometry collection in itself": ("POST", "/score", event(kind="polygon", area={
        "type": "GeometryCollection", "geometries": [{"type": "GeometryCollection"}]}), {}),
    "a polygon by address": ("POST", "/score", event(kind="polygon",
                                                     area="http://169.254.169.254/"), {}),
    "longitude 1e308": ("POST", "/score", event(kind="disk", lon=1e308, lat=0, radius_km=1), {}),
    "51 events": ("POST", "/score", json.dumps({"events": [
        {"kind": "cable_loss", "cable": "ab"}] * 51}).encode(), {}),
    "a sweep of order 40": ("POST", "/processes/sweep/execution", inputs(order=40), {}),
    "a sweep of 10^12 samples": ("POST", "/processes/sweep/execution", inputs(samples=10**12), {}),
    "a study by its path": ("POST", "/processes/report/execution", inputs(study="/etc/passwd"), {}),
    "data by their path": ("POST", "/processes/validate/execution", inputs(data="/etc"), {}),
    "a process by its path": ("POST", "/processes/..%2fx/execution", inputs(), {}),
    "a plan of 700 scenarios": ("POST", f"{SPACE}/plans", json.dumps({"title": "x", "scenarios": [
        {"id": f"s{i}", "name": "n", "event": {"kind": "cable_loss", "cable": "ab"}}
        for i in range(700)]}).encode(), {}),
    "an overlay of infinity": ("POST", f"{SPACE}/overlays",
                               b'{"name": "x", "lit_tbps": {"ab": Infinity}}', {}),
    "an overlay of nothing": ("POST", f"{SPACE}/overlays", b'{"name": "x", "lit_tbps": {}}', {}),
    "a depot by its path": ("POST", f"{SPACE}/overlays", depots(port="../../etc/passwd"), {}),
    "a depot of 1e999 km": ("POST", f"{SPACE}/overlays",
                            depots(spare_km=0.5).replace(b"0.5", b"1e999"), {}),
    "a depot of NaN km": ("POST", f"{SPACE}/overlays",
                          depots(spare_km=0.5).replace(b"0.5", b"NaN"), {}),
    "a depot of less than nothing": ("POST", f"{SPACE}/overlays", depots(spare_km=-1), {}),
    "a depot for 10,000 cables": ("POST", f"{SPACE}/overlays", depots(cables=["ab"] * 10_000), {}),
    "10,000 depots": ("POST", f"{SPACE}/overlays", depots(count=10_000), {}),
    "a depot whose name ends a line": ("POST", f"{SPACE}/overlays", depots(name="a\nb"), {}),
    "repairs with a path for an overlay": (
        "POST", "/processes/repairs/execution", inputs(
            event={"kind": "cable_loss", "cable": "ab"},
            overlay={"workspace": "../../x", "overlay": "' OR 1=1--"}), {}),
    "repairs with an overlay of nobody": (
        "POST", "/processes/repairs/execution", inputs(
            event={"kind": "cable_loss", "cable": "ab"},
            overlay={"workspace": ZERO, "overlay": ZERO}), {}),
    "10^12 drawn years": ("POST", "/processes/sweep/execution", inputs(years=10**12), {}),
    "years with a path for a port": (
        "POST", "/processes/simulate-years/execution", inputs(policies=[
            {"name": "x", "added_ships": ["../../etc/passwd\x00"]}]), {}),
    "policies without end": (
        "POST", "/processes/simulate-years/execution", inputs(policies=[
            {"name": f"p{n}"} for n in range(500)]), {}),
    "a route from infinity": ("POST", "/processes/routes/execution",
                              b'{"inputs": {"start": [1e999, 0], "end": "a"}}', {}),
    "hardening 2^63 cables": ("POST", "/processes/fortify/execution",
                              inputs(harden=2**63, k=1), {}),
    "a promise of NaN": ("POST", "/processes/demand/execution",
                         inputs(promises=[{"share": 0.5}]).replace(b"0.5", b"NaN"), {}),
    "a search for a year": ("POST", "/processes/demand/execution", inputs(
        budget_musd=1, time_limit_s=31_536_000), {}),
    "an incident of the year 10000": ("POST", f"{SPACE}/incidents", json.dumps({
        "event": {"kind": "cable_loss", "cable": "ab"},
        "started": "10000-01-01T00:00:00Z"}).encode(), {}),
    "an incident of no zone": ("POST", f"{SPACE}/incidents", json.dumps({
        "event": {"kind": "cable_loss", "cable": "ab"},
        "started": "2026-01-01T00:00:00"}).encode(), {}),
    "a key that is none": ("POST", f"{SPACE}/keys", b'{"public_key": "/etc/passwd"}', {}),
    "a role of their own": ("PUT", "/members/x", b'{"role": "root"}', {}),
    "a token of 10,000 days": ("POST", "/tokens", b'{"label": "x", "days": 10000}', {}),
} | {f"{what} to {door}": ("POST", door, body, {}) for what, body in BODIES.items()
     for door in DOORS}


@dataclass(frozen=True)
class Door:
    """Address and token of a service, a workspace in it, the folder that it may write to, and its
    database."""

    address: str
    token: str
    workspace: str
    folder: Path
    database: str


@pytest.fixture(scope="module")
def door(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """A service on each store, behind a socket."""
    folder = tmp_path_factory.mktemp("hostile")
    settings = Settings(database=database, login="tokens", max_body_bytes=100_000,
                        files=str(folder / "files"))
    token = admit_member(settings, f"mine {folder.name}", "me", "admin", 10)["secret"]
    app = create_app(settings, load_network=ring_network)
    app.state.worlds.get(None)
    with served(app) as address:
        made = httpx2.post(f"{address}/workspaces", json={"name": "tried"},
                           headers={"Authorization": f"Bearer {token}"})
        yield Door(address, token, made.json()["id"], folder, database)
    app.state.store.close()


def ask(address: str, token: str, verb: str, path: str, body: Any, headers: dict[str, str]
        ) -> tuple[int, float]:
    """Status and seconds of one request, sent as it is written: nothing tidies the path."""
    line = http.client.HTTPConnection(address.removeprefix("http://"), timeout=10)
    begun = time.monotonic()
    try:
        line.putrequest(verb, path, skip_accept_encoding=True)
        sent = {"Authorization": f"Bearer {token}", **(
            {"Content-Type": "application/json"} if body is not None else {}), **headers}
        if body is not None and "Content-Length" not in sent:
            sent["Content-Length"] = str(len(body))
        for key, value in sent.items():
            line.putheader(key, value)
        line.endheaders()
        if body is not None:
            line.send(body)
        reply = line.getresponse()
        reply.read()
        return reply.status, time.monotonic() - begun
    finally:
        line.close()


def test_the_corpus_is_as_large_as_promised() -> None:
    assert len(REQUESTS) >= 60


def test_each_is_refused_in_time_by_a_service_that_stays_as_it_was(door: Door) -> None:
    before = kept(door)
    wrong = {}
    for what, (verb, path, body, headers) in REQUESTS.items():
        found = path.replace(SPACE, f"/workspaces/{door.workspace}")
        status, seconds = ask(door.address, door.token, verb, found, body, headers)
        if not 400 <= status < 500 or seconds > LONGEST_S:
            wrong[what] = (status, seconds)
    assert not wrong
    assert kept(door) == before  # no file, and nothing in the database
    for path in ("/readyz", "/me", "/workspaces", "/jobs"):
        assert ask(door.address, door.token, "GET", path, None, {})[0] == 200


def kept(door: Door) -> tuple[list[str], dict[str, list[str]]]:
    """Names of files, and the rows that the database holds."""
    store = Store(door.database)
    with store.reading(EVERY) as connection:
        rows = {table.name: sorted(map(repr, connection.execute(select(table))))
                for table in metadata.sorted_tables}
    store.close()
    assert rows["tokens"]  # or nothing was read
    return sorted(str(path) for path in door.folder.rglob("*")), rows


def test_bodies_of_50_mb_are_cut_off_declared_or_in_chunks(door: Door) -> None:
    address, token = door.address, door.token
    host, port = address.removeprefix("http://").split(":")
    head = (f"POST /score HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n"
            "Content-Type: application/json\r\n")
    for length in ("Content-Length: 52428800", "Transfer-Encoding: chunked"):
        begun = time.monotonic()
        with socket.create_connection((host, int(port)), timeout=5) as line:
            line.sendall(f"{head}{length}\r\n\r\n".encode())
            block = b"[" * 65_536
            sent = 0
            try:
                while sent < 52_428_800 and time.monotonic() - begun < LONGEST_S:
                    line.sendall(b"10000\r\n" + block + b"\r\n" if "chunked" in length else block)
                    sent += len(block)
                    line.setblocking(False)
                    try:
                        if line.recv(1, socket.MSG_PEEK):
                            break
                    except BlockingIOError:
                        pass
                    finally:
                        line.settimeout(5)
            except OSError:
                pass  # the service hung up, which is what it shall do
            first = line.recv(65_536)
        assert first.startswith(b"HTTP/1.1 413"), first[:100]
        assert time.monotonic() - begun < LONGEST_S and sent < 10_000_000


def test_requests_that_break_http_itself_do_not_break_the_service(door: Door) -> None:
    address, token = door.address, door.token
    host, port = address.removeprefix("http://").split(":")
    for raw in (b"\0\1\2\3\r\n\r\n", b"GET /me HTTP/9.9\r\n\r\n", b"GET\r\n\r\n",
                b"POST /score HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                b"POST /score HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
                b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /me HTTP/1.1\r\n\r\n",
                b"\x16\x03\x01\x02\0\x01", b"GET / HTTP/1.1\r\nX: " + b"a" * 200_000 + b"\r\n\r\n"):
        with socket.create_connection((host, int(port)), timeout=1) as line:
            try:
                line.sendall(raw)
                told = line.recv(4096)
            except OSError:  # closed, or still waiting for the rest
                told = b""
        assert not told.startswith((b"HTTP/1.1 5", b"HTTP/1.1 2")), raw[:40]
    assert ask(address, token, "GET", "/readyz", None, {})[0] == 200
