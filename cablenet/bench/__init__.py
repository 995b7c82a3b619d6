"""Honest timings: our work beside the library a user would pick instead, answers compared."""

from __future__ import annotations

from cablenet.bench.runner import run_bench

__all__ = ["run_bench"]
