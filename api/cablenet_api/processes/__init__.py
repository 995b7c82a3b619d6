"""Verbs of the library as processes: a name, the inputs it takes, what it answers."""

from __future__ import annotations

from cablenet_api.processes.table import PROCESSES, Process

__all__ = ["PROCESSES", "Process"]
