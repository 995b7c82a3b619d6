"""`network` and `score`: questions about one map."""

from __future__ import annotations

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
    progress,
)

if TYPE_CHECKING:
    import pandas as pd

    from cablenet.network import Network
    from cablenet.uncertainty import Uncertain

Many = list[str] | None
SLOW_TO_DRAW = ("unserved", "cost", "margin")
"""Scores left out of draws unless they are named; no drawn number changes `margin` at all."""


def network(layers: LayersArgument = None, as_of: AsOf = None, demand: DemandFile = None,
            demand_year: DemandYear = None, json: Json = False) -> None:
    """Build the network of a map and say what is in it."""
    import numpy as np
    import pandas as pd

    net = open_network(layers, as_of, demand, demand_year)
    station = net.nodes.kind == 0
    landed = net.layers.tables["landings"]
    ends = np.unique(np.concatenate([net.links.a, net.links.b])[np.tile(net.links.cable >= 0, 2)])
    touched = {(net.cable_id[c], net.nodes.id[n])
               for link_ends in (net.links.a, net.links.b)
               for c, n in zip(net.links.cable, link_ends, strict=True) if c >= 0}
    linked = sum((cable, place) in touched
                 for cable, place in zip(landed["cable_id"], landed["station_id"], strict=True))
    facts = {
        "name": net.name, "as_of": str(net.as_of) if net.as_of else None,
        "fingerprint": net.fingerprint,
        "cables": len(net.cable_id),
        "cables_in_service": len(np.unique(net.links.cable[net.links.in_service
                                                           & (net.links.cable >= 0)])),
        "landing_points": int(station.sum()),
        "landing_points_linked": int(np.isin(np.flatnonzero(station), ends).sum()),
        "landings": len(landed), "landings_linked": linked,
        "links": len(net.links), "links_in_service": int(net.links.in_service.sum()),
        "nodes": len(net.nodes), "branching_units": int((net.nodes.kind == 1).sum()),
        "gateways": len(net.gateways), "hubs": len(net.hubs),
        "countries": len(np.unique(net.nodes.country[station])),
        "cable_km": float(net.links.length_km[net.links.cable >= 0].sum().round()),
        "shared_risk_groups": len(net.groups),
        "demands": len(net.demands), "demand_tbps": round(net.demands.total_tbps, 6),
        "demand_by_basis": _shares(net.demands.provenance, "basis"),
        "demand_by_class": _shares(net.demands.by_class(), "class"), "notes": list(net.notes),
    }
    if json:
        print_json(facts)
        return
    shown = {key: ", ".join(f"{name} {share:.1%}" for name, share in value.items())
             if isinstance(value, dict) else value
             for key, value in facts.items() if key != "notes"}
    print_table(pd.DataFrame({"what": list(shown), "value": [str(v) for v in shown.values()]}))
    for note in net.notes:
        typer.echo(f"note: {note}")


def _shares(frame: pd.DataFrame, label: str) -> dict[str, float]:
    """The `share` of each row that is not nothing, by its label."""
    return {str(name): round(float(share), 6)
            for name, share in zip(frame[label], frame["share"], strict=True) if share > 0}


def score(
    layers: LayersArgument = None,
    as_of: AsOf = None,
    demand: DemandFile = None,
    demand_year: DemandYear = None,
    cable: Annotated[Many, typer.Option(metavar="ID", help="A whole cable lost.")] = None,
    station: Annotated[Many, typer.Option(metavar="ID", help="A station lost.")] = None,
    at: Annotated[Many, typer.Option(metavar="LON,LAT,RADIUS_KM",
                                     help="Everything within a radius.")] = None,
    area: Annotated[list[Path] | None, typer.Option(
        metavar="FILE", help="Everything inside the polygons of a GeoJSON file.")] = None,
    choke: Annotated[Many, typer.Option(metavar="ID", help="A chokepoint closed.")] = None,
    deny: Annotated[Many, typer.Option(metavar="CC", help="A country denies its waters.")] = None,
    event: Annotated[Many, typer.Option(metavar="NAME", help="A named event.")] = None,
    metric: Annotated[Many, typer.Option(metavar="NAME", help="A score (default: all).")] = None,
    capacity_rule: Annotated[str | None, typer.Option(
        metavar="NAME", help="For maps without capacities: unit-per-cable or by-length.")] = None,
    traffic_rules: TrafficFile = None,
    without_mesh: Annotated[bool, typer.Option(
        "--without-mesh", help="Remove the declared hub mesh of the far shores.")] = False,
    draws: Annotated[int, typer.Option(
        metavar="N", help="Draw every unknown number N times: intervals beside the figures.")] = 0,
    seed: Annotated[int, typer.Option(metavar="S", help="Seed of the draws.")] = 1,
    json: Json = False,
) -> None:
    """Score one failure; failures named together happen together."""
    import cablenet as cn
    from cablenet.errors import InputError

    net = open_network(layers, as_of, demand, demand_year)
    if without_mesh:
        net = net.without_mesh()
    parts = [*_named_parts(cable, station, choke, deny), *[_disk_part(text) for text in at or ()],
             *[part for file in area or () for part in _area_parts(file)],
             *[part for name in event or () for part in _event_parts(name)]]
    if not parts:
        raise InputError("name at least one failure: --cable, --station, --at, --area, --choke, "
                         "--deny or --event")
    title = " + ".join([*(event or ()), *_titles(cable, station, at, area, choke, deny)])
    metrics = metric or list(cn.METRICS)
    if metric is None and capacity_rule is None and not _has_capacities(net):
        metrics = [name for name in metrics if name not in ("capacity_loss", "unserved", "cost")]
    rules = cn.read_rules(traffic_rules) if traffic_rules else None
    events = cn.together(net, title, parts)
    if draws:
        told = [name for name in metrics if metric or name not in SLOW_TO_DRAW]
        with progress("draws") as tell:
            drawn = cn.draws(net, events, told, draws=draws, seed=seed, traffic=rules,
                             capacity_rule=capacity_rule, progress=tell)
        _print_draws(net, drawn, json)
        return
    scores = cn.score(net, events, metrics, capacity_rule=capacity_rule, traffic=rules)
    _print_scores(net, scores, json)


def _print_draws(net: Network, drawn: Uncertain, json: bool) -> None:
    title = drawn.scores.scenarios.names[0]
    units = {heading.name: heading.unit for heading in drawn.scores.headings}
    frame = drawn.to_frame()[["column", "value", "median", "low", "high"]]
    frame["unit"] = frame["column"].map(units)
    if json:
        print_json({"scenario": title, "network": net.fingerprint,
                    "as_of": str(net.as_of) if net.as_of else None,
                    "draws": len(drawn), "seed": drawn.seed,
                    "scores": frame.set_index("column").to_dict("index")})
        return
    typer.echo(f"{title}: {len(drawn)} draws of {len(drawn.unknown)} unknown numbers (seed "
               f"{drawn.seed}); value: at the map's own numbers, low and high: 5th and 95th "
               "percentile\n")
    print_table(frame.rename(columns={"column": "score"}))
    left = [name for name in SLOW_TO_DRAW if name not in drawn.scores.metrics]
    if left:
        typer.echo(f"\nNot drawn: {', '.join(left)}; name one with --metric (seconds a draw)")


def _print_scores(net: Network, scores: Any, json: bool) -> None:
    units = {heading.name: heading.unit for heading in scores.headings}
    row = scores.to_frame().iloc[0]
    countries = scores.by_country(0)
    harmed = countries.filter(regex="^(?!margin)").fillna(0).ne(0).any(axis=1)
    if json:
        print_json({
            "scenario": scores.scenarios.names[0], "network": net.fingerprint,
            "as_of": str(net.as_of) if net.as_of else None,
            "links_lost": [str(net.links.id[i]) for i in scores.scenarios.links_lost(0)],
            "faults": len(scores.scenarios.faults),
            "scores": {name: {"value": float(value), "unit": units[name]}
                       for name, value in row.items()},
            "countries": countries[harmed].to_dict("index"),
        })
        return
    import pandas as pd

    typer.echo(f"{scores.scenarios.names[0]}: {len(scores.scenarios.links_lost(0))} links lost, "
               f"{len(scores.scenarios.faults)} faults at sea\n")
    print_table(pd.DataFrame({"score": row.index, "value": row.to_numpy(float),
                              "unit": [units[name] for name in row.index]}))
    if harmed.any():
        felt = countries[harmed]
        told = [name for name in felt if not str(name).endswith(("_low", "_high"))
                and (felt[name].fillna(0) != 0).any()]
        table = felt[told].reset_index().sort_values(told[0], ascending=False)
        print_table(table.head(25), title="\nCountries that feel it")


def _has_capacities(net: Network) -> bool:
    import numpy as np

    sections = (net.links.cable >= 0) & net.links.in_service
    return not np.isnan(net.links.lit_tbps[sections]).any()


def _named_parts(cable: Many, station: Many, choke: Many, deny: Many) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = []
    if cable or station:
        parts.append({"kind": "joint_loss", "cables": cable or [], "stations": station or []})
    parts += [{"kind": "chokepoint", "choke": key} for key in choke or ()]
    parts += [{"kind": "denial", "country": code} for code in deny or ()]
    return parts


def _disk_part(text: str) -> dict[str, Any]:
    from cablenet.errors import InputError

    try:
        lon, lat, radius = (float(part) for part in text.split(","))
    except ValueError as error:
        raise InputError(f"--at: '{text}' is not LON,LAT,RADIUS_KM, such as 120.5,21.8,60"
                         ) from error
    return {"kind": "disk", "lon": lon, "lat": lat, "radius_km": radius}


def _area_parts(file: Path) -> list[dict[str, Any]]:
    from cablenet.readers.areas import read_areas

    return [{"kind": "area", "wkt": area.wkt} for area in read_areas(file)]


def _event_parts(name: str) -> list[dict[str, Any]]:
    from cablenet.catalogue import named_event_record

    return list(named_event_record(name)["parts"])


def _titles(cable: Many, station: Many, at: Many, area: list[Path] | None, choke: Many,
            deny: Many) -> list[str]:
    return [*(cable or ()), *(station or ()), *[f"disk {text}" for text in at or ()],
            *[file.name for file in area or ()], *(choke or ()),
            *[f"denial by {code}" for code in deny or ()]]
