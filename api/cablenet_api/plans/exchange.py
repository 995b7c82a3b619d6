"""A signed version as a file that another installation takes in and checks by itself."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, ValidationError

from cablenet_api.events import Closed, Name
from cablenet_api.plans.canonical import digest
from cablenet_api.plans.document import PlanDocument
from cablenet_api.plans.errors import SignatureError
from cablenet_api.plans.signing import Base64, Signature
from cablenet_api.plans.states import PlanVersion, State, check_version


class ExportedVersion(Closed):
    """One version of a plan to be read and signed elsewhere."""

    plan: Name
    version: Annotated[int, Field(ge=1, le=1_000_000)]
    document: PlanDocument

    @property
    def digest(self) -> str:
        """What a signature of this version names."""
        return digest(self.document)


class SignedPlan(Closed):
    """All that is needed to check a plan far from where it was written."""

    schema_: Literal["cablenet/signed-plan/1"] = Field(
        default="cablenet/signed-plan/1", validation_alias="schema", serialization_alias="schema")
    plan: Name
    version: Annotated[int, Field(ge=1, le=1_000_000)]
    state: State
    document: PlanDocument
    signatures: list[Signature] = Field(min_length=2, max_length=20)


def packed(version: PlanVersion) -> SignedPlan:
    """The file of a version that all parties have signed."""
    check_version(version)
    return SignedPlan(plan=version.plan, version=version.number, state=version.state,
                      document=version.document, signatures=list(version.signatures))


def unpacked(text: str | bytes, known_keys: dict[str, Base64]) -> PlanVersion:
    """The version in a file, with every signature checked.

    Parameters
    ----------
    known_keys
        organisation -> the public key that one has from the organisation itself. A file brings
        keys of its own, but those prove nothing: anybody can make a key.

    Raises
    ------
    SignatureError
        when the file is damaged, a signature does not hold, or a key is not the one known
    """
    try:
        found = SignedPlan.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = "/".join(map(str, first["loc"]))
        raise SignatureError(f"no signed plan of this schema: {place}: {first['msg']}") from None
    version = PlanVersion(found.plan, found.version, found.document, found.state,
                          tuple(found.signatures))
    check_version(version)
    for one in found.signatures:
        who = one.statement.organisation
        if known_keys.get(who) != one.public_key:
            raise SignatureError(f"the key of '{who}' in the file is not the one that is known "
                                 "here; ask the organisation for its public key")
    return version
