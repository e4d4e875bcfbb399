"""Membership changes take effect on open sockets at once.

They are read from the events on `user:` rooms: a new channel's room is joined before the event is passed on, a lost
one's is left right after.
"""

from collections.abc import Callable
from functools import partial

import gevent
import orjson
from flack_contracts.events import MembershipAdded, MembershipRemoved, read_event
from flack_contracts.streams import channel_stream, parse_stream
from flack_contracts.wire import packet_arguments, packet_of
from flack_kit.logging import get_logger

from flack_realtime.api import ApiAway
from flack_realtime.fanout import FanoutManager
from flack_realtime.memberships import Memberships
from flack_realtime.sessions import Sessions

log = get_logger(__name__)

_SUBSCRIBED_SECONDS = 5.0


class Members:
    """Joins and leaves rooms as memberships change."""

    def __init__(self, manager: FanoutManager, sessions: Sessions, memberships: Memberships) -> None:
        self._manager, self._sessions, self._memberships = manager, sessions, memberships

    def observe(self, room: str, payload: bytes) -> Callable[[], None] | None:
        """Look at an event before it is delivered; what is answered is to be called after."""
        self._memberships.note(payload)
        if not room.startswith("user:") or b'"type":"membership.' not in payload[:200]:
            return None
        stream = parse_stream(room)
        if stream is None:
            return None
        try:
            _, arguments = packet_arguments(payload)
            event = read_event(orjson.dumps(arguments[0])).parsed()
        except (ValueError, IndexError) as error:
            # Without its words: they are what somebody wrote, and what a validation error repeats.
            log.warning("membership_event_unread", user_id=stream.id, reason=type(error).__name__)
            return None
        if isinstance(event, MembershipAdded):
            self.join(stream.id, event.channel.id, event.channel.last_seq)
        elif isinstance(event, MembershipRemoved):
            return partial(self.leave, stream.id, event.channel_id)
        return None

    def join(self, user_id: int, channel_id: int, seq: int | None = None) -> None:
        """Put a person's sockets into a channel's room."""
        self._memberships.added(user_id, channel_id)
        room, sessions = channel_stream(channel_id), self._sessions.of(user_id)
        first = [self._manager.enter(session.client, room) for session in sessions]
        if seq is not None:
            self._memberships.advance(room, seq)
        if any(first):
            gevent.spawn(self._catch_up, user_id, room)

    def leave(self, user_id: int, channel_id: int) -> None:
        """Take a person's sockets out of a channel's room."""
        self._memberships.removed(user_id, channel_id)
        for session in self._sessions.of(user_id):
            self._manager.leave(session.client, channel_stream(channel_id))

    def check(self, user_id: int) -> None:
        """Ask api what a person is in, and put their sockets right. Raises ApiAway."""
        before = {stream.id for stream in map(parse_stream, self._rooms(user_id)) if stream}
        now = self._memberships.load(user_id)
        for channel_id in now - before:
            self.join(user_id, channel_id)
        for channel_id in before - now:
            self.leave(user_id, channel_id)

    def _rooms(self, user_id: int) -> set[str]:
        sessions = self._sessions.of(user_id)
        return {
            room.name
            for session in sessions
            for room in session.client.rooms
            if room.name.startswith("channel:")
        }

    def _catch_up(self, user_id: int, room: str) -> None:
        # Events between the membership and the subscription passed us by: say how far the stream is.
        manager = self._manager
        manager.subscriptions.wait([manager.channel(room)], _SUBSCRIBED_SECONDS)
        try:
            self._memberships.load(user_id)
        except ApiAway as error:
            log.warning("catch_up_failed", user_id=user_id, reason=str(error))
            return
        found = manager.index.rooms.get(room)
        if found is not None and found.data is not None:
            clients = [session.client for session in self._sessions.of(user_id)]
            manager.send_to(clients, packet_of("heads", {"streams": {room: found.data}}))
