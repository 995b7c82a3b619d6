"""`export`: our layers in a form that others read, with what that form cannot hold."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, get_args

import typer

from cablenet.cli.common import Json, LayersArgument, print_json

FORMS = ("ofds", "gpkg", "folder", "parquet", "json")


def export_map(
    format: Annotated[str, typer.Argument(help="ofds (Open Fibre Data Standard), gpkg, folder, "
                                               "parquet or json.")],
    layers: LayersArgument = None,
    *,
    out: Annotated[Path, typer.Option("--out", metavar="PATH", help="File or folder to write.")],
    publisher: Annotated[str, typer.Option(help="With ofds: who answers for the data.")] = "",
    json: Json = False,
) -> None:
    """Write a map in another form; what that form cannot hold is said, by table and column."""
    import cablenet as cn
    from cablenet.errors import InputError, UnknownNameError
    from cablenet.files.layer_writer import Form

    if format not in FORMS:
        raise UnknownNameError("form of layers", format, FORMS)
    if publisher and format != "ofds":
        raise InputError(f"--publisher goes with ofds, not with {format}; leave it out")
    found = cn.atlas() if layers is None else cn.read_layers(layers)
    left_out: dict[str, dict[str, int]] = {}
    if format == "ofds":
        left_out = cn.write_ofds(found, out, publisher=publisher).left_out
    else:
        cn.write_layers(found, out, next(form for form in get_args(Form) if form == format))
    if json:
        print_json({"out": str(out), "form": format, "cables": len(found.cables),
                    "segments": len(found.segments), "left_out": left_out})
        return
    typer.echo(f"{out} holds {found!r}")
    if left_out:
        typer.echo(f"\nLeft out, since {format} has no place for it (table: column and how many):")
    for table, columns in left_out.items():
        words = ", ".join(f"{count:,} rows" if column == "*" else f"{column} {count:,}"
                          for column, count in columns.items())
        typer.echo(f"  {table}: {words}")
