"""Where the tools of `make clients` lie: an environment of its own, which does not hold us."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TOOLS = Path(os.environ.get("CABLENET_CLIENTS", Path(sys.prefix) / "clients"))
SCRIPTS = Path(__file__).parents[1] / "clients"
PYTHON, MODULES = TOOLS / "bin" / "python", TOOLS / "node_modules"
needs_generator = pytest.mark.skipif(
    not PYTHON.exists(), reason=f"no openapi-python-client in {TOOLS}: make clients")
needs_node = pytest.mark.skipif(
    shutil.which("node") is None or not MODULES.exists(),
    reason=f"no node, or no node_modules in {TOOLS}: install Debian nodejs and npm, make clients")


def said(*command: str | Path, folder: Path, seconds: float = 120) -> str:
    """What a tool prints, started in a folder; it fails when the tool does, or hangs."""
    path = f"{PYTHON.parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(list(map(str, command)), cwd=folder, capture_output=True, text=True,
                          timeout=seconds, env={"PATH": path, "HOME": str(folder)})
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout + done.stderr
