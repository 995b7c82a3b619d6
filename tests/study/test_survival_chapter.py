"""The page of a survival plan: what it says, and that every finding points at rows it has."""

from __future__ import annotations

from cablenet.maps import vendored
from cablenet.planning.promise import Promise
from cablenet.planning.survival import plan_survival
from cablenet.report.page import report_html
from cablenet.study.survival_chapter import survival_report
from tests.planning.test_survival import star, table_of


def test_the_page_names_each_cable_its_reason_and_the_walk(monkeypatch):
    monkeypatch.setattr(vendored, "read_vendored", lambda name: b"/* stand-in */")
    table = table_of(star(), ("b", "c", 15), ("a", "b", 10), ("a", "c", 10))
    plan = plan_survival(table, Promise(1, "cable", ("BB", "CC")), next_best=1)
    page = report_html(survival_report(plan))
    for words in ("keeps BB, CC connected through the loss of AB", "none cheaper does",
                  "B - C (proposed)", "gap 0.00 %", "7 losses were walked through",
                  "data:image/png"):
        assert words in page, words
