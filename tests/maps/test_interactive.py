"""The interactive map: whole in one text, safe with any name, and silent towards the outside."""

from __future__ import annotations

import base64
import gzip
import json
import re
import shutil
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from cablenet.errors import ReadError
from cablenet.maps import vendored
from cablenet.maps.interactive import Explorer, content_policy, page
from cablenet.maps.land import Land
from cablenet.maps.payload import MapPayload, map_payload
from cablenet.network import Network
from cablenet.scoring import Scores


@pytest.fixture
def payload(net: Network, scores: Scores, land: Land) -> MapPayload:
    return map_payload(net, scores, land=land, title="A <b>map</b>")


def test_the_payload_packs_to_the_same_json(payload: MapPayload) -> None:
    text = gzip.decompress(base64.b64decode(payload.packed()))
    assert json.loads(text) == json.loads(json.dumps(payload.data))
    assert payload.packed() == payload.packed()


def test_scenarios_list_what_they_take_and_whom_they_hit(payload: MapPayload) -> None:
    worst = payload.data["scenarios"][0]
    # losing `east` cuts off BB and CC, a million people each; `far` only CC
    assert worst["n"] == "EAST"
    cut = [payload.data["gateways"]["features"][gate]["properties"]["n"] for gate in worst["g"]]
    assert cut == ["B", "C"]
    assert worst["c"] == [["BB", 1.0], ["CC", 1.0]]
    lost = [payload.data["links"]["features"][link]["properties"] for link in worst["l"]]
    assert [(row["f"], row["t"]) for row in lost] == [("A", "B")]
    assert ["isolated_people", 2_000_000.0] in [value[:2] for value in worst["v"]]


def test_a_line_over_the_dateline_is_not_torn(payload: MapPayload) -> None:
    lons = [[x for x, _ in feature["geometry"]["coordinates"]]
            for feature in payload.data["links"]["features"]
            if feature["properties"]["k"] == "cable"]
    assert max(abs(b - a) for line in lons for a, b in pairwise(line)) < 180


def test_a_cable_name_cannot_become_markup(payload: MapPayload, stand_in: None) -> None:
    text = page(payload)
    assert "<script>alert(1)</script>" not in text.lower()
    assert "<title>A &lt;b&gt;map&lt;/b&gt;</title>" in text


def test_the_page_names_no_address_of_the_outside(payload: MapPayload, stand_in: None) -> None:
    text = page(payload)
    assert re.findall(r"""(?:src|href)\s*=\s*["']?(?!#)[^"'> ]+""", text) == []
    assert "http://" not in text
    assert "https://" not in text


def test_the_policy_lets_only_our_own_texts_run() -> None:
    policy = content_policy(["a{}"], ["1"])
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    # printf '1' | openssl dgst -sha256 -binary | base64
    assert "'sha256-a4ayc/80/OGda4BO/1o/V0etpOqiLx1JwB5S3beHW0s='" in policy


def test_an_explorer_shows_in_a_notebook_and_saves(payload: MapPayload, stand_in: None,
                                                   tmp_path: Path) -> None:
    explorer = Explorer("A map", page(payload))
    assert explorer._repr_html_().startswith('<iframe srcdoc="&lt;!doctype html&gt;')
    saved = explorer.save(tmp_path / "map.html")
    assert saved.read_text(encoding="utf-8") == explorer.html
    assert [path.name for path in tmp_path.iterdir()] == ["map.html"]


def test_without_maplibre_the_error_names_the_command(
        payload: MapPayload, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(vendored, "FOLDER", tmp_path)
    with pytest.raises(ReadError, match=r"python -m cablenet\.maps\.vendor"):
        page(payload)


def test_a_changed_maplibre_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "maplibre-gl.css").write_text("body { color: red }")
    monkeypatch.setattr(vendored, "FOLDER", tmp_path)
    with pytest.raises(ReadError, match="hash differs"):
        vendored.read_vendored("maplibre-gl.css")


def test_a_browser_draws_it_and_asks_nothing_of_the_outside(
        payload: MapPayload, play: Any, tmp_path: Path) -> None:
    browser = shutil.which("chromium")
    if browser is None:
        pytest.skip("Debian's chromium is not installed")
    if not vendored.is_vendored():
        pytest.skip("MapLibre has not been fetched")
    path = Explorer("A map", page(payload)).save(tmp_path / "map.html")
    asked: list[str] = []
    errors: list[str] = []
    chrome = play.chromium.launch(executable_path=browser, args=[
        "--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader",
        "--enable-unsafe-swiftshader", "--disable-background-networking", "--no-first-run"])
    view = chrome.new_page(viewport={"width": 900, "height": 600})
    view.on("request", lambda request: asked.append(request.url))
    view.on("pageerror", lambda error: errors.append(str(error)))
    view.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
    view.goto(path.as_uri())
    view.wait_for_selector(".cn-map[data-ready=yes]", timeout=60_000)
    view.click(".cn-list li:nth-child(2) button")
    told = view.inner_text(".cn-info")
    chrome.close()
    assert errors == []
    assert [url for url in asked if not url.startswith(("file:", "blob:", "data:"))] == []
    assert "EAST" in told
    assert "cut off" in told
