"""The layers of a job's result: kept as Parquet files, read back as collections, in every form."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Row, select

import cablenet as cn
from cablenet_api.jobs.queue import LIVE
from cablenet_api.layers.collection import Collection, collection_of
from cablenet_api.problems import RefusedError
from cablenet_api.processes.found import Found
from cablenet_api.processes.result_layers import TITLES
from cablenet_api.store.files import Files
from cablenet_api.store.keyed import digest_of, given_out
from cablenet_api.store.store import EVERY, Store
from cablenet_api.store.tables import jobs

MOST_FEATURES = 100_000
"""Rows of a layer that is served feature by feature (assumed: some 100 MB of memory); longer ones
are Parquet only."""


@dataclass(frozen=True)
class KeptLayer:
    """One layer of a result: its name, the digest of its file, and how many rows it has."""

    name: str
    digest: str
    rows: int


def keep_layers(files: Files, found: Found) -> str | None:
    """Write the layers of a result into files; the list of them, to be kept with the job."""
    kept = []
    for name, frame in found.draw().items():
        layer = cn.published(frame)
        kept.append({"name": name, "digest": files.keep(cn.parquet_of(layer)),
                     "rows": len(layer)})
    return json.dumps(kept) if kept else None


def ended(job: Row[Any]) -> Row[Any]:
    """The job, when it has a result; a refusal that says why not otherwise."""
    if job.state in LIVE:
        raise RefusedError("result-not-ready", f"the job is {job.state}")
    if job.result is None:
        raise RefusedError("no-result", job.message or f"the job was {job.state}")
    return job


def layers_of(job: Row[Any]) -> dict[str, KeptLayer]:
    """The layers of a job's result, by name, in order."""
    return {one["name"]: KeptLayer(**one) for one in json.loads(job.layers or "[]")}


def chosen_layer(job: Row[Any], name: str | None) -> KeptLayer:
    """The layer of a name; the first where none is named."""
    layers = layers_of(job)
    if not layers:
        raise RefusedError("no-such-form", "this result has no layers; ask for JSON")
    if name is None:
        return next(iter(layers.values()))
    if name not in layers:
        raise RefusedError("not-found", f"no such layer; there are: {', '.join(layers)}")
    return layers[name]


def collections_of_job(files: Files, job: Row[Any]) -> dict[str, Collection]:
    """The layers of a job's result as collections, but for those that are too long for one."""
    return {one.name: collection_of_layer(files, one) for one in layers_of(job).values()
            if one.rows <= MOST_FEATURES}


def collection_of_layer(files: Files, layer: KeptLayer) -> Collection:
    """One layer read back from its file; refused when it is too long to be features."""
    if layer.rows > MOST_FEATURES:
        raise RefusedError("no-such-form", f"{layer.name} has {layer.rows:,} rows, and features go "
                           f"up to {MOST_FEATURES:,}: ask for Parquet")
    return _read(files.find(layer.digest), layer.name)


def geopackage_of_job(files: Files, job: Row[Any], path: Path) -> None:
    """Every layer of a result that has rows, and not too many of them, in one GeoPackage."""
    layers = {one.name: cn.read_published(files.find(one.digest))
              for one in layers_of(job).values() if 0 < one.rows <= MOST_FEATURES}
    if not layers:
        raise RefusedError("no-such-form", "this result has no layers with rows; ask for JSON")
    cn.write_geopackage(layers, path)


def tag_of(job: Row[Any], form: str, layer: KeptLayer | None) -> str:
    """The ETag of one form of a result, keyed by the job: it tells nobody what others hold."""
    content = layer.digest if layer else digest_of((job.result + (job.layers or "")).encode())
    return f'"{given_out(job.id.encode(), content, form, layer.name if layer else "")}"'


def forget_unnamed(store: Store, files: Files) -> int:
    """Take away files that no job names any more."""
    with store.reading(EVERY) as connection:
        rows = connection.execute(select(jobs.c.layers).where(jobs.c.layers.is_not(None)))
        named = {one["digest"] for row in rows for one in json.loads(row.layers)}
    return files.forget_all_but(named)


@lru_cache(maxsize=32)
def _read(path: Path, name: str) -> Collection:
    """Files never change, so a layer once read holds good."""
    return collection_of(name, TITLES.get(name, name.replace("_", " ")), cn.read_published(path))
