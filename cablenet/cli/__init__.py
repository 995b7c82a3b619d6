"""The command line: one file per group of commands, names fixed for scripts to rely on."""

from __future__ import annotations

from cablenet.cli.entry import app, main

__all__ = ["app", "main"]
