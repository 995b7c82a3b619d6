"""Clients that two generators make from the service's description, used as their makers mean it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cablenet_api import Settings, admit_member, create_app
from cablenet_api.worlds import World, load_atlas
from jsonschema import Draft202012Validator

from tests.api.conftest import House
from tests.api.generated import MODULES, PYTHON, SCRIPTS, needs_generator, needs_node, said
from tests.api.live import served
from tests.api.ring_world import ring_network

FOUND = {"isolated": [0, 3], "country": "BB", "unit": "countries",
         "refused": "/problems/unknown-name", "job": "accepted"}
"""By hand: on the ring losing ab isolates nobody; ab and da cut BB, CC and DD off the hub AA."""
Json = dict[str, Any]


@pytest.fixture
def service(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """The address of a service with login, described in `openapi.json`, and a token."""
    settings = Settings(database=f"sqlite:///{tmp_path / 'kept.sqlite'}", login="tokens")
    app = create_app(settings, load_network=ring_network)
    (tmp_path / "openapi.json").write_text(json.dumps(app.openapi()))
    token = admit_member(settings, "mine", "me", "planner", 1)["secret"]
    with served(app) as address:
        yield address, token
    app.state.store.close()


@needs_generator
def test_a_python_client_is_made_whole_and_scores(service: tuple[str, str], tmp_path: Path) -> None:
    told = said(PYTHON, "-m", "openapi_python_client", "generate", "--path", "openapi.json",
                "--output-path", "made", "--meta", "none", folder=tmp_path)
    # the one thing it has no word for: an audit log as one JSON object a line
    assert "Unable to" not in told and "Skipping" not in told
    assert told.count("WARNING parsing") == told.count("Unsupported content_type") == 2
    (tmp_path / "score.py").write_bytes((SCRIPTS / "score.py").read_bytes())
    assert json.loads(said(PYTHON, "score.py", *service, folder=tmp_path)) == FOUND


@needs_node
def test_a_typescript_client_compiles_strictly_and_scores(service: tuple[str, str],
                                                          tmp_path: Path) -> None:
    (tmp_path / "node_modules").symlink_to(MODULES)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "score.ts").write_bytes((SCRIPTS / "score.ts").read_bytes())
    said("node", MODULES / "openapi-typescript" / "bin" / "cli.js", "openapi.json",
         "--default-non-nullable=false", "-o", "made.ts", folder=tmp_path)
    said("node", MODULES / "typescript" / "bin" / "tsc", "--strict", "--target", "es2022",
         "--module", "nodenext", "--noUncheckedIndexedAccess", "--lib", "es2023,dom",
         "--skipLibCheck", "score.ts", folder=tmp_path)
    assert json.loads(said("node", "score.js", *service, folder=tmp_path)) == FOUND


def described() -> Json:
    app = create_app(Settings(login="tokens"), load_network=ring_network)
    return dict(json.loads(json.dumps(app.openapi())))


def bodies(document: Json) -> Iterator[tuple[str, Json]]:
    """Each operation that takes a body, with how it is described."""
    for path, verbs in document["paths"].items():
        for verb, operation in verbs.items():
            if "requestBody" in operation:
                yield f"{verb.upper()} {path}", operation["requestBody"]["content"]


def test_every_body_has_examples_that_its_schema_takes() -> None:
    document, count = described(), 0
    assert document["openapi"].startswith("3.1.")
    for operation, content in bodies(document):
        described_body = content["application/json"]
        assert described_body.get("examples"), operation
        schema = {**described_body["schema"], "components": document["components"]}
        for name, example in described_body["examples"].items():
            wrong = list(Draft202012Validator(schema).iter_errors(example["value"]))
            assert not wrong, (operation, name, wrong)
            count += 1
    assert count >= 30


def test_what_an_example_hands_over_whole_is_taken(house: House, name: str) -> None:
    """The map and the signed plan of the examples need nothing that was there before."""
    admin, signatory = house.admit(name), house.admit(name, "signatory")
    space = admin.ask("POST", "/workspaces", {"name": "examples"}).json()["id"]
    told = dict(bodies(described()))
    for who, what in ((admin, "maps"), (signatory, "received-plans")):
        content = told[f"POST /workspaces/{{workspace}}/{what}"]
        for example in content["application/json"]["examples"].values():
            reply = who.ask("POST", f"/workspaces/{space}/{what}", example["value"])
            assert reply.status_code == 201, reply.text


def test_every_operation_has_a_name_of_its_own() -> None:
    names = [operation["operationId"] for verbs in described()["paths"].values()
             for operation in verbs.values()]
    assert len(names) == len(set(names)) and all(name.isidentifier() for name in names)
    assert {"score", "execute", "layers", "layers_job", "layers_map"} <= set(names)


def test_examples_name_what_the_atlas_holds() -> None:
    """Every failure in an example is one on the shipped atlas, every process one of ours."""
    from cablenet_api.events import Event
    from cablenet_api.failures import scenarios_of
    from cablenet_api.processes import PROCESSES
    from pydantic import TypeAdapter

    world, found = World(load_atlas(None)), []

    def events(value: Any) -> Iterator[Json]:
        if isinstance(value, dict):
            if "kind" in value:
                yield value
            else:
                for one in value.values():
                    yield from events(one)
        elif isinstance(value, list):
            for one in value:
                yield from events(one)

    for operation, content in bodies(described()):
        for name, example in content["application/json"]["examples"].items():
            found += [TypeAdapter(Event).validate_python(one) for one in events(example["value"])]
            if "/processes/" in operation and name in PROCESSES:
                PROCESSES[name].inputs.model_validate(example["value"]["inputs"])
    assert len(scenarios_of(world, found[:50])) == len(found[:50]) > 10
