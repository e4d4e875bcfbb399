"""The migration command: what the chart's Job and `make up` run before the new code starts."""

import sys
from time import monotonic, sleep

import psycopg
from flack_domain.grants import Role, RoleMissing
from flack_domain.migrate import upgrade
from flack_domain.wait_for_schema import first_line, is_login_refused
from flack_kit.logging import get_logger
from pydantic import SecretStr
from sqlalchemy import URL, create_engine, make_url
from sqlalchemy.exc import OperationalError

from flack_api.settings import MigrateSettings

log = get_logger(__name__)


def migrate(settings: MigrateSettings) -> None:
    """Wait until the database answers, then upgrade it. Raises OperationalError when it never does.

    A refused login, which no waiting mends, ends the process with a sentence: the pod's termination message.
    """
    services = owner = _url(settings.database_url, settings.database_password)
    if settings.owner_database_url:
        owner = _url(settings.owner_database_url, settings.owner_database_password)
    own = owner.username == services.username
    _wait_for(owner, until=monotonic() + settings.migrate_wait_seconds)
    try:
        migrated = upgrade(owner, role=None if own else Role(str(services.username), services.password))
    except RoleMissing as error:
        sys.exit(f"flack: {error}")
    log.info("database_migrated" if migrated else "schema_newer_than_code")


def _url(url: SecretStr, password: SecretStr | None) -> URL:
    found = make_url(url.get_secret_value())
    return found if found.password or password is None else found.set(password=password.get_secret_value())


def _wait_for(url: URL, *, until: float) -> None:
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
