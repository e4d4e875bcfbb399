"""The migration command: what the chart's Job and `make up` run before the new code starts."""

import sys
from time import monotonic, sleep

import psycopg
from flack_domain.migrate import upgrade
from flack_domain.wait_for_schema import first_line, is_login_refused
from flack_kit.logging import get_logger
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

from flack_api.settings import MigrateSettings

log = get_logger(__name__)


def migrate(settings: MigrateSettings) -> None:
    """Wait until the database answers, then upgrade it. Raises OperationalError when it never does.

    A refused login, which no waiting mends, ends the process with a sentence: the pod's termination message.
    """
    url = settings.database_url.get_secret_value()
    _wait_for(url, until=monotonic() + settings.migrate_wait_seconds)
    if upgrade(url):
        log.info("database_migrated")
    else:
        log.info("schema_newer_than_code")


def _wait_for(url: str, *, until: float) -> None:
    engine = create_engine(url, connect_args={"connect_timeout": 3})
    while True:
        try:
            with engine.connect():
                engine.dispose()
                return
        except OperationalError as error:
            if isinstance(error.orig, psycopg.OperationalError) and is_login_refused(error.orig):
                sys.exit(f"flack: the database refused the login: {first_line(error.orig)}")
            if monotonic() >= until:
                raise
            log.info("waiting_for_database", reason=first_line(error.orig or error))
            sleep(1)
