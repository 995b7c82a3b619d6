"""How far a job has come, in per cent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the column."""
    op.add_column("jobs", sa.Column("progress", sa.Integer(), nullable=False, server_default="0"))
