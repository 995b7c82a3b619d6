"""Alembic's door: migrations run on the connection that `upgrade` hands over."""

from __future__ import annotations

from alembic import context
from cablenet_api.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata,
                  transaction_per_migration=False)
with context.begin_transaction():
    context.run_migrations()
