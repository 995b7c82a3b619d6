"""Organisations and their members: found, admitted, given roles, dismissed."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select, update

from cablenet_api.access.roles import Role
from cablenet_api.problems import RefusedError
from cablenet_api.store.keyed import new_key
from cablenet_api.store.tables import members, organisations, tokens


def organisation_named(connection: Connection, name: str) -> str:
    """The id of an organisation, founded when there is none of this name."""
    found = connection.execute(
        select(organisations.c.id).where(organisations.c.name == name)).scalar_one_or_none()
    if found is not None:
        return str(found)
    key = new_key()
    connection.execute(insert(organisations).values(id=key, name=name))
    return key


def name_of(connection: Connection, organisation: str) -> str:
    """The name of an organisation."""
    return str(connection.execute(select(organisations.c.name).where(
        organisations.c.id == organisation)).scalar_one())


def admit(connection: Connection, organisation: str, person: str, role: Role) -> None:
    """Make somebody a member, or give a member another role; the last admin stays one."""
    where = (members.c.organisation == organisation) & (members.c.person == person)
    if role != "admin":
        _keep_an_admin(connection, organisation, person)
    if not connection.execute(update(members).where(where).values(role=role)).rowcount:
        connection.execute(insert(members).values(organisation=organisation, person=person,
                                                  role=role))


def dismiss(connection: Connection, organisation: str, person: str) -> bool:
    """Take a member off the list, and the member's tokens with it; False when there is none."""
    _keep_an_admin(connection, organisation, person)
    for table in (tokens, members):
        gone = connection.execute(delete(table).where(table.c.organisation == organisation,
                                                      table.c.person == person)).rowcount
    return gone == 1


def _keep_an_admin(connection: Connection, organisation: str, person: str) -> None:
    # all rows of the organisation are locked, so that two admins cannot dismiss each other
    rows = connection.execute(select(members.c.person, members.c.role).where(
        members.c.organisation == organisation).with_for_update()).all()
    if rows and [row.person for row in rows if row.role == "admin"] == [person]:
        raise RefusedError("last-admin", "an organisation keeps at least one admin")


