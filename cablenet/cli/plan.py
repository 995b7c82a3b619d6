"""`plan redundancy`, and the group of all plans: decisions, each with its certificate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from cablenet.cli.common import (
    AsOf,
    Json,
    LayersArgument,
    parse_day,
    print_json,
    progress,
)

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None,
                  help="Plan what to build and which ship to send.")


@app.command("redundancy")
def redundancy(
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
        "leave_out_impossible, next_best.")] = None,
    reach_km: Annotated[float | None, typer.Option(
        metavar="KM", help="How far a new cable may reach (default: 3000 with --losses or "
        "--promise, 1500 with --share or --least-loss).")] = None,
    next_best: Annotated[int, typer.Option(
        metavar="N", help="With --losses: further plans to find.")] = 0,
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
        metavar="PERCENT", help="With --share or --least-loss: end this close to the best.")] = 0.0,
    time_limit_s: Annotated[float, typer.Option(
        metavar="S", help="With --share or --least-loss: seconds for each plan.")] = 300.0,
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
    from cablenet.cli.demand import asked, demand_plan
    from cablenet.errors import InputError

    base = cn.atlas(parse_day(as_of)) if layers is None else cn.read_layers(layers)
    budgets = budget_musd or []
    dated = base if layers is None else base.dated(parse_day(as_of) or base.as_of)
    by_demand = {"gap": gap / 100.0, "time_limit_s": time_limit_s}
    if share is not None or least_loss:
        if losses is not None or promise is not None:
            raise InputError("--share and --least-loss plan by demand, --losses and --promise by "
                             "connection; give one of the two")
        if least_loss and not budgets:
            raise InputError("--least-loss needs --budget-musd: without a limit all is built")
        _show(demand_plan(dated, asked(share, country), budgets, candidates, reach_km, curve,
                          next_best=next_best, leave_out_impossible=leave_out_impossible,
                          **by_demand), json)
        return
    if len(budgets) > 1:
        raise InputError("several budgets make a curve of --least-loss; give one")
    budget = budgets[0] if budgets else None
    if losses is not None or promise is not None:
        if losses is not None and promise is not None:
            raise InputError("--losses and --promise both say what to survive; give one")
        promises, options = cn.read_promises(promise) if promise is not None else (
            (cn.Promise(losses or 0, unit, tuple(country) if country else None),),
            {"budget_musd": budget, "next_best": next_best,
             "leave_out_impossible": leave_out_impossible})
        if isinstance(promises[0], cn.DemandPromise):
            spend = options.pop("budget_musd")
            _show(demand_plan(dated, promises, [] if spend is None else [spend], candidates,
                              reach_km, None, **options, **by_demand), json)
            return
        with progress("price candidates") as tell:
            own = None if candidates is None else cn.read_candidates(candidates, dated)
            table = cn.candidate_table(dated, kinds=("cable", "landing") if own is None else (),
                                       own=own, reach_km=reach_km or 3000.0, avoid=avoid or (),
                                       keep_km_from_cables=keep_km_from_cables,
                                       round_hazards=round_hazards,
                                       progress=lambda done, total: tell("", done, total))
        with progress("plan redundancy") as tell:
            survival = cn.plan_survival(
                table, promises, **options,
                progress=lambda what, done, cuts: tell(f"{what} {done}, {cuts} cuts", done, done))
        if report is not None:
            from cablenet.report import write_report
            from cablenet.study.survival_chapter import kept_clear, survival_report

            clear = kept_clear(avoid or (), keep_km_from_cables, round_hazards)
            write_report(survival_report(survival, clear), report)
        _show(survival, json)
        return
    if not country:
        raise InputError("name at least one country with --country, such as --country TO, or what "
                         "every country must survive with --losses")
    with progress("candidates"):
        offered = (cn.default_candidates(base, country) if candidates is None
                   else cn.read_candidates(candidates))
        net = cn.build_network(base, candidates=offered)
    with progress("plan redundancy"):
        plan = cn.plan_redundancy(net, countries=country, budget_musd=budget)
    _show(plan, json)


def _show(plan: Any, json: bool) -> None:
    if json:
        print_json(plan.to_json())
        return
    typer.echo(repr(plan))
