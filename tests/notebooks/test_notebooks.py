"""The notebooks run from a clean kernel on the shipped atlas, and their pairs agree."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted((ROOT / "notebooks").glob("[0-9]*.py"))
VENDOR = ROOT / "cablenet/maps/vendor"
needs_vendor = pytest.mark.skipif(not any(VENDOR.glob("*")),
                                  reason="MapLibre has not been fetched (make demo does)")

MOST_S = 60.0
"""Processor seconds of one notebook: unlike those of the clock, a loaded machine adds few."""
SPENT = """
import resource
print(sum(sum(resource.getrusage(who)[:2]) for who in (
    resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))
"""
"""The kernel's own processor seconds, and those of the processes that it has waited for."""
PAIRS = "reads a notebook's script; comes with cablenet[dev]"


def test_there_are_eight_notebooks() -> None:
    assert len(SCRIPTS) == 8


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_notebook_says_what_its_script_says_and_holds_no_outputs(script: Path) -> None:
    jupytext = pytest.importorskip("jupytext", reason=PAIRS)
    cells = json.loads(script.with_suffix(".ipynb").read_text(encoding="utf-8"))["cells"]
    ours = [(cell.cell_type, cell.source) for cell in jupytext.read(script).cells]
    assert [(cell["cell_type"], "".join(cell["source"])) for cell in cells] == ours, \
        "make it again: python notebooks/execute.py"
    for cell in cells:
        assert not cell.get("outputs") and cell.get("execution_count") is None


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_notebook_asks_a_question_and_ends_with_what_to_do_next(script: Path) -> None:
    jupytext = pytest.importorskip("jupytext", reason=PAIRS)
    cells = jupytext.read(script).cells
    assert cells[0].source.startswith("# ") and "?" in cells[0].source.splitlines()[0]
    assert "## What to do next" in cells[-1].source


@needs_vendor
@pytest.mark.filterwarnings("default")  # the kernel's own start-up is not ours to judge
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_notebook_runs_from_a_clean_kernel_in_a_minute(script: Path) -> None:
    jupytext = pytest.importorskip("jupytext", reason=PAIRS)
    nbclient = pytest.importorskip("nbclient", reason="runs notebooks; comes with cablenet[dev]")
    nbformat = pytest.importorskip("nbformat", reason="makes a cell; comes with cablenet[dev]")
    notebook = jupytext.read(script)
    notebook.cells.append(nbformat.v4.new_code_cell(SPENT))
    nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3",
                            resources={"metadata": {"path": str(script.parent)}}).execute()
    warned = [output["text"] for cell in notebook.cells for output in cell.get("outputs", [])
              if output.get("name") == "stderr"]
    assert not warned
    spent = float(notebook.cells[-1].outputs[0]["text"])
    assert 0 < spent < MOST_S, f"{spent:.1f} s of processor time"
