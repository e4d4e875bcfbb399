"""The heads digest: every 30 s, which streams moved, so that a client learns of events that never reached it."""

import time

from flack_contracts.control import Heads, control_json
from flack_contracts.streams import CONTROL_CHANNEL
from flack_domain.queries import sync

from flack_worker.context import Context

SECONDS = 30.0
OVERLAP_SECONDS = 5.0
"""Digests overlap: an event's time is that of its transaction's start, and its commit comes a little later."""
FIRST_SECONDS = 600.0
"""How far the first digest of a process looks back: its predecessor may have been away for a while."""


class HeadsDigest:
    """Publishes digests without a gap between them, also when Redis or PostgreSQL were away in between."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._until: float | None = None

    def step(self) -> None:
        """One query for the whole installation, one message. Raises SQLAlchemyError or RedisError."""
        now = time.monotonic()
        seconds = FIRST_SECONDS if self._until is None else now - self._until + OVERLAP_SECONDS
        with self._context.sessions() as session:
            streams = sync.moved(session, seconds=seconds)
        if streams:
            self._context.redis.publish(CONTROL_CHANNEL, control_json(Heads(streams=streams)))
        self._until = now
