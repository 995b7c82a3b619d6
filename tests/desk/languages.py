"""What a reader sees of the desk in Japanese or Hindi, and what of it is left in English."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.desk.conftest import Desk

WORDS = Path(__file__).parents[2] / "api" / "cablenet_api" / "desk" / "words"
LANGUAGES = ("ja", "hi")
SEEN = """() => {
  const page = document.documentElement;
  const foreign = (one) => one.closest("[lang]").lang !== page.lang;
  const skipped = (node) => node.parentElement.closest("pre,code,noscript,script,textarea");
  const shown = (one) => one.tagName === "OPTION" || one.checkVisibility();
  const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode, over = node.parentElement;
    if (!skipped(node) && shown(over) && !foreign(over)) found.push(node.textContent);
  }
  for (const one of document.querySelectorAll("[aria-label],[placeholder],button[title]"))
    if (one.checkVisibility() && !foreign(one)) found.push(
      one.ariaLabel ?? "", one.placeholder ?? "", one.tagName === "BUTTON" ? one.title : "");
  return [document.title, ...found].map((text) => text.trim()).filter(Boolean);
}"""
CODES = {"tbps", "gbps", "km", "ms", "usd", "json", "csv", "geojson", "png", "webgl", "utc", "md",
         "html", "pdf", "ics", "gpkg", "cablenet", "worker", "sign", "new", "key", "signature",
         "id", "gdp", "cert"}
"""Units, forms of files, commands and what is called so everywhere."""


def choose(desk: Desk, code: str) -> None:
    """The reader's language, from the box in the header."""
    label = json.loads((WORDS / f"{code}.json").read_text(encoding="utf-8"))["tab_jobs"]
    desk.page.select_option("#language", code)
    desk.page.wait_for_selector(f"#tab-jobs:text-is('{label}')")


def names_of(value: Any) -> Iterator[str]:
    """Every text of the map's data."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from names_of(one)
    elif isinstance(value, list):
        for one in value:
            yield from names_of(one)


def proper_names(desk: Desk, typed: Sequence[str]) -> set[str]:
    """Words of the names of cables, stations, straits and events of the map, and what the test
    typed."""
    data = desk.page.evaluate("import('/desk/api.js').then((api) => api.get('desk/map'))")
    told = (data["cables"], data["stations"], data["chokepoints"], data["events"], data["gateways"],
            data["hubs"], data["network"], list(typed))
    return {word.casefold() for text in map(list, map(names_of, told)) for one in text
            for word in re.findall(r"[A-Za-z]+", one)}


def english(texts: list[str], known: set[str]) -> set[str]:
    """Texts with a word in Latin letters that is no name, no code and no code of a country."""
    return {text for text in texts for word in re.findall(r"[A-Za-z][A-Za-z']+", re.sub(
        r"\b[0-9a-f]{12,}\b|place:\S+", "", text))
        if word.casefold() not in known | CODES and not re.fullmatch(r"[A-Z]{2,3}\d?", word)}


def left(desk: Desk, code: str, view: str, known: set[str]) -> dict[str, list[str]]:
    """What is left in English of what is on the screen, by view; its picture is kept."""
    desk.picture(f"{code} {view}")
    found = english(desk.page.evaluate(SEEN), known)
    return {view: sorted(found)} if found else {}


def left_in_either(desk: Desk, view: str, known: set[str]) -> dict[str, list[str]]:
    """The same in both languages, one after the other; then the page is English again."""
    wrong: dict[str, list[str]] = {}
    for code in LANGUAGES:
        choose(desk, code)
        wrong |= left(desk, code, f"{view}, {code}", known)
    choose(desk, "en")
    return wrong
