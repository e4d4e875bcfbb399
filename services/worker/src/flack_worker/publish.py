"""Pushing events from this service: those of its own actions at once, those that nobody published by the relay."""

from collections.abc import Callable, Sequence

from flack_contracts.control import control_json
from flack_contracts.streams import CONTROL_CHANNEL, V1_ROOM, room_channel
from flack_contracts.wire import packet
from flack_domain.outbox import Delivery, Outgoing, V1Message, mark_published
from flack_kit.logging import get_logger
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

log = get_logger(__name__)
V1Packet = Callable[[V1Message], bytes]


class Publisher:
    """Sends events to their rooms' Redis channels, in the order given, in one round trip."""

    def __init__(self, redis: "Redis", engine: Engine, *, v1_packet: V1Packet | None = None) -> None:
        self._redis, self._engine, self._v1_packet = redis, engine, v1_packet

    def send(self, events: Sequence[Outgoing]) -> None:
        """Publish events. Raises RedisError, and then some may have gone out: they will come again."""
        pipe = self._redis.pipeline(transaction=False)
        for event in events:
            pipe.publish(room_channel(event.stream), packet("event", event.envelope))
            if event.v1 and self._v1_packet:
                pipe.publish(room_channel(V1_ROOM), self._v1_packet(event.v1))
        pipe.execute()

    def publish(self, delivery: Delivery) -> None:
        """Push what an action of this process committed. Never raises: what fails here the relay does later."""
        try:
            self.send(delivery.events)
            for message in delivery.control:
                self._redis.publish(CONTROL_CHANNEL, control_json(message))
        except RedisError as error:
            log.warning("publish_failed", events=len(delivery.events), reason=type(error).__name__)
            return
        try:
            with Session(self._engine) as session:
                mark_published(session, [event.id for event in delivery.events])
        except SQLAlchemyError as error:
            log.warning("events_not_marked", events=len(delivery.events), reason=type(error).__name__)
