"""Pace, retries and figures: what every caller may rely on; and the Python client."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from cablenet_api import Settings, create_app
from cablenet_api.client import Kept, ServiceError, connect
from cablenet_api.manners.pace import Pace
from cablenet_api.store import Store
from cablenet_api.store.store import EVERY
from cablenet_api.store.tables import once
from sqlalchemy import select, update
from starlette.testclient import TestClient

from tests.api.conftest import LOSS, House, Member
from tests.api.live import served
from tests.api.ring_world import ring_network

KEPT = {"name": "one cable", "events": [LOSS]}


def space_of(who: Member) -> str:
    return f"/workspaces/{who.ask('POST', '/workspaces', {'name': 'sea'}).json()['id']}"


def names_in(who: Member, space: str) -> list[str]:
    kept = who.ask("GET", f"{space}/scenarios").json()["items"]
    return [one["scenarios"]["name"] for one in kept]


def test_a_request_sent_again_with_its_key_is_done_once_and_answered_the_same(
        house: House, name: str) -> None:
    who = house.admit(name)
    space = space_of(who)
    first, again = (who.ask("POST", f"{space}/scenarios", KEPT, **{"Idempotency-Key": "a"})
                    for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert first.headers["location"] == again.headers["location"]
    assert again.headers["idempotency-replayed"] == "true"
    assert names_in(who, space) == ["one cable"]
    other = who.ask("POST", f"{space}/scenarios", {**KEPT, "name": "x"}, **{"Idempotency-Key": "a"})
    assert (other.status_code, other.json()["type"]) == (422, "/problems/key-used")
    assert names_in(who, space) == ["one cable"]
    bad = who.ask("POST", f"{space}/scenarios", KEPT, **{"Idempotency-Key": "a b"})
    assert bad.status_code == 422


def test_keys_belong_to_their_caller_and_refusals_are_not_kept(house: House, name: str) -> None:
    one, other = house.admit(f"a {name}"), house.admit(f"b {name}")
    key = {"Idempotency-Key": "same"}
    found = [who.ask("POST", "/workspaces", {"name": "w"}, **key).json()["id"]
             for who in (one, other)]
    assert found[0] != found[1]
    assert one.ask("POST", "/workspaces", {"name": ""}, **{"Idempotency-Key": "k"}
                   ).status_code == 422
    assert one.ask("POST", "/workspaces", {"name": "v"}, **{"Idempotency-Key": "k"}
                   ).status_code == 201
    gone = house.admit(f"a {name}", "planner")
    assert gone.ask("POST", "/workspaces", {"name": "u"}, **key).status_code == 201
    assert one.ask("DELETE", f"/members/{gone.person}").status_code == 204
    assert gone.ask("POST", "/workspaces", {"name": "u"}, **key).status_code == 401


def test_many_at_once_with_one_key_do_it_once(house: House, name: str) -> None:
    who = house.admit(name)
    space = space_of(who)
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda _: who.ask(
            "POST", f"{space}/scenarios", KEPT, **{"Idempotency-Key": "k"}).status_code, range(8)))
    assert set(got) <= {201, 409} and 201 in got
    assert names_in(who, space) == ["one cable"]


def test_a_server_that_dies_before_it_answers_leaves_a_request_that_is_not_done_twice(
        house: House, name: str) -> None:
    """As after kill -9 between the write and the answer: the key is written, without an answer.
    And between the reservation and the write: a minute later the key is free."""
    who = house.admit(name)
    space = space_of(who)
    keyed = {"Idempotency-Key": f"k{name}"}
    assert who.ask("POST", f"{space}/scenarios", KEPT, **keyed).status_code == 201
    store = Store(house.settings.database)

    def put(**values: object) -> None:
        with store.writing(EVERY) as connection:
            connection.execute(update(once).where(once.c.key == f"k{name}").values(**values))

    put(state="written", body=None, headers=None, status=None)
    told = who.ask("POST", f"{space}/scenarios", KEPT, **keyed)
    assert (told.status_code, told.json()["type"]) == (409, "/problems/done-unanswered")
    put(state="reserved")
    told = who.ask("POST", f"{space}/scenarios", KEPT, **keyed)
    assert (told.status_code, told.json()["type"]) == (409, "/problems/under-way")
    assert told.headers["retry-after"]
    assert names_in(who, space) == ["one cable"]
    put(at="2020-01-01T00:00:00.000000+00:00")
    assert who.ask("POST", f"{space}/scenarios", KEPT, **keyed).status_code == 201
    store.close()


def test_the_write_itself_marks_the_key(house: House, name: str) -> None:
    """The mark is in the transaction of the write: an answer that is never kept leaves it."""
    who = house.admit(name)
    secret = who.ask("POST", "/tokens", {"label": "x"}, **{"Idempotency-Key": f"t{name}"}).json()
    store = Store(house.settings.database)
    with store.reading(EVERY) as connection:
        row = connection.execute(select(once).where(once.c.key == f"t{name}")).one()
    store.close()
    assert (row.state, row.body) == ("written", None)  # no secret is kept
    again = who.ask("POST", "/tokens", {"label": "x"}, **{"Idempotency-Key": f"t{name}"})
    assert again.status_code == 409 and secret["secret"] not in again.text
    assert len(who.ask("GET", "/tokens").json()) == 2


def test_a_caller_who_asks_too_fast_is_told_when_to_come_back() -> None:
    settings = Settings(requests_per_s=0.5, requests_burst=3)
    client = TestClient(create_app(settings, load_network=ring_network))
    got = [client.get("/health") for _ in range(5)]
    assert [one.status_code for one in got] == [200, 200, 200, 429, 429]
    assert got[3].headers["retry-after"] == "2"  # at one request in two seconds
    assert got[3].json()["type"] == "/problems/too-many-requests"
    assert client.get("/health", headers={"Authorization": "Bearer x"}).status_code == 200
    assert client.get("/healthz").status_code == 200  # whoever watches is always answered


def test_a_bucket_fills_by_hand() -> None:
    """Burst 2, one a second: two at 0 s, none left until 1 s; after a long rest two again."""
    pace = Pace(None, per_s=1.0, burst=2)
    told = [pace.wait_s("a", moment) for moment in (0.0, 0.0, 0.25, 1.0, 100.0, 100.0, 100.0)]
    assert told == [0.0, 0.0, 0.75, 0.0, 0.0, 0.0, 1.0]
    assert pace.wait_s("b", 100.0) == 0.0


def test_figures_count_answers_by_route_and_tell_no_ids(house: House, name: str) -> None:
    who = house.admit(name)
    space = space_of(who)
    who.ask("GET", f"{space}/scenarios")
    who.ask("GET", f"/workspaces/{'0' * 32}")
    page = house.client.get("/metrics")
    assert page.status_code == 200 and page.headers["content-type"].startswith("text/plain")
    assert ('cablenet_requests_total{method="GET",route="/workspaces/{workspace}/scenarios",'
            'status="200"}') in page.text
    assert 'cablenet_jobs{state="accepted"}' in page.text
    for secret in (space.rsplit("/", 1)[1], who.person, who.organisation, "0" * 32):
        assert secret not in page.text


def test_the_python_client_speaks_the_librarys_nouns(house: House, name: str) -> None:
    """By hand: with ab and da lost BB, CC and DD are cut off from AA."""
    who = house.admit(name)
    with served(house.client.app) as address:
        service = connect(address, who.token)
        answer = service.score([{"kind": "together", "name": "both", "parts": [
            LOSS, {"kind": "cable_loss", "cable": "da"}]}])
        assert answer["scenarios"][0]["values"]["isolated_countries"] == 3
        space = service.found_workspace("sea")
        assert service.workspace("sea").path == space.path
        kept = space.add_scenarios("one", [LOSS])
        assert kept.replace({"name": "two", "events": [LOSS]})["version"] == 2
        assert [one.read()["scenarios"]["name"] for one in space.scenarios()] == ["two"]
        laid = space.add_overlay({"name": "x", "lit_tbps": {"ab": 37.0}})
        scored = laid.score([LOSS], metrics=["capacity_loss"], countries=["BB"])
        assert scored["scenarios"][0]["countries"][0]["values"]["capacity_loss_tbps"] == 37.0
        plan = space.add_plan({"title": "draft"})
        with pytest.raises(ServiceError, match="incomplete-plan") as refused:
            plan.step("submit")
        assert refused.value.status == 409 and refused.value.problem["problems"] == []
        job = service.start("cut-sets", max_order=1)
        assert job.status()["status"] == "accepted" and job.dismiss()["status"] == "dismissed"
        kept.erase()
        with pytest.raises(ServiceError, match="404 not-found"):
            Kept(service, kept.path).read()
    with pytest.raises(ValueError, match="no http"):
        connect("file:///etc/passwd")
