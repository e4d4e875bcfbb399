"""Things that beat does by itself, every few seconds, while it leads."""

import threading
import time
from collections.abc import Callable

from flack_kit.logging import get_logger
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

log = get_logger(__name__)

AWAY_SECONDS = 1.0
"""How long a loop rests when PostgreSQL or Redis is away."""


class Loop:
    """Runs `step` every `every` seconds in a thread of its own.

    A step answers True when there is more to do at once. PostgreSQL and Redis may be away: that is said once, and
    tried again. Any other exception ends the thread, which fails the liveness probe: a fault must not pass unseen.
    """

    def __init__(
        self,
        name: str,
        every: float,
        step: Callable[[], bool | None],
        *,
        only_if: Callable[[], bool] = lambda: True,
    ) -> None:
        self.name, self._every, self._step, self._only_if = name, every, step, only_if
        self._thread: threading.Thread | None = None
        self._away_since: float | None = None

    def start(self, stop: threading.Event) -> None:
        """Begin, until `stop` is set."""
        self._thread = threading.Thread(target=self._run, args=(stop,), name=self.name, daemon=True)
        self._thread.start()

    def join(self, timeout: float) -> None:
        """Wait for the step in hand."""
        if self._thread is not None:
            self._thread.join(timeout)

    @property
    def ended(self) -> bool:
        """Whether the thread is gone."""
        return self._thread is not None and not self._thread.is_alive()

    def _run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            started = time.monotonic()
            rest = self._every
            if not self._only_if():
                rest = min(rest, AWAY_SECONDS)
            else:
                try:
                    if self._step():
                        rest = 0
                    self._back()
                except (SQLAlchemyError, RedisError) as error:
                    self._away(error)
                    rest = AWAY_SECONDS
            stop.wait(max(0.0, rest - (time.monotonic() - started)))

    def _away(self, error: Exception) -> None:
        if self._away_since is None:
            self._away_since = time.monotonic()
            log.warning("loop_waits", loop=self.name, reason=type(error).__name__)

    def _back(self) -> None:
        if self._away_since is not None:
            log.info(
                "loop_continues", loop=self.name, after_seconds=round(time.monotonic() - self._away_since, 1)
            )
            self._away_since = None
