"""Read Open Fibre Data Standard (0.3 and 0.4, JSON): networks are cables, spans are segments."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from cablenet.errors import LayersError, Problem, ReadError
from cablenet.layers import layers_from_tables
from cablenet.readers.json_text import read_json
from cablenet.readers.ofds_network import read_network
from cablenet.readers.ofds_tables import ofds_tables
from cablenet.readers.report import ImportReport, ImportResult, Note

SHOWN = 20


def read_ofds(path: Path | str) -> ImportResult:
    """Read a network package, or a single network, from a JSON file."""
    return ofds_layers(read_json(Path(path)), Path(path))


def is_ofds(document: object) -> bool:
    """Whether a JSON value looks like a network package or a network."""
    return isinstance(document, dict) and ("networks" in document or (
        "id" in document and "spans" in document))


def ofds_layers(document: object, path: Path) -> ImportResult:
    """The map in a package; every problem at once, naming network, span or node.

    Raises
    ------
    ReadError, LayersError
        what cannot be read at all; what is merely left out stands in the report
    """
    if not is_ofds(document) or not isinstance(document, dict):
        raise ReadError([Problem(path.name, "", "", "is no OFDS network package",
                                 "give an object with a list `networks`, in OFDS's JSON form")])
    found = document.get("networks", [document])
    if not isinstance(found, list) or not found:
        raise ReadError([Problem(path.name, "", "networks", "is no list of networks", "add one")])
    problems: list[Problem] = []
    notes: list[Note] = []
    networks = [network for number, one in enumerate(found, start=1)
                if (network := read_network(one, f"network {number}", path.name, problems))]
    twice = [key for key, count in Counter(one.key for one in networks).items() if count > 1]
    problems += [Problem(path.name, key, "identifier", "is there twice", "give each network its "
                         "own id") for key in twice]
    if problems:
        if len(problems) > SHOWN:
            problems = [*problems[:SHOWN], Problem(
                path.name, "", "", f"and {len(problems) - SHOWN} more", "")]
        raise ReadError(problems)
    tables = ofds_tables(networks, path, notes)
    try:
        days = {one.collected for one in networks}  # of one day, or of none
        layers = layers_from_tables(tables, name=path.stem,
                                    as_of=days.pop() if len(days) == 1 else None)
    except LayersError as error:
        raise LayersError([Problem(f"{path.name}: {p.layer}", p.row, p.column, p.message, p.cure,
                                   p.severity) for p in error.problems]) from None
    counts = {name: len(frame) for name, frame in tables.items()}
    return ImportResult(layers, ImportReport(path.name, "ofds", "", counts, tuple(notes)))
