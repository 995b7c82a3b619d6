"""What the desk is served: its page under a strict policy, its files, its answers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.api.conftest import House, ring_network

HTML = {"Accept": "text/html,application/xhtml+xml"}
FILES = Path(__file__).parents[2] / "api" / "cablenet_api" / "desk"


def test_a_browser_gets_the_desk_and_a_program_the_links(client: TestClient) -> None:
    page = client.get("/", headers=HTML)
    assert page.headers["content-type"].startswith("text/html")
    assert client.get("/").json()["service"] == "cablenet"
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy


def test_the_page_holds_no_inline_script_style_or_address(client: TestClient) -> None:
    text = client.get("/", headers=HTML).text
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|(?:https?:)?//", text)
    for found in re.findall(r'(?:src|href)="(desk/[^"]+)"', text):
        assert client.get(f"/{found}").status_code == 200, found


def test_every_module_that_is_imported_is_there() -> None:
    for module in FILES.glob("*.js"):
        for name in re.findall(r'from "\./([\w.-]+)"', module.read_text(encoding="utf-8")):
            assert (FILES / name).is_file() or name == "maplibre-gl.mjs", (module.name, name)


def test_files_come_packed_and_only_once(client: TestClient) -> None:
    first = client.get("/desk/state.js")
    assert first.headers["content-encoding"] == "gzip"
    again = client.get("/desk/state.js", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("name", ["../app.py", "%2e%2e/app.py", "none.js", "words/xx.json",
                                  "state.js/", "index.html", "a/b/c.js"])
def test_nothing_but_the_desk_is_served(client: TestClient, name: str) -> None:
    assert client.get(f"/desk/{name}").status_code in (404, 422)


def test_an_outage_says_who_is_hurt_and_which_links_are_gone(client: TestClient) -> None:
    # with ab and da gone the ring leaves BB, CC and DD without their hub AA
    shown = client.post("/desk/outage", json={"events": [
        {"kind": "cable_loss", "cable": "ab"}, {"kind": "cable_loss", "cable": "da"}]}).json()
    assert shown["values"]["isolated_countries"] == 3
    assert [(one["country"], one["isolated"], one["loss_share"]) for one in shown["countries"]] == [
        ("BB", True, 1), ("CC", True, 1), ("DD", True, 1)]
    links = client.get("/desk/map").json()["links"]["features"]
    assert {(links[i]["properties"]["f"], links[i]["properties"]["t"]) for i in shown["links"]} == {
        ("A", "B"), ("D", "A")}


def test_traffic_follows(client: TestClient) -> None:
    shown = client.post("/desk/traffic", json={"events": [
        {"kind": "cable_loss", "cable": "ab"}, {"kind": "cable_loss", "cable": "da"}]}).json()
    assert shown["proved"] is True
    # BB, CC and DD still reach one another; what they exchange with AA is lost
    demands = ring_network(None).demands
    with_aa = (demands.from_gateway == 0) | (demands.to_gateway == 0)
    assert shown["unserved_tbps"] == pytest.approx(demands.tbps[with_aa].sum())


def test_what_cannot_fail_is_told_by_its_place(client: TestClient) -> None:
    reply = client.post("/desk/outage", json={"events": [
        {"kind": "cable_loss", "cable": "ab"}, {"kind": "cable_loss", "cable": "zz"}]})
    assert reply.status_code == 422
    assert [one["pointer"] for one in reply.json()["problems"]] == ["/events/1"]


def test_the_map_is_for_callers_only_where_there_is_login(house: House) -> None:
    assert house.client.get("/desk/map").status_code == 401
    assert house.client.get("/", headers=HTML).status_code == 200
    assert house.admit("desk readers", "viewer").ask("GET", "/desk/map").status_code == 200
