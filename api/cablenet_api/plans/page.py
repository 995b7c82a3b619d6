"""A plan as headings, sentences and tables: what every printed form of it holds, made once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from cablenet_api.plans.document import PlanDocument
from cablenet_api.plans.states import PlanVersion


@dataclass(frozen=True)
class Table:
    """Column titles and rows of plain text."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Section:
    """A heading with sentences and at most one table."""

    title: str
    sentences: tuple[str, ...] = ()
    table: Table | None = None


@dataclass(frozen=True)
class Page:
    """A whole plan, ready for any form of print."""

    title: str
    sentences: tuple[str, ...]
    sections: tuple[Section, ...]


LISTS: dict[str, tuple[str, dict[str, str]]] = {
    "parties": ("Parties", {"name": "organisation", "country": "country", "role": "role"}),
    "scenarios": ("Scenarios", {"id": "id", "name": "name", "hazard": "hazard", "why": "why"}),
    "triggers": ("Triggers", {
        "level": "level", "metric": "metric", "country": "country", "at_least": "at least",
        "for_hours": "for, h", "declared_by": "declared by",
        "declare_within_hours": "within, h"}),
    "roles": ("Roles", {"role": "role", "organisation": "organisation", "office": "office",
                        "contact_reference": "contact kept at", "deputy_office": "deputy",
                        "languages": "languages"}),
    "priority_traffic": ("Priority traffic", {
        "traffic_class": "class", "countries": "countries", "gbps_reserved": "reserved, Gbps",
        "max_latency_ms": "at most, ms", "preempts": "goes before"}),
    "restoration_paths": ("Restoration paths", {
        "for_cable": "for cable", "over_cables": "over", "backup": "backup",
        "capacity_gbps": "Gbps", "contracted": "contracted", "activation_hours": "active in, h",
        "owner": "owner", "cost_musd_per_month": "million USD a month"}),
    "ship_calls": ("Ship call-out order", {
        "zone": "zone", "ships": "ships, first called first", "fallback_zone": "else",
        "queue_rule": "queue by", "standby_cost_share": "standby cost"}),
    "permits": ("Permits to fast-track", {
        "country": "country", "single_window": "single window",
        "max_hours_to_issue": "issued in, h", "documents": "documents",
        "emergency_exemption": "emergency exemption", "cabotage_waiver": "cabotage waiver",
        "customs_temporary_import": "temporary import", "naval_liaison": "naval liaison"}),
    "spares": ("Spares", {"depot": "depot", "cable_type": "cable type", "cable_km": "km",
                          "repeaters": "repeaters", "joint_kits": "joint kits",
                          "owner": "owner", "loan_terms": "loan"}),
    "exercises": ("Exercises", {"day": "day", "type": "type", "scenario": "scenario",
                                "findings": "findings", "actions": "actions"}),
    "targets": ("Targets", {"measure": "measure", "at_most": "at most"}),
}
"""Section -> its title and the columns that are printed, in this order."""


def page_of(version: PlanVersion) -> Page:
    """Everything a reader of the plan should see."""
    plan = version.document
    head = (f"Plan {version.plan}, version {version.number}: {version.state}. "
            f"Classification: {plan.classification}.",
            f"In force from {plan.effective_date or 'a day still open'}; next review "
            f"{plan.review_date or 'still open'}.",
            f"Digest (SHA-256 of the canonical document): {version.digest}")
    lists = [_list(plan, name) for name in LISTS if getattr(plan, name)]
    sections = [_scope(plan), *lists, *_blocks(plan), *_annex(plan), _signatures(version)]
    return Page(plan.title, head, tuple(sections))


def _scope(plan: PlanDocument) -> Section:
    scope = plan.scope
    return Section("Scope", (
        f"Tier: {scope.tier}. Countries: {_text(scope.countries) or 'those of the parties'}.",
        f"Cables: {_text(scope.cables) or 'all that land there'}.",
        *(f"Ground: {one}" for one in scope.legal_basis)))


def _list(plan: PlanDocument, name: str) -> Section:
    title, columns = LISTS[name]
    rows = tuple(tuple(_text(getattr(one, field)) for field in columns)
                 for one in getattr(plan, name))
    return Section(title, table=Table(tuple(columns.values()), rows))


def _blocks(plan: PlanDocument) -> list[Section]:
    blocks: list[tuple[str, BaseModel | None]] = [
        ("Communications", plan.communications), ("Cost sharing", plan.cost_sharing)]
    return [Section(title, tuple(f"{field.replace('_', ' ')}: {_text(value)}"
                                 for field, value in block if value is not None))
            for title, block in blocks if block is not None]


def _annex(plan: PlanDocument) -> list[Section]:
    annex = plan.annex
    if annex is None:
        return []
    names = {scenario.id: scenario.name for scenario in plan.scenarios}
    rows = tuple(
        (names.get(effect.scenario, effect.scenario), one.country,
         "yes" if one.isolated else "no", f"{one.people_isolated / 1e6:.2f}",
         f"{one.unserved_tbps:.3f}", f"{100 * one.unserved_share:.1f}")
        for effect in annex.effects for one in effect.countries)
    return [Section("Annex: what the scenarios do", (
        f"Computed by cablenet {annex.code_version} for the network {annex.network_fingerprint} "
        f"of the map {annex.map_fingerprint}" + (f", day {annex.as_of}." if annex.as_of else "."),
        "Unserved: peak demand that no rerouting can carry, beyond none failed being served."),
        Table(("scenario", "country", "isolated", "people isolated, million",
               "unserved, Tbps", "unserved, % of demand"), rows))]


def _signatures(version: PlanVersion) -> Section:
    rows = tuple((one.statement.organisation, one.statement.office,
                  one.statement.signed_at.strftime("%Y-%m-%d %H:%M %Z"),
                  one.statement.reservation or "none", one.public_key)
                 for one in version.signatures)
    waiting = ", ".join(sorted(version.unsigned))
    return Section("Signatures", (f"Still to sign: {waiting}.",) if waiting else (), Table(
        ("organisation", "office", "signed at", "reservation", "public key (Ed25519)"), rows)
        if rows else None)


def _text(value: Any) -> str:
    """One cell: lists with commas, yes and no for flags, nothing for nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{key} {100 * share:g} %" for key, share in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
