"""The first tables: organisations, members, tokens, workspaces, documents; and the second wall."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

SHARED = {"workspaces": "id", "documents": "workspace", "versions": "workspace"}
ASKING = "current_setting('cablenet.organisation', true)"


def upgrade() -> None:
    """Make the tables; on PostgreSQL, let each transaction see only what its organisation may."""
    op.create_table("organisations",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
        sa.UniqueConstraint("name", name=op.f("uq_organisations_name")))
    op.create_table("workspaces",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("key", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workspaces")))
    op.create_table("documents",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("workspace", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["workspace"], ["workspaces.id"],
            name=op.f("fk_documents_workspace")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")))
    op.create_index(op.f("ix_documents_workspace"), "documents", ["workspace", "kind", "id"],
        unique=False)
    op.create_table("members",
        sa.Column("organisation", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.CheckConstraint("role IN ('viewer', 'planner', 'reviewer', 'signatory', 'admin')",
            name=op.f("ck_members_role")),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"],
            name=op.f("fk_members_organisation")),
        sa.PrimaryKeyConstraint("organisation", "person", name=op.f("pk_members")))
    op.create_table("parties",
        sa.Column("workspace", sa.String(length=32), nullable=False),
        sa.Column("organisation", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"],
            name=op.f("fk_parties_organisation")),
        sa.ForeignKeyConstraint(["workspace"], ["workspaces.id"],
            name=op.f("fk_parties_workspace")),
        sa.PrimaryKeyConstraint("workspace", "organisation", name=op.f("pk_parties")))
    op.create_index(op.f("ix_parties_organisation"), "parties", ["organisation"], unique=False)
    op.create_table("tokens",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organisation", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"],
            name=op.f("fk_tokens_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")))
    op.create_index(op.f("ix_tokens_organisation"), "tokens", ["organisation"], unique=False)
    op.create_table("versions",
        sa.Column("document", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("workspace", sa.String(length=32), nullable=False),
        sa.Column("organisation", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("written_at", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["documents.id"], name=op.f("fk_versions_document")),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"],
            name=op.f("fk_versions_organisation")),
        sa.ForeignKeyConstraint(["workspace"], ["workspaces.id"],
            name=op.f("fk_versions_workspace")),
        sa.PrimaryKeyConstraint("document", "version", name=op.f("pk_versions")))
    op.execute(sa.text("INSERT INTO organisations (id, name) VALUES (:id, 'local')").bindparams(
        id="0" * 32))  # the one of a service without login
    if op.get_bind().dialect.name == "postgresql":
        _raise_wall()


def _raise_wall() -> None:
    """Row-level security, for the tables' owner too: a query that forgets to ask for the
    organisation finds nothing. `*` stands for the service itself; no setting sees nothing."""
    for table, column in SHARED.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY parties_only ON {table} USING ({ASKING} = '*' OR {column} IN "  # noqa: S608  # names of our own
            f"(SELECT workspace FROM parties WHERE organisation = {ASKING}))")
