"""Signatures of plans: Ed25519 (RFC 8032) over canonical JSON (RFC 8785).

The private key never leaves the signatory's own machine: `cablenet sign` makes the signature there,
the service only checks it against the public key that the organisation has registered.
"""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Annotated, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from pydantic import AwareDatetime, Field, StringConstraints

from cablenet_api.events import Closed, Name
from cablenet_api.plans.canonical import canonical
from cablenet_api.plans.document import Key, Text
from cablenet_api.plans.errors import SignatureError

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Base64 = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{16,200}$")]


class Statement(Closed):
    """What a signatory says: this office of this party agrees to exactly this version."""

    schema_: Literal["cablenet/signature/1"] = Field(
        default="cablenet/signature/1", validation_alias="schema", serialization_alias="schema")
    plan: Name = Field(description="id of the plan")
    version: Annotated[int, Field(ge=1, le=1_000_000)]
    digest: Digest = Field(description="SHA-256 of the canonical document")
    organisation: Key
    office: Name
    signed_at: AwareDatetime
    reservation: Text | None = None


class Signature(Closed):
    """A statement with the key that signed it; both as base64url without padding."""

    statement: Statement
    public_key: Base64
    signature: Base64


def sign(statement: Statement, private_key: Ed25519PrivateKey) -> Signature:
    """Sign a statement; for the signatory's own machine."""
    return Signature(statement=statement, public_key=public_text(private_key.public_key()),
                     signature=encoded(private_key.sign(canonical(statement))))


def check_signature(signature: Signature) -> None:
    """Raise `SignatureError` unless the signature is that of its key over its statement."""
    try:
        key = Ed25519PublicKey.from_public_bytes(decoded(signature.public_key))
        key.verify(decoded(signature.signature), canonical(signature.statement))
    except (ValueError, binascii.Error):
        raise SignatureError("the public key or the signature is not base64url of an Ed25519 "
                             "key (32 bytes) and signature (64 bytes)") from None
    except InvalidSignature:
        raise SignatureError(
            f"the signature of '{signature.statement.organisation}' does not hold: the statement "
            "was changed after it was signed, or another key signed it") from None


def statement_for(plan: str, version: int, digest: str, *, organisation: str, office: str,
                  signed_at: datetime, reservation: str | None = None) -> Statement:
    """The statement to sign for one version of a plan."""
    return Statement(plan=plan, version=version, digest=digest, organisation=organisation,
                     office=office, signed_at=signed_at, reservation=reservation)


def public_text(key: Ed25519PublicKey) -> str:
    """A public key as it is registered and printed."""
    return encoded(key.public_bytes(Encoding.Raw, PublicFormat.Raw))


def new_key() -> Ed25519PrivateKey:
    """A new private key."""
    return Ed25519PrivateKey.generate()


def key_to_pem(key: Ed25519PrivateKey, passphrase: bytes | None) -> bytes:
    """A private key as PEM (PKCS 8), encrypted when a passphrase is given."""
    lock = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock)


def key_from_pem(pem: bytes, passphrase: bytes | None) -> Ed25519PrivateKey:
    """The private key of a PEM file; `SignatureError` says what is wrong with it."""
    try:
        key = load_pem_private_key(pem, passphrase)
    except TypeError:
        raise SignatureError("the key file is encrypted and no passphrase was given, or it is not "
                             "encrypted and one was") from None
    except ValueError:
        raise SignatureError("the key file is no PEM key, or the passphrase is wrong") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise SignatureError("the key file holds no Ed25519 key; make one with --new-key")
    return key


def encoded(raw: bytes) -> str:
    """Bytes as base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """The bytes of base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
