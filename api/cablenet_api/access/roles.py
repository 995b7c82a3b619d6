"""Roles of members, and what each may do; one table."""

from __future__ import annotations

from typing import Literal

Role = Literal["viewer", "planner", "reviewer", "signatory", "admin"]
Deed = Literal["read", "write", "review", "sign", "administer"]

MAY: dict[Role, frozenset[Deed]] = {
    "viewer": frozenset({"read"}),
    "planner": frozenset({"read", "write"}),
    "reviewer": frozenset({"read", "review"}),
    "signatory": frozenset({"read", "sign"}),
    "admin": frozenset({"read", "write", "administer"}),
}
"""An administrator neither reviews nor signs: who keeps the list of members must not be able to
agree to a plan in their place."""
