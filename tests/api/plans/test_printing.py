"""A plan on paper: Markdown, HTML, PDF, and its days in a calendar."""

from __future__ import annotations

from datetime import date
from html.parser import HTMLParser

import icalendar
from cablenet_api.plans.calendar import calendar_of
from cablenet_api.plans.document import PlanDocument
from cablenet_api.plans.page import LISTS, page_of
from cablenet_api.plans.printing import html_of, markdown_of, pdf_of
from cablenet_api.plans.states import PlanVersion

from .conftest import NOON


def test_markdown_holds_every_section_that_is_filled(document: PlanDocument) -> None:
    text = markdown_of(page_of(PlanVersion("ring", 1, document)))
    assert text.startswith("# Ring repair, joint plan\n")
    for name, (title, _) in LISTS.items():
        assert (f"## {title}\n" in text) == bool(getattr(document, name)), name
    assert "| Two cables | BB | yes | 1.00 |" in text
    assert "Still to sign: india, japan." in text


def test_what_looks_like_markup_stays_text(document: PlanDocument) -> None:
    plan = document.model_copy(update={"title": "<script>alert(1)</script> | *x*"})
    page = page_of(PlanVersion("ring", 1, plan))
    assert "<script>" not in html_of(page)
    assert "\\*x\\*" in markdown_of(page)
    tags: set[str] = set()

    class Tags(HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:
            tags.add(tag)

    Tags().feed(html_of(page))
    assert tags <= {"html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "table",
                    "thead", "tbody", "tr", "th", "td"}


def test_the_pdf_is_the_same_for_the_same_page(document: PlanDocument) -> None:
    page = page_of(PlanVersion("ring", 1, document))
    one = pdf_of(page)
    assert one.startswith(b"%PDF-") and one == pdf_of(page)


def test_letters_beyond_the_font_do_not_break_the_pdf(document: PlanDocument) -> None:
    plan = document.model_copy(update={"title": "日印 & <共同>"})
    assert pdf_of(page_of(PlanVersion("ring", 1, plan))).startswith(b"%PDF-")


def test_reviews_and_exercises_become_calendar_entries(document: PlanDocument) -> None:
    found = icalendar.Calendar.from_ical(calendar_of("ring", 2, document, written=NOON))
    days = {str(one["summary"]): one["dtstart"].dt for one in found.walk("VEVENT")}
    assert days == {
        "In force: Ring repair, joint plan": date(2026, 6, 1),
        "Review due: Ring repair, joint plan": date(2027, 6, 1),
        "Exercise (tabletop): Ring repair, joint plan, two": date(2026, 9, 1)}
    assert len({str(one["uid"]) for one in found.walk("VEVENT")}) == 3
