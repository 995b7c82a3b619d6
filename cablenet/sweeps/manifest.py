"""The durable record of a sweep: one line of JSON for the job, then one for every chunk.

    {"cablenet_sweep": 1, "fingerprint": ..., "chunks": ..., "scenarios": ..., "job": ..., ...}
    {"chunk": 0, "status": "done", "scenarios": ..., "rows": ..., "file": ..., "sha256": ...}
    {"chunk": 1, "status": "failed", "scenarios": ..., "error": ...}
    {"aggregate": "countries", "file": ..., "rows": ..., "sha256": ...}
    {"digest": ..., "solved": ..., "failed": ...}

While a sweep runs, chunk lines are appended in the order of completion, each synced to disk after
its part; the last two kinds come when all is done, and the whole is written again in chunk order.
A torn line is as good as none, and a line is believed only when its file has the hash it says.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from cablenet.errors import ReadError

FORMAT = 1
NAME = "manifest.jsonl"


@dataclass(frozen=True)
class ChunkLine:
    """What became of one chunk."""

    chunk: int
    status: str  # done | failed
    scenarios: int
    rows: int = 0
    file: str = ""
    sha256: str = ""
    error: str = ""

    def to_json(self) -> dict[str, Any]:
        """As a line of the manifest."""
        words: dict[str, Any] = {"chunk": self.chunk, "status": self.status,
                                 "scenarios": self.scenarios}
        if self.status == "failed":
            return words | {"error": self.error}
        return words | {"rows": self.rows, "file": self.file, "sha256": self.sha256}


@dataclass(frozen=True)
class Manifest:
    """A manifest as read: the header, the last word on each chunk, the end if it got there."""

    header: Mapping[str, Any]
    chunks: Mapping[int, ChunkLine]
    aggregates: tuple[Mapping[str, Any], ...]
    end: Mapping[str, Any] | None


def line_bytes(words: Mapping[str, Any]) -> bytes:
    """One line; keys stay in the order given, so the same words are the same bytes."""
    return (json.dumps(words, ensure_ascii=False, allow_nan=False) + "\n").encode()


def write_durably(path: Path, data: bytes) -> None:
    """Write a file so that it is whole or absent, whoever is killed when."""
    draft = draft_of(path)
    with draft.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def draft_of(path: Path) -> Path:
    """Where a file is written until it is whole."""
    return path.with_name(f".{path.name}.tmp")


def append_line(journal: BinaryIO, words: Mapping[str, Any]) -> None:
    """Add one line to an open, unbuffered manifest and wait until the disk has it."""
    journal.write(line_bytes(words))
    os.fsync(journal.fileno())


def sha256_of(path: Path) -> str:
    """The hash of a file, or an empty text when it is not there."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return ""


def write_manifest(path: Path, header: Mapping[str, Any], chunks: Iterable[ChunkLine],
                   aggregates: Iterable[Mapping[str, Any]] | None = None) -> str:
    """Write the whole manifest in chunk order; with aggregates it is final and has a digest.

    Returns
    -------
    the digest: sha256 over all lines before the last, and so over the hash of every file
    """
    ordered = sorted(chunks, key=lambda line: line.chunk)
    body = line_bytes(header) + b"".join(line_bytes(line.to_json()) for line in ordered)
    if aggregates is None:
        write_durably(path, body)
        return ""
    body += b"".join(line_bytes(line) for line in aggregates)
    digest = hashlib.sha256(body).hexdigest()
    solved = sum(line.scenarios for line in ordered if line.status == "done")
    failed = sum(line.scenarios for line in ordered if line.status == "failed")
    write_durably(path, body + line_bytes({"digest": digest, "solved": solved, "failed": failed}))
    return digest


def read_manifest(path: Path) -> Manifest:
    """Read a manifest, finished or not; torn and damaged lines behind the header are passed over.

    Raises
    ------
    ReadError
        when the first line is not the header of a sweep
    """
    with path.open("rb") as file:
        lines = file.read().split(b"\n")
    header = _words(lines[0])
    if header.get("cablenet_sweep") != FORMAT or "fingerprint" not in header:
        raise ReadError(f"{path}: is not the manifest of a sweep of format {FORMAT}; "
                        "name another folder for the new sweep")
    chunks: dict[int, ChunkLine] = {}
    aggregates: list[Mapping[str, Any]] = []
    end = None
    for words in map(_words, lines[1:]):
        if words.get("status") in ("done", "failed"):
            line = _chunk_line(words)
            if line is not None:
                chunks[line.chunk] = line
        elif "aggregate" in words:
            aggregates.append(words)
        elif "digest" in words:
            end = words
    return Manifest(header, chunks, tuple(aggregates), end)


@contextmanager
def alone_in(folder: Path) -> Iterator[bool]:
    """Hold a folder against a second run; False when another run has it. Ends with the process."""
    try:
        import fcntl
    except ImportError:  # Windows: nothing to hold it with
        yield True
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)


def _words(line: bytes) -> Mapping[str, Any]:
    try:
        words = json.loads(line)
    except ValueError:  # torn, or not UTF-8
        return {}
    return words if isinstance(words, dict) else {}


def _chunk_line(words: Mapping[str, Any]) -> ChunkLine | None:
    if not isinstance(words.get("chunk"), int) or not isinstance(words.get("scenarios"), int):
        return None
    return ChunkLine(words["chunk"], words["status"], words["scenarios"],
                     int(words.get("rows", 0)), str(words.get("file", "")),
                     str(words.get("sha256", "")), str(words.get("error", "")))
