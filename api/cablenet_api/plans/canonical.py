"""Canonical JSON (RFC 8785) and the digest of a value: the same content, the same bytes."""

from __future__ import annotations

import hashlib
from typing import Any

import rfc8785
from pydantic import BaseModel


def canonical(value: BaseModel | dict[str, Any]) -> bytes:
    """The one way to write a value as JSON: sorted keys, shortest numbers, UTF-8."""
    plain = value.model_dump(mode="json", by_alias=True) if isinstance(value, BaseModel) else value
    return rfc8785.dumps(plain)


def digest(value: BaseModel | dict[str, Any]) -> str:
    """SHA-256 of the canonical bytes, in hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()
