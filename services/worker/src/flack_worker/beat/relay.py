"""The relay: what api could not publish, or could not say that it published, goes out from here.

The domain picks the rows, in order, and marks them only after `send` came back; whoever dies in between leaves them
unmarked, and they go out once more. Clients drop repeats by seq.
"""

from collections.abc import Sequence
from functools import cached_property

import orjson
from flack_contracts.streams import channel_stream
from flack_domain.actions import relay
from flack_domain.actions.relay import Unpublished
from flack_domain.outbox import Outgoing, V1Message
from flack_domain.queries import v1 as v1_queries
from flack_domain.queries.channels import general_id
from flack_domain.shapes import v1_message
from flack_kit.logging import get_logger

from flack_worker.context import Context
from flack_worker.metrics import RELAY_LAG, RELAY_PUBLISHED

log = get_logger(__name__)

AGE_SECONDS = 1.5
"""How long api is given to publish and mark by itself."""
BATCH = 500
_V1_TYPES = frozenset({"message.posted", "message.edited", "message.previewed"})


class Relay:
    """Publishes unmarked events."""

    def __init__(self, context: Context, *, age_seconds: float = AGE_SECONDS, batch: int = BATCH) -> None:
        self._context, self._age, self._batch = context, age_seconds, batch
        self.lag_seconds = 0.0

    def step(self) -> bool:
        """Publish one batch. True where there may be more. Raises SQLAlchemyError or RedisError."""
        with self._context.sessions() as session:
            done = relay.run(session, self._send, older_than_seconds=self._age, limit=self._batch)
        self.lag_seconds = done.lag_seconds if done.lag_seconds > self._age else 0.0  # api's share is no lag
        RELAY_LAG.set(self.lag_seconds)
        RELAY_PUBLISHED.inc(done.count)
        if done.count:
            log.info("events_relayed", events=done.count, lag_seconds=round(done.lag_seconds, 3))
        return done.count == self._batch

    def _send(self, events: Sequence[Unpublished]) -> None:
        rows = self._v1_rows(events)
        self._context.publisher.send(
            [
                Outgoing(event.id, event.stream, event.seq, event.type, event.envelope, rows.get(event.id))
                for event in events
            ]
        )

    def _v1_rows(self, events: Sequence[Unpublished]) -> dict[int, V1Message]:
        """For v1's clients: each event's message as it is now."""
        if not self._context.settings.v1_enabled:
            return {}
        wanted = {
            event.id: int(orjson.loads(event.envelope)["payload"]["message"]["id"])
            for event in events
            if event.stream == self._general and event.type in _V1_TYPES
        }
        if not wanted:
            return {}
        with self._context.sessions() as session:
            rows = {row.id: v1_message(row) for row in v1_queries.messages_by_id(session, wanted.values())}
        types = {event.id: event.type for event in events}
        return {
            event_id: found
            for event_id, message_id in wanted.items()
            if (found := rows.get(message_id))
            and (found.expansions or types[event_id] != "message.previewed")
        }

    @cached_property
    def _general(self) -> str:
        with self._context.sessions() as session:
            return channel_stream(general_id(session))
