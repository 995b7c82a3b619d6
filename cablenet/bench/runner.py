"""Run a named bench and say on which machine."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Any

from cablenet.bench.build_bench import build_cases
from cablenet.bench.case import Case, Progress
from cablenet.bench.optimum_bench import optimum_cases
from cablenet.bench.planning_bench import planning_cases
from cablenet.bench.repair_bench import repair_cases
from cablenet.bench.worst_bench import worst_cases
from cablenet.errors import InputError, UnknownNameError


def _sweep_cases(data: Path | None, progress: Progress) -> list[Case]:
    try:
        from cablenet.bench.sweep_bench import sweep_cases  # igraph and rustworkx, only for this
    except ImportError as error:
        raise InputError(f"this bench needs {error.name}; install cablenet[bench]") from error
    return sweep_cases(data, progress)


BENCHES = {"build": build_cases, "flow": optimum_cases, "planning": planning_cases,
           "repairs": repair_cases, "sweep": _sweep_cases, "worst": worst_cases}


def run_bench(name: str, *, data: Path | None = None,
              progress: Progress | None = None) -> dict[str, Any]:
    """Run one bench by name.

    Returns
    -------
    `{"name", "machine", "cases": [{"case", "n", "ours_s", "peers", "equal",
    "ratio_to_fastest_peer"}]}`, seconds per whole case; for repairs each case has `told` as well:
    objective, bound and gap of each solver
    """
    if name not in BENCHES:
        raise UnknownNameError("bench", name, BENCHES)
    cases = BENCHES[name](data, progress or (lambda *_: None))
    machine = (f"{os.cpu_count()} cores, {platform.machine()}, "
               f"Python {platform.python_version()}, {platform.system()}")
    return {"name": name, "machine": machine, "cases": [case.to_json() for case in cases]}
