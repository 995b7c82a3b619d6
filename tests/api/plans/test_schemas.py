"""JSON Schemas: what the software writes fits them, what is broken does not, and v1 stays v1."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cablenet_api import Settings, create_app
from cablenet_api.plans.document import PlanDocument
from cablenet_api.plans.exchange import ExportedVersion, packed
from cablenet_api.plans.states import PlanVersion, add_signature, submit
from cablenet_api.schemas import MAKERS, made_schema
from cablenet_api.workspaces.scenarios import Scenarios
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

import cablenet as cn
from tests.api.dateline_world import dateline_world

from .conftest import Signatory

Json = dict[str, Any]
PUBLISHED = Path(__file__).parents[1] / "published_schemas"
"""Each version as it first went out."""


@pytest.fixture
def written(document: PlanDocument, india: Signatory, japan: Signatory) -> dict[str, Json]:
    """One document of each schema, by the software itself."""
    version = submit(PlanVersion("ring", 1, document))
    for who in (india, japan):
        version = add_signature(version, who.sign(version),
                                public_key=who.public_key)
    signed = packed(version)
    kept = Scenarios.model_validate({"name": "two", "events": [
        {"kind": "disk", "lon": 120.5, "lat": 21, "radius_km": 50},
        {"kind": "together", "name": "both", "parts": [{"kind": "cable_loss", "cable": "ab"},
                                                       {"kind": "station_loss", "station": "a"}]}]})
    exported = ExportedVersion(plan="ring", version=1, document=document)
    models = {"scenarios-v1": kept, "plan-v1": document, "plan-version-v1": exported,
              "signature-v1": signed.signatures[0], "signed-plan-v1": signed}
    return {"layers-v1": json.loads(json.dumps(cn.layers_document(dateline_world()))),
            **{name: json.loads(model.model_dump_json(by_alias=True))
               for name, model in models.items()}}


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(create_app(Settings())) as found:
        yield found


def validator(client: TestClient, name: str) -> Draft202012Validator:
    reply = client.get(f"/schemas/{name}.json")
    assert (reply.status_code, reply.headers["content-type"]) == (200, "application/schema+json")
    schema = reply.json()
    assert schema["$id"] == f"/schemas/{name}.json"
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


@pytest.mark.parametrize("name", sorted(MAKERS))
def test_what_the_software_writes_fits_its_schema(client: TestClient, written: dict[str, Json],
                                                  name: str) -> None:
    assert [error.message for error in validator(client, name).iter_errors(written[name])] == []


@pytest.mark.parametrize("name", sorted(MAKERS))
def test_a_field_too_many_or_too_few_does_not_fit(client: TestClient, written: dict[str, Json],
                                                  name: str) -> None:
    fits, good = validator(client, name), written[name]
    assert not fits.is_valid({**good, "extra": 1})
    assert not fits.is_valid([good]) and not fits.is_valid(None)
    needed = client.get(f"/schemas/{name}.json").json()["required"]
    assert needed
    for key in needed:
        assert not fits.is_valid({at: value for at, value in good.items() if at != key}), key


def broken_map(change: Callable[[Json], object]) -> Json:
    document = json.loads(json.dumps(cn.layers_document(dateline_world())))
    change(document)
    return dict(document)


def _set(row: Json, key: str, value: object) -> None:
    row[key] = value


@pytest.mark.parametrize("change", [
    lambda d: _set(d, "schema", "cablenet/layers/2"), lambda d: _set(d, "as_of", "tomorrow"),
    lambda d: d["tables"].pop("cables"), lambda d: _set(d["tables"], "reefs", []),
    lambda d: d["tables"]["cables"][0].pop("name"),
    lambda d: _set(d["tables"]["cables"][0], "status", "sunk"),
    lambda d: _set(d["tables"]["cables"][0], "length_km", -1),
    lambda d: _set(d["tables"]["cables"][0], "length_km", "long"),
    lambda d: _set(d["tables"]["cables"][0], "colour", "red"),
    lambda d: _set(d["tables"]["cables"][0], "in_service_from", "2001"),
    lambda d: _set(d["tables"]["stations"][0]["geometry"], "type", "LineString"),
    lambda d: _set(d["tables"]["stations"][0]["geometry"], "coordinates", [0, 91]),
    lambda d: _set(d["tables"]["segments"][0]["geometry"], "coordinates", [[0, 0]]),
    lambda d: _set(d["tables"]["segments"][0], "geometry", None),
])
def test_a_broken_map_fits_neither_schema_nor_reader(client: TestClient,
                                                     change: Callable[[Json], object]) -> None:
    document = broken_map(change)
    assert not validator(client, "layers-v1").is_valid(document)
    with pytest.raises((cn.errors.InputError, cn.errors.LayersError)):
        cn.layers_from_document(document)


def test_a_map_reads_back_equal_from_its_document() -> None:
    layers = dateline_world()
    again = cn.layers_from_document(json.loads(json.dumps(cn.layers_document(layers))))
    assert again.fingerprint == layers.fingerprint


def test_the_shipped_atlas_fits(client: TestClient) -> None:
    """Sixty rows of each table: the whole of it takes five seconds."""
    document = cn.layers_document(cn.atlas())
    document["tables"] = {name: rows[::max(1, len(rows) // 60)]
                          for name, rows in document["tables"].items()}
    fits = validator(client, "layers-v1")
    assert [error.message for error in fits.iter_errors(json.loads(json.dumps(document)))] == []


@pytest.mark.parametrize(("name", "path", "value"), [
    ("scenarios-v1", ("events", 0, "radius_km"), -1), ("scenarios-v1", ("events", 0, "kind"), "x"),
    ("scenarios-v1", ("events",), []), ("scenarios-v1", ("name",), ""),
    ("plan-v1", ("title",), 3), ("plan-v1", ("parties", 0, "organisation"), ""),
    ("signature-v1", ("statement", "digest"), "abc"), ("signature-v1", ("signature",), "no key"),
    ("signed-plan-v1", ("schema",), "cablenet/signed-plan/2"), ("signed-plan-v1", ("version",), 0),
    ("signed-plan-v1", ("signatures",), []), ("plan-version-v1", ("version",), "first"),
])
def test_a_broken_document_does_not_fit(client: TestClient, written: dict[str, Json], name: str,
                                        path: tuple[str | int, ...], value: object) -> None:
    document: Any = copy.deepcopy(written[name])
    at = document
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    assert not validator(client, name).is_valid(document)


def narrowed(old: Any, new: Any, at: str = "") -> Iterator[str]:
    """Where a schema refuses what an older form of it took, or is not sure not to."""
    if isinstance(old, dict) and isinstance(new, dict):
        grows = at.rsplit("/", 1)[-1] in ("properties", "$defs", "mapping")
        for key in old.keys() | new.keys():
            if key in ("description", "title", "examples", "default") and not grows:
                continue
            if key not in new or (key not in old and not grows):
                yield f"{at}/{key}"
            elif key in old:
                yield from narrowed(old[key], new[key], f"{at}/{key}")
    elif at.endswith(("/enum", "/anyOf", "/oneOf")):
        if [one for one in old if one not in new] and len(old) != len(new):
            yield at
        elif len(old) == len(new):
            for number, (a, b) in enumerate(zip(old, new, strict=True)):
                yield from narrowed(a, b, f"{at}/{number}")
    elif old != new:
        yield at


@pytest.mark.parametrize("name", sorted(MAKERS))
def test_what_was_published_stays_valid(name: str) -> None:
    """When this fails, a change breaks what others hold on to: make the field optional, or add the
    next version of the schema."""
    assert list(narrowed(json.loads((PUBLISHED / f"{name}.json").read_text()),
                         json.loads(json.dumps(made_schema(name))))) == []


def test_a_narrower_schema_is_noticed() -> None:
    old = {"properties": {"a": {"type": "string"}}, "required": ["a"]}
    assert not list(narrowed(old, {**old, "properties": {**old["properties"], "b": {}}}))
    assert list(narrowed(old, {**old, "required": ["a", "b"]})) == ["/required"]
    assert list(narrowed(old, {**old, "properties": {}})) == ["/properties/a"]
    longer = {"a": {"type": "string", "minLength": 2}}
    assert list(narrowed(old, {**old, "properties": longer})) == ["/properties/a/minLength"]
    assert not list(narrowed({"enum": ["a"]}, {"enum": ["a", "b"]}))
    assert list(narrowed({"enum": ["a", "b"]}, {"enum": ["a"]})) == ["/enum"]


def test_there_is_a_list_and_nothing_else(client: TestClient) -> None:
    listed = client.get("/schemas").json()["schemas"]
    assert listed == {name: f"/schemas/{name}.json" for name in MAKERS}
    assert {path.stem for path in PUBLISHED.glob("*.json")} == set(MAKERS)
    assert client.get("/schemas/nothing.json").status_code == 404
    assert client.get("/schemas/..%2Fapp.json").status_code in (404, 422)
