"""`plan redundancy`, and the group of all plans: decisions, each with its certificate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from cablenet.cli.common import (
    AsOf,
    Json,
    LayersArgument,
    given,
    parse_day,
    print_json,
    progress,
)

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None,
                  help="Plan what to build and which ship to send.")


@app.command("redundancy")
def redundancy(
    ctx: typer.Context,
    layers: LayersArgument = None,
    country: Annotated[list[str] | None, typer.Option(
        metavar="CC", help="A country that must survive (default with --losses: every country "
        "that is connected today).")] = None,
    losses: Annotated[int | None, typer.Option(
        metavar="N", help="Survive any N losses, of all candidates within reach.")] = None,
    unit: Annotated[str, typer.Option(
        metavar="UNIT", help="With --losses: cable, station, cable+station or place.",
    )] = "cable+station",
    promise: Annotated[Path | None, typer.Option(
        metavar="FILE", help="TOML with [[promise]] tables (losses, unit, countries; or share "
        "(0.9), countries, failures), budget_musd, must_land, never_joined, ready_by, "
        "leave_out_impossible, next_best; what it leaves out the line may say.")] = None,
    reach_km: Annotated[float | None, typer.Option(
        metavar="KM", help="How far a new cable may reach (default: 3000 with --losses or "
        "--promise, 1500 with --share or --least-loss).")] = None,
    next_best: Annotated[int, typer.Option(
        metavar="N", help="Further plans to find; not with --country alone or --curve.")] = 0,
    leave_out_impossible: Annotated[bool, typer.Option(
        "--leave-out-impossible", help="Plan for the others where a country cannot be saved.",
    )] = False,
    budget_musd: Annotated[list[float] | None, typer.Option(
        metavar="X", help="Spend at most this, in million USD; with --country alone: for the most "
        "protection; with --least-loss: for the least loss; again and again for a curve.")] = None,
    share: Annotated[float | None, typer.Option(
        metavar="PERCENT", help="Keep this share of demand of every country that has it today (or "
        "of --country) through any one cable, any one station and the named events.")] = None,
    least_loss: Annotated[bool, typer.Option(
        "--least-loss", help="Lower the expected loss of traffic most, under --budget-musd.",
    )] = False,
    curve: Annotated[Path | None, typer.Option(
        metavar="FILE.png", help="With --least-loss: draw what remains at risk for each of several "
        "--budget-musd.")] = None,
    gap: Annotated[float, typer.Option(
        metavar="PERCENT", help="With --share, a promise of one, or --least-loss: end this "
        "close to the best.")] = 0.0,
    time_limit_s: Annotated[float, typer.Option(
        metavar="S", help="Seconds for each plan; not with --country alone.")] = 300.0,
    candidates: Annotated[Path | None, typer.Option(
        metavar="FILE", help="Choose among these candidate cables only; left out: routed by our "
        "own router.")] = None,
    avoid: Annotated[list[str] | None, typer.Option(
        metavar="CC", help="With --losses or --promise: no new cable enters waters that this "
        "country claims, disputed ones included.")] = None,
    keep_km_from_cables: Annotated[float | None, typer.Option(
        metavar="KM", help="The same: go round existing cables by so many km where that is not too "
        "dear.")] = None,
    round_hazards: Annotated[bool, typer.Option(
        "--round-hazards", help="The same: go round earthquakes, slopes and fishing depths.",
    )] = False,
    report: Annotated[Path | None, typer.Option(
        metavar="FILE", help="With --losses or --promise: write the plan as a page.")] = None,
    as_of: AsOf = None, json: Json = False,
) -> None:
    """The cheapest new cables after which countries survive losses, with proof.

    With --losses or --promise all cables and landings within reach are weighed (minutes to price
    them on a map of the world); with --share or --least-loss the cheapest of each pair of
    countries, by the demand that is still served; with --country alone some to its neighbours,
    against any one cable loss.
    """
    import cablenet as cn
    from cablenet.cli import redundancy_modes as modes
    from cablenet.cli.demand import asked, demand_plan

    options = given(ctx)
    mode = modes.mode_of(options)
    promises: Any = ()
    told: dict[str, Any] = {}
    if promise is not None:
        promises, told = cn.read_promises(promise)
        if isinstance(promises[0], cn.DemandPromise):
            mode = "--promise with a share"
    elif losses is not None:
        promises = (cn.Promise(losses, unit),)
    elif share is not None or least_loss:
        promises = asked(share, country)
    modes.refuse_others(options, mode)
    budgets = budget_musd or []
    modes.refuse_numbers(budgets, next_best, time_limit_s, gap, options)
    promises, words = modes.joined(promise, promises, told, {
        "country": country, "budget_musd": budgets[0] if budgets else None, "next_best": next_best,
        "leave_out_impossible": leave_out_impossible}, options)
    day = parse_day(as_of)
    layers_read = cn.atlas(day) if layers is None else cn.read_layers(layers)
    base = layers_read if layers is None or day is None else layers_read.dated(day)
    if "gap" in modes.GOES_WITH[mode]:
        spend = words.pop("budget_musd", None)
        _show(demand_plan(base, promises, budgets or ([] if spend is None else [spend]), candidates,
                          reach_km, curve, gap=gap / 100.0, time_limit_s=time_limit_s, **words),
              json)
        return
    if mode == "--country alone":
        with progress("candidates"):
            offered = (cn.default_candidates(base, country or ()) if candidates is None
                       else cn.read_candidates(candidates))
            net = cn.build_network(base, candidates=offered)
        with progress("plan redundancy"):
            _show(cn.plan_redundancy(net, countries=country, **words), json)
        return
    with progress("price candidates") as tell:
        own = None if candidates is None else cn.read_candidates(candidates, base)
        table = cn.candidate_table(base, kinds=("cable", "landing") if own is None else (),
                                   own=own, reach_km=3000.0 if reach_km is None else reach_km,
                                   avoid=avoid or (), keep_km_from_cables=keep_km_from_cables,
                                   round_hazards=round_hazards,
                                   progress=lambda done, total: tell("", done, total))
    with progress("plan redundancy") as tell:
        survival = cn.plan_survival(
            table, promises, **words, time_limit_s=time_limit_s,
            progress=lambda what, done, cuts: tell(f"{what} {done}, {cuts} cuts", done, done))
    if report is not None:
        from cablenet.report import write_report
        from cablenet.study.survival_chapter import kept_clear, survival_report

        clear = kept_clear(avoid or (), keep_km_from_cables, round_hazards)
        write_report(survival_report(survival, clear), report)
    _show(survival, json)


def _show(plan: Any, json: bool) -> None:
    if json:
        print_json(plan.to_json())
        return
    typer.echo(repr(plan))
