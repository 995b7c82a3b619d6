"""Networks of SNDlib in its native text format, as a design problem of whole modules."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from cablenet.errors import InputError

NUMBER = r"[-+0-9.eE]+"
SECTION = r"^{name} \(\n(.*?)^\)"
NODE = re.compile(rf"^\s*(\S+) \( ({NUMBER}) ({NUMBER}) \)\s*$")
LINK = re.compile(rf"^\s*(\S+) \( (\S+) (\S+) \) ((?:{NUMBER} )+)\( ((?:{NUMBER} )*)\)\s*$")
DEMAND = re.compile(rf"^\s*(\S+) \( (\S+) (\S+) \) (\d+) ({NUMBER}) \S+\s*$")
Table = tuple[list[str], list[tuple[int, int, float, float]], list[tuple[int, int, float]]]


def read_sndlib(path: Path) -> Table:
    """Nodes; links as (end, end, first module, its cost); demands as (from, to, amount).

    Format: S. Orlowski, R. Wessaely, M. Pioro, A. Tomaszewski, SNDlib 1.0, Networks 55(3), 2010.

    Raises
    ------
    InputError
        with file and line, for anything that is no network of this format
    """
    text = path.read_text(encoding="utf-8")
    if not text.startswith("?SNDlib native format; type: network"):
        raise InputError(f"{path}: not a network in SNDlib's native format (first line)")
    nodes = [row[0] for row in _rows(path, text, "NODES", NODE)]
    number = {name: i for i, name in enumerate(nodes)}

    def ends(row: tuple[str, ...]) -> tuple[int, int]:
        unknown = [name for name in row[1:3] if name not in number]
        if unknown:
            raise InputError(f"{path}: '{row[0]}' names node '{unknown[0]}', which is not in NODES")
        return number[row[1]], number[row[2]]

    links = []
    for row in _rows(path, text, "LINKS", LINK):
        modules = np.array(row[4].split(), float)
        if len(modules) < 2:
            raise InputError(f"{path}: link '{row[0]}' has no module")
        links.append((*ends(row), float(modules[0]), float(modules[1])))
    demands = [(*ends(row), float(row[4])) for row in _rows(path, text, "DEMANDS", DEMAND)]
    return nodes, links, demands


def _rows(path: Path, text: str, name: str, form: re.Pattern[str]) -> list[tuple[str, ...]]:
    found = re.search(SECTION.format(name=name), text, re.M | re.S)
    if found is None:
        raise InputError(f"{path}: no section {name} ( ... )")
    first = text[:found.start(1)].count("\n") + 1
    out = []
    for line, row in enumerate(found.group(1).splitlines(), first):
        if not row.strip() or row.lstrip().startswith("#"):
            continue
        match = form.match(row)
        if match is None:
            raise InputError(f"{path}, line {line}: not an entry of {name}: {row.strip()[:60]}")
        out.append(tuple(match.groups()))
    return out
