"""Plans as documents: what is refused, what review needs, canonical bytes, the computed annex."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest
from cablenet_api.plans.annexing import compute_annex
from cablenet_api.plans.canonical import canonical, digest
from cablenet_api.plans.completeness import missing_parts
from cablenet_api.plans.document import PlanDocument
from cablenet_api.problems import RequestEventsError
from cablenet_api.worlds import World
from pydantic import ValidationError


def test_a_complete_plan_lacks_nothing(document: PlanDocument) -> None:
    assert missing_parts(document) == ()


def test_an_empty_draft_is_told_all_that_it_lacks_at_once() -> None:
    missing = missing_parts(PlanDocument(title="x"))
    assert [one.split(":")[0] for one in missing] == [
        "parties", "scenarios", "triggers", "roles", "permits", "communications",
        "effective_date", "review_date", "annex"]


@pytest.mark.parametrize(("change", "told"), [
    ({"review_date": date(2026, 6, 1)}, "review_date: must come after"),
    ({"parties": []}, "parties: a shared plan has at least two"),
    ({"scenarios": []}, "annex: 'two' was added or taken out since"),
])
def test_what_contradicts_itself_is_told(document: PlanDocument, change: dict[str, object],
                                         told: str) -> None:
    assert any(one.startswith(told) for one in missing_parts(document.model_copy(update=change)))


def test_an_organisation_that_is_no_party_is_told(document: PlanDocument) -> None:
    stranger = document.triggers[0].model_copy(update={"declared_by": "atlantis"})
    missing = missing_parts(document.model_copy(update={"triggers": [stranger]}))
    assert missing == ("triggers: 'atlantis' is no party; add it to parties or mend the id",)


def test_cost_shares_that_do_not_sum_to_one_are_told(document: PlanDocument) -> None:
    plan = PlanDocument.model_validate({**document.model_dump(by_alias=True), "ship_calls": [
        {"zone": "SEAIOCMA", "ships": ["asean-explorer"],
         "standby_cost_share": {"india": 0.5, "japan": 0.4}}]})
    assert missing_parts(plan) == (
        "ship_calls: cost shares of zone 'SEAIOCMA' sum to 0.9, not to 1",)


@pytest.mark.parametrize("bad", [
    {"title": ""}, {"title": "a\x00b"}, {"title": "x", "surprise": 1},
    {"title": "x", "triggers": [{"metric": "x"}]}, {"title": "x", "schema": "cablenet/plan/2"},
    {"title": "x", "parties": [{"organisation": "No Spaces", "name": "x", "country": "IN"}]},
    {"title": "x", "spares": [{"depot": "a", "cable_type": "LW", "cable_km": float("nan"),
                               "owner": "india"}]},
])
def test_what_is_not_a_plan_is_refused(bad: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        PlanDocument.model_validate(bad)


def test_canonical_bytes_are_those_of_rfc_8785() -> None:
    """Numbers and order as in section 3.2.2 and 3.2.3 of the RFC, its own examples."""
    value = {"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
             "literals": [None, True, False], "\u20ac": "Euro Sign", "1": "One"}
    written = ('{"1":"One","literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,'
               '0.002,1e-27],"€":"Euro Sign"}').encode()
    assert canonical(value) == written
    assert digest(value) == hashlib.sha256(written).hexdigest()


def test_a_plan_read_back_from_its_bytes_has_the_same_digest(document: PlanDocument) -> None:
    assert digest(PlanDocument.model_validate_json(canonical(document))) == digest(document)


def test_the_annex_tells_who_is_cut_off(document: PlanDocument, world: World) -> None:
    """Cables ab and bc lost: BB stands alone and loses all it asks for; CC still has cd and da."""
    annex = document.annex
    assert annex is not None
    effect = annex.effects[0]
    assert effect.cables_hit == ["ab", "bc"]
    one, other = effect.countries
    assert (one.country, one.isolated, one.people_isolated) == ("BB", True, 1_000_000)
    assert one.unserved_share == 1
    assert (other.country, other.isolated, other.people_isolated) == ("CC", False, 0)
    assert annex.network_fingerprint == world.network.fingerprint
    assert annex.cables_in_service == {"ab": 10.0, "bc": 10.0, "cd": 10.0, "da": 10.0}


def test_a_scenario_that_the_map_does_not_know_is_told_by_its_number(
        document: PlanDocument, world: World) -> None:
    lost = document.scenarios[0].model_copy(update={
        "event": PlanDocument.model_validate({"title": "x", "scenarios": [
            {"id": "a", "name": "a", "event": {"kind": "cable_loss", "cable": "zz"}}],
        }).scenarios[0].event})
    with pytest.raises(RequestEventsError, match=r"event 1: .*zz"):
        compute_annex(world, [document.scenarios[0], lost], ["BB"])
