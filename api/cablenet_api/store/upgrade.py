"""Bring a database to the newest form, by migrations that run once and in order."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, text

LOCK = 0x6361626C65
"""PostgreSQL's advisory lock under which one process at a time upgrades ("cable" in ASCII)."""


def upgrade(engine: Engine) -> None:
    """Run the migrations a database has not had yet, all of them or none."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
