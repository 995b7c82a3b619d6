"""The report page: every finding leads to rows, nothing leads outside, names stay names."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from cablenet.errors import UnknownNameError
from cablenet.report import (
    Bars,
    Curve,
    Finding,
    Gantt,
    Heading,
    KeyFigure,
    Picture,
    ReportContent,
    Section,
    Table,
    Words,
    report_html,
    write_report,
)
from cablenet.report.charts import bars_html, picture_html

EVIL = "<script>alert('x')</script>"


def content() -> ReportContent:
    """Two findings over a table of three cables, a plan with two ships and a curve."""
    cables = pd.DataFrame({"cable": ["Alpha One", "Beta", EVIL], "isolated_people": [1200, 0, 7],
                           "capacity_loss_share": [0.5, 0.25, float("nan")]})
    bars = pd.DataFrame([("Ship <A>", "Alpha One", 0.0, 3.5, "sail"),
                         ("Ship <A>", "Alpha One", 3.5, 9.0, "work")],
                        columns=["lane", "label", "from_day", "to_day", "kind"])
    lines = pd.DataFrame({"lost": [10.0, 4.0, 0.0]}, index=[0.0, 3.0, 9.0])
    return ReportContent(
        title=f"Title {EVIL}", about="First.\n\nSecond with **weight** and <tags>.",
        as_of="2026-06-01", version="0.1.0",
        findings=[Finding("Alpha isolates most.", "cables", ["Alpha One"], "bad"),
                  Finding("Two matter.", "cables", [EVIL, "Alpha One"]),
                  Finding("All are listed.", "cables")],
        figures=[KeyFigure("3", "cables")],
        sections=[Section("losses", "Losses", "Each lost alone.", [
            Table("cables", "Cables", cables, "", "cable",
                  {"isolated_people": Heading("People", bar=True)}, shown=1),
            Gantt("gantt", "Ships", bars), Curve("curve", "Back", lines, "days", "Tbps"),
            Words("Plain words.")])],
        fingerprints={"map": "ab" * 32}, provenance={"seed": "1"}, credits=["GeoNames, CC BY 4.0"],
    )


class Page(HTMLParser):
    """Ids, links to them, and script elements of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.rows: list[str] = []
        self.scripts = 0
        self.outside: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        self.scripts += tag == "script"
        if "id" in given:
            self.ids.append(given["id"])
        for key in ("href", "src", "action", "srcset", "data"):
            if key in given and not given[key].startswith("#"):
                self.outside.append(given[key])
        if given.get("href", "").startswith("#"):
            self.links.append(given["href"][1:])
        self.rows += given.get("data-rows", "").split()


def test_every_link_leads_to_something_on_the_page() -> None:
    page = Page(report_html(content()))
    assert set(page.links) <= set(page.ids)
    assert set(page.rows) <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))


def test_a_finding_points_at_its_own_rows() -> None:
    text = report_html(content())
    links = re.findall(r'href="#([^"]+)" data-rows="([^"]*)"', text)
    script_row = "cables--script-alert-x-script"
    assert links == [("cables--alpha-one", "cables--alpha-one"),
                     (script_row, f"{script_row} cables--alpha-one"), ("cables", "")]


def test_a_finding_without_its_table_or_row_is_an_error() -> None:
    lost = replace(content(), findings=[Finding("?", "nowhere")])
    with pytest.raises(UnknownNameError, match="nowhere"):
        report_html(lost)
    wrong = replace(content(), findings=[Finding("?", "cables", ["Alpha Two"])])
    with pytest.raises(UnknownNameError, match="Alpha One"):
        report_html(wrong)


def test_names_stay_names() -> None:
    text = report_html(content())
    assert "<script>alert" not in text
    assert Page(text).scripts == 1
    assert "Second with <strong>weight</strong> and &lt;tags&gt;." in text


def test_nothing_leads_outside() -> None:
    text = report_html(content())
    assert Page(text).outside == []
    assert "default-src &#x27;none&#x27;" in text or "default-src 'none'" in text


def test_the_same_content_gives_the_same_bytes() -> None:
    assert report_html(content()) == report_html(content())


def test_a_report_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError):
        write_report(replace(content(), findings=[Finding("?", "nowhere")]),
                     tmp_path / "report.html")
    assert list(tmp_path.iterdir()) == []
    assert write_report(content(), tmp_path / "report.html").is_file()
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_bars_stand_on_a_common_zero_with_their_counts_above() -> None:
    # axis 0 to 400 over 238 dots: 200 is 119 tall, 400 is 238, both stand on y = 250
    counts = pd.DataFrame({"low": [200, 0], "high <b>": [400, 100]}, index=["few", "many <a>"])
    page = bars_html(Bars("bars", "Counts", counts, "Tbps", "pairs", "What they are."))
    boxes = [(float(y), float(tall)) for y, tall in re.findall(
        r'<rect class="k-\w+" x="[\d.]+" y="([\d.]+)" width="[\d.]+" height="([\d.]+)"', page)]
    assert [round(y + tall, 1) for y, tall in boxes] == [250.0] * 4
    assert boxes[1][1] == pytest.approx(2 * boxes[0][1], abs=0.2)
    assert "<a>" not in page and "<b>" not in page
    assert ">400</text>" in page


def test_a_picture_is_inside_the_page_and_has_words() -> None:
    page = picture_html(Picture("map", "Map", b"\x89PNG", 'A "map".', "Of links."))
    assert 'src="data:image/png;base64,iVBORw=="' in page
    assert 'alt="A &quot;map&quot;."' in page
