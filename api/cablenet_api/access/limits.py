"""Limits that an operator set for an organisation that does not exist: found, and told aloud."""

from __future__ import annotations

import logging
from difflib import get_close_matches

from sqlalchemy import Connection, select

from cablenet_api.settings import Settings
from cablenet_api.store.store import EVERY, Store
from cablenet_api.store.tables import organisations

LOG = logging.getLogger("cablenet_api.limits")


def limits_of_nobody(connection: Connection, settings: Settings) -> dict[str, str]:
    """Names with limits of their own that no organisation has, each with the likest one that an
    organisation has ('' where none is like it)."""
    if not settings.organisation_limits:
        return {}
    known = [str(name) for name in connection.execute(select(organisations.c.name)).scalars()]
    return {name: next(iter(get_close_matches(name, known, 1)), "")
            for name in settings.organisation_limits if name not in known}


def warn_of_nobody(store: Store, settings: Settings) -> None:
    """Tell the log of such names. A warning and no refusal: limits may be set before an
    organisation is admitted, and a slip in one name should stop nobody else's work."""
    with store.reading(EVERY) as connection:
        found = limits_of_nobody(connection, settings)
    for name, like in found.items():
        LOG.warning("CABLENET_ORGANISATION_LIMITS names '%s', and no organisation is called so: "
                    "these limits hold for nobody%s. Mend the name, or found it with "
                    "cablenet admit", name, f"; is '{like}' meant?" if like else "")
