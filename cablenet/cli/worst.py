"""`worst`: the failures that hurt most, proved, and what ever more of them can do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cablenet.cli.common import (
    AsOf,
    Json,
    LayersArgument,
    given,
    open_network,
    print_json,
    print_table,
    progress,
)

if TYPE_CHECKING:
    from cablenet.network import Network

TRAFFIC = "unserved_tbps"


def worst(
    ctx: typer.Context,
    k: Annotated[int, typer.Option("--k", metavar="K", help="At most so many units fail.")],
    layers: LayersArgument = None,
    unit: Annotated[str, typer.Option(
        metavar="UNIT", help="What fails as one: cable, station, segment, place, mixed (cable or "
                             "station), or kinds joined by '+'.")] = "cable",
    metric: Annotated[str, typer.Option(
        metavar="NAME", help="What counts: isolated, people or unserved_tbps.")] = "isolated",
    radius_km: Annotated[float, typer.Option(
        metavar="R", help="With --unit place: the radius of one.")] = 25.0,
    min_rate: Annotated[float | None, typer.Option(
        metavar="P", help="Only failures whose units' yearly chances multiply to at least P.",
    )] = None,
    country: Annotated[str | None, typer.Option(
        metavar="CC", help="Only this country's gateways count.")] = None,
    pair: Annotated[str | None, typer.Option(
        metavar="A-B", help="Two countries that may lose each other, such as IN-JP.")] = None,
    next_best: Annotated[int, typer.Option(
        metavar="N", help="List N further attacks, worst first.")] = 0,
    curve: Annotated[bool, typer.Option("--curve", help="Every number of units from 1 to K.")] =
    False,
    ties: Annotated[bool, typer.Option(
        "--ties", help="Tell which units are in every worst attack.")] = False,
    draws: Annotated[int, typer.Option(
        metavar="N", help="With --unit place --k 1: the ten worst places, and how often each stays "
        "among them on N draws of the routes.")] = 0,
    harden: Annotated[int, typer.Option(
        metavar="H", help="Choose H units to harden so that the worst K of the others do least.",
    )] = 0,
    report: Annotated[Path | None, typer.Option(
        metavar="FILE", help="Write the worst case, or the hardening, as a page.")] = None,
    seed: Annotated[int, typer.Option(metavar="S", help="Seed of the solver, or of the draws; "
                                 f"none with {TRAFFIC}.")] = 1,
    time_limit: Annotated[float, typer.Option(
        metavar="X", help=f"Deterministic time of each solve, about seconds; with {TRAFFIC} "
        "seconds on the clock (default: 1800).")] = 60.0,
    as_of: AsOf = None, json: Json = False,
) -> None:
    """The worst that K failing cables, stations, segments or places can do, with proof."""
    import cablenet as cn
    from cablenet.errors import InputError

    options = given(ctx)
    _known(metric, unit)
    if "radius_km" in options and "place" not in unit.split("+"):
        raise InputError("--radius-km goes with --unit place")
    if metric == TRAFFIC and "seed" in options:
        raise InputError(f"--metric {TRAFFIC} draws nothing and its search knows no --seed; leave "
                         "it out")
    if not time_limit > 0:
        raise InputError(f"--time-limit is {time_limit:g}; give a number above 0")
    if curve and (next_best or ties) and report is None:
        raise InputError("--curve tells the worst of each size only; leave out --next-best, "
                         "--ties, or ask for a page with --report")
    if harden and (curve or next_best or ties or draws or min_rate or metric == TRAFFIC):
        raise InputError("--harden tells what to harden only; leave out --curve, --next-best, "
                         f"--ties, --draws, --min-rate and --metric {TRAFFIC}")
    if draws and report is not None:
        raise InputError("--draws has no page; leave out --report")
    if draws and (unit != "place" or k != 1 or metric == TRAFFIC):
        raise InputError("--draws asks for single places: give --unit place --k 1, and isolated or "
                         "people as --metric")
    others = [options[name] for name in ("min_rate", "country", "pair", "next_best", "curve",
                                         "ties", "time_limit") if name in options]
    if draws and others:
        raise InputError(f"--draws ranks the places of the world only; leave out "
                         f"{', '.join(others)}")
    net = open_network(layers, as_of)
    if draws:
        _places(net, metric, radius_km, draws, seed, json)
        return
    words: dict[str, Any] = {
        "unit": unit, "metric": metric, "country": country, "pair": _pair(pair),
        "min_rate": min_rate, "radius_km": radius_km, "seed": seed, "time_limit": time_limit,
        "model": None if min_rate is None else cn.fault_model(net)}
    if metric == TRAFFIC:
        if curve or words["pair"]:
            raise InputError(f"--metric {TRAFFIC} knows no --curve and no --pair; ask for one K, "
                             "for the world or --country")
        _traffic(net, k, words, next_best, ties, report, json,
                 limit={"time_limit_s": time_limit} if "time_limit" in options else {})
        return
    if harden:
        _harden(net, harden, k, words, report, json)
        return
    steps = None
    with progress("worst") as tell:
        if curve:
            steps = cn.worst_curve(net, range(1, k + 1), progress=tell, **words)
        if steps is None or report is not None:
            found = cn.worst_case(net, k, next_best=next_best, **words)
            shared = found.common if ties else None
    if report is not None:
        _page(found, steps, report)
    if steps is not None:
        if json:
            print_json({**steps.cases[-1].to_json(), **steps.to_json()})
            return
        print_table(steps.to_frame())
        return
    if json:
        print_json({**found.to_json(), **({} if shared is None else {"common": shared})})
        return
    typer.echo(repr(found))
    typer.echo(f"bound: {found.evidence}")
    if shared is not None:
        typer.echo(f"in every worst attack: {', '.join(shared) or 'none'}")
    print_table(found.to_frame().drop(columns="ids"))


def _known(metric: str, unit: str) -> None:
    """Refuse a metric or unit that nobody knows, by all that are known here."""
    from cablenet.errors import UnknownNameError
    from cablenet.planning.attack_question import METRICS
    from cablenet.scenarios.units import KINDS

    if metric not in (*METRICS, TRAFFIC):
        raise UnknownNameError("metric of worst cases", metric, (*METRICS, TRAFFIC))
    for kind in unit.split("+") if unit != "mixed" else ():
        if kind not in KINDS:
            raise UnknownNameError("unit", kind, KINDS if "+" in unit else (*KINDS, "mixed"))


def _page(found: Any, steps: Any, path: Path) -> None:
    """A worst case as a page."""
    from cablenet.report import write_report
    from cablenet.study.worst_chapter import Worst, worst_report

    write_report(worst_report(Worst(found, steps)), path)


def _harden(net: Network, harden: int, k: int, words: dict[str, Any], report: Path | None,
            json: bool) -> None:
    """What to harden."""
    import cablenet as cn

    asked = {name: words[name] for name in ("unit", "metric", "country", "pair", "radius_km",
                                            "seed", "time_limit")}
    with progress("harden"):
        plan = cn.fortify(net, harden, k, **asked)
    if report is not None:
        from cablenet.report import write_report
        from cablenet.study.hardening_chapter import hardening_report

        write_report(hardening_report(plan), report)
    if json:
        print_json(plan.to_json())
        return
    typer.echo(repr(plan))
    typer.echo(f"the worst that is left: {' + '.join(plan.after.names) or 'nothing'}")


def _traffic(net: Network, k: int, words: dict[str, Any], next_best: int, ties: bool,
             report: Path | None, json: bool, *, limit: dict[str, Any]) -> None:
    """Worst cases in traffic not served; `limit` is empty or the `time_limit_s` asked for."""
    import cablenet as cn

    asked = {name: words[name] for name in ("unit", "country", "min_rate", "model", "radius_km")}
    with progress("worst") as tell:
        found = cn.worst_traffic(net, k, next_best=next_best, progress=tell, **asked,
                                 **limit)
    shared = found.common if ties else None
    if report is not None:
        _page(found, None, report)
    if json:
        print_json({**found.to_json(), **({} if shared is None else {"common": shared})})
        return
    typer.echo(repr(found))
    typer.echo(f"{found.sets:,} sets looked at, {found.programs:,} of them by linear programs")
    if shared is not None:
        typer.echo(f"in every worst attack: {', '.join(shared) or 'none'}")
    print_table(found.to_frame().drop(columns="ids"))


def _places(net: Network, metric: str, radius_km: float, draws: int, seed: int,
            json: bool) -> None:
    """The worst places, on the map and on drawn routes."""
    import cablenet as cn

    with progress("draws") as tell:
        found = cn.worst_places(net, metric=metric, radius_km=radius_km, draws=draws, seed=seed,
                                progress=tell)
    if json:
        print_json(found.to_json())
        return
    typer.echo(f"the worst of {found.places:,} places of {radius_km:g} km, by {metric}; "
               f"{draws} draws of the routes")
    print_table(found.to_frame())


def _pair(text: str | None) -> tuple[str, str] | None:
    from cablenet.errors import InputError

    if text is None:
        return None
    one, dash, other = text.partition("-")
    if not (dash and one and other):
        raise InputError(f"--pair: '{text}' is not CC-CC, such as IN-JP")
    return one, other
