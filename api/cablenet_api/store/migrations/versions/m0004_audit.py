"""The audit log: append only, in both databases; on PostgreSQL, each party sees its own chains."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0002"

ASKING = "current_setting('cablenet.organisation', true)"


def upgrade() -> None:
    """Make the table, the triggers that keep it, and its wall."""
    op.create_table(
        "audit",
        sa.Column("log", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("organisation", sa.String(length=32), nullable=True),
        sa.Column("action", sa.String(length=120), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("before", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("log", "number", name=op.f("pk_audit")))
    if op.get_bind().dialect.name == "postgresql":
        _keep_in_postgresql()
        return
    for deed in ("UPDATE", "DELETE"):
        op.execute(f"CREATE TRIGGER audit_no_{deed.lower()} BEFORE {deed} ON audit BEGIN "
                   "SELECT RAISE(ABORT, 'the audit log is append only'); END")


def _keep_in_postgresql() -> None:
    op.execute("CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ "
               "BEGIN RAISE EXCEPTION 'the audit log is append only'; END $$")
    op.execute("CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
               "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()")
    op.execute("ALTER TABLE audit ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE audit FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY parties_only ON audit USING ({ASKING} = '*' OR log = {ASKING} "  # noqa: S608  # names of our own
               f"OR log IN (SELECT workspace FROM parties WHERE organisation = {ASKING}))")
