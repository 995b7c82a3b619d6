"""`plan repairs`: which ship repairs what, by way of which depot, and when traffic comes back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from cablenet.cli.common import AsOf, Json, LayersArgument, print_json, print_table, progress

if TYPE_CHECKING:
    from cablenet.network import Network

TABLE = ("job_id", "cable", "ship", "depot", "depart_day", "arrive_day", "permit_day", "start_day",
         "done_day", "queue_days", "held_by")


def repairs(
    event: Annotated[str, typer.Option("--event", metavar="NAME|FILE",
                                       help="A named event, or a TOML file with one event.")],
    layers: LayersArgument = None,
    horizon_days: Annotated[int, typer.Option(help="Days to draw the curve for.")] = 90,
    month: Annotated[int | None, typer.Option(
        metavar="M", help="1 to 12: the month of the faults; hard seasons at sea slow the work.",
    )] = None,
    quantile: Annotated[float, typer.Option(
        metavar="Q", help="Plan by what this share of permits, works and tests do not exceed.",
    )] = 0.5,
    draw: Annotated[int | None, typer.Option(
        metavar="SEED", help="Draw permits, works and tests from their ranges.")] = None,
    fast_lane: Annotated[list[str] | None, typer.Option(
        metavar="CC[=DAYS]", help="A country whose permits are fast: so many days, or the shortest "
        "it is known for, from the fault and for any ship.")] = None,
    add_ship: Annotated[list[str] | None, typer.Option(
        metavar="PORT", help="One more ship at a depot, base port, station or LON,LAT.")] = None,
    add_spares: Annotated[list[str] | None, typer.Option(
        metavar="PORT", help="Spares of every cable at one more port.")] = None,
    closed: Annotated[list[str] | None, typer.Option(
        metavar="CANAL", help="A canal or strait that no ship may take: suez, panama, ...")] = None,
    charter: Annotated[bool, typer.Option(
        "--charter", help="Also send ships from outside a cable's agreement.")] = False,
    pooled: Annotated[bool, typer.Option(
        "--pooled", help="Ignore agreements: every ship serves every cable.")] = False,
    objective: Annotated[str, typer.Option(
        metavar="WHAT", help="weighted (by lit capacity) or demand_days (what the network gets "
        "back).")] = "weighted",
    until: Annotated[float | None, typer.Option(
        metavar="PERCENT", help="Instead: the fewest days until countries have so much of their "
        "demand served.")] = None,
    country: Annotated[list[str] | None, typer.Option(
        metavar="CC", help="With --until: a country; left out: all that fall below.")] = None,
    fair: Annotated[float | None, typer.Option(
        metavar="TIMES", help="No party's lost demand waits longer than so many times "
        "another's.")] = None,
    party: Annotated[list[str] | None, typer.Option(
        metavar="NAME=CC,CC", help="With --fair: a party and its countries, or one CC.")] = None,
    traffic: Annotated[bool, typer.Option(
        "--traffic", help="Follow unserved demand by country and class (seconds a step).")] = False,
    prices: Annotated[bool, typer.Option(
        "--prices", help="Plan again with one permit-day less, one more ship, a pooled fleet, "
        "spares at a port, by the objective asked for (minutes; fairness left out).")] = False,
    price_at: Annotated[list[str] | None, typer.Option(
        metavar="PORT", help="With --prices: a port to try; left out: the depots nearest to the "
        "fault of most worth.")] = None,
    out: Annotated[Path | None, typer.Option(
        metavar="DIR", help="Write the map, the pictures and the tables there.")] = None,
    as_of: AsOf = None, json: Json = False,
) -> None:
    """Which ship repairs what, in which order, and when traffic comes back."""
    import cablenet as cn
    from cablenet.catalogue import named_event_record
    from cablenet.cli.common import open_network

    goal = goal_of(objective, until, country)
    shares = fairness_of(fair, party)
    net = open_network(layers, as_of)
    record = named_event_record(event)
    scenario = cn.together(net, record["name"], record["parts"])
    rules = cn.RepairRules(
        quantile=quantile, draw=draw, month=month, pooled=pooled,
        fast_lane=dict(fast(text) for text in fast_lane or ()),
        added_ships=tuple((text, port_of(net, text)) for text in add_ship or ()),
        added_spares=tuple((text, port_of(net, text)) for text in add_spares or ()))
    with progress("plan repairs"):
        plan = cn.plan_repairs(net, scenario, horizon_days=horizon_days, charter=charter,
                               rules=rules, router=cn.ship_router(frozenset(closed or ())),
                               objective=cast(Any, goal), fairness=shares)
        if traffic or goal != "weighted":
            plan = plan.with_traffic()
    found = None
    if prices or price_at:
        with progress("prices") as tell:
            found = cn.repair_prices(
                net, scenario, charter=charter, rules=rules, progress=tell,
                objective=cast(Any, goal), horizon_days=horizon_days,
                router=cn.ship_router(frozenset(closed or ())),
                ports={text: port_of(net, text) for text in price_at} if price_at else None)
    if out is not None:
        from cablenet.study.repair_folder import write_repairs

        write_repairs(net, plan, out)
    if json:
        print_json(plan.to_json() if found is None else {
            **plan.to_json(), "prices": found.to_dict("records")})
        return
    typer.echo(repr(plan))
    print_table(plan.to_frame()[list(TABLE)])
    if len(plan.not_served):
        print_table(plan.not_served, "Not repaired")
    if plan.parties is not None:
        print_table(plan.parties.round(2), "Parties: demand lost, and how long it waits")
    if isinstance(goal, cn.ServiceLevel):
        print_table(plan.restoration.service_days(goal.level).round(2),
                    f"Back at {goal.level:.0%} of demand for good")
    print_table(plan.ships_used().round(2), f"Ships: {plan.cost_musd:,.1f} million USD")
    if found is not None:
        units = {"weighted": "weight x days until traffic is back",
                 "demand_days": "Tbps-days unserved"}
        print_table(found.round(2), f"Prices, in {units.get(str(goal), 'days below the level')}")
    for note in plan.notes:
        typer.echo(f"- {note}")


def goal_of(objective: str, until: float | None, countries: list[str] | None) -> Any:
    """The objective by name, or as a service level in percent."""
    import cablenet as cn
    from cablenet.errors import InputError

    if until is None:
        if countries:
            raise InputError("--country goes with --until: say how many percent are enough")
        return objective
    if objective != "weighted":
        raise InputError("--until is an objective of its own; leave --objective out")
    if not 0 < until <= 100:
        raise InputError(f"--until is {until:g}; give percent above 0, up to 100")
    return cn.ServiceLevel(until / 100, tuple(code.upper() for code in countries or ()))


def fairness_of(fair: float | None, parties: list[str] | None) -> Any:
    """`IN`, or `Japan=JP`, as parties of a rule; None without one."""
    import cablenet as cn
    from cablenet.errors import InputError

    if fair is None:
        if parties:
            raise InputError("--party goes with --fair: say how many times longer one may wait")
        return None
    named = [text.partition("=") for text in parties or ()]
    return cn.Fairness({name: tuple(code.strip().upper() for code in (codes or name).split(","))
                        for name, _, codes in named}, fair)


def fast(text: str) -> tuple[str, float | None]:
    """`IN` or `IN=3`."""
    from cablenet.errors import InputError

    country, _, days = text.partition("=")
    try:
        return country.upper(), float(days) if days else None
    except ValueError as error:
        raise InputError(f"--fast-lane: '{days}' is no number of days; write IN or IN=3"
                         ) from error


def port_of(net: Network, text: str) -> tuple[float, float]:
    """A place by the id or name of a depot, base port or station, or as LON,LAT."""
    from contextlib import suppress

    from cablenet.repair.ports import port_of as named

    with suppress(ValueError):
        lon, lat = (float(part) for part in text.split(","))
        return lon, lat
    return named(net, text)
