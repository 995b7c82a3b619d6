"""`PlanDocument`: what two or more parties agree on, as closed types with limits on all of it.

The sections follow the object schema of `facts/plan_schema.json` of the atlas's sources (SEAIOCMA
and MECMA maintenance agreements, PACPLAN, the EU cable security plan, ICPC best practice). A draft
may leave sections empty; `cablenet_api.plans.completeness` says what is missing before review.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from cablenet_api.events import Closed, Event, Name

Text = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=4_000,
                                        pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]+$")]
Code = Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Z]{2}$")]
Key = Annotated[str, StringConstraints(strict=True, pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$")]
TrafficClass = Literal["emergency", "government", "finance", "health", "safety",
                       "interconnection", "bulk"]
Amount = Annotated[float, Field(ge=0, le=1e9)]


class Party(Closed):
    """An organisation that signs."""

    organisation: Key = Field(description="id of the organisation in the workspace")
    name: Name
    country: Code
    role: Literal["authority", "operator", "network"] = "authority"


class Scope(Closed):
    """What the plan covers, and on what ground."""

    countries: list[Code] = Field(default=[], max_length=250, description="whose service is judged")
    cables: list[Name] = Field(default=[], max_length=600, description="ids of systems; none: all")
    tier: Literal["operator", "national", "joint"] = "joint"
    legal_basis: list[Text] = Field(default=[], max_length=50, description="articles, acts, MoUs")


class PlannedScenario(Closed):
    """A failure that the plan is for."""

    id: Key
    name: Name
    hazard: Literal["earthquake", "cyclone", "slope", "fishing", "anchor", "sabotage", "solar",
                    "denial", "equipment", "other"] = "other"
    event: Event = Field(description="what fails, in the words of POST /score")
    why: Text | None = None


class Trigger(Closed):
    """When the plan is activated, and who says so."""

    metric: Literal["unserved_share", "people_isolated", "cables_cut", "repair_days"]
    country: Code | None = Field(default=None, description="none: any party's country")
    at_least: Amount
    for_hours: Amount = 0.0
    level: Literal["watch", "alert", "activate"]
    declared_by: Key = Field(description="organisation of the party that declares")
    declare_within_hours: Amount


class Role(Closed):
    """An office and how it is reached. Offices, never persons."""

    role: Literal["lead authority", "single window", "cable NOC", "maintenance authority",
                  "coast guard", "customs", "spectrum", "CERT", "media"]
    organisation: Key
    office: Name
    contact_reference: Name = Field(description="where the 24 x 7 contact is kept; no person")
    deputy_office: Name | None = None
    languages: list[Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]] = Field(
        default=["en"], max_length=10)


class PriorityTraffic(Closed):
    """What is carried first, and how much is set aside for it."""

    traffic_class: TrafficClass
    countries: list[Code] = Field(min_length=1, max_length=250)
    gbps_reserved: Amount
    max_latency_ms: Amount | None = None
    preempts: list[TrafficClass] = Field(default=[], max_length=7)


class RestorationPath(Closed):
    """Capacity agreed beforehand on other systems, or beside cables altogether."""

    id: Key
    for_cable: Name
    over_cables: list[Name] = Field(default=[], max_length=50)
    backup: Literal["none", "microwave", "satellite"] = "none"
    capacity_gbps: Amount
    contracted: bool
    activation_hours: Amount
    owner: Key
    cost_musd_per_month: Amount | None = None
    added_latency_ms: Amount | None = None


class ShipCall(Closed):
    """The order in which ships are called out in a zone."""

    zone: Name
    ships: list[Name] = Field(min_length=1, max_length=50, description="ids, first called first")
    fallback_zone: Name | None = None
    mutual_support: Text | None = None
    queue_rule: Literal["traffic", "single-homed countries first", "first come"] = "traffic"
    standby_cost_share: dict[Key, Annotated[float, Field(ge=0, le=1)]] = Field(
        default={}, description="share of each organisation; shares sum to one")


class PermitFastTrack(Closed):
    """What a country promises for repairs in its waters."""

    country: Code
    single_window: Name
    documents: list[Name] = Field(default=[], max_length=50)
    max_hours_to_issue: Amount
    emergency_exemption: bool = False
    cabotage_waiver: bool = False
    customs_temporary_import: bool = False
    crew_visas: Text | None = None
    naval_liaison: bool = False


class Spare(Closed):
    """What lies where."""

    depot: Name
    cable_type: Name
    cable_km: Amount
    repeaters: Annotated[int, Field(ge=0, le=10_000)] = 0
    joint_kits: Annotated[int, Field(ge=0, le=10_000)] = 0
    owner: Key
    loan_terms: Text | None = None


class Communications(Closed):
    """Who is told what, how often."""

    initial_report: Text
    sitrep_every_hours: Annotated[float, Field(gt=0, le=168)]
    post_incident_report_days: Annotated[int, Field(ge=1, le=365)]
    public_message_by: Key
    status_page: Name | None = None


class CostSharing(Closed):
    """Who pays."""

    formula: Literal["km", "capacity", "traffic", "equal"]
    invoice_flow: Text
    liability: Text | None = None
    insurance: Text | None = None


class Exercise(Closed):
    """A rehearsal, past or to come."""

    day: date
    type: Literal["tabletop", "simulation", "live switch"]
    scenario: Key
    findings: list[Text] = Field(default=[], max_length=100)
    actions: list[Text] = Field(default=[], max_length=100)


class Target(Closed):
    """What good looks like: judged after each activation."""

    measure: Literal["declare_hours", "permit_hours", "ship_on_site_days",
                     "restored_80_percent_days", "restored_days"]
    at_most: Amount


class CountryEffect(Closed):
    """What a scenario does to a country, as the library computed it."""

    country: Code
    isolated: bool = Field(description="none of its gateways reaches a hub abroad")
    people_isolated: Amount
    unserved_tbps: Amount
    unserved_share: Annotated[float, Field(ge=0, le=1)]


class ScenarioEffect(Closed):
    """What a scenario does to all countries of the scope."""

    scenario: Key
    cables_hit: list[Name] = Field(max_length=600)
    countries: list[CountryEffect] = Field(max_length=250)


class Annex(Closed):
    """What was computed for this version, pinned to the data and the code it came from."""

    network_fingerprint: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    map_fingerprint: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    code_version: Name
    as_of: date | None = None
    cables_in_service: dict[Name, Amount] = Field(
        max_length=1_000, description="cable -> lit Tbps of its sections in service, added up")
    effects: list[ScenarioEffect] = Field(max_length=50)


class PlanDocument(Closed):
    """One version of a plan, all of it. Its digest is what is signed."""

    schema_: Literal["cablenet/plan/1"] = Field(
        default="cablenet/plan/1", validation_alias="schema", serialization_alias="schema")
    title: Name
    classification: Literal["public", "restricted", "confidential"] = "restricted"
    parties: list[Party] = Field(default=[], max_length=20)
    effective_date: date | None = None
    review_date: date | None = None
    scope: Scope = Scope()
    scenarios: list[PlannedScenario] = Field(default=[], max_length=50)
    triggers: list[Trigger] = Field(default=[], max_length=50)
    roles: list[Role] = Field(default=[], max_length=100)
    priority_traffic: list[PriorityTraffic] = Field(default=[], max_length=100)
    restoration_paths: list[RestorationPath] = Field(default=[], max_length=200)
    ship_calls: list[ShipCall] = Field(default=[], max_length=30)
    permits: list[PermitFastTrack] = Field(default=[], max_length=100)
    spares: list[Spare] = Field(default=[], max_length=200)
    communications: Communications | None = None
    cost_sharing: CostSharing | None = None
    exercises: list[Exercise] = Field(default=[], max_length=100)
    targets: list[Target] = Field(default=[], max_length=20)
    annex: Annex | None = Field(default=None, description="computed; never typed in by hand")
