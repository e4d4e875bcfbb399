"""Publishing to Redis without ever waiting for it.

Messages go into a bounded queue; one thread (a greenlet under gevent) sends all that stand there in one pipeline.
While Redis is away messages are dropped and counted: what matters is in PostgreSQL, and the relay publishes it later.
"""

import threading
from collections import deque
from collections.abc import Callable
from functools import cached_property
from time import monotonic
from typing import Any, NamedTuple

from redis import Redis
from redis.exceptions import RedisError

from flack_kit.logging import get_logger
from flack_kit.metrics import PUBLISH_FAILURES

log = get_logger(__name__)

_BATCH = 500
_AWAY_SECONDS = 0.5  # how long nothing is tried after a failure


class _Item(NamedTuple):
    channel: str
    data: bytes
    done: Callable[[], None] | None


class Bus:
    """A publisher. `publish` returns at once and never raises."""

    def __init__(
        self, client: "Redis", *, max_queued: int = 10_000, max_queued_bytes: int = 32 * 2**20
    ) -> None:
        self._client = client
        self._max, self._max_bytes = max_queued, max_queued_bytes
        self._bytes, self._counting = 0, threading.Lock()
        self._queue: deque[_Item] = deque()
        self._wake = threading.Event()
        self._closed = False
        self._thread: threading.Thread | None = None
        self._away_until = 0.0

    def publish(self, channel: str, data: bytes, *, done: Callable[[], None] | None = None) -> bool:
        """Queue a message; `done` is called once Redis took it. False where the queue is full: it was dropped."""
        if len(self._queue) >= self._max or self._bytes + len(data) > self._max_bytes:
            PUBLISH_FAILURES.inc()
            return False
        with self._counting:
            self._bytes += len(data)
        self._queue.append(_Item(channel, data, done))
        if self._thread is None:
            self._start()
        self._wake.set()
        return True

    def close(self, timeout: float = 2.0) -> None:
        """Send what is queued, then stop."""
        self._closed = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout)
            self._connection.disconnect()

    def _start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="bus", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not (self._closed and not self._queue):
            if not self._queue:
                self._wake.wait(None if not self._closed else 0)
                self._wake.clear()
            batch = [self._queue.popleft() for _ in range(min(_BATCH, len(self._queue)))]
            if batch:
                with self._counting:
                    self._bytes -= sum(len(item.data) for item in batch)
                self._send(batch)

    def _send(self, batch: list[_Item]) -> None:
        if monotonic() < self._away_until:
            PUBLISH_FAILURES.inc(len(batch))
            return
        try:
            self._publish_all(batch)
        except RedisError as error:
            self._away_until = monotonic() + _AWAY_SECONDS
            PUBLISH_FAILURES.inc(len(batch))
            log.warning("publish_failed", messages=len(batch), reason=type(error).__name__)
            return
        for item in batch:
            if item.done:
                item.done()

    def _publish_all(self, batch: list[_Item]) -> None:
        """One write and one wait for the whole batch; once more on a new connection where Redis was restarted.

        The connection is kept. Borrowing one from the client's pool for each batch costs twice as much again.
        """
        try:
            self._publish_on(self._connection, batch)
        except RedisError:
            self._connection.disconnect()
            self._publish_on(self._connection, batch)

    @cached_property
    def _connection(self) -> Any:
        return self._client.connection_pool.make_connection()

    @staticmethod
    def _publish_on(connection: Any, batch: list[_Item]) -> None:
        commands = [("PUBLISH", item.channel, item.data) for item in batch]
        connection.send_packed_command(connection.pack_commands(commands))
        for _ in batch:
            connection.read_response()
