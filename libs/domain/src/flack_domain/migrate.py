"""Brings a database to the newest schema. Safe to run by several processes at once, and twice."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import URL, Connection, create_engine, text

from flack_domain import grants
from flack_domain.wait_for_schema import known_revisions

_LOCK = 0x666C61636B  # "flack": any number that all who migrate share


def upgrade(database_url: str | URL, revision: str = "head", *, role: grants.Role | None = None) -> bool:
    """Run all migrations that are missing, under an advisory lock: a second caller waits, then finds nothing to do.

    `role` is whom services connect as, where they are not the owner: it is given what they need. False where the
    schema is newer than this code, as after a rollback: it is left as it is, since code of version N runs on the schema
    of N+1. Raises `grants.RoleMissing`.
    """
    engine = create_engine(database_url)
    try:
        # The lock is the session's, so that migrations may commit on their own connection in between.
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as guard:
            guard.execute(text("select pg_advisory_lock(:lock)"), {"lock": _LOCK})
            try:
                with engine.begin() as connection:
                    found = MigrationContext.configure(connection).get_current_revision()
                    if found is not None and found not in known_revisions():
                        return False
                    command.upgrade(_config(connection), revision)
                    if role is not None:
                        grants.give(connection, role)
                    return True
            finally:
                guard.execute(text("select pg_advisory_unlock(:lock)"), {"lock": _LOCK})
    finally:
        engine.dispose()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config
