"""`sweep` and `cut-sets`: every combination, many years, or the smallest sets that isolate."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cablenet.cli.common import (
    AsOf,
    DemandFile,
    DemandYear,
    Json,
    LayersArgument,
    TrafficFile,
    open_network,
    print_json,
    print_table,
)
from cablenet.cli.common import progress as progress_bar

if TYPE_CHECKING:
    import pandas as pd

    from cablenet.network import Network
    from cablenet.sweeps.job import Job, Progress
    from cablenet.sweeps.runner import SweepRun

Many = list[str] | None
STOPPED = 130
"""The exit code of a command ended by Ctrl-C, as shells have it."""
Unit = Annotated[str, typer.Option(
    metavar="UNIT", help="What fails as one: cable, segment, station, place, srlg, chokepoint, "
                         "jurisdiction, power_feed, corridor, or several joined by '+'.")]
Radius = Annotated[float, typer.Option(metavar="KM", help="Radius of a place.")]
Pairs = Annotated[Many, typer.Option(
    metavar="CC-CC", help="A pair of countries that may lose each other, such as IN-JP.")]


def sweep(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where results go.")],
    layers: LayersArgument = None,
    order: Annotated[int | None, typer.Option(
        metavar="K", help="Every combination of 1 to K failing units (at most 4).")] = None,
    samples: Annotated[int | None, typer.Option(
        metavar="N", help="With --order: N random sets of exactly K units instead.")] = None,
    years: Annotated[int | None, typer.Option(
        metavar="N", help="N drawn years of faults and repairs.")] = None,
    events: Annotated[Path | None, typer.Option(
        metavar="FILE", help="Named events of a TOML file.")] = None,
    unit: Unit = "cable",
    metric: Annotated[Many, typer.Option(metavar="NAME",
                                         help="A score (default: isolated).")] = None,
    seed: Annotated[int, typer.Option(metavar="S", help="Seed of drawn years and samples.")] = 1,
    pair: Pairs = None,
    hazard: Annotated[Many, typer.Option(
        metavar="NAME", help="With --years: only these hazards (default: all).")] = None,
    durations: Annotated[Path | None, typer.Option(
        metavar="FILE", help="With --years: repair times as quantiles (quantile, hours), such as "
        "`cablenet twin --out` writes.")] = None,
    capacity_rule: Annotated[str | None, typer.Option(
        metavar="NAME", help="For maps without capacities: unit-per-cable or by-length.")] = None,
    traffic_rules: TrafficFile = None,
    tolerance: Annotated[float, typer.Option(
        metavar="X", help="With --metric unserved: leave brackets no wider than this share of all "
                          "demand (default: solve what no patch settles).")] = 0.0,
    exact_top: Annotated[int, typer.Option(
        metavar="N", help="Solve the N worst of a bracketed sweep exactly afterwards.")] = 0,
    radius_km: Radius = 25.0,
    top: Annotated[int, typer.Option(metavar="N", help="Worst scenarios to list.")] = 100,
    workers: Annotated[int | None, typer.Option(
        metavar="N", help="Processes on this machine (default: one a core).")] = None,
    scheduler: Annotated[str | None, typer.Option(
        metavar="ADDRESS", help="A Dask scheduler instead: tcp://host:port or tls://...")] = None,
    tls: Annotated[tuple[Path, Path, Path] | None, typer.Option(
        metavar="CA CERT KEY", help="Files of mutual TLS, for a tls:// scheduler.")] = None,
    resume: Annotated[bool, typer.Option(
        "--resume", help="Go on with what DIR holds of this very sweep.")] = False,
    as_of: AsOf = None, demand: DemandFile = None, demand_year: DemandYear = None,
    json: Json = False,
) -> None:
    """Score every combination of failures, many drawn years, or named events; resumable."""
    from cablenet.errors import InputError
    from cablenet.sweeps.dask_pool import Tls
    from cablenet.sweeps.local_pool import warm_up
    from cablenet.sweeps.runner import run_sweep

    if scheduler is None and workers != 0:
        warm_up(("cablenet.sweeps.compiled",))  # workers load while the network is built
    net = open_network(layers, as_of, demand, demand_year)
    job = _job(net, order, samples, years, events, unit=unit, metrics=tuple(metric or ["isolated"]),
               seed=seed, pairs=_pairs(pair), hazards=hazard, durations=durations,
               capacity_rule=capacity_rule, radius_km=radius_km, top=top, traffic=traffic_rules,
               tolerance=tolerance)
    if exact_top and (order is None or "unserved" not in (metric or ())):
        raise InputError("--exact-top belongs to --order K --metric unserved; leave it out")
    try:
        with _progress() as tell:
            run = run_sweep(job, out, workers=workers, resume=resume, scheduler=scheduler,
                            tls=Tls(*tls) if tls else None, progress=tell)
    except KeyboardInterrupt as stop:
        typer.echo(f"cablenet: {stop}", err=True)
        raise typer.Exit(STOPPED) from stop
    exact = _exact(run, job, exact_top) if exact_top else None
    _report(run, job, net, json, exact)
    if run.failed:
        raise typer.Exit(1)


def _job(net: Network, order: int | None, samples: int | None, years: int | None,
         events: Path | None, **more: Any) -> Job:
    """The job that the options ask for; exactly one source of scenarios."""
    import cablenet as cn
    from cablenet.catalogue import read_events
    from cablenet.errors import InputError
    from cablenet.scenarios.named import events_from_records
    from cablenet.sweeps import compiled

    if [order, years, events].count(None) != 2:
        raise InputError("name one source of scenarios: --order K (with --samples N), --years N "
                         "or --events FILE")
    for name, given, belongs in (
            ("--samples", samples, order), ("--pair", more["pairs"], years),
            ("--hazard", more["hazards"], years), ("--durations", more["durations"], years)):
        if given and belongs is None:
            raise InputError(f"{name} does not belong to this source of scenarios; leave it out")
    metrics, rule = more["metrics"], more["capacity_rule"]
    if events is not None:
        records = [event.record() for event in read_events(events).values()]
        return compiled.event_sweep(net, events_from_records(net, records), metrics,
                                    capacity_rule=rule)
    if years is not None:
        return compiled.years_sweep(
            net, cn.fault_model(net, more["hazards"], cn.read_durations(more["durations"])
                                if more["durations"] else None),
            years, seed=more["seed"], metrics=metrics, pairs=more["pairs"], capacity_rule=rule)
    if not 0 <= more["tolerance"] <= 1:
        raise InputError(f"--tolerance {more['tolerance']:g}: give a share of demand from 0 to 1")
    combined = {"capacity_rule": rule, "top": more["top"], "radius_km": more["radius_km"],
                "tolerance": more["tolerance"],
                "traffic": cn.read_rules(more["traffic"]) if more["traffic"] else None}
    assert order is not None  # two of the three are None, and these two were asked
    if samples is not None:
        return compiled.random_sweep(net, samples, order, more["unit"], metrics, seed=more["seed"],
                                     **combined)
    return compiled.exhaustive_sweep(net, order, more["unit"], metrics, **combined)


def cut_sets(
    layers: LayersArgument = None,
    max_order: Annotated[int, typer.Option("--max-order", metavar="K",
                                           help="Largest set looked for (at most 5).")] = 3,
    unit: Unit = "cable",
    country: Annotated[Many, typer.Option(
        metavar="CC", help="Only these countries (default: all).")] = None,
    pair: Pairs = None,
    radius_km: Radius = 25.0,
    as_of: AsOf = None, json: Json = False,
) -> None:
    """Every smallest set of cables, stations or places whose loss isolates a country."""
    import cablenet as cn

    net = open_network(layers, as_of)
    with progress_bar("cut sets") as tell:
        found = cn.cut_sets(net, max_order, unit, countries=country, pairs=_pairs(pair),
                            model=cn.fault_model(net), radius_km=radius_km, progress=tell)
    frame = found.to_frame()
    if json:
        ids = [[str(found.units.id[u]) for u in one] for one in found.sets]
        rows = frame.drop(columns=["ids", "names"]).to_dict("records")
        print_json({"unit": unit, "max_order": max_order, "network": net.fingerprint,
                    "cut_sets": [{**row, "ids": one} for row, one in zip(rows, ids, strict=True)]})
        return
    if frame.empty:
        typer.echo(f"no set of at most {max_order} units ({unit}) does it")
        return
    asked = frame["isolates"].nunique()
    typer.echo(f"{len(frame)} minimal sets of at most {max_order} units ({unit}) isolate "
               f"{asked} countries or pairs")
    print_table(frame.drop(columns="ids").head(60))
    if len(frame) > 60:
        typer.echo(f"... and {len(frame) - 60} more; --json prints all")


def _pairs(texts: Many) -> list[tuple[str, str]]:
    from cablenet.errors import InputError

    out = []
    for text in texts or ():
        one, dash, other = text.partition("-")
        if not (dash and one and other):
            raise InputError(f"--pair: '{text}' is not CC-CC, such as IN-JP")
        out.append((one, other))
    return out


@contextmanager
def _progress() -> Iterator[Callable[[Progress], None]]:
    """Share done, scenarios a second and time left, on stderr."""
    from rich.console import Console
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    with Bars(TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(),
              TextColumn("{task.fields[rate]}"), TimeRemainingColumn(),
              console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("sweep", total=None, rate="")
        begun = time.perf_counter()

        def tell(now: Progress) -> None:
            seconds = max(time.perf_counter() - begun, 1e-9)
            rate = (now.done + now.failed - now.resumed) / seconds
            failed = f", {now.failed:,} failed" if now.failed else ""
            bars.update(task, completed=now.done + now.failed, total=now.total,
                        rate=f"{rate:,.0f} a second{failed}")

        yield tell


def _exact(run: SweepRun, job: Job, count: int) -> list[dict[str, Any]]:
    """The worst of a bracketed sweep again, each solved exactly; kept in exact.parquet."""
    import pandas as pd

    from cablenet.sweeps.combination_sweep import CombinationSweep
    from cablenet.sweeps.unserved import solved_exactly

    rows = run.table("worst").head(count)
    assert isinstance(job, CombinationSweep)  # --exact-top is refused without --order
    table = solved_exactly(job, [[row[key] for key in rows.columns
                                  if key.startswith("unit_") and row[key]]
                                 for row in rows.to_dict("records")])
    frame = pd.DataFrame(table)
    frame.to_parquet(run.out / "exact.parquet", index=False)
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def _report(run: SweepRun, job: Job, net: Network, json: bool,
            exact: list[dict[str, Any]] | None) -> None:
    import pandas as pd
    import pyarrow.parquet as pq

    source = str(job.describe["source"])
    facts: dict[str, Any] = {
        "out": str(run.out), "source": source, "network": net.fingerprint,
        "scenarios": run.scenarios, "solved": run.solved, "failed": run.failed,
        "failed_chunks": [{"chunk": line.chunk, "error": line.error} for line in run.failures],
        "digest": run.digest}
    if source in ("exhaustive", "random"):
        facts["orders"] = pq.read_table(run.aggregate("orders")).to_pylist()
        facts["worst"] = pq.read_table(run.aggregate("worst")).slice(0, 20).to_pylist()
    if source == "events":
        rows = run.rows()
        by = [name for name in rows.columns if name not in ("scenario", "name", "rate_per_year")]
        facts["worst"] = rows.sort_values(by, ascending=False).head(20).to_dict("records")
    if exact is not None:
        facts["exact"] = exact
    tables = {} if source != "drawn years" or run.failed else _risk(run)
    if json:
        print_json({**facts, **{name: frame.head(20).reset_index().to_dict("records")
                                for name, frame in tables.items()}})
        return
    what = "years" if source == "drawn years" else "scenarios"
    typer.echo(f"{run.solved:,} of {run.scenarios:,} {what} scored"
               + (f", {run.failed:,} FAILED" if run.failed else ""))
    for line in run.failures:
        typer.echo(f"chunk {line.chunk} failed: {line.error}", err=True)
    if source == "events":
        shown = pd.DataFrame(facts["worst"]).drop(columns=["scenario", "rate_per_year"])
        print_table(shown.iloc[:15, :5], title="\nThe worst")
    elif "worst" in facts:
        _print_worst(facts["worst"], [heading.name for measure in getattr(job, "measures", ())
                                      for heading in measure.headings])
    if exact:
        print_table(pd.DataFrame(exact[:15]), title="\nSolved exactly")
    for title, frame in tables.items():
        print_table(_readable(frame), title=f"\n{title}")
    kept = {"events": "every event", "drawn years": "every loss of every year"}.get(
        source, "every scenario that harms anyone")
    typer.echo(f"\n{run.out} holds parts/ ({kept}), aggregate/ and the manifest")


def _print_worst(rows: list[dict[str, Any]], columns: list[str]) -> None:
    import pandas as pd

    shown = [{"what fails": " + ".join(str(row[key]) for key in row
                                       if key.startswith("unit_") and row[key]),
              **{name: row[name] for name in columns[:4]}} for row in rows[:15]]
    print_table(pd.DataFrame(shown), title="\nThe worst")


def _readable(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows with something to tell; shares of time with all the nines that matter."""
    for column in ("years_with_loss", "years_with_outage"):
        if column in frame:
            frame = frame[frame[column] > 0] if (frame[column] > 0).any() else frame.head(1)
    shown = frame.head(15).reset_index().drop(columns="index", errors="ignore")
    if "availability" in shown:
        for column in ("availability", "low", "high"):
            shown[column] = [f"{value:.4%}" if value == value else "-" for value in shown[column]]
    return shown


def _risk(run: SweepRun) -> dict[str, pd.DataFrame]:
    """Expected annual loss, availability and return periods, written beside the sweep as well."""
    from cablenet.files import whole_file
    from cablenet.sweeps.year_results import availability_of, risk_of

    held = {path.stem for path in (run.out / "aggregate").glob("*.parquet")}
    tables: dict[str, pd.DataFrame] = {}
    if run.scenarios < 2:
        return tables
    if "countries" in held:
        risk = risk_of(run, "isolated_user_h")
        world = risk.total()
        tables["expected user-hours cut off a year"] = risk.to_frame()
        tables["availability"] = availability_of(run).to_frame()
        tables["return periods, all countries"] = world.return_periods().drop(columns="label")
        with whole_file(run.out / "risk" / "return_periods.png") as draft:
            world.plot().figure.savefig(draft, dpi=120)
    if "pairs" in held:
        tables["availability of pairs"] = availability_of(run, "parted_h").to_frame()
    if "capacity" in held:
        tables["expected Tbps-hours lost a year"] = risk_of(
            run, "capacity_loss_tbps_h").to_frame()
    for title, frame in tables.items():
        with whole_file(run.out / "risk" / f"{title.replace(',', '').replace(' ', '_')}.csv") as f:
            frame.to_csv(f)
    return tables
