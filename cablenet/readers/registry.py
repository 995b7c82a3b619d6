"""The registry of readers: one line per format; other packages join by entry point."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from cablenet.errors import UnknownNameError
from cablenet.layers import Layers
from cablenet.readers.folder import read_folder
from cablenet.readers.generic import read_geojson
from cablenet.readers.geopackage import read_geopackage
from cablenet.readers.json_text import file_problem
from cablenet.readers.layer_document import SCHEMA, read_document
from cablenet.readers.ofds import read_ofds
from cablenet.readers.parquet import read_parquet
from cablenet.readers.report import ImportResult
from cablenet.readers.telegeography_v2 import read_telegeography_v2
from cablenet.readers.telegeography_v3 import read_telegeography_v3
from cablenet.schema import TABLES

Reader = Callable[..., ImportResult]
GROUP = "cablenet.readers"

READERS: dict[str, Reader] = {
    "telegeography-v3": read_telegeography_v3,
    "telegeography-v2": read_telegeography_v2,
    "gpkg": read_geopackage,
    "folder": read_folder,
    "csv": read_folder,
    "parquet": read_parquet,
    "geojson": read_geojson,
    "json": read_document,
    "ofds": read_ofds,
}


def read_layers(path: Path | str, format: str | None = None, **options: Any) -> Layers:
    """Read a map in any form we know.

    Parameters
    ----------
    path
        a GeoPackage, a folder of our tables (GeoJSON and CSV, or Parquet), a TeleGeography export,
        or a GeoJSON file of lines and points
    format
        the form; by default it is told from the path
    options
        what the reader of that form takes, such as `mapping` for geojson

    Raises
    ------
    ReadError, LayersError
        every problem at once, each naming file, row, column and cure
    """
    return import_map(path, format, **options).layers


def import_map(path: Path | str, format: str | None = None, **options: Any) -> ImportResult:
    """Read a map as `read_layers` does, and keep the report of every repair."""
    return find_reader(format or find_format(Path(path)))(path, **options)


def find_reader(name: str) -> Reader:
    """The reader of a form, ours or one that another package registers under cablenet.readers."""
    if name in READERS:
        return READERS[name]
    others = {point.name: point for point in entry_points(group=GROUP)}
    if name not in others:
        raise UnknownNameError("format", name, [*READERS, *others])
    reader: Reader = others[name].load()
    return reader


def find_format(path: Path) -> str:
    """Tell the form of a map from its path, without reading what is inside."""
    if path.is_dir():
        return _folder_format(path)
    if not path.is_file():
        raise file_problem(path, "does not exist", "check the path")
    suffix = path.suffix.lower()
    if suffix == ".gpkg":
        return "gpkg"
    if suffix in (".geojson", ".json"):
        return _json_format(path)
    raise file_problem(path, "is of no form known here",
                       "give a .gpkg, a .geojson, or a folder; or name the format: "
                       + ", ".join(READERS))


def _json_format(path: Path) -> str:
    """A document of ours declares its schema near its start, and OFDS has a list of networks."""
    with path.open("rb") as file:
        start = file.read(1 << 10)
    if SCHEMA.encode() in start:
        return "json"
    return "ofds" if b'"networks"' in start else "geojson"


def _folder_format(path: Path) -> str:
    for version in ("v3", "v2"):
        for inner in ("web/public/api", "public/api", "api", "."):
            if (path / inner / version / "cable" / "cable-geo.json").is_file():
                return f"telegeography-{version}"
    if (path / "cable" / "cable-geo.json").is_file():
        return _telegeography_version(path)
    for suffix, name in (("parquet", "parquet"), ("geojson", "folder"), ("csv", "folder")):
        if any((path / f"{table}.{suffix}").is_file() for table in TABLES):
            return name
    raise file_problem(path, "holds no map: no table of ours and no TeleGeography export",
                       "name the folder that holds cables.csv, segments.geojson and so on")


def _telegeography_version(path: Path) -> str:
    """A directory named after its version tells it; else the form of its lines does."""
    if path.resolve().name in ("v2", "v3"):
        return f"telegeography-{path.resolve().name}"
    with (path / "cable" / "cable-geo.json").open("rb") as file:
        return "telegeography-v2" if b'"slug"' in file.read(1 << 20) else "telegeography-v3"
