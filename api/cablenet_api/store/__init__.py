"""The store: what the service keeps, in SQLite or PostgreSQL, and nothing above it."""

from __future__ import annotations

from cablenet_api.store.store import Store

__all__ = ["Store"]
