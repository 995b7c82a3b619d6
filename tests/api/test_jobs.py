"""Processes and jobs: asked over HTTP, claimed in turn, kept through the death of a worker."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event

import pytest
from cablenet_api import Settings
from cablenet_api.jobs.queue import MOST_ATTEMPTS, Claim, beat, claim_job, finish
from cablenet_api.processes.desk import Desk
from cablenet_api.processes.table import PROCESSES, compute, find
from cablenet_api.store import Store
from cablenet_api.store.files import files_at
from cablenet_api.store.store import EVERY
from cablenet_api.store.tables import jobs
from cablenet_api.worlds import World
from sqlalchemy import update

from cablenet.errors import InputError
from tests.api.conftest import LOSS, House, Member, ring_network

WORKER = Path(__file__).with_name("slow_worker.py")
ASKED = {"max_order": 2}


def job_by(who: Member, process: str = "cut-sets", inputs: object = None) -> str:
    reply = who.ask("POST", f"/processes/{process}/execution", {"inputs": inputs or ASKED},
                    Prefer="respond-async")
    assert reply.status_code == 201, reply.text
    assert reply.headers["location"] == f"/jobs/{reply.json()['jobID']}"
    return str(reply.json()["jobID"])


def claimed(store: Store, lease_s: float = 60.0, most: int = 2) -> Claim | None:
    with store.writing(EVERY) as connection:
        return claim_job(connection, "w", lease_s, most)


def held(store: Store) -> Claim:
    claim = claimed(store)
    assert claim is not None
    return claim


def ended(store: Store, claim: Claim, result: str = "{}") -> bool:
    with store.writing(EVERY) as connection:
        return finish(connection, claim, "successful", result, "")


def lapse(store: Store) -> None:
    """As if every worker had been silent for long."""
    with store.writing(EVERY) as connection:
        connection.execute(update(jobs).where(jobs.c.state == "running").values(
            lease_until="2020-01-01T00:00:00.000000+00:00"))


def test_every_process_is_listed_and_described(house: House, name: str) -> None:
    who = house.admit(name, "viewer")
    listed = who.ask("GET", "/processes").json()["processes"]
    assert [one["id"] for one in listed] == list(PROCESSES)
    for key, process in PROCESSES.items():
        described = who.ask("GET", f"/processes/{key}").json()
        assert set(described["inputs"]) == set(process.inputs.model_fields)
    assert who.ask("GET", "/processes/nothing").status_code == 404


def test_a_quick_process_answers_at_once_what_score_answers(house: House, name: str) -> None:
    who = house.admit(name, "viewer")
    asked = {"events": [LOSS], "metrics": ["isolated"]}
    answer = who.ask("POST", "/processes/score/execution", {"inputs": asked})
    assert answer.status_code == 200
    assert answer.json() == who.ask("POST", "/score", asked).json()


@pytest.mark.parametrize(("process", "inputs", "pointer"), [
    ("worst", {"k": 0}, "/inputs/k"), ("worst", {}, "/inputs/k"),
    ("worst", {"k": 2, "more": 1}, "/inputs/more"), ("cut-sets", {"unit": "x"}, "/inputs/unit"),
    ("cut-sets", {"max_order": 2.0}, "/inputs/max_order"),
    ("repairs", {"event": {"kind": "meteor"}}, "/inputs/event"),
    ("redundancy", {"countries": ["india"]}, "/inputs/countries/0"),
    ("sweep", {"order": 9}, "/inputs/order"), ("report", {"study": "../x"}, "/inputs/study"),
    ("validate", {"data": "/etc"}, "/inputs/data"),
])
def test_wrong_inputs_are_refused_with_their_place_and_make_no_job(
        house: House, store: Store, name: str, process: str, inputs: object, pointer: str) -> None:
    who = house.admit(name)
    reply = who.ask("POST", f"/processes/{process}/execution", {"inputs": inputs})
    assert reply.status_code == 422
    assert [one["pointer"] for one in reply.json()["problems"]] == [pointer]
    assert who.ask("GET", "/jobs").json()["jobs"] == []


def test_a_viewer_starts_no_job(house: House, name: str) -> None:
    who = house.admit(name, "viewer")
    asked = {"inputs": {"events": [LOSS]}}
    assert who.ask("POST", "/processes/cut-sets/execution", {"inputs": ASKED}).status_code == 403
    assert who.ask("POST", "/processes/score/execution", asked, Prefer="respond-async"
                   ).status_code == 403


def test_a_job_goes_from_accepted_to_its_results(house: House, store: Store, name: str) -> None:
    who = house.admit(name)
    key = job_by(who)
    assert who.ask("GET", f"/jobs/{key}").json()["status"] == "accepted"
    early = who.ask("GET", f"/jobs/{key}/results")
    assert (early.status_code, early.json()["type"]) == (404, "/problems/result-not-ready")
    claim = held(store)
    assert (claim.id, claim.process) == (key, "cut-sets")
    assert ended(store, claim, '{"a": 1}')
    status = who.ask("GET", f"/jobs/{key}").json()
    assert (status["status"], status["attempts"]) == ("successful", 1)
    assert who.ask("GET", f"/jobs/{key}/results").json() == {"a": 1}


def test_a_late_worker_changes_nothing(house: House, store: Store, name: str) -> None:
    who = house.admit(name)
    key = job_by(who)
    first = held(store)
    lapse(store)
    second = held(store)
    assert (second.id, second.attempt) == (key, 2)
    with store.writing(EVERY) as connection:
        assert not beat(connection, first, 60)
        assert beat(connection, second, 60)
    assert not ended(store, first, '"late"')
    assert ended(store, second, '"right"')
    assert not ended(store, second, '"twice"')
    assert who.ask("GET", f"/jobs/{key}/results").json() == "right"


def test_a_job_that_kills_its_workers_is_given_up(house: House, store: Store, name: str) -> None:
    who = house.admit(name)
    key = job_by(who)
    for _ in range(MOST_ATTEMPTS):
        held(store)
        lapse(store)
    assert claimed(store) is None
    status = who.ask("GET", f"/jobs/{key}").json()
    assert (status["status"], status["attempts"]) == ("failed", MOST_ATTEMPTS)
    reply = who.ask("GET", f"/jobs/{key}/results")
    assert (reply.status_code, reply.json()["type"]) == (409, "/problems/no-result")


def test_organisations_take_turns(house: House, store: Store, name: str) -> None:
    """A asks for three jobs before B asks for two; one worker, which ends each job it takes:
    A's first (it is the oldest), then B, for A has begun later than B (never), A, B, A."""
    a, b = house.admit(f"a {name}"), house.admit(f"b {name}")
    owner = {job_by(a): "a" for _ in range(3)} | {job_by(b): "b" for _ in range(2)}
    turns = []
    while (claim := claimed(store)) is not None:
        turns.append(owner[claim.id])
        assert ended(store, claim)
    assert turns == ["a", "b", "a", "b", "a"]


def test_no_organisation_takes_all_workers(house: House, store: Store, name: str) -> None:
    a, b = house.admit(f"a {name}"), house.admit(f"b {name}")
    owner = {job_by(a): "a" for _ in range(4)}
    claims = [claimed(store) for _ in range(3)]
    assert [claim and owner[claim.id] for claim in claims] == ["a", "a", None]
    owner[job_by(b)] = "b"
    assert owner[held(store).id] == "b"


def test_no_job_is_claimed_twice(house: House, store: Store, name: str) -> None:
    who = house.admit(name)
    asked = {job_by(who) for _ in range(8)}
    with ThreadPoolExecutor(8) as pool:
        got = [claim.id for claim in pool.map(lambda _: claimed(store, most=99), range(16))
               if claim is not None]
    while (claim := claimed(store, most=99)) is not None:  # SKIP LOCKED may leave some for later
        got.append(claim.id)
    assert sorted(got) == sorted(asked)


def test_too_many_waiting_jobs_are_refused(house: House, store: Store, name: str) -> None:
    who = house.admit(name)
    for _ in range(house.settings.jobs_waiting):
        job_by(who)
    reply = who.ask("POST", "/processes/cut-sets/execution", {"inputs": ASKED})
    assert (reply.status_code, reply.json()["type"]) == (429, "/problems/too-many-jobs")
    assert reply.headers["retry-after"]


def test_a_dismissed_job_is_taken_by_nobody_and_finished_by_nobody(house: House, store: Store,
                                                                   name: str) -> None:
    who = house.admit(name)
    waiting, running = job_by(who), None
    assert who.ask("DELETE", f"/jobs/{waiting}").json()["status"] == "dismissed"
    assert claimed(store) is None
    running = job_by(who)
    claim = held(store)
    assert who.ask("DELETE", f"/jobs/{running}").json()["status"] == "dismissed"
    assert not ended(store, claim)
    assert who.ask("GET", f"/jobs/{running}/results").status_code == 409


def test_events_tell_each_change_and_resume(house: House, store: Store, name: str) -> None:
    who = house.admit(name)
    key = job_by(who)
    assert ended(store, held(store))
    told = who.ask("GET", f"/jobs/{key}/events")
    assert told.headers["content-type"].startswith("text/event-stream")
    # accepted, running and successful are revisions 1, 2 and 3; a late reader gets the last
    assert told.text.startswith("id: 3\nevent: status\ndata: {") and '"successful"' in told.text
    assert who.ask("GET", f"/jobs/{key}/events", **{"Last-Event-ID": "3"}).text == ""
    assert who.ask("GET", f"/jobs/{'0' * 32}/events").status_code == 404


@contextmanager
def worker(house: House, folder: Path, job_s: float = 60.0, script: Path = WORKER
           ) -> Iterator[subprocess.Popen[bytes]]:
    begun = subprocess.Popen(
        [sys.executable, str(script), house.settings.database, str(folder), str(job_s)],
        start_new_session=True, env={**os.environ, "CABLENET_FILES": str(house.settings.files)})
    try:
        yield begun
    finally:
        with suppress(ProcessLookupError):
            os.killpg(begun.pid, signal.SIGKILL)
        begun.wait()


def until(is_so: Callable[[], bool], seconds: float = 60.0) -> None:
    ends = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < ends, "it never came to be"
        Event().wait(0.05)


def test_a_job_outlives_the_death_of_its_worker(house: House, store: Store, name: str,
                                                tmp_path: Path) -> None:
    who = house.admit(name)
    key = job_by(who)
    with worker(house, tmp_path):
        until((tmp_path / "begun").exists)  # killed here, by kill -9, in the middle of the job
    assert who.ask("GET", f"/jobs/{key}").json()["status"] == "running"
    (tmp_path / "go").touch()
    with worker(house, tmp_path):
        until(lambda: who.ask("GET", f"/jobs/{key}").json()["status"] != "running")
    status = who.ask("GET", f"/jobs/{key}").json()
    assert (status["status"], status["attempts"]) == ("successful", 2)
    process = PROCESSES["cut-sets"]
    undisturbed = compute(process, World(ring_network(None)), process.inputs(**ASKED))
    assert who.ask("GET", f"/jobs/{key}/results").json() == undisturbed
    # by hand: on a ring with AA the hub, BB is cut off by ab with bc, cd or da: any cut on
    # each side of it; likewise CC and DD. BB: 1 x 3, CC: 2 x 2, DD: 3 x 1
    assert len(undisturbed["cut_sets"]) == 10
    # each of the four cables is part of some: drawn as layers by the worker
    units = who.ask("GET", f"/jobs/{key}/layers/collections/units/items").json()
    assert [one["id"] for one in units["features"]] == ["ab", "bc", "cd", "da"]


def test_a_dismissed_job_ends_its_computation(house: House, store: Store, name: str,
                                              tmp_path: Path) -> None:
    who = house.admit(name)
    first = job_by(who)
    with worker(house, tmp_path):
        until((tmp_path / "begun").exists)
        who.ask("DELETE", f"/jobs/{first}")
        second = job_by(who, "worst", {"k": 2})  # needs the one worker to let go of the first
        until(lambda: who.ask("GET", f"/jobs/{second}").json()["status"] == "successful")
    # by hand: with ab and da cut nobody of BB, CC and DD reaches the hub AA
    assert who.ask("GET", f"/jobs/{second}/results").json()["objective"] == 3
    assert who.ask("GET", f"/jobs/{first}").json()["status"] == "dismissed"


def test_a_job_that_takes_too_long_is_ended(house: House, store: Store, name: str,
                                            tmp_path: Path) -> None:
    who = house.admit(name)
    key = job_by(who)
    with worker(house, tmp_path, job_s=0.2):
        until(lambda: who.ask("GET", f"/jobs/{key}").json()["status"] == "failed")
    assert who.ask("GET", f"/jobs/{key}").json()["message"] == (
            "more than 0.2 s, the limit of your organisation")


def test_an_organisation_has_limits_of_its_own(house: House, store: Store, name: str,
                                               tmp_path: Path, monkeypatch) -> None:
    """A fifth of a second for one organisation, a minute for the others."""
    hurried, patient = house.admit(name), house.admit(f"{name} too")
    monkeypatch.setenv("CABLENET_ORGANISATION_LIMITS", json.dumps({name: {"job_s": 0.2}}))
    key = job_by(hurried)
    with worker(house, tmp_path):
        until(lambda: hurried.ask("GET", f"/jobs/{key}").json()["status"] == "failed")
        assert hurried.ask("GET", f"/jobs/{key}").json()["message"] == (
            "more than 0.2 s, the limit of your organisation")
        other = job_by(patient)
        until(lambda: patient.ask("GET", f"/jobs/{other}").json()["status"] == "running")
        time.sleep(0.5)  # longer than the other's limit
        (tmp_path / "go").touch()
        until(lambda: patient.ask("GET", f"/jobs/{other}").json()["status"] == "successful")


def test_limits_of_an_organisation_replace_those_of_all_and_bad_ones_are_refused() -> None:
    settings = Settings(job_mb=100, organisation_limits={"A": {"job_s": 5, "job_scenarios": 7}})
    own, others = settings.of_organisation("A"), settings.of_organisation("B")
    assert (own.job_s, own.job_mb, own.job_scenarios) == (5, 100, 7)
    assert others is settings
    for bad in ({"job_s": 0}, {"job_mb": -1}, {"job_s": float("nan")}, {"jobs": 1},
                {"job_mb": 2**63}, {"job_scenarios": True}):
        with pytest.raises(ValueError, match=r"organisation_limits\.A"):
            Settings(organisation_limits={"A": bad})


SAMPLE = {"samples": 300, "order": 2, "seed": 7, "metrics": ["margin"]}
"""Three chunks of 100."""


def test_a_sweep_goes_on_where_its_worker_died(house: House, store: Store, name: str,
                                               tmp_path: Path) -> None:
    """The worker dies by kill -9 after the first of its chunks; the next one starts with what is
    kept, and ends with the digest of a sweep that nobody disturbed."""
    who = house.admit(name)
    key = job_by(who, "sweep", SAMPLE)
    script = Path(__file__).with_name("dying_worker.py")
    with worker(house, tmp_path, script=script) as first:
        until(lambda: first.poll() is not None)
    assert who.ask("GET", f"/jobs/{key}").json()["status"] == "running"
    left = files_at(house.settings.files, house.settings.database).room(key)
    with worker(house, tmp_path, script=script):
        until(lambda: who.ask("GET", f"/jobs/{key}").json()["status"] != "running")
        until(lambda: not left.exists())  # the worker clears up after it has told
    status = who.ask("GET", f"/jobs/{key}").json()
    assert (status["status"], status["attempts"], status["progress"]) == ("successful", 2, 100)
    assert float((tmp_path / "resumed").read_text()) == pytest.approx(1 / 3)
    assert not (tmp_path / "orphan").exists()
    found = who.ask("GET", f"/jobs/{key}/results").json()
    process = PROCESSES["sweep"]
    undisturbed = compute(process, World(ring_network(None)), process.inputs(**SAMPLE))
    assert found["digest"] == undisturbed["digest"] and found["scenarios"] == 300


def test_a_sweep_by_hand(house: House) -> None:
    """All single and double cuts of the ring. One cut isolates nobody; the 6 pairs: ab and bc
    isolate BB (1), ab and cd: BB and CC (2), ab and da all three (3), bc and cd: CC (1), bc and
    da: CC and DD (2), cd and da: DD (1)."""
    process = PROCESSES["sweep"]
    found = compute(process, World(ring_network(None)), process.inputs(order=2))
    assert (found["scenarios"], found["solved"], found["failed"]) == (10, 10, 0)
    worst = found["worst"]
    assert sorted(row["isolated_countries"] for row in worst) == [1, 1, 1, 2, 2, 3]
    events = compute(process, World(ring_network(None)), process.inputs.model_validate(
        {"events": [LOSS]}))
    assert events["scenarios"] == 1


def test_a_sweep_beyond_the_limit_of_scenarios_is_refused(tmp_path: Path) -> None:
    process = PROCESSES["sweep"]
    with pytest.raises(InputError, match="10 scenarios, and one job may ask for 9"):
        find(process, World(ring_network(None)), process.inputs(order=2),
             Desk(tmp_path / "w", most_scenarios=9))
