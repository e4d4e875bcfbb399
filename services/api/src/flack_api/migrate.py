"""The migration command: what the chart's Job and `make up` run before the new code starts."""

from time import monotonic, sleep

from flack_domain.migrate import upgrade
from flack_kit.logging import get_logger
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

from flack_api.settings import MigrateSettings

log = get_logger(__name__)


def migrate(settings: MigrateSettings) -> None:
    """Wait until the database answers, then upgrade it. Raises OperationalError when it never does."""
    url = settings.database_url.get_secret_value()
    _wait_for(url, until=monotonic() + settings.migrate_wait_seconds)
    upgrade(url)
    log.info("database_migrated")


def _wait_for(url: str, *, until: float) -> None:
    engine = create_engine(url, connect_args={"connect_timeout": 3})
    while True:
        try:
            with engine.connect():
                engine.dispose()
                return
        except OperationalError:
            if monotonic() >= until:
                raise
            log.info("waiting_for_database")
            sleep(1)
