"""The queue of jobs; on PostgreSQL, each organisation sees its own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ASKING = "current_setting('cablenet.organisation', true)"


def upgrade() -> None:
    """Make the table, its indices and its wall."""
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organisation", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("process", sa.String(length=40), nullable=False),
        sa.Column("inputs", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(length=32), nullable=True),
        sa.Column("lease_until", sa.String(length=32), nullable=True),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("started_at", sa.String(length=32), nullable=True),
        sa.Column("changed_at", sa.String(length=32), nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('accepted', 'running', 'successful', 'failed', 'dismissed')",
            name=op.f("ck_jobs_state")),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"],
                                name=op.f("fk_jobs_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")))
    op.create_index(op.f("ix_jobs_organisation"), "jobs", ["organisation", "id"])
    op.create_index("ix_jobs_waiting", "jobs", ["state", "lease_until"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE jobs ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE jobs FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_only ON jobs USING ({ASKING} = '*' "
                   f"OR organisation = {ASKING})")
