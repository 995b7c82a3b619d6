"""Files beside the database: content by its digest, written whole, never changed."""

from __future__ import annotations

import os
import secrets
import shutil
import time
from collections.abc import Set
from pathlib import Path

from sqlalchemy.engine import make_url

from cablenet_api.problems import RefusedError
from cablenet_api.store.keyed import digest_of

YOUNG_S = 86_400.0
"""A file that nothing names may belong to a job that is being finished: it stays for a day."""


class Files:
    """A folder of content, named by its SHA-256. Equal content is kept once, whoever brought it;
    so the digest is a matter of the service alone and is never given out."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, content: bytes) -> str:
        """Write content, for good and whole, and name it."""
        digest = digest_of(content)
        path = self._path(digest)
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft = path.with_name(f".{secrets.token_hex(8)}")
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
            _sync(path.parent)
        return digest

    def find(self, digest: str) -> Path:
        """The file of a digest.

        Raises
        ------
        RefusedError
            when it is not here: this server and the workers do not share their folder
        """
        path = self._path(digest)
        if not path.is_file():
            raise RefusedError("store-unavailable", "a file of this result is not at hand")
        return path

    def forget_all_but(self, named: Set[str], younger_s: float = YOUNG_S) -> int:
        """Take away files that nothing names any more, but for young ones; how many."""
        gone, before = 0, time.time() - younger_s
        for path in self._folder.glob("??/*"):
            if path.name not in named and path.stat().st_mtime < before:
                path.unlink()
                gone += 1
        for room in self._folder.glob("work/*"):  # of jobs that were dismissed or given up
            if room.stat().st_mtime < before:
                shutil.rmtree(room, ignore_errors=True)
        return gone

    def room(self, name: str) -> Path:
        """A folder for the unfinished work of a job; made by whoever needs it."""
        return self._folder / "work" / name

    def clear(self, name: str) -> None:
        """Take a job's unfinished work away."""
        shutil.rmtree(self.room(name), ignore_errors=True)

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest


def files_at(folder: str | None, database: str) -> Files:
    """The folder named, or the one beside an SQLite database, or cablenet.files here."""
    if folder is not None:
        return Files(Path(folder))
    url = make_url(database)
    name = url.database if url.drivername == "sqlite" and url.database else "cablenet"
    return Files(Path(f"{name.removesuffix('.sqlite')}.files"))


def _sync(folder: Path) -> None:
    """Make the names in a folder outlive a crash of the machine."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
