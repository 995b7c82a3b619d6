"""Plans received from another installation: kept as they came, every signature checked."""

from __future__ import annotations

from sqlalchemy import Connection

from cablenet_api.access.tokens import Caller
from cablenet_api.events import Closed
from cablenet_api.plans.canonical import canonical
from cablenet_api.plans.errors import NotAllowedError, SignatureError
from cablenet_api.plans.exchange import SignedPlan, unpacked
from cablenet_api.plans.signing import Base64
from cablenet_api.plans.states import PlanVersion
from cablenet_api.workspaces import documents
from cablenet_api.workspaces.documents import Document
from cablenet_api.workspaces.plans import keys_of
from cablenet_api.workspaces.spaces import Space

RECEIVED = "received-plan"
MOST = 1000


class ReceivedKept(Closed):
    """A signed plan with the keys that it was checked by."""

    signed: SignedPlan
    known_keys: dict[str, Base64]


def receive_plan(connection: Connection, space: Space, caller: Caller, signed: SignedPlan,
                 vouched: dict[str, str]) -> tuple[Document, bool]:
    """Check a signed plan and keep it; the document, and whether it is new here.

    Parameters
    ----------
    vouched
        organisation -> its public key, as the caller has it from the organisation itself. A key
        that the workspace knows already, by registration or an earlier plan, cannot be replaced
        by one that somebody vouches for.

    Raises
    ------
    SignatureError
        a signature that does not hold, or a key that is not the one known
    NotAllowedError
        another text of the same version is here already
    """
    earlier = documents.documents_of(connection, space, RECEIVED, "", MOST)
    kept = [ReceivedKept.model_validate_json(one.body) for one in earlier]
    known = {who: key for one in kept for who, key in one.known_keys.items()}
    known |= keys_of(connection, space)
    for who, key in vouched.items():
        if known.get(who, key) != key:
            raise SignatureError(f"this workspace knows another key of '{who}'; find out from the "
                                 "organisation which one is theirs")
    version = checked_plan(signed, {**vouched, **known})
    for document, one in zip(earlier, kept, strict=True):
        if (one.signed.plan, one.signed.version) != (signed.plan, signed.version):
            continue
        if one.signed == signed:
            return document, False
        if checked_plan(one.signed, one.known_keys).digest != version.digest:
            raise NotAllowedError(f"another text of version {signed.version} of this plan has been "
                                  "received already; ask the parties which one they signed")
    used = {one.statement.organisation: one.public_key for one in signed.signatures}
    made = documents.add_document(connection, space, caller, RECEIVED, canonical(
        ReceivedKept(signed=signed, known_keys=used)))
    return made, True


def checked_plan(signed: SignedPlan, known_keys: dict[str, str]) -> PlanVersion:
    """The version in a signed plan, every signature checked by the keys that are known."""
    return unpacked(signed.model_dump_json(by_alias=True), known_keys)
