"""Outputs appear whole or not at all: write beside the target, then rename."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from cablenet.errors import InputError, Problem


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A path to write to; it becomes `path` when the block ends without an error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        draft = folder / path.name
        yield draft
        draft.replace(path)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def whole_folder(path: Path, marker: str) -> Iterator[Path]:
    """A new folder to fill; it becomes `path` when the block ends without an error.

    Parameters
    ----------
    marker
        the file that every folder of this kind holds; an old folder is replaced only when it is
        empty or holds it, so that nobody loses files to a slip of the path

    Raises
    ------
    InputError
        when `path` is a file, or a folder of another kind
    """
    if path.exists() and not (path.is_dir() and (
            (path / marker).is_file() or not any(path.iterdir()))):
        raise InputError([Problem(path.name, "", "", f"is there already and holds no {marker}",
                                  "name a new folder, or empty this one")])
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        draft = folder / "new"
        draft.mkdir()
        yield draft
        if path.exists():
            path.rename(folder / "old")
        draft.rename(path)
    except BaseException:
        if (folder / "old").exists() and not path.exists():
            (folder / "old").rename(path)
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)
