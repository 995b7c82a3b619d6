"""Private overlays: on PostgreSQL, a party sees its own; the service itself answers the others."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

ASKING = "current_setting('cablenet.organisation', true)"


def upgrade() -> None:
    """Make the tables and their walls."""
    op.create_table(
        "overlays",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("workspace", sa.String(length=32), nullable=False),
        sa.Column("organisation", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(["workspace"], ["workspaces.id"],
                                name=op.f("fk_overlays_workspace")),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"],
                                name=op.f("fk_overlays_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_overlays")))
    op.create_index(op.f("ix_overlays_workspace"), "overlays", ["workspace", "id"])
    op.create_table(
        "overlay_questions",
        sa.Column("overlay", sa.String(length=32), nullable=False),
        sa.Column("organisation", sa.String(length=32), nullable=False),
        sa.Column("question", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["overlay"], ["overlays.id"],
                                name=op.f("fk_overlay_questions_overlay")),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"],
                                name=op.f("fk_overlay_questions_organisation")),
        sa.PrimaryKeyConstraint("overlay", "organisation", "question",
                                name=op.f("pk_overlay_questions")))
    if op.get_bind().dialect.name != "postgresql":
        return
    walls = {"overlays": f"organisation = {ASKING}",
             "overlay_questions": "overlay IN (SELECT id FROM overlays)"}
    for table, own in walls.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY owner_only ON {table} USING ({ASKING} = '*' OR {own})")
