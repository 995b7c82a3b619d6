"""The life of a plan's version: draft, in review, signed, in force, superseded.

    draft --submit--> in review --each party signs--> signed --enter into force--> in force
      ^                   |                             |                             |
      +----- any edit ----+-----------------------------+      a later version --> superseded

Any edit makes a draft again and voids every signature and objection: they name the digest of what
they were given for. Nothing comes into force without the signatures of all parties, and there are
at least two. Every step takes a version and gives a new one; clocks and people are arguments.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from cablenet_api.plans.canonical import digest
from cablenet_api.plans.completeness import missing_parts
from cablenet_api.plans.document import PlanDocument
from cablenet_api.plans.errors import IncompleteError, NotAllowedError, SignatureError
from cablenet_api.plans.signing import Signature, check_signature

FEWEST_PARTIES = 2


class State(StrEnum):
    """Where a version stands."""

    DRAFT = "draft"
    IN_REVIEW = "in review"
    SIGNED = "signed"
    IN_FORCE = "in force"
    SUPERSEDED = "superseded"


CHANGEABLE = (State.DRAFT, State.IN_REVIEW, State.SIGNED)
"""States in which an edit makes a draft again; later ones are history."""


@dataclass(frozen=True)
class Objection:
    """What a reviewer of a party holds against this digest; signing waits until it is withdrawn."""

    organisation: str
    text: str


@dataclass(frozen=True)
class PlanVersion:
    """One version of a plan with what has been said of it."""

    plan: str
    number: int
    document: PlanDocument
    state: State = State.DRAFT
    signatures: tuple[Signature, ...] = ()
    objections: tuple[Objection, ...] = ()

    @property
    def digest(self) -> str:
        """What a signature names: SHA-256 of the canonical document."""
        return digest(self.document)

    @property
    def parties(self) -> frozenset[str]:
        """Organisations that have to sign."""
        return frozenset(party.organisation for party in self.document.parties)

    @property
    def unsigned(self) -> frozenset[str]:
        """Parties whose signature is still to come."""
        return self.parties - {one.statement.organisation for one in self.signatures}


def edit(version: PlanVersion, document: PlanDocument) -> PlanVersion:
    """Another content: a draft again, without signatures and objections."""
    _need(version, CHANGEABLE, "edited", "start a new version from it")
    return PlanVersion(version.plan, version.number, document)


def submit(version: PlanVersion) -> PlanVersion:
    """Into review, if nothing is missing; `IncompleteError` lists all that is."""
    _need(version, (State.DRAFT,), "submitted", "it is past that already")
    missing = missing_parts(version.document)
    if missing:
        raise IncompleteError(missing)
    return replace(version, state=State.IN_REVIEW)


def withdraw(version: PlanVersion) -> PlanVersion:
    """Back from review to draft, unchanged; signatures go."""
    _need(version, (State.IN_REVIEW, State.SIGNED), "withdrawn", "it is not in review")
    return PlanVersion(version.plan, version.number, version.document)


def object_to(version: PlanVersion, organisation: str, text: str) -> PlanVersion:
    """A party's reviewer objects; one objection for each party, the last one stands."""
    _need(version, (State.IN_REVIEW,), "objected to", "objections belong to a review")
    _need_party(version, organisation)
    rest = tuple(one for one in version.objections if one.organisation != organisation)
    return replace(version, objections=(*rest, Objection(organisation, text)))


def approve(version: PlanVersion, organisation: str) -> PlanVersion:
    """A party's reviewer has nothing against it: an earlier objection is withdrawn."""
    _need(version, (State.IN_REVIEW,), "approved", "approval belongs to a review")
    _need_party(version, organisation)
    return replace(version, objections=tuple(
        one for one in version.objections if one.organisation != organisation))


def add_signature(version: PlanVersion, signature: Signature, *, public_key: str) -> PlanVersion:
    """A party signs.

    Parameters
    ----------
    public_key
        the key that the organisation has registered for its signatory

    Raises
    ------
    SignatureError
        for another version, another content, another key, or when it does not hold
    NotAllowedError
        outside review, by a stranger, twice, or while an objection stands
    """
    said = signature.statement
    _need(version, (State.IN_REVIEW,), "signed", "submit it for review first")
    _need_party(version, said.organisation)
    if said.organisation not in version.unsigned:
        raise NotAllowedError(f"'{said.organisation}' has signed this version already")
    if version.objections:
        who = ", ".join(sorted(one.organisation for one in version.objections))
        raise NotAllowedError(f"an objection of {who} stands; it has to be withdrawn first")
    if (said.plan, said.version, said.digest) != (version.plan, version.number, version.digest):
        raise SignatureError(
            f"the signature is for plan '{said.plan}' version {said.version} with digest "
            f"{said.digest[:12]}, this is '{version.plan}' version {version.number} with "
            f"{version.digest[:12]}: read the present text and sign that")
    if signature.public_key != public_key:
        raise SignatureError(f"'{said.organisation}' has registered another key")
    check_signature(signature)
    signed = replace(version, signatures=(*version.signatures, signature))
    return signed if signed.unsigned else replace(signed, state=State.SIGNED)


def enter_into_force(version: PlanVersion, day: date) -> PlanVersion:
    """From its effective date on, a version that all parties have signed comes into force."""
    _need(version, (State.SIGNED,), "brought into force", "every party has to sign first")
    check_version(version)
    effective = version.document.effective_date
    assert effective is not None  # complete, or it would not have been signed
    if day < effective:
        raise NotAllowedError(f"it comes into force on {effective}, not on {day}")
    return replace(version, state=State.IN_FORCE)


def supersede(version: PlanVersion) -> PlanVersion:
    """A later version has come into force."""
    _need(version, (State.IN_FORCE,), "superseded", "only what is in force can be")
    return replace(version, state=State.SUPERSEDED)


def revise(version: PlanVersion, document: PlanDocument | None = None) -> PlanVersion:
    """The next version as a draft, from what is in force; that one stays in force meanwhile."""
    _need(version, (State.IN_FORCE,), "revised", "edit the open version itself")
    return PlanVersion(version.plan, version.number + 1, document or version.document)


def check_version(version: PlanVersion) -> None:
    """Look at a signed version with fresh eyes, as another installation does.

    Raises
    ------
    SignatureError
        unless each party has signed exactly this content, once, and at least two have
    """
    signed_by = [one.statement.organisation for one in version.signatures]
    if len(set(signed_by)) < FEWEST_PARTIES or sorted(signed_by) != sorted(version.parties):
        raise SignatureError("the signatures are not one of each party, of at least two parties")
    for one in version.signatures:
        said = one.statement
        if (said.plan, said.version, said.digest) != (version.plan, version.number,
                                                      version.digest):
            raise SignatureError(f"'{said.organisation}' signed another content")
        check_signature(one)


def _need(version: PlanVersion, states: tuple[State, ...], done: str, cure: str) -> None:
    if version.state not in states:
        raise NotAllowedError(f"version {version.number} is {version.state} and cannot be {done}; "
                              f"{cure}")


def _need_party(version: PlanVersion, organisation: str) -> None:
    if organisation not in version.parties:
        raise NotAllowedError(f"'{organisation}' is no party of this plan")
