"""Which rooms a person's sockets are in, and how far each room's stream has come.

api is asked when a person's first socket comes; from then on the events on their `user:` room keep it right. The newest
seq of a stream is kept on its room while it is heard here, from what passes by. A person's rooms are heard for a while
after their last socket has gone: most are back within seconds, and then nobody need be asked.
"""

import re

from flack_contracts.streams import channel_stream, user_stream

from flack_realtime.api import InternalApi
from flack_realtime.fanout import Client, FanoutManager

_POSITION = re.compile(rb'42\["event",\{"stream":"([a-z]+:[0-9]+)","seq":([0-9]+)')
_SUBSCRIBED_SECONDS = 2.0
_ATTEMPTS = 3


class Memberships:
    """The cache of memberships. Methods that ask api raise ApiAway."""

    def __init__(self, manager: FanoutManager, api: InternalApi, *, hold_seconds: float) -> None:
        self._manager, self._api, self._hold_seconds = manager, api, hold_seconds
        self._channels: dict[int, set[int]] = {}
        self._touched: set[int] = set()

    def enter_all(self, client: Client, user_id: int) -> dict[str, int]:
        """Put a client into all rooms of a person; answers the newest seq of each stream.

        A room that was not heard here is subscribed for sure before api is asked for its seq: an event in between
        would be in neither. That is no question for who was here a moment ago, one for most, and a second for who
        brings rooms along that are new here.
        """
        self._enter(client, [user_stream(user_id)])
        if user_id not in self._channels or not self._manager.subscriptions.up:
            self.load(user_id)
        self._enter(client, self._rooms(user_id))
        if any(room.data is None for room in client.rooms):
            self.load(user_id)
            self._enter(client, self._rooms(user_id))
        return {room.name: room.data for room in client.rooms if room.data is not None}

    def _rooms(self, user_id: int) -> list[str]:
        return [channel_stream(channel_id) for channel_id in self._channels.get(user_id, ())]

    def _enter(self, client: Client, rooms: list[str]) -> None:
        manager = self._manager
        for room in rooms:
            manager.enter(client, room)
        manager.subscriptions.wait([manager.channel(room) for room in rooms], _SUBSCRIBED_SECONDS)

    def load(self, user_id: int) -> set[int]:
        """Ask api; answers the ids of the person's channels."""
        for _ in range(_ATTEMPTS):
            self._touched.discard(user_id)
            answer = self._api.memberships(user_id)
            if user_id not in self._touched:  # else an event passed by that the answer may not know of yet
                break
        channels = self._channels[user_id] = set(answer.channel_ids)
        for stream, seq in {**answer.streams, user_stream(user_id): answer.seq}.items():
            self.advance(stream, seq)
        return channels

    def advance(self, stream: str, seq: int) -> bool:
        """A stream has come this far; False where that was known, or nobody here is in the room."""
        room = self._manager.index.rooms.get(stream)
        if room is None or (room.data or -1) >= seq:
            return False
        room.data = seq
        return True

    def note(self, payload: bytes) -> None:
        """Read the position of an event that passes by; its keys have a fixed order."""
        found = _POSITION.match(payload)
        if found:
            self.advance(found[1].decode(), int(found[2]))

    def added(self, user_id: int, channel_id: int) -> None:
        """A person is in a channel from now on."""
        self._touched.add(user_id)
        if user_id in self._channels:
            self._channels[user_id].add(channel_id)

    def removed(self, user_id: int, channel_id: int) -> None:
        """A person is no longer in a channel."""
        self._touched.add(user_id)
        if user_id in self._channels:
            self._channels[user_id].discard(channel_id)

    def left(self, user_id: int) -> None:
        """A person's last socket has gone: what is known of them stays right while their rooms are held."""
        rooms = [user_stream(user_id), *self._rooms(user_id)]
        for room in rooms:
            self._manager.hold(room)
        self._manager.engine.wheel.add(_Held(self, user_id, rooms), self._hold_seconds)

    def let_go(self, user_id: int, rooms: list[str]) -> None:
        """The time is over. Without their room nothing would keep right what is known of a person."""
        for room in rooms:
            self._manager.let_go(room)
        if user_stream(user_id) not in self._manager.index.rooms:
            self._channels.pop(user_id, None)
            self._touched.discard(user_id)

    def forget_all(self) -> None:
        """Events may have been missed: nothing that is kept can be relied on."""
        self._channels.clear()
        for room in self._manager.index.rooms.values():
            room.data = None


class _Held:
    """The rooms of somebody who was here a moment ago, on the wheel."""

    __slots__ = ("_memberships", "_rooms", "_user_id")

    def __init__(self, memberships: Memberships, user_id: int, rooms: list[str]) -> None:
        self._memberships, self._user_id, self._rooms = memberships, user_id, rooms

    def beat(self) -> None:
        """Let them go."""
        self._memberships.let_go(self._user_id, self._rooms)
