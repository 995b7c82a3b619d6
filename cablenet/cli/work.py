"""`run`, `check`, `import`, `validate` and `bench`: the commands that do whole jobs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Annotated

import typer

from cablenet.cli.common import (
    DemandFile,
    DemandYear,
    Json,
    LayersArgument,
    parse_day,
    print_json,
    print_table,
    progress,
)

if TYPE_CHECKING:
    from cablenet.validation.check import Check


def run(
    study: Annotated[str, typer.Argument(help="A built-in study or a study file.")] = "india-japan",
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="DATE",
                                              help="The day asked about.")] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR",
                                             help="Where results go (default: out/STUDY).")] = None,
    demand: DemandFile = None, demand_year: DemandYear = None, json: Json = False,
) -> None:
    """Run a whole study: scores, plans, report, map, tables and layers."""
    import time

    import cablenet as cn

    begun = time.perf_counter()
    spec = cn.Study.load(study)
    target = out or Path("out") / spec.name
    with progress("cablenet run") as tell:
        result = cn.run_study(spec, as_of=parse_day(as_of), out=target, demand=demand,
                              demand_year=demand_year, progress=tell)
    seconds = time.perf_counter() - begun
    if json:
        print_json({**result.summary, "out": str(target), "seconds": round(seconds, 1)})
        return
    typer.echo(f"{spec.title}\n")
    for finding in result.summary["findings"]:
        typer.echo(f"- {finding}")
    typer.echo(f"\n{target}/report.html and {len(result.files) - 1} more files "
               f"in {seconds:.0f} s")


def check(
    layers: LayersArgument = None, json: Json = False,
) -> None:
    """Say everything that is wrong with a map, and how much of it is known how well."""
    import cablenet as cn

    report = cn.check_layers(cn.atlas() if layers is None else layers)
    if json:
        print_json(report.to_json())
    else:
        typer.echo(report.summary())
    if report.errors:
        raise typer.Exit(2)


def import_map(
    format: Annotated[str, typer.Argument(help="telegeography-v3, telegeography-v2, ofds, "
                                               "geojson, gpkg, folder, parquet, json.")],
    source: Annotated[Path, typer.Argument(help="File or directory to read.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where our layers go.")],
    map: Annotated[list[str] | None, typer.Option(
        "--map", metavar="OURS=THEIRS", help="Column mapping for generic GeoJSON.")] = None,
    json: Json = False,
) -> None:
    """Read someone else's map and write it as our layers, with a report of every repair."""
    import cablenet as cn
    from cablenet.files import whole_file
    from cablenet.readers import import_map as read_map

    with progress(f"import {source.name}"):
        result = read_map(source, format, **({"mapping": _mapping(map)} if map else {}))
        cn.write_layers(result.layers, out)
    frame = result.report.to_frame()
    with whole_file(out / "import_report.csv") as draft:
        frame.to_csv(draft, index=False)
    if json:
        print_json({"out": str(out), "cables": len(result.layers.cables),
                    "stations": len(result.layers.stations),
                    "segments": len(result.layers.segments),
                    "landings": len(result.layers.landings), "notes": len(frame),
                    "counts": dict(frame["kind"].value_counts())})
        return
    typer.echo(repr(result.layers))
    typer.echo(result.report.summary())
    typer.echo(f"{out} holds the layers and import_report.csv with {len(frame)} notes")


def validate(
    data: Annotated[Path | None, typer.Option("--data", metavar="DIR",
                                              help="Folder of outside data sets.")] = None,
    events: Annotated[Path | None, typer.Option(
        "--events", metavar="DIR", help="Folder of past outages: events.csv, event_cuts.csv, "
                                        "event_country_impact.csv.")] = None,
    json: Json = False,
) -> None:
    """Compare the atlas with published facts: ours, theirs, tolerance, source, pass or miss."""
    from cablenet.validation import run_checks

    with progress("validate") as tell:
        checks = run_checks(data, events=events, progress=tell)
    if json:
        print_json({"checks": [check.to_json() for check in checks]})
    else:
        _print_checks(checks)


def _print_checks(checks: Sequence[Check]) -> None:
    """A table of all, then what stands behind those that do not pass, then how many there are."""
    import pandas as pd

    print_table(pd.DataFrame([
        {"status": one.status, "id": one.id, "ours": one.ours, "theirs": one.theirs,
         "tolerance": shorten(one.tolerance, 40, placeholder=" ...")} for one in checks]))
    for one in checks:
        if one.status != "pass":
            typer.echo("\n".join([f"\n{one.id}: {one.status}; source: {one.source}",
                                  *(f"  {line}" for line in one.detail)]))
    counts = Counter(one.status for one in checks)
    typer.echo("\n" + ", ".join(f"{count} {status}" for status, count in counts.most_common()))


def bench(
    name: Annotated[str, typer.Argument(
        help="Which bench: build, flow, planning, repairs, sweep or worst.")] = "build",
    data: Annotated[Path | None, typer.Option(
        "--data", metavar="DIR", help="TeleGeography directory to time as well; for planning: "
        "the folder of SNDlib's networks and OR-Library's p-medians.")] = None,
    plot: Annotated[Path | None, typer.Option(
        "--plot", metavar="FILE", help="With sweep: a picture of the growth.")] = None,
    json: Json = False,
) -> None:
    """Time our work beside networkx doing the same, with the answers compared."""
    import pandas as pd

    from cablenet.bench import run_bench

    with progress(f"bench {name}") as tell:
        result = run_bench(name, data=data, progress=tell)
    if plot is not None and name == "sweep":
        from cablenet.bench.growth_plot import draw_growth

        draw_growth(result["cases"], plot)
    if json:
        print_json(result)
        return
    print_table(pd.DataFrame([
        {"case": case["case"], "n": case["n"], "ours s": case["ours_s"],
         **{f"{peer} s": seconds for peer, seconds in case["peers"].items()},
         "equal": case["equal"], "ratio": case["ratio_to_fastest_peer"]}
        for case in result["cases"]]), title=f"{result['name']} on {result['machine']}")
    told = [{"case": case["case"], "solver": solver, **figures}
            for case in result["cases"] for solver, figures in case.get("told", {}).items()]
    if told:
        print_table(pd.DataFrame(told))


def _mapping(pairs: list[str]) -> dict[str, str]:
    from cablenet.errors import InputError

    wrong = [pair for pair in pairs if pair.count("=") != 1]
    if wrong:
        raise InputError(f"--map: '{wrong[0]}' is not OURS=THEIRS, such as name=cable_name")
    return dict(pair.split("=") for pair in pairs)
