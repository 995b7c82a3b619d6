"""Processes: every verb is one; they run on maps of workspaces, for who may see these."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cablenet_api.access.tokens import Caller
from cablenet_api.jobs.queue import add_job
from cablenet_api.processes.table import PROCESSES, compute, find
from cablenet_api.store import Store
from cablenet_api.worlds import World

import cablenet as cn
from cablenet.testing import ring
from tests.api.conftest import LOSS, House, Member
from tests.api.ring_world import agreed_network
from tests.api.test_jobs import until, worker

VERBS = {"score", "sweep", "cut-sets", "worst", "redundancy", "bases", "repairs", "validate",
         "report", "traffic", "survival", "demand", "demand-curve", "worst-curve", "fewest",
         "fortify", "worst-places", "draws", "repair-prices", "simulate-years", "spares", "routes",
         "solar-shares", "check", "replay"}
ON_A_MAP = VERBS - {"validate", "report", "replay"}
"""Those three are about the shipped atlas and what others published of it."""


def test_every_verb_is_a_process_and_runs_on_maps_but_for_three() -> None:
    assert set(PROCESSES) == VERBS
    assert {key for key, one in PROCESSES.items() if "map" in one.inputs.model_fields} == ON_A_MAP


def layers_without(*cables: str) -> dict[str, Any]:
    """The ring without some of its cables, as a document."""
    layers = ring()
    tables = {name: layers.tables[name][~layers.tables[name]["cable_id"].isin(cables)]
              for name in ("cables", "segments", "landings")}
    return dict(json.loads(json.dumps(cn.layers_document(layers.with_tables(**tables)))))


def map_of(who: Member) -> tuple[dict[str, str], str, str]:
    """A workspace with the ring without cd as its map: how to name it, its path, its ETag."""
    space = who.ask("POST", "/workspaces", {"name": "maps"}).json()["id"]
    made = who.ask("POST", f"/workspaces/{space}/maps",
                   {"name": "no cd", "map": layers_without("cd")})
    assert made.status_code == 201, made.text
    return ({"workspace": space, "map": made.json()["id"]}, made.headers["location"],
            made.headers["etag"])


def isolated(who: Member, **inputs: object) -> int:
    reply = who.ask("POST", "/processes/score/execution",
                    {"inputs": {"events": [LOSS], "metrics": ["isolated"], **inputs}})
    assert reply.status_code == 200, reply.text
    return int(reply.json()["scenarios"][0]["values"]["isolated_countries"])


def test_scores_on_a_map_of_a_workspace_by_version(house: House, name: str) -> None:
    """By hand: on the ring losing ab isolates nobody; where cd is gone too, BB and CC."""
    who, partner = house.admit(name), house.admit(f"partner {name}", "viewer")
    named, path, tag = map_of(who)
    assert isolated(who) == 0
    assert isolated(who, map=named) == 2
    whole = who.ask("PUT", path, {"name": "whole", "map": layers_without()}, **{"If-Match": tag})
    assert whole.json()["version"] == 2
    assert isolated(who, map=named) == 0
    assert isolated(who, map={**named, "version": 1}) == 2
    assert isolated(who, map={**named, "version": 1}, as_of="2026-01-01") == 2
    who.ask("POST", f"/workspaces/{named['workspace']}/parties",
            {"organisation": partner.organisation})
    assert isolated(partner, map={**named, "version": 1}) == 2


@pytest.mark.parametrize("process", ["score", "worst"])
def test_a_map_of_others_is_not_found_and_makes_no_job(house: House, store: Store, name: str,
                                                       process: str) -> None:
    other, who = house.admit(f"other {name}"), house.admit(name)
    theirs, _, _ = map_of(other)
    mine, _, _ = map_of(who)
    asked = {"score": {"events": [LOSS]}, "worst": {"k": 1}}[process]
    for named in (theirs, {**mine, "map": theirs["map"]}, {**mine, "map": "0" * 32},
                  {**mine, "version": 2}):
        reply = who.ask("POST", f"/processes/{process}/execution",
                        {"inputs": {**asked, "map": named}})
        assert (reply.status_code, reply.json()["type"]) == (404, "/problems/not-found")
    assert who.ask("GET", "/jobs").json()["jobs"] == []


def test_a_job_keeps_to_the_version_it_began_with(house: House, store: Store, name: str,
                                                  tmp_path: Path) -> None:
    """By hand: with cd gone the worst single loss is ab (BB and CC); on the whole ring none."""
    who = house.admit(name)
    named, path, tag = map_of(who)
    old = who.ask("POST", "/processes/worst/execution", {"inputs": {"k": 1, "map": named}}).json()
    assert who.ask("PUT", path, {"name": "whole", "map": layers_without()},
                   **{"If-Match": tag}).status_code == 200
    new = who.ask("POST", "/processes/worst/execution", {"inputs": {"k": 1, "map": named}}).json()
    with worker(house, tmp_path):
        found = [results_of(who, one["jobID"]) for one in (old, new)]
    assert [one["objective"] for one in found] == [2, 0]
    assert found[0]["network"]["fingerprint"] != found[1]["network"]["fingerprint"]


def results_of(who: Member, job: str) -> dict[str, Any]:
    until(lambda: who.ask("GET", f"/jobs/{job}").json()["status"] in ("successful", "failed"))
    reply = who.ask("GET", f"/jobs/{job}/results")
    return dict(reply.json())


def test_a_worker_asks_again_whether_the_map_may_be_seen(house: House, store: Store, name: str,
                                                         tmp_path: Path) -> None:
    """A job that names a map of others, put into the queue behind the routes' back."""
    other, who = house.admit(f"other {name}"), house.admit(name)
    theirs, _, _ = map_of(other)
    with store.writing(who.organisation) as connection:
        job = add_job(connection, Caller(who.organisation, who.person, "admin"), "worst",
                      json.dumps({"k": 1, "map": {**theirs, "version": 1}}), 9)
    with worker(house, tmp_path):
        refused = results_of(who, job.id)
    assert refused["type"] == "/problems/no-result"
    assert refused["detail"] == "not-found: no such workspace"


def test_bases_as_the_library_finds_them() -> None:
    """Two ships, two ports; with one ship the proved choice is what the library's own call says."""
    world, process = World(agreed_network(None)), PROCESSES["bases"]
    asked = process.inputs(agreement="RING", ships=1, years=20, sea_router=False)
    found = find(process, world, asked)
    net = world.network
    plan = cn.plan_bases(net, cn.fault_model(net), "RING", ships=1, years=20)
    told = {key: value for key, value in found.answer.items() if key not in ("network", "seconds")}
    assert told == {key: value for key, value in json.loads(json.dumps(plan.to_json())).items()
                    if key != "seconds"}
    bases = found.draw()["bases"]
    assert set(bases["port"]) <= {"B", "D"}
    for model in ("today", "p_median", "coverage", "simulation"):
        assert bases[f"ships_{model}"].sum() == 1, model
    at = dict(zip(bases["port"], bases.geometry, strict=True))
    for port, place in (("B", (10.0, 0.0)), ("D", (0.0, -10.0))):
        assert port not in at or (at[port].x, at[port].y) == place


def test_one_more_ship_by_port() -> None:
    world, process = World(agreed_network(None)), PROCESSES["bases"]
    asked = process.inputs(one_more=["BB"], years=5, sea_router=False)
    found = find(process, world, asked)
    assert {row["port"] for row in found.answer["ports"]} == {"B", "D"}
    assert list(found.draw()["ports"]["port"]) == [row["port"] for row in found.answer["ports"]]


@pytest.mark.parametrize("inputs", [
    {}, {"agreement": "RING", "one_more": ["BB"]}, {"one_more": ["BB"], "ships": 2},
    {"agreement": "RING", "years": 0}, {"agreement": "RING", "map": {"workspace": "x", "map": "y"}},
])
def test_bases_take_one_question(house: House, store: Store, name: str, inputs: object) -> None:
    who = house.admit(name)
    reply = who.ask("POST", "/processes/bases/execution", {"inputs": inputs})
    assert (reply.status_code, reply.json()["type"]) == (422, "/problems/invalid-request")
    assert who.ask("GET", "/jobs").json()["jobs"] == []


def test_an_unknown_agreement_names_those_there_are() -> None:
    process = PROCESSES["bases"]
    with pytest.raises(cn.errors.UnknownNameError, match="RING"):
        compute(process, World(agreed_network(None)), process.inputs(agreement="RNG"))
