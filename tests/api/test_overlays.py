"""Private overlays: what partners see at each tier, and what they cannot find out."""

from __future__ import annotations

import math
import random

import pytest
from cablenet_api.answers import CountryAnswer, Heading, NetworkStamp, ScenarioAnswer, ScoreAnswer
from cablenet_api.store import Store
from cablenet_api.store.tables import overlays
from cablenet_api.workspaces.overlaid import rounded
from cablenet_api.workspaces.overlays import KeptOverlay, OverlayContent
from sqlalchemy import select

from tests.api.conftest import LOSS, House, Member

Pair = tuple[Member, Member, str]


@pytest.fixture
def pair(house: House, name: str) -> Pair:
    """India, which owns overlays, Japan, which asks, and their workspace."""
    india, japan = house.admit(f"in {name}"), house.admit(f"jp {name}")
    space = f"/workspaces/{india.ask('POST', '/workspaces', {'name': 'sea'}).json()['id']}"
    india.ask("POST", f"{space}/parties", {"organisation": japan.organisation})
    return india, japan, space


def content(tier: str, ab: float = 37.0, **more: object) -> dict[str, object]:
    return {"name": "true capacities", "tier": tier, "lit_tbps": {"ab": ab}, **more}


def laid(who: Member, space: str, *words: object, **more: object) -> str:
    reply = who.ask("POST", f"{space}/overlays", content(*words, **more))
    assert reply.status_code == 201, reply.text
    return str(reply.headers["location"])


def losses(*cables: str) -> dict[str, object]:
    parts = [{"kind": "cable_loss", "cable": cable} for cable in cables]
    return {"kind": "together", "name": "+".join(cables), "parts": parts}


def asked(*events: object, metric: str = "capacity_loss") -> dict[str, object]:
    return {"events": list(events), "metrics": [metric], "countries": ["BB"]}


def loss_of_bb(reply) -> float:
    assert reply.status_code == 200, reply.text
    return float(reply.json()["scenarios"][0]["countries"][0]["values"]["capacity_loss_tbps"])


def test_the_owner_and_a_partner_at_tier_full_see_the_effect_and_only_the_owner_the_overlay(
        pair: Pair) -> None:
    """By hand: BB reaches the hub AA over ab (37 with the overlay, 10 on the shared map) and over
    bc, cd, da (10). Losing ab it loses 37; on the shared map 10."""
    india, japan, space = pair
    path = laid(india, space, "full")
    for who in (india, japan):
        assert loss_of_bb(who.ask("POST", f"{path}/scores", asked(LOSS))) == 37.0
    shared = japan.ask("POST", "/score", asked(LOSS))
    assert loss_of_bb(shared) == 10.0
    answer = japan.ask("POST", f"{path}/scores", asked(LOSS)).json()
    assert answer["network"] == shared.json()["network"]  # no fingerprint to try guesses against
    assert india.ask("GET", path).json()["content"]["lit_tbps"] == {"ab": 37.0}
    seen = japan.ask("GET", path)
    assert seen.json() == {"id": path.rsplit("/", 1)[1], "organisation": india.organisation,
                           "tier": "full", "grain_tbps": None, "grain_days": None,
                           "grain_km": None, "questions": None, "version": None, "etag": None,
                           "content": None}
    assert "etag" not in seen.headers


def test_two_overlays_that_differ_in_hidden_detail_look_the_same_byte_by_byte_at_tier_none(
        pair: Pair) -> None:
    india, japan, space = pair
    path = laid(india, space, "none", 37.0)

    def all_that_japan_sees() -> list[tuple[int, bytes, list[tuple[str, str]]]]:
        asks = [("GET", path, None), ("GET", f"{space}/overlays", None),
                ("POST", f"{path}/scores", asked(LOSS)), ("GET", f"{path}/questions", None),
                ("PUT", path, content("full")), ("DELETE", path, None),
                ("POST", "/score", asked(LOSS)), ("GET", f"{space}/audit", None),
                ("GET", f"{space}/audit/head", None), ("GET", "/audit/head", None)]
        return [(reply.status_code, reply.content, sorted(reply.headers.items()))
                for verb, where, body in asks
                if (reply := japan.ask(verb, where, body, **{"If-Match": '"x"'})) is not None]

    before = all_that_japan_sees()
    tag = india.ask("GET", path).headers["etag"]
    changed = india.ask("PUT", path, content("none", 99.5, name="another"), **{"If-Match": tag})
    assert changed.status_code == 200
    assert all_that_japan_sees() == before
    assert [status for status, *_ in before] == [404, 200, 404, 404, 404, 404, 200, 200, 200, 200]
    assert japan.ask("GET", f"{space}/overlays").json()["items"] == []


def test_the_aggregated_tier_tells_tbps_of_countries_in_grains_and_the_same_again(
        pair: Pair) -> None:
    india, japan, space = pair
    path = laid(india, space, "aggregated", grain_tbps=5.0)
    reply = japan.ask("POST", f"{path}/scores", asked(LOSS))
    told = loss_of_bb(reply)
    assert told % 5.0 == 0 and abs(told - 37.0) <= 7.5  # up to a grain of shaking, half by rounding
    answer = reply.json()
    assert answer["headings"] == [] and answer["scenarios"][0]["values"] == {}
    assert [one["unit"] for one in answer["country_headings"]] == ["Tbps"]
    again = japan.ask("POST", f"{path}/scores", asked({**LOSS, "name": "in other words"}))
    assert loss_of_bb(again) == told
    assert loss_of_bb(india.ask("POST", f"{path}/scores", asked(LOSS))) == 37.0  # it is theirs
    shares = japan.ask("POST", f"{path}/scores", asked(LOSS, metric="isolated"))
    assert (shares.status_code, shares.json()["type"]) == (409, "/problems/step-not-allowed")


def test_the_budget_counts_different_questions_of_each_party_and_the_owner_reads_who_asked(
        house: House, pair: Pair, name: str) -> None:
    india, japan, space = pair
    third = house.admit(f"xx {name}")
    india.ask("POST", f"{space}/parties", {"organisation": third.organisation})
    path = laid(india, space, "aggregated", questions=2)
    scores = f"{path}/scores"
    assert japan.ask("POST", scores, asked(LOSS, losses("ab", "bc"))).status_code == 200
    assert japan.ask("POST", scores, asked(LOSS)).status_code == 200  # asked before
    spent = japan.ask("POST", scores, asked(losses("ab", "cd")))
    assert (spent.status_code, spent.json()["type"]) == (429, "/problems/budget-spent")
    month = 30 * 24 * 3600
    assert month - 60 < int(spent.headers["retry-after"]) <= month
    never = japan.ask("POST", scores, asked(*(losses("bc", one) for one in ("ab", "cd", "da")),
                                            losses("cd", "da")))
    assert never.status_code == 429 and "retry-after" not in never.headers
    assert third.ask("POST", scores, asked(losses("ab", "cd"))).status_code == 200
    for _ in range(5):
        assert india.ask("POST", scores, asked(losses("ab", "da"))).status_code == 200
    tag = india.ask("GET", path).headers["etag"]  # a new version gives no new budget
    india.ask("PUT", path, content("aggregated", 38.0, questions=2), **{"If-Match": tag})
    assert japan.ask("POST", scores, asked(losses("ab", "cd"))).status_code == 429
    counted = {one["organisation"]: one["questions"]
               for one in india.ask("GET", f"{path}/questions").json()}
    assert counted == {japan.organisation: 2, third.organisation: 1}
    log = [one for one in india.ask("GET", "/audit").json()["items"]
           if one["action"] == "ask of overlay"]
    assert [one["organisation"] for one in log] == [japan.organisation] * 2 + [third.organisation]


def test_a_difference_of_exact_answers_gives_a_capacity_away(pair: Pair) -> None:
    """The attack that the aggregated tier is there for: losing ab and bc less losing bc.

    By hand: with bc lost BB has only ab, 37; losing both it loses 37 + 10, losing bc alone 10."""
    india, japan, space = pair
    path = laid(india, space, "full")
    both, one = (loss_of_bb(japan.ask("POST", f"{path}/scores", asked(losses(*cables))))
                 for cables in (("ab", "bc"), ("bc",)))
    assert both - one == 37.0


GRAIN, QUESTIONS, WORLDS = 10.0, 16, 400


def told(hidden: float, secret: bytes) -> list[float]:
    """What a partner hears who spends a whole budget on differences that all hold one capacity."""
    kept = KeptOverlay("o", "in", 1, OverlayContent(name="x", tier="aggregated", grain_tbps=GRAIN,
                                                    lit_tbps={"ab": hidden}), "", secret)
    country = CountryAnswer(country="BB", name="B", values={"capacity_loss_tbps": hidden + 100.0})
    scenario = ScenarioAnswer(name="s", event=0, links_lost=1, cables_hit=[], faults=[], values={},
                              countries=[country])
    answer = ScoreAnswer(
        network=NetworkStamp(name="n", as_of=None, fingerprint="", atlas_fingerprint="",
                             atlas_version="", links_in_service=1),
        metrics=["capacity_loss"], headings=[], scenarios=[scenario] * QUESTIONS,
        country_headings=[Heading(name="capacity_loss_tbps", unit="Tbps", monotone=True,
                                  meaning="")])
    found = rounded(answer, [f"question {number}" for number in range(QUESTIONS)], kept)
    return [one.countries[0].values["capacity_loss_tbps"] - 100.0
            for one in found.scenarios]


def test_a_differencing_attack_with_a_whole_budget_errs_as_theory_says() -> None:
    """The best an attacker can do with figures that are right in the mean is to average them. Over
    400 hidden capacities, also whole multiples of the grain, the root mean square error must be
    grain / (2 sqrt(16)) = 1.25; of one figure grain / 2 = 5, of one difference 5 sqrt(2) = 7.07.
    With 400 worlds the figure itself is good to some 3.5 percent; 12 are allowed."""
    drawn = random.Random(5)
    mean, single, pairs = [], [], []
    for number in range(WORLDS):
        hidden = 50.0 + (number % 40) / 2
        heard = told(hidden, drawn.randbytes(32))
        mean.append(sum(heard) / QUESTIONS - hidden)
        single.append(heard[0] - hidden)
        pairs.append(heard[1] - heard[2])
    for errors, wanted in ((mean, 1.25), (single, 5.0), (pairs, 7.0711)):
        rms = math.sqrt(sum(error * error for error in errors) / WORLDS)
        assert rms == pytest.approx(wanted, rel=0.12)
    assert len({tuple(told(55.0, b"s" * 32)) for _ in range(3)}) == 1  # asking again tells nothing


def test_who_may_not_write_lays_nothing_and_unknown_cables_are_refused(house: House, pair: Pair,
                                                                       name: str) -> None:
    india, japan, space = pair
    viewer = house.admit(f"in {name}", "viewer")
    assert viewer.ask("POST", f"{space}/overlays", content("full")).status_code == 403
    bad = india.ask("POST", f"{space}/overlays", {**content("full"), "lit_tbps": {"zz": 1.0}})
    assert (bad.status_code, bad.json()["type"]) == (422, "/problems/unknown-name")
    path = laid(india, space, "full")
    tag = india.ask("GET", path).headers["etag"]
    assert india.ask("PUT", path, content("none")).status_code == 428
    assert india.ask("PUT", path, content("none"), **{"If-Match": '"x"'}).status_code == 412
    assert japan.ask("PUT", path, content("none"), **{"If-Match": tag}).status_code == 404
    assert viewer.ask("DELETE", path, **{"If-Match": tag}).status_code == 403
    assert india.ask("DELETE", path, **{"If-Match": tag}).status_code == 204
    assert india.ask("GET", path).status_code == 404


def test_postgresql_shows_an_overlay_to_nobody_but_its_owner(house: House, pair: Pair) -> None:
    india, japan, space = pair
    laid(india, space, "full")
    store = Store(house.settings.database)
    try:
        with store.reading(japan.organisation) as connection:
            if connection.dialect.name != "postgresql":
                pytest.skip("SQLite has no row-level security: the queries are its only wall")
            assert not connection.execute(select(overlays)).all()
        with store.reading(india.organisation) as connection:
            assert len(connection.execute(select(overlays)).all()) == 1
    finally:
        store.close()
