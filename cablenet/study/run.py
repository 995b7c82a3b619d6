"""`run_study`: analyse, then write the report, the map, the tables and the layers at once."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from cablenet.files import whole_folder, write_results
from cablenet.maps import country_frame, draw_map, save_map
from cablenet.report import write_report
from cablenet.scoring import Scores, join
from cablenet.study.analysis import Analysis, Progress, analyse
from cablenet.study.content import report_content
from cablenet.study.repair_chapter import repair_frames, repair_layers, repair_pictures
from cablenet.study.spec import Study
from cablenet.study.tables import basis_shares
from cablenet.study.traffic_chapter import traffic_maps, traffic_summary
from cablenet.study.traffic_layers import traffic_frames, traffic_layers
from cablenet.traffic.demand import Demand


@dataclass(frozen=True, eq=False)
class StudyResult:
    """What a study found and which files it wrote; `summary` is what summary.json holds."""

    study: Study
    analysis: Analysis
    summary: Mapping[str, Any]
    out: Path
    files: tuple[Path, ...]

    def __repr__(self) -> str:
        findings = "\n".join(f"  - {text}" for text in self.summary["findings"])
        return (f"<StudyResult '{self.study.name}': {len(self.files)} files in {self.out}>\n"
                f"{findings}")


def run_study(
    study: Study | str,
    *,
    out: Path | str,
    as_of: date | None = None,
    demand: Demand | Path | str | None = None,
    demand_year: int | None = None,
    progress: Progress | None = None,
) -> StudyResult:
    """Run a study and write its results; the folder appears whole or not at all.

    Parameters
    ----------
    study
        a `Study`, the name of a built-in one, or a study file
    out
        the folder for report.html, map.png, summary.json, `*.parquet` and results.gpkg; with
        repairs also map-repairs.png, repair-gantt.png and repair-curve.png, with traffic also
        map-EVENT.png, with worst cases and other decisions a map and a table each
    as_of
        the day asked about (default: the atlas's own)
    demand, demand_year
        as `cablenet.build_network` takes them (default: the atlas's own demand)
    """
    spec = Study.load(study) if isinstance(study, str) else study
    analysis = analyse(spec, as_of, progress or _silent, demand, demand_year)
    maps = {} if analysis.traffic is None else traffic_maps(analysis.traffic)
    repairs = {} if analysis.repairs is None else repair_pictures(analysis.net, analysis.repairs)
    content = report_content(analysis, maps, repairs)
    summary = summarise(analysis, [finding.text for finding in content.findings])
    every = _joined(analysis)
    writers: dict[str, Callable[[Path], object]] = {
        "report.html": lambda path: write_report(content, path),
        "map.png": lambda path: save_map(
            draw_map(analysis.net, analysis.events, title=spec.title), path),
        "summary.json": lambda path: path.write_text(
            json.dumps(summary, indent=1, ensure_ascii=False, allow_nan=False) + "\n",
            encoding="utf-8"),
        "results.gpkg": lambda path: write_results(
            analysis.net, every, path, countries=country_frame(analysis.net, every),
            extra={**_plan_layers(analysis), **(
                {} if analysis.traffic is None else traffic_layers(analysis.traffic))}),
        "scores.parquet": lambda path: _scores_frame(analysis).to_parquet(path, index=False),
        "scores_by_country.parquet": lambda path: _country_frame(analysis).to_parquet(
            path, index=False),
        "countries.parquet": lambda path: analysis.countries.to_parquet(path, index=False),
        "links.parquet": lambda path: analysis.net.to_geo().to_parquet(path),
    }
    for name, frame in analysis.decisions.frames().items():
        writers[f"{name}.parquet"] = functools.partial(frame.to_parquet, index=False)
    for name, axes in analysis.decisions.drawn.items():
        writers[f"{name}.png"] = functools.partial(save_map, axes)
    for name, axes in repairs.items():
        writers[f"{name}.png"] = functools.partial(save_map, axes)
    if analysis.repairs is not None:
        for name, frame in repair_frames(analysis.repairs).items():
            writers[f"{name}.parquet"] = functools.partial(frame.to_parquet, index=False)
    for key, axes in maps.items():
        writers[f"map-{key}.png"] = functools.partial(save_map, axes)
    if analysis.traffic is not None:
        for name, frame in traffic_frames(analysis.traffic).items():
            writers[f"{name}.parquet"] = functools.partial(frame.to_parquet, index=False)
    with whole_folder(Path(out), marker="summary.json") as folder:
        for name, write in writers.items():
            write(folder / name)
    return StudyResult(spec, analysis, summary, Path(out),
                       tuple(Path(out) / name for name in writers))


def summarise(analysis: Analysis, findings: list[str]) -> dict[str, Any]:
    """The headline numbers of a study, with and without the declared hub mesh."""
    net = analysis.net
    table = analysis.countries
    live = net.links.in_service & (net.links.cable >= 0)
    plans: dict[str, Any] = analysis.decisions.plans()
    if analysis.redundancy is not None:
        plans["redundancy"] = analysis.redundancy.to_json()
    if analysis.repairs is not None:
        plans["repairs"] = analysis.repairs.to_json()
    summary: dict[str, Any] = _plain({
        "study": analysis.study.name, "title": analysis.study.title,
        "as_of": str(net.as_of), "network": net.fingerprint, "map": analysis.layers.fingerprint,
        "cables_in_service": len(np.unique(net.links.cable[live])),
        "cable_km": net.links.length_km[live].sum().round(),
        "countries_one_cable_from_isolation": table.loc[table["margin_cables"] == 1,
                                                        "country"].tolist(),
        "worst": {
            "cable": _worst(analysis.cables, analysis.bare_cables),
            "station": _worst(analysis.stations, analysis.bare_stations),
            "event": _worst(analysis.events, analysis.bare_events),
        },
        "worst_cases": analysis.decisions.worst_cases(),
        "focus": table[table["country"].isin(analysis.study.focus)].to_dict("records"),
        "numbers_by_basis": basis_shares(analysis),
        "plans": plans, "findings": findings,
        **({} if analysis.traffic is None else {"traffic": traffic_summary(analysis.traffic)}),
    })
    return summary


def _worst(scores: Any, bare: Any) -> dict[str, Any]:
    def first(which: Any) -> dict[str, Any]:
        row = which.worst(1, "isolated_people").iloc[0]
        return {"name": row.name, "isolated_countries": int(row["isolated_countries"]),
                "isolated_people": row["isolated_people"],
                "capacity_loss_tbps": row["capacity_loss_tbps"]}

    return {"with_mesh": first(scores), "without_mesh": first(bare)}


def _joined(analysis: Analysis) -> Scores:
    """All scores of the study as one, events first, of the metrics that all of them have."""
    return join([analysis.events, analysis.stations, analysis.cables])


def _plan_layers(analysis: Analysis) -> dict[str, gpd.GeoDataFrame]:
    """What plans and worst cases add to the layers: new cables, voyages, what is lost."""
    layers = analysis.decisions.layers()
    if analysis.redundancy is not None:
        layers["plan_cables"] = analysis.redundancy.to_geo()
    if analysis.repairs is not None:
        layers |= repair_layers(analysis.repairs)
    return layers


def _scores_frame(analysis: Analysis) -> pd.DataFrame:
    parts = [("event", analysis.events), ("station", analysis.stations),
             ("cable", analysis.cables)]
    return pd.concat([scores.to_frame().reset_index().assign(kind=kind)
                      for kind, scores in parts], ignore_index=True)


def _country_frame(analysis: Analysis) -> pd.DataFrame:
    """Scenario x country, long, rows in which the country feels nothing left out."""
    parts = [("event", analysis.events), ("station", analysis.stations),
             ("cable", analysis.cables)]
    frames = []
    for kind, scores in parts:
        frame = scores.by_country()
        felt = frame.drop(columns=[c for c in frame if str(c).startswith("margin")])
        frames.append(frame[(felt != 0).any(axis=1)].reset_index().assign(kind=kind))
    return pd.concat(frames, ignore_index=True)


def _plain(value: Any) -> Any:
    """Values as JSON knows them; infinity and NaN become null."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if isinstance(value, float):
        return round(value, 6) if np.isfinite(value) else None
    return value


def _silent(what: str, done: int, total: int) -> None:
    """No progress asked for."""
