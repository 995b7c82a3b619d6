"""`admit_member`: what an operator does on the machine itself, before anybody can log in."""

from __future__ import annotations

from typing import Any, get_args

from sqlalchemy.exc import SQLAlchemyError

import cablenet as cn
from cablenet_api.access.people import admit, organisation_named
from cablenet_api.access.roles import Role
from cablenet_api.access.tokens import MOST_DAYS, make_token
from cablenet_api.journal import record
from cablenet_api.settings import Settings
from cablenet_api.store import Store
from cablenet_api.store.store import EVERY


def admit_member(settings: Settings, organisation: str, person: str, role: Any,
                 days: int) -> dict[str, str]:
    """Make somebody a member and a token for them: its secret, with the organisation's id.

    Raises
    ------
    InputError
        for a name, role or number of days that cannot be, or a database that does not answer
    """
    for what, text, most in (("organisation", organisation, 120), ("person", person, 200)):
        if not 0 < len(text) <= most or not text.isprintable():
            raise cn.errors.InputError(f"{what}: give 1 to {most} printable characters")
    if role not in get_args(Role):
        raise cn.errors.UnknownNameError("role", role, get_args(Role))
    if not 1 <= days <= MOST_DAYS:
        raise cn.errors.InputError(f"days: a token holds good for 1 to {MOST_DAYS} days")
    store = Store(settings.database)
    try:
        with store.writing(EVERY) as connection:
            key = organisation_named(connection, organisation)
            admit(connection, key, person, role)
            made = make_token(connection, key, person, "first token", days)
            record(connection, key, None, "admit member", person, str(role).encode())
    except SQLAlchemyError as error:
        raise cn.errors.InputError(f"the database does not answer ({type(error).__name__}); "
                                   "check --database") from None
    finally:
        store.close()
    return {"organisation": key, "token": made.id, "secret": made.secret,
            "expires_at": made.expires_at}
