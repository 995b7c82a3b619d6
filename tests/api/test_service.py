"""The service around the scores: links, health, names, documents, errors, networks by day."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from cablenet_api import Settings, create_app
from cablenet_api.problems import KINDS, STATUS_OF, AtlasUnavailableError, kind_of
from cablenet_api.worlds import Worlds
from starlette.testclient import TestClient

import cablenet as cn
from cablenet.testing import ring

LOSS = {"events": [{"kind": "cable_loss", "cable": "ab"}]}


def ring_network(as_of: date | None) -> cn.Network:
    return cn.build_network(ring(), as_of=as_of)


def test_every_link_of_the_first_page_leads_somewhere(client: TestClient) -> None:
    links = client.get("/").json()["links"]
    assert {"score", "health", "docs", "openapi"} <= set(links)
    for name, path in links.items():
        assert client.get(path).status_code == (405 if name == "score" else 200)


def test_health_answers_before_any_network_is_loaded(client: TestClient) -> None:
    assert client.get("/health").json() == {
        "status": "ok", "version": cn.__version__, "networks_ready": []}
    client.post("/score", json=LOSS)
    assert client.get("/health").json()["networks_ready"] == ["default"]


def test_names_tell_what_a_request_may_say(client: TestClient) -> None:
    names = client.get("/names").json()
    assert names["cables"] == {"ab": "AB", "bc": "BC", "cd": "CD", "da": "DA"}
    assert names["stations"]["a"] == "A (AA)"
    assert set(names["metrics"]) == set(cn.METRICS)


def test_openapi_describes_requests_answers_and_problems(client: TestClient) -> None:
    described = client.get("/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    route = described["paths"]["/score"]["post"]
    assert set(route["responses"]) == {"200", "400", "401", "409", "413", "415", "422", "503"}
    for status, response in route["responses"].items():
        kind = "application/json" if status == "200" else "application/problem+json"
        assert set(response["content"]) == {kind}
    schemas = described["components"]["schemas"]
    assert {"ScoreRequest", "ScoreAnswer", "Problem", "Place", "Together"} <= set(schemas)
    assert "HTTPValidationError" not in schemas
    references = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(described)))
    assert references <= set(schemas)
    closed = [name for name, schema in schemas.items()
              if schema.get("additionalProperties") is False]
    assert {"ScoreRequest", "Cut", "Disk", "Area", "GeoJsonPolygon", "Together"} <= set(closed)


def test_the_document_page_loads_nothing_from_outside(client: TestClient) -> None:
    reply = client.get("/docs")
    assert "default-src 'none'" in reply.headers["content-security-policy"]
    assert not re.findall(r"(?:https?:)?//", reply.text)
    assert re.findall(r'src="([^"]*)"', reply.text) == ["docs.js"]
    assert client.get("/docs.js").headers["content-type"].startswith("text/javascript")
    assert "POST" in reply.text and "ScoreRequest" in reply.text


def test_every_kind_of_problem_is_explained(client: TestClient) -> None:
    for slug, kind in KINDS.items():
        assert client.get(f"/problems/{slug}").json()["status"] == kind.status


@pytest.mark.parametrize(("error", "status"), [
    (cn.errors.UnknownNameError("cable", "x", ["y"]), 422),
    (cn.errors.NothingHitError("x"), 422), (cn.errors.MissingCapacityError("x"), 422),
    (cn.errors.InputError("x"), 422), (cn.errors.LayersError("x"), 422),
    (cn.errors.MismatchError("x"), 409), (cn.errors.InfeasibleError("x"), 409),
    (cn.errors.NoPlanFoundError("x"), 503), (cn.errors.CablenetError("x"), 422),
])
def test_each_error_of_the_library_has_its_status(error: Exception, status: int) -> None:
    assert kind_of(error).status == status


def test_the_table_puts_special_errors_before_general_ones() -> None:
    for place, (later, _) in enumerate(STATUS_OF):
        assert not [earlier for earlier, _ in STATUS_OF[:place] if issubclass(later, earlier)]


def test_flow_scores_without_capacities_ask_for_a_rule() -> None:
    def bare(as_of: date | None) -> cn.Network:
        world = ring()
        segments = world.segments.assign(lit_capacity_tbps=float("nan"))
        cables = world.cables.assign(lit_capacity_tbps=float("nan"))
        return cn.build_network(world.with_tables(segments=segments, cables=cables), as_of=as_of)

    client = TestClient(create_app(load_network=bare))
    flow = {**LOSS, "metrics": ["capacity_loss"]}
    reply = client.post("/score", json=flow)
    assert (reply.status_code, reply.json()["type"]) == (422, "/problems/missing-capacity")
    ruled = client.post("/score", json={**flow, "capacity_rule": "unit-per-cable"}).json()
    # BB, CC and DD each reach AA by two ways round the ring of 1 Tbps cables; one is lost
    assert ruled["scenarios"][0]["values"]["capacity_loss_tbps"] == 3


def test_a_map_that_cannot_be_loaded_is_no_fault_of_the_caller() -> None:
    def broken(as_of: date | None) -> cn.Network:
        raise cn.errors.ReadError("/secret/place: is not a map")

    reply = TestClient(create_app(load_network=broken)).post("/score", json=LOSS)
    assert (reply.status_code, reply.json()["type"]) == (503, "/problems/atlas-unavailable")
    assert "secret" not in reply.text


def test_a_fault_of_our_own_is_a_500_that_tells_nothing() -> None:
    def faulty(as_of: date | None) -> cn.Network:
        raise KeyError("secret")

    client = TestClient(create_app(load_network=faulty), raise_server_exceptions=False)
    reply = client.post("/score", json=LOSS)
    assert reply.status_code == 500
    assert reply.headers["content-type"] == "application/problem+json"
    assert "secret" not in reply.text


def test_a_network_is_built_once_for_each_day_and_the_oldest_is_let_go() -> None:
    built: list[date | None] = []

    def load(as_of: date | None) -> cn.Network:
        built.append(as_of)
        return ring_network(as_of)

    worlds = Worlds(load, kept=2)
    days = [None, date(2020, 1, 1), None, date(2021, 1, 1), None, date(2020, 1, 1)]
    for day in days:
        worlds.get(day)
    # 2021 pushes out 2020, as the default day was asked for after it; so 2020 is built again
    assert built == [None, date(2020, 1, 1), date(2021, 1, 1), date(2020, 1, 1)]


def test_many_callers_at_once_build_one_network() -> None:
    built: list[date | None] = []

    def load(as_of: date | None) -> cn.Network:
        built.append(as_of)
        return ring_network(as_of)

    worlds = Worlds(load, kept=2)
    threads = [threading.Thread(target=worlds.get, args=(None,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert built == [None]


def test_a_broken_load_is_tried_again() -> None:
    tries: list[int] = []

    def load(as_of: date | None) -> cn.Network:
        tries.append(1)
        if len(tries) == 1:
            raise cn.errors.ReadError("not yet")
        return ring_network(as_of)

    worlds = Worlds(load, kept=2)
    with pytest.raises(AtlasUnavailableError):
        worlds.get(None)
    assert worlds.get(None).network.name == "ring"


def test_a_full_service_says_busy_and_when_to_come_back() -> None:
    inside, leave = threading.Event(), threading.Event()
    app = create_app(Settings(scores_at_once=1, wait_s=0.05), load_network=ring_network)
    client = TestClient(app)
    net = app.state.worlds.get(None).network

    def slow(country: str) -> int:
        inside.set()
        leave.wait(10)
        return 0

    object.__setattr__(net, "country_index", slow)
    first = threading.Thread(target=client.post, args=("/score",),
                             kwargs={"json": {**LOSS, "countries": ["BB"]}})
    first.start()
    assert inside.wait(10)
    reply = client.post("/score", json=LOSS)
    leave.set()
    first.join()
    assert (reply.status_code, reply.headers["retry-after"]) == (503, "5")


def test_many_callers_at_once_get_the_answers_they_would_get_alone() -> None:
    client = TestClient(create_app(Settings(scores_at_once=4), load_network=ring_network))
    asked = [{**LOSS, "events": [{"kind": "cable_loss", "cable": cable}],
              "metrics": list(cn.METRICS)} for cable in ("ab", "bc", "cd", "da")] * 5
    alone = [client.post("/score", json=body).json() for body in asked[:4]] * 5
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda body: client.post("/score", json=body).json(), asked))
    assert together == alone


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CABLENET_MAX_BODY_BYTES", "10")
    client = TestClient(create_app(load_network=ring_network))
    assert client.post("/score", json=LOSS).status_code == 413


def test_nothing_is_made_at_import() -> None:
    code = ("import sys, cablenet_api; "
            "print([m for m in ('geopandas', 'ortools', 'matplotlib') if m in sys.modules])")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
