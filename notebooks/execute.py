"""Run every notebook from a clean kernel and keep its outputs: `python notebooks/execute.py`.

The `.py` beside each notebook is what people edit; the `.ipynb` is made from it.
"""

from __future__ import annotations

from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).parent


def executed(script: Path) -> nbformat.NotebookNode:
    """The notebook of a script with its outputs, without times and machine names."""
    notebook = jupytext.read(script)
    client = NotebookClient(notebook, timeout=300, kernel_name="python3", record_timing=False,
                            resources={"metadata": {"path": str(script.parent)}})
    client.execute()
    notebook.metadata.pop("widgets", None)
    notebook.metadata.pop("language_info", None)
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
    return notebook


def main() -> None:
    """Execute all notebooks of this folder."""
    for script in sorted(HERE.glob("[0-9]*.py")):
        nbformat.write(executed(script), script.with_suffix(".ipynb"))


if __name__ == "__main__":
    main()
