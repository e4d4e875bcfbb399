"""Which sessions have ended while access tokens of theirs were still good, so that a signed-out token opens nothing.

A set in memory answers each request. This process's own sign-outs are in it at once; those of the others are read from
where they are recorded, PostgreSQL, every two seconds, so that nothing hangs on Redis and no message can be missed.
"""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic

from flack_contracts.tokens import ACCESS_TOKEN_SECONDS
from flack_domain import clock, queries
from flack_domain.database import session_factory
from flack_kit.logging import get_logger
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

log = get_logger(__name__)

ASK_SECONDS = 2.0
_OVERLAP = timedelta(seconds=60)
"""Asked for again each time: transactions that were not yet committed, clocks of other machines."""
_KEEP_SECONDS = ACCESS_TOKEN_SECONDS + _OVERLAP.total_seconds()


class EndedSessions:
    """The sessions that ended within the life of an access token. It asks from the first question on."""

    def __init__(self, engine: Engine, *, now: Callable[[], float] = monotonic) -> None:
        # One statement needs no transaction.
        self._sessions = session_factory(engine.execution_options(isolation_level="AUTOCOMMIT"))
        self._now = now
        self._until: dict[int, float] = {}
        self._asked_at: datetime | None = None
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def __contains__(self, session_id: int) -> bool:
        """Whether a session has ended."""
        if self._thread is None:
            self._start()
        return session_id in self._until

    def __len__(self) -> int:
        return len(self._until)

    def add(self, session_id: int) -> None:
        """A session has ended."""
        self._until[session_id] = self._now() + _KEEP_SECONDS

    def ask(self) -> None:
        """Learn of the others' sign-outs, and forget those whose last token is over."""
        moment = clock.now()
        first = moment - timedelta(seconds=ACCESS_TOKEN_SECONDS)
        since = min(self._asked_at or first, moment) - _OVERLAP
        with self._sessions() as session:
            for session_id in queries.sessions.ended_since(session, since):
                if session_id not in self._until:
                    self.add(session_id)
        self._asked_at = moment
        now = self._now()
        for session_id in [ended for ended, until in self._until.items() if until <= now]:
            del self._until[session_id]

    def close(self) -> None:
        """Ask no more."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join(5)

    def _start(self) -> None:
        """Know what ended before this process began; then keep asking in a thread (a greenlet under gevent)."""
        with self._lock:
            if self._thread is None:
                self._try()
                self._thread = threading.Thread(
                    target=self._ask_regularly, name="ended-sessions", daemon=True
                )
                self._thread.start()

    def _ask_regularly(self) -> None:
        while not self._closing.wait(ASK_SECONDS):
            self._try()

    def _try(self) -> None:
        try:
            self.ask()
        except SQLAlchemyError as error:
            # Nobody signs out either while PostgreSQL is away; what is missed is asked for again.
            log.warning("ended_sessions_unknown", reason=type(error).__name__)
