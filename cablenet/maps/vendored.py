"""MapLibre GL JS as set-up left it beside this file: which files, which hashes, how to read one."""

from __future__ import annotations

import hashlib
from pathlib import Path

from cablenet.errors import Problem, ReadError

FOLDER = Path(__file__).parent / "vendor"
PACKAGE = "maplibre-gl@6.17.0"
COMMAND = "python -m cablenet.maps.vendor"
FILES = {
    "maplibre-gl.mjs": (
        "package/dist/maplibre-gl.mjs",
        "e02cb08c572fd0950a75343cd558099c2a1dbbaf67f26b0c96f115431962d1ae",
    ),
    "maplibre-gl-worker.mjs": (
        "package/dist/maplibre-gl-worker.mjs",
        "73d7a024a4efe1a46e49db193e18cfe33271e3ecc652ec7542c281a4ef5f0f04",
    ),
    "maplibre-gl.css": (
        "package/dist/maplibre-gl.css",
        "a90798a1953017790e590f7e1bd35ff103a8a4263972cb47290b78adf86f8c20",
    ),
    "LICENSE.txt": (
        "package/LICENSE.txt",
        "ee5fc05a0677eaf69601d2c7db0d9ecd6cc27c3abc1d0733bc9ed34707cf8ef2",
    ),
}
"""Our name -> (name in the package, SHA-256)."""


def read_vendored(name: str) -> bytes:
    """One of MapLibre's files, checked.

    Raises
    ------
    ReadError
        the file is not there or is not what it should be; the message names the command that
        fetches it
    """
    try:
        content = (FOLDER / name).read_bytes()
    except FileNotFoundError:
        raise ReadError([Problem(name, "", "", "MapLibre has not been fetched yet",
                                 f"run `{COMMAND}` (`make demo` does)")]) from None
    if hashlib.sha256(content).hexdigest() != FILES[name][1]:
        raise ReadError([Problem(name, "", "", "is not the file that was agreed on (its hash "
                                 "differs)", f"run `{COMMAND}` again")])
    return content


def is_vendored() -> bool:
    """Whether all files are there and right."""
    return all((FOLDER / name).is_file()
               and hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == digest
               for name, (_, digest) in FILES.items())
