"""Read JSON text from outside safely: size, encoding, depth and numbers are checked."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np

from cablenet.errors import Problem, ReadError

LIMIT_MB = 64
DEPTH = 32
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_CHUNK = 1 << 22


def file_problem(path: Path, message: str, cure: str, row: str = "", column: str = "") -> ReadError:
    """One error about one file."""
    return ReadError([Problem(path.name, row, column, message, cure)])


def member(folder: Path, name: str) -> Path | None:
    """A file of a folder, or None where it is not there; a link out of the folder is an error."""
    path = folder / name
    if not path.is_file():
        return None
    if not path.resolve().is_relative_to(folder.resolve()):
        raise file_problem(path, "is a link that leads out of its folder",
                           "put the file itself there")
    return path


def read_bytes(path: Path, limit_mb: float = LIMIT_MB) -> bytes:
    """The bytes of one ordinary file, its size checked before it is opened."""
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise file_problem(path, "is not a file", "name a file")
        if size > limit_mb * 1e6:
            raise file_problem(path, f"is {size / 1e6:.0f} MB, more than {limit_mb:.0f} MB",
                               "split it, or leave out what is not needed")
        return path.read_bytes()
    except FileNotFoundError:
        raise file_problem(path, "does not exist", "check the path") from None
    except (PermissionError, IsADirectoryError) as error:
        raise file_problem(path, f"cannot be opened ({error.strerror})",
                           "check its permissions") from None
    except ValueError as error:
        if isinstance(error, ReadError):
            raise
        raise ReadError(f"the path cannot be used: {error}; name a file") from None


def read_text(path: Path, limit_mb: float = LIMIT_MB) -> str:
    """The text of a file in UTF-8 (a byte order mark is allowed), without NUL characters."""
    data = read_bytes(path, limit_mb)
    if not data.strip():
        raise file_problem(path, "is empty", "give a file with content")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise file_problem(path, "is UTF-16, not UTF-8", "save it as UTF-8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[:error.start].count(b"\n") + 1
        raise file_problem(path, f"is not UTF-8 (byte {error.start})", "save it as UTF-8",
                           row=f"line {line}") from None
    if "\x00" in text:
        line = text[:text.index("\x00")].count("\n") + 1
        raise file_problem(path, "contains a NUL character", "give plain text",
                           row=f"line {line}")
    return text


def read_json(path: Path, limit_mb: float = LIMIT_MB) -> object:
    """The JSON value in a file.

    Raises
    ------
    ReadError
        for a file that is too large, not UTF-8, not JSON, nested deeper than 32, or that holds
        NaN, Infinity or a lone surrogate
    """
    text = read_text(path, limit_mb)
    data = text.encode("utf-8")
    depth = nesting_depth(data)
    if depth > DEPTH:
        raise file_problem(path, f"is nested {depth} deep, more than {DEPTH}",
                           "give flat JSON: features with plain properties")
    try:
        value: object = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise file_problem(path, f"is not JSON: {error.msg} (column {error.colno})",
                           "check that the file is whole", row=f"line {error.lineno}") from None
    except ValueError as error:
        raise file_problem(path, str(error).split(";")[0], "use finite JSON numbers") from None
    if _SURROGATE.search(data):
        try:
            json.dumps(value, ensure_ascii=False).encode("utf-8")
        except UnicodeEncodeError:
            raise file_problem(path, "holds a lone surrogate (half a character, \\ud800...)",
                               "write whole characters") from None
    if b"\\u0000" in data:
        raise file_problem(path, "holds a NUL character (\\u0000)", "give plain text")
    return value


def nesting_depth(data: bytes) -> int:
    """How deep brackets nest outside strings, found without recursion."""
    plain = data.replace(b"\\\\", b"").replace(b'\\"', b"") if b"\\" in data else data
    depth, deepest, inside = 0, 0, 0
    for at in range(0, len(plain), _CHUNK):
        part = np.frombuffer(plain, dtype=np.uint8, count=min(_CHUNK, len(plain) - at), offset=at)
        quotes = np.cumsum(part == 0x22, dtype=np.int32) + inside
        outside = quotes % 2 == 0
        step = (((part == 0x5B) | (part == 0x7B)) & outside).astype(np.int32)
        step -= ((part == 0x5D) | (part == 0x7D)) & outside
        level = np.cumsum(step, dtype=np.int32) + depth
        deepest = max(deepest, int(level.max()))
        depth, inside = int(level[-1]), int(quotes[-1] % 2)
    return deepest


def _refuse_constant(word: str) -> float:
    raise ValueError(f"holds {word}, which is no JSON number")
