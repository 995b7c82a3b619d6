"""The layers of a job's result: which files hold them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the column."""
    op.add_column("jobs", sa.Column("layers", sa.Text(), nullable=True))
