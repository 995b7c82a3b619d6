"""What all commands share: the map they are asked about, JSON out, tables out, progress."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    import pandas as pd

    from cablenet.network import Network

LayersArgument = Annotated[
    Path | None, typer.Argument(help="A map: GeoPackage, folder of GeoJSON + CSV, Parquet folder, "
                                     "TeleGeography directory; left out: the shipped atlas.",
                                show_default=False)]
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DATE",
                                          help="The day asked about, YYYY-MM-DD.")]
DemandFile = Annotated[Path | None, typer.Option(
    "--demand", metavar="FILE", help="Your own demand matrix (CSV or Parquet: from, to, tbps, ...) "
                                     "in place of the gravity model.")]
DemandYear = Annotated[int | None, typer.Option(
    "--demand-year", metavar="YEAR", help="The year whose peak demand is asked about: the FILE "
                                          "must be of it; without one, demand is grown to it.")]
TrafficFile = Annotated[Path | None, typer.Option(
    "--traffic-rules", metavar="FILE", help="Limits of rerouting (TOML: headroom, backup, refuse, "
                                            "restore).")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]


def given(ctx: typer.Context) -> dict[str, str]:
    """The options that the line itself gives, by parameter: `budget_musd` -> `--budget-musd`."""
    out = {}
    for parameter in ctx.command.params:
        source = ctx.get_parameter_source(str(parameter.name))
        if source is not None and source.name == "COMMANDLINE":
            out[str(parameter.name)] = parameter.opts[0]
    return out


def open_network(layers: Path | None, as_of: str | None, demand: Path | None = None,
                 demand_year: int | None = None) -> Network:
    """The network of a named map, or of the atlas, with its own demand or that of a file."""
    import cablenet as cn

    day = parse_day(as_of)
    found = cn.atlas(day) if layers is None else cn.read_layers(layers)
    return cn.build_network(found, as_of=day, demand=demand, demand_year=demand_year)


def parse_day(as_of: str | None) -> Any:
    """A date, or an input error that says how to write one."""
    from datetime import date

    from cablenet.errors import InputError

    if as_of is None:
        return None
    try:
        return date.fromisoformat(as_of)
    except ValueError as error:
        raise InputError(f"--as-of: '{as_of}' is not a date; write YYYY-MM-DD") from error


def print_json(value: Mapping[str, Any]) -> None:
    """One JSON object on stdout; infinity and NaN become null."""
    typer.echo(json.dumps(plain(value), ensure_ascii=False, allow_nan=False))


def plain(value: Any) -> Any:
    """Values as JSON knows them."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [plain(item) for item in value]
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str | int | bool) or value is None:
        return value
    return str(value)


def print_table(frame: pd.DataFrame, title: str = "") -> None:
    """A frame as a table on stdout, numbers to three figures."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify="left", header_style="bold", box=None, pad_edge=False)
    numeric = [frame[column].dtype.kind in "fiu" for column in frame.columns]
    for column, is_number in zip(frame.columns, numeric, strict=True):
        table.add_column(str(column), justify="right" if is_number else "left", overflow="fold")
    for row in frame.itertuples(index=False):
        table.add_row(*[_cell(value) for value in row])
    screen = Console()
    wide = None if screen.is_terminal else Console(width=9999).measure(table).maximum + 1
    Console(width=wide).print(table)  # files and pipes have no right edge to fold at


def _cell(value: Any) -> str:
    if isinstance(value, float):
        if math.isnan(value):
            return "-"
        if math.isinf(value):
            return "∞"
        return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:,.2f}"
    return str(value)


@contextmanager
def progress(title: str) -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar on stderr; yields a callback (what, done, all)."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    with Progress(TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(),
                  console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)

        def tell(what: str, done: int, total: int) -> None:
            bar.update(task, description=f"{title}: {what}" if what else title,
                       completed=done, total=total)

        yield tell
