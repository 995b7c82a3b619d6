"""In Japanese and in Hindi no label is left in English: every view is opened and read as a reader
sees it. Names of the map, units, codes and prose of the service (marked English) are set aside."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import geopandas as gpd
import pytest
import shapely
from cablenet_api import Settings

import cablenet as cn
from tests.desk.conftest import PHONE, Desk, bay, served, watched
from tests.desk.languages import (
    LANGUAGES,
    SEEN,
    WORDS,
    choose,
    english,
    left,
    left_in_either,
    proper_names,
)
from tests.desk.test_plan_draft import drafted

TYPED = ("Spur lost", "Cable SPUR", "Control room", "card 1", "Sections", "local", "bay",
         "East Star", "Queen")
"""What is typed here, or named a thing of this world; a plan keeps the words it was drafted in."""


SPILT = """() => [document.documentElement, ...document.querySelectorAll(
  "header, #side, #tabs, #panel, #panel button, #panel label, .tile, #legend, #hint, dialog[open]")]
  .filter((one) => one.checkVisibility() && one.scrollWidth > one.clientWidth + 1
    && getComputedStyle(one).display !== "inline").map((one) => one.textContent.slice(0, 60))"""
"""What is wider than its box."""


def fleet_network(as_of: date | None) -> cn.Network:
    """The bay with a ship at IN that repairs."""
    layers = bay()
    ships = gpd.GeoDataFrame([{
        "ship_id": "star", "name": "East Star", "zones": "", "status": "active", "speed_kn": 10.0,
        "can_repair": True, "base_port": "Queen", "geometry": shapely.Point(80, 13)}],
        geometry="geometry", crs="EPSG:4326")
    return cn.build_network(layers.with_tables(ships=ships), as_of=as_of)


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a service on the bay with a ship, without login."""
    kept = tmp_path_factory.mktemp("languages") / "kept.sqlite"
    with served(Settings(database=f"sqlite:///{kept}"), fleet_network) as address:
        yield address


def views(desk: Desk) -> Iterator[str]:
    """Open one view of the desk after the other; the language has been chosen."""
    page = desk.page

    def tab(name: str) -> None:
        page.click(f"#tab-{name}")
        page.wait_for_selector(f"#tab-{name}[aria-selected=true]")

    def computed(name: str) -> None:
        tab(name)
        page.click(f"[data-form={name}] button.strong")
        page.wait_for_selector(".result")

    page.wait_for_selector(".tile .number:has-text('Tbps') >> nth=1")
    page.evaluate("document.querySelectorAll('#legend, .byhand').forEach((one) => one.open = true)")
    yield "what if"
    page.click(".tile .about >> nth=0")
    yield "explained"
    page.keyboard.press("Escape")
    page.fill("#find", "spur")
    page.wait_for_selector("#found li")
    yield "found"
    page.press("#find", "Enter")
    page.wait_for_selector(".card")
    yield "card"
    page.click(".card .acts button >> nth=1")
    page.wait_for_selector("#explain[open]")
    yield "known"
    page.keyboard.press("Escape")
    for tool in page.locator("#tools button").all():
        tool.click()
        yield f"tool {tool.get_attribute('data-tool')}"
    for name in ("depend", "worst", "repairs"):
        computed(name)
        yield name
    page.evaluate("document.querySelector('.taken').open = true")
    yield "taken"
    tab("build")
    page.select_option("[data-form=build] [name=country]", "MV")
    computed("build")
    page.click(".result > button")
    page.wait_for_selector(".chart")
    yield "build"
    tab("jobs")
    page.wait_for_selector("#panel table")
    yield "jobs"
    tab("plans")
    page.wait_for_selector("[data-form=space]")
    yield "plans"


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_label_is_left_in_english(chrome: Any, port: str, code: str) -> None:
    wrong: dict[str, list[str]] = {}
    with watched(chrome, port) as desk:
        desk.open("#cable=spur&cut=76.5,5")
        known = proper_names(desk, TYPED)
        assert english(["Break it"], known) and not english(["CSV", "10 Tbps", "SPUR"], known)
        assert len(english(desk.page.evaluate(SEEN), known)) > 20  # the same in English
        choose(desk, code)
        for view in views(desk):
            wrong |= left(desk, code, view, known)
            assert desk.page.evaluate(SPILT) == [], view
    assert not wrong, wrong


def test_no_label_of_a_draft_is_left_in_english(chrome: Any, port: str) -> None:
    """Every section open, with an entry in each."""
    with watched(chrome, port) as desk:
        page = desk.page
        page.goto(f"{desk.home}/")
        space = drafted(desk).partition("space=")[2].partition("&")[0]
        desk.press("Compute what it does")
        page.wait_for_selector("caption:text-is('What its failures do')")
        known = proper_names(desk, TYPED)
        page.click(".by-sections > summary")
        page.wait_for_selector(".sections .part")
        unfold(desk)
        for button in range(page.locator("[data-add]").count()):
            page.locator("[data-add]").nth(button).click()
        wrong = left_in_either(desk, "draft", known)
        desk.open(f"#tab=plans&space={space}")
        page.wait_for_selector(".log")
        unfold(desk)
        wrong |= left_in_either(desk, "workspace", known)
    assert not wrong, wrong


def unfold(desk: Desk) -> None:
    desk.page.evaluate(
        "document.querySelectorAll('#panel details').forEach((one) => { one.open = true; })")


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_phone_shows_either_language_without_scrolling_sideways(chrome: Any, port: str, code: str
                                                                  ) -> None:
    with watched(chrome, port, viewport=PHONE, has_touch=True, is_mobile=True) as desk:
        desk.open("#cable=spur")
        choose(desk, code)
        for tab in ("whatif", "depend", "worst", "build", "repairs", "plans", "jobs"):
            desk.page.tap(f"#tab-{tab}")
            desk.page.wait_for_timeout(200)
            assert desk.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"], tab
            desk.picture(f"{code} phone {tab}")


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_message_is_said_in_each_language_with_its_places(code: str) -> None:
    """But for singulars: a language has those that it needs."""
    ours, theirs = (json.loads((WORDS / f"{one}.json").read_text(encoding="utf-8"))
                    for one in ("en", code))
    assert set(theirs) <= set(ours)
    assert {key for key in ours if not key.endswith("_one")} <= set(theirs)
    for key, text in theirs.items():
        places = [sorted(re.findall(r"\{(\w+)\}", one)) for one in (ours[key], text)]
        assert places[0] == places[1] and text.strip(), key
        assert text != ours[key] or not english([text], set()) or key in {
            "failed_named_event", "signature_file"}, key


def test_every_word_that_the_page_asks_for_is_a_message() -> None:
    """word("x") in a script, data-word and data-label in the page."""
    ours = json.loads((WORDS / "en.json").read_text(encoding="utf-8"))
    asked = {key for file in WORDS.parent.glob("*.js")
             for key in re.findall(r'\bword\("(\w+)"', file.read_text(encoding="utf-8"))}
    page = (WORDS.parent / "index.html").read_text(encoding="utf-8")
    asked |= set(re.findall(r'data-(?:word|label)="(\w+)"', page))
    assert len(asked) > 200 and asked <= set(ours)
