"""The audit log: append only, each entry chained to the one before, heads signed by the parties.

The hash of an entry is SHA-256 over the canonical JSON (RFC 8785) of its content with the hash of
the entry before. Changing, moving or taking out an entry breaks the chain behind it. Someone who
can write the whole log could make a new chain; so each party keeps checkpoints (the head, signed
by the party), and a log that does not hold a party's checkpoint has been rewritten or cut off.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import AwareDatetime, Field

from cablenet_api.events import Closed, Name
from cablenet_api.plans.canonical import canonical, digest
from cablenet_api.plans.document import Key
from cablenet_api.plans.errors import BrokenChainError, SignatureError
from cablenet_api.plans.signing import Base64, Digest, decoded, encoded, public_text

ORIGIN = "0" * 64
"""What the first entry is chained to."""


class Entry(Closed):
    """Something that was done."""

    number: Annotated[int, Field(ge=1)]
    at: AwareDatetime
    actor: Name
    organisation: Key | None
    action: Name
    subject: Name
    content: Digest = Field(description="SHA-256 of what was written")
    before: Digest
    hash: Digest


class Checkpoint(Closed):
    """The head of a log at some time, signed by a party and kept by it."""

    schema_: Literal["cablenet/checkpoint/1"] = Field(
        default="cablenet/checkpoint/1", validation_alias="schema", serialization_alias="schema")
    number: Annotated[int, Field(ge=0)]
    hash: Digest
    organisation: Key
    at: AwareDatetime
    public_key: Base64
    signature: Base64


def next_entry(head: Entry | None, *, at: datetime, actor: str, organisation: str | None,
               action: str, subject: str, content: str) -> Entry:
    """The entry that follows the head; the arguments are fields of `Entry`."""
    unsealed = Entry(number=head.number + 1 if head else 1, before=head.hash if head else ORIGIN,
                     at=at, actor=actor, organisation=organisation, action=action,
                     subject=subject, content=content, hash=ORIGIN)
    return unsealed.model_copy(update={"hash": _hash(unsealed)})


def verify(entries: Iterable[Entry], checkpoints: Sequence[Checkpoint] = ()) -> int:
    """Read a log from its first entry and count it.

    Raises
    ------
    BrokenChainError
        at the first entry that was changed, moved, taken out or put in, or where the log ends
        before a checkpoint, or holds another entry in its place
    SignatureError
        when a checkpoint's own signature does not hold
    """
    for checkpoint in checkpoints:
        check_checkpoint(checkpoint)
    before, count = ORIGIN, 0
    for count, entry in enumerate(entries, 1):
        if entry.number != count:
            raise BrokenChainError(count, f"number {entry.number} stands here: an entry was moved, "
                                          "taken out or put in")
        if entry.before != before:
            raise BrokenChainError(count, "is not chained to the entry before it")
        if _hash(entry) != entry.hash:
            raise BrokenChainError(count, "its content was changed")
        for known in checkpoints:
            if known.number == count and known.hash != entry.hash:
                raise BrokenChainError(count, f"differs from the checkpoint of "
                                              f"{known.organisation}: the log was written anew")
        before = entry.hash
    for known in checkpoints:
        if known.number > count:
            raise BrokenChainError(count + 1, f"is missing: {known.organisation} holds a "
                                              f"checkpoint of entry {known.number}, the tail "
                                              "was cut off")
    return count


def sign_checkpoint(head: Entry | None, organisation: str, at: datetime,
                    key: Ed25519PrivateKey) -> Checkpoint:
    """A party's checkpoint of a head; for the party's own machine."""
    unsigned = Checkpoint(number=head.number if head else 0, hash=head.hash if head else ORIGIN,
                          organisation=organisation, at=at,
                          public_key=public_text(key.public_key()), signature="unsigned_unsigned")
    return unsigned.model_copy(update={"signature": encoded(key.sign(_said(unsigned)))})


def check_checkpoint(one: Checkpoint) -> None:
    """Raise `SignatureError` unless the checkpoint holds."""
    try:
        key = Ed25519PublicKey.from_public_bytes(decoded(one.public_key))
        key.verify(decoded(one.signature), _said(one))
    except (ValueError, InvalidSignature):
        raise SignatureError(f"the checkpoint of '{one.organisation}' was changed after it was "
                             "signed, or another key signed it") from None


def _said(one: Checkpoint) -> bytes:
    return canonical(one.model_dump(mode="json", by_alias=True, exclude={"signature"}))


def _hash(entry: Entry) -> str:
    return digest(entry.model_dump(mode="json", exclude={"hash"}))
