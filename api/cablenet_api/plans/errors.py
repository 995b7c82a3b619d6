"""What can go wrong with plans, drawn as a tree.

    PlansError (ValueError)
        IncompleteError     a draft lacks something that review needs
        NotAllowedError     a step that the state or the party does not allow
        SignatureError      a signature that does not hold
        BrokenChainError    an audit log that was changed
"""

from __future__ import annotations

from collections.abc import Sequence


class PlansError(ValueError):
    """Any refusal of this package; its text is one plain sentence."""


class IncompleteError(PlansError):
    """A draft lacks something that review needs; `missing` lists all of it."""

    def __init__(self, missing: Sequence[str]) -> None:
        self.missing = tuple(missing)
        super().__init__("not ready for review: " + "; ".join(self.missing))


class NotAllowedError(PlansError):
    """A step that the state of the version, or the party's part in it, does not allow."""


class SignatureError(PlansError):
    """A signature that does not hold for these bytes, this key or this version."""


class BrokenChainError(PlansError):
    """An audit log in which something was changed, moved or cut off; `at`: the first bad entry."""

    def __init__(self, at: int, why: str) -> None:
        self.at = at
        super().__init__(f"entry {at}: {why}")
