"""The documentation site builds without a warning, asks nothing outside, and leaves no name out."""

from __future__ import annotations

import html
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import cablenet as cn
from cablenet import errors

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    pytest.importorskip("sphinx", reason="builds the site; comes with cablenet[dev]")
    out = tmp_path_factory.mktemp("site")
    paths = [str(ROOT), str(ROOT / "api"), str(ROOT / "geodata")]
    done = subprocess.run([sys.executable, ROOT / "docs/site/make_site.py", out],
                          capture_output=True, text=True, timeout=600,
                          env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)})
    assert done.returncode == 0, done.stdout + done.stderr
    return out / "html"


def words(page: Path) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", page.read_text(encoding="utf-8")))


def test_no_page_loads_anything_from_outside(site):
    loads = re.compile(r"<(?:script|img|iframe|link)\b[^>]*?(?:src|href)=\"(?:https?:)?//[^>]*>")
    for page in site.rglob("*.html"):
        found = [tag for tag in loads.findall(page.read_text(encoding="utf-8"))
                 if 'rel="canonical"' not in tag]
        assert not found, (page.name, found)
    for sheet in site.rglob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        assert not re.search(r"url\(['\"]?(?:https?:)?//|@import", text)


def test_every_public_name_has_its_entry(site):
    told = (site / "docs/reference/python.html").read_text(encoding="utf-8")
    for name in set(cn.__all__) - {"__version__", "errors"}:
        assert f'id="cablenet.{name}"' in told or f"cn.{name}" in told, name


def test_every_error_and_metric_is_told(site):
    told = words(site / "docs/reference/errors.html")
    for name, thing in vars(errors).items():
        if isinstance(thing, type) and issubclass(thing, Exception):
            assert name in told, name
    told = words(site / "docs/reference/metrics.html")
    for metric in cn.METRICS.values():
        for heading in (*metric.headings, *metric.country_headings):
            assert heading.name in told, heading.name


def test_every_route_and_command_is_told(site):
    from cablenet_api import create_app
    from cablenet_api.settings import Settings

    told = words(site / "docs/reference/http.html")
    for path, operations in create_app(Settings()).openapi()["paths"].items():
        for verb in operations:
            assert f"{verb.upper()} {path}" in told, path
    told = words(site / "docs/reference/command_line.html")
    for command in ("run", "check", "import", "network", "score", "sweep", "cut-sets", "worst",
                    "plan redundancy", "plan routes", "plan repairs", "validate", "bench", "serve",
                    "worker", "admit", "sign", "audit verify"):
        assert f"cablenet {command}" in told, command


def test_every_page_of_the_documents_is_in_the_site(site):
    for page in (ROOT / "docs").rglob("*.md"):
        assert (site / page.relative_to(ROOT)).with_suffix(".html").exists(), page
