"""Make the `.ipynb` beside each notebook's `.py`, without outputs: `python notebooks/execute.py`.

The `.py` is what people edit. With `--run` each notebook is also run from a clean kernel, and the
executed copies are written to the folder named.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).parent


def stripped(script: Path) -> nbformat.NotebookNode:
    """The notebook of a script, with stable cell ids and nothing of any run."""
    notebook = jupytext.read(script)
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
    return notebook


def executed(script: Path) -> nbformat.NotebookNode:
    """The notebook of a script with its outputs."""
    notebook = stripped(script)
    NotebookClient(notebook, timeout=300, kernel_name="python3", record_timing=False,
                   resources={"metadata": {"path": str(script.parent)}}).execute()
    return notebook


def main() -> None:
    """Make all pairs of this folder, and run them if asked."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--run", type=Path, metavar="FOLDER", help="run them into this folder too")
    folder = asked.parse_args().run
    for script in sorted(HERE.glob("[0-9]*.py")):
        nbformat.write(stripped(script), script.with_suffix(".ipynb"))
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
            nbformat.write(executed(script), folder / f"{script.stem}.ipynb")


if __name__ == "__main__":
    main()
