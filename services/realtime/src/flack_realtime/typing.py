"""Who is typing: told to the channel's room, never stored, the first thing to go under load."""

from collections.abc import Callable
from typing import Any

from flack_contracts.streams import channel_stream
from flack_contracts.wire import packet_of

from flack_realtime.fanout import FanoutManager
from flack_realtime.overload import Overload
from flack_realtime.sessions import Session

_EVERY_SECONDS = 1.0


class Typing:
    """Passes typing on, at most once a second and socket."""

    def __init__(self, manager: FanoutManager, overload: Overload, clock: Callable[[], float]) -> None:
        self._manager, self._overload, self._clock = manager, overload, clock

    def typing(self, session: Session, data: Any) -> dict[str, bool]:
        """`typing {channel_id}`: ignored outside the channel, too soon, and under load."""
        channel_id = data.get("channel_id") if isinstance(data, dict) else None
        if not isinstance(channel_id, int):
            return {"ok": False}
        room, now = channel_stream(channel_id), self._clock()
        if all(theirs.name != room for theirs in session.client.rooms):
            return {"ok": False}
        if now - session.typed_at < _EVERY_SECONDS or self._overload.sheds_typing:
            return {"ok": True}
        session.typed_at = now
        self._manager.publish(
            room, packet_of("typing", {"channel_id": channel_id, "user_id": session.user_id})
        )
        return {"ok": True}
