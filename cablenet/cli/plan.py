"""`plan redundancy` and `plan repairs`: decisions, each with its certificate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cablenet.cli.common import (
    AsOf,
    Json,
    LayersArgument,
    parse_day,
    print_json,
    print_table,
    progress,
)

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None,
                  help="Plan what to build and which ship to send.")


@app.command("redundancy")
def redundancy(
    layers: LayersArgument = None,
    country: Annotated[list[str] | None, typer.Option(
        metavar="CC", help="A country that must survive any one cable loss.")] = None,
    budget_musd: Annotated[float | None, typer.Option(
        metavar="X", help="Spend at most this, in million USD, for the most protection.")] = None,
    candidates: Annotated[Path | None, typer.Option(
        metavar="FILE", help="GeoJSON of candidate cables; left out: routed by our own router.",
    )] = None,
    as_of: AsOf = None, json: Json = False,
) -> None:
    """The cheapest new cables after which the named countries survive any one cable loss."""
    import cablenet as cn
    from cablenet.errors import InputError

    if not country:
        raise InputError("name at least one country with --country, such as --country TO")
    base = cn.atlas(parse_day(as_of)) if layers is None else cn.read_layers(layers)
    with progress("candidates"):
        offered = (cn.default_candidates(base, country) if candidates is None
                   else cn.read_candidates(candidates, base))
        net = cn.build_network(base, candidates=offered)
    with progress("plan redundancy"):
        plan = cn.plan_redundancy(net, countries=country, budget_musd=budget_musd)
    if json:
        print_json(plan.to_json())
        return
    typer.echo(repr(plan))
    print_table(plan.to_frame())


@app.command("repairs")
def repairs(
    event: Annotated[str, typer.Option("--event", metavar="NAME|FILE",
                                       help="A named event, or a TOML file with one event.")],
    layers: LayersArgument = None,
    horizon_days: Annotated[int, typer.Option(help="Days to plan for.")] = 90,
    as_of: AsOf = None, json: Json = False,
) -> None:
    """Which ship repairs what, in which order, and when traffic comes back."""
    import cablenet as cn
    from cablenet.catalogue import named_event_record
    from cablenet.cli.common import open_network

    net = open_network(layers, as_of)
    record = named_event_record(event)
    scenario = cn.together(net, record["name"], record["parts"])
    with progress("plan repairs"):
        plan = cn.plan_repairs(net, scenario, horizon_days=horizon_days, router=cn.sea_router())
    if json:
        print_json(plan.to_json())
        return
    typer.echo(repr(plan))
    print_table(plan.to_frame())
