"""The heads digest: every 30 s, which streams moved, so that a client learns of events that never reached it."""

from flack_contracts.control import Heads, control_json
from flack_contracts.streams import CONTROL_CHANNEL
from flack_domain.queries import sync

from flack_worker.context import Context

SECONDS = 30.0
OVERLAP_SECONDS = 5.0
"""Digests overlap, because an event's time is that of its transaction's start, and a client that just came back may
have missed the last one."""


def publish_heads(context: Context) -> None:
    """One query for the whole installation, one message. Raises SQLAlchemyError or RedisError."""
    with context.sessions() as session:
        streams = sync.moved(session, seconds=SECONDS + OVERLAP_SECONDS)
    if streams:
        context.redis.publish(CONTROL_CHANNEL, control_json(Heads(streams=streams)))
