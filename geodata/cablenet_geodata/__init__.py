"""The shipped open atlas of cablenet: data files only, found by `path(name)`."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path


def path(name: str = "") -> Path:
    """Where a file of the atlas lies; without a name, the folder itself."""
    return Path(str(files(__name__).joinpath(name) if name else files(__name__)))
