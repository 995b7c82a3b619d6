"""`write_report`: one HTML page with everything inside it, that asks nothing of the outside."""

from __future__ import annotations

import html
import os
import re
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from string import Template

from cablenet.errors import UnknownNameError
from cablenet.maps.interactive import content_policy, map_parts
from cablenet.report.charts import bars_html, curve_html, gantt_html, picture_html
from cablenet.report.content import (
    Bars,
    Block,
    Curve,
    Finding,
    Gantt,
    Picture,
    ReportContent,
    Section,
    Table,
)
from cablenet.report.tables import rows_named, table_html


def write_report(content: ReportContent, path: str | os.PathLike[str]) -> Path:
    """Write the report; it appears whole or not at all.

    Raises
    ------
    UnknownNameError
        a finding that points at a table the report does not have
    ReadError
        the report has a map and MapLibre has not been fetched
    """
    target = Path(path)
    part = target.with_name(f".{target.name}.part")
    part.write_text(report_html(content), encoding="utf-8")
    part.replace(target)
    return target


def report_html(content: ReportContent) -> str:
    """The whole page as text; the same content gives the same bytes."""
    style, script = asset("page.css"), asset("page.js")
    figure = data = ""
    if content.map is not None:
        parts = map_parts(content.map)
        style, script = parts.style + style, f"{parts.script}\n{script}"
        figure = (f'<section id="map"><h2>The map</h2><p>Pick what has failed; point at a cable '
                  f"or a station to see what it is.</p>{parts.figure}</section>")
        data = parts.data
    tables = {block.key: block for section in content.sections for block in section.blocks
              if isinstance(block, Table)}
    return Template(asset("page.html")).substitute(
        policy=content_policy([style], [script]), style=style, script=script, data=data,
        title=html.escape(content.title), subtitle=html.escape(content.subtitle),
        about=paragraphs(content.about), as_of=html.escape(content.as_of),
        version=html.escape(content.version), contents=_contents(content),
        figures=_figures(content), findings=_findings(content.findings, tables), map=figure,
        sections="\n".join(_section(section) for section in content.sections),
        provenance=_listing(content.provenance), fingerprints=_listing(content.fingerprints),
        credits="".join(f"<li>{html.escape(line)}</li>" for line in content.credits),
    )


def paragraphs(text: str) -> str:
    """Plain words as paragraphs; `**strong**` is the only markup."""
    escaped = [html.escape(part.strip()) for part in re.split(r"\n\s*\n", text) if part.strip()]
    strong = [re.sub(r"[*][*](.+?)[*][*]", r"<strong>\1</strong>", part) for part in escaped]
    return "".join(f"<p>{part}</p>" for part in strong)


def asset(name: str) -> str:
    """One of our own template files."""
    return (resources.files("cablenet.report") / "assets" / name).read_text(encoding="utf-8")


def _contents(content: ReportContent) -> str:
    entries = [("findings", "What we found")]
    if content.map is not None:
        entries.append(("map", "The map"))
    entries += [(section.key, section.title) for section in content.sections]
    entries.append(("provenance", "Where this comes from"))
    return "".join(f'<li><a href="#{html.escape(key)}">{html.escape(title)}</a></li>'
                   for key, title in entries)


def _figures(content: ReportContent) -> str:
    if not content.figures:
        return ""
    items = "".join(f'<div class="t-{f.tone}"><dt>{html.escape(f.label)}</dt>'
                    f"<dd>{html.escape(f.value)}</dd></div>" for f in content.figures)
    return f'<dl class="figures">{items}</dl>'


def _findings(findings: Sequence[Finding], tables: Mapping[str, Table]) -> str:
    """Each finding with a link to its rows; the script lights all of them up."""
    items = []
    for finding in findings:
        if finding.table not in tables:
            raise UnknownNameError("table of the report", finding.table, tables)
        table = tables[finding.table]
        known = set(map(str, table.frame.get(table.id_column, ())))
        for name in finding.rows:
            if name not in known:
                raise UnknownNameError(f"row of table '{table.key}'", str(name), known)
        rows = rows_named(table, finding.rows)
        address = rows[0] if rows else table.key
        words = f"{len(rows)} rows" if len(rows) > 1 else "the row" if rows else "the table"
        place = _on_map(finding.scenario)
        detail = f"<small>{html.escape(finding.detail)}</small>" if finding.detail else ""
        items.append(
            f'<li class="t-{finding.tone}"><span>{html.escape(finding.text)}</span> '
            f'<a class="proof" href="#{address}" data-rows="{" ".join(rows)}">{words} behind it: '
            f"{html.escape(table.title)}</a>{place}{detail}</li>")
    return "".join(items)


def _on_map(scenario: str) -> str:
    if not scenario:
        return ""
    return (f' <a class="proof" href="#map" data-scenario="{html.escape(scenario)}">'
            "on the map</a>")


def _section(section: Section) -> str:
    blocks = "\n".join(_block(block) for block in section.blocks)
    return (f'<section id="{html.escape(section.key)}"><h2>{html.escape(section.title)}</h2>'
            f"{paragraphs(section.intro)}{blocks}</section>")


def _block(block: Block) -> str:
    if isinstance(block, Table):
        return table_html(block)
    if isinstance(block, Gantt):
        return gantt_html(block)
    if isinstance(block, Curve):
        return curve_html(block)
    if isinstance(block, Bars):
        return bars_html(block)
    if isinstance(block, Picture):
        return picture_html(block)
    return paragraphs(block.text)


def _listing(pairs: Mapping[str, str]) -> str:
    items = "".join(f"<div><dt>{html.escape(key)}</dt><dd>{html.escape(value)}</dd></div>"
                    for key, value in pairs.items())
    return f'<dl class="pairs">{items}</dl>' if items else ""
