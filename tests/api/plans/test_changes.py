"""Differences between versions, stale plans, and the plan nearest to an event."""

from __future__ import annotations

import numpy as np
from cablenet_api.events import Event
from cablenet_api.plans.annexing import compute_annex
from cablenet_api.plans.changes import cables_changed, differences, stale_because
from cablenet_api.plans.document import PlanDocument
from cablenet_api.plans.matching import nearest_plans
from cablenet_api.worlds import World
from pydantic import TypeAdapter

import cablenet as cn


def without(world: World, cable: str) -> World:
    """The same network with one cable out of service."""
    net = world.network
    keep = net.links.in_service & (net.links.cable != net.cable_index(cable))
    return World(net.with_service(keep))


def test_two_equal_versions_do_not_differ(document: PlanDocument) -> None:
    assert differences(document, document) == ()


def test_every_section_that_differs_is_told_in_a_sentence(document: PlanDocument) -> None:
    other = PlanDocument.model_validate({
        **document.model_dump(by_alias=True), "title": "Other", "triggers": [],
        "permits": [{"country": "BB", "single_window": "DoT", "max_hours_to_issue": 24},
                    {"country": "CC", "single_window": "MIC", "max_hours_to_issue": 24}]})
    told = [change.sentence for change in differences(document, other)]
    assert told[0] == "title: 'Ring repair, joint plan' -> 'Other'"
    assert any(one.startswith("triggers: without metric 'people_isolated', ") for one in told)
    assert "permits: 'CC' added" in told
    assert "permits 'BB': max hours to issue 48.0 -> 24.0" in told
    assert len(told) == 4


def test_an_entry_without_a_name_is_told_by_its_place(document: PlanDocument) -> None:
    plain = document.model_dump(by_alias=True)
    first = {**plain["triggers"][0], "at_least": 500.0}
    other = PlanDocument.model_validate({**plain, "triggers": [first, *plain["triggers"][1:]]})
    before = plain["triggers"][0]["at_least"]
    assert [change.sentence for change in differences(document, other)] == [
        f"triggers 1: at least {before} -> 500.0"]


def test_a_figure_that_changed_names_its_cause(document: PlanDocument, world: World) -> None:
    """Without da too, CC and DD hang on nothing once ab and bc fail: CC loses all it asks for."""
    poorer = without(world, "da")
    annex = compute_annex(poorer, document.scenarios, document.scope.countries)
    told = [change.sentence for change in differences(
        document, document.model_copy(update={"annex": annex}))]
    assert told[0] == "annex: another network: da left the network"
    assert any(one.startswith("scenario 'two': unserved in CC +") and
               one.endswith(" Tbps): da left the network") for one in told)


def test_cables_that_left_joined_and_changed_are_told_apart() -> None:
    changed = cables_changed({"a": 1.0, "b": 2.0, "c": 3.0}, {"b": 2.0, "c": 4.0, "d": 1.0})
    assert (changed.left, changed.joined, changed.resized) == (("a",), ("d",), ("c",))
    assert str(changed) == "a left the network, d joined it, c changed in capacity or extent"


def test_a_plan_is_stale_when_its_network_changes(document: PlanDocument, world: World) -> None:
    assert stale_because(document, world, cn.__version__) == ()
    told = [one.sentence for one in stale_because(document, without(world, "ab"), cn.__version__)]
    assert told == ["the network under the plan changed: ab left the network",
                    "its scenarios hit ab"]
    assert stale_because(document.model_copy(update={"annex": None}), world, "x") == ()


def test_the_nearest_plan_is_the_one_that_shares_most(document: PlanDocument,
                                                      world: World) -> None:
    """All four cables have 10 Tbps. The event takes ab; the plan ab and bc: one of two, in sections
    and in cables: (1/2 + 1/2) / 2. Another plan for ab alone is the same: 1."""
    event = TypeAdapter(Event).validate_python({"kind": "cable_loss", "cable": "ab"})
    same = PlanDocument.model_validate({"title": "x", "scenarios": [
        {"id": "one", "name": "one", "event": {"kind": "cable_loss", "cable": "ab"}},
        {"id": "gone", "name": "gone", "event": {"kind": "cable_loss", "cable": "zz"}},
        {"id": "far", "name": "far", "event": {"kind": "cable_loss", "cable": "cd"}}]})
    found = nearest_plans(world, event, {"ring": document, "alone": same})
    assert [(one.plan, one.scenario, one.likeness) for one in found] == [
        ("alone", "one", 1.0), ("ring", "two", 0.5)]
    assert (found[1].shared_cables, found[1].only_in_plan) == (("ab",), ("bc",))
    assert np.isclose(found[1].likeness, 0.5)
