"""`Scenarios`: a named set of failures, kept and shared in a workspace."""

from __future__ import annotations

from pydantic import Field

from cablenet_api.events import MAX_EVENTS, Closed, Event, Name


class Scenarios(Closed):
    """A named set of failures, to be kept and shared; each event is one scenario."""

    name: Name
    note: str = Field("", max_length=4_000, pattern=r"^[^\x00]*$")
    events: list[Event] = Field(min_length=1, max_length=MAX_EVENTS)
