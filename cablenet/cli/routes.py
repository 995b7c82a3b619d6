"""`plan routes`: the ways one new cable could take, none worse than another in all that counts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cablenet.cli.common import (
    AsOf,
    Json,
    LayersArgument,
    open_network,
    print_json,
    print_table,
    progress,
)

SHOWN = ("choice", "length_km", "cost_low_musd", "cost_musd", "cost_high_musd", "faults_per_year",
         "shared_km", "shallow_km", "jurisdictions")


def routes(
    start: Annotated[str, typer.Argument(
        metavar="A", help="A station by id or name, or LON,LAT; where LON is below 0, write -- "
        "after the options and before A.")],
    end: Annotated[str, typer.Argument(metavar="B", help="The same, for the other end.")],
    layers: LayersArgument = None,
    avoid: Annotated[list[str] | None, typer.Option(
        metavar="CC", help="No way enters waters that this country claims, disputed ones "
        "included.")] = None,
    keep_km_from_cables: Annotated[float, typer.Option(
        metavar="KM", help="Nearer than this to a cable in service counts as shared.")] = 25.0,
    most: Annotated[int, typer.Option(metavar="N", help="At most so many ways.")] = 6,
    out: Annotated[Path | None, typer.Option(
        metavar="DIR", help="A folder for routes.gpkg, routes.geojson, routes.csv and map.png.",
    )] = None,
    as_of: AsOf = None, json: Json = False,
) -> None:
    """Ways for a cable from A to B: a Pareto set over cost, faults a year and shared km."""
    import cablenet as cn

    net = open_network(layers, as_of)
    with progress("route choices"):
        ways = cn.route_choices(net, _place(start), _place(end), avoid=avoid or (),
                                keep_km_from_cables=keep_km_from_cables, most=most)
    if out is not None:
        from cablenet.study.route_folder import write_routes

        write_routes(ways, out)
    if json:
        print_json({"network": net.fingerprint, "start": ways.start, "end": ways.end,
                    "avoided": ways.avoided, "keep_km_from_cables": ways.keep_km,
                    "tried": ways.tried, "routes": ways.to_frame().to_dict("records")})
        return
    print_table(ways.to_frame()[list(SHOWN)], ways.title)
    round_ = f"; none enters waters that {' or '.join(avoid)} claims" if avoid else ""
    typer.echo(f"{ways.tried} ways tried; shared: km within {ways.keep_km:g} km of a cable in "
               f"service{round_}")


def _place(text: str) -> str | tuple[float, float]:
    """LON,LAT as a place; anything else is the id or name of a station."""
    try:
        lon, lat = (float(part) for part in text.split(","))
    except ValueError:
        return text
    return lon, lat
