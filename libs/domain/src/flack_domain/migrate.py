"""Brings a database to the newest schema. Safe to run by several processes at once, and twice."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, text

_LOCK = 0x666C61636B  # "flack": any number that all who migrate share


def upgrade(database_url: str, revision: str = "head") -> None:
    """Run all migrations that are missing, under an advisory lock: a second caller waits, then finds nothing to do."""
    engine = create_engine(database_url)
    try:
        # The lock is the session's, so that migrations may commit on their own connection in between.
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as guard:
            guard.execute(text("select pg_advisory_lock(:lock)"), {"lock": _LOCK})
            try:
                with engine.begin() as connection:
                    command.upgrade(_config(connection), revision)
            finally:
                guard.execute(text("select pg_advisory_unlock(:lock)"), {"lock": _LOCK})
    finally:
        engine.dispose()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config
