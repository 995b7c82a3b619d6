"""What a draft still lacks before it may go into review, and what in it contradicts itself."""

from __future__ import annotations

from collections.abc import Iterator

from cablenet_api.plans.document import PlanDocument

NEEDED = {
    "scenarios": "name at least one failure that the plan is for",
    "triggers": "say when the plan is activated",
    "roles": "name the offices",
    "permits": "say what each party's country promises for permits",
}
SHARES_SUM_TO = 1e-9


def missing_parts(plan: PlanDocument) -> tuple[str, ...]:
    """Every reason why this draft is not ready for review, as 'section: cure'."""
    return (*_holes(plan), *_repeated(plan), *_strangers(plan), *_figures(plan))


def _holes(plan: PlanDocument) -> Iterator[str]:
    if len({party.organisation for party in plan.parties}) < 2:
        yield "parties: a shared plan has at least two organisations"
    for section, cure in NEEDED.items():
        if not getattr(plan, section):
            yield f"{section}: {cure}"
    if not any(trigger.level == "activate" for trigger in plan.triggers) and plan.triggers:
        yield "triggers: none has the level 'activate'"
    if plan.communications is None:
        yield "communications: say who reports what, how often"
    if plan.effective_date is None:
        yield "effective_date: give the first day in force"
    if plan.review_date is None:
        yield "review_date: give the day of the next review"
    elif plan.effective_date is not None and plan.review_date <= plan.effective_date:
        yield "review_date: must come after the effective date"
    if plan.annex is None:
        yield "annex: compute it, so that what is signed says what the failures do"


def _repeated(plan: PlanDocument) -> Iterator[str]:
    for section, ids in (
            ("parties", [party.organisation for party in plan.parties]),
            ("scenarios", [scenario.id for scenario in plan.scenarios]),
            ("restoration_paths", [path.id for path in plan.restoration_paths])):
        for key in sorted({key for key in ids if ids.count(key) > 1}):
            yield f"{section}: '{key}' stands twice; ids are unique"


def _strangers(plan: PlanDocument) -> Iterator[str]:
    """Organisations that are no party, and scenarios that are not in the plan."""
    parties = {party.organisation for party in plan.parties}
    scenarios = {scenario.id for scenario in plan.scenarios}
    named = [
        *(("triggers", trigger.declared_by) for trigger in plan.triggers),
        *(("roles", role.organisation) for role in plan.roles),
        *(("restoration_paths", path.owner) for path in plan.restoration_paths),
        *(("spares", spare.owner) for spare in plan.spares),
        *(("ship_calls", key) for call in plan.ship_calls for key in call.standby_cost_share),
    ]
    if plan.communications is not None:
        named.append(("communications", plan.communications.public_message_by))
    for section, organisation in sorted(set(named)):
        if organisation not in parties:
            yield f"{section}: '{organisation}' is no party; add it to parties or mend the id"
    for exercise in plan.exercises:
        if exercise.scenario not in scenarios:
            yield f"exercises: '{exercise.scenario}' is no scenario of the plan"
    if plan.annex is not None:
        told = {effect.scenario for effect in plan.annex.effects}
        for key in sorted(scenarios ^ told):
            yield f"annex: '{key}' was added or taken out since; compute the annex again"


def _figures(plan: PlanDocument) -> Iterator[str]:
    for call in plan.ship_calls:
        total = sum(call.standby_cost_share.values())
        if call.standby_cost_share and abs(total - 1.0) > SHARES_SUM_TO:
            yield f"ship_calls: cost shares of zone '{call.zone}' sum to {total:g}, not to 1"
