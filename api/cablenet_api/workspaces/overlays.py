"""Private overlays: what one party knows better than the shared map, and how others may ask of it.

An overlay is the owner's alone. Partners see what it does to scores and repair plans, at the tier
that the owner chose:

    full         scores as they are; repair plans without the depots that the overlay adds
    aggregated   figures of countries, rounded to a grain, a limited number of questions
    none         nothing: for partners the overlay does not exist
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator
from sqlalchemy import Connection, Row, delete, func, insert, select, update

from cablenet_api.access.tokens import Caller
from cablenet_api.events import Closed, Name
from cablenet_api.journal import record
from cablenet_api.plans.canonical import canonical
from cablenet_api.problems import RefusedError
from cablenet_api.store.keyed import digest_of, given_out, new_key, now
from cablenet_api.store.tables import overlay_questions, overlays
from cablenet_api.workspaces.spaces import Space, space_of

WINDOW_DAYS = 30
Tier = Literal["full", "aggregated", "none"]
Lit = Annotated[float, Field(gt=0, le=1e5)]
Stock = Annotated[float, Field(strict=True, ge=0, le=1e6)]
Key = Annotated[str, StringConstraints(strict=True, pattern="^[0-9a-f]{32}$")]


class SpareDepot(Closed):
    """A depot that only its owner knows: where it lies, and whose spares it holds."""

    name: Name
    port: Name = Field(description="id of a station or a depot of the map: where it lies")
    cables: list[Name] = Field([], max_length=600, description="ids of the cables it is for; or")
    agreements: list[Name] = Field([], max_length=50, description=(
        "ids of maintenance agreements: for all their cables"))
    spare_km: Stock | None = Field(None, description="cable in stock; null: enough")

    @model_validator(mode="after")
    def _for_somebody(self) -> Self:
        if bool(self.cables) == bool(self.agreements):
            raise ValueError("name the cables or the agreements it is for: one of the two")
        return self


class OverlayContent(Closed):
    """What an owner lays over the shared map."""

    name: Name
    tier: Tier = Field("none", description="what partners see of its effect")
    grain_tbps: Annotated[float, Field(gt=0, le=1e5)] = Field(
        10.0, description="aggregated: answers are multiples of this")
    grain_days: Annotated[float, Field(strict=True, gt=0, le=365)] = Field(
        5.0, description="aggregated: days of repair plans are multiples of this, Tbps-days of "
                         "both grains multiplied")
    grain_km: Annotated[float, Field(strict=True, gt=0, le=1e5)] = Field(
        50.0, description="aggregated: repair plans for partners count stocks of spares in "
                          "multiples of this")
    questions: Annotated[int, Field(strict=True, ge=1, le=10_000)] = Field(
        20, description=f"aggregated: different questions a partner may ask in {WINDOW_DAYS} "
                        "days")
    lit_tbps: dict[Name, Lit] = Field(
        {}, max_length=600, description="cable id -> true lit Tbps, each direction")
    spare_km: dict[Name, Stock] = Field(
        {}, max_length=200, description="id of a depot of the map -> cable truly in stock")
    depots: list[SpareDepot] = Field([], max_length=50, description="depots the map does not have")

    @model_validator(mode="after")
    def _holds_something(self) -> Self:
        if not (self.lit_tbps or self.spare_km or self.depots):
            raise ValueError("lay something over the map: lit_tbps, spare_km or depots")
        return self


class OverlayNamed(Closed):
    """An overlay of a workspace."""

    workspace: Key = Field(description="id of the workspace")
    overlay: Key = Field(description="id of the overlay")


@dataclass(frozen=True)
class KeptOverlay:
    """An overlay as the service sees it."""

    id: str
    organisation: str
    version: int
    content: OverlayContent
    etag: str
    secret: bytes


@dataclass(frozen=True)
class SeenOverlay:
    """An overlay with what one asker sees of its effect: its owner everything."""

    kept: KeptOverlay
    sees: Literal["everything", "full", "aggregated"]


def add_overlay(connection: Connection, space: Space, caller: Caller, content: OverlayContent
                ) -> KeptOverlay:
    """A new overlay of the caller's organisation; its entry stands in the owner's own log."""
    key, body = new_key(), canonical(content)
    connection.execute(insert(overlays).values(
        id=key, workspace=space.id, organisation=caller.organisation, version=1,
        digest=digest_of(body), body=body.decode(), secret=secrets.token_bytes(32)))
    record(connection, caller.organisation, caller, "add overlay", f"overlay {key} 1", body)
    return own_overlay(connection, space, caller, key)


def overlays_of(connection: Connection, space: Space, caller: Caller, after: str, limit: int
                ) -> list[KeptOverlay]:
    """The caller's own overlays, and those of partners that are not hidden altogether."""
    # hidden ones are left out here and not by the query, so pages are cut to size afterwards
    rows = connection.execute(select(overlays).where(
        overlays.c.workspace == space.id, overlays.c.id > after).order_by(overlays.c.id))
    seen = [one for row in rows if _may_see(one := _kept(space, row), caller)]
    return seen[:limit]


def own_overlay(connection: Connection, space: Space, caller: Caller, key: str) -> KeptOverlay:
    """An overlay of the caller's organisation."""
    found = seen_overlay(connection, space, caller, key)
    if found.organisation != caller.organisation:
        raise RefusedError("not-found", "no such overlay of yours")
    return found


def seen_overlay(connection: Connection, space: Space, caller: Caller, key: str) -> KeptOverlay:
    """An overlay that the caller may know of. For partners' the transaction is the service's."""
    row = connection.execute(select(overlays).where(
        overlays.c.workspace == space.id, overlays.c.id == key)).one_or_none()
    found = None if row is None else _kept(space, row)
    if found is None or not _may_see(found, caller):
        raise RefusedError("not-found", "no such overlay")
    return found


def named_overlay(connection: Connection, caller: Caller, named: OverlayNamed) -> SeenOverlay:
    """The overlay that is named, as the caller sees it; the transaction is the service's."""
    found = seen_overlay(connection, space_of(connection, caller, named.workspace), caller,
                         named.overlay)
    tier = found.content.tier
    if found.organisation == caller.organisation:
        return SeenOverlay(found, "everything")
    assert tier != "none"  # else it was not found
    return SeenOverlay(found, tier)


def replace_overlay(connection: Connection, space: Space, caller: Caller, old: KeptOverlay,
                    content: OverlayContent) -> KeptOverlay:
    """The next version; refused when `old` is no longer the newest."""
    body = canonical(content)
    moved = connection.execute(
        update(overlays).where(overlays.c.id == old.id, overlays.c.version == old.version)
        .values(version=old.version + 1, digest=digest_of(body), body=body.decode())).rowcount
    if moved != 1:
        raise RefusedError("changed-meanwhile", "somebody wrote a newer version meanwhile")
    record(connection, caller.organisation, caller, "replace overlay",
           f"overlay {old.id} {old.version + 1}", body)
    return own_overlay(connection, space, caller, old.id)


def erase_overlay(connection: Connection, caller: Caller, old: KeptOverlay) -> None:
    """Take an overlay away; what partners have seen they have seen."""
    connection.execute(delete(overlay_questions).where(overlay_questions.c.overlay == old.id))
    connection.execute(delete(overlays).where(overlays.c.id == old.id,
                                              overlays.c.version == old.version))
    record(connection, caller.organisation, caller, "erase overlay", f"overlay {old.id}")


def spend(connection: Connection, caller: Caller, overlay: KeptOverlay,
          questions: Collection[str]) -> None:
    """Count a partner's questions against its budget, and tell the owner's log.

    The same question is counted once: its answer is the same.

    Raises
    ------
    RefusedError
        429 when the budget does not hold all of them; then none is answered or counted
    """
    window = timedelta(days=WINDOW_DAYS)
    since = (datetime.now(UTC) - window).isoformat(timespec="microseconds")
    asked = overlay_questions.c
    mine = (asked.overlay == overlay.id) & (asked.organisation == caller.organisation)
    connection.execute(select(overlays.c.id).where(overlays.c.id == overlay.id).with_for_update())
    connection.execute(delete(overlay_questions).where(mine, asked.asked_at < since))
    known = set(connection.execute(select(asked.question).where(
        mine, asked.question.in_(questions))).scalars())
    new = sorted(set(questions) - known)
    used = list(connection.execute(select(asked.asked_at).where(mine).order_by(asked.asked_at)
                                   ).scalars())
    most = overlay.content.questions
    beyond = len(used) + len(new) - most
    if beyond > 0 and overlay.content.tier == "aggregated":
        detail = f"{len(used)} of {most} questions in {WINDOW_DAYS} days are asked; "
        if len(new) > most:
            raise RefusedError("budget-spent", f"{detail}{len(new)} never fit")
        free = datetime.fromisoformat(used[beyond - 1]) + window - datetime.now(UTC)
        raise RefusedError("budget-spent", f"{detail}{len(new)} more do not fit",
                           max(math.ceil(free.total_seconds()), 1))
    for question in new:
        connection.execute(insert(overlay_questions).values(
            overlay=overlay.id, organisation=caller.organisation, question=question,
            asked_at=now()))
    record(connection, overlay.organisation, caller, "ask of overlay",
           f"overlay {overlay.id}: {len(new)} new questions", "".join(sorted(questions)).encode())


def questions_of(connection: Connection, overlay: KeptOverlay) -> list[tuple[str, int, str]]:
    """Who has asked of an overlay: organisation, how many questions, when last."""
    rows = connection.execute(
        select(overlay_questions.c.organisation, func.count().label("count"),
               func.max(overlay_questions.c.asked_at).label("last"))
        .where(overlay_questions.c.overlay == overlay.id)
        .group_by(overlay_questions.c.organisation)
        .order_by(overlay_questions.c.organisation))
    return [(row.organisation, row[1], row.last) for row in rows]


def _may_see(overlay: KeptOverlay, caller: Caller) -> bool:
    return overlay.organisation == caller.organisation or overlay.content.tier != "none"


def _kept(space: Space, row: Row[Any]) -> KeptOverlay:
    tag = given_out(space.key, row.digest, row.id, str(row.version))
    return KeptOverlay(row.id, row.organisation, row.version,
                       OverlayContent.model_validate_json(row.body), f'"{tag}"', bytes(row.secret))
