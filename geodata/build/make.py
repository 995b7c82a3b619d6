"""Make the open atlas: `python geodata/build/make.py [--out DIR] [--cache DIR]`.

One command, reproducible byte for byte: raw packages are fetched by name and checked against
`raw.toml`, routes and tables are built, and every file is written sorted and in fixed formats.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

import assemble
import coast
import geometry
import geopandas as gpd
import pandas as pd
import raw
import write

from cablenet.geo.landmass import Land
from cablenet.layer_checks import row_keys
from cablenet.layers import layers_from_tables
from cablenet.schema import TABLES, markdown

COLUMNS_MARK = "<!-- columns: written by build/make.py from cablenet.schema -->"


def main() -> int:
    """Fetch, build, write, and print what a reader should know."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE.parent / "cablenet_geodata")
    parser.add_argument("--cache", type=Path, default=assemble.cache_default())
    asked = parser.parse_args()
    start = time.monotonic()
    packages = raw.fetch(asked.cache)
    asked.out.mkdir(parents=True, exist_ok=True)
    shapes = geometry.build(asked.out, asked.cache)
    print(f"geometry after {time.monotonic() - start:.0f} s")
    land = Land(coast.load_coast(asked.cache).parts)
    tables = assemble.tables(shapes, land, packages)
    write_all(tables, asked.out)
    write.write_csv(shapes["length_check"], asked.out / "length_check.csv")
    write_readme(HERE.parent / "README.md")
    for line in assemble.problems(tables):
        print(line)
    print(f"{hash_of(asked.out)} after {time.monotonic() - start:.0f} s")
    return 0


def write_all(tables: dict[str, Any], out: Path) -> None:
    """Every table of the schema, checked as a whole first, and the calibration table."""
    layers = layers_from_tables({name: tables[name] for name in tables if name in TABLES},
                                name="open atlas")
    for name, table in TABLES.items():
        frame = layers.tables[name]
        frame = frame.iloc[pd.Series(row_keys(frame, table)).argsort(kind="stable").to_numpy()]
        if isinstance(frame, gpd.GeoDataFrame):
            write.write_geojson(frame, out / f"{name}.geojson")
        else:
            write.write_csv(frame, out / f"{name}.csv")
    write.write_csv(tables["calibration"], out / "calibration.csv")
    (out / "layers.json").write_text(
        '{"form": "cablenet-1", "name": "open atlas", "as_of": null}\n', encoding="utf-8")
    stated = pd.read_csv(HERE / "facts/chokepoints.csv")
    write.write_csv(stated[["choke_id", "system_ids", "source_ids", "confidence"]],
                    out / "chokepoint_lists.csv")


def write_readme(path: Path) -> None:
    """Renew the column tables at the end of geodata/README.md from the schema."""
    head = path.read_text(encoding="utf-8").split(COLUMNS_MARK)[0]
    path.write_text(f"{head}{COLUMNS_MARK}\n\n{markdown()}", encoding="utf-8", newline="\n")


def hash_of(out: Path) -> str:
    """One SHA-256 over all files of the folder, by name, for comparing two runs."""
    digest = hashlib.sha256()
    for path in sorted(out.iterdir()):
        if path.is_file() and not path.name.endswith((".py", ".pyc")):
            digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
