"""A plan's page as Markdown, HTML and PDF: three ways to write the same sections and tables."""

from __future__ import annotations

import io
import re
from html import escape
from typing import Any

from cablenet_api.plans.page import Page, Section, Table

JAPANESE = "[\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]"
JAPANESE_FONT = "HeiseiKakuGo-W5"
STYLE = """\
body{font:15px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;
color:#1b2430;background:#fff}
table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}
th,td{border-bottom:1px solid #d5dbe3;padding:.35rem .6rem;text-align:left;vertical-align:top;
overflow-wrap:anywhere}
th{font-weight:600;background:#f2f5f8}h1{font-size:1.7rem}h2{font-size:1.15rem;margin-top:2rem}
@media (prefers-color-scheme:dark){body{color:#e4e9ef;background:#12161c}
th{background:#1d242d}th,td{border-color:#333c47}}"""


def markdown_of(page: Page) -> str:
    """CommonMark with pipe tables."""
    lines = [f"# {_plain(page.title)}", "", *_paragraphs(page.sentences)]
    for section in page.sections:
        lines += [f"## {_plain(section.title)}", "", *_paragraphs(section.sentences)]
        if section.table is not None:
            lines += [*_pipes(section.table), ""]
    return "\n".join(lines).rstrip() + "\n"


def html_of(page: Page) -> str:
    """One file without scripts and without anything from outside."""
    body = [f"<h1>{escape(page.title)}</h1>", *(f"<p>{escape(one)}</p>" for one in page.sentences)]
    for section in page.sections:
        body.append(f"<h2>{escape(section.title)}</h2>")
        body += [f"<p>{escape(one)}</p>" for one in section.sentences]
        if section.table is not None:
            body.append(_html_table(section.table))
    return ("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
            "<meta name=\"viewport\" content=\"width=device-width\">"
            f"<title>{escape(page.title)}</title><style>{STYLE}</style></head><body>\n"
            + "\n".join(body) + "\n</body></html>\n")


def pdf_of(page: Page) -> bytes:
    """A4 across, with page numbers; the same bytes for the same page."""
    from reportlab.lib.pagesizes import A4, landscape
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.lib.units import mm
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.platypus import Paragraph, SimpleDocTemplate

    registerFont(UnicodeCIDFont(JAPANESE_FONT))
    styles = getSampleStyleSheet()
    flow = [Paragraph(_pdf_text(page.title), styles["Title"])]
    flow += [Paragraph(_pdf_text(one), styles["BodyText"]) for one in page.sentences]
    width = landscape(A4)[0] - 30 * mm
    for section in page.sections:
        flow += _pdf_section(section, styles, width)
    out = io.BytesIO()
    document = SimpleDocTemplate(out, pagesize=landscape(A4), title=page.title, invariant=1,
                                 leftMargin=15 * mm, rightMargin=15 * mm, topMargin=15 * mm,
                                 bottomMargin=15 * mm)
    document.build(flow, onFirstPage=_page_number, onLaterPages=_page_number)
    return out.getvalue()


def _pdf_section(section: Section, styles: Any, width: float) -> list[Any]:
    from reportlab.lib.colors import HexColor
    from reportlab.platypus import KeepTogether, Paragraph
    from reportlab.platypus import Table as PdfTable

    heading = Paragraph(_pdf_text(section.title), styles["Heading2"])
    body = styles["BodyText"].clone("cell", fontSize=8, leading=10)
    flow: list[Any] = [Paragraph(_pdf_text(one), styles["BodyText"])
                          for one in section.sentences]
    if section.table is not None:
        rows = [[Paragraph(f"<b>{_pdf_text(one)}</b>", body) for one in section.table.columns],
                *([Paragraph(_pdf_text(one), body) for one in row] for row in section.table.rows)]
        flow.append(PdfTable(rows, colWidths=[width / len(section.table.columns)] * len(rows[0]),
                             repeatRows=1, hAlign="LEFT", style=[
            ("BACKGROUND", (0, 0), (-1, 0), HexColor("#f2f5f8")),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, HexColor("#d5dbe3"))]))
    return [KeepTogether([heading, flow[0]]), *flow[1:]] if flow else [heading]


def _page_number(canvas: Any, document: Any) -> None:
    canvas.setFont("Helvetica", 8)
    canvas.drawRightString(
        document.pagesize[0] - 42, 24, str(document.page))


def _pdf_text(text: str) -> str:
    """Text for a paragraph. Japanese goes to a font that every PDF reader brings along; what
    neither font has (Devanagari, which needs shaping) becomes its name: use HTML for that."""
    parts = re.split(f"({JAPANESE}+)", text)
    return "".join(
        f'<font name="{JAPANESE_FONT}">{escape(part, quote=False)}</font>'
        if re.match(JAPANESE, part)
        else escape(part.encode("cp1252", "namereplace").decode("cp1252"), quote=False)
        for part in parts)


def _html_table(table: Table) -> str:
    head = "".join(f"<th scope=\"col\">{escape(one)}</th>" for one in table.columns)
    rows = "".join("<tr>" + "".join(f"<td>{escape(one)}</td>" for one in row) + "</tr>"
                   for row in table.rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _pipes(table: Table) -> list[str]:
    return ["| " + " | ".join(map(_cell, row)) + " |" for row in (
        table.columns, ("---",) * len(table.columns), *table.rows)]


def _paragraphs(sentences: tuple[str, ...]) -> list[str]:
    return [line for one in sentences for line in (_plain(one), "")]


def _cell(text: str) -> str:
    return text if text == "---" else _plain(text).replace("|", "\\|")


def _plain(text: str) -> str:
    """One line that Markdown takes for text and not for markup."""
    line = " ".join(text.split())
    for mark in "\\`*_[]<>#":
        line = line.replace(mark, "\\" + mark)
    return line
