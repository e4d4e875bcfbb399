"""What is remembered in Redis about fetches, so that a sweep does not fetch again what yielded nothing.

Losing it costs a repeated fetch, no more.
"""

from collections.abc import Sequence

from flack_domain.queries.previews import Waiting
from redis import Redis

DONE_SECONDS = 3600
"""Longer than a sweep looks back."""
MAX_BUSY = 3
"""How often a message waits for a host that is busy, before that link counts as unreachable."""


class FetchMemory:
    """Which messages were dealt with, and which had to wait for a busy host."""

    def __init__(self, redis: "Redis") -> None:
        self._redis = redis

    def dealt_with(self, message_id: int, revision: int) -> None:
        """Remember that this text's links were fetched, whatever came of it."""
        self._redis.set(_done(message_id, revision), 1, ex=DONE_SECONDS)

    def may_wait(self, message_id: int, revision: int) -> bool:
        """Whether this message may wait once more for a busy host."""
        key = f"flack:preview:busy:{message_id}:{revision}"
        pipe = self._redis.pipeline()
        pipe.incr(key)
        pipe.expire(key, DONE_SECONDS)
        return int(pipe.execute()[0]) <= MAX_BUSY

    def not_dealt_with(self, messages: Sequence[Waiting]) -> list[int]:
        """The ids of those messages that are not remembered."""
        if not messages:
            return []
        known = self._redis.mget([_done(message.id, message.revision) for message in messages])
        return [message.id for message, done in zip(messages, known, strict=True) if done is None]


def _done(message_id: int, revision: int) -> str:
    return f"flack:preview:done:{message_id}:{revision}"
