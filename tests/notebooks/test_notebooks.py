"""The notebooks run from a clean kernel on the shipped atlas, and their pairs agree."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted((ROOT / "notebooks").glob("[0-9]*.py"))
ATLAS = ROOT / "geodata/cablenet_geodata/land.parquet"
VENDOR = ROOT / "cablenet/maps/vendor"
needs_atlas = pytest.mark.skipif(not ATLAS.exists(), reason="the shipped atlas is not built yet")
needs_vendor = pytest.mark.skipif(not any(VENDOR.glob("*")),
                                  reason="MapLibre has not been fetched (make demo does)")


def test_there_are_notebooks() -> None:
    assert SCRIPTS


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_notebook_says_what_its_script_says(script: Path) -> None:
    jupytext = pytest.importorskip("jupytext")
    notebook = script.with_suffix(".ipynb")
    if not notebook.exists():
        pytest.skip("not executed yet: python notebooks/execute.py")
    ours = [(cell.cell_type, cell.source) for cell in jupytext.read(script).cells]
    theirs = [(cell["cell_type"], "".join(cell["source"]))
              for cell in json.loads(notebook.read_text())["cells"]]
    assert theirs == ours


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_committed_notebook_is_executed_in_order_without_errors(script: Path) -> None:
    notebook = script.with_suffix(".ipynb")
    if not notebook.exists():
        pytest.skip("not executed yet: python notebooks/execute.py")
    text = notebook.read_text()
    cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    kinds = {output["output_type"] for cell in cells for output in cell["outputs"]}
    assert "error" not in kinds
    assert not [output for cell in cells for output in cell["outputs"]
                if output.get("name") == "stderr"]
    assert len(text) < 2_000_000, "small enough to read in a diff viewer"
    assert "/home/" not in text and "/root/" not in text


@needs_atlas
@needs_vendor
@pytest.mark.filterwarnings("default")  # the kernel's own start-up is not ours to judge
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_notebook_runs_from_a_clean_kernel(script: Path) -> None:
    jupytext = pytest.importorskip("jupytext")
    nbclient = pytest.importorskip("nbclient")
    notebook = jupytext.read(script)
    nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3",
                            resources={"metadata": {"path": str(script.parent)}}).execute()
    drawn = [output for cell in notebook.cells for output in cell.get("outputs", [])
             if "image/png" in output.get("data", {})]
    assert drawn
