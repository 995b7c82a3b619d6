"""`plan bases`: where ships or spares of an agreement should lie, or one more ship."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cablenet.cli.common import AsOf, Json, LayersArgument, print_json, print_table, progress

if TYPE_CHECKING:
    from cablenet.repair.spare_plan import SparesPlan


def bases(
    layers: LayersArgument = None,
    zone: Annotated[str | None, typer.Option(
        metavar="Z", help="A maintenance agreement, such as SEAIOCMA, YZ or EMARINE.")] = None,
    ships: Annotated[int | None, typer.Option(
        metavar="N", help="With --zone: how many ships (default: as today).")] = None,
    one_more: Annotated[str | None, typer.Option(
        metavar="CC[+CC]", help="Where one more ship would help most that serves all agreements of "
        "these countries' cables: IN, or IN+JP for one shared.")] = None,
    spares: Annotated[bool, typer.Option(
        "--spares", help="With --zone: which cable's spares at which depot, and how many km.",
    )] = False,
    depots: Annotated[int | None, typer.Option(
        metavar="N", help="With --spares: how many depots (default: as today).")] = None,
    years: Annotated[int, typer.Option(metavar="N", help="Years to simulate.")] = 40,
    seed: Annotated[int, typer.Option(help="The same seed gives the same years.")] = 1,
    no_router: Annotated[bool, typer.Option(
        "--no-router", help="Sail 1.2 times the great circle: starts at once.")] = False,
    as_of: AsOf = None, json: Json = False,
) -> None:
    """Ports for ships against drawn years of faults: p-median and coverage, proved; simulated."""
    import cablenet as cn
    from cablenet.cli.common import open_network
    from cablenet.errors import InputError

    if (zone is None) == (one_more is None):
        raise InputError("name an agreement with --zone, such as --zone SEAIOCMA, or countries "
                         "with --one-more, such as --one-more IN+JP; one of the two")
    if (spares and (zone is None or ships is not None)) or (depots is not None and not spares):
        raise InputError("--spares goes with --zone and without --ships; --depots with --spares")
    net = open_network(layers, as_of)
    model = cn.fault_model(net)
    router = None if no_router else cn.ship_router()
    with progress("plan bases") as tell:
        if one_more is not None:
            countries = [code.strip().upper() for code in one_more.split("+")]
            table = cn.one_more_ship(net, model, countries, years=years, seed=seed, router=router,
                                     progress=tell).drop(columns="geometry")
        else:
            assert zone is not None  # one of the two is given
            if spares:
                _print_spares(cn.plan_spares(net, model, zone, depots=depots, years=years,
                                             seed=seed, router=router, progress=tell), json)
                return
            plan = cn.plan_bases(net, model, zone, ships=ships, years=years, seed=seed,
                                 router=router, progress=tell)
    if one_more is not None:
        if json:
            print_json({"status": "feasible", "countries": countries, "years": years,
                        "ports": table.to_dict("records")})
            return
        print_table(table.round(2).head(12), f"One more ship for {' and '.join(countries)}")
        return
    if json:
        print_json(plan.to_json())
        return
    typer.echo(repr(plan))
    print_table(plan.to_frame())
    typer.echo(f"hours at sea to a fault: {plan.sailing_h[0]:.0f} today, {plan.sailing_h[1]:.0f} "
               f"by the p-median (proved); within five days: {plan.covered[0]:.0%} of faults "
               f"today, {plan.covered[1]:.0%} at best (proved)")


def _print_spares(plan: SparesPlan, json: bool) -> None:
    if json:
        print_json(plan.to_json())
        return
    typer.echo(repr(plan))
    print_table(plan.to_frame().round(2))
    typer.echo(f"hours from call to fault: {plan.hours[0]:.0f} by today's depots, "
               f"{plan.hours[1]:.0f} by the plan (p-median, {plan.certificate.status}); "
               f"{plan.waited:.0%} of repairs begin later for want of spares: "
               f"{plan.short_days:.1f} days of outage a year")
