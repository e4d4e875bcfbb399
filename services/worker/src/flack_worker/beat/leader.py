"""Exactly one beat: whoever holds PostgreSQL's advisory lock. A second one stands by and takes over.

The chart runs a single beat and replaces it only after it ended; the lock guards against the case that a node is cut
off and its pod lives on, and lets `make up` and tests start as many as they like.
"""

import threading

from flack_kit.logging import get_logger
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from flack_worker.metrics import LEADER

log = get_logger(__name__)

LOCK = 0x666C61636C
"""Any number that all beats share and no other lock has; migrations use the one before it."""


class Leader:
    """Holds the lock on a connection of its own, and looks after it every `every` seconds."""

    def __init__(self, engine: Engine, *, every: float = 2.0, lock: int = LOCK) -> None:
        self._engine, self._every, self._lock = engine, every, lock
        self._connection: Connection | None = None
        self._leads = threading.Event()
        self._waiting_said = False

    @property
    def leads(self) -> bool:
        """Whether this process holds the lock."""
        return self._leads.is_set()

    def run(self, stop: threading.Event) -> None:
        """Get the lock and keep it, until told to stop; then let go of it."""
        while not stop.is_set():
            try:
                self._step()
            except SQLAlchemyError as error:
                self._lost(type(error).__name__)
            stop.wait(self._every)
        self._leads.clear()
        self._disconnect()

    def _step(self) -> None:
        if self._connection is None:
            self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        if self.leads:
            self._connection.execute(text("select 1"))  # a connection that broke took the lock with it
        elif self._connection.execute(
            text("select pg_try_advisory_lock(:lock)"), {"lock": self._lock}
        ).scalar():
            self._leads.set()
            self._waiting_said = False
            LEADER.set(1)
            log.info("beat_leads")
        elif not self._waiting_said:
            self._waiting_said = True
            log.info("beat_stands_by")

    def _lost(self, reason: str) -> None:
        if self.leads or not self._waiting_said:
            log.warning("database_away", reason=reason)
        self._waiting_said = True
        self._leads.clear()
        LEADER.set(0)
        self._disconnect()

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.invalidate()  # ends the server's session, and the lock with it
                connection.close()
            except SQLAlchemyError as error:
                log.info("connection_not_closed", reason=type(error).__name__)
