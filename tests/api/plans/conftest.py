"""A small plan between two organisations on the ring world, and keys made for each test."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from cablenet_api.plans.annexing import compute_annex
from cablenet_api.plans.document import PlanDocument
from cablenet_api.plans.signing import new_key, public_text, sign, statement_for
from cablenet_api.plans.states import PlanVersion
from cablenet_api.worlds import World

import cablenet as cn
from cablenet.testing import ring

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
DAY = date(2026, 6, 1)


@pytest.fixture(scope="session")
def world() -> World:
    """Four countries on a ring of four cables, AA the hub: see `cablenet.testing.ring`."""
    return World(cn.build_network(ring()))


@pytest.fixture(scope="session")
def document(world: World) -> PlanDocument:
    """A complete plan of 'india' and 'japan' for one double failure."""
    first, second = (str(key) for key in world.network.cable_id[:2])
    draft = PlanDocument.model_validate({
        "title": "Ring repair, joint plan",
        "parties": [{"organisation": "india", "name": "DoT", "country": "BB"},
                    {"organisation": "japan", "name": "MIC", "country": "CC"}],
        "effective_date": DAY, "review_date": date(2027, 6, 1),
        "scope": {"countries": ["BB", "CC"]},
        "scenarios": [{"id": "two", "name": "Two cables", "hazard": "anchor", "event": {
            "kind": "together", "name": "two", "parts": [
                {"kind": "cable_loss", "cable": first}, {"kind": "cable_loss", "cable": second}]}}],
        "triggers": [{"metric": "people_isolated", "at_least": 1, "level": "activate",
                      "declared_by": "india", "declare_within_hours": 4}],
        "roles": [{"role": "lead authority", "organisation": "india", "office": "Control room",
                   "contact_reference": "card 1"}],
        "permits": [{"country": "BB", "single_window": "DoT", "max_hours_to_issue": 48}],
        "communications": {"initial_report": "who, what, where", "sitrep_every_hours": 12,
                           "post_incident_report_days": 30, "public_message_by": "japan"},
        "exercises": [{"day": date(2026, 9, 1), "type": "tabletop", "scenario": "two"}],
        "targets": [{"measure": "declare_hours", "at_most": 4},
                    {"measure": "restored_days", "at_most": 10}],
    })
    return draft.model_copy(update={
        "annex": compute_annex(world, draft.scenarios, draft.scope.countries)})


class Signatory:
    """An office with its own key, as on its own machine."""

    def __init__(self, organisation: str) -> None:
        self.organisation, self.key = organisation, new_key()
        self.public_key = public_text(self.key.public_key())

    def sign(self, version: PlanVersion) -> object:
        """Sign a version as it stands."""
        return sign(statement_for(version.plan, version.number, version.digest,
                                  organisation=self.organisation, office="Secretary",
                                  signed_at=NOON), self.key)


@pytest.fixture
def india() -> Signatory:
    return Signatory("india")


@pytest.fixture
def japan() -> Signatory:
    return Signatory("japan")
