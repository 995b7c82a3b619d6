"""Keys of requests that are done once; on PostgreSQL, for the service itself alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

ASKING = "current_setting('cablenet.organisation', true)"


def upgrade() -> None:
    """Make the table and its wall."""
    op.create_table(
        "once",
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("request", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('reserved', 'written', 'answered')",
                           name=op.f("ck_once_state")),
        sa.PrimaryKeyConstraint("owner", "key", name=op.f("pk_once")))
    op.create_index(op.f("ix_once_at"), "once", ["at"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE once ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE once FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY service_only ON once USING ({ASKING} = '*')")
