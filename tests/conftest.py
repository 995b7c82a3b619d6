"""What all tests share: the twins on the import path, random worlds built once, Hypothesis."""

from __future__ import annotations

import sys
from pathlib import Path

import hypothesis

sys.path.insert(0, str(Path(__file__).parent))  # so that tests say `from twins import ...`

hypothesis.settings.register_profile(
    "steady", deadline=None, derandomize=True, max_examples=60, database=None,
    phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],  # shrinking builds many maps
    suppress_health_check=[hypothesis.HealthCheck.too_slow,
                           hypothesis.HealthCheck.filter_too_much],
)
hypothesis.settings.load_profile("steady")
