"""Names given out for content: keyed by workspace, so that equal content shows to nobody else."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import UTC, datetime


def new_key() -> str:
    """128 random bits in hexadecimal."""
    return secrets.token_hex(16)


def now() -> str:
    """This moment as the store writes it: UTC, microseconds."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def digest_of(content: bytes) -> str:
    """The identity of content inside the store: SHA-256. It is never given out."""
    return hashlib.sha256(content).hexdigest()


def given_out(workspace_key: bytes, digest: str, *about: str) -> str:
    """The name of content for the members of one workspace: HMAC-SHA256, its first 128 bits.

    Who does not hold the workspace's key, which never leaves the store, cannot make the name of a
    map from the map, and cannot compare names of two workspaces.
    """
    message = "\0".join((*about, digest)).encode()
    return hmac.new(workspace_key, message, hashlib.sha256).hexdigest()[:32]
