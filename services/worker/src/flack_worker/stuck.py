"""Notices a consumer that stopped consuming without a word, which a restart mends and nothing else does.

It takes three signs at once, for a minute: the broker answers, tasks wait in the queue, and no slot is in use.
"""

import time
from collections.abc import Callable, Sequence
from typing import Protocol

from redis import Redis
from redis.exceptions import RedisError


class Watched(Protocol):
    """What is known of a consumer."""

    queue: str
    ready: bool

    @property
    def in_hand(self) -> int:
        """How many tasks it runs."""


class StuckCheck:
    """Looks at most every `every` seconds; `reason` answers the liveness probe from memory."""

    def __init__(
        self,
        redis: "Redis",
        consumers: Sequence[Watched],
        *,
        patience: float = 60.0,
        every: float = 5.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._redis, self._consumers, self._clock = redis, consumers, clock
        self._patience, self._every = patience, every
        self._next = 0.0
        self._since: dict[str, float] = {}

    def look(self) -> None:
        """Compare each queue with its consumer."""
        now = self._clock()
        if now < self._next:
            return
        self._next = now + self._every
        for consumer in self._consumers:
            if consumer.ready and consumer.in_hand == 0 and self._waiting(consumer.queue):
                self._since.setdefault(consumer.queue, now)
            else:
                self._since.pop(consumer.queue, None)

    def reason(self) -> str | None:
        """Which consumer is stuck, or None."""
        now = self._clock()
        stuck = (queue for queue, since in self._since.items() if now - since >= self._patience)
        return next((f"consumer of {queue} is stuck" for queue in stuck), None)

    def _waiting(self, queue: str) -> bool:
        try:
            return int(self._redis.llen(queue)) > 0
        except RedisError:
            return False  # the broker is away: nobody's fault here
