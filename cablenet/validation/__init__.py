"""Our figures beside published ones: ours, theirs, tolerance, source, pass or miss."""

from __future__ import annotations

from cablenet.validation.check import Check
from cablenet.validation.runner import run_checks

__all__ = ["Check", "run_checks"]
