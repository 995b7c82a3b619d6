"""Routes about the caller's own organisation: who I am, members and their roles, tokens."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import select
from starlette.responses import Response

from cablenet_api.access.people import admit, dismiss, name_of
from cablenet_api.access.roles import MAY, Role
from cablenet_api.access.tokens import forget_token, make_token
from cablenet_api.events import Closed, Name
from cablenet_api.journal import record
from cablenet_api.problems import RefusedError
from cablenet_api.routes.callers import Who
from cablenet_api.routes.shapes import Id, Person, problems
from cablenet_api.store.store import EVERY, Store
from cablenet_api.store.tables import members, tokens
from cablenet_api.workspaces.spaces import allow


class Me(BaseModel):
    """On whose behalf the request acts."""

    person: str
    role: Role
    may: list[str]
    organisation: str = Field(description="id; partners need it to share a workspace with you")
    organisation_name: str


class Member(BaseModel):
    """One member of the caller's organisation."""

    person: str
    role: Role


class RoleAsked(Closed):
    """The role a member shall have."""

    role: Role


class TokenAsked(Closed):
    """A new token: a word to know it again by, and how long it holds good."""

    label: Name
    days: int = Field(90, strict=True, ge=1, le=366)


class Token(BaseModel):
    """One token of the caller, without its secret."""

    id: str
    label: str
    expires_at: str


class TokenMade(Token):
    """A new token. The secret is shown this once."""

    secret: str


def members_router(store: Store) -> APIRouter:
    """These routes of one service."""
    router = APIRouter(tags=["organisation"])

    @router.get("/me", responses=problems(401, 503))
    def me(who: Who) -> Me:
        """Who the service takes the caller for, and what that person may do."""
        with store.reading(EVERY) as connection:
            name = name_of(connection, who.organisation)
        return Me(person=who.person, role=who.role, may=sorted(MAY[who.role]),
                  organisation=who.organisation, organisation_name=name)

    @router.get("/members", responses=problems(401, 503))
    def list_members(who: Who) -> list[Member]:
        """The members of the caller's organisation."""
        with store.reading(who.organisation) as connection:
            rows = connection.execute(select(members.c.person, members.c.role).where(
                members.c.organisation == who.organisation).order_by(members.c.person))
            return [Member(person=row.person, role=row.role) for row in rows]

    @router.put("/members/{person}", responses=problems(400, 401, 403, 409, 413, 415, 422, 503))
    def set_member(person: Person, asked: RoleAsked, who: Who) -> Member:
        """Make somebody a member of the caller's organisation, or give a member another role."""
        allow(who, "administer")
        with store.writing(who.organisation) as connection:
            admit(connection, who.organisation, person, asked.role)
            record(connection, who.organisation, who, "set member", person, asked.role.encode())
        return Member(person=person, role=asked.role)

    @router.delete("/members/{person}", status_code=204,
                   responses=problems(401, 403, 404, 409, 422, 503))
    def remove_member(person: Person, who: Who) -> Response:
        """Take a member off the list; the member's tokens end with it."""
        allow(who, "administer")
        with store.writing(who.organisation) as connection:
            if not dismiss(connection, who.organisation, person):
                raise RefusedError("not-found", "no such member")
            record(connection, who.organisation, who, "remove member", person)
        return Response(status_code=204)

    @router.get("/tokens", responses=problems(401, 503))
    def list_tokens(who: Who) -> list[Token]:
        """The caller's own tokens."""
        with store.reading(who.organisation) as connection:
            rows = connection.execute(select(tokens).where(
                tokens.c.organisation == who.organisation, tokens.c.person == who.person)
                .order_by(tokens.c.id))
            return [Token(id=row.id, label=row.label, expires_at=row.expires_at) for row in rows]

    @router.post("/tokens", status_code=201, responses=problems(400, 401, 413, 415, 422, 503))
    def add_token(asked: TokenAsked, who: Who) -> TokenMade:
        """A new token of the caller. Its secret is shown once and kept nowhere."""
        with store.writing(who.organisation) as connection:
            made = make_token(connection, who.organisation, who.person, asked.label, asked.days)
            record(connection, who.organisation, who, "add token", f"token {made.id}")
        return TokenMade(id=made.id, label=asked.label, expires_at=made.expires_at,
                         secret=made.secret)

    @router.delete("/tokens/{token}", status_code=204, responses=problems(401, 404, 422, 503))
    def remove_token(token: Id, who: Who) -> Response:
        """Take back one of the caller's own tokens."""
        with store.writing(who.organisation) as connection:
            if not forget_token(connection, who, token):
                raise RefusedError("not-found", "no such token of yours")
            record(connection, who.organisation, who, "remove token", f"token {token}")
        return Response(status_code=204)

    return router
