"""The report in a real browser: sorting, filtering and the way from a finding to its rows."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from cablenet.report import Finding, ReportContent, Section, Table, write_report


@pytest.fixture(scope="module")
def view(play: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A page of 40 cables, number i losing i Tbps, with a finding that points at two of them."""
    browser = shutil.which("chromium")
    if browser is None:
        pytest.skip("Debian's chromium is not installed")
    frame = pd.DataFrame({"cable": [f"cable {i}" for i in range(40)],
                          "loss_tbps": [float(i) for i in range(40)]})
    frame.loc[5, "loss_tbps"] = float("nan")
    content = ReportContent(
        title="A report", about="About.", as_of="2026-06-01", version="0",
        findings=[Finding("Two.", "cables", ["cable 30", "cable 31"])],
        sections=[Section("losses", "Losses", "", [
            Table("cables", "Cables", frame, "", "cable", shown=10)])])
    path: Path = write_report(content, tmp_path_factory.mktemp("report") / "report.html")
    chrome = play.chromium.launch(executable_path=browser, args=["--no-sandbox"])
    page = chrome.new_page(viewport={"width": 390, "height": 844})
    page.asked = []
    page.on("request", lambda request: page.asked.append(request.url))
    page.home = path.as_uri()
    yield page
    chrome.close()


@pytest.fixture(autouse=True)
def fresh(view: Any) -> None:
    view.goto("about:blank")
    view.goto(view.home)


def shown(view: Any) -> list[str]:
    return [str(text) for text in view.locator("tbody tr:visible td:first-child").all_inner_texts()]


def test_a_long_table_shows_its_head_until_asked(view: Any) -> None:
    assert len(shown(view)) == 10
    view.click("button.all")
    assert len(shown(view)) == 40
    view.click("button.all")
    assert len(shown(view)) == 10


def test_numbers_sort_from_the_largest_and_gaps_come_last(view: Any) -> None:
    view.click("th.n button")
    assert shown(view)[:2] == ["cable 39", "cable 38"]
    assert view.get_attribute("th.n", "aria-sort") == "descending"
    view.click("th.n button")
    assert shown(view)[:2] == ["cable 0", "cable 1"]
    view.click("button.all")
    assert shown(view)[-1] == "cable 5"


def test_names_sort_by_the_numbers_in_them(view: Any) -> None:
    view.click("th:not(.n) button")
    assert shown(view)[:3] == ["cable 0", "cable 1", "cable 2"]


def test_the_filter_finds_rows_that_are_folded_away(view: Any) -> None:
    view.fill(".filter input", "cable 33")
    assert shown(view) == ["cable 33"]


def test_a_finding_lights_up_its_rows(view: Any) -> None:
    view.click(".proof")
    lit = view.locator("tr.lit:visible td:first-child").all_inner_texts()
    assert lit == ["cable 30", "cable 31"]


def test_a_narrow_page_does_not_scroll_sideways(view: Any) -> None:
    assert view.evaluate("document.documentElement.scrollWidth") == 390


def test_nothing_is_asked_of_the_outside(view: Any) -> None:
    assert {url.split(":")[0] for url in view.asked} <= {"file", "about"}
