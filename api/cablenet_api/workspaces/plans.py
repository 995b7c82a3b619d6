"""Plans kept in a workspace: what is open, what is in force, and the steps that parties take.

A plan is one document; every step writes its next version, so no step is lost or taken twice, and
the history is kept. `PlanVersion` (cablenet_api.plans.states) knows what each step allows.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field
from sqlalchemy import Connection

from cablenet_api.access.roles import Deed
from cablenet_api.events import Closed
from cablenet_api.plans import states
from cablenet_api.plans.annexing import compute_annex
from cablenet_api.plans.document import Annex, Key, PlanDocument, Text
from cablenet_api.plans.errors import NotAllowedError, SignatureError
from cablenet_api.plans.signing import Base64, Signature
from cablenet_api.plans.states import Objection, PlanVersion, State
from cablenet_api.workspaces import documents
from cablenet_api.workspaces.spaces import Space
from cablenet_api.worlds import World

PLAN, KEY = "plan", "key"
MOST_KEYS = 1000


class ObjectionKept(Closed):
    """What a party holds against the open version."""

    organisation: Key
    text: Text


class VersionKept(Closed):
    """One version as it is written down."""

    number: int
    document: PlanDocument
    state: State
    signatures: list[Signature] = Field(default=[])
    objections: list[ObjectionKept] = Field(default=[])


class PlanKept(Closed):
    """The version that is worked on and the one in force, whichever there are."""

    open: VersionKept | None
    in_force: VersionKept | None = None


class KeyKept(Closed):
    """The public key of an organisation's signatory in a workspace."""

    organisation: Key
    public_key: Base64


class Plain(Closed):
    """A step without anything to say."""

    step: Literal["submit", "withdraw", "approve", "compute_annex", "enter_into_force", "revise"]


class Object(Closed):
    """A reviewer objects; signing waits."""

    step: Literal["object"]
    text: Text


class Sign(Closed):
    """A signatory's signature, made by `cablenet sign` on the signatory's own machine."""

    step: Literal["sign"]
    signature: Signature


Step = Annotated[Plain | Object | Sign, Field(discriminator="step")]
DEED: dict[str, Deed] = {
    "submit": "write", "withdraw": "write", "compute_annex": "write", "revise": "write",
    "object": "review", "approve": "review", "sign": "sign", "enter_into_force": "sign"}
"""What a member's role must hold to take a step."""


def new_plan(document: PlanDocument) -> PlanKept:
    """A plan with its first draft."""
    return PlanKept(open=_kept(PlanVersion("new", 1, document)))


def edited(key: str, plan: PlanKept, document: PlanDocument) -> PlanKept:
    """The open version with another content."""
    return _with_open(plan, states.edit(_open(key, plan), document))


def annex_of(key: str, plan: PlanKept, world: World) -> Annex:
    """The annex of the open version on a network: seconds of work, so not inside a write."""
    document = _open(key, plan).document
    return compute_annex(world, document.scenarios, document.scope.countries)


def stepped(key: str, plan: PlanKept, step: Step, *, organisation: str, keys: dict[str, str],
            annex: Annex | None, today: date) -> PlanKept:
    """The plan after a step of one organisation.

    Parameters
    ----------
    keys
        organisation -> the public key that it has registered in the workspace
    annex
        what `annex_of` has computed, outside any transaction; only that step needs one

    Raises
    ------
    PlansError
        when the step is not allowed now, or not for this organisation
    """
    if isinstance(step, Sign):
        return _with_open(plan, _signed(_open(key, plan), step.signature, organisation, keys))
    if isinstance(step, Object):
        return _with_open(plan, states.object_to(_open(key, plan), organisation, step.text))
    match step.step:
        case "submit":
            return _with_open(plan, states.submit(_open(key, plan)))
        case "withdraw":
            return _with_open(plan, states.withdraw(_open(key, plan)))
        case "approve":
            return _with_open(plan, states.approve(_open(key, plan), organisation))
        case "revise":
            if plan.open is not None:
                raise NotAllowedError(f"version {plan.open.number} is open already; edit that")
            return _with_open(plan, states.revise(version_of(key, plan, "in_force")))
        case "compute_annex":
            assert annex is not None
            version = _open(key, plan)
            return _with_open(plan, states.edit(
                version, version.document.model_copy(update={"annex": annex})))
        case "enter_into_force":
            version = _open(key, plan)
            if organisation not in version.parties:
                raise NotAllowedError(f"'{organisation}' is no party of this plan")
            return PlanKept(open=None, in_force=_kept(states.enter_into_force(version, today)))


def version_of(key: str, plan: PlanKept, which: Literal["open", "in_force"]) -> PlanVersion:
    """The open version or the one in force; `NotAllowedError` when there is none."""
    kept = plan.open if which == "open" else plan.in_force
    if kept is None:
        raise NotAllowedError("no version is open; revise the one in force" if which == "open"
                              else "no version of this plan is in force yet")
    return PlanVersion(key, kept.number, kept.document, kept.state, tuple(kept.signatures),
                       tuple(Objection(one.organisation, one.text) for one in kept.objections))


def keys_of(connection: Connection, space: Space) -> dict[str, str]:
    """The key that each organisation registered last."""
    found = documents.documents_of(connection, space, KEY, "", MOST_KEYS)
    kept = [KeyKept.model_validate_json(one.body)
            for one in sorted(found, key=lambda one: one.written_at)]
    return {one.organisation: one.public_key for one in kept}


def _signed(version: PlanVersion, signature: Signature, organisation: str,
            keys: dict[str, str]) -> PlanVersion:
    if signature.statement.organisation != organisation:
        raise SignatureError("the statement names another organisation than the caller's")
    if organisation not in keys:
        raise SignatureError("your organisation has registered no public key in this workspace; "
                             "a signatory does so with POST .../keys")
    return states.add_signature(version, signature, public_key=keys[organisation])


def _open(key: str, plan: PlanKept) -> PlanVersion:
    return version_of(key, plan, "open")


def _with_open(plan: PlanKept, version: PlanVersion) -> PlanKept:
    return PlanKept(open=_kept(version), in_force=plan.in_force)


def _kept(version: PlanVersion) -> VersionKept:
    return VersionKept(
        number=version.number, document=version.document, state=version.state,
        signatures=list(version.signatures),
        objections=[ObjectionKept(organisation=one.organisation, text=one.text)
                    for one in version.objections])
