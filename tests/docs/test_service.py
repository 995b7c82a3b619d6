"""The page of the service tells every kind of problem, under the status it comes with."""

from __future__ import annotations

import re
from pathlib import Path

from cablenet_api.problems import KINDS

PAGE = (Path(__file__).parents[2] / "docs/service.md").read_text(encoding="utf-8")


def test_every_kind_of_problem_is_told_under_its_status_and_no_other_is():
    part = PAGE.split("## When it goes wrong")[1].split("\n## ")[0]
    told: dict[str, set[int]] = {}
    for statuses, slugs in re.findall(r"^\| ([\d, ]+) \| ([^|]+) \|", part, re.MULTILINE):
        for slug in re.findall(r"`([^`]+)`", slugs):
            told[slug] = {int(one) for one in statuses.split(",")}
    assert set(told) == set(KINDS)
    for slug, statuses in told.items():
        assert KINDS[slug].status in statuses, slug
