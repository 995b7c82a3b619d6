"""For everybody: no serious finding of axe-core, by keyboard alone, on a phone, in the dark, in
Japanese and in Hindi."""

from __future__ import annotations

from typing import Any

import pytest

from tests.desk.axe import findings
from tests.desk.conftest import PHONE, Desk, watched


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_tab_has_a_serious_finding(chrome: Any, home: str, theme: str) -> None:
    with watched(chrome, home, color_scheme=theme) as desk:
        desk.open("#cable=spur")
        desk.page.wait_for_selector(".tile:has-text('Demand unserved') .number:has-text('Tbps')")
        found = findings(desk.page)
        desk.picture(f"what-if {theme}")
        desk.page.click(".tile .about >> nth=0")
        found += findings(desk.page)
        desk.page.keyboard.press("Escape")
        for tab in ("depend", "worst", "build", "repairs", "plans", "jobs"):
            desk.page.click(f"#tab-{tab}")
            desk.page.wait_for_timeout(150)
            found += [f"{tab}: {one}" for one in findings(desk.page)]
        assert found == []


def test_a_cable_is_broken_by_keyboard_alone(desk: Desk) -> None:
    desk.open()
    desk.page.focus("#find")
    desk.page.keyboard.type("spur")
    desk.page.keyboard.press("ArrowDown")
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_selector(".card")
    for _ in range(60):
        if desk.page.evaluate("document.activeElement.textContent") == "Break it":
            break
        desk.page.keyboard.press("Tab")
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_selector(".tiles")
    assert desk.rows("Who is hurt")[0][0] == "MV cut off"


def test_a_phone_shows_all_of_it_without_scrolling_sideways(chrome: Any, home: str) -> None:
    with watched(chrome, home, viewport=PHONE, has_touch=True, is_mobile=True) as desk:
        desk.open("#cable=spur")
        desk.page.wait_for_selector(".tiles")
        assert desk.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
        desk.page.tap("#tab-jobs")
        desk.page.wait_for_selector("text=Look again")
        desk.page.tap("#tab-whatif")
        desk.picture("phone")


@pytest.mark.parametrize(("code", "failed", "country"), [
    ("ja", "故障したもの", "モルディブ"), ("hi", "क्या टूटा है", "मालदीव")])
def test_labels_are_said_in_the_readers_language(desk: Desk, code: str, failed: str,
                                                 country: str) -> None:
    desk.open("#cable=spur")
    desk.page.select_option("#language", code)
    desk.page.wait_for_selector(f"h2:has-text('{failed}')")
    desk.page.wait_for_selector(f"th:has-text('{country}')")
    assert desk.page.get_attribute("html", "lang") == code
    desk.picture(f"what-if {code}")
