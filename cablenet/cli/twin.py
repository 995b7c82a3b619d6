"""`twin`: simulated years of faults and ships; the repair time as an outcome."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cablenet.cli.common import AsOf, Json, LayersArgument, print_json, print_table, progress


def twin(
    layers: LayersArgument = None,
    years: Annotated[int, typer.Option(metavar="N", help="Years to simulate.")] = 200,
    seed: Annotated[int, typer.Option(help="The same seed gives the same years.")] = 1,
    fast_lane: Annotated[list[str] | None, typer.Option(
        metavar="CC[=DAYS]", help="A country whose permits are fast.")] = None,
    add_ship: Annotated[list[str] | None, typer.Option(
        metavar="PORT", help="One more ship at a depot, base port, station or LON,LAT.")] = None,
    pooled: Annotated[bool, typer.Option(
        "--pooled", help="Ignore agreements: every ship serves every cable.")] = False,
    mutual_aid: Annotated[bool, typer.Option(
        "--mutual-aid", help="Ships outside an agreement help too, once chartered.")] = False,
    no_router: Annotated[bool, typer.Option(
        "--no-router", help="Sail 1.2 times the great circle: starts at once.")] = False,
    out: Annotated[Path | None, typer.Option(
        metavar="FILE", help="Write the repair times as quantiles (CSV), for sweep --durations.",
    )] = None,
    as_of: AsOf = None, json: Json = False,
) -> None:
    """Simulate years of faults, ships, permits and weather: how long repairs take, and why.

    With a switch that changes the policy, today's policy faces the same years and the days of
    outage saved are told with their interval.
    """
    import cablenet as cn
    from cablenet.cli.common import open_network
    from cablenet.cli.repairs import fast, port_of
    from cablenet.files.atomic import whole_file
    from cablenet.repair.fleet import fleet_of

    net = open_network(layers, as_of)
    model = cn.fault_model(net)
    rules = cn.RepairRules(
        pooled=pooled, fast_lane=dict(fast(text) for text in fast_lane or ()),
        added_ships=tuple((text, port_of(net, text)) for text in add_ship or ()))
    with progress("simulate years") as tell:
        world = cn.twin_world(
            net, model, ports=[(ship.lon, ship.lat) for ship in fleet_of(net, rules)],
            router=None if no_router else cn.ship_router(), seed=seed, progress=tell)
        found = cn.simulate_years(net, model, years=years, seed=seed, rules=rules,
                                  mutual_aid=mutual_aid, world=world, progress=tell)
        saved = None
        if rules != cn.RepairRules() or mutual_aid:
            today = cn.simulate_years(net, model, years=years, seed=seed, world=world,
                                      progress=tell)
            saved = today.compare(found)
    if out is not None:
        with whole_file(out) as draft:
            draft.write_text(found.durations().to_csv(), encoding="utf-8")
    if json:
        print_json({**found.to_json(), "beside_today": saved})
        return
    typer.echo(repr(found))
    print_table(found.by_agreement().round(2))
    if saved is not None:
        typer.echo(f"beside today's policy in the same years: "
                   f"{saved['outage_days_saved_per_year']:,.0f} +- {saved['half_width']:,.0f} days "
                   "of outage a year less")
    for text in found.warnings:
        typer.echo(f"- {text}")
