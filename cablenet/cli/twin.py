"""`twin`: simulated years of faults and ships; the repair time as an outcome."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cablenet.cli.common import AsOf, Json, LayersArgument, print_json, print_table, progress

if TYPE_CHECKING:
    from cablenet.repair.policies import PolicyYears


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
    dock_days: Annotated[float, typer.Option(
        metavar="DAYS", help="Days in dock of each ship, twice in five years; 0: never.")] = 14.0,
    spare_share: Annotated[float, typer.Option(
        metavar="SHARE", help="Spare cable of each cable's length at the bases; inf: no end of it.",
    )] = 0.02,
    restock_days: Annotated[float, typer.Option(
        metavar="DAYS", help="From an order of spare cable to its arrival.")] = 180.0,
    policy: Annotated[list[str] | None, typer.Option(
        metavar="WORDS", help="A policy to hold against today's in the same years; may be given "
        "again: pooled, mutual-aid, fast-lane CC[=DAYS], add-ship PORT, join A+B, end A "
        "(agreements); several, parted by commas, are one policy.")] = None,
    traffic: Annotated[bool, typer.Option(
        "--traffic", help="Also what is left unserved and cut off, by country (seconds a year).",
    )] = False,
    workers: Annotated[int | None, typer.Option(
        metavar="N", help="With --traffic: processes on this machine (default: one a core).",
    )] = None,
    scheduler: Annotated[str | None, typer.Option(
        metavar="ADDRESS", help="With --traffic: a Dask scheduler instead: tcp://host:port or "
        "tls://...")] = None,
    tls: Annotated[tuple[Path, Path, Path] | None, typer.Option(
        metavar="CA CERT KEY", help="Files of mutual TLS, for a tls:// scheduler.")] = None,
    no_router: Annotated[bool, typer.Option(
        "--no-router", help="Sail 1.2 times the great circle: starts at once.")] = False,
    out: Annotated[Path | None, typer.Option(
        metavar="FILE", help="Write the repair times as quantiles (CSV), for sweep --durations.",
    )] = None,
    as_of: AsOf = None, json: Json = False,
) -> None:
    """Simulate years of faults, ships, permits and weather: how long repairs take, and why.

    With a switch that changes the policy, or with --policy, today's policy faces the same years and
    the days of outage saved are told with their interval.
    """
    import cablenet as cn
    from cablenet.cli.common import open_network
    from cablenet.cli.policies import policy_of
    from cablenet.cli.repairs import fast, port_of
    from cablenet.errors import InputError
    from cablenet.files.atomic import whole_file
    from cablenet.sweeps.dask_pool import Tls

    if not traffic and (workers, scheduler, tls) != (None, None, None):
        raise InputError("--workers, --scheduler and --tls belong to --traffic; add it or leave "
                         "them out")
    if years < 1:
        raise InputError(f"--years is {years}; give 1 or more")
    net = open_network(layers, as_of)
    asked = cn.Policy("as asked", cn.RepairRules(
        pooled=pooled, fast_lane=dict(fast(text) for text in fast_lane or ()),
        added_ships=tuple((text, port_of(net, text)) for text in add_ship or ())), mutual_aid)
    switched = asked.rules != cn.RepairRules() or mutual_aid
    policies = [cn.Policy("today"), *([asked] if switched else []),
                *(policy_of(net, text) for text in policy or ())]
    with progress("simulate years") as tell:
        years_of = cn.simulate_policies(
            net, cn.fault_model(net), policies, years=years, seed=seed, dock_days=dock_days,
            stock=cn.SpareStock(spare_share, restock_days),
            router=None if no_router else cn.ship_router(), traffic=traffic, workers=workers,
            scheduler=scheduler, tls=Tls(*tls) if tls else None, progress=tell)
    found = years_of.twins[1 if switched else 0]
    saved = years_of.twins[0].compare(found) if switched else None
    if out is not None:
        with whole_file(out) as draft:
            draft.write_text(found.durations().to_csv(), encoding="utf-8")
    if json:
        print_json({**found.to_json(), "beside_today": saved,
                    **(years_of.to_json() if policy or traffic else {})})
        return
    typer.echo(repr(found))
    print_table(found.by_agreement().round(2))
    if saved is not None:
        typer.echo(f"beside today's policy in the same years: "
                   f"{saved['outage_days_saved_per_year']:,.0f} +- {saved['half_width']:,.0f} days "
                   "of outage a year less")
    if policy or traffic:
        _print_policies(years_of)
    for text in found.warnings:
        typer.echo(f"- {text}")


def _print_policies(years_of: PolicyYears) -> None:
    """A row a policy; what today's leaves unserved by country; how much was looked at for it."""
    table = years_of.to_frame()
    pairs = {"outage days saved a year": ("outage_days_saved_per_year", "outage_saved_half_width")}
    if years_of.traffic:
        pairs |= {
            "Tbps-days saved": ("unserved_tbps_days_per_year_saved", "unserved_saved_half_width"),
            "people-days saved": ("isolated_people_days_per_year_saved",
                                  "isolated_saved_half_width")}
    shown = table[["policy", "ships", "median_days", "mean_days"]].copy()
    for name, (value, half) in pairs.items():
        shown[name] = [f"{one:,.2f} +- {two:,.2f}"
                       for one, two in zip(table[value], table[half], strict=True)]
    print_table(shown, "\nPolicies in the same years, beside the first")
    for traffic in years_of.traffic[:1]:
        print_table(traffic.to_frame().head(15), "\nUnserved and cut off a year, today")
        typer.echo(f"{traffic.states:,} states of all policies, {traffic.scored:,} distinct losses "
                   f"looked at, {traffic.programs:,} of them by linear programs")
