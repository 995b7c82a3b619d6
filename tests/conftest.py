"""What all tests share: the twins on the import path, random worlds built once, Hypothesis."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

sys.path.insert(0, str(Path(__file__).parent))  # so that tests say `from twins import ...`

hypothesis.settings.register_profile(
    "steady", deadline=None, derandomize=True, max_examples=60, database=None,
    phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],  # shrinking builds many maps
    suppress_health_check=[hypothesis.HealthCheck.too_slow,
                           hypothesis.HealthCheck.filter_too_much],
)
hypothesis.settings.load_profile("steady")


@pytest.fixture(scope="session")
def play() -> Iterator[Any]:
    """Playwright, once a process: a second one beside it would refuse to start."""
    sync = pytest.importorskip(
        "playwright.sync_api", reason="drives the browser; comes with cablenet[dev]")
    with sync.sync_playwright() as started:
        yield started
