"""On whose behalf a request acts: a dependency of every route that sees what is kept."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address
from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import Connection, select

from cablenet_api.access.oidc import Provider
from cablenet_api.access.tokens import Caller, caller_of
from cablenet_api.problems import RefusedError
from cablenet_api.settings import Settings
from cablenet_api.store.keyed import now
from cablenet_api.store.store import EVERY, Store
from cablenet_api.store.tables import members

LOCAL = Caller("0" * 32, "local", "admin")
"""The one user of a service without login; the first migration founds this organisation."""

FindCaller = Callable[[Request, str, str | None], Caller]
"""From a request, its bearer token and the organisation chosen, to the caller."""
_bearer = HTTPBearer(auto_error=False, description="a personal token, or one of the provider's")
Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
Chosen = Annotated[str | None, Header(
    alias="Cablenet-Organisation", max_length=32,
    description="id of the organisation to act for; only for people of several, by OIDC")]


def caller_finder(settings: Settings, store: Store, provider: Provider | None) -> FindCaller:
    """How one service finds its callers; it keeps this as `app.state.find_caller`."""

    def local(request: Request, bearer: str, chosen: str | None) -> Caller:
        """The user of this machine. The name asked for is checked as well as the address: a page
        of the web can make a browser ask 127.0.0.1 under a name of its own (DNS rebinding)."""
        client = request.client.host if request.client else ""
        if not (is_loopback(client) and is_loopback(request.url.hostname or "")):
            raise RefusedError("not-logged-in", "a service without login answers this machine only")
        return LOCAL

    def logged_in(request: Request, bearer: str, chosen: str | None) -> Caller:
        found = None
        if bearer.startswith("cn_"):
            with store.reading(EVERY) as connection:
                found = caller_of(connection, bearer, now())
        elif bearer and provider is not None:
            subject = provider.subject(bearer)
            if subject is not None:
                with store.reading(EVERY) as connection:
                    found = _member(connection, subject, chosen)
        if found is None:
            raise RefusedError("not-logged-in", "no token, or none that holds good")
        return found

    return local if settings.login == "none" else logged_in


def current_caller(request: Request, credentials: Bearer, chosen: Chosen = None) -> Caller:
    """The dependency: who asks, or a refusal with 401."""
    find: FindCaller = request.app.state.find_caller
    return find(request, credentials.credentials if credentials else "", chosen)


Who = Annotated[Caller, Depends(current_caller)]


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its very name."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _member(connection: Connection, person: str, chosen: str | None) -> Caller | None:
    """The one membership of somebody, or the one chosen among several."""
    rows = connection.execute(select(members).where(members.c.person == person)).all()
    fit = [row for row in rows if chosen in (None, row.organisation)]
    return Caller(fit[0].organisation, person, fit[0].role) if len(fit) == 1 else None
