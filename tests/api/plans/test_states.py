"""The life of a version: nothing comes into force without all parties, edits void signatures."""

from __future__ import annotations

from datetime import date

import pytest
from cablenet_api.plans import states
from cablenet_api.plans.document import PlanDocument
from cablenet_api.plans.errors import IncompleteError, NotAllowedError, PlansError, SignatureError
from cablenet_api.plans.exchange import packed, unpacked
from cablenet_api.plans.states import PlanVersion, State
from hypothesis import given
from hypothesis import strategies as st

from .conftest import DAY, Signatory

KEYS = {name: Signatory(name) for name in ("india", "japan", "atlantis")}


def signed(document: PlanDocument, *who: Signatory) -> PlanVersion:
    version = states.submit(PlanVersion("ring", 1, document))
    for one in who:
        version = states.add_signature(version, one.sign(version), public_key=one.public_key)
    return version


def test_a_plan_goes_from_draft_to_force_and_is_superseded(
        document: PlanDocument, india: Signatory, japan: Signatory) -> None:
    half = signed(document, india)
    assert (half.state, half.unsigned) == (State.IN_REVIEW, {"japan"})
    whole = signed(document, india, japan)
    assert whole.state is State.SIGNED
    live = states.enter_into_force(whole, DAY)
    assert live.state is State.IN_FORCE
    draft = states.revise(live)
    assert (draft.number, draft.state, draft.signatures) == (2, State.DRAFT, ())
    assert states.supersede(live).state is State.SUPERSEDED


def test_any_edit_voids_signatures_and_objections(document: PlanDocument, india: Signatory,
                                                  japan: Signatory) -> None:
    objected = states.object_to(signed(document, india), "japan", "one cable is missing")
    for version in (objected, signed(document, india, japan)):
        edited = states.edit(version, document.model_copy(update={"title": "Other"}))
        assert (edited.state, edited.signatures, edited.objections) == (State.DRAFT, (), ())
        with pytest.raises(NotAllowedError, match="submit it for review"):
            states.add_signature(edited, india.sign(edited), public_key=india.public_key)


def test_a_signature_for_another_content_key_or_party_is_refused(
        document: PlanDocument, india: Signatory, japan: Signatory) -> None:
    version = states.submit(PlanVersion("ring", 1, document))
    other = states.submit(PlanVersion("ring", 1, document.model_copy(update={"title": "Other"})))
    with pytest.raises(SignatureError, match="read the present text"):
        states.add_signature(version, india.sign(other), public_key=india.public_key)
    with pytest.raises(SignatureError, match="another key"):
        states.add_signature(version, india.sign(version), public_key=japan.public_key)
    with pytest.raises(NotAllowedError, match="no party"):
        states.add_signature(version, KEYS["atlantis"].sign(version),
                             public_key=KEYS["atlantis"].public_key)
    forged = india.sign(version).model_copy(update={"public_key": japan.public_key})
    with pytest.raises(SignatureError, match="does not hold"):
        states.add_signature(version, forged, public_key=japan.public_key)
    once = states.add_signature(version, india.sign(version), public_key=india.public_key)
    with pytest.raises(NotAllowedError, match="signed this version already"):
        states.add_signature(once, india.sign(once), public_key=india.public_key)


def test_signing_waits_for_an_objection_to_be_withdrawn(document: PlanDocument,
                                                        india: Signatory) -> None:
    version = states.submit(PlanVersion("ring", 1, document))
    held = states.object_to(version, "japan", "one cable is missing")
    with pytest.raises(NotAllowedError, match="objection of japan"):
        states.add_signature(held, india.sign(held), public_key=india.public_key)
    free = states.approve(held, "japan")
    assert states.add_signature(free, india.sign(free), public_key=india.public_key).signatures


def test_force_waits_for_the_effective_date(document: PlanDocument, india: Signatory,
                                            japan: Signatory) -> None:
    with pytest.raises(NotAllowedError, match="2026-06-01"):
        states.enter_into_force(signed(document, india, japan), date(2026, 5, 31))


def test_an_incomplete_draft_does_not_go_into_review() -> None:
    with pytest.raises(IncompleteError) as told:
        states.submit(PlanVersion("ring", 1, PlanDocument(title="x")))
    assert len(told.value.missing) == 9


STEPS = st.one_of(
    st.sampled_from(["submit", "withdraw", "force", "supersede", "revise"]).map(lambda a: (a, "")),
    st.tuples(st.sampled_from(["sign", "object", "approve"]), st.sampled_from(sorted(KEYS))),
    st.tuples(st.just("edit"), st.sampled_from(["one", "two"])),
    st.tuples(st.just("parties"), st.sampled_from(["india", "both", "twice india"])),
)


@given(steps=st.lists(STEPS, min_size=8, max_size=40))
def test_no_way_leads_into_force_without_two_distinct_organisations(
        document: PlanDocument, steps: list[tuple[str, str]]) -> None:
    """Random walks of every step by everybody, allowed or not: what is in force holds."""
    version = PlanVersion("ring", 1, document)
    for step, who in [("submit", ""), *steps]:
        try:
            version = take(version, step, who)
        except PlansError:
            continue
        if version.state in (State.SIGNED, State.IN_FORCE):
            signatories = {one.statement.organisation for one in version.signatures}
            assert len(signatories) >= 2 and signatories == version.parties
            assert {one.statement.digest for one in version.signatures} == {version.digest}
        if version.state is State.DRAFT:
            assert not version.signatures


def take(version: PlanVersion, step: str, who: str) -> PlanVersion:
    match step:
        case "sign":
            return states.add_signature(version, KEYS[who].sign(version),
                                        public_key=KEYS[who].public_key)
        case "object":
            return states.object_to(version, who, "no")
        case "approve":
            return states.approve(version, who)
        case "edit":
            return states.edit(version, version.document.model_copy(update={"title": who}))
        case "parties":
            rows = {"india": [0], "both": [0, 1], "twice india": [0, 0]}[who]
            two = [*version.document.parties, *version.document.parties]
            return states.edit(version, version.document.model_copy(
                update={"parties": [two[row] for row in rows]}))
        case "force":
            return states.enter_into_force(version, DAY)
    return {"submit": states.submit, "withdraw": states.withdraw, "supersede": states.supersede,
            "revise": states.revise}[step](version)


def test_a_signed_plan_is_checked_by_another_installation(document: PlanDocument, india: Signatory,
                                                          japan: Signatory) -> None:
    live = states.enter_into_force(signed(document, india, japan), DAY)
    text = packed(live).model_dump_json(by_alias=True)
    known = {"india": india.public_key, "japan": japan.public_key}
    assert unpacked(text, known).digest == live.digest
    with pytest.raises(SignatureError, match=r"japan.*not the one that is known"):
        unpacked(text, {"india": india.public_key})
    with pytest.raises(SignatureError, match="signed another content"):
        unpacked(text.replace("Ring repair", "King repair"), known)
    with pytest.raises(SignatureError, match="no signed plan of this schema"):
        unpacked("{}", known)
    with pytest.raises(SignatureError, match="does not hold"):
        unpacked(text.replace("Secretary", "Secretory"), known)
