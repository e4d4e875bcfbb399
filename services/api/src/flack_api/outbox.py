"""What a committed action has to say, pushed without waiting: the request is answered meanwhile.

Events go to their rooms' Redis channels. Those that Redis took are marked published in batches; whatever is not
marked (Redis was away, this process died) the worker's relay publishes, so that nothing is lost, only late.
"""

import threading
from collections import deque
from collections.abc import Callable
from functools import partial

from flack_contracts.control import SessionEnded, control_json
from flack_contracts.streams import CONTROL_CHANNEL, V1_ROOM, room_channel
from flack_contracts.tasks import PREVIEW_FETCH, QUEUE_PREVIEWS
from flack_contracts.wire import packet
from flack_domain.outbox import Delivery, V1Message, mark_published
from flack_kit.bus import Bus
from flack_kit.logging import get_logger
from flack_kit.queue import TaskSender
from flack_kit.request_id import current_request_id
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from flack_api.ended import EndedSessions
from flack_api.metrics import PREVIEWS_POSTPONED

log = get_logger(__name__)

MARK_SECONDS = 0.2
"""How long published events gather before they are marked in one statement."""

V1Packet = Callable[[V1Message], bytes]


class Outbox:
    """Publishes deliveries. `v1_packet` makes v1's `updated_model` packet, or is None where v1 is off."""

    def __init__(
        self,
        bus: Bus,
        tasks: TaskSender,
        engine: Engine,
        *,
        ended: EndedSessions,
        v1_packet: V1Packet | None = None,
    ) -> None:
        self._bus, self._tasks, self._engine, self._ended, self._v1_packet = (
            bus,
            tasks,
            engine,
            ended,
            v1_packet,
        )
        self.sheds_previews: Callable[[], bool] = lambda: False
        """Whether link previews have to wait: worker's sweep finds them half a minute later."""
        self._published: deque[int] = deque()
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._marker: threading.Thread | None = None

    def publish(self, delivery: Delivery) -> None:
        """Push everything of a delivery. Called after the commit; returns at once and never raises."""
        for event in delivery.events:
            done = partial(self._mark, event.id)
            v1 = self._v1_packet(event.v1) if event.v1 and self._v1_packet else None
            data = packet("event", event.envelope)
            self._bus.publish(room_channel(event.stream), data, done=None if v1 else done)
            if v1:
                self._bus.publish(room_channel(V1_ROOM), v1, done=done)
        for message in delivery.control:
            if isinstance(message, SessionEnded) and message.session_id is not None:
                self._ended.add(message.session_id)
            traced = message.model_copy(update={"request_id": current_request_id()})
            self._bus.publish(CONTROL_CHANNEL, control_json(traced))
        if delivery.wanted_previews and self.sheds_previews():
            PREVIEWS_POSTPONED.inc(len(delivery.wanted_previews))
            return
        for message_id in delivery.wanted_previews:
            self._tasks.send(PREVIEW_FETCH, queue=QUEUE_PREVIEWS, message_id=message_id)

    def push(self, room: str, data: bytes) -> None:
        """Push something to a room that is in no log, such as v1's presence. Returns at once and never raises."""
        self._bus.publish(room_channel(room), data)

    def close(self) -> None:
        """Send and mark what is left, then stop."""
        self._bus.close()
        self._closing.set()
        self._wake.set()
        if self._marker is not None:
            self._marker.join(5)

    def _mark(self, event_id: int) -> None:
        self._published.append(event_id)
        if self._marker is None:
            self._marker = threading.Thread(target=self._mark_in_batches, name="mark-published", daemon=True)
            self._marker.start()
        self._wake.set()

    def _mark_in_batches(self) -> None:
        while not self._closing.is_set() or self._published:
            self._wake.wait()
            self._closing.wait(MARK_SECONDS)
            self._wake.clear()
            ids = [self._published.popleft() for _ in range(len(self._published))]
            if ids:
                self._mark_now(ids)

    def _mark_now(self, ids: list[int]) -> None:
        try:
            with Session(self._engine) as session:
                mark_published(session, ids)
        except SQLAlchemyError as error:
            # The relay will publish these again, and clients drop repeats by seq.
            log.warning("events_not_marked", events=len(ids), reason=type(error).__name__)
